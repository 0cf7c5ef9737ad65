"""What a form is made of, as a modal's components and back. Discord's limits: 5 fields, 25 options."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any

import discord

from community.errors import Invalid
from prompts import Words, clean, shorten

Values = Mapping[str, Any]

LABEL_LIMIT = 45
TITLE_LIMIT = 45
DESCRIPTION_LIMIT = 100
PLACEHOLDER_LIMIT = 100
OPTION_LIMIT = 100
MOST_FIELDS = 5
MOST_OPTIONS = 25
MOST_BOXES = 10


@dataclass(frozen=True)
class TextField:
    """Submitted as ``str`` (trimmed; empty when nothing was typed)."""

    name: str
    long: bool = False
    required: bool = True
    minimum: int = 0
    maximum: int = 4000


@dataclass(frozen=True)
class ChoiceField:
    """One of a label table ``choices.<table>`` (at most 25). Submitted as the key, or None.

    With ``table=None`` the options come from the form's prefill. ``radio=True`` shows 2 to 10 as a list.
    """

    name: str
    table: str | None = None
    required: bool = True
    radio: bool = False


@dataclass(frozen=True)
class ChoicesField:
    """Several of a table. Submitted as a list of keys. ``checkboxes=True`` shows up to 10 as boxes."""

    name: str
    table: str | None = None
    minimum: int = 0
    maximum: int = MOST_OPTIONS
    checkboxes: bool = False


@dataclass(frozen=True)
class YesNoField:
    """Submitted as ``bool``."""

    name: str


Field = TextField | ChoiceField | ChoicesField | YesNoField


@dataclass(frozen=True)
class Prefill:
    """What a form opens with: values by field, and options ``(key, shown)`` where no label table has them."""

    values: Values = default(default_factory=dict)
    options: Mapping[str, Sequence[tuple[str, str]]] = default(default_factory=dict)


class Form:
    """A form's name and fields. Labels: ``forms.<name>.heading``, ``forms.<name>.<field>.label|…``.

    A field without its own label takes ``fields.<field>``. (The heading is not called ``title``: a field may
    have that name, and a key cannot be both text and table.)

    ``updates=True``: the submit answers with ``inbound.update`` (opened from a message that then changes).
    """

    def __init__(self, name: str, *fields: Field, updates: bool = False) -> None:
        if not 1 <= len(fields) <= MOST_FIELDS:
            raise ValueError(f"a form has one to five fields: {name}")
        self.name = name
        self.fields = fields
        self.updates = updates


class Painter:
    """Draws one form in one language."""

    def __init__(self, form: Form, words: Words, locale: str, prefill: Prefill) -> None:
        self._form = form
        self._words = words
        self._locale = locale
        self._prefill = prefill

    def modal(self, custom_id: str) -> discord.ui.Modal:
        """Already stopped: a submit is dispatched by custom_id, so discord.py has nothing to remember."""
        title = shorten(self._words.label(f"forms.{self._form.name}.heading", self._locale), TITLE_LIMIT)
        modal = discord.ui.Modal(title=title, custom_id=custom_id, timeout=None)
        for field in self._form.fields:
            component = self._component(field)
            if component is None:
                continue
            text, description = self._said(field, "label", LABEL_LIMIT), self._said(field, "description", 100)
            modal.add_item(
                discord.ui.Label(text=text or field.name, description=description, component=component)
            )
        modal.stop()
        return modal

    def _said(self, field: Field, what: str, limit: int) -> str | None:
        key = field_key(self._words, self._form.name, field.name, what)
        return shorten(self._words.label(key, self._locale), limit) if key else None

    def _component(self, field: Field) -> discord.ui.Item[Any] | None:
        value = self._prefill.values.get(field.name)
        if isinstance(field, TextField):
            return self._text(field, value if isinstance(value, str) else "")
        if isinstance(field, YesNoField):
            return discord.ui.Checkbox(custom_id=field.name, default=bool(value))
        chosen = {value} if isinstance(value, str) else set(value or ())
        options = [
            (key, shorten(clean(shown), OPTION_LIMIT) or key, key in chosen)
            for key, shown in options_of(field, self._words, self._locale, self._prefill)[:MOST_OPTIONS]
        ]
        if not options:
            return None  # nothing to choose from yet
        return self._one(field, options) if isinstance(field, ChoiceField) else self._several(field, options)

    def _text(self, field: TextField, value: str) -> discord.ui.TextInput[Any]:
        return discord.ui.TextInput(
            custom_id=field.name,
            style=discord.TextStyle.paragraph if field.long else discord.TextStyle.short,
            required=field.required,
            min_length=field.minimum or None,
            max_length=field.maximum,
            default=value[: field.maximum] or None,
            placeholder=self._said(field, "placeholder", PLACEHOLDER_LIMIT),
        )

    def _one(self, field: ChoiceField, options: list[tuple[str, str, bool]]) -> discord.ui.Item[Any]:
        if field.radio and 2 <= len(options) <= MOST_BOXES:
            radios = [
                discord.RadioGroupOption(label=shown, value=key, default=on) for key, shown, on in options
            ]
            return discord.ui.RadioGroup(custom_id=field.name, required=field.required, options=radios)
        return self._select(field, options, minimum=1 if field.required else 0, maximum=1)

    def _several(self, field: ChoicesField, options: list[tuple[str, str, bool]]) -> discord.ui.Item[Any]:
        minimum, maximum = min(field.minimum, len(options)), min(field.maximum, len(options))
        if field.checkboxes and len(options) <= MOST_BOXES:
            boxes = [
                discord.CheckboxGroupOption(label=shown, value=key, default=on) for key, shown, on in options
            ]
            return discord.ui.CheckboxGroup(
                custom_id=field.name,
                required=minimum > 0,
                min_values=minimum,
                max_values=maximum,
                options=boxes,
            )
        return self._select(field, options, minimum=minimum, maximum=maximum)

    def _select(
        self, field: Field, options: list[tuple[str, str, bool]], *, minimum: int, maximum: int
    ) -> discord.ui.Select[Any]:
        return discord.ui.Select(
            custom_id=field.name,
            required=minimum > 0,
            min_values=minimum,
            max_values=maximum,
            placeholder=self._said(field, "placeholder", PLACEHOLDER_LIMIT),
            options=[discord.SelectOption(label=shown, value=key, default=on) for key, shown, on in options],
        )


def field_key(words: Words, form: str | None, field: str, what: str) -> str | None:
    """The label of a field: its form's own, else the name that forms share."""
    keys = [f"forms.{form}.{field}.{what}", *([f"fields.{field}"] if what == "label" else [])]
    return next((key for key in keys if words.has_label(key)), None)


