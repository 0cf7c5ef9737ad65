"""Answers to interactions: which type of answer each type of interaction takes, and what is in it."""

from typing import Any

from sandbox.errors import Form, Path
from sandbox.rules import messages, modals
from sandbox.rules.fields import SAFE_INTEGER, Body, Reader, as_integer, shown

PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 1, 2, 3, 4, 5
PONG, MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL, PREMIUM = 1, 4, 5, 6, 7, 8, 9, 10
LAUNCH_ACTIVITY = 12
CHOICES_MOST, CHOICE_NAME, CHOICE_VALUE = 25, 100, 100
STRING, INTEGER, NUMBER = 3, 4, 10
KIND = "interaction"


def allowed_callbacks(kind: int, *, from_component: bool = False) -> tuple[int, ...]:
    """The types of answer that an interaction takes. discord.py defers modals with 6 wherever they come
    from.
    """
    if kind == PING:
        return (PONG,)
    if kind == COMMAND:
        return (MESSAGE, DEFERRED_MESSAGE, MODAL, PREMIUM, LAUNCH_ACTIVITY)
    if kind == COMPONENT:
        return (MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL, PREMIUM, LAUNCH_ACTIVITY)
    if kind == AUTOCOMPLETE:
        return (CHOICES,)
    update = (UPDATE,) if from_component else ()
    return (MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, *update, PREMIUM, LAUNCH_ACTIVITY)


def callback(
    kind: int,
    body: Any,
    *,
    from_component: bool = False,
    files: int = 0,
    current: Body | None = None,
    option_type: int | None = None,
) -> Body:
    """``{"type", "data"}`` of an answer to an interaction of type ``kind``.

    ``from_component``: for a modal submit, that a component opened the modal. ``current``: for type 7, the
    message that it updates. ``option_type``: for type 8, the type of the option being typed.
    """
    form = Form()
    reader = Reader(form, body)
    answer = reader.one_of("type", allowed_callbacks(kind, from_component=from_component), required=True)
    form.check()
    data = reader.data.get("data")
    if answer == MESSAGE:
        message = messages.message_create(_or_empty(data), prefix=("data",), kind=KIND, files=files)
        return {"type": answer, "data": message}
    if answer == UPDATE:
        empty: Body = {"content": "", "embeds": [], "components": [], "attachments": [], "flags": 0}
        edit = messages.message_edit(
            data or {}, current or empty, prefix=("data",), kind="interaction", files=files
        )
        return {"type": answer, "data": edit}
    if answer == CHOICES:
        found = Reader(form, data, ("data",))
        listed = read_choices(found, option_type=option_type)
        form.check()
        return {"type": answer, "data": {"choices": listed}}
    if answer == MODAL:
        return {"type": answer, "data": modals.modal(data)}
    if answer == DEFERRED_MESSAGE:
        part = reader.child("data")
        flags = (part.integer("flags") or 0) & messages.EPHEMERAL if part else 0
        form.check()
        return {"type": answer, "data": {"flags": flags}}
    return {"type": answer, "data": {}}


def _or_empty(data: Any) -> Any:
    return {} if data is None else data


def choices(value: Any, *, prefix: Path = ("data", "choices"), option_type: int | None = None) -> list[Body]:
    """At most 25 autocomplete choices."""
    form = Form()
    *around, key = prefix
    found = read_choices(Reader(form, {key: value}, around), str(key), option_type=option_type)
    form.check()
    return found


def read_choices(
    reader: Reader, key: str = "choices", *, option_type: int | None = None, required: bool = True
) -> list[Body]:
    """The choices under ``key``; a command's own choices have the same rules."""

    def read(part: Reader) -> Body:
        found: Body = {"name": part.text("name", least=1, most=CHOICE_NAME, required=True)}
        localised = localisations(part, "name_localizations", CHOICE_NAME)
        if localised is not None:
            found["name_localizations"] = localised
        return found | {"value": choice_value(part, option_type)}

    return reader.objects(key, read, most=CHOICES_MOST, required=required) or []


def choice_value(part: Reader, option_type: int | None) -> Any:
    """Text of at most 100 characters, or a number, as the option's type says."""
    value = part.data.get("value")
    if value is None:
        part.form.required(part.at("value"))
        return None
    if isinstance(value, str) and option_type in (None, STRING):
        return part.text("value", most=CHOICE_VALUE)
    if option_type == STRING:
        words = f'Could not interpret "{shown(value)}" as string.'
        part.complain("value", "STRING_TYPE_CONVERT", words)
        return None
    if option_type == INTEGER:
        return part.integer("value", least=-SAFE_INTEGER, most=SAFE_INTEGER)
    if isinstance(value, bool) or as_integer(value) is None:
        return part.number("value")
    return part.integer("value", least=-SAFE_INTEGER, most=SAFE_INTEGER)


LOCALES = frozenset(
    {
        "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl",
        "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja",
        "zh-TW", "ko",
    }
)  # fmt: skip


def localisations(part: Reader, key: str, most: int) -> dict[str, str] | None:
    """Texts by locale, each with the limits of the text that it stands for."""
    found = part.child(key)
    if found is None:
        return None
    texts: dict[str, str] = {}
    for locale in found.data:
        if locale not in LOCALES:
            part.form.not_one_of(part.at(key, locale), sorted(LOCALES))
        elif (text := found.text(locale, least=1, most=most)) is not None:
            texts[locale] = text
    return texts
