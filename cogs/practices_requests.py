"""The doors of « En faire une fiche »: the menu of a message, and its author's answer.

The message's text comes with the click itself: no message is ever read otherwise.
"""

import discord
from discord import app_commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.host import Host
from cogs.practice_pages import show_practice
from cogs.practices_group import Doors
from community.practice_requests import Told


class RequestDoors(Doors):
    """A menu and two buttons."""

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._menu = app_commands.ContextMenu(
            name=localized.text("contexts.make_card"), callback=self.make_card
        )
        self._menu.guild_only = True

    async def cog_load(self) -> None:
        self.host.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self.host.tree.remove_command(self._menu.name, type=self._menu.type)

    async def make_card(self, interaction: Interaction, message: discord.Message) -> None:
        actor = await self.inbound.actor(interaction)
        practice_id = await self.services.card_requests.ask(actor, _told(interaction, message))
        if practice_id:
            await show_practice(self.inbound, self.services, interaction, practice_id)
            return
        await self.inbound.reply(interaction, "practices/requested")

    @acts("card_request.accept")
    async def accept(self, interaction: Interaction, request_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        practice_id = await self.services.card_requests.accept(actor, request_id)
        await show_practice(self.inbound, self.services, interaction, practice_id)

    @acts("card_request.decline", updates=True)
    async def decline(self, interaction: Interaction, request_id: int, extra: int) -> None:
        await self.services.card_requests.decline(await self.inbound.actor(interaction), request_id)
        await self.inbound.update(interaction, "practices/declined")


def _told(interaction: Interaction, message: discord.Message) -> Told:
    channel = interaction.channel
    thread = channel if isinstance(channel, discord.Thread) else None
    return Told(
        message_ref=str(message.id),
        author_ref=str(message.author.id),
        text=message.content,
        channel_ref=str(interaction.channel_id),
        forum_ref=str(thread.parent_id) if thread else None,
        thread_title=thread.name if thread and message.id == thread.id else "",
    )
