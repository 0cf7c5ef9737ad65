"""What the meetups' due rows become. Each reloads and re-checks: an hour that moved reminds nobody."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community.meetups_mirror import EVENT, MOST, twin
from community.meetups_views import MeetupView, view
from community.outbox import (
    CancelEvent,
    Card,
    Direct,
    Drop,
    Edit,
    GiveUp,
    Plan,
    Planner,
    Post,
    PutEvent,
)
from community.ports import Button, Labels
from storage import meetup_days, meetups, members, networks, registrations
from storage.meetups import Meetup, MeetupState
from storage.members import Member, MemberState
from storage.networks import Place
from storage.outbox import Outbox
from storage.registrations import Answer, Registration

Rows = Sequence[Sequence[Button]]


def card_rows(meetup: MeetupView) -> Rows:
    """The buttons of the live card."""
    if meetup.state == MeetupState.DONE:
        return ((Button("meetup.notes", meetup.id),),)
    if meetup.state != MeetupState.PLANNED:
        return ()
    more = [Button("meetup.attending", meetup.id), Button("calendar.add", meetup.id)]
    if meetup.series_id is not None:
        more.append(Button("meetup.following", meetup.id))
    if meetup.place:
        more.append(Button("travel.look", meetup.id))
    return (answer_buttons(meetup), (*more, *open_link(meetup)))


def answer_buttons(meetup: MeetupView) -> Sequence[Button]:
    """Yes, maybe, no."""
    return (
        Button("meetup.yes", meetup.id, style="success"),
        Button("meetup.maybe", meetup.id),
        Button("meetup.no", meetup.id),
    )


def open_link(meetup: MeetupView) -> Sequence[Button]:
    """« Ouvrir le lien », for a meetup that has one."""
    return (Button("meetup.open", url=meetup.url),) if meetup.url else ()


class Announced(Planner):
    """The live card, posted once in the meetups place."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        meetup = await meetups.get(session, row.network_id, row.subject_id or 0)
        if meetup is None or meetup.state != MeetupState.PLANNED or meetup.card_ref is not None:
            return Drop("not_planned")
        place = (await networks.places(session, row.network_id)).get(Place.MEETUPS)
        if place is None:
            return GiveUp("no_place")
        return Post(place.channel_ref, await _card(session, meetup))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        meetup = await meetups.locked(session, row.network_id, row.subject_id or 0)
        if meetup is None or not ref:
            return
        meetup.card_ref = ref
        session.add(meetup)
        if meetup.changed_at >= (row.first_tried_at or now):  # somebody answered while it left
            await plan.refresh(session, meetup, now)


class CardFollows(Planner):
    """The card shows the counts and the state as they are now."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        meetup = await meetups.get(session, row.network_id, row.subject_id or 0)
        place = (await networks.places(session, row.network_id)).get(Place.MEETUPS)
        if meetup is None or meetup.card_ref is None or place is None:
            return Drop("no_card")
        return Edit(place.channel_ref, meetup.card_ref, await _card(session, meetup))


class Reminds(Planner):
    """One reminder to one person, if it is still that time, and they still come and still want it.

    One that comes too late, even after the meetup, is not dropped here: it expires, and is shown.
    """

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _recipient(session, row)
        if isinstance(found, Drop):
            return found
        meetup, registration, member = found
        if meetup.state == MeetupState.CANCELLED or row.details["moves"] != meetup.moves:
            return Drop("moved_or_cancelled")
        if registration is None or not plan.concerned(registration):
            return Drop("not_registered")
        chosen = await registrations.member_minutes(session, row.network_id, [registration.member_id])
        usual = await plan.usual_minutes(session, row.network_id)
        if row.details["minutes"] not in chosen.get(registration.member_id, usual):
            return Drop("not_wanted")
        return await _direct(session, meetup, member, "meetups/reminder")


class Promoted(Planner):
    """A seat became free, for the first who waited."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _recipient(session, row)
        if isinstance(found, Drop):
            return found
        meetup, registration, member = found
        if meetup.state != MeetupState.PLANNED or registration is None or registration.seat is None:
            return Drop("no_seat")
        return await _direct(session, meetup, member, "meetups/promoted")


class Interested(Planner):
    """« Interested » was noted on the platform's screen: would they register?"""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _recipient(session, row)
        if isinstance(found, Drop):
            return found
        meetup, registration, member = found
        if meetup.state != MeetupState.PLANNED or meetup.starts_at <= now:
            return Drop("not_planned")
        if registration is None or not registration.interested or registration.answer != Answer.MAYBE:
            return Drop("answered")
        return await _direct(session, meetup, member, "meetups/interest")


