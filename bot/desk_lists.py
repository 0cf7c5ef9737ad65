"""What the facilitators' lists page is made of: each line of the desk, and the command that acts on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cogs import menu
from community.desk import Gesture, Listed, ListView
from prompts import Words

_DESK = "facilitate desk"  # every line has its button there


@dataclass(frozen=True)
class ShownList:
    """``command``: as the reader's chat shows it."""

    key: str
    count: int
    since: datetime | None
    command: str
    items: Sequence[Listed]
    more: int


@dataclass(frozen=True)
class Choice:
    """One of a list to choose from."""

    key: str
    words: str


def choices(table: str, words: Words, locale: str) -> Sequence[Choice]:
    """A table of labels, to choose from."""
    return [Choice(key, said) for key, said in words.table(table, locale).items()]


def shown(lines: Sequence[ListView], words: Words, locale: str) -> Sequence[ShownList]:
    """Each line with its command."""
    commands = {way.button.action: way.commands[0] for way in menu.every_way() if way.commands}
    return [
        ShownList(
            line.key,
            line.count,
            line.since,
            command(commands.get(line.action, _DESK), words, locale),
            line.items,
            line.more,
        )
        for line in lines
    ]


def command(name: str, words: Words, locale: str) -> str:
    """« /besoin suivi » for "need care"."""
    parts = [part.replace("-", "_") for part in name.split()]
    keys = [".".join(parts[: place + 1]) for place in range(len(parts))]
    return "/" + " ".join(words.label(f"commands.{key}.name", locale) for key in keys)


def told(gestures: Sequence[Gesture], words: Words, locale: str, timezone: str) -> Sequence[str]:
    """The gestures in the words of the chat, as Markdown."""
    return [
        words.render("desk/gesture", locale, gesture=gesture, timezone=timezone).title for gesture in gestures
    ]
