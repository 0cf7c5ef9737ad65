"""Modals: what a bot may open, and what a person may send back."""

from typing import Any

from sandbox.errors import ApiError, Form, Path
from sandbox.rules import parts
from sandbox.rules.components import number_all, walk
from sandbox.rules.fields import Body, Json, Reader, as_snowflake
from sandbox.rules.parts import (
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    RADIO_GROUP,
    ROW,
    SELECTS,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
    drop_none,
    number,
    option_texts,
    union,
    unique_values,
)

TITLE, TOP_LEVEL, LABEL_TEXT, LABEL_DESCRIPTION, GROUP_OPTIONS, UPLOADS = 45, 5, 45, 100, 10, 10
TOP = (ROW, TEXT_DISPLAY, LABEL)
IN_LABEL = (STRING_SELECT, TEXT_INPUT, *SELECTS[1:], FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)


def modal(data: Any, *, prefix: Path = ("data",)) -> Body:
    """The modal that a callback opens: ``{"custom_id", "title", "components"}`` normalised."""
    form = Form()
    found = read(Reader(form, data, prefix))
    form.check()
    return found


def read(reader: Reader) -> Body:
    """The same, for a callback's form."""
    items = reader.items("components", least=1, most=TOP_LEVEL, required=True) or []
    children = [
        child
        for index, item in enumerate(items)
        if (child := _top(Reader(reader.form, item, reader.at("components", index)))) is not None
    ]
    _unique(reader, items)
    number_all(children)
    return {
        "custom_id": parts.custom_id(reader),
        "title": reader.text("title", least=1, most=TITLE, required=True),
        "components": children,
    }


def _top(part: Reader) -> Body | None:
    kind = union(part, TOP) if part.ok else None
    if kind is None:
        return None
    if kind == TEXT_DISPLAY:
        return parts.text_display(part)
    if kind == LABEL:
        return _label(part)
    return _row(part)


