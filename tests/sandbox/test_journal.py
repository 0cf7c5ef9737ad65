"""The journal: what is kept, what is hidden, what is exported."""

import json
from datetime import UTC, datetime
from typing import Any

from sandbox.journal import Exchange, Frame, Journal
from sandbox.redaction import REDACTED
from tests.sandbox.conftest import Town

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECRET = "MTIz.secret.jeton"


def journal(size: int = 100) -> Journal:
    return Journal(lambda: NOW, size=size)


def exchange(book: Journal, **more: Any) -> Exchange:
    fields: dict[str, Any] = {
        "method": "POST",
        "path": "/channels/5/messages",
        "route": "/channels/{channel_id}/messages",
        "status": 200,
    }
    return book.rest(**{**fields, **more})


def test_a_cursor_gives_what_is_new() -> None:
    book = journal()
    exchange(book)
    cursor = book.last
    exchange(book)
    book.frame("out", op=0, t="MESSAGE_CREATE", s=1, d={})
    assert [entry.seq for entry in book.since(cursor)] == [2, 3]
    assert [entry.seq for entry in book.since(0, limit=1)] == [1]
    assert book.since(book.last) == []


def test_the_ring_forgets_the_oldest_and_the_counters_remember() -> None:
    book = journal(size=3)
    for _ in range(5):
        exchange(book)
    assert [entry.seq for entry in book] == [3, 4, 5]
    assert book.counters.requests == {"POST /channels/{channel_id}/messages": 5}
    assert book.counters.as_json()["statuses"] == {"200": 5}


def test_entries_are_found_by_what_they_are() -> None:
    book = journal()
    exchange(book, method="GET", route="/users/@me")
    exchange(book)
    book.frame("in", op=2, d={"token": SECRET})
    book.frame("out", op=None, code=4004)
    assert len(book.exchanges("GET")) == 1
    assert len(book.exchanges(route="/channels/{channel_id}/messages")) == 1
    assert [frame.code for frame in book.frames("out")] == [4004]
    assert book.counters.identifies == 1
    assert book.counters.frames == {"in op 2": 1, "out close": 1}


def test_no_secret_is_ever_written() -> None:
    book = journal()
    exchange(
        book,
        path=f"/webhooks/12/{SECRET}/messages/@original",
        query=f"code={SECRET}&wait=1",
        request_headers={"Authorization": f"Bot {SECRET}", "Accept": "*/*"},
        request={"client_secret": SECRET, "deep": [{"token": SECRET}]},
        response={"access_token": SECRET},
    )
    exchange(book, path=f"/interactions/12/{SECRET}/callback")
    book.frame("in", op=2, d={"token": SECRET})
    book.frame("out", op=0, t="INTERACTION_CREATE", d={"token": SECRET, "id": "5"})
    assert SECRET not in book.lines()
    assert SECRET not in json.dumps(book.har())
    assert REDACTED in book.lines()
    first = book.exchanges()[0]
    assert first.path == f"/webhooks/12/{REDACTED}/messages/@original"
    assert first.query == f"code={REDACTED}&wait=1"


def test_codes_of_errors_are_no_secrets() -> None:
    book = journal()
    answer = {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {"_errors": [{"code": "A", "message": "b"}]},
    }
    assert exchange(book, response=answer).response == answer


def test_what_is_written_does_not_change_with_the_world() -> None:
    book = journal()
    message = {"content": "avant", "tags": ["a"]}
    entry = exchange(book, response=message)
    message["content"] = "après"
    assert entry.response["content"] == "avant"


def test_listeners_hear_each_entry() -> None:
    book = journal()
    heard: list[Any] = []
    book.listen(heard.append)
    exchange(book)
    assert [entry.seq for entry in heard] == [1]


def test_har_is_what_browsers_open() -> None:
    book = journal()
    headers = {"Content-Type": "application/json"}
    exchange(
        book,
        query="limit=5&x=",
        request={"content": "é"},
        request_headers=headers,
        response={"id": "1"},
        ms=12.5,
    )
    exchange(book, method="GET", status=204)
    log = book.har(origin="http://127.0.0.1:80")["log"]
    assert log["version"] == "1.2"
    first = log["entries"][0]
    assert first["startedDateTime"] == "2026-03-02T09:00:00+00:00"
    assert first["request"]["url"] == "http://127.0.0.1:80/channels/5/messages?limit=5&x="
    assert first["request"]["queryString"] == [{"name": "limit", "value": "5"}, {"name": "x", "value": ""}]
    assert first["request"]["postData"] == {"mimeType": "application/json", "text": '{"content": "é"}'}
    assert first["response"]["content"]["text"] == '{"id": "1"}'
    assert first["time"] == first["timings"]["wait"] == 12.5
    assert log["entries"][1]["response"]["status"] == 204
    json.dumps(log)


def test_text_that_no_encoding_takes_is_exported_all_the_same() -> None:
    book = journal()
    exchange(book, request={"content": "\ud800"})
    json.dumps(book.har())
    book.lines().encode()


def test_lines_hold_one_entry_each() -> None:
    book = journal()
    exchange(book)
    book.frame("out", op=11)
    lines = [json.loads(line) for line in book.lines().splitlines()]
    assert [line["kind"] for line in lines] == ["rest", "gateway"]
    assert isinstance(next(iter(book)), Exchange)
    assert isinstance(list(book)[-1], Frame)


def test_clearing_keeps_the_cursor() -> None:
    book = journal()
    exchange(book)
    book.clear()
    assert (len(book), book.last, exchange(book).seq) == (0, 1, 2)


async def test_it_is_exported_over_http(town: Town) -> None:
    await town.raw("GET", "/users/@me")
    url = f"{town.sandbox.url}/sandbox/control"
    async with town.raw.session.get(f"{url}/journal.har") as answer:
        assert (await answer.json())["log"]["entries"][0]["request"]["url"].endswith("/users/@me")
    async with town.raw.session.get(f"{url}/journal.jsonl") as answer:
        assert [json.loads(line)["path"] for line in (await answer.text()).splitlines()] == ["/users/@me"]
    async with town.raw.session.get(f"{url}/journal.jsonl?kind=gateway") as answer:
        assert await answer.text() == ""
