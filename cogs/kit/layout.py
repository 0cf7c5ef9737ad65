"""Words and buttons as Discord components, within Discord's limits whatever was typed."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from community.ports import Button, Rendered
from prompts import Words


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


def layout(text: Rendered, rows: Sequence[Row], words: Words, locale: str) -> discord.ui.LayoutView:
    """A components v2 message: title, body, note, then the rows. At most 4,000 characters and 40 components."""
    raise NotImplementedError


def legacy(text: Rendered, rows: Sequence[Row], words: Words, locale: str) -> tuple[str, discord.ui.View]:
    """A plain message (a forum's first one): content of at most 2,000 characters, and the buttons."""
    raise NotImplementedError


def thread_name(text: Rendered) -> str:
    """The title without Markdown, for a thread: 1 to 100 characters."""
    raise NotImplementedError
