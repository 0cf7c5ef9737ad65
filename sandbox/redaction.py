"""What the journal must not hold: tokens and secrets, wherever they stand."""

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization"})
SECRET_KEYS = frozenset({"token", "access_token", "refresh_token", "client_secret", "code"})
_SECRET_PATHS = (
    re.compile(r"(/webhooks/\d+/)([^/?#@]+)"),
    re.compile(r"(/interactions/\d+/)([^/?#]+)"),
)
_SECRET_QUERY = re.compile(rf"(?<![^&])({'|'.join(sorted(SECRET_KEYS))})=[^&]*")


def redact(value: Any) -> Any:
    """A copy without the values of keys that hold secrets. Error trees keep their "code" (it is a name)."""
    if isinstance(value, Mapping):
        return {
            key: REDACTED if key in SECRET_KEYS and _is_secret(key, item, value) else redact(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [redact(item) for item in value]
    return value


def redact_path(path: str) -> str:
    """Webhook and interaction tokens are secrets that stand in the path."""
    for pattern in _SECRET_PATHS:
        path = pattern.sub(rf"\g<1>{REDACTED}", path)
    return path


def redact_query(query: str) -> str:
    return _SECRET_QUERY.sub(rf"\g<1>={REDACTED}", query)


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: REDACTED if name.lower() in SECRET_HEADERS else value for name, value in headers.items()}


def _is_secret(key: str, value: Any, around: Mapping[str, Any]) -> bool:
    """OAuth2's "code" is a secret; the "code" of an error stands beside its "message"."""
    return isinstance(value, str) and not (key == "code" and "message" in around)
