"""Threads and forum posts."""

from collections.abc import Iterable
from typing import Any

from sandbox.errors import ApiError, Form
from sandbox.rules import messages
from sandbox.rules.channels import ANNOUNCEMENT, ARCHIVE_MINUTES, REQUIRE_TAG, SLOWMODE
from sandbox.rules.fields import Body, Json, Reader

NAME, TAGS = 100, 5
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
PINNED = 1 << 1
DEFAULT_ARCHIVE = 4320


def forum_post(body: Any, channel: Json, *, manages_threads: bool = False, files: int = 0) -> Body:
    """``{"name", "auto_archive_duration", "rate_limit_per_user", "applied_tags", "message"}``.

    Raises 50035, 50006, 10087 (unknown tag), 40066 and 40067 (tag required), 50013 (tag of moderators).
    """
    form = Form()
    reader = Reader(form, body)
    found = _common(reader, channel)
    if found["rate_limit_per_user"] is None:
        found["rate_limit_per_user"] = channel.get("default_thread_rate_limit_per_user") or 0
    found["applied_tags"] = reader.snowflakes("applied_tags", most=TAGS) or []
    message = reader.child("message", required=True)
    if message is not None:
        found["message"] = messages.read(message, kind="starter", files=files)
    form.check()
    _check_tags(found["applied_tags"], (), channel, manages_threads)
    messages.require_something(found["message"])
    return found


def thread_from_message(body: Any, channel: Json) -> Body:
    """``{"name", "auto_archive_duration", "rate_limit_per_user", "type"}``; public, or announcement."""
    form = Form()
    found = _common(Reader(form, body), channel)
    form.check()
    found["rate_limit_per_user"] = found["rate_limit_per_user"] or 0
    found["type"] = ANNOUNCEMENT_THREAD if channel.get("type") == ANNOUNCEMENT else PUBLIC_THREAD
    return found


def thread_create(body: Any, channel: Json) -> Body:
    """A thread without a message; private unless ``type`` says otherwise. Adds ``type`` and
    ``invitable``.
    """
    form = Form()
    reader = Reader(form, body)
    found = _common(reader, channel)
    found["rate_limit_per_user"] = found["rate_limit_per_user"] or 0
    kinds = (ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD)
    found["type"] = reader.one_of("type", kinds, default=PRIVATE_THREAD)
    found["invitable"] = reader.boolean("invitable", default=True)
    form.check()
    if (found["type"] == ANNOUNCEMENT_THREAD) != (channel.get("type") == ANNOUNCEMENT):
        raise ApiError.of(50024)
    return found


def thread_edit(body: Any, thread: Json, parent: Json, *, manages_threads: bool = False) -> Body:
    """Only the keys that change: ``name``, ``archived``, ``locked``, ``applied_tags``, ``flags``, …

    50083 when the thread is archived and not reopened in the same request.
    """
    form = Form()
    reader = Reader(form, body)
    found = _changes(reader)
    form.check()
    state = thread.get("thread_metadata") or {}
    if state.get("archived") and found.get("archived") is not False and set(found) - {"archived"}:
        raise ApiError.of(50083)
    if "applied_tags" in found:
        _check_tags(found["applied_tags"], thread.get("applied_tags") or (), parent, manages_threads)
    if found.get("archived") and "flags" not in found and int(thread.get("flags") or 0) & PINNED:
        found["flags"] = int(thread.get("flags") or 0) & ~PINNED
    return found


def _changes(reader: Reader) -> Body:
    found: Body = {}
    if reader.given("name"):
        found["name"] = reader.text("name", least=1, most=NAME, strip=True)
    for key in ("archived", "locked", "invitable"):
        if reader.given(key):
            found[key] = reader.boolean(key)
    if reader.given("auto_archive_duration"):
        found["auto_archive_duration"] = reader.one_of("auto_archive_duration", ARCHIVE_MINUTES)
    if reader.given("rate_limit_per_user"):
        found["rate_limit_per_user"] = reader.integer("rate_limit_per_user", least=0, most=SLOWMODE)
    if reader.given("flags"):
        found["flags"] = (reader.integer("flags") or 0) & PINNED
    if reader.has("applied_tags"):
        found["applied_tags"] = reader.snowflakes("applied_tags", most=TAGS) or []
    return found


def _common(reader: Reader, channel: Json) -> Body:
    usual = channel.get("default_auto_archive_duration") or DEFAULT_ARCHIVE
    return {
        "name": reader.text("name", least=1, most=NAME, required=True, strip=True),
        "auto_archive_duration": reader.one_of("auto_archive_duration", ARCHIVE_MINUTES, default=usual),
        "rate_limit_per_user": reader.integer("rate_limit_per_user", least=0, most=SLOWMODE),
    }


def _check_tags(wanted: Iterable[str], before: Iterable[str], channel: Json, manages: bool) -> None:
    wanted, before = list(wanted), set(before)
    tags = {str(tag["id"]): tag for tag in channel.get("available_tags") or ()}
    if any(tag not in tags for tag in wanted):
        raise ApiError.of(10087)
    changed = before.symmetric_difference(wanted)
    if not manages and any(tags[tag].get("moderated") for tag in changed if tag in tags):
        raise ApiError.of(50013)
    if not wanted and int(channel.get("flags") or 0) & REQUIRE_TAG and tags:
        only_moderated = all(tag.get("moderated") for tag in tags.values())
        raise ApiError.of(40066 if only_moderated and not manages else 40067)
