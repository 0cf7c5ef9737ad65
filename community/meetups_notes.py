"""After a meetup: what was said, amended by those who were there only, and who does what by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor, Role
from community.errors import DomainError, Invalid, NotAllowed, NotFound
from community.french_days import day_said
from community.lengths import check_length
from community.meetups_days import NotThere, attendees, may_write
from community.meetups_rules import NotPlanned
from community.meetups_views import MeetupView, present, view, visible
from community.policy import Action, require
from community.ports import Clock
from community.time_words import Unclear, folded
from storage import audit, meetup_days, meetups, members, networks, outbox
from storage.engine import Database
from storage.meetup_days import MeetupNotes, MeetupTask, TaskState
from storage.meetups import Meetup, MeetupState
from storage.members import MemberState

NOTES_LONGEST = 3500
WHAT_SHORTEST, WHAT_LONGEST = 3, 200
TASKS_MOST = 20
USUAL_DAYS = 14
LATER = timedelta(days=7)
ASKED_MOST = 3
ASKED_AT = time(9)
TASK_DUE, TASK_LATE = "task.due", "task.late"


class NotesChanged(DomainError):
    """Somebody else amended them meanwhile: what was typed is kept. Details: ``title``."""

    code = "notes_changed"


class TaskExists(DomainError):
    """The same action was noted already (a second click). Details: ``what``."""

    code = "task_exists"


@dataclass(frozen=True)
class TaskView:
    id: int
    what: str
    owner: str
    due_on: date
    done: bool
    late: bool
    mine: bool


@dataclass(frozen=True)
class NotesView:
    meetup: MeetupView
    text: str
    version: int  # 0: nothing was written yet
    written_at: datetime | None
    tasks: Sequence[TaskView]
    may_write: bool
    begun: bool  # before, nobody may write


class Notes:
    """Use cases on what a meetup leaves behind."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def read(self, actor: Actor, meetup_id: int) -> NotesView:
        """What was said and decided: every member may read it."""
        require(actor, Action.SEE_MEETUPS)
        async with self._db.reading() as session:
            meetup = visible(actor, await meetups.get(session, actor.network_id, meetup_id))
            return await self._view(session, actor, meetup)

    async def to_write(self, actor: Actor, meetup_id: int) -> NotesView:
        """The same, before a form opens: whoever was not there is told so at once."""
        require(actor, Action.ANSWER_MEETUP)
        async with self._db.reading() as session:
            meetup = visible(actor, await meetups.get(session, actor.network_id, meetup_id))
            await self._check(session, actor, meetup)
            return await self._view(session, actor, meetup)

    async def write(self, actor: Actor, meetup_id: int, typed: str, version: int) -> NotesView:
        """``version`` is the one that was amended: nobody's words are overwritten unread."""
        require(actor, Action.ANSWER_MEETUP)
        now, words = self._clock.now(), text.lines(typed)
        if not words:
            raise Invalid(field="notes", problem="missing")
        if len(words) > NOTES_LONGEST:
            raise Invalid(field="notes", problem="too_long", limit=NOTES_LONGEST, given=len(words))
        async with self._db.transaction() as session:
            meetup = visible(actor, await meetups.locked(session, actor.network_id, meetup_id))
            await self._check(session, actor, meetup)
            row = await meetup_days.notes(session, meetup, lock=True)
            if (row.version if row is not None else 0) != version:
                raise NotesChanged(title=meetup.title)
            if row is None:
                row = MeetupNotes(
                    meetup_id=meetup_id, network_id=actor.network_id, text="", version=0, written_at=now
                )
            row.text, row.version, row.written_by, row.written_at = words, version + 1, actor.member_id, now
            session.add(row)
            await session.flush()
            await self._record(session, actor, "meetup.notes", meetup.id or 0)
            return await self._view(session, actor, meetup)

    async def people(self, actor: Actor, meetup_id: int) -> Sequence[tuple[int, str]]:
        """To whom an action may be entrusted: those who were there, oneself first."""
        require(actor, Action.ANSWER_MEETUP)
        async with self._db.reading() as session:
            meetup = visible(actor, await meetups.get(session, actor.network_id, meetup_id))
            await self._check(session, actor, meetup)
            there = await attendees(session, meetup)
            names = await members.names(session, actor.network_id, there)
            order = sorted(names.items(), key=lambda one: (one[0] != actor.member_id, folded(one[1])))
            return tuple(order)

    async def add_task(
        self, actor: Actor, meetup_id: int, what: str, owner_id: int, by_when: str
    ) -> TaskView:
        """An action with its owner and its day; its owner is asked about it on that day."""
        require(actor, Action.ANSWER_MEETUP)
        now, what = self._clock.now(), text.one_line(what)
        check_length("what", what, WHAT_SHORTEST, WHAT_LONGEST)
        async with self._db.transaction() as session:
            meetup = visible(actor, await meetups.locked(session, actor.network_id, meetup_id))
            await self._check(session, actor, meetup)
            if owner_id not in await attendees(session, meetup):
                raise Invalid(field="owner", problem="unknown")
            known = await meetup_days.tasks(session, meetup)
            if any(one.what == what and one.owner_id == owner_id for one in known):
                raise TaskExists(what=what)
            if len(known) >= TASKS_MOST:
                raise Invalid(field="what", problem="too_many", limit=TASKS_MOST)
            today = now.astimezone(ZoneInfo(meetup.timezone)).date()
            row = MeetupTask(
                network_id=actor.network_id,
                meetup_id=meetup_id,
                what=what,
                owner_id=owner_id,
                due_on=_day(by_when, today),
                created_by=actor.member_id,
                created_at=now,
            )
            session.add(row)
            await session.flush()
            await ask_owner(session, row, meetup.timezone, now)
            await self._record(session, actor, "meetup.task", meetup.id or 0)
            return await self._task(session, actor, row, today)

    async def my_tasks(self, actor: Actor) -> Sequence[TaskView]:
        """What the actor still has to do."""
        require(actor, Action.ANSWER_MEETUP)
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            today = self._clock.now().astimezone(ZoneInfo(network.timezone)).date()
            rows = await meetup_days.open_tasks_of(session, actor.network_id, actor.member_id or 0)
            return tuple([await self._task(session, actor, row, today) for row in rows])

    async def done(self, actor: Actor, task_id: int) -> TaskView:
        """It is done; a second click changes nothing."""
        return await self._settle(actor, task_id, TaskState.DONE)

    async def drop(self, actor: Actor, task_id: int) -> TaskView:
        """It will not be done, and nobody is asked any more."""
        return await self._settle(actor, task_id, TaskState.DROPPED)

    async def postpone(self, actor: Actor, task_id: int) -> TaskView:
        """One more week, from its day or from today, whichever is later."""
        require(actor, Action.ANSWER_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            row, zone = await self._owned(session, actor, task_id)
            today = now.astimezone(ZoneInfo(zone)).date()
            if row.state == TaskState.OPEN:
                row.due_on, row.asked, row.version = max(row.due_on, today) + LATER, 0, row.version + 1
                session.add(row)
                await self._forget_asking(session, row, now)
                await ask_owner(session, row, zone, now)
            return await self._task(session, actor, row, today)

    async def _settle(self, actor: Actor, task_id: int, state: TaskState) -> TaskView:
        require(actor, Action.ANSWER_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            row, zone = await self._owned(session, actor, task_id)
            if row.state == TaskState.OPEN:
                row.state, row.ended_at = state, now
                session.add(row)
                await self._forget_asking(session, row, now)
                await self._record(session, actor, f"task.{state}", row.meetup_id)
            return await self._task(session, actor, row, now.astimezone(ZoneInfo(zone)).date())

    async def _owned(self, session: AsyncSession, actor: Actor, task_id: int) -> tuple[MeetupTask, str]:
        """The owner decides, and facilitators."""
        row = await meetup_days.task(session, actor.network_id, task_id, lock=True)
        if row is None:
            raise NotFound(kind="task")
        if row.owner_id != actor.member_id and actor.role < Role.FACILITATOR:
            raise NotAllowed(action=Action.PLAN_MEETUP, needed=Role.FACILITATOR)
        meetup = present(await meetups.get(session, actor.network_id, row.meetup_id))
        return row, meetup.timezone

    async def _forget_asking(self, session: AsyncSession, row: MeetupTask, now: datetime) -> None:
        await outbox.cancel(
            session,
            network_id=row.network_id,
            kinds=(TASK_DUE, TASK_LATE),
            subject_id=row.id or 0,
            now=now,
        )

    async def _check(self, session: AsyncSession, actor: Actor, meetup: Meetup) -> None:
        now = self._clock.now()
        if meetup.state not in (MeetupState.PLANNED, MeetupState.DONE) or now < meetup.starts_at:
            raise NotPlanned(state=str(meetup.state), title=meetup.title, over=False)
        if not await may_write(session, actor, meetup):
            raise NotThere(title=meetup.title)

    async def _view(self, session: AsyncSession, actor: Actor, meetup: Meetup) -> NotesView:
        row = await meetup_days.notes(session, meetup)
        today = self._clock.now().astimezone(ZoneInfo(meetup.timezone)).date()
        tasks = await meetup_days.tasks(session, meetup)
        begun = meetup.starts_at <= self._clock.now() and meetup.state != MeetupState.CANCELLED
        return NotesView(
            await view(session, meetup, actor.member_id),
            row.text if row is not None else "",
            row.version if row is not None else 0,
            row.written_at if row is not None else None,
            tuple([await self._task(session, actor, one, today) for one in tasks]),
            begun and await may_write(session, actor, meetup),
            begun,
        )

    async def _task(self, session: AsyncSession, actor: Actor, row: MeetupTask, today: date) -> TaskView:
        names = await members.names(session, row.network_id, [row.owner_id] if row.owner_id else [])
        return TaskView(
            row.id or 0,
            row.what,
            names.get(row.owner_id or 0, ""),
            row.due_on,
            row.state == TaskState.DONE,
            row.state == TaskState.OPEN and row.due_on < today,
            row.owner_id == actor.member_id,
        )

    async def _record(self, session: AsyncSession, actor: Actor, action: str, meetup_id: int) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="meetup",
            subject_id=meetup_id,
        )


async def ask_owner(
    session: AsyncSession, row: MeetupTask, zone: str, now: datetime, *, after: timedelta = timedelta(0)
) -> None:
    """On its day in the morning, and again some days later while nothing is answered."""
    due = datetime.combine(row.due_on + after, ASKED_AT, ZoneInfo(zone)).astimezone(UTC)
    late = row.asked >= ASKED_MOST
    await outbox.enqueue(
        session,
        network_id=row.network_id,
        kind=TASK_LATE if late else TASK_DUE,
        dedupe_key=f"{TASK_LATE if late else TASK_DUE}:{row.id}:{row.version}:{row.asked}",
        subject_id=row.id,
        recipient_id=None if late else row.owner_id,
        due_at=max(due, now),
        now=now,
    )


async def owner_is_here(session: AsyncSession, row: MeetupTask) -> bool:
    """Whether there is still somebody to ask."""
    member = await members.get(session, row.network_id, row.owner_id or 0)
    return member is not None and member.state == MemberState.ACTIVE


def _day(typed: str, today: date) -> date:
    if not typed.strip():
        return today + timedelta(days=USUAL_DAYS)
    day = day_said(folded(typed), today)
    if isinstance(day, Unclear):
        raise Invalid(field="by_when", problem=day.problem, **day.details)
    return day
