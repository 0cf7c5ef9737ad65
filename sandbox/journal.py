"""Everything that bots and the sandbox said to each other: REST exchanges and gateway frames.

A ring, so that a long demonstration does not fill the memory; read by the page, asserted on by tests,
exported as HAR 1.2 (REST) and JSON lines (all). Secrets are taken out when an entry is written, so no
export can leak one.
"""

import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.redaction import redact, redact_headers, redact_path, redact_query


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. ``kind`` is "rest" or "gateway"."""

    seq: int
    kind: str
    at: datetime
    app: str | None


@dataclass(frozen=True, slots=True)
class Exchange(Entry):
    """A REST request and its answer. ``path`` is as sent, without secrets; ``route`` is its template."""

    method: str
    path: str
    route: str
    query: str
    status: int
    request_headers: Mapping[str, str]
    response_headers: Mapping[str, str]
    request: Any
    response: Any
    ms: float
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "seq": self.seq, "kind": self.kind, "at": self.at.isoformat(), "app": self.app,
            "method": self.method, "path": self.path, "route": self.route, "query": self.query,
            "status": self.status, "request_headers": dict(self.request_headers),
            "response_headers": dict(self.response_headers), "request": self.request,
            "response": self.response, "ms": round(self.ms, 3), "fault": self.fault,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame(Entry):
    """A gateway frame. ``way`` is "in" (from the bot) or "out"; a close has ``op`` None and its
    ``code``.
    """

    way: str
    session: str | None
    op: int | None
    t: str | None = None
    s: int | None = None
    d: Any = None
    code: int | None = None
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "seq": self.seq, "kind": self.kind, "at": self.at.isoformat(), "app": self.app,
            "way": self.way, "session": self.session, "op": self.op, "t": self.t, "s": self.s, "d": self.d,
            "code": self.code, "fault": self.fault,
        }  # fmt: skip


Listener = Callable[[Entry], None]


@dataclass
class Counters:
    """What a test or a health panel asks most."""

    requests: Counter[str] = field(default_factory=Counter)  # "POST /channels/{channel_id}/messages"
    statuses: Counter[int] = field(default_factory=Counter)
    frames: Counter[str] = field(default_factory=Counter)  # "in op 2", "out MESSAGE_CREATE"
    identifies: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "requests": dict(self.requests),
            "statuses": {str(status): count for status, count in self.statuses.items()},
            "frames": dict(self.frames),
            "identifies": self.identifies,
        }


class Journal:
    """``rest`` and ``frame`` write; ``since``, ``rest_entries``, ``har`` and ``lines`` read."""

    def __init__(self, now: Callable[[], datetime], *, size: int = 20_000) -> None:
        self._now = now
        self._ring: deque[Entry] = deque(maxlen=size)
        self._listeners: list[Listener] = []
        self.last = 0
        self.counters = Counters()

    def __len__(self) -> int:
        return len(self._ring)

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._ring))

    def listen(self, listener: Listener) -> None:
        """``listener(entry)`` is called for each new entry, in order."""
        self._listeners.append(listener)

    def rest(
        self,
        *,
        method: str,
        path: str,
        status: int,
        route: str = "",
        query: str = "",
        app: str | None = None,
        request_headers: Mapping[str, str] | None = None,
        response_headers: Mapping[str, str] | None = None,
        request: Any = None,
        response: Any = None,
        ms: float = 0.0,
        fault: str | None = None,
    ) -> Exchange:
        """Write a REST exchange. ``request`` and ``response`` are the bodies, decoded from JSON if they
        were.
        """
        self.last += 1
        entry = Exchange(
            self.last, "rest", self._now(), app, method, redact_path(path), route, redact_query(query),
            status,
            redact_headers(request_headers or {}), redact_headers(response_headers or {}),
            redact(request), redact(response), ms, fault,
        )  # fmt: skip
        self.counters.requests[f"{method} {route or entry.path}"] += 1
        self.counters.statuses[status] += 1
        self._keep(entry)
        return entry

    def frame(
        self,
        way: str,
        *,
        op: int | None,
        app: str | None = None,
        session: str | None = None,
        t: str | None = None,
        s: int | None = None,
        d: Any = None,
        code: int | None = None,
        fault: str | None = None,
    ) -> Frame:
        """Write a gateway frame, or with ``op=None`` a close with ``code``."""
        self.last += 1
        entry = Frame(self.last, "gateway", self._now(), app, way, session, op, t, s, redact(d), code, fault)
        self.counters.frames[f"{way} {t or ('close' if op is None else f'op {op}')}"] += 1
        if way == "in" and op == 2:
            self.counters.identifies += 1
        self._keep(entry)
        return entry

    def since(self, seq: int = 0, *, limit: int | None = None) -> list[Entry]:
        """Entries after ``seq``, oldest first; ``journal.last`` is the next cursor."""
        fresh: list[Entry] = []
        for entry in reversed(self._ring):
            if entry.seq <= seq:
                break
            fresh.append(entry)
        fresh.reverse()
        return fresh if limit is None else fresh[:limit]

    def exchanges(
        self, method: str | None = None, route: str | None = None, *, since: int = 0
    ) -> list[Exchange]:
        """REST exchanges, narrowed by method and by route template."""
        return [
            entry
            for entry in self.since(since)
            if isinstance(entry, Exchange)
            and (method is None or entry.method == method)
            and (route is None or entry.route == route)
        ]

    def frames(
        self, way: str | None = None, *, op: int | None = None, t: str | None = None, since: int = 0
    ) -> list[Frame]:
        """Gateway frames, narrowed by way, opcode and event."""
        return [
            entry
            for entry in self.since(since)
            if isinstance(entry, Frame)
            and (way is None or entry.way == way)
            and (op is None or entry.op == op)
            and (t is None or entry.t == t)
        ]

    def clear(self) -> None:
        """Forget entries and counters; the cursor goes on."""
        self._ring.clear()
        self.counters = Counters()

    def lines(self, entries: Iterable[Entry] | None = None) -> str:
        """JSON lines, one entry each."""
        chosen = self._ring if entries is None else entries
        return "".join(
            _dumps(entry.as_json()) + "\n" for entry in chosen if isinstance(entry, (Exchange, Frame))
        )

    def har(
        self, entries: Iterable[Entry] | None = None, *, origin: str = "http://sandbox.invalid"
    ) -> dict[str, Any]:
        """The REST exchanges as an HTTP Archive 1.2, which browsers' developer tools open."""
        chosen = self._ring if entries is None else entries
        return {
            "log": {
                "version": "1.2",
                "creator": {"name": "sandbox", "version": "1"},
                "pages": [],
                "entries": [har_entry(entry, origin) for entry in chosen if isinstance(entry, Exchange)],
            }
        }

    def _keep(self, entry: Entry) -> None:
        self._ring.append(entry)
        for listener in self._listeners:
            listener(entry)


