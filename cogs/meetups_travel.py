"""The doors of travelling together: look, offer, ask, agree, and how to reach one another."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.choices import Suggestion, suggests
from cogs.kit.forms import ChoiceField, Form, Forms, Prefill, TextField, Values, prefills, submits
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from cogs.meetups_models import day_of
from cogs.meetups_planning import MEETUP
from community import travel as rules
from community.actors import Actor
from community.meetups import Meetups
from community.ports import Button
from community.text import row_id
from community.travel import MatchView, Travel, TravelView

TRIP = Form(
    "travel.put",
    ChoiceField("kind", "trip_kinds", radio=True),
    TextField("start", minimum=rules.START_SHORTEST, maximum=rules.START_LONGEST),
    TextField("seats", required=False, maximum=2),
    TextField("note", required=False, maximum=rules.NOTE_LONGEST),
    TextField("contact", required=False, maximum=rules.CONTACT_LONGEST),
)
ASK = Form("travel.ask", TextField("contact", required=False, maximum=rules.CONTACT_LONGEST))


class TravelDoors:
    """`/meetup trips` and its buttons; part of ``MeetupsCog``."""

    inbound: Inbound
    forms: Forms
    meetups: Meetups
    travel: Travel

    @localized.command("meetup.trips", parent=MEETUP)
    async def trips(self, interaction: Interaction, meetup: str) -> None:
        await self.look(interaction, row_id(meetup), 0)

    @trips.autocomplete("meetup")
    @suggests
    async def titles_to_travel(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        actor = await self.inbound.actor(interaction)
        found = await self.meetups.suggest(actor, typed)
        return [Suggestion(str(meetup.id), f"{day_of(meetup)} · {meetup.title}") for meetup in found]

    @acts("travel.look")
    async def look(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, actor, await self.travel.look(actor, meetup_id))

    @prefills(TRIP)
    async def trip_form(self, interaction: Interaction, meetup_id: int) -> Prefill:
        mine = await self.travel.mine(await self.inbound.actor(interaction), meetup_id)
        if mine is None:
            return Prefill({"kind": "offer", "seats": "1"})
        return Prefill(
            {
                "kind": str(mine.kind),
                "start": mine.start,
                "seats": str(mine.seats),
                "note": mine.note,
                "contact": mine.contact,
            }
        )

    @submits(TRIP)
    async def put(self, interaction: Interaction, meetup_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.travel.put(
            actor,
            meetup_id,
            kind=values["kind"] or "",
            start=values["start"],
            seats=values["seats"],
            note=values["note"],
            contact=values["contact"],
        )
        await self._show(interaction, actor, found)

    @acts("travel.withdraw")
    async def withdraw(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, actor, await self.travel.withdraw(actor, meetup_id))

    @acts("travel.pick")
    async def pick(self, interaction: Interaction, meetup_id: int, extra: int) -> None:
        await self.forms.open(interaction, ASK, picked(interaction))

    @submits(ASK)
    async def ask(self, interaction: Interaction, trip_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self._match(interaction, await self.travel.ask(actor, trip_id, values["contact"]))

    @acts("travel.agree")
    async def agree(self, interaction: Interaction, match_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._match(interaction, await self.travel.answer(actor, match_id, agree=True), owner=True)

    @acts("travel.decline")
    async def decline(self, interaction: Interaction, match_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._match(interaction, await self.travel.answer(actor, match_id, agree=False), owner=True)

    @acts("travel.contact")
    async def contact(self, interaction: Interaction, match_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.travel.contact(actor, match_id)
        await self.inbound.reply(interaction, "travel/contact", contact=found)

    async def _match(self, interaction: Interaction, match: MatchView, *, owner: bool = False) -> None:
        rows: list[Row] = [[Button("travel.look", match.meetup.id)]]
        if match.state == "accepted":
            rows = [[Button("travel.contact", match.id, style="primary"), *rows[0]]]
        await self.inbound.reply(interaction, "travel/match", rows=rows, match=match, owner=owner)

    async def _show(self, interaction: Interaction, actor: Actor, found: TravelView) -> None:
        free = [trip for trip in found.trips if trip.left > 0 and trip.asked is None]
        said = {kind: self.inbound.words.label(f"choices.trip_kinds.{kind}", actor.locale) for kind in _KINDS}
        options = [Option(str(trip.id), trip.start, said[trip.kind]) for trip in free]
        own = [Button("travel.put", found.meetup.id, style="primary")]
        if found.mine is not None:
            own.append(Button("travel.withdraw", found.meetup.id))
        agreed = [Button("travel.contact", match_id) for match_id in found.agreed[:3]]
        waiting = [
            button
            for match_id in found.waiting[:1]
            for button in (
                Button("travel.agree", match_id, style="success"),
                Button("travel.decline", match_id),
            )
        ]
        rows: list[Row] = [[Menu("travel.pick", options, found.meetup.id)], own, waiting, agreed]
        await self.inbound.reply(interaction, "travel/look", rows=[row for row in rows if row], found=found)


_KINDS = ("offer", "want")
