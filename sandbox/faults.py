"""What goes wrong on purpose: rules that spoil an answer of the REST API or a frame of the gateway.

A rule matches a route (or an event), does one thing, a limited number of times. The server asks ``rest``
before it serves a request and ``dispatch`` before it sends an event, and obeys the ``Fault`` it gets.
"""

import contextlib
import fnmatch
import itertools
import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.errors import ApiError
from sandbox.ratelimit import Verdict, refusal

REST_KINDS = {
    "delay": "serve after `seconds`",
    "status": "answer `status` (500, 502, 503, 504 …) without doing anything",
    "apply_then_status": "do it, then answer `status`: the client cannot know that it was done",
    "drop": "close the connection without doing anything",
    "apply_then_drop": "do it, then close the connection without an answer",
    "rate_limit": "answer 429 (`scope` user, shared or global; wait `seconds`); `via` false imitates a ban",
    "content_type": "do it, but say `content_type`",
}
GATEWAY_KINDS = {
    "reconnect": "send op 7",
    "invalid_session": "send op 9, resumable or not (`resumable`)",
    "close": "close with `code`",
    "withhold_ack": "do not acknowledge heartbeats",
    "silence": "send nothing at all any more",
    "duplicate": "send the event twice",
    "delay_event": "send the event `seconds` late",
    "drop_event": "never send the event",
    "reorder": "send the event after the one that follows",
}
BAN_PAGE = "<!doctype html><title>Access denied</title><h1>Error 1015</h1><p>You are being rate limited.</p>"


@dataclass
class Fault:
    """One rule. ``times`` None means until it is removed; ``skip`` lets the first ones pass."""

    kind: str
    method: str = "*"
    route: str = "*"  # template or path, with * as in file names: "/channels/*/messages"
    event: str = "*"  # gateway: the name of a dispatch
    app: str = "*"
    times: int | None = 1
    skip: int = 0
    seconds: float = 0.0
    status: int = 500
    scope: str = "user"
    via: bool = True
    content_type: str = "application/json; charset=utf-8"
    code: int = 4000
    resumable: bool = False
    id: int = 0
    hits: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in REST_KINDS and self.kind not in GATEWAY_KINDS:
            known = ", ".join([*REST_KINDS, *GATEWAY_KINDS])
            raise ValueError(f"unknown fault {self.kind!r}; known: {known}")

    @property
    def on_gateway(self) -> bool:
        return self.kind in GATEWAY_KINDS

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def rate_limit(self) -> Verdict:
        """The 429 of a ``rate_limit`` fault."""
        return refusal(self.seconds, scope=self.scope, via=self.via)

    def body(self) -> dict[str, Any]:
        """The body of a spoiled answer."""
        return {"message": f"{self.status}: sandbox fault", "code": 0}


class Faults:
    """The rules in force, in the order they were added; the first that matches is used up."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._ids = itertools.count(1)

    def __len__(self) -> int:
        return len(self._rules)

    def list(self) -> list[dict[str, Any]]:
        return [rule.as_json() for rule in self._rules]

    def add(self, kind: str, **settings: Any) -> Fault:
        """``faults.add("apply_then_status", method="POST", route="/channels/*/messages", status=500)``."""
        rule = Fault(kind, **settings)
        rule.id = next(self._ids)
        self._rules.append(rule)
        return rule

    def add_json(self, body: Any) -> Fault:
        """The same from the control API; what is wrong is told as Discord would (50035)."""
        if not isinstance(body, Mapping) or not isinstance(body.get("kind"), str):
            raise ApiError.leaf(("kind",), "BASE_TYPE_REQUIRED", "This field is required")
        settings = {key: value for key, value in body.items() if key not in ("kind", "id", "hits")}
        for key, value in settings.items():
            _check_type(key, value)
        try:
            return self.add(body["kind"], **settings)
        except ValueError as error:
            raise ApiError.leaf(("kind",), "BASE_TYPE_CHOICES", str(error)) from None

    def add_words(self, text: str) -> Fault:
        """The same from a command line: `close code=4009 times=2`."""
        return self.add_json(words(text))

    def remove(self, fault_id: int) -> bool:
        before = len(self._rules)
        self._rules = [rule for rule in self._rules if rule.id != fault_id]
        return len(self._rules) < before

    def clear(self) -> None:
        self._rules.clear()

    def rest(self, method: str, route: str, path: str = "", *, app: str | None = None) -> Fault | None:
        """The fault for this request, if any; counts as used."""
        for rule in self._rules:
            if (
                not rule.on_gateway
                and rule.method in ("*", method.upper())
                and (fnmatch.fnmatchcase(route, rule.route) or fnmatch.fnmatchcase(path, rule.route))
                and rule.app in ("*", app)
                and self._use(rule)
            ):
                return rule
        return None

    def dispatch(self, event: str, *, app: str | None = None) -> Fault | None:
        """The fault for this event that is about to be sent, if any; counts as used."""
        return self._gateway(("duplicate", "delay_event", "drop_event", "reorder"), event, app)

    def acknowledgement(self, *, app: str | None = None) -> Fault | None:
        """Asked for each heartbeat: a fault means no acknowledgement."""
        return self._gateway(("withhold_ack",), "HEARTBEAT", app)

    def silence(self, *, app: str | None = None) -> Fault | None:
        """Asked for each frame to send: a fault means nothing is sent."""
        return self._gateway(("silence",), "*", app)

    def interruption(self, *, app: str | None = None, event: str = "*") -> Fault | None:
        """op 7, op 9 or a close to do now; asked after each dispatch and each heartbeat."""
        return self._gateway(("reconnect", "invalid_session", "close"), event, app)

    def _gateway(self, kinds: tuple[str, ...], event: str, app: str | None) -> Fault | None:
        for rule in self._rules:
            if (
                rule.kind in kinds
                and (event == "*" or fnmatch.fnmatchcase(event, rule.event))
                and rule.app in ("*", app)
                and self._use(rule)
            ):
                return rule
        return None

    def _use(self, rule: Fault) -> bool:
        rule.hits += 1
        if rule.hits <= rule.skip:
            return False
        if rule.times is not None and rule.hits - rule.skip >= rule.times:
            self._rules = [other for other in self._rules if other is not rule]
        return True


def words(text: str) -> dict[str, Any]:
    """`kind key=value …` as the control API takes it: numbers, true, false, null where they belong."""
    kind, *settings = shlex.split(text) or [""]
    body: dict[str, Any] = {"kind": kind}
    for setting in settings:
        key, _, value = setting.partition("=")
        body[key] = value
        if str not in _TYPES.get(key, (str,)):
            with contextlib.suppress(ValueError):
                body[key] = json.loads(value)
    return body


_TYPES: dict[str, tuple[type, ...]] = {
    "method": (str,), "route": (str,), "event": (str,), "app": (str,), "times": (int, type(None)),
    "skip": (int,), "seconds": (int, float), "status": (int,), "scope": (str,), "via": (bool,),
    "content_type": (str,), "code": (int,), "resumable": (bool,),
}  # fmt: skip


def _check_type(key: str, value: Any) -> None:
    wanted = _TYPES.get(key)
    if wanted is None:
        raise ApiError.leaf((key,), "BASE_TYPE_CHOICES", "Unknown setting.")
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise ApiError.leaf((key,), "BASE_TYPE_CONVERT", "This value has the wrong type.")