def har_entry(exchange: Exchange, origin: str) -> dict[str, Any]:
    """One exchange as HAR 1.2 writes it."""
    url = origin + exchange.path + (f"?{exchange.query}" if exchange.query else "")
    sent = _text(exchange.request)
    received = _text(exchange.response)
    request: dict[str, Any] = {
        "method": exchange.method, "url": url, "httpVersion": "HTTP/1.1", "cookies": [],
        "headers": _pairs(exchange.request_headers),
        "queryString": [
            {"name": name, "value": value}
            for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
        ],
        "headersSize": -1, "bodySize": len(sent.encode()),
    }  # fmt: skip
    if exchange.request is not None:
        request["postData"] = {"mimeType": _header(exchange.request_headers, "content-type"), "text": sent}
    return {
        "startedDateTime": exchange.at.isoformat(),
        "time": exchange.ms,
        "request": request,
        "response": {
            "status": exchange.status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
            "headers": _pairs(exchange.response_headers),
            "content": {
                "size": len(received.encode()),
                "mimeType": _header(exchange.response_headers, "content-type"),
                "text": received,
            },
            "redirectURL": "", "headersSize": -1, "bodySize": len(received.encode()),
        },
        "cache": {},
        "timings": {"send": 0, "wait": exchange.ms, "receive": 0},
    }  # fmt: skip


def _text(body: Any) -> str:
    if body is None:
        return ""
    return _writable(body) if isinstance(body, str) else _dumps(body)


def _dumps(value: Any) -> str:
    return _writable(json.dumps(value, ensure_ascii=False, default=str))


def _writable(text: str) -> str:
    """Half a surrogate pair, which no encoding takes, becomes an escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")
