"""Roles and members."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]
Body = dict[str, Any]


def role_create(body: Any) -> Body:
    """All fields of a new role, with Discord's defaults (name "new role")."""
    return dict(body)


def role_edit(body: Any, current: Json) -> Body:
    """Only the keys that change."""
    return dict(body)


def positions(body: Any) -> list[Body]:
    """``[{"id", "position"}]`` of PATCH …/roles."""
    return list(body)


def member_edit(body: Any, now: datetime) -> Body:
    """``{"nick", "roles", "communication_disabled_until", "flags", …}``: only the keys sent."""
    return dict(body)
