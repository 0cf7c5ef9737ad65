"""What comes in as JSON can go out as JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.jsontext import loads
from tests.sandbox.conftest import Town


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        rb'"\ud800"',
        rb'{"\udfff": 1}',
        b'"\xff"',
        b"[" * 100_000,
    ],
)
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any of them will do
        loads(raw)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (rb'"\ud83c\udf31"', "🌱"),
        ('"🌱é"'.encode(), "🌱é"),
        (rb'"\u00e9"', "é"),
        ('[1, null, "a"]', [1, None, "a"]),
    ],
)
def test_what_is_json_is_read(raw: bytes | str, value: object) -> None:
    assert loads(raw) == value


@given(st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF, categories=None)))
def test_whatever_is_read_can_be_written(text: str) -> None:
    raw = json.dumps(text)
    try:
        value = loads(raw)
    except ValueError:
        return
    json.dumps(value, ensure_ascii=False).encode()


@pytest.mark.parametrize("raw", [rb'{"content": "\ud800"}', b'{"content": NaN}', b'{"content": "\xff"}'])
async def test_the_api_refuses_what_nobody_could_read(town: Town, raw: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    path = f"/channels/{town.room}/messages"
    async with town.raw.session.post(f"{town.sandbox.api}{path}", data=raw, headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (400, 50109)
