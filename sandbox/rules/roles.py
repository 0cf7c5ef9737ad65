"""Roles and members."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.errors import Form
from sandbox.rules.fields import Body, Json, Reader, as_list, iso

NAME, NICK, MEMBER_ROLES, COLOUR = 100, 32, 350, 0xFFFFFF
TIME_OUT = timedelta(days=28)


def role_create(body: Any, *, default_permissions: int = 0) -> Body:
    """All fields of a new role, with Discord's defaults (name "new role", the permissions of @everyone)."""
    form = Form()
    found = _fields(Reader(form, body if body is not None else {}))
    form.check()
    defaults: Body = {
        "name": "new role", "permissions": str(default_permissions), "hoist": False, "mentionable": False,
        "icon": None, "unicode_emoji": None, **_colours(0, None, None),
    }  # fmt: skip
    return defaults | found


def role_edit(body: Any, current: Json) -> Body:
    """Only the keys that change."""
    form = Form()
    found = _fields(Reader(form, body))
    form.check()
    return {key: value for key, value in found.items() if current.get(key) != value}


def positions(body: Any) -> list[Body]:
    """``[{"id", "position"}]`` of PATCH …/roles; entries without a position are left out."""
    form = Form()
    found: list[Body] = []
    for index, item in enumerate(as_list(form, body, ()) or ()):
        part = Reader(form, item, (index,))
        role, position = part.snowflake("id", required=True), part.integer("position", least=0)
        if position is not None:
            found.append({"id": role, "position": position})
    form.check()
    return found


def member_edit(body: Any, now: datetime) -> Body:
    """Only the keys sent: ``nick``, ``roles``, ``communication_disabled_until``, ``mute``, ``deaf``,
    ``flags``.

    Null takes a nickname or a time-out away. ``roles`` replaces the list.
    """
    form = Form()
    reader = Reader(form, body)
    found: Body = {}
    if reader.has("nick"):
        found["nick"] = reader.text("nick", most=NICK, strip=True) or None
    if reader.has("roles"):
        found["roles"] = reader.snowflakes("roles", most=MEMBER_ROLES) or []
    if reader.has("communication_disabled_until"):
        until = reader.instant("communication_disabled_until")
        if until is not None and until - now > TIME_OUT:
            words = f"Must be within {TIME_OUT.days} days."
            reader.complain("communication_disabled_until", "DATE_TIME_TYPE_MAX", words)
        found["communication_disabled_until"] = iso(until)
    for key in ("mute", "deaf"):
        if reader.given(key):
            found[key] = reader.boolean(key)
    if reader.given("flags"):
        found["flags"] = reader.integer("flags", least=0)
    if reader.has("channel_id"):
        found["channel_id"] = reader.snowflake("channel_id")
    form.check()
    return found


def _fields(reader: Reader) -> Body:
    found: Body = {}
    if reader.given("name"):
        found["name"] = reader.text("name", most=NAME)
    if reader.given("permissions"):
        bits = reader.bits("permissions")
        found["permissions"] = None if bits is None else str(bits)
    for key in ("hoist", "mentionable"):
        if reader.given(key):
            found[key] = reader.boolean(key)
    for key in ("icon", "unicode_emoji"):
        if reader.has(key):
            found[key] = reader.text(key)
    colours = reader.child("colors")
    if colours is not None:
        found |= _colours(
            colours.integer("primary_color", least=0, most=COLOUR) or 0,
            colours.integer("secondary_color", least=0, most=COLOUR),
            colours.integer("tertiary_color", least=0, most=COLOUR),
        )
    elif reader.given("color"):
        found |= _colours(reader.integer("color", least=0, most=COLOUR) or 0, None, None)
    return found


def _colours(primary: int, secondary: int | None, tertiary: int | None) -> Body:
    """Both ways to say it: readers look at either."""
    colours = {"primary_color": primary, "secondary_color": secondary, "tertiary_color": tertiary}
    return {"color": primary, "colors": colours}