class News(Planner):
    """What changed, for those who said yes or maybe. A later change tells it better."""

    def __init__(self, template: str, state: str = MeetupState.PLANNED) -> None:
        self._template = template
        self._state = state

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _recipient(session, row)
        if isinstance(found, Drop):
            return found
        meetup, registration, member = found
        if registration is None or registration.answer == Answer.NO:
            return Drop("not_registered")
        if meetup.state != self._state:
            return Drop("decided_otherwise")
        was = row.details.get("was")
        known = datetime.fromisoformat(was) if was else None
        changes = {
            "was": known if known != meetup.starts_at else None,
            "elsewhere": bool(row.details.get("elsewhere")),
        }
        return await _direct(session, meetup, member, self._template, changes)


class EventFollows(Planner):
    """The twin among the platform's own events: made, brought up to date, called off."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        meetup = await meetups.get(session, row.network_id, row.subject_id or 0)
        network = await networks.get(session, row.network_id)
        if meetup is None or network.server_ref is None or meetup.state == MeetupState.DONE:
            return Drop("no_meetup")
        if meetup.state != MeetupState.PLANNED:
            gone = meetup.event_ref is None
            return Drop("no_event") if gone else CancelEvent(network.server_ref, meetup.event_ref or "")
        if meetup.ends_at <= now or (meetup.event_ref is None and meetup.starts_at <= now):
            return Drop("begun")
        if meetup.event_ref is None and await meetups.count_mirrored(session, row.network_id, now) >= MOST:
            return GiveUp("events_full")
        return PutEvent(network.server_ref, twin(meetup, network, self._labels), meetup.event_ref)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        meetup = await meetups.locked(session, row.network_id, row.subject_id or 0)
        if meetup is None:
            return
        new = meetup.event_ref is None
        meetup.event_ref = ref or None  # one that was called off is not revived: another is made
        session.add(meetup)
        if new and ref and meetup.sequence != row.details.get("sequence"):  # it changed while it left
            await plan.refresh(session, meetup, now, event=True)


def planners(labels: Labels) -> Mapping[str, Planner]:
    """Kind of row -> its planner. ``labels``: for the text of the platform's events."""
    return {
        EVENT: EventFollows(labels),
        "meetup.announced": Announced(),
        "meetup.card": CardFollows(),
        plan.REMINDER: Reminds(),
        "meetup.promoted": Promoted(),
        "meetup.interest": Interested(),
        plan.MOVED: News("meetups/told_moved"),
        plan.RELOCATED: News("meetups/told_relocated"),
        plan.REVIVED: News("meetups/told_revived"),
        plan.CANCELLED: News("meetups/told_cancelled", MeetupState.CANCELLED),
    }


async def _card(session: AsyncSession, meetup: Meetup) -> Card:
    network = await networks.get(session, meetup.network_id)
    shown = await view(session, meetup)
    values = {"meetup": shown, "timezone": meetup.timezone}
    return Card("meetups/card", network.locale, values, card_rows(shown))


async def _recipient(session: AsyncSession, row: Outbox) -> tuple[Meetup, Registration | None, Member] | Drop:
    meetup = await meetups.get(session, row.network_id, row.subject_id or 0)
    if meetup is None:
        return Drop("no_meetup")
    member = await members.get(session, row.network_id, row.recipient_id or 0)
    if member is None or member.state != MemberState.ACTIVE:
        return Drop("not_active")
    return meetup, await registrations.get(session, meetup, member.id or 0), member


async def _direct(
    session: AsyncSession,
    meetup: Meetup,
    member: Member,
    template: str,
    more: Mapping[str, object] | None = None,
) -> Plan:
    network = await networks.get(session, meetup.network_id)
    locale = await members.language(session, member, network.locale)
    shown = await view(session, meetup, member.id)
    place = (await networks.places(session, meetup.network_id)).get(Place.MEETUPS)
    values = {
        "meetup": shown,
        "network": network.name,
        "place": place.channel_ref if place else None,
        "timezone": member.timezone or meetup.timezone,
        **(more or {}),
    }
    alive = meetup.state == MeetupState.PLANNED
    room = await meetup_days.room(session, meetup)
    inside = [Button("meetup.room", shown.id)] if room is not None and room.thread_ref else []
    rows = [[*answer_buttons(shown)], [*inside, *open_link(shown)]] if alive else []
    return Direct(member.id or 0, Card(template, locale, values, [row for row in rows if row]))