def _row(part: Reader) -> Body:
    """The old way: one text input that carries its own label."""
    children = []
    for index, item in enumerate(part.items("components", least=1, most=5, required=True) or []):
        child = Reader(part.form, item, part.at("components", index))
        if not child.ok or union(child, (TEXT_INPUT,)) is None:
            continue
        if index:
            words = "The specified component exceeds the maximum width"
            part.form.add(child.path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", words)
        children.append(parts.text_input(child, labelled=False))
    return drop_none({"type": ROW, "id": number(part), "components": children})


def _label(part: Reader) -> Body:
    child: Body | None = None
    if not part.given("component"):
        part.form.required(part.at("component"))
    else:
        child = _input(Reader(part.form, part.data["component"], part.at("component")))
    return drop_none(
        {
            "type": LABEL,
            "id": number(part),
            "label": part.text("label", least=1, most=LABEL_TEXT, required=True),
            "description": part.text("description", least=1, most=LABEL_DESCRIPTION),
            "component": child,
        }
    )


def _input(part: Reader) -> Body | None:
    kind = union(part, IN_LABEL) if part.ok else None
    if kind is None:
        return None
    if kind == TEXT_INPUT:
        return parts.text_input(part, labelled=True)
    if kind in SELECTS:
        return parts.select(part, kind, in_modal=True)
    found: Body = {"type": kind, "id": number(part), "custom_id": parts.custom_id(part)}
    if kind == CHECKBOX:
        if part.boolean("required"):
            part.form.not_one_of(part.at("required"), (False,))
        return drop_none(found | {"default": part.boolean("default")})
    found["required"] = parts.required(part)
    if kind == FILE_UPLOAD:
        return drop_none(found | _bounds(part, UPLOADS, default_most=1) | {"file_types": _file_types(part)})
    return drop_none(found | _group(part, kind))


def _group(part: Reader, kind: int) -> Body:
    """The options of radio buttons (one answer) or checkboxes (several)."""
    least = 2 if kind == RADIO_GROUP else 1
    options = part.objects(
        "options",
        lambda option: drop_none(option_texts(option)),
        least=least,
        most=GROUP_OPTIONS,
        required=True,
    )
    options = options or []
    unique_values(part, options)
    found: Body = {"options": options}
    most = 1
    if kind == CHECKBOX_GROUP:
        found |= _bounds(part, GROUP_OPTIONS, default_most=max(1, len(options)))
        most = found["max_values"]
    if sum(1 for option in options if option.get("default")) > most:
        words = "The specified number of default values exceeds the specified maximum values"
        part.complain("options", "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES", words)
    return found


def _option(part: Reader) -> Body:
    return drop_none(option_texts(part))


def _bounds(part: Reader, limit: int, *, default_most: int) -> Body:
    least = part.integer("min_values", least=0, most=limit)
    most = part.integer("max_values", least=1, most=limit)
    found = {
        "min_values": least if least is not None else (1 if part.boolean("required", default=True) else 0),
        "max_values": default_most if most is None else most,
    }
    if least is not None and least > found["max_values"]:
        words = "The specified minimum values exceeds the specified maximum values"
        part.complain("min_values", "SELECT_COMPONENT_INVALID_MIN_VALUES", words)
    return found


def _file_types(part: Reader) -> list[Any] | None:
    items = part.items("file_types", most=10)
    for index, item in enumerate(items or ()):
        if not isinstance(item, str):
            words = "Could not interpret value as string."
            part.form.add(part.at("file_types", index), "STRING_TYPE_CONVERT", words)
    return items


def _unique(reader: Reader, items: list[Any]) -> None:
    """No custom id twice; told at the second one."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        children = item.get("components")
        places = [(("component",), item.get("component"))]
        if isinstance(children, list):
            places += [(("components", number), child) for number, child in enumerate(children)]  # type: ignore[misc]  # paths of two lengths
        for path, child in places:
            name = child.get("custom_id") if isinstance(child, dict) else None
            if isinstance(name, str):
                if name in seen:
                    where = reader.at("components", index, *path, "custom_id")
                    words = "Component custom id cannot be duplicated"
                    reader.form.add(where, "COMPONENT_CUSTOM_ID_DUPLICATED", words)
                seen.add(name)


# What a person sends back ---------------------------------------------------------------------------------


def inputs(opened: Json) -> dict[str, Json]:
    """The components of a modal that take an answer, by custom id."""
    return {found["custom_id"]: found for found in walk(opened["components"]) if found.get("custom_id")}


def submission(opened: Json, answers: Any) -> list[Body]:
    """What a person filled in, checked against the modal, in the shape that a bot receives.

    ``answers`` is either Discord's own tree, or a mapping from custom id to value(s).
    """
    given = _answers(answers)
    form = Form()
    found = [
        _submitted(form, component, given, index) for index, component in enumerate(opened["components"])
    ]
    form.check()
    return found


def _answers(answers: Any) -> dict[str, Any]:
    if isinstance(answers, dict):
        return {str(key): value for key, value in answers.items()}
    if not isinstance(answers, list) or not all(isinstance(item, dict) for item in answers):
        raise ApiError.leaf(("components",), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    found: dict[str, Any] = {}
    for item in answers:
        children = item.get("components")
        for child in [item.get("component"), *(children if isinstance(children, list) else ())]:
            if isinstance(child, dict) and isinstance(child.get("custom_id"), str):
                found[child["custom_id"]] = child.get("values", child.get("value"))
    return found


def _submitted(form: Form, component: Json, given: Json, index: int) -> Body:
    shell: Body = {"type": component["type"], "id": component["id"]}
    if component["type"] == LABEL:
        path = ("components", index, "component")
        return shell | {"component": _answer(form, component["component"], given, path)}
    if component["type"] == ROW:
        children = enumerate(component["components"])
        return shell | {
            "components": [
                _answer(form, child, given, ("components", index, "components", number))
                for number, child in children
            ]
        }
    return shell


def _answer(form: Form, field: Json, given: Json, path: Path) -> Body:
    found: Body = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    value = given.get(field["custom_id"])
    if field["type"] == TEXT_INPUT:
        return found | {"value": _typed(form, field, value, path)}
    if field["type"] == CHECKBOX:
        return found | {"value": value is True or value == ["true"]}
    chosen = [] if value is None else list(value) if isinstance(value, (list, tuple)) else [value]
    if field["type"] == RADIO_GROUP:
        _check_chosen(form, field, chosen, path, most=1)
        return found | {"value": chosen[0] if chosen else None}
    _check_chosen(form, field, chosen, path, most=field.get("max_values", 1))
    return found | {"values": chosen}


def _typed(form: Form, field: Json, value: Any, path: Path) -> str:
    text = "" if value is None else value
    if not isinstance(text, str):
        form.add((*path, "value"), "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        return ""
    least, most = field.get("min_length") or 0, field.get("max_length") or 4000
    if not text and field.get("required", True):
        form.required((*path, "value"))
    elif text and not least <= len(text) <= most:
        form.bad_length((*path, "value"), least, most)
    return text


def _check_chosen(form: Form, field: Json, chosen: list[Any], path: Path, *, most: int) -> None:
    where = (*path, "values")
    if not chosen:
        if field.get("required", True):
            form.required(where)
        return
    least = field.get("min_values", 1)
    if not least <= len(chosen) <= most:
        form.bad_length(where, least, most)
    options = field.get("options")
    for value in chosen:
        if options is not None and value not in [option["value"] for option in options]:
            form.add(where, "SELECT_COMPONENT_INVALID_VALUE", "The specified value is not one of the options")
        elif options is None and as_snowflake(value) is None:
            form.add(where, "NUMBER_TYPE_COERCE", "Value is not snowflake.")
