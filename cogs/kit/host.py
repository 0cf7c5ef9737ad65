"""The bot as its doors see it. ``bot.client`` makes the real one from this class."""

from typing import Any

import discord
from discord.ext import commands

from cogs.kit.actions import Actions
from cogs.kit.forms import Drafts, Forms
from cogs.kit.inbound import Inbound
from prompts import Words


class Host(commands.AutoShardedBot):
    """Gives the cogs ``services``, ``words``, ``inbound``, ``actions`` and ``forms``; routes clicks and submits.

    A subclass that overrides ``setup_hook`` or ``on_interaction`` calls ``super()``.
    """

    words: Words
    services: Any
    inbound: Inbound
    actions: Actions
    forms: Forms

    def __init__(
        self,
        *,
        words: Words,
        services: Any,
        drafts: Drafts,
        intents: discord.Intents,
        patience: float = 1.5,
        **options: Any,
    ) -> None:
        """``services`` is ``community.services.Services`` (``services.members.identify`` says who acts)."""
        raise NotImplementedError
