"""The doors of cards that lack their thread, for those who run the network: the desk leads here."""

from cogs.kit.actions import Interaction, acts
from cogs.kit.layout import Menu, Option, Row
from cogs.practices_group import Doors
from community.ports import Button


class CareDoors(Doors):
    """A list, and one button for all of it."""

    @acts("practice.unthreaded")
    async def unthreaded(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        late = await self.services.practices.without_thread(actor)
        options = [Option(str(one.id), one.title, one.authority) for one in late]
        opening = [Button("practice.open_threads", style="primary")] if late else []
        rows: list[Row] = [[Menu("practice.choose", options)], [*opening, Button("desk.show")]]
        await self.inbound.reply(interaction, "practices/unthreaded", rows=rows, practices=late)

    @acts("practice.open_threads")
    async def open_threads(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        opened = await self.services.sharing.open_threads(actor)
        rows = [[Button("network.status"), Button("desk.show")]]
        await self.inbound.reply(interaction, "practices/opening_all", rows=rows, practices=opened)
