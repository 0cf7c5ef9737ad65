"""Application commands: names, options, choices, their order and nesting, and the size of the whole.

A bulk overwrite is refused as a whole; its paths begin by the command's index, which is how libraries name
the guilty command.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sandbox.errors import ApiError, Form, Path
from sandbox.rules.fields import SAFE_INTEGER, Body, Json, Reader, as_list
from sandbox.rules.interactions import INTEGER, NUMBER, STRING, localisations, read_choices
from sandbox.rules.parts import CHANNEL_TYPES

CHAT_INPUT, USER, MESSAGE, ENTRY_POINT = 1, 2, 3, 4
MOST_OF_TYPE = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15, ENTRY_POINT: 1}
DAILY_CREATES = 200
NAME, DESCRIPTION, OPTIONS, SIZE, TEXT_LENGTH = 32, 100, 25, 8000, 6000
SUBCOMMAND, GROUP, CHANNEL = 1, 2, 7
BASIC = tuple(range(3, 12))
_WITH_CHOICES = (STRING, INTEGER, NUMBER)
# Devanagari and Thai marks may stand in names although they are not letters.
_SCRIPTS = ((0x0900, 0x097F), (0xA8E0, 0xA8FF), (0x0E01, 0x0E3A), (0x0E40, 0x0E5B))


def command(body: Any, *, in_guild: bool = False, prefix: Path = ()) -> Body:
    """One command (POST): normalised, without the server's ids."""
    form = Form()
    found = read(Reader(form, body, prefix), in_guild=in_guild)
    form.check()
    return found


def command_edit(body: Any, current: Json, *, in_guild: bool = False) -> Body:
    """The whole command after PATCH; its type cannot change."""
    form = Form()
    sent = Reader(form, body)
    form.check()
    kept = {key: value for key, value in current.items() if key in _SENT and value is not None}
    return command({**kept, **sent.data, "type": current["type"]}, in_guild=in_guild)


def bulk(body: Any, *, in_guild: bool = False) -> list[Body]:
    """The whole list of a PUT; one bad command refuses all."""
    form = Form()
    items = as_list(form, body, ()) or []
    found = [read(Reader(form, item, (index,)), in_guild=in_guild) for index, item in enumerate(items)]
    seen: set[tuple[Any, Any]] = set()
    for index, one in enumerate(found):
        key = (one["type"], one["name"])
        if one["name"] is not None and key in seen:
            words = "Application command names must be unique"
            form.add((index,), "APPLICATION_COMMANDS_DUPLICATE_NAME", words)
        seen.add(key)
    form.check()
    check_counts(found)
    return found


def check_counts(commands: Iterable[Json]) -> None:
    """400 code 30032 when there are too many of a type in one scope."""
    for kind, count in Counter(one["type"] for one in commands).items():
        if count > MOST_OF_TYPE[kind]:
            words = f"Maximum number of application commands reached ({MOST_OF_TYPE[kind]})"
            raise ApiError.of(30032, words)


_SENT = (
    "name", "name_localizations", "description", "description_localizations", "options", "nsfw",
    "default_member_permissions", "dm_permission", "contexts", "integration_types", "handler",
)  # fmt: skip


