"""Date polls: up to ten slots, yes / if need be / no, a deadline; the best slot becomes the meetup.

Counts are for everybody, names for those who plan. What leaves later is in ``polls_delivery.py``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_rules as meetup_rules
from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.french_dates import Unclear, parse_when
from community.meetups import Meetups
from community.meetups_rules import AlreadyPublished, NewMeetup
from community.meetups_views import MeetupView
from community.policy import Action, allows, require
from community.ports import Clock
from storage import audit, members, networks, outbox, polls
from storage.engine import Database
from storage.members import MemberState
from storage.networks import RoleName
from storage.polls import DatePoll, PollAnswer, PollInvitation, PollSlot, PollState, SlotAnswer

FEWEST, MOST = 2, 10
USUAL_DEADLINE = timedelta(days=7)
NUDGED_BEFORE = timedelta(days=1)


class PollClosed(DomainError):
    """No more answers: the deadline is past, or a slot was chosen. Details: ``title``, ``state``."""

    code = "poll_closed"


@dataclass(frozen=True)
class SlotView:
    id: int
    starts_at: datetime
    yes: int
    if_need: int
    no: int
    mine: str | None = None

    @property
    def score(self) -> tuple[int, int]:
        """More sure ones first, then those who could."""
        return self.yes, self.if_need


@dataclass(frozen=True)
class Voter:
    """One line of the grid. ``answers`` are in the order of the slots; None: not asked about it."""

    name: str
    answers: Sequence[str | None]


@dataclass(frozen=True)
class PollView:
    id: int
    title: str
    place: str
    timezone: str
    deadline_at: datetime
    state: str
    open: bool
    slots: Sequence[SlotView]
    answered: int
    invited: int
    meetup_id: int | None = None
    voters: Sequence[Voter] = ()  # only for those who plan

    @property
    def best(self) -> SlotView:
        """The soonest of the best ones."""
        return max(self.slots, key=lambda slot: (slot.score, -slot.starts_at.timestamp()))

    @property
    def ranked(self) -> Sequence[SlotView]:
        """The best first."""
        return sorted(self.slots, key=lambda slot: (-slot.yes, -slot.if_need, slot.starts_at))


class Polls:
    """Use cases on date polls."""

    def __init__(self, db: Database, clock: Clock, meetups: Meetups) -> None:
        self._db = db
        self._clock = clock
        self._meetups = meetups

    async def draft(
        self,
        actor: Actor,
        *,
        title: str,
        slots: str,
        deadline: str = "",
        where: str = "",
        invited: str = "members",
        instead_of: int = 0,
    ) -> PollView:
        """Keep a poll to be read back. ``slots``: one date a line; ``instead_of``: an earlier draft."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        title = text.one_line(title)
        if len(title) < meetup_rules.TITLE_SHORTEST:
            raise Invalid(
                field="name", problem="too_short", limit=meetup_rules.TITLE_SHORTEST, given=len(title)
            )
        if len(title) > meetup_rules.TITLE_LONGEST:
            raise Invalid(
                field="name", problem="too_long", limit=meetup_rules.TITLE_LONGEST, given=len(title)
            )
        meetup_rules.split_where(where)
        async with self._db.transaction() as session:
            zone = (await networks.get(session, actor.network_id)).timezone
            starts = read_slots(slots, now, zone)
            poll = DatePoll(
                network_id=actor.network_id,
                title=title,
                place=text.one_line(where),
                timezone=zone,
                deadline_at=_deadline(deadline, starts[0], now, zone),
                invited=invited,
                created_by=actor.member_id,
                created_at=now,
            )
            session.add(poll)
            await session.flush()
            session.add_all(PollSlot(poll_id=poll.id or 0, starts_at=at) for at in starts)
            await polls.forget_draft(session, actor.network_id, instead_of)
            await session.flush()
            return await _view(session, poll, actor, now)

    async def publish(self, actor: Actor, poll_id: int) -> PollView:
        """Ask those who are invited; a second click changes nothing."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            poll = _present(await polls.locked(session, actor.network_id, poll_id))
            if poll.state == PollState.DRAFT:
                if poll.deadline_at <= now:
                    raise PollClosed(title=poll.title, state=str(poll.state))
                poll.state = PollState.OPEN
                session.add(poll)
                await self._invite(session, poll, poll.invited, now)
                await _later(session, poll, "poll.asked", now, now)
                await _later(session, poll, "poll.closed", poll.deadline_at, now)
                await self._note(session, actor, "poll.ask", poll)
                await session.flush()
            return await _view(session, poll, actor, now)

    async def purge(self) -> int:
        """Forget drafts that nobody published; the application's own tick."""
        async with self._db.transaction() as session:
            return await polls.purge_drafts(session, self._clock.now() - USUAL_DEADLINE)

    async def running(self, actor: Actor, limit: int = 10) -> Sequence[PollView]:
        """Polls that wait for answers or for a decision."""
        require(actor, Action.SEE_MEETUPS)
        now = self._clock.now()
        async with self._db.reading() as session:
            found = await polls.running(session, actor.network_id, limit)
            return [await _view(session, poll, actor, now) for poll in found]

    async def poll(self, actor: Actor, poll_id: int) -> PollView:
        """One poll: counts for everybody, names for those who plan."""
        require(actor, Action.SEE_MEETUPS)
        async with self._db.reading() as session:
            poll = _present(await polls.get(session, actor.network_id, poll_id))
            if poll.state == PollState.DRAFT and not allows(actor, Action.PLAN_MEETUP):
                raise NotFound(kind="poll")
            return await _view(session, poll, actor, self._clock.now())

    async def answer(self, actor: Actor, poll_id: int, answer: str, slot_ids: Collection[int]) -> PollView:
        """These slots, and no others, have that answer of the actor; what is left without one is « no »."""
        require(actor, Action.ANSWER_MEETUP)
        now, given = self._clock.now(), SlotAnswer(answer)
        async with self._db.transaction() as session:
            poll = _open(await polls.locked(session, actor.network_id, poll_id), now)
            member_id = actor.member_id or 0
            mine = {
                row.slot_id: row.answer
                for row in await polls.answers(session, poll)
                if row.member_id == member_id
            }
            await polls.forget_answers(session, poll, member_id)
            for slot in await polls.slots(session, poll):
                slot_id = slot.id or 0
                kept = mine.get(slot_id, SlotAnswer.NO)
                said = given if slot_id in slot_ids else SlotAnswer.NO if kept == given else kept
                session.add(
                    PollAnswer(
                        slot_id=slot_id,
                        member_id=member_id,
                        poll_id=poll.id or 0,
                        answer=said,
                        answered_at=now,
                    )
                )
            await session.flush()
            await _refresh(session, poll, now)
            return await _view(session, poll, actor, now)

    async def choose(self, actor: Actor, poll_id: int, slot_id: int = 0) -> MeetupView:
        """A slot (the best one when none is named) becomes the meetup; a second click finds it made."""
        require(actor, Action.PLAN_MEETUP)
        view = await self.poll(actor, poll_id)
        meetup_id = view.meetup_id
        if meetup_id is None:
            slot = next((one for one in view.slots if one.id == slot_id), None if slot_id else view.best)
            if slot is None:
                raise NotFound(kind="slot")
            meetup_id = await self._settle(actor, view, slot)
        try:
            return await self._meetups.publish(actor, meetup_id)
        except AlreadyPublished:
            return await self._meetups.meetup(actor, meetup_id)

    async def cancel(self, actor: Actor, poll_id: int) -> PollView:
        """Nobody is asked any more."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            poll = _present(await polls.locked(session, actor.network_id, poll_id))
            if poll.state != PollState.OPEN:
                raise PollClosed(title=poll.title, state=str(poll.state))
            await self._end(session, actor, poll, PollState.CANCELLED)
            return await _view(session, poll, actor, now)

    async def _settle(self, actor: Actor, view: PollView, slot: SlotView) -> int:
        """Decide once: of two who click, the second gets the first's meetup. A draft left over is purged."""
        new = NewMeetup(view.title, slot.starts_at, where=view.place)
        draft = await self._meetups.draft(actor, new)
        async with self._db.transaction() as session:
            poll = _present(await polls.locked(session, actor.network_id, view.id))
            if poll.meetup_id is not None:
                return poll.meetup_id
            if poll.state != PollState.OPEN:
                raise PollClosed(title=poll.title, state=str(poll.state))
            poll.meetup_id = draft.id
            await self._end(session, actor, poll, PollState.PLANNED)
            return draft.id

    async def _end(self, session: AsyncSession, actor: Actor, poll: DatePoll, state: PollState) -> None:
        now = self._clock.now()
        poll.state = state
        session.add(poll)
        await outbox.cancel(
            session,
            network_id=poll.network_id,
            kinds=("poll.nudge", "poll.closed"),
            subject_id=poll.id or 0,
            now=now,
        )
        await _refresh(session, poll, now)
        await self._note(session, actor, f"poll.{state}", poll)

    async def _invite(self, session: AsyncSession, poll: DatePoll, invited: str, now: datetime) -> None:
        """Ask them once by the card; who has not answered a day before the deadline is reminded."""
        due = max(poll.deadline_at - NUDGED_BEFORE, now + (poll.deadline_at - now) / 2)
        for member in await members.roll(session, poll.network_id):
            if member.state != MemberState.ACTIVE or member.id is None:
                continue
            roles = (
                await members.roles(session, poll.network_id, member.id) if invited == "facilitators" else ()
            )
            if invited == "facilitators" and RoleName.FACILITATOR not in roles:
                continue
            session.add(PollInvitation(poll_id=poll.id or 0, member_id=member.id))
            await _later(session, poll, "poll.nudge", due, now, member.id)

    async def _note(self, session: AsyncSession, actor: Actor, action: str, poll: DatePoll) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="poll",
            subject_id=poll.id,
        )


