"""The link checker's door: a facilitator accepts the address where a page moved to."""

from discord.ext import commands

from cogs.kit.actions import Interaction, acts
from cogs.kit.host import Host
from community.library_delivery import open_link


class LinksCog(commands.Cog):
    """The buttons of the cards that the link checker posts."""

    def __init__(self, host: Host) -> None:
        self.inbound, self.links = host.inbound, host.services.links

    @acts("library.follow")
    async def follow(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.links.follow(actor, resource_id)
        rows = [list(open_link(resource))]
        await self.inbound.reply(interaction, "library/followed", rows=rows, resource=resource)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(LinksCog(host))
