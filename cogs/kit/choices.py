"""Autocomplete that never raises and never says more than Discord takes."""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from community.errors import DomainError
from prompts import clean, shorten

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
MOST = 25
LONGEST = 100
PATIENCE = 2.5  # seconds; Discord gives three


@dataclass(frozen=True)
class Suggestion:
    """``shown`` is plain text, cut to 100 characters; a ``value`` above 100 is dropped."""

    value: str
    shown: str


def as_choices(suggestions: Sequence[Suggestion]) -> list[app_commands.Choice[str]]:
    """What Discord takes of them: at most 25, each value once."""
    kept: dict[str, app_commands.Choice[str]] = {}
    for suggestion in suggestions:
        shown = shorten(clean(suggestion.shown), LONGEST)
        if shown and 1 <= len(suggestion.value) <= LONGEST:
            kept.setdefault(suggestion.value, app_commands.Choice(name=shown, value=suggestion.value))
    return list(kept.values())[:MOST]


def suggests(
    method: Callable[[Any, Interaction, str], Awaitable[Sequence[Suggestion]]],
) -> Callable[[Any, Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]:
    """Wrap an autocomplete method: at most 25, none on error or when it takes too long (both logged)."""

    @functools.wraps(method)
    async def guarded(self: Any, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            async with asyncio.timeout(PATIENCE):
                return as_choices(await method(self, interaction, typed))
        except DomainError:
            return []  # a stranger, a server without network: the command itself will say so
        except Exception:
            log.exception("autocomplete failed interaction=%s", interaction.id)
            return []

    return guarded