def read(part: Reader, *, in_guild: bool = False) -> Body:
    """The same, within a list."""
    kind = part.one_of("type", MOST_OF_TYPE, default=CHAT_INPUT) or CHAT_INPUT
    slash = kind == CHAT_INPUT
    permissions = part.bits("default_member_permissions")
    found: Body = {
        "type": kind,
        "name": _name(part, slash=slash),
        "name_localizations": _localised_names(part, slash=slash),
        "description": part.text("description", least=1, most=DESCRIPTION, required=True) if slash else "",
        "description_localizations": localisations(part, "description_localizations", DESCRIPTION),
        "default_member_permissions": None if permissions is None else str(permissions),
        "nsfw": part.boolean("nsfw"),
    }
    if not slash and part.data.get("description"):
        words = "Context menu commands cannot have description"
        part.complain("description", "APPLICATION_COMMAND_INVALID_DESCRIPTION", words)
    if slash:
        found["options"] = _options(part, (SUBCOMMAND, GROUP, *BASIC))
    elif part.data.get("options"):
        words = "Context menu commands cannot have options"
        part.complain("options", "APPLICATION_COMMAND_INVALID_OPTIONS", words)
    if part.given("id"):
        found["id"] = part.snowflake("id")
    if not in_guild:
        found |= _reach(part)
    if size(found) > SIZE:
        words = f"Command exceeds maximum size ({SIZE})"
        part.form.add(part.path, "APPLICATION_COMMAND_TOO_LARGE", words)
    return found


def _reach(part: Reader) -> Body:
    """Where a global command is offered. ``dm_permission`` is the old way to say it."""
    contexts = _numbers(part, "contexts", (0, 1, 2))
    in_direct = part.boolean("dm_permission", default=True)
    if contexts is not None:
        in_direct = 1 in contexts
    return {
        "contexts": contexts,
        "integration_types": _numbers(part, "integration_types", (0, 1)) or [0],
        "dm_permission": in_direct,
    }


def _numbers(part: Reader, key: str, allowed: tuple[int, ...]) -> list[int] | None:
    items = part.items(key, least=1 if part.data.get(key) == [] else 0)
    for index, item in enumerate(items or ()):
        if isinstance(item, bool) or item not in allowed:
            part.form.not_one_of(part.at(key, index), allowed)
        elif items is not None and items.index(item) < index:
            words = "The set already contains this value"
            part.form.add(part.at(key, index), "SET_TYPE_ALREADY_CONTAINS_VALUE", words)
    return items


def _name(part: Reader, *, slash: bool = True) -> str | None:
    name = part.text("name", least=1, most=NAME, required=True, strip=not slash)
    if slash and name and len(name) <= NAME:
        check_name(part.form, part.at("name"), name)
    return name


def check_name(form: Form, path: Path, name: str) -> None:
    """Letters, digits, dash, underscore, apostrophe; lowercase where the script has cases."""
    if all(_may_stand_in_name(char) for char in name) and name == name.lower():
        return
    form.add(path, "STRING_TYPE_REGEX", "String value did not match validation regex.")
    form.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _may_stand_in_name(char: str) -> bool:
    if char in "-_'" or unicodedata.category(char)[0] in "LN":
        return True
    return any(first <= ord(char) <= last for first, last in _SCRIPTS)


def _localised_names(part: Reader, *, slash: bool = True) -> dict[str, str] | None:
    names = localisations(part, "name_localizations", NAME)
    for locale, name in (names or {}).items():
        if slash and 0 < len(name) <= NAME:
            check_name(part.form, part.at("name_localizations", locale), name)
    return names


def _options(part: Reader, allowed: tuple[int, ...]) -> list[Body]:
    items = part.items("options", most=OPTIONS) or []
    found: list[Body] = []
    for index, item in enumerate(items):
        option = Reader(part.form, item, part.at("options", index))
        found.append(_option(option, allowed) if option.ok else {"type": None, "name": None})
    _one_kind_only(part, found)
    _required_first(part, found)
    _unique_names(part, found)
    return found


def _option(part: Reader, allowed: tuple[int, ...]) -> Body:
    kind = part.one_of("type", allowed, required=True)
    found: Body = {
        "type": kind,
        "name": _name(part),
        "name_localizations": _localised_names(part),
        "description": part.text("description", least=1, most=DESCRIPTION, required=True),
        "description_localizations": localisations(part, "description_localizations", DESCRIPTION),
    }
    found = {key: value for key, value in found.items() if value is not None or key in ("type", "name")}
    if kind == GROUP:
        if not part.data.get("options"):
            part.form.required(part.at("options"))
        found["options"] = _options(part, (SUBCOMMAND,))
    elif kind == SUBCOMMAND:
        found["options"] = _options(part, BASIC)
    elif kind is not None:
        found |= _value_rules(part, kind)
    return found