def read_slots(typed: str, now: datetime, zone: str) -> list[datetime]:
    """Dates, one a line or parted by semicolons; each once, soonest first."""
    found = set()
    for line in typed.replace(";", "\n").splitlines():
        if not line.strip(" -•*\t"):
            continue
        when = parse_when(line.strip(" -•*\t"), now, zone)
        if isinstance(when, Unclear):
            raise Invalid(
                field="slots", problem=when.problem, **{"given": text.one_line(line), **when.details}
            )
        found.add(when.starts_at)
    if len(found) < FEWEST:
        raise Invalid(field="slots", problem="too_few_slots", limit=FEWEST)
    if len(found) > MOST:
        raise Invalid(field="slots", problem="too_many", limit=MOST)
    return sorted(found)


def _deadline(typed: str, first: datetime, now: datetime, zone: str) -> datetime:
    """What was typed; else in a week, and at the latest the day before (or the hour of) the first slot."""
    if not typed.strip():
        return min(now + USUAL_DEADLINE, max(first - NUDGED_BEFORE, now + (first - now) / 2))
    when = parse_when(typed, now, zone)
    if isinstance(when, Unclear):
        raise Invalid(field="deadline", problem=when.problem, **when.details)
    if when.starts_at > first:
        raise Invalid(field="deadline", problem="deadline_after_slot")
    return when.starts_at


