"""The doors of those who help: availability, yes, no, an offer, a word in one click."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.forms import ChoiceField, Form, Prefill, TextField, Values, prefills, submits
from cogs.needs_group import NEED, Doors
from community import needs_rules as rules
from community.ports import Button

AVAILABLE = Form(
    "need.available",
    ChoiceField("willing", "need_availability", radio=True),
    TextField("pause", required=False, maximum=rules.DAY_LONGEST),
)
OFFER = Form("need.offer", TextField("words", long=True, required=False, maximum=rules.WORDS_LONGEST))


class HelpingDoors(Doors):
    """`/need available`, and the buttons under a request and in a thread."""

    @localized.command("need.available", parent=NEED)
    async def available(self, interaction: Interaction) -> None:
        await self.forms.open(interaction, AVAILABLE)

    @prefills(AVAILABLE)
    async def available_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        mine = await self.services.helping.availability(await self.inbound.actor(interaction))
        pause = f"{mine.paused_until:%d/%m/%Y}" if mine.paused_until else ""
        return Prefill({"willing": "yes" if mine.willing or not mine.said else "no", "pause": pause})

    @submits(AVAILABLE)
    async def said_available(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        willing = values["willing"] == "yes"
        mine = await self.services.helping.set_availability(actor, willing, values["pause"])
        rows = [[Button("need.available"), Button("profile.show")]]
        await self.inbound.reply(interaction, "needs/availability", rows=rows, mine=mine)

    @acts("need.accept", updates=True)
    async def accept(self, interaction: Interaction, need_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.services.helping.accept(actor, need_id)
        await self.inbound.update(interaction, "needs/will_help", need=need)

    @acts("need.decline", updates=True)
    async def decline(self, interaction: Interaction, need_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.services.helping.decline(actor, need_id)
        await self.inbound.update(interaction, "needs/declined", rows=[[Button("need.available")]], need=need)

    @prefills(OFFER)
    async def offer_form(self, interaction: Interaction, need_id: int) -> Prefill:
        await self.services.helping.to_offer(await self.inbound.actor(interaction), need_id)
        return Prefill()

    @submits(OFFER)
    async def offered(self, interaction: Interaction, need_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.services.helping.offer(actor, need_id, values["words"])
        await self.inbound.reply(interaction, "needs/will_help", need=need)

    @acts("need.done_here")
    async def done_here(self, interaction: Interaction, need_id: int, extra: int) -> None:
        await self._react(interaction, need_id, "done_here")

    @acts("need.not_for_us")
    async def not_for_us(self, interaction: Interaction, need_id: int, extra: int) -> None:
        await self._react(interaction, need_id, "not_for_us")

    async def _react(self, interaction: Interaction, need_id: int, stance: str) -> None:
        actor = await self.inbound.actor(interaction)
        reaction = await self.services.helping.react(actor, need_id, stance)
        rows = [[Button("need.offer", need_id, style="primary")]] if stance == "done_here" else []
        await self.inbound.reply(interaction, "needs/reacted", rows=rows, reaction=reaction)
