"""Help, which is also the menu: rooms, and in each a button for every command, for whoever sees none."""

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.host import Host
from cogs.kit.layout import Row
from cogs.menu import ASK, FACILITATION, LIBRARY, ME, MEETUPS, NEEDS, NETWORK, PEERS, PRACTICES, ROOMS, Room
from community.ports import Button


class WelcomeCog(commands.Cog):
    """`/help`, the button that does the same, and the rooms below."""

    def __init__(self, host: Host) -> None:
        self.inbound, self.guide = host.inbound, host.services.help

    @localized.command("help")
    async def help(self, interaction: Interaction) -> None:
        await self.show(interaction, 0, 0)

    @acts("help.show")
    async def show(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = self.guide.for_actor(actor)
        rooms = [room for room in ROOMS if room.open_to(view.actions)]
        ask = [ASK.button] if view.may_ask_for_access else []
        rows: list[Row] = [[*ask, *(room.button for room in rooms)]]
        names = [room.name for room in rooms]
        await self.inbound.reply(interaction, "welcome/help", rows=rows, help=view, rooms=names)

    @acts("help.library")
    async def library(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._enter(interaction, LIBRARY)

    @acts("help.practices")
    async def practices(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._enter(interaction, PRACTICES)

    @acts("help.needs")
    async def needs(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._enter(interaction, NEEDS)

    @acts("help.meetups")
    async def meetups(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._enter(interaction, MEETUPS)

    @acts("help.peers")
    async def peers(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._enter(interaction, PEERS)

    @acts("help.me")
    async def me(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._enter(interaction, ME)

    @acts("help.facilitation")
    async def facilitation(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._enter(interaction, FACILITATION)

    @acts("help.network")
    async def network(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._enter(interaction, NETWORK)

    async def _enter(self, interaction: Interaction, room: Room) -> None:
        actor = await self.inbound.actor(interaction)
        ways = room.open_to(self.guide.for_actor(actor).actions)
        rows: list[Row] = [[way.button for way in ways], [Button("help.show")]]
        actions = list(dict.fromkeys(str(way.needs) for way in ways))
        await self.inbound.reply(interaction, "welcome/room", rows=rows, room=room.name, actions=actions)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(WelcomeCog(host))
