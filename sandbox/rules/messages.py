"""The body of a message: creation, edition, bulk deletion."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.errors import Path

Json = Mapping[str, Any]
Body = dict[str, Any]


def message_create(
    body: Any, *, prefix: Path = (), kind: str = "channel", files: int = 0, has_stickers: bool = False
) -> Body:
    """A new message. ``kind`` is "channel", "webhook" (followup), "interaction" (callback 4) or "starter"
    (forum post). ``files`` is the number of files uploaded beside the JSON. Raises 50035, 50006, 30015."""
    return dict(body)


def message_edit(body: Any, current: Json, *, prefix: Path = (), files: int = 0) -> Body:
    """Only the keys that the edit changes, normalised. ``current`` is the message as it stands."""
    return dict(body)


def bulk_delete(body: Any, now: datetime) -> list[str]:
    """The ids to delete: 2 to 100, none twice, none older than fourteen days (50016, 50034)."""
    return list(body["messages"])


def page(query: Mapping[str, str], *, most: int = 100, default: int = 50, least: int = 1) -> Body:
    """``{"limit", "before", "after", "around"}`` of a list's query string (ids as text or None)."""
    return {"limit": default, "before": None, "after": None, "around": None}
