"""The doors of accompaniment: offer it, find somebody, answer, stop."""

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from community.ports import Button
from community.sponsoring import SponsoringView


class SponsoringCog(commands.Cog):
    """`/sponsor …` and the buttons that do the same."""

    sponsor = localized.group("sponsor")

    def __init__(self, host: Host) -> None:
        self.inbound, self.sponsoring = host.inbound, host.services.sponsoring

    @localized.command("sponsor.view", parent=sponsor)
    async def view(self, interaction: Interaction) -> None:
        await self.mine(interaction, 0, 0)

    @acts("sponsor.mine")
    async def mine(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sponsoring.mine(actor), "seen")

    @localized.command("sponsor.find", parent=sponsor)
    async def find(self, interaction: Interaction) -> None:
        await self.found(interaction, 0, 0)

    @acts("sponsor.find")
    async def found(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.sponsoring.mine(actor)
        if view.has_guide:
            await self._show(interaction, view, "seen")
            return
        peers = await self.sponsoring.find(actor)
        options = [Option(str(peer.member_id), peer.name) for peer in peers]
        rows: list[Row] = [[Menu("sponsor.ask", options)]] if options else []
        rows.append([Button("sponsor.mine"), Button("profile.edit")])
        await self.inbound.reply(interaction, "sponsoring/found", rows=rows, peers=peers)

    @acts("sponsor.ask")
    async def ask(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        peer = await self.sponsoring.ask(actor, picked(interaction))
        rows = [[Button("sponsor.find"), Button("sponsor.mine")]]
        await self.inbound.reply(interaction, "sponsoring/sent", rows=rows, peer=peer)

    @acts("sponsor.offer")
    async def offer(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sponsoring.offer(actor), "offered")

    @acts("sponsor.one")
    async def one(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.offer(interaction, 0, 0)

    @acts("sponsor.two")
    async def two(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sponsoring.offer(actor, 2), "offered")

    @acts("sponsor.withdraw")
    async def withdraw(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sponsoring.withdraw(actor), "withdrawn")

    @acts("sponsor.accept")
    async def accept(self, interaction: Interaction, pair_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        pair = await self.sponsoring.accept(actor, pair_id)
        await self.inbound.reply(
            interaction, "sponsoring/accepted", rows=[[Button("sponsor.mine")]], pair=pair
        )

    @acts("sponsor.decline")
    async def decline(self, interaction: Interaction, pair_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sponsoring.decline(actor, pair_id), "declined")

    @acts("sponsor.end")
    async def end(self, interaction: Interaction, pair_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sponsoring.stop(actor, pair_id), "stopped")

    @acts("sponsor.stop")
    async def stop(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.end(interaction, picked(interaction), 0)

    async def _show(self, interaction: Interaction, view: SponsoringView, done: str) -> None:
        await self.inbound.reply(interaction, "sponsoring/mine", rows=_rows(view), sponsoring=view, done=done)


def _rows(view: SponsoringView) -> list[Row]:
    rows: list[Row] = []
    if view.requests:
        first = view.requests[0].id  # answered one by one
        rows.append([Button("sponsor.accept", first, style="success"), Button("sponsor.decline", first)])
    if view.pairs:
        rows.append([Menu("sponsor.stop", [Option(str(pair.id), pair.peer.name) for pair in view.pairs])])
    find = [] if view.has_guide else [Button("sponsor.find", style="primary")]
    if not view.offers:
        return [*rows, [*find, Button("sponsor.offer")]]
    other = Button("sponsor.two" if view.most == 1 else "sponsor.one")
    return [*rows, [*find, other, Button("sponsor.withdraw")]]


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(SponsoringCog(host))
