"""From a Discord interaction to an actor, and from words to the one answer that Discord waits for."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from cogs.kit.layout import Row
from community.actors import Actor, Standing
from prompts import Words

Interaction = discord.Interaction[Any]
Identify = Callable[[Standing], Awaitable[Actor]]


class Inbound:
    """Every answer is private, in the reader's language; what everyone may read goes through the outbox."""

    def __init__(self, words: Words, identify: Identify, *, patience: float = 1.5) -> None:
        """``identify`` is ``services.members.identify``; ``patience``: seconds before deferring by itself."""
        self.words = words

    def standing(self, interaction: Interaction) -> Standing:
        """What Discord says of the person, without any look-up."""
        raise NotImplementedError

    async def actor(self, interaction: Interaction) -> Actor:
        """Who is acting; asked once per interaction, then remembered."""
        raise NotImplementedError

    def locale(self, interaction: Interaction) -> str:
        """The reader's language: the member's own choice once ``actor`` was asked, else what Discord says."""
        raise NotImplementedError

    async def reply(
        self, interaction: Interaction, template: str, *, rows: Sequence[Row] = (), **values: Any
    ) -> None:
        """Answer in private below. ``timezone`` is the actor's unless given among the values."""
        raise NotImplementedError

    async def update(
        self, interaction: Interaction, template: str, *, rows: Sequence[Row] = (), **values: Any
    ) -> None:
        """Replace the message whose button was clicked (declare the handler with ``updates=True``)."""
        raise NotImplementedError
