"""Buttons and menus that outlive the process: ``ep:<action>:<id>[:<extra>]`` in the component itself.

Discord remembers the id, we remember nothing: a click after a restart, or a year later, finds its handler by
name, and the handler reloads and re-checks through its use case. Forms are in ``forms.py``.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import discord

from community.text import row_id

Interaction = discord.Interaction[Any]
Handler = Callable[[Interaction, int, int], Awaitable[None]]
Method = TypeVar("Method", bound=Callable[..., Awaitable[None]])

_PATTERN = re.compile(r"ep:(?P<action>[a-z_]+(?:\.[a-z_]+)*):(?P<id>\d{1,19})(?::(?P<extra>\d{1,19}))?")
_MARK = "__entrepairs_action__"


@dataclass(frozen=True)
class Click:
    """What a component's custom_id says."""

    action: str
    subject_id: int
    extra: int


@dataclass(frozen=True)
class Registration:
    """``updates``: the handler changes the message that was clicked, rather than answering below it."""

    handler: Handler
    updates: bool


def custom_id(action: str, subject_id: int = 0, extra: int = 0) -> str:
    """The text that Discord keeps for us (at most 100 characters)."""
    tail = f":{extra}" if extra else ""
    return f"ep:{action}:{subject_id}{tail}"


def parse(text: str) -> Click | None:
    """The reverse of ``custom_id``; None for anything that is not ours."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        return None
    return Click(match["action"], row_id(match["id"]), row_id(match["extra"] or "0"))


def acts(action: str, *, updates: bool = False) -> Callable[[Method], Method]:
    """Mark a cog method as the handler of ``action``: ``async (self, interaction, subject_id, extra)``.

    ``updates=True`` says that it answers with ``inbound.update`` (the clicked message changes).
    """

    def mark(method: Method) -> Method:
        marks: list[tuple[str, bool]] = [*getattr(method, _MARK, ()), (action, updates)]
        setattr(method, _MARK, marks)
        return method

    return mark


def chosen(interaction: Interaction) -> list[str]:
    """What was picked in the menu that was clicked."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    return list(data.get("values", ()))


def picked(interaction: Interaction) -> int:
    """The row that was picked in a menu of rows; 0, which no row has, when a client sent something else."""
    return row_id(next(iter(chosen(interaction)), ""))


class Actions:
    """Action name -> handler. Cogs are collected by ``Host.add_cog``; ``add`` is for the kit itself."""

    def __init__(self) -> None:
        self._known: dict[str, Registration] = {}

    def add(self, action: str, handler: Handler, *, updates: bool = False) -> None:
        """Two handlers for one action is a defect: refuse at start-up."""
        if action in self._known:
            raise ValueError(f"two handlers for the action {action}")
        self._known[action] = Registration(handler, updates)

    def collect(self, owner: object) -> None:
        """Register every method of ``owner`` that ``acts`` has marked."""
        for name in dir(type(owner)):
            for action, updates in getattr(getattr(type(owner), name), _MARK, ()):
                self.add(action, getattr(owner, name), updates=updates)

    def forget(self, owner: object) -> None:
        """Drop what ``collect`` added (a cog is being reloaded)."""
        for name in dir(type(owner)):
            for action, _updates in getattr(getattr(type(owner), name), _MARK, ()):
                self._known.pop(action, None)

    def find(self, action: str) -> Registration | None:
        """The handler, or None for an action of another time."""
        return self._known.get(action)

    def names(self) -> set[str]:
        """Every action that has a handler."""
        return set(self._known)
