"""The body of a message: creation, edition, bulk deletion, pages of a list."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.errors import ApiError, Form, Path
from sandbox.rules import attachments, components, embeds, mentions
from sandbox.rules.fields import Body, Json, Reader, as_instant, as_integer, as_snowflake, shown

CONTENT, STICKERS, NONCE = 2000, 3, 25
SUPPRESS_EMBEDS, EPHEMERAL, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 6, 1 << 12
VOICE_MESSAGE, COMPONENTS_V2 = 1 << 13, 1 << 15
_PUBLIC_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | VOICE_MESSAGE | COMPONENTS_V2
# What may be set when a message is created; other bits are ignored, as Discord does.
FLAGS = {
    "channel": _PUBLIC_FLAGS,
    "starter": SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2,
    "webhook": _PUBLIC_FLAGS | EPHEMERAL,
    "interaction": _PUBLIC_FLAGS | EPHEMERAL,
}
LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
BULK_LEAST, BULK_MOST, BULK_AGE = 2, 100, timedelta(days=14)
_EPOCH_MS = 1_420_070_400_000


def message_create(body: Any, *, prefix: Path = (), kind: str = "channel", files: int = 0) -> Body:
    """A new message: every field, absent ones by default.

    ``kind`` is "channel", "webhook" (followup), "interaction" (callback 4) or "starter" (forum post).
    ``files`` is the number of files uploaded beside the JSON. Raises 50035, 50006, 30015.
    """
    form = Form()
    found = read(Reader(form, body, prefix), kind=kind, files=files)
    form.check()
    require_something(found)
    return found


def read(reader: Reader, *, kind: str = "channel", files: int = 0) -> Body:
    """The same, for a larger form; the caller asks ``require_something`` once the form is sound."""
    flags = (reader.integer("flags") or 0) & FLAGS[kind]
    uploaded = attachments.read(reader, files=files)
    v2 = bool(flags & COMPONENTS_V2)
    found: Body = {
        "content": reader.text("content", most=CONTENT, strip=True) or "",
        "embeds": embeds.read(reader),
        "components": components.read(reader, v2=v2, filenames=_filenames(uploaded)),
        "allowed_mentions": mentions.read(reader),
        "flags": flags,
        "tts": reader.boolean("tts"),
        "attachments": uploaded,
        "sticker_ids": reader.snowflakes("sticker_ids", most=STICKERS) or [],
        "poll": _poll(reader),
        "message_reference": None,
        "nonce": None,
        "enforce_nonce": False,
    }
    if kind == "channel":
        found["nonce"] = nonce(reader)
        found["enforce_nonce"] = reader.boolean("enforce_nonce")
        found["message_reference"] = _reference(reader)
    if v2:
        _no_legacy(reader, found)
    return found


def message_edit(
    body: Any, current: Json, *, prefix: Path = (), kind: str = "channel", files: int = 0
) -> Body:
    """Only the keys that the edit changes, normalised; ``current`` is the message as it stands.

    ``flags``, when there, is the whole new value. ``attachments``, when there or when files came, lists
    all that remains: entries with ``file`` None are kept ones. Nothing left at all raises 50006.
    """
    form = Form()
    found = _edited(Reader(form, body, prefix), current, kind, files)
    form.check()
    merged = {key: current.get(key) for key in _SUBSTANCE} | found
    if not (merged["flags"] or 0) & COMPONENTS_V2 or "components" in found:
        require_something(merged)
    return found


_SUBSTANCE = ("content", "embeds", "components", "attachments", "sticker_items", "poll", "flags")


def _edited(reader: Reader, current: Json, kind: str, files: int) -> Body:
    found: Body = {}
    before = int(current.get("flags") or 0)
    flags = _edited_flags(reader, before)
    if flags != before:
        found["flags"] = flags
    v2 = bool(flags & COMPONENTS_V2)
    kept = tuple(str(one["id"]) for one in current.get("attachments") or ())
    names = {str(one["filename"]) for one in current.get("attachments") or ()}
    if reader.has("attachments") or files:
        found["attachments"] = _kept_and_new(reader, current, kept, files)
    names |= _filenames(found.get("attachments") or ()) or set()
    if reader.has("content"):
        found["content"] = reader.text("content", most=CONTENT, strip=True) or ""
    if reader.has("embeds"):
        found["embeds"] = embeds.read(reader)
    if reader.has("components"):
        filenames = None if _unnamed(found.get("attachments") or ()) else names
        found["components"] = components.read(reader, v2=v2, filenames=filenames)
    if reader.has("allowed_mentions"):
        found["allowed_mentions"] = mentions.read(reader)
    if v2:
        _no_legacy(reader, {key: current.get(key) for key in ("content", "embeds")} | found)
    return found


def _edited_flags(reader: Reader, before: int) -> int:
    """SUPPRESS_EMBEDS goes both ways, IS_COMPONENTS_V2 is set for good, nothing else moves."""
    asked = reader.integer("flags") if reader.given("flags") else None
    if asked is None:
        return before
    return (before & ~SUPPRESS_EMBEDS) | (asked & SUPPRESS_EMBEDS) | (asked & COMPONENTS_V2)


def _kept_and_new(reader: Reader, current: Json, kept: tuple[str, ...], files: int) -> list[Body]:
    """Without a list, new files are added to what is there."""
    listed = attachments.read(reader, files=files, kept=kept)
    if reader.given("attachments"):
        return listed
    before = [{"id": one, "file": None} for one in kept]
    if len(before) + len(listed) > attachments.MOST:
        raise ApiError.of(30015)
    return [*before, *listed]


def require_something(message: Json) -> None:
    """400 code 50006 when there would be nothing to read."""
    shown_embeds = [one for one in message.get("embeds") or () if not embeds.is_empty(one)]
    there = ("content", "components", "attachments", "sticker_ids", "sticker_items", "poll")
    if not shown_embeds and not any(message.get(key) for key in there):
        raise ApiError.of(50006)


def nonce(reader: Reader) -> str | int | None:
    """Text of at most 25 characters, or a 64-bit integer; echoed as it came."""
    value = reader.data.get("nonce")
    if value is None:
        return None
    if isinstance(value, str):
        if len(value) > NONCE:
            reader.complain("nonce", "NONCE_TYPE_TOO_LONG", f"Must be {NONCE} or fewer characters long.")
        return value
    number = as_integer(value)
    if number is None:
        reader.complain("nonce", "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer.")
    elif not -(2**63) <= number < 2**63:
        words = f"Must be between {-(2**63)} and {2**63 - 1}."
        reader.complain("nonce", "NONCE_TYPE_OUT_OF_BOUNDS", words)
    return number


def bulk_delete(body: Any, now: datetime) -> list[str]:
    """The ids to delete: 2 to 100, none twice, none older than fourteen days (50016, 50034)."""
    form = Form()
    reader = Reader(form, body)
    if not reader.given("messages"):
        form.required(("messages",))
    ids = reader.snowflakes("messages", unique=False) or []
    form.check()
    if not BULK_LEAST <= len(ids) <= BULK_MOST or len(set(ids)) != len(ids):
        raise ApiError.of(50016)
    oldest_ms = int((now - BULK_AGE).timestamp() * 1000)
    if any((int(one) >> 22) + _EPOCH_MS < oldest_ms for one in ids):
        raise ApiError.of(50034)
    return ids


def page(query: Mapping[str, str], *, most: int = 100, default: int = 50, least: int = 1) -> Body:
    """``{"limit", "before", "after", "around"}`` of a list's query string (ids as text or None)."""
    form = Form()
    found: Body = {"limit": _limit(form, query, least, most, default)}
    for key in ("before", "after", "around"):
        raw = query.get(key)
        found[key] = as_snowflake(raw) if raw else None
        if raw and found[key] is None:
            form.add((key,), "NUMBER_TYPE_COERCE", f'Value "{shown(raw)}" is not snowflake.')
    form.check()
    return found