async def _later(
    session: AsyncSession,
    poll: DatePoll,
    kind: str,
    due: datetime,
    now: datetime,
    recipient_id: int | None = None,
) -> None:
    await outbox.enqueue(
        session,
        network_id=poll.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{poll.id}:{recipient_id or ''}",
        subject_id=poll.id,
        recipient_id=recipient_id,
        due_at=due,
        expires_at=poll.deadline_at if kind == "poll.nudge" else None,
        now=now,
    )


async def _refresh(session: AsyncSession, poll: DatePoll, now: datetime) -> None:
    await outbox.refresh(
        session, network_id=poll.network_id, kind="poll.card", subject_id=poll.id or 0, now=now
    )


async def _view(session: AsyncSession, poll: DatePoll, actor: Actor | None, now: datetime) -> PollView:
    slots = await polls.slots(session, poll)
    answers = await polls.answers(session, poll)
    mine = actor.member_id if actor else None
    shown = tuple(_slot(slot, answers, mine) for slot in slots)
    people = list(dict.fromkeys(row.member_id for row in answers))
    voters: Sequence[Voter] = ()
    if actor is not None and allows(actor, Action.PLAN_MEETUP):
        names = await members.names(session, poll.network_id, people)
        said = {(row.member_id, row.slot_id): row.answer for row in answers}
        voters = tuple(
            Voter(names.get(one, ""), [said.get((one, slot.id or 0)) for slot in slots]) for one in people
        )
    return PollView(
        id=poll.id or 0,
        title=poll.title,
        place=poll.place,
        timezone=poll.timezone,
        deadline_at=poll.deadline_at,
        state=str(poll.state),
        open=poll.state == PollState.OPEN and now < poll.deadline_at,
        slots=shown,
        answered=len(people),
        invited=await polls.count_invited(session, poll),
        meetup_id=poll.meetup_id,
        voters=voters,
    )


async def shown_to_all(session: AsyncSession, poll: DatePoll, now: datetime) -> PollView:
    """For the card that everybody reads: no name, nobody's own answers."""
    return await _view(session, poll, None, now)


def _slot(slot: PollSlot, answers: Sequence[PollAnswer], member_id: int | None) -> SlotView:
    given = [row for row in answers if row.slot_id == slot.id]
    counts = {kind: sum(1 for row in given if row.answer == kind) for kind in SlotAnswer}
    own = next((str(row.answer) for row in given if row.member_id == member_id), None)
    return SlotView(
        slot.id or 0,
        slot.starts_at,
        counts[SlotAnswer.YES],
        counts[SlotAnswer.IF_NEED],
        counts[SlotAnswer.NO],
        own,
    )


def _present(poll: DatePoll | None) -> DatePoll:
    if poll is None:
        raise NotFound(kind="poll")
    return poll


def _open(poll: DatePoll | None, now: datetime) -> DatePoll:
    poll = _present(poll)
    if poll.state != PollState.OPEN or now >= poll.deadline_at:
        raise PollClosed(title=poll.title, state=str(poll.state))
    return poll
