"""What is said after a meetup, about its actions, and between those who travel together."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community.meetups_days import attendees
from community.meetups_notes import LATER as ASKED_AGAIN
from community.meetups_notes import TASK_DUE, TASK_LATE, ask_owner
from community.meetups_views import view
from community.outbox import Card, Direct, Drop, GiveUp, Plan, Planner, Post
from community.ports import Button
from community.travel import ACCEPTED, ASKED, DECLINED, match_view
from storage import meetup_days, meetups, members, networks, outbox, registrations, travel
from storage.meetup_days import MeetupTask, TaskState
from storage.meetups import Meetup, MeetupState
from storage.members import Member, MemberState
from storage.networks import Place
from storage.outbox import Outbox
from storage.travel import MatchState

AFTER, SURVEY = "meetup.after", "meetup.survey"
MORNING, EVENING = time(9), time(19)
WORTH = timedelta(days=7)  # later, nobody remembers
_SATURDAY = 5

RATE: Sequence[Button] = tuple(
    Button(f"meetup.rate_{answer}") for answer in ("great", "good", "little", "not")
)


def asked_at(ends_at: datetime, zone: str) -> datetime:
    """Facilitators: at once by day, the next morning for a meetup that ends in the evening."""
    local = ends_at.astimezone(ZoneInfo(zone))
    if MORNING <= local.time() < EVENING:
        return ends_at
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(UTC)


def surveyed_at(ends_at: datetime, zone: str) -> datetime:
    """Those who were there: the next working morning."""
    day = ends_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, MORNING, ZoneInfo(zone)).astimezone(UTC)


async def plan_after(session: AsyncSession, meetup: Meetup, now: datetime) -> None:
    """It is over: the facilitators are prompted, and those who were there asked one question."""
    ends_at = meetup.ends_at
    if now >= ends_at + WORTH:
        return  # the bot was away for long
    common = {"network_id": meetup.network_id, "subject_id": meetup.id, "now": now}
    await outbox.enqueue(
        session,
        kind=AFTER,
        dedupe_key=f"{AFTER}:{meetup.id}:{meetup.moves}",
        due_at=max(now, asked_at(ends_at, meetup.timezone)),
        expires_at=ends_at + WORTH,
        **common,  # type: ignore[arg-type]  # three of the function's own parameters
    )
    asked = {row.member_id for row in await registrations.of(session, meetup) if row.seat is not None}
    asked |= {row.member_id for row in await meetup_days.present(session, meetup)}
    for member_id in sorted(asked):
        await outbox.enqueue(
            session,
            kind=SURVEY,
            dedupe_key=f"{SURVEY}:{meetup.id}:{meetup.moves}:{member_id}",
            recipient_id=member_id,
            due_at=max(now, surveyed_at(ends_at, meetup.timezone)),
            expires_at=ends_at + WORTH,
            **common,  # type: ignore[arg-type]  # three of the function's own parameters
        )


class AsksFacilitators(Planner):
    """Sheet, notes, actions: while it is fresh."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        meetup = await meetups.get(session, row.network_id, row.subject_id or 0)
        place = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        if meetup is None or meetup.state != MeetupState.DONE:
            return Drop("not_over")
        if place is None:
            return GiveUp("no_place")
        network = await networks.get(session, row.network_id)
        shown = await view(session, meetup)
        there = len(await meetup_days.present(session, meetup))
        buttons = (
            Button("meetup.sheet_of", shown.id),
            Button("meetup.notes", shown.id, style="primary"),
            Button("meetup.task_add", shown.id),
        )
        values = {"meetup": shown, "there": there, "timezone": meetup.timezone}
        return Post(place.channel_ref, Card("meetups/after", network.locale, values, (buttons,)))


class AsksAttendee(Planner):
    """One question, one click; whoever answered already, or was not there, is left alone."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        meetup = await meetups.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if meetup is None or meetup.state != MeetupState.DONE or member is None:
            return Drop("not_over" if member is not None else "not_active")
        if member.id not in await attendees(session, meetup):
            return Drop("not_there")
        row_of = await meetup_days.presence(session, meetup, member.id or 0)
        if row_of is not None and row_of.rating is not None:
            return Drop("answered")
        shown = await view(session, meetup, member.id)
        rates = tuple(Button(button.action, shown.id) for button in RATE)
        rows = (rates, (Button("meetup.notes", shown.id),))
        return await _direct(session, row, member, "meetups/survey", {"meetup": shown}, rows, meetup.timezone)


class AsksOwner(Planner):
    """On the day of an action, whoever has it is asked; three times, then the facilitators are told."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        task, meetup = await _task(session, row)
        if task is None or meetup is None or task.state != TaskState.OPEN:
            return Drop("settled")
        member = await _active(session, row)
        if member is None or task.owner_id != member.id:
            return Drop("not_active")
        rows = ((Button("task.done", task.id or 0, style="success"), Button("task.later", task.id or 0)),)
        values = {"what": task.what, "due_on": task.due_on, "title": meetup.title, "again": task.asked > 0}
        return await _direct(session, row, member, "meetups/task_due", values, rows, meetup.timezone)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        task, meetup = await _task(session, row)
        if task is None or meetup is None or task.state != TaskState.OPEN:
            return
        task.asked += 1
        session.add(task)
        await ask_owner(session, task, meetup.timezone, now, after=ASKED_AGAIN * task.asked)