def page_by_time(query: Mapping[str, str], *, most: int = 50, default: int = 50, least: int = 1) -> Body:
    """``{"limit", "before"}`` where ``before`` is an instant: pins and archived threads."""
    form = Form()
    raw = query.get("before")
    before = as_instant(raw) if raw else None
    if raw and before is None:
        form.add(("before",), "DATE_TIME_TYPE_PARSE", f"Could not parse {shown(raw)}. Should be ISO8601.")
    found = {"limit": _limit(form, query, least, most, default), "before": before}
    form.check()
    return found


def _limit(form: Form, query: Mapping[str, str], least: int, most: int, default: int) -> int:
    raw = query.get("limit")
    if raw is None:
        return default
    number = as_integer(raw, text=True)
    if number is None:
        form.add(("limit",), "NUMBER_TYPE_COERCE", f'Value "{shown(raw)}" is not int.')
    elif number < least:
        words = f"int value should be greater than or equal to {least}."
        form.add(("limit",), "NUMBER_TYPE_MIN", words)
    elif number > most:
        form.add(("limit",), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
    return default if number is None else number


def _no_legacy(reader: Reader, found: Json) -> None:
    """With the flag, only components: null and empty are fine, since libraries send them."""
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if found.get(key):
            words = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            reader.complain(key, LEGACY, words)


def _filenames(uploaded: Collection[Body]) -> set[str] | None:
    """The names that components may refer to; None when a file's name is only known from its upload."""
    return None if _unnamed(uploaded) else {str(one["filename"]) for one in uploaded if one.get("filename")}


def _unnamed(uploaded: Collection[Body]) -> bool:
    return any(one["file"] is not None and not one.get("filename") for one in uploaded)


def _reference(reader: Reader) -> Body | None:
    part = reader.child("message_reference")
    if part is None:
        return None
    kind = part.one_of("type", (0, 1), default=0)
    return {
        "type": kind,
        "message_id": part.snowflake("message_id", required=True),
        "channel_id": part.snowflake("channel_id", required=kind == 1),
        "guild_id": part.snowflake("guild_id"),
        "fail_if_not_exists": part.boolean("fail_if_not_exists", default=True),
    }


def _poll(reader: Reader) -> Body | None:
    part = reader.child("poll")
    if part is None:
        return None
    question = part.child("question", required=True)
    return {
        "question": {"text": question.text("text", least=1, most=300, required=True)} if question else None,
        "answers": part.objects("answers", _poll_answer, least=1, most=10, required=True),
        "duration": part.integer("duration", least=1, most=768, default=24),
        "allow_multiselect": part.boolean("allow_multiselect"),
        "layout_type": part.one_of("layout_type", (1,), default=1),
    }


def _poll_answer(part: Reader) -> Body:
    media = part.child("poll_media", required=True)
    return {"poll_media": {"text": media.text("text", least=1, most=55)} if media else None}
