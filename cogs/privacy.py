"""Doors of personal data: what is kept and why, one's own data, and a bot that is put out of a server."""

import discord
from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.confirm import confirmation
from cogs.kit.host import Host
from cogs.kit.layout import Row
from community.ports import Button

FILE = "entre-pairs.zip"
_MY_DATA: Row = [
    Button("privacy.export", style="primary"),
    Button("privacy.erase", style="danger"),
    Button("privacy.show"),
]


class PrivacyCog(commands.Cog):
    """`/privacy`, `/my-data …`, and the buttons that do the same."""

    my_data = localized.group("my_data")

    def __init__(self, host: Host) -> None:
        self.inbound, self.privacy = host.inbound, host.services.privacy

    @localized.command("privacy")
    async def notice(self, interaction: Interaction) -> None:
        await self.show(interaction, 0, 0)

    @acts("privacy.show")
    async def show(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        notice = await self.privacy.notice(actor)
        rows = [[Button("privacy.mine", style="primary")]]
        await self.inbound.reply(interaction, "privacy/notice", rows=rows, notice=notice)

    @localized.command("my_data.view", parent=my_data)
    async def view(self, interaction: Interaction) -> None:
        await self.show_mine(interaction, 0, 0)

    @acts("privacy.mine")
    async def show_mine(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        mine = await self.privacy.mine(actor)
        await self.inbound.reply(interaction, "privacy/mine", rows=[_MY_DATA], mine=mine)

    @localized.command("my_data.export", parent=my_data)
    async def export(self, interaction: Interaction) -> None:
        await self.give(interaction, 0, 0)

    @acts("privacy.export")
    async def give(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        packed = await self.privacy.export(actor)
        await self.inbound.give(interaction, "privacy/exported", FILE, packed)

    @localized.command("my_data.delete", parent=my_data)
    async def delete(self, interaction: Interaction) -> None:
        await self.ask_erase(interaction, 0, 0)

    @acts("privacy.erase")
    async def ask_erase(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        mine = await self.privacy.mine(actor)
        rows = [[*confirmation("privacy.erase"), Button("privacy.export")]]
        await self.inbound.reply(interaction, "privacy/erase", rows=rows, mine=mine)

    @acts("privacy.erase.confirm", updates=True)
    async def erase(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self.privacy.erase(actor)
        await self.inbound.update(interaction, "privacy/erased")

    @acts("privacy.stay", updates=True)
    async def stay(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        """Acting at all is being active."""
        await self.inbound.actor(interaction)
        await self.inbound.update(interaction, "privacy/stays")

    # Not told during an outage: Discord says then that the server is unavailable, which is another event.

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self.privacy.removed("discord", str(guild.id))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self.privacy.returned("discord", str(guild.id))


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(PrivacyCog(host))