class TellsLate(Planner):
    """An action that nobody answers for: the facilitators see to it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        task, meetup = await _task(session, row)
        place = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        if task is None or meetup is None or task.state != TaskState.OPEN:
            return Drop("settled")
        if place is None:
            return GiveUp("no_place")
        network = await networks.get(session, row.network_id)
        names = await members.names(session, row.network_id, [task.owner_id] if task.owner_id else [])
        key = task.id or 0
        buttons = (Button("task.done", key), Button("task.later", key), Button("task.drop", key))
        values = {
            "what": task.what,
            "owner": names.get(task.owner_id or 0, ""),
            "due_on": task.due_on,
            "title": meetup.title,
            "timezone": meetup.timezone,
        }
        return Post(place.channel_ref, Card("meetups/task_late", network.locale, values, (buttons,)))


class Travels(Planner):
    """A word between two who may travel together; never a name nor a contact in it."""

    def __init__(self, template: str, state: str) -> None:
        self._template = template
        self._state = state

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        meetup = await meetups.get(session, row.network_id, int(row.details["meetup"]))
        member = await _active(session, row)
        if meetup is None or meetup.state != MeetupState.PLANNED or meetup.ends_at <= now or member is None:
            return Drop("not_planned")
        match = await travel.match(session, row.network_id, row.subject_id or 0)
        trip = await travel.trip(session, row.network_id, match.trip_id) if match is not None else None
        shown = await view(session, meetup, member.id)
        if match is None or trip is None:  # taken back: nothing is left to tell of it but that
            if row.kind != DECLINED:
                return Drop("gone")
            values: dict[str, object] = {"meetup": shown, "match": None}
        elif match.state != self._state:
            return Drop("decided_otherwise")
        else:
            values = {"meetup": shown, "match": await match_view(session, match, trip, meetup)}
        rows = self._rows(shown.id, match.id or 0 if match is not None else 0)
        return await _direct(session, row, member, self._template, values, rows, meetup.timezone)

    def _rows(self, meetup_id: int, match_id: int) -> tuple[tuple[Button, ...], ...]:
        if self._state == MatchState.ASKED:
            agree = Button("travel.agree", match_id, style="success")
            return ((agree, Button("travel.decline", match_id)),)
        if self._state == MatchState.ACCEPTED:
            return ((Button("travel.contact", match_id, style="primary"),),)
        return ((Button("travel.look", meetup_id),),)


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        AFTER: AsksFacilitators(),
        SURVEY: AsksAttendee(),
        TASK_DUE: AsksOwner(),
        TASK_LATE: TellsLate(),
        ASKED: Travels("travel/asked", MatchState.ASKED),
        ACCEPTED: Travels("travel/accepted", MatchState.ACCEPTED),
        DECLINED: Travels("travel/declined", MatchState.DECLINED),
    }


async def _active(session: AsyncSession, row: Outbox) -> Member | None:
    member = await members.get(session, row.network_id, row.recipient_id or 0)
    return member if member is not None and member.state == MemberState.ACTIVE else None


async def _task(session: AsyncSession, row: Outbox) -> tuple[MeetupTask | None, Meetup | None]:
    task = await meetup_days.task(session, row.network_id, row.subject_id or 0)
    return task, await meetups.get(session, row.network_id, task.meetup_id) if task is not None else None


async def _direct(
    session: AsyncSession,
    row: Outbox,
    member: Member,
    template: str,
    values: Mapping[str, object],
    rows: Sequence[Sequence[Button]],
    zone: str,
) -> Plan:
    network = await networks.get(session, row.network_id)
    locale = await members.language(session, member, network.locale)
    said = {**values, "network": network.name, "timezone": member.timezone or zone}
    return Direct(member.id or 0, Card(template, locale, said, rows))
