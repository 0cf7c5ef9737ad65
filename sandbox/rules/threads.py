"""Threads and forum posts."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
Body = dict[str, Any]


def forum_post(body: Any, channel: Json, *, manages_threads: bool = False, files: int = 0) -> Body:
    """``{"name", "auto_archive_duration", "rate_limit_per_user", "applied_tags", "message"}``."""
    return dict(body)


def thread_from_message(body: Any, channel: Json) -> Body:
    """``{"name", "auto_archive_duration", "rate_limit_per_user"}``."""
    return dict(body)


def thread_create(body: Any, channel: Json) -> Body:
    """A thread without a message; private unless ``type`` says otherwise."""
    return dict(body)


def thread_edit(body: Any, thread: Json, parent: Json, *, manages_threads: bool = False) -> Body:
    """Only the keys that change; 50083 when archived and not reopened in the same request."""
    return dict(body)
