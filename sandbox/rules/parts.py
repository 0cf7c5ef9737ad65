"""The parts that people act on, in messages as in modals: buttons, selects, text inputs.

Each function reads one component whose ``type`` is already known and gives it back normalised.
"""

import unicodedata
from typing import Any

from sandbox.rules.fields import Body, Reader

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = 5, 6, 7, 8
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
LABEL, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 18, 19, 21, 22, 23
SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)

CUSTOM_ID, BUTTON_LABEL, BUTTON_URL, PLACEHOLDER = 100, 80, 512, 150
OPTIONS, OPTION_TEXT = 25, 100
LINK, PREMIUM = 5, 6
CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16)
_DEFAULT_TYPES = {
    USER_SELECT: ("user",),
    ROLE_SELECT: ("role",),
    MENTIONABLE_SELECT: ("user", "role"),
    CHANNEL_SELECT: ("channel",),
}


def drop_none(body: Body) -> Body:
    """Discord does not echo what was left out."""
    return {key: value for key, value in body.items() if value is not None}


def number(part: Reader) -> int | None:
    """The component's own ``id``; 0 and absent mean that the server chooses."""
    return part.integer("id", least=0, most=2**31 - 1) or None


def union(part: Reader, allowed: tuple[int, ...]) -> int | None:
    """The ``type`` of a component, among those allowed here."""
    kind = part.data.get("type")
    if kind is None:
        part.form.required(part.at("type"))
        return None
    if isinstance(kind, bool) or kind not in allowed:
        words = f'Value of field "type" must be one of {allowed}.'
        part.form.add(part.path, "UNION_TYPE_CHOICES", words)
        return None
    return int(kind)


def custom_id(part: Reader) -> str | None:
    return part.text("custom_id", least=1, most=CUSTOM_ID, required=True)


def emoji(part: Reader) -> Body | None:
    """A custom emoji by id, or a Unicode one by name."""
    found = part.child("emoji")
    if found is None:
        return None
    name = found.text("name", most=32)
    known = found.snowflake("id")
    if known is None and not found.given("id") and not looks_like_emoji(name):
        found.complain("name", "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji")
    return drop_none({"id": known, "name": name, "animated": found.boolean("animated") or None})


def looks_like_emoji(name: str | None) -> bool:
    """Close enough: pictures, flags and keycaps pass; words and shortcodes do not."""
    if not name or name.isascii():
        return False
    return name == "ℹ" or not any(unicodedata.category(char)[0] in "LZ" for char in name.replace("ℹ", ""))


def button(part: Reader) -> Body:
    """Styles 1 to 4 carry a custom id, 5 an address, 6 a product: exactly one of them."""
    style = part.one_of("style", range(1, 7), required=True)
    found: Body = {
        "type": BUTTON,
        "id": number(part),
        "style": style,
        "label": part.text("label", most=BUTTON_LABEL),
        "emoji": emoji(part),
        "custom_id": part.text("custom_id", least=1, most=CUSTOM_ID),
        "url": part.url("url", most=BUTTON_URL, schemes=("http", "https", "discord")),
        "sku_id": part.snowflake("sku_id"),
        "disabled": part.boolean("disabled") if part.given("disabled") else None,
    }
    if style == LINK:
        _exactly(part, "url")
    elif style == PREMIUM:
        _exactly(part, "sku_id")
    elif style is not None:
        _exactly(part, "custom_id")
    if style not in (None, PREMIUM) and not part.data.get("label") and not part.given("emoji"):
        part.form.required(part.at("label"))
    return drop_none(found)


