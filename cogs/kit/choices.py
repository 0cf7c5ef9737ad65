"""Autocomplete that never raises and never says more than Discord takes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

Interaction = discord.Interaction[Any]


@dataclass(frozen=True)
class Suggestion:
    """``shown`` is plain text, cut to 100 characters; ``value`` must fit in 100 and is dropped if it does not."""

    value: str
    shown: str


def suggests(
    method: Callable[[Any, Interaction, str], Awaitable[Sequence[Suggestion]]],
) -> Callable[[Any, Interaction, str], Awaitable[list[app_commands.Choice[str]]]]:
    """Wrap an autocomplete method: at most 25, none on error or when it takes too long (both logged)."""
    raise NotImplementedError
