"""Channels of a server: creation, edition, forum tags, permission overwrites, order."""

from collections.abc import Collection
from typing import Any

from sandbox.errors import ApiError, Form
from sandbox.rules.fields import Body, Json, Reader, as_list
from sandbox.rules.parts import drop_none

TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 2, 4, 5, 13, 15, 16
TYPES = (TEXT, VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA)
FORUMS = (FORUM, MEDIA)
SPOKEN = (VOICE, STAGE)
NAME, TOPIC, FORUM_TOPIC, SLOWMODE, OVERWRITES, TAGS = 100, 1024, 4096, 21600, 100, 20
# The documentation says 20 characters, the OpenAPI description 50: strict mode keeps to the documentation.
TAG_NAME, TAG_NAME_STRICT = 50, 20
ARCHIVE_MINUTES = (60, 1440, 4320, 10080)
REQUIRE_TAG, HIDE_MEDIA_DOWNLOADS = 1 << 4, 1 << 15
_NAMED_LIKE_TEXT = (TEXT, ANNOUNCEMENT, FORUM, MEDIA)


def channel_create(body: Any, *, strict_tags: bool = False) -> Body:
    """A guild channel: what was sent, normalised, beside its type's defaults. New tags have ``id`` None."""
    form = Form()
    reader = Reader(form, body)
    kind = reader.one_of("type", TYPES, default=TEXT)
    found = _fields(reader, TEXT if kind is None else kind, known_tags=(), strict_tags=strict_tags)
    found["name"] = _name(reader, kind, required=True)
    form.check()
    _refuse_tags(found)
    return {"type": kind, **_defaults(kind), **drop_none(found)}


def channel_edit(body: Any, current: Json, *, strict_tags: bool = False) -> Body:
    """Only the keys that change, null where that empties. For a thread, see ``threads.thread_edit``."""
    form = Form()
    reader = Reader(form, body)
    kind = int(current["type"])
    wanted = reader.one_of("type", TYPES)
    if wanted is not None and wanted != kind:
        if {wanted, kind} != {TEXT, ANNOUNCEMENT}:
            form.not_one_of(("type",), (kind,))
        kind = wanted
    known = {str(tag["id"]) for tag in current.get("available_tags") or ()}
    found = _fields(reader, kind, known_tags=known, strict_tags=strict_tags)
    if reader.given("name"):
        found["name"] = _name(reader, kind, required=True)
    if wanted is not None:
        found["type"] = kind
    form.check()
    _refuse_tags(found)
    return {key: value for key, value in found.items() if reader.has(key) and _may_be(key, value)}


def normal_name(name: str, kind: int | None) -> str:
    """Text channels and forums have names in lower case, without spaces."""
    return "-".join(name.lower().split()) if kind in _NAMED_LIKE_TEXT else name.strip()


def overwrite(body: Any) -> Body:
    """``{"type", "allow", "deny"}`` of PUT …/permissions/{id}; bit sets as text."""
    form = Form()
    reader = Reader(form, body)
    found = {"type": reader.one_of("type", (0, 1), required=True)} | _allow_and_deny(reader)
    form.check()
    return found


def positions(body: Any) -> list[Body]:
    """``[{"id", "position"?, "parent_id"?, "lock_permissions"?}]`` of PATCH …/channels."""
    form = Form()
    found: list[Body] = []
    for index, item in enumerate(as_list(form, body, ()) or ()):
        part = Reader(form, item, (index,))
        entry: Body = {"id": part.snowflake("id", required=True)}
        if part.given("position"):
            entry["position"] = part.integer("position", least=0)
        if part.has("parent_id"):
            entry["parent_id"] = part.snowflake("parent_id")
        if part.given("lock_permissions"):
            entry["lock_permissions"] = part.boolean("lock_permissions")
        found.append(entry)
    form.check()
    return found


def _fields(reader: Reader, kind: int, *, known_tags: Collection[str], strict_tags: bool) -> Body:
    found: Body = {
        "position": reader.integer("position", least=0),
        "parent_id": reader.snowflake("parent_id") if kind != CATEGORY else None,
        "permission_overwrites": _overwrites(reader),
    }
    if kind == CATEGORY:
        return found
    found |= {
        "nsfw": reader.boolean("nsfw") if reader.given("nsfw") else None,
        "rate_limit_per_user": reader.integer("rate_limit_per_user", least=0, most=SLOWMODE),
    }
    if kind in SPOKEN:
        most = 99 if kind == VOICE else 10_000
        return found | {
            "bitrate": reader.integer("bitrate", least=8000, most=384_000),
            "user_limit": reader.integer("user_limit", least=0, most=most),
            "rtc_region": reader.text("rtc_region"),
            "video_quality_mode": reader.one_of("video_quality_mode", (1, 2)),
        }
    found |= {
        "topic": reader.text("topic", most=FORUM_TOPIC if kind in FORUMS else TOPIC),
        "default_auto_archive_duration": reader.one_of("default_auto_archive_duration", ARCHIVE_MINUTES),
        "default_thread_rate_limit_per_user": reader.integer(
            "default_thread_rate_limit_per_user", least=0, most=SLOWMODE
        ),
    }
    return found | _forum(reader, known_tags, strict_tags) if kind in FORUMS else found


