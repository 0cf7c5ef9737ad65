"""Who comes: answers, seats, waiting list, what to prepare, and when each wants to be reminded.

Every answer holds the meetup's row, so that seats are given one at a time whatever happens at the same
instant. Names are shown only of those who agreed; facilitators see who comes, to prepare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_plan as plan
from community import meetups_rules as rules
from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.meetups_views import MeetupView, open_locked, open_now, present, view, visible
from community.policy import Action, allows, require
from community.ports import Clock
from community.seats import take
from storage import audit, meetups, members, registrations
from storage.engine import Database
from storage.meetups import Meetup, MeetupState
from storage.members import MemberState
from storage.registrations import (
    Answer,
    Following,
    MemberReminders,
    NetworkReminders,
    Registration,
)

_USUAL_LAST = timedelta(minutes=min(rules.DEFAULT_REMINDERS))


class NotRegistered(DomainError):
    """Only who comes, or may come, can say more. Details: ``title``."""

    code = "meetup_not_registered"


@dataclass(frozen=True)
class AnswerView:
    """``changed`` is False for a second click; ``dates`` counts those of a series that took it.

    ``soon``: it begins within the hour, when the usual reminders have left.
    """

    meetup: MeetupView
    changed: bool
    dates: int = 1
    name: str = ""  # whom a facilitator registered
    soon: bool = False


@dataclass(frozen=True)
class Attendee:
    name: str
    answer: str  # yes, waiting, maybe
    access: str = ""
    meal: str = ""


@dataclass(frozen=True)
class AttendingView:
    meetup: MeetupView
    people: Sequence[Attendee]
    everybody: bool  # the reader prepares the meetup and sees all names


@dataclass(frozen=True)
class NeedsView:
    meetup: MeetupView
    access: str
    meal: str


@dataclass(frozen=True)
class RemindersView:
    minutes: Sequence[int]
    own: bool  # chosen by the member, or the network's
    network: Sequence[int]


class Registrations:
    """Use cases on who comes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def answer(self, actor: Actor, meetup_id: int, answer: str) -> AnswerView:
        """Yes (a seat, or a place in the waiting list), maybe, or no, for this date."""
        require(actor, Action.ANSWER_MEETUP)
        now, member_id = self._clock.now(), _own(actor)
        async with self._db.transaction() as session:
            meetup = await open_locked(session, actor, meetup_id, now)
            changed = await take(session, meetup, member_id, _answer(answer), now)
            if changed:
                await plan.refresh(session, meetup, now)
            return AnswerView(await view(session, meetup, member_id), changed, soon=_soon(meetup, now))

    async def answer_following(self, actor: Actor, meetup_id: int, answer: str) -> AnswerView:
        """The same for this date and all those of its series that follow, made or not yet."""
        require(actor, Action.ANSWER_MEETUP)
        now, member_id, answer = self._clock.now(), _own(actor), _answer(answer)
        async with self._db.transaction() as session:
            meetup = open_now(await meetups.get(session, actor.network_id, meetup_id), now)
            if meetup.series_id is None or meetup.original_at is None:
                raise rules.NotInSeries(title=meetup.title)
            await meetups.locked_series(session, actor.network_id, meetup.series_id)
            await registrations.drop_following(session, actor.network_id, meetup.series_id, member_id)
            session.add(
                Following(
                    series_id=meetup.series_id,
                    member_id=member_id,
                    network_id=actor.network_id,
                    answer=answer,
                    since=now,
                )
            )
            dates = await meetups.dates_from(
                session,
                actor.network_id,
                meetup.series_id,
                meetup.original_at,
                states=[MeetupState.PLANNED],
            )
            changed = False
            coming = [date for date in dates if date.starts_at > now]  # one may have been moved ahead
            for date in coming:
                if await take(session, date, member_id, answer, now):
                    changed = True
                    await plan.refresh(session, date, now)
            soon = len(coming) == 1 and _soon(meetup, now)
            return AnswerView(await view(session, meetup, member_id), changed, len(coming), soon=soon)

    async def answer_for(self, actor: Actor, meetup_id: int, member_id: int, answer: str) -> AnswerView:
        """A facilitator notes the answer of a member who phoned."""
        require(actor, Action.REGISTER_SOMEONE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            meetup = await open_locked(session, actor, meetup_id, now)
            member = await members.get(session, actor.network_id, member_id)
            if member is None or member.state != MemberState.ACTIVE:
                raise NotFound(kind="member")
            changed = await take(session, meetup, member_id, _answer(answer), now, by=actor.member_id)
            if changed:
                await plan.refresh(session, meetup, now)
                await self._note(session, actor, meetup, member_id, answer)
            shown = await view(session, meetup, member_id)
            return AnswerView(shown, changed, name=member.display_name)

    async def attending(self, actor: Actor, meetup_id: int) -> AttendingView:
        """Who comes: the names of those who agreed; for facilitators all, with what to prepare."""
        require(actor, Action.SEE_MEETUPS)
        prepares = allows(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            meetup = visible(actor, await meetups.get(session, actor.network_id, meetup_id))
            rows = [
                row
                for row in await registrations.of(session, meetup)
                if row.answer != Answer.NO and (prepares or row.shown)
            ]
            names = await members.names(session, actor.network_id, [row.member_id for row in rows])
            people = tuple(_attendee(row, names, prepares=prepares) for row in rows)
            return AttendingView(await view(session, meetup, actor.member_id), people, prepares)

    async def show_name(self, actor: Actor, meetup_id: int, shown: bool) -> AnswerView:
        """The others may read that this member comes, or no longer."""
        require(actor, Action.ANSWER_MEETUP)
        async with self._db.transaction() as session:
            meetup, row = await self._registered(session, actor, meetup_id)
            row.shown = shown
            session.add(row)
            await session.flush()
            soon = _soon(meetup, self._clock.now())
            return AnswerView(await view(session, meetup, actor.member_id), True, soon=soon)

    async def needs(self, actor: Actor, meetup_id: int) -> NeedsView:
        """What this member asked to prepare."""
        require(actor, Action.ANSWER_MEETUP)
        async with self._db.transaction() as session:
            meetup, row = await self._registered(session, actor, meetup_id)
            return NeedsView(await view(session, meetup, actor.member_id), row.access, row.meal)

    async def ask(self, actor: Actor, meetup_id: int, access: str, meal: str) -> NeedsView:
        """Access and meals: read by the facilitators, erased some days after the meetup."""
        require(actor, Action.ANSWER_MEETUP)
        access, meal = text.lines(access), text.lines(meal)
        for field, value in (("access", access), ("meal", meal)):
            if len(value) > rules.NEED_LONGEST:
                raise Invalid(field=field, problem="too_long", limit=rules.NEED_LONGEST, given=len(value))
        async with self._db.transaction() as session:
            meetup, row = await self._registered(session, actor, meetup_id)
            row.access, row.meal = access, meal
            session.add(row)
            await session.flush()
            return NeedsView(await view(session, meetup, actor.member_id), access, meal)

    async def reminders(self, actor: Actor) -> RemindersView:
        """When this member is reminded of meetups."""
        require(actor, Action.ANSWER_MEETUP)
        async with self._db.reading() as session:
            return await self._reminders(session, actor)

    async def network_reminders(self, actor: Actor) -> RemindersView:
        """When the network reminds, to change it."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            return await self._reminders(session, actor)

    async def set_reminders(self, actor: Actor, typed: str) -> RemindersView:
        """The member's own choice; reminders that wait are planned anew."""
        require(actor, Action.ANSWER_MEETUP)
        minutes, member_id, now = rules.read_reminders(typed), _own(actor), self._clock.now()
        async with self._db.transaction() as session:
            row = await session.get(MemberReminders, member_id)
            row = row or MemberReminders(member_id=member_id, network_id=actor.network_id)
            row.minutes = minutes
            session.add(row)
            await session.flush()
            await self._plan_anew(session, actor.network_id, member_id)
            await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=member_id,
                action="meetup.reminders",
            )
            return await self._reminders(session, actor)

    async def set_network_reminders(self, actor: Actor, typed: str) -> RemindersView:
        """When the network reminds those who chose nothing."""
        require(actor, Action.PLAN_MEETUP)
        minutes, now = rules.read_reminders(typed), self._clock.now()
        async with self._db.transaction() as session:
            row = await session.get(NetworkReminders, actor.network_id)
            row = row or NetworkReminders(network_id=actor.network_id)
            row.minutes = minutes
            session.add(row)
            await session.flush()
            await self._plan_anew(session, actor.network_id, None)
            await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=actor.member_id,
                action="network.reminders",
            )
            return await self._reminders(session, actor)

    async def _reminders(self, session: AsyncSession, actor: Actor) -> RemindersView:
        usual = await plan.usual_minutes(session, actor.network_id)
        own = await registrations.member_minutes(session, actor.network_id, [actor.member_id or 0])
        chosen = own.get(actor.member_id or 0)
        return RemindersView(usual if chosen is None else chosen, chosen is not None, usual)

    async def _plan_anew(self, session: AsyncSession, network_id: int, member_id: int | None) -> None:
        now = self._clock.now()
        for meetup, row in await registrations.awaited(session, network_id, now, member_id):
            held = await meetups.locked(session, network_id, meetup.id or 0)
            if held is None or held.state != MeetupState.PLANNED:
                continue
            current = await registrations.get(session, held, row.member_id)
            if current is not None:
                await plan.plan_reminders(session, held, [current], now)

    async def _registered(
        self, session: AsyncSession, actor: Actor, meetup_id: int
    ) -> tuple[Meetup, Registration]:
        meetup = present(await meetups.locked(session, actor.network_id, meetup_id))
        open_now(meetup, self._clock.now())
        row = await registrations.get(session, meetup, _own(actor))
        if row is None or row.answer == Answer.NO:
            raise NotRegistered(title=meetup.title)
        return meetup, row

    async def _note(
        self, session: AsyncSession, actor: Actor, meetup: Meetup, member_id: int, answer: str
    ) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=Action.REGISTER_SOMEONE,
            subject_kind="member",
            subject_id=member_id,
            details={"meetup": meetup.id, "answer": answer},
        )


def _soon(meetup: Meetup, now: datetime) -> bool:
    return meetup.starts_at - now <= _USUAL_LAST


def _own(actor: Actor) -> int:
    if actor.member_id is None:  # the operator comes to no meetup
        raise NotFound(kind="member")
    return actor.member_id


def _answer(given: str) -> str:
    if given not in list(Answer):
        raise Invalid(field="answer", problem="unknown")
    return given


def _attendee(row: Registration, names: dict[int, str], *, prepares: bool) -> Attendee:
    return Attendee(
        name=names.get(row.member_id, ""),
        answer="waiting" if row.ticket is not None else str(row.answer),
        access=row.access if prepares else "",
        meal=row.meal if prepares else "",
    )
