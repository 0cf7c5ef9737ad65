"""The doors of facilitators on needs: questions without a name to read, needs without an answer."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.layout import Menu, Option, Row
from cogs.needs_group import NEED, Doors
from community import needs_rules as rules
from community.actors import Role
from community.ports import Button

REFUSE = Form(
    "need.refuse",
    TextField("reason", long=True, minimum=rules.REASON_SHORTEST, maximum=rules.REASON_LONGEST),
)


class CareDoors(Doors):
    """`/need care`, and the buttons of the cards in the corner."""

    @localized.command("need.care", parent=NEED)
    async def care(self, interaction: Interaction) -> None:
        await self.show_care(interaction, 0, 0)

    @acts("need.care")
    async def show_care(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        care = await self.services.needs_care.overview(actor)
        waiting = [Option(str(need.id), need.title) for need in care.to_check]
        late = [Option(str(need.id), need.title) for need in care.unanswered]
        rows: list[Row] = [
            [Menu("need.check", waiting)],
            [Menu("need.show", late)],
            [
                Button("need.list"),
                *([Button("alert.unanswered")] if actor.role >= Role.FACILITATOR else []),
                Button("desk.show"),
            ],
        ]
        await self.inbound.reply(interaction, "needs/care", rows=rows, care=care)

    @acts("need.check")
    async def check(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.services.needs_care.to_check(actor, picked(interaction))
        rows = [
            [
                Button("need.approve", need.id, style="success"),
                Button("need.refuse", need.id, style="danger"),
            ]
        ]
        await self.inbound.reply(interaction, "needs/need", rows=rows, need=need)

    @acts("need.approve")
    async def approve(self, interaction: Interaction, need_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.services.needs_care.approve(actor, need_id)
        await self.inbound.reply(interaction, "needs/did_approve", rows=[[Button("need.care")]], need=need)

    @prefills(REFUSE)
    async def refuse_form(self, interaction: Interaction, need_id: int) -> Prefill:
        await self.services.needs_care.to_check(await self.inbound.actor(interaction), need_id)
        return Prefill()

    @submits(REFUSE)
    async def refused(self, interaction: Interaction, need_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self.services.needs_care.refuse(actor, need_id, values["reason"])
        await self.inbound.reply(interaction, "needs/did_refuse", rows=[[Button("need.care")]])

    @acts("need.whom")
    async def show_whom(self, interaction: Interaction, need_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        whom = await self.services.needs_care.whom(actor, need_id)
        options = [Option(str(peer.member_id), peer.name, peer.organisation) for peer in whom.peers]
        rows: list[Row] = [[Menu("need.solicit", options, need_id)], [Button("need.care")]]
        await self.inbound.reply(interaction, "needs/whom", rows=rows, whom=whom)

    @acts("need.solicit")
    async def solicit(self, interaction: Interaction, need_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.services.needs_care.solicit(actor, need_id, picked(interaction))
        rows = [[Button("need.whom", need_id), Button("need.care")]]
        await self.inbound.reply(interaction, "needs/solicited", rows=rows, need=need)
