"""Structured logs on the standard error: events and identifiers, never a name, a message or a secret.

The project logs ``"reminder sent outbox=%s"``: a lower-case event, then ids. What libraries log, and what
exceptions say, is cut down here, because either may quote what a member typed.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, TextIO

_HIDDEN = "[hidden]"
# An interaction's token is in its address: whoever reads it can answer in our name for 15 minutes.
_TOKEN_IN_ADDRESS = re.compile(r"(/(?:interactions|webhooks)/\d+/)[\w.\-]+")
# These libraries log labels of buttons, or bodies of requests: their sentence is kept without its arguments.
_WITHOUT_ARGUMENTS = ("discord.ui", "discord.webhook", "discord.http", "sqlalchemy", "aiosqlite", "asyncpg")
# The text of these says what the code did wrong; that of any other may quote a value that a member typed.
_ABOUT_CODE = (AttributeError, TypeError, NameError, ImportError, NotImplementedError, AssertionError)
_FIELD = re.compile(r"(?<!\S)([a-z_]+)=(\S+)")


class SafeFormatter(logging.Formatter):
    """Formats a record without what may identify or quote a person, and without the secrets given."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(secret for secret in secrets if secret)

    def format(self, record: logging.LogRecord) -> str:
        parts = [f"{_at(record)} {record.levelname.lower():<7} {record.name}: {self.event(record)}"]
        if record.exc_info and record.exc_info[1] is not None:
            parts.append(self.clean(trace(record.exc_info[1])))
        return "\n".join(parts)

    def event(self, record: logging.LogRecord) -> str:
        """The record's sentence, on one line."""
        careful = record.name.startswith(_WITHOUT_ARGUMENTS)
        text = str(record.msg) if careful else record.getMessage()
        return self.clean(text).replace("\r", "\\r").replace("\n", "\\n")

    def clean(self, text: str) -> str:
        """Without the secrets, nor the tokens that are part of an address."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKEN_IN_ADDRESS.sub(rf"\1{_HIDDEN}", text)


class JsonFormatter(SafeFormatter):
    """One JSON object per line; the ``key=value`` pairs of an event become fields."""

    def format(self, record: logging.LogRecord) -> str:
        event = self.event(record)
        line: dict[str, object] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": event,
        }
        if fields := dict(_FIELD.findall(event)):
            line["fields"] = fields
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = self.clean(trace(record.exc_info[1])).splitlines()
        return json.dumps(line, ensure_ascii=False)


def trace(error: BaseException) -> str:
    """Where it happened and of what kind, innermost last; what the exception says only where that is safe."""
    lines: list[str] = []
    for cause in _chain(error):
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}{_said(cause)}")
    return "\n".join(lines)


def set_up(
    log_format: Literal["text", "json"],
    level: str,
    *,
    secrets: Sequence[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every logger of the process through one formatter."""
    formatter = JsonFormatter(secrets) if log_format == "json" else SafeFormatter(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # A debug level is for our own code: these would print the bodies of requests.
    for name in ("discord", "aiohttp", "sqlalchemy", "aiosqlite", "asyncio", "apscheduler"):
        logging.getLogger(name).setLevel(max(logging.INFO, root.level))
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)  # at INFO it tells every statement
    logging.getLogger("apscheduler").setLevel(max(logging.WARNING, root.level))


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in chain:
        chain.append(step)
        step = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
    return chain[::-1]


def _said(error: BaseException) -> str:
    details = [
        f"{name}={value}"
        for name in ("status", "code", "errno")
        if _plain(value := getattr(error, name, None))
    ]
    if isinstance(error, _ABOUT_CODE):
        details.append(str(error).replace("\n", "\\n"))
    return f": {' '.join(details)}" if details else ""


def _plain(value: object) -> bool:
    return isinstance(value, int) or (
        isinstance(value, str) and re.fullmatch(r"[\w.]{1,40}", value) is not None
    )


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds")
