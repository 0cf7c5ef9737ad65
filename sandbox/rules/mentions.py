"""Who a message pings."""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.errors import Path

Json = Mapping[str, Any]
Body = dict[str, Any]


def allowed_mentions(value: Any, *, prefix: Path = ("allowed_mentions",)) -> Body | None:
    """``{"parse", "users", "roles", "replied_user"}``, or None when absent."""
    return value


def resolve(
    content: str,
    allowed: Json | None,
    *,
    roles: Mapping[str, Json] | None = None,
    can_mention_everyone: bool = False,
    default: Sequence[str] = ("users", "roles", "everyone"),
    replied_author: str | None = None,
) -> Body:
    """``{"users": [ids], "roles": [ids], "everyone": bool, "channels": [ids]}`` that ``content`` pings."""
    return {"users": [], "roles": [], "everyone": False, "channels": []}
