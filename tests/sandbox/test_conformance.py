"""The comparison with Discord's description: what it notices, what it lets pass, what if it is absent."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.conformance import DEFAULT_FILE, Conformance, is_known
from sandbox.journal import Exchange, Journal
from sandbox.looseness import LOOSENESS
from sandbox.schemas import Compiler, Problem

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ROOM = {"$ref": "#/components/schemas/Room"}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/rooms/{room_id}": {
            "get": {
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 100}},
                    {"name": "full", "in": "query", "schema": {"type": "boolean"}},
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": ROOM}}},
                    "4XX": {
                        "content": {"application/json": {"schema": {"type": "object", "required": ["code"]}}}
                    },
                },
            },
            "patch": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"type": "object", "required": ["name"]}}},
                },
                "responses": {"204": {}},
            },
        },
        "/rooms/@me": {"get": {"responses": {"200": {}}}},
    },
    "components": {
        "schemas": {
            "Room": {
                "type": "object",
                "required": ["id", "inside"],
                "properties": {
                    "id": {"type": "string", "pattern": "^[0-9]+$"},
                    "inside": {"type": "array", "maxItems": 2, "items": ROOM},
                },
            }
        }
    },
}


@pytest.fixture
def book() -> Journal:
    return Journal(lambda: NOW)


@pytest.fixture
def checker(tmp_path: Path) -> Conformance:
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return Conformance(path)


def said(
    book: Journal, method: str = "GET", path: str = "/rooms/5", status: int = 200, **more: Any
) -> Exchange:
    return book.rest(method=method, path=path, status=status, **more)


def problems(checker: Conformance, exchange: Exchange) -> list[tuple[str, str]]:
    return [(one.side, one.problem) for one in checker.check(exchange)]


def test_what_fits_is_silent(checker: Conformance, book: Journal) -> None:
    room = {"id": "5", "inside": [{"id": "6", "inside": []}], "extra": 1}
    assert problems(checker, said(book, response=room, query="limit=100&full=1")) == []
    assert problems(checker, said(book, status=404, response={"code": 10003})) == []
    assert problems(checker, said(book, path="/rooms/@me", response={"any": "thing"})) == []
    assert problems(checker, said(book, "PATCH", status=204, request={"name": "a"})) == []
    assert checker.checked == 4


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"response": {"id": "5"}},
            ("answer", "inside: required, and not there"),
        ),
        (
            {"response": {"id": "x", "inside": []}},
            ("answer", "id: 'x' does not match ^[0-9]+$"),
        ),
        (
            {"response": {"id": "5", "inside": [{"id": 6, "inside": []}]}},
            ("answer", "inside.0.id: 6 is not string"),
        ),
        (
            {"response": {"id": "5", "inside": []}, "query": "limit=101"},
            ("request", "query.limit: '101' is not integer"),
        ),
        (
            {"response": {"id": "5", "inside": []}, "query": "colour=red"},
            ("request", "query.colour: not a parameter of this route"),
        ),
        ({"status": 201}, ("answer", "(whole): status 201 is not described")),
        ({"path": "/nowhere"}, ("request", "(whole): the description has no such route")),
        (
            {"method": "PATCH", "status": 204, "request": {}},
            ("request", "name: required, and not there"),
        ),
        ({"method": "PATCH", "status": 204}, ("request", "(whole): a body is required")),
    ],
)
def test_what_does_not_fit_is_told(
    checker: Conformance, book: Journal, more: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert problems(checker, said(book, **more)) == [expected]


def test_a_refused_request_was_rightly_refused(checker: Conformance, book: Journal) -> None:
    assert problems(checker, said(book, "PATCH", status=400, request={}, response={"code": 1})) == [
        ("answer", "(whole): status 400 is not described")
    ]
    assert problems(checker, said(book, path="/nowhere", status=404)) == []


def test_a_spoiled_answer_is_not_the_sandboxes(checker: Conformance, book: Journal) -> None:
    assert problems(checker, said(book, status=500)) == []
    assert problems(checker, said(book, response={}, fault="content_type")) == []
    assert problems(checker, said(book, response={}, fault="delay")) != []


def test_it_listens_to_a_journal(checker: Conformance, book: Journal) -> None:
    checker.attach(book)
    said(book, response={"id": "5"})
    book.frame("out", op=11)
    assert [str(one) for one in checker.violations] == [
        "#1 answer GET /rooms/{room_id} → 200: inside: required, and not there"
    ]


def test_without_the_file_it_is_off_and_says_so(tmp_path: Path, book: Journal) -> None:
    checker = Conformance(tmp_path / "absent.json").attach(book)
    said(book, path="/nowhere")
    assert (checker.enabled, checker.violations) == (False, [])
    assert "absent.json" in checker.reason


def test_every_looseness_has_its_reason() -> None:
    assert all(len(loose.reason) > 20 for loose in LOOSENESS)
    assert is_known("request", "POST", "/users/@me/channels", Problem(("recipient_id",), "5 is not string"))
    assert not is_known(
        "answer", "POST", "/users/@me/channels", Problem(("recipient_id",), "5 is not string")
    )


UNION = {
    "oneOf": [
        {"type": "null"},
        {
            "type": "object",
            "properties": {"type": {"enum": [1]}, "a": {"type": "string"}},
            "required": ["type", "a"],
        },
        {
            "type": "object",
            "properties": {"type": {"enum": [2]}, "b": {"type": "string"}},
            "required": ["type", "b"],
        },
    ]
}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (UNION, None, []),
        (UNION, {"type": 1, "a": "x"}, []),
        (UNION, {"type": 2, "a": "x"}, ["b: required, and not there"]),
        (UNION, {"type": 3}, ["type: 3 is not one of [1, 2]"]),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, 2, []),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, True, ["(whole): True is not one of [1, 2]"]),
        ({"type": "integer"}, True, ["(whole): True is not integer"]),
        ({"type": "integer"}, 1.0, []),
        ({"type": ["string", "null"], "maxLength": 2}, "abc", ["(whole): 3 characters, not 0 to 2"]),
        ({"type": "string", "format": "date-time"}, "2026-03-02T09:00:00+00:00", []),
        ({"type": "string", "format": "date-time"}, "hier", ["(whole): 'hier' is not date-time"]),
        ({"type": "integer", "format": "int32"}, 2**31, ["(whole): 2147483648 is not int32"]),
        ({"type": "array", "uniqueItems": True}, [1, 1], ["(whole): an item stands there twice"]),
        ({"type": "object", "additionalProperties": False}, {"a": 1}, ["a: not a property here"]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"a": 1}, ["a: 1 is not string"]),
        ({"allOf": [{"minimum": 1}, {"maximum": 3}]}, 4, ["(whole): 4 is not within None to 3"]),
    ],
)
def test_the_parts_of_a_schema(schema: dict[str, Any], value: Any, expected: list[str]) -> None:
    found: list[Problem] = []
    Compiler({}).compile(schema)(value, (), found)
    assert [str(problem) for problem in found] == expected


@pytest.mark.skipif(not DEFAULT_FILE.is_file(), reason="Discord's OpenAPI description is not here")
def test_every_operation_of_discord_compiles_and_refuses_an_empty_message() -> None:
    document = json.loads(DEFAULT_FILE.read_text(encoding="utf-8"))
    book, checker = Journal(lambda: NOW), Conformance()
    for template, methods in document["paths"].items():
        for method in methods:
            checker.check(said(book, method.upper(), template.replace("{", "").replace("}", ""), request={}))
    assert checker.checked > 200
    assert problems(
        checker, said(book, "POST", "/channels/5/messages", request={"content": "a"}, response={})
    )
