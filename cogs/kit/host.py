"""The bot as its doors see it. ``bot.client`` makes the real one from this class."""

import logging
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.kit.actions import Actions, Click, Registration, parse
from cogs.kit.confirm import CANCEL
from cogs.kit.errors import GoneButton, report
from cogs.kit.forms import Drafts, Forms
from cogs.kit.inbound import Inbound
from cogs.kit.translator import LabelTranslator
from cogs.pictures import Artist
from community.services import Services
from prompts import Words

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]


class Tree(app_commands.CommandTree[Any]):
    """Commands start with the guard running, and end at the error boundary."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        self.client.inbound.exchange(interaction)
        return True

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        if interaction.type is not discord.InteractionType.autocomplete:
            await report(self.client, interaction, error)


class Host(commands.AutoShardedBot):
    """Gives the cogs ``services``, ``words``, ``inbound``, ``artist``, ``actions``, ``forms``.

    Routes clicks and submits.

    A subclass that overrides ``setup_hook`` or ``on_interaction`` calls ``super()``.
    """

    def __init__(
        self,
        *,
        words: Words,
        services: Services,
        drafts: Drafts | None = None,
        artist: Artist | None = None,
        intents: discord.Intents,
        patience: float = 1.5,
        **options: Any,
    ) -> None:
        """``patience``: seconds before an interaction without an answer is deferred."""
        options.setdefault("allowed_mentions", discord.AllowedMentions.none())
        super().__init__(command_prefix=(), help_command=None, tree_cls=Tree, intents=intents, **options)
        self.words = words
        self.services = services
        self.artist = artist or Artist()
        self.inbound = Inbound(words, services.members.identify, patience=patience)
        self.actions = Actions()
        self.forms = Forms(self, drafts or services.drafts)
        self._in_hand: set[tuple[int, int, str]] = set()

    async def setup_hook(self) -> None:
        """Runs before the commands are synchronised: they need their French names."""
        await self.tree.set_translator(LabelTranslator(self.words))

    async def on_message(self, message: discord.Message, /) -> None:
        """Commands are Discord's own: text is never read for one."""

    async def add_cog(self, cog: commands.Cog, /, **options: Any) -> None:
        """Also registers the cog's buttons and forms."""
        await super().add_cog(cog, **options)
        self.actions.collect(cog)
        self.forms.collect(cog)

    async def on_app_command_completion(self, interaction: Interaction, command: Any) -> None:
        """A command that ends without an answer would leave « thinking… » for ever: a defect of ours."""
        if not self.inbound.exchange(interaction).answered:
            await report(self, interaction, RuntimeError(f"no answer from {command.qualified_name}"))

    async def on_interaction(self, interaction: Interaction) -> None:
        """Clicks and submits. (Commands come through the tree.)

        By custom_id, not by discord.py's views: those forget at a restart, and the dynamic ones rebuild the
        whole message on each click and swallow what goes wrong.
        """
        if interaction.type is discord.InteractionType.component:
            await self._clicked(interaction)
        elif interaction.type is discord.InteractionType.modal_submit:
            await self.forms.submitted(interaction)

    async def _clicked(self, interaction: Interaction) -> None:
        data: Any = interaction.data
        text = str(data["custom_id"])
        click = parse(text)
        registration = self._registration(click) if click else None
        if click is None or registration is None:
            await report(self, interaction, GoneButton())
            return
        message_id = interaction.message.id if interaction.message else 0
        in_hand = (interaction.user.id, message_id, text)
        exchange = self.inbound.exchange(interaction, updates=registration.updates)
        if in_hand in self._in_hand:  # a double click: the first one is being answered
            await exchange.acknowledge()
            return
        self._in_hand.add(in_hand)
        try:
            await registration.handler(interaction, click.subject_id, click.extra)
        except Exception as error:
            await report(self, interaction, error)
        finally:
            self._in_hand.discard(in_hand)
            await exchange.acknowledge()

    def _registration(self, click: Click) -> Registration | None:
        known = self.actions.find(click.action)
        if known is None and click.action.endswith(CANCEL):
            return Registration(self._cancelled, updates=True)
        return known

    async def _cancelled(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.inbound.update(interaction, "common/cancelled")