def _exactly(part: Reader, wanted: str) -> None:
    if not part.given(wanted):
        if wanted == "custom_id":
            part.complain("custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
        else:
            part.form.required(part.at(wanted))
    for other in ("custom_id", "url", "sku_id"):
        if other != wanted and part.given(other):
            code = "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"
            part.complain(other, code, "A custom id and url cannot both be specified")


def select(part: Reader, kind: int, *, in_modal: bool = False) -> Body:
    """A select of any kind. In a modal it may be required, and may not be disabled."""
    least = part.integer("min_values", least=0, most=25)
    most = part.integer("max_values", least=1, most=25)
    found: Body = {
        "type": kind,
        "id": number(part),
        "custom_id": custom_id(part),
        "placeholder": part.text("placeholder", most=PLACEHOLDER),
        "min_values": 1 if least is None else least,
        "max_values": 1 if most is None else most,
    }
    if found["min_values"] > found["max_values"]:
        words = "The specified minimum values exceeds the specified maximum values"
        part.complain("min_values", "SELECT_COMPONENT_INVALID_MIN_VALUES", words)
    if in_modal:
        found["required"] = required(part)
        if part.boolean("disabled"):
            part.form.not_one_of(part.at("disabled"), (False,))
    elif part.given("disabled"):
        found["disabled"] = part.boolean("disabled")
    if kind == STRING_SELECT:
        found["options"] = _options(part, found)
    else:
        found["default_values"] = _default_values(part, kind, found, least)
    if kind == CHANNEL_SELECT:
        found["channel_types"] = _channel_types(part)
    return drop_none(found)


def required(part: Reader) -> bool:
    """In a modal: true unless said otherwise, and then ``min_values`` cannot be 0."""
    wanted = part.boolean("required", default=True)
    if wanted and part.data.get("min_values") == 0 and part.given("min_values"):
        words = "int value should be greater than or equal to 1."
        part.complain("min_values", "NUMBER_TYPE_MIN", words)
    return wanted


def _options(part: Reader, found: Body) -> list[Body]:
    options = part.objects("options", _option, least=1, most=OPTIONS, required=True) or []
    unique_values(part, options)
    defaults = sum(1 for option in options if option.get("default"))
    if defaults > found["max_values"]:
        words = "The specified number of default values exceeds the specified maximum values"
        part.complain("options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", words)
    wanted = max(found["min_values"], found["max_values"])
    if options and len(options) < wanted and not part.form.has_errors_under(part.at("options")):
        part.form.bad_length(part.at("options"), wanted, OPTIONS)
    return options


def unique_values(part: Reader, options: list[Body]) -> None:
    """No two options of a choice may have the same value."""
    seen: set[Any] = set()
    for index, option in enumerate(options):
        value = option.get("value")
        if value is not None and value in seen:
            words = "The specified option value is already used"
            code = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"
            part.form.add(part.at("options", index, "value"), code, words)
        seen.add(value)


def _option(part: Reader) -> Body:
    return drop_none(option_texts(part) | {"emoji": emoji(part)})


def option_texts(part: Reader) -> Body:
    """What options of selects, radios and checkboxes have in common."""
    return {
        "label": part.text("label", least=1, most=OPTION_TEXT, required=True),
        "value": part.text("value", least=1, most=OPTION_TEXT, required=True),
        "description": part.text("description", most=OPTION_TEXT),
        "default": part.boolean("default") if part.given("default") else None,
    }


def _default_values(part: Reader, kind: int, found: Body, least: int | None) -> list[Body] | None:
    allowed = _DEFAULT_TYPES[kind]

    def read(value: Reader) -> Body:
        what = value.data.get("type")
        if what is None:
            value.form.required(value.at("type"))
        elif what not in allowed:
            value.form.not_one_of(value.at("type"), allowed)
        return {"id": value.snowflake("id", required=True), "type": what}

    values = part.objects("default_values", read, most=OPTIONS)
    if values is None or part.form.has_errors_under(part.at("default_values")):
        return values
    if len(values) > found["max_values"]:
        words = "The specified number of default values exceeds the specified maximum values"
        part.complain("default_values", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", words)
    elif values and least is not None and len(values) < least <= found["max_values"]:
        part.form.bad_length(part.at("default_values"), least, found["max_values"])
    return values


def _channel_types(part: Reader) -> list[int] | None:
    items = part.items("channel_types")
    if items is None:
        return None
    for index, item in enumerate(items):
        if isinstance(item, bool) or item not in CHANNEL_TYPES:
            part.form.not_one_of(part.at("channel_types", index), CHANNEL_TYPES)
        elif items.index(item) < index:
            words = "The set already contains this value"
            part.form.add(part.at("channel_types", index), "SET_TYPE_ALREADY_CONTAINS_VALUE", words)
    return items


def text_input(part: Reader, *, labelled: bool) -> Body:
    """``labelled``: inside a Label, which carries the words; else the input needs its own ``label``."""
    least = part.integer("min_length", least=0, most=4000)
    most = part.integer("max_length", least=1, most=4000)
    if least is not None and most is not None and least > most:
        part.complain("min_length", "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
    return drop_none(
        {
            "type": TEXT_INPUT,
            "id": number(part),
            "custom_id": custom_id(part),
            "style": part.one_of("style", (1, 2), required=True),
            "label": part.text("label", least=1, most=45, required=not labelled),
            "min_length": least,
            "max_length": most,
            "required": part.boolean("required", default=True),
            "value": part.text("value", most=4000),
            "placeholder": part.text("placeholder", most=100),
        }
    )


def text_display(part: Reader) -> Body:
    content = part.text("content", least=1, most=4000, required=True)
    return drop_none({"type": TEXT_DISPLAY, "id": number(part), "content": content})