def _forum(reader: Reader, known_tags: Collection[str], strict_tags: bool) -> Body:
    flags = reader.integer("flags")
    return {
        "available_tags": _tags(reader, known_tags, TAG_NAME_STRICT if strict_tags else TAG_NAME),
        "default_reaction_emoji": _reaction(reader),
        "default_sort_order": reader.one_of("default_sort_order", (0, 1)),
        "default_forum_layout": reader.one_of("default_forum_layout", (0, 1, 2)),
        "flags": None if flags is None else flags & (REQUIRE_TAG | HIDE_MEDIA_DOWNLOADS),
    }


def _defaults(kind: int | None) -> Body:
    if kind == CATEGORY:
        return {}
    if kind in SPOKEN:
        return {"nsfw": False, "bitrate": 64_000, "user_limit": 0, "rate_limit_per_user": 0}
    found: Body = {"nsfw": False, "rate_limit_per_user": 0, "topic": None}
    if kind in FORUMS:
        found |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "flags": 0,
        }
    return found


def _may_be(key: str, value: Any) -> bool:
    """Null empties a topic or leaves a category; elsewhere it means "as before"."""
    empties = ("topic", "parent_id", "default_reaction_emoji", "default_sort_order", "rtc_region")
    return value is not None or key in empties


def _name(reader: Reader, kind: int | None, *, required: bool) -> str | None:
    name = reader.text("name", least=1, most=NAME, required=required, strip=True)
    return None if name is None else normal_name(name, kind)


def _overwrites(reader: Reader) -> list[Body] | None:
    def read(part: Reader) -> Body:
        kind = part.one_of("type", (0, 1), default=0)
        return {"id": part.snowflake("id", required=True), "type": kind} | _allow_and_deny(part)

    return reader.objects("permission_overwrites", read, most=OVERWRITES)


def _allow_and_deny(part: Reader) -> Body:
    return {key: str(part.bits(key, default=0)) for key in ("allow", "deny")}


def _tags(reader: Reader, known: Collection[str], longest: int) -> list[Body] | None:
    def read(part: Reader) -> Body:
        emoji_id, emoji_name = part.snowflake("emoji_id"), part.text("emoji_name", most=100)
        if emoji_id is not None and emoji_name:
            words = "Only one of emoji_id and emoji_name may be set"
            part.complain("emoji_name", "EMOJI_ID_NAME_EXCLUSIVE", words)
        own = part.snowflake("id")
        return {
            "id": own if own in known else None,
            "name": part.text("name", most=longest, required=True, strip=True),
            "moderated": part.boolean("moderated"),
            "emoji_id": emoji_id,
            "emoji_name": emoji_name or None,
        }

    items = reader.items("available_tags")
    if items is None:
        return None
    found: list[Body] = []
    for index, item in enumerate(items):
        part = Reader(reader.form, {} if item is None else item, reader.at("available_tags", index))
        if item is not None and part.ok:
            found.append(read(part))
    return found


def _refuse_tags(found: Json) -> None:
    """Codes of their own rather than leaves: too many (30048), twice the same name (40061)."""
    tags = found.get("available_tags") or ()
    if len(tags) > TAGS:
        raise ApiError.of(30048)
    names = [tag["name"].casefold() for tag in tags]
    if len(set(names)) < len(names):
        raise ApiError.of(40061)


def _reaction(reader: Reader) -> Body | None:
    part = reader.child("default_reaction_emoji")
    if part is None:
        return None
    found = {"emoji_id": part.snowflake("emoji_id"), "emoji_name": part.text("emoji_name", most=100) or None}
    if (found["emoji_id"] is None) == (found["emoji_name"] is None):
        words = "Exactly one of emoji_id and emoji_name must be set"
        reader.complain("default_reaction_emoji", "EMOJI_ID_NAME_EXCLUSIVE", words)
    return found
