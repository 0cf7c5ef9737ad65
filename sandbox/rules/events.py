"""Scheduled events and their recurrence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]
Body = dict[str, Any]


def event_create(body: Any, now: datetime) -> Body:
    """All fields of a new event."""
    return dict(body)


def event_edit(body: Any, current: Json, now: datetime) -> Body:
    """Only the keys that change, moves of status included."""
    return dict(body)


def next_occurrence(rule: Json, after: datetime) -> datetime | None:
    """When a recurring event starts again."""
    return None
