"""What the date polls' due rows become: the card, the reminder of who has not answered, the result."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.outbox import Card, Direct, Drop, Edit, GiveUp, Plan, Planner, Post
from community.polls import shown_to_all
from community.ports import Button
from storage import members, networks, polls
from storage.members import MemberState
from storage.networks import Place
from storage.outbox import Outbox
from storage.polls import DatePoll, PollState


class Asked(Planner):
    """The card, posted once in the meetups place."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        poll = await polls.get(session, row.network_id, row.subject_id or 0)
        if poll is None or poll.state != PollState.OPEN or poll.card_ref is not None:
            return Drop("not_open")
        place = (await networks.places(session, row.network_id)).get(Place.MEETUPS)
        return (
            GiveUp("no_place") if place is None else Post(place.channel_ref, await _card(session, poll, now))
        )

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        poll = await polls.locked(session, row.network_id, row.subject_id or 0)
        if poll is not None and ref:
            poll.card_ref = ref
            session.add(poll)


class CardFollows(Planner):
    """The card shows the counts as they are now."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        poll = await polls.get(session, row.network_id, row.subject_id or 0)
        place = (await networks.places(session, row.network_id)).get(Place.MEETUPS)
        if poll is None or poll.card_ref is None or place is None:
            return Drop("no_card")
        return Edit(place.channel_ref, poll.card_ref, await _card(session, poll, now))


class Nudge(Planner):
    """For one of the invited who has said nothing yet: those who voted are left alone."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        poll = await polls.get(session, row.network_id, row.subject_id or 0)
        if poll is None or poll.state != PollState.OPEN or now >= poll.deadline_at:
            return Drop("not_open")
        member = await members.get(session, row.network_id, row.recipient_id or 0)
        if member is None or member.state != MemberState.ACTIVE or member.id is None:
            return Drop("not_active")
        if not await polls.is_invited(session, poll, member.id):
            return Drop("not_invited")
        if await polls.has_answered(session, poll, member.id):
            return Drop("answered")
        network = await networks.get(session, row.network_id)
        values = {
            "poll": await shown_to_all(session, poll, now),
            "network": network.name,
            "timezone": member.timezone or poll.timezone,
        }
        locale = await members.language(session, member, network.locale)
        rows = [[Button("poll.answer", row.subject_id or 0, style="primary")]]
        return Direct(member.id, Card("polls/nudge", locale, values, rows))


class Closed(Planner):
    """The deadline is past: those who plan choose."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        poll = await polls.get(session, row.network_id, row.subject_id or 0)
        if poll is None or poll.state != PollState.OPEN:
            return Drop("not_open")
        place = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        if place is None:
            return GiveUp("no_place")
        network = await networks.get(session, row.network_id)
        values = {"poll": await shown_to_all(session, poll, now), "timezone": poll.timezone}
        rows = [[Button("poll.manage", row.subject_id or 0, style="primary")]]
        return Post(place.channel_ref, Card("polls/closed", network.locale, values, rows))


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {"poll.asked": Asked(), "poll.card": CardFollows(), "poll.nudge": Nudge(), "poll.closed": Closed()}


async def _card(session: AsyncSession, poll: DatePoll, now: datetime) -> Card:
    network = await networks.get(session, poll.network_id)
    view = await shown_to_all(session, poll, now)
    answering = [Button("poll.answer", view.id, style="primary")] if view.open else []
    rows = [[*answering, Button("poll.grid", view.id)]]
    values = {"poll": view, "timezone": poll.timezone}
    return Card("polls/card", network.locale, values, rows)