def options_of(
    field: ChoiceField | ChoicesField, words: Words, locale: str, prefill: Prefill
) -> Sequence[tuple[str, str]]:
    """The keys and shown words of a field."""
    if field.table is None:
        return prefill.options.get(field.name, ())
    return list(words.table(f"choices.{field.table}", locale).items())


def _answers(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    for component in components:
        inner = [component["component"]] if "component" in component else component.get("components", ())
        yield from _answers(inner)
        if "custom_id" in component:
            yield component["custom_id"], component.get("values", component.get("value"))


def read(form: Form, data: Mapping[str, Any]) -> dict[str, Any]:
    """The submitted values by field, in the shapes that the fields promise. Nothing is refused here."""
    answers = dict(_answers(data.get("components", ())))
    values: dict[str, Any] = {}
    for field in form.fields:
        answer = answers.get(field.name)
        if isinstance(field, TextField):
            values[field.name] = str(answer or "").strip()
        elif isinstance(field, YesNoField):
            values[field.name] = bool(answer)
        else:
            several = answer if isinstance(answer, list) else [answer] if answer else []
            values[field.name] = several if isinstance(field, ChoicesField) else next(iter(several), None)
    return values


def check(form: Form, values: Values, words: Words) -> None:
    """Refuse a choice that the table does not have: a client may send anything."""
    for field in form.fields:
        if isinstance(field, ChoiceField | ChoicesField) and field.table is not None:
            table = words.table(f"choices.{field.table}", "en")
            value = values[field.name]
            if any(
                key not in table for key in (value if isinstance(value, list) else [value] if value else [])
            ):
                raise Invalid(field=field.name, problem="unknown_choice")
