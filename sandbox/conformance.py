"""Compares what bots and the sandbox say with Discord's OpenAPI description, where that file is at hand.

``Conformance().attach(journal)`` listens to every exchange; ``violations`` must stay empty. A request
counts when the sandbox accepted it (a refused one was rightly refused), an answer always, unless a fault
spoiled it. What the description gets wrong, or leaves looser or stricter than the real thing, is in
``looseness``, with its reason.
"""

import fnmatch
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sandbox.journal import Entry, Exchange, Journal
from sandbox.looseness import LOOSENESS
from sandbox.schemas import Check, Compiler, Problem

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "shared" / "discord" / "openapi.json"
_METHODS = ("get", "post", "put", "patch", "delete")
_VERSION = re.compile(r"^/api/v\d+")


@dataclass(frozen=True, slots=True)
class Violation:
    """A sentence of the conversation that Discord's description does not have."""

    side: str  # "request" or "answer"
    method: str
    route: str
    status: int
    problem: str
    seq: int = 0

    def __str__(self) -> str:
        return f"#{self.seq} {self.side} {self.method} {self.route} → {self.status}: {self.problem}"


@dataclass(slots=True)
class Operation:
    """One method of one path, compiled."""

    template: str
    query: dict[str, Check]
    body: Check | None
    body_required: bool
    answers: dict[str, Check | None]

    def answer(self, status: int) -> tuple[bool, Check | None]:
        """Whether the description knows that status here, and how to check the body."""
        for key in (str(status), f"{status // 100}XX"):
            if key in self.answers:
                return True, self.answers[key]
        return False, None


class Description:
    """The OpenAPI file, its operations compiled when first asked for."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._compiler = Compiler(document)
        self._paths = document["paths"]
        self._operations: dict[tuple[str, str], Operation | None] = {}
        by_length: dict[int, list[tuple[str, ...]]] = {}
        for template in self._paths:
            parts = tuple(template.strip("/").split("/"))
            by_length.setdefault(len(parts), []).append(parts)
        # Literal segments win over parameters: /users/@me before /users/{user_id}.
        self._by_length = {
            length: sorted(templates, key=lambda parts: sum(part.startswith("{") for part in parts))
            for length, templates in by_length.items()
        }

    def template(self, path: str) -> str | None:
        """The path of the description that an address belongs to."""
        parts = path.strip("/").split("/")
        for candidate in self._by_length.get(len(parts), ()):
            if all(
                wanted == part or (wanted.startswith("{") and part)
                for wanted, part in zip(candidate, parts, strict=True)
            ):
                return "/" + "/".join(candidate)
        return None

    def operation(self, method: str, path: str) -> Operation | None:
        template = self.template(path)
        if template is None:
            return None
        key = (method.lower(), template)
        if key not in self._operations:
            self._operations[key] = self._compile(template, method.lower())
        return self._operations[key]

    def _compile(self, template: str, method: str) -> Operation | None:
        found = self._paths[template].get(method)
        if found is None or method not in _METHODS:
            return None
        resolve, compile_ = self._compiler.resolve, self._compiler.compile
        query = {
            parameter["name"]: compile_(parameter["schema"])
            for parameter in map(resolve, found.get("parameters", ()))
            if parameter["in"] == "query"
        }
        request = resolve(found.get("requestBody", {}))
        body = request.get("content", {}).get("application/json")
        answers = {
            status: compile_(content["schema"]) if (content := _json_content(resolve(answer))) else None
            for status, answer in found["responses"].items()
        }
        required = bool(request.get("required"))
        return Operation(template, query, compile_(body["schema"]) if body else None, required, answers)


def _json_content(answer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found = answer.get("content", {}).get("application/json")
    return found if isinstance(found, dict) else None


@lru_cache(maxsize=2)
def _load(path: Path) -> Description:
    """Read once per process: the file is large, and tests start many sandboxes."""
    return Description(json.loads(path.read_text(encoding="utf-8")))


class Conformance:
    """Collects violations. Without the file it is disabled, and ``reason`` says why."""

    def __init__(self, openapi_path: Path | None = None) -> None:
        self.path = openapi_path or DEFAULT_FILE
        self.reason = "" if self.path.is_file() else f"no OpenAPI description at {self.path.name}"
        self.violations: list[Violation] = []
        self.checked = 0

    @property
    def enabled(self) -> bool:
        return not self.reason

    def attach(self, journal: Journal) -> "Conformance":
        """From now on, check each exchange that ``journal`` writes down."""
        if self.enabled:
            journal.listen(self.hear)
        return self

    def hear(self, entry: Entry) -> None:
        if isinstance(entry, Exchange):
            self.violations += self.check(entry)

    def check(self, exchange: Exchange) -> list[Violation]:
        """The violations of one exchange."""
        if not self.enabled or exchange.status == 0 or exchange.status >= 500:
            return []
        self.checked += 1
        path = _VERSION.sub("", exchange.path)
        operation = _load(self.path).operation(exchange.method, path)
        route = operation.template if operation else exchange.route or path
        found: list[tuple[str, Problem]] = []
        if operation is None:
            if exchange.status < 400:
                found.append(("request", Problem((), "the description has no such route")))
        else:
            if exchange.status < 400:
                found += [("request", problem) for problem in _request(operation, exchange)]
            if exchange.fault is None or exchange.fault in _HARMLESS:
                found += [("answer", problem) for problem in _answer(operation, exchange)]
        return [
            Violation(side, exchange.method, route, exchange.status, str(problem), exchange.seq)
            for side, problem in found
            if not is_known(side, exchange.method, route, problem)
        ]


_HARMLESS = ("delay",)


def is_known(side: str, method: str, route: str, problem: Problem) -> bool:
    """Whether the table of known looseness covers it."""
    place = ".".join(map(str, problem.place))
    return any(
        loose.side in (side, "both")
        and fnmatch.fnmatchcase(f"{method} {route}", loose.route)
        and re.fullmatch(loose.place, place) is not None
        and loose.says in problem.message
        for loose in LOOSENESS
    )


def _request(operation: Operation, exchange: Exchange) -> list[Problem]:
    problems: list[Problem] = []
    for pair in filter(None, exchange.query.split("&")):
        name, _, raw = pair.partition("=")
        check = operation.query.get(name)
        if check is None:
            problems.append(Problem(("query", name), "not a parameter of this route"))
        elif not _fits_any(check, raw):
            check(raw, ("query", name), problems)
    if exchange.request is None:
        if operation.body is not None and operation.body_required:
            problems.append(Problem((), "a body is required"))
    elif operation.body is not None:
        operation.body(exchange.request, (), problems)
    return problems


def _fits_any(check: Check, raw: str) -> bool:
    """A query parameter is text; it fits when one of its readings does."""
    readings: list[Any] = [raw, [raw]]
    if re.fullmatch(r"-?\d+", raw):
        readings.append(int(raw))
    if raw.lower() in ("true", "false", "1", "0"):
        readings.append(raw.lower() in ("true", "1"))
    for reading in readings:
        problems: list[Problem] = []
        check(reading, (), problems)
        if not problems:
            return True
    return False


def _answer(operation: Operation, exchange: Exchange) -> list[Problem]:
    if exchange.status == 429 and exchange.response is None:
        return []  # a ban's page, which comes from before the API
    known, check = operation.answer(exchange.status)
    if not known:
        return [Problem((), f"status {exchange.status} is not described")]
    problems: list[Problem] = []
    if check is not None and not isinstance(exchange.response, str):
        check(exchange.response, (), problems)
    elif exchange.status == 204 and exchange.response is not None:
        problems.append(Problem((), "204 has no body"))
    return problems
