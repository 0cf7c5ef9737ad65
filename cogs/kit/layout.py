"""Words and buttons as Discord components, within Discord's limits whatever was typed."""

from collections.abc import Iterator, Sequence
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
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "success": discord.ButtonStyle.success,
    "danger": discord.ButtonStyle.danger,
}


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


def _button(button: Button, words: Words, locale: str) -> discord.ui.Button[Any]:
    said = clean(button.label) or words.label(f"buttons.{button.action}", locale)
    label = shorten(said, LABEL_LIMIT)
    if button.url is not None:
        return discord.ui.Button(label=label, url=button.url)
    return discord.ui.Button(
        label=label,
        style=_STYLES[button.style],
        custom_id=custom_id(button.action, button.subject_id, button.extra),
    )


def _menu(menu: Menu, words: Words, locale: str) -> discord.ui.Select[Any]:
    options = [
        discord.SelectOption(
            label=shorten(clean(option.label), OPTION_LIMIT) or option.value,
            value=option.value,
            description=shorten(clean(option.description), OPTION_LIMIT) or None,
            default=option.chosen,
        )
        for option in menu.options[:MOST_OPTIONS]
    ]
    return discord.ui.Select(
        custom_id=custom_id(menu.action, menu.subject_id, menu.extra),
        placeholder=shorten(words.label(f"menus.{menu.action}", locale), PLACEHOLDER_LIMIT),
        min_values=min(menu.minimum, len(options)),
        max_values=min(menu.maximum, len(options)),
        options=options,
    )


def _rows(rows: Sequence[Row], words: Words, locale: str) -> Iterator[discord.ui.ActionRow[Any]]:
    """A row of more than five buttons goes on in the next one; an empty row or menu is left out."""
    for row in rows:
        buttons = [_button(item, words, locale) for item in row if isinstance(item, Button)]
        for start in range(0, len(buttons), ROW_WIDTH):
            yield discord.ui.ActionRow(*buttons[start : start + ROW_WIDTH])
        for item in row:
            if isinstance(item, Menu) and item.options:
                yield discord.ui.ActionRow(_menu(item, words, locale))


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


def layout(text: Rendered, rows: Sequence[Row], words: Words, locale: str) -> discord.ui.LayoutView:
    """A components v2 message: title, body, note, then the rows. At most 4,000 characters, 40 components.

    The view is already stopped: clicks are dispatched by custom_id, so discord.py has nothing to remember.
    """
    title = clip(f"### {text.title}", TITLE_LIMIT) if text.title else ""
    note = clip(_small_print(text.note), NOTE_LIMIT)
    body = _body(
        text.body, TEXT_LIMIT - len(title) - len(note), WEIGHT_LIMIT - _weight(title) - _weight(note)
    )
    container: discord.ui.Container[Any] = discord.ui.Container()
    for part in (title, body):
        if part:
            container.add_item(discord.ui.TextDisplay(part))
    if note:
        container.add_item(discord.ui.Separator())
        container.add_item(discord.ui.TextDisplay(note))
    for row in list(_rows(rows, words, locale))[:MOST_ROWS]:
        container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()
    return view


def legacy(text: Rendered, rows: Sequence[Row], words: Words, locale: str) -> tuple[str, discord.ui.View]:
    """A plain message (a forum's first one): content of at most 2,000 characters, and the buttons."""
    note = clip(_small_print(text.note), NOTE_LIMIT // 2)
    title = clip(f"### {text.title}", TITLE_LIMIT) if text.title else ""
    room = CONTENT_LIMIT - len(title) - len(note) - 4
    content = "\n".join(part for part in (title, clip(text.body, room), note) if part)
    view = discord.ui.View(timeout=None)
    for index, row in enumerate(list(_rows(rows, words, locale))[:MOST_ROWS]):
        for item in list(row.children):
            item.row = index
            view.add_item(item)
    view.stop()
    return content, view


def thread_name(text: Rendered) -> str:
    """The title without Markdown, for a thread: 1 to 100 characters."""
    return shorten(plain(text.title), NAME_LIMIT) or "…"