def _value_rules(part: Reader, kind: int) -> Body:
    """What an option that takes a value says of it."""
    found: Body = {"required": part.boolean("required")}
    if kind in _WITH_CHOICES:
        if part.given("choices"):
            found["choices"] = read_choices(part, option_type=kind)
        if part.boolean("autocomplete"):
            found["autocomplete"] = True
            if part.data.get("choices"):
                words = "Cannot have both autocomplete and choices"
                part.complain("autocomplete", "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_EXCLUSIVE", words)
    elif part.data.get("choices"):
        words = "Choices are not supported for this option type"
        part.complain("choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", words)
    if kind == STRING:
        found["min_length"] = part.integer("min_length", least=0, most=TEXT_LENGTH)
        found["max_length"] = part.integer("max_length", least=1, most=TEXT_LENGTH)
    elif kind == INTEGER:
        found["min_value"] = part.integer("min_value", least=-SAFE_INTEGER, most=SAFE_INTEGER)
        found["max_value"] = part.integer("max_value", least=-SAFE_INTEGER, most=SAFE_INTEGER)
    elif kind == NUMBER:
        found["min_value"] = part.number("min_value")
        found["max_value"] = part.number("max_value")
    elif kind == CHANNEL:
        found["channel_types"] = _numbers(part, "channel_types", CHANNEL_TYPES)
    return {key: value for key, value in found.items() if value is not None}


def _one_kind_only(part: Reader, options: list[Body]) -> None:
    nested = [option["type"] in (SUBCOMMAND, GROUP) for option in options if option["type"] is not None]
    if any(nested) and not all(nested):
        words = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        part.complain("options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words)


def _required_first(part: Reader, options: list[Body]) -> None:
    optional_seen = False
    for index, option in enumerate(options):
        if option.get("required") and optional_seen:
            words = "Required options must be placed before non-required options"
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            part.form.add(part.at("options", index), code, words)
        optional_seen = optional_seen or option.get("required") is False


def _unique_names(part: Reader, options: list[Body]) -> None:
    """Unique by default and in each language."""
    seen: set[tuple[str, str]] = set()
    for index, option in enumerate(options):
        names = {"": option["name"], **(option.get("name_localizations") or {})}
        for locale, name in names.items():
            if name is not None and (locale, name) in seen:
                where = ("name_localizations", locale) if locale else ("name",)
                code = "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME"
                part.form.add(part.at("options", index, *where), code, "Option names must be unique")
            elif name is not None:
                seen.add((locale, name))


def size(item: Json) -> int:
    """Names, descriptions and values, all the way down; of a text's translations only the longest
    counts.
    """
    total = sum(_longest(item, key) for key in ("name", "description"))
    if isinstance(item.get("value"), str):
        total += len(item["value"])
    for nested in ("options", "choices"):
        total += sum(size(one) for one in item.get(nested) or ())
    return total


def _longest(item: Json, key: str) -> int:
    texts = [item.get(key), *(item.get(f"{key}_localizations") or {}).values()]
    return max(len(text) for text in texts if text is not None) if any(texts) else 0


def permission_entries(body: Any, *, most: int) -> list[Body]:
    """Who may use a command on a server: roles (1), users (2), channels (3), each allowed or not."""
    form = Form()
    reader = Reader(form, {"permissions": body})

    def entry(item: Reader) -> Body:
        return {
            "id": item.snowflake("id", required=True),
            "type": item.one_of("type", (1, 2, 3), required=True),
            "permission": item.boolean("permission"),
        }

    found = reader.objects("permissions", entry, most=most, required=True) or []
    form.check()
    return found
