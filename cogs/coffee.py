"""The doors of « café entre pairs »: take part, pause, leave; for facilitators, draw a round."""

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Row
from community.coffee import CoffeeView, Offer
from community.ports import Button

PAUSE = Form("coffee.pause", TextField("until", minimum=1, maximum=60))


class CoffeeCog(commands.Cog):
    """`/coffee` and its buttons."""

    coffee = localized.group("coffee")

    def __init__(self, host: Host) -> None:
        self.inbound, self.coffees = host.inbound, host.services.coffee

    @localized.command("coffee.view", parent=coffee)
    async def view(self, interaction: Interaction) -> None:
        await self.mine(interaction, 0, 0)

    @acts("coffee.mine")
    async def mine(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        view = await self.coffees.mine(await self.inbound.actor(interaction))
        await self._show(interaction, view, "seen")

    @localized.command("coffee.join", parent=coffee)
    async def join(self, interaction: Interaction) -> None:
        await self.joined(interaction, 0, 0)

    @acts("coffee.join")
    async def joined(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        view = await self.coffees.join(await self.inbound.actor(interaction))
        await self._show(interaction, view, "joined")

    @localized.command("coffee.leave", parent=coffee)
    async def leave(self, interaction: Interaction) -> None:
        await self.left(interaction, 0, 0)

    @acts("coffee.leave")
    async def left(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        view = await self.coffees.leave(await self.inbound.actor(interaction))
        await self._show(interaction, view, "left")

    @localized.command("coffee.pause", parent=coffee)
    async def pause(self, interaction: Interaction, until: str) -> None:
        view = await self.coffees.pause(await self.inbound.actor(interaction), until)
        await self._show(interaction, view, "paused")

    @prefills(PAUSE)
    async def pause_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        await self.coffees.mine(await self.inbound.actor(interaction))  # a stranger types nothing in vain
        return Prefill()

    @submits(PAUSE)
    async def paused(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        view = await self.coffees.pause(await self.inbound.actor(interaction), values["until"])
        await self._show(interaction, view, "paused")

    # A week later: whether they met, in one click.

    @acts("coffee.met", updates=True)
    async def met(self, interaction: Interaction, guest_id: int, extra: int) -> None:
        await self._answer(interaction, guest_id, "met")

    @acts("coffee.later", updates=True)
    async def later(self, interaction: Interaction, guest_id: int, extra: int) -> None:
        await self._answer(interaction, guest_id, "later")

    @acts("coffee.not_met", updates=True)
    async def not_met(self, interaction: Interaction, guest_id: int, extra: int) -> None:
        await self._answer(interaction, guest_id, "not_met")

    # Facilitators.

    @localized.command("coffee.propose", parent=coffee)
    async def propose(self, interaction: Interaction) -> None:
        await self.offer(interaction, 0, 0)

    @acts("coffee.offer")
    async def offer(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        offer = await self.coffees.offer(await self.inbound.actor(interaction))
        await self.inbound.reply(interaction, "coffee/offer", rows=_offer_rows(offer), offer=offer)

    @acts("coffee.draw", updates=True)
    async def draw(self, interaction: Interaction, after: int, extra: int) -> None:
        offer = await self.coffees.propose(await self.inbound.actor(interaction), after)
        await self.inbound.update(interaction, "coffee/drawn", rows=[[Button("coffee.offer")]], offer=offer)

    @acts("coffee.monthly", updates=True)
    async def monthly(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._set_monthly(interaction, on=True)

    @acts("coffee.on_demand", updates=True)
    async def on_demand(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._set_monthly(interaction, on=False)

    async def _set_monthly(self, interaction: Interaction, *, on: bool) -> None:
        offer = await self.coffees.set_monthly(await self.inbound.actor(interaction), on)
        await self.inbound.update(interaction, "coffee/offer", rows=_offer_rows(offer), offer=offer)

    async def _answer(self, interaction: Interaction, guest_id: int, answer: str) -> None:
        given = await self.coffees.answer(await self.inbound.actor(interaction), guest_id, answer)
        rows = [[Button("coffee.mine")]]
        await self.inbound.update(interaction, "coffee/answered", rows=rows, answer=str(given))

    async def _show(self, interaction: Interaction, view: CoffeeView, done: str) -> None:
        await self.inbound.reply(interaction, "coffee/mine", rows=_rows(view), coffee=view, done=done)


def _rows(view: CoffeeView) -> list[Row]:
    buttons = [Button("coffee.join", style="primary")]
    if view.volunteer:
        resume = [Button("coffee.join", style="primary")] if view.paused_until else []
        buttons = [*resume, Button("coffee.pause"), Button("coffee.leave", style="danger")]
    return [buttons, [Button("coffee.offer")] if view.organises else []]


def _offer_rows(offer: Offer) -> list[Row]:
    rhythm = Button("coffee.on_demand") if offer.next_at else Button("coffee.monthly")
    return [[Button("coffee.draw", offer.number, style="primary"), rhythm]]


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(CoffeeCog(host))
