"""Words and buttons as Discord components, within Discord's limits whatever was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord

from cogs.kit.actions import custom_id
from community.ports import Button, Rendered
from prompts import Words, clean, clip, plain, shorten

# Over a whole components v2 message; one text alone may take as much.
TEXT_LIMIT = 4000
# Discord fails (500) on a message whose texts weigh more than 10,170 bytes: 4,000 Chinese characters do.
WEIGHT_LIMIT = 10_000
CONTENT_LIMIT = 2000
LABEL_LIMIT = 80
OPTION_LIMIT = 100
PLACEHOLDER_LIMIT = 150
NAME_LIMIT = 100
TITLE_LIMIT = 256
NOTE_LIMIT = 1000
MOST_OPTIONS = 25
ROW_WIDTH = 5
MOST_ROWS = 5

_STYLES = {
    "primary": discord.ButtonStyle.primary.value,
    "secondary": discord.ButtonStyle.secondary.value,
    "success": discord.ButtonStyle.success.value,
    "danger": discord.ButtonStyle.danger.value,
}
_LINK = discord.ButtonStyle.link.value
_ROW = discord.ComponentType.action_row.value
_BUTTON = discord.ComponentType.button.value
_SELECT = discord.ComponentType.select.value
_TEXT = discord.ComponentType.text_display.value
_SEPARATOR = discord.ComponentType.separator.value
_CONTAINER = discord.ComponentType.container.value

# As Discord's API takes it.
Component = dict[str, Any]


@dataclass(frozen=True)
class Option:
    """One line of a menu. ``label`` and ``description`` are plain text, cut to 100 characters."""

    value: str
    label: str
    description: str = ""
    chosen: bool = False


@dataclass(frozen=True)
class Menu:
    """A drop-down alone in its row (at most 25 options). Its placeholder is the label ``menus.<action>``."""

    action: str
    options: Sequence[Option]
    subject_id: int = 0
    extra: int = 0
    minimum: int = 1
    maximum: int = 1


Row = Sequence[Button | Menu]


class Sheet(discord.ui.LayoutView):
    """A components v2 message, written as Discord takes it.

    discord.py's object for each component would cost more than the rest of an answer's making. The view is
    already stopped: clicks are dispatched by custom_id, so discord.py has nothing to remember.
    """

    def __init__(self, written: list[Component]) -> None:
        """What is added by ``add_item``, a file or a picture, comes below ``written``."""
        super().__init__(timeout=None)
        self.written = written
        self.stop()

    def has_components_v2(self) -> bool:
        return True

    def to_components(self) -> list[Component]:
        return [*self.written, *(item.to_component_dict() for item in self.children)]


class Keys(discord.ui.View):
    """The rows under a plain message, written in the same way."""

    def __init__(self, written: list[Component]) -> None:
        super().__init__(timeout=None)
        self.written = written
        self.stop()

    def to_components(self) -> list[Component]:
        return self.written


def _button(button: Button, words: Words, locale: str) -> Component:
    said = clean(button.label) or words.label(f"buttons.{button.action}", locale)
    shown: Component = {"type": _BUTTON, "label": shorten(said, LABEL_LIMIT)}
    if button.url is not None:
        return {**shown, "style": _LINK, "url": button.url}
    target = custom_id(button.action, button.subject_id, button.extra)
    return {**shown, "style": _STYLES[button.style], "custom_id": target}


def _option(option: Option) -> Component:
    shown: Component = {
        "value": option.value,
        "label": shorten(clean(option.label), OPTION_LIMIT) or option.value,
        "default": option.chosen,
    }
    if description := shorten(clean(option.description), OPTION_LIMIT):
        shown["description"] = description
    return shown


def _menu(menu: Menu, words: Words, locale: str) -> Component:
    options = [_option(option) for option in menu.options[:MOST_OPTIONS]]
    return {
        "type": _SELECT,
        "custom_id": custom_id(menu.action, menu.subject_id, menu.extra),
        "placeholder": shorten(words.label(f"menus.{menu.action}", locale), PLACEHOLDER_LIMIT),
        "min_values": min(menu.minimum, len(options)),
        "max_values": min(menu.maximum, len(options)),
        "options": options,
    }


def _rows(rows: Sequence[Row], words: Words, locale: str) -> list[Component]:
    """At most five. A row of more than five buttons goes on in the next one; an empty one is left out."""
    held: list[list[Component]] = []
    for row in rows:
        buttons = [_button(item, words, locale) for item in row if isinstance(item, Button)]
        held += (buttons[start : start + ROW_WIDTH] for start in range(0, len(buttons), ROW_WIDTH))
        held += ([_menu(item, words, locale)] for item in row if isinstance(item, Menu) and item.options)
    return [{"type": _ROW, "components": components} for components in held[:MOST_ROWS]]


def _weight(text: str) -> int:
    return len(text.encode())


def _body(body: str, room: int, weight: int) -> str:
    """The body within ``room`` characters and ``weight`` bytes."""
    cut = clip(body, room)
    while (heavy := _weight(cut)) > weight:
        room = min(len(cut), room) * weight // heavy - 1
        cut = clip(body, room)
    return cut


def _small_print(note: str) -> str:
    return "\n".join(f"-# {line}" for line in note.split("\n") if line)


def layout(text: Rendered, rows: Sequence[Row], words: Words, locale: str) -> Sheet:
    """A components v2 message: title, body, note, then the rows. At most 4,000 characters, 40 components."""
    title = clip(f"### {text.title}", TITLE_LIMIT) if text.title else ""
    note = clip(_small_print(text.note), NOTE_LIMIT)
    body = _body(
        text.body, TEXT_LIMIT - len(title) - len(note), WEIGHT_LIMIT - _weight(title) - _weight(note)
    )
    inside: list[Component] = [{"type": _TEXT, "content": part} for part in (title, body) if part]
    if note:
        inside += {"type": _SEPARATOR}, {"type": _TEXT, "content": note}
    return Sheet([{"type": _CONTAINER, "components": inside + _rows(rows, words, locale)}])


def legacy(text: Rendered, rows: Sequence[Row], words: Words, locale: str) -> tuple[str, Keys]:
    """A plain message (a forum's first one): content of at most 2,000 characters, and the buttons."""
    note = clip(_small_print(text.note), NOTE_LIMIT // 2)
    title = clip(f"### {text.title}", TITLE_LIMIT) if text.title else ""
    room = CONTENT_LIMIT - len(title) - len(note) - 4
    content = "\n".join(part for part in (title, clip(text.body, room), note) if part)
    return content, Keys(_rows(rows, words, locale))


def thread_name(text: Rendered) -> str:
    """The title without Markdown, for a thread: 1 to 100 characters."""
    return shorten(plain(text.title), NAME_LIMIT) or "…"
