"""Channels: creation, edition, forum tags, overwrites."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
Body = dict[str, Any]


def channel_create(body: Any) -> Body:
    """A guild channel, with every field that its type has."""
    return dict(body)


def channel_edit(body: Any, current: Json) -> Body:
    """Only the keys that change. For a thread, see ``threads.thread_edit``."""
    return dict(body)


def overwrite(body: Any) -> Body:
    """``{"type", "allow", "deny"}`` of PUT …/permissions/{id}."""
    return dict(body)


def positions(body: Any) -> list[Body]:
    """``[{"id", "position"?, "parent_id"?, "lock_permissions"?}]`` of PATCH …/channels."""
    return list(body)
