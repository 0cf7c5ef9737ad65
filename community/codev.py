"""Codéveloppement sessions: people come, roles are drawn, six timed steps follow one another in a thread.

Nothing of what is said is kept but one line. Timers are outbox rows (``codev_delivery.py``): a restart loses
none, and one of before a change of time says nothing. Who does what is ``codev_rules.py``'s affair.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import codev_rules as rules
from community import text
from community.actors import Actor
from community.codev_rules import Seat, Wish
from community.codev_views import CodevList, CodevView, may_run, seats_of, view
from community.errors import DomainError, Invalid, NotAllowed, NotFound
from community.lengths import check_length
from community.policy import NEEDED, Action, allows, require
from community.ports import Clock
from storage import audit, codev, members, outbox
from storage.codev import ALIVE, CodevParticipant, CodevRole, CodevSession, CodevState
from storage.engine import Database
from storage.members import MemberState

SHOWN = 10
SAID_WITHIN = timedelta(minutes=30)
LATE_TIMER = timedelta(minutes=10)


class CodevNotReady(DomainError):
    """It cannot begin. Details: ``people``, ``fewest``, ``most``, ``subjects`` (how many bring one)."""

    code = "codev_not_ready"


class CodevFull(DomainError):
    """Nobody more can join. Details: ``title``, ``most``."""

    code = "codev_full"


class CodevOver(DomainError):
    """It has begun or ended, and that cannot be done any more. Details: ``title``, ``state``."""

    code = "codev_over"


class Codev:
    """Use cases on sessions."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def coming(self, actor: Actor) -> CodevList:
        """Sessions that one may join, or that are going on."""
        require(actor, Action.JOIN_CODEV)
        async with self._db.reading() as session:
            found = await codev.alive(session, actor.network_id, SHOWN)
            views = [await view(session, one, actor) for one in found]
        return CodevList(views, allows(actor, Action.PROPOSE_CODEV))

    async def session(self, actor: Actor, session_id: int) -> CodevView:
        """One of them."""
        require(actor, Action.JOIN_CODEV)
        async with self._db.reading() as session:
            return await view(session, _there(await codev.get(session, actor.network_id, session_id)), actor)

    async def may_propose(self, actor: Actor) -> None:
        """Said before a form is opened: nobody types in vain."""
        require(actor, Action.PROPOSE_CODEV)

    async def to_lead(self, actor: Actor, session_id: int) -> CodevView:
        """One that the actor leads."""
        require(actor, Action.JOIN_CODEV)
        async with self._db.reading() as session:
            found = _there(await codev.get(session, actor.network_id, session_id))
            await self._may_run(session, actor, found)
            return await view(session, found, actor)

    async def propose(self, actor: Actor, title: str) -> CodevView:
        """A session opens: its thread, where people say that they come."""
        require(actor, Action.PROPOSE_CODEV)
        title = text.one_line(title)
        check_length("name", title, rules.TITLE_SHORTEST, rules.TITLE_LONGEST)
        now = self._clock.now()
        async with self._db.transaction() as session:
            made = CodevSession(
                network_id=actor.network_id, created_by=actor.member_id, title=title, created_at=now
            )
            session.add(made)
            await session.flush()
            await _say(session, made, "codev.opened", now, key="opened")
            await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=actor.member_id,
                action=Action.PROPOSE_CODEV,
                subject_kind="codev_session",
                subject_id=made.id,
            )
            return await view(session, made, actor)

    async def join(self, actor: Actor, session_id: int, wish: str, subject: str = "") -> CodevView:
        """Come, with a wish; a client says what they bring. Again changes the wish."""
        require(actor, Action.JOIN_CODEV)
        subject = text.one_line(subject)
        check_length("subject", subject, 0, rules.SUBJECT_LONGEST)
        if wish not in set(CodevRole):
            raise Invalid(field="wish", problem="unknown_choice")
        if wish == CodevRole.CLIENT and not subject:
            raise Invalid(field="subject", problem="codev_subject")
        async with self._db.transaction() as session:
            found = await self._open(session, actor, session_id)
            people = await codev.people(session, found)
            mine = next((one for one in people if one.member_id == actor.member_id), None)
            if mine is None:
                if len(people) >= rules.MOST:
                    raise CodevFull(title=found.title, most=rules.MOST)
                mine = CodevParticipant(
                    network_id=actor.network_id, session_id=found.id or 0, member_id=_member(actor)
                )
            mine.wish, mine.subject = wish, subject
            session.add(mine)
            await session.flush()
            return await view(session, found, actor)

    async def leave(self, actor: Actor, session_id: int) -> CodevView:
        """Come no more, or leave in the middle: roles pass on, or the session stops."""
        require(actor, Action.JOIN_CODEV)
        async with self._db.transaction() as session:
            found = _there(await codev.locked(session, actor.network_id, session_id))
            people = await codev.people(session, found)
            mine = next((one for one in people if one.member_id == actor.member_id), None)
            if mine is not None and found.state in ALIVE:
                await self._without(session, found, mine)
            return await view(session, found, actor)

    async def start(self, actor: Actor, session_id: int) -> CodevView:
        """Roles are drawn, the first step begins."""
        require(actor, Action.JOIN_CODEV)
        async with self._db.transaction() as session:
            found = _there(await codev.locked(session, actor.network_id, session_id))
            await self._may_run(session, actor, found)
            if found.state == CodevState.OPEN:
                people = {one.id or 0: one for one in await self._present(session, found)}
                wishes = [Wish(place, one.wish, bool(one.subject)) for place, one in people.items()]
                subjects = sum(wish.has_subject for wish in wishes)
                if not rules.FEWEST <= len(wishes) <= rules.MOST or not subjects:
                    raise CodevNotReady(
                        people=len(wishes), fewest=rules.FEWEST, most=rules.MOST, subjects=subjects
                    )
                _seat(session, people, rules.draw(wishes, found.id or 0))
                await self._begin(session, found, 1)
            return await view(session, found, actor)

    async def next_step(self, actor: Actor, session_id: int, step: int) -> CodevView:
        """Go on from ``step``; a second click finds it done. After the last one the session is over."""
        require(actor, Action.JOIN_CODEV)
        async with self._db.transaction() as session:
            found = _there(await codev.locked(session, actor.network_id, session_id))
            await self._may_run(session, actor, found)
            if found.state == CodevState.DONE:
                return await view(session, found, actor)
            _check_going(found)
            if found.step == step:
                await self._drop_gone(session, found)
                if found.state in ALIVE and step >= rules.STEPS:
                    await self._finish(session, found, CodevState.DONE)
                elif found.state in ALIVE:
                    await self._begin(session, found, step + 1)
            return await view(session, found, actor)

    async def extend(self, actor: Actor, session_id: int, version: int) -> CodevView:
        """Five minutes more for this step, counted from now when its time is over."""
        require(actor, Action.JOIN_CODEV)
        now = self._clock.now()
        async with self._db.transaction() as session:
            found = await self._going(session, actor, session_id)
            if found.version == version:
                found.version += 1
                if found.state == CodevState.PAUSED:
                    found.seconds_left = (found.seconds_left or 0) + int(rules.EXTENSION.total_seconds())
                else:
                    found.step_ends_at = max(found.step_ends_at or now, now) + rules.EXTENSION
                    await self._time(session, found)
                session.add(found)
            return await view(session, found, actor)

    async def pause(self, actor: Actor, session_id: int) -> CodevView:
        """Time stands still."""
        require(actor, Action.JOIN_CODEV)
        now = self._clock.now()
        async with self._db.transaction() as session:
            found = await self._going(session, actor, session_id)
            if found.state == CodevState.RUNNING:
                left = (found.step_ends_at or now) - now
                found.state, found.version = CodevState.PAUSED, found.version + 1
                found.seconds_left, found.step_ends_at = max(0, int(left.total_seconds())), None
                session.add(found)
            return await view(session, found, actor)

    async def resume(self, actor: Actor, session_id: int) -> CodevView:
        """Time goes on with what was left of the step."""
        require(actor, Action.JOIN_CODEV)
        now = self._clock.now()
        async with self._db.transaction() as session:
            found = await self._going(session, actor, session_id)
            if found.state == CodevState.PAUSED:
                found.state, found.version = CodevState.RUNNING, found.version + 1
                found.step_ends_at = now + timedelta(seconds=found.seconds_left or 0)
                found.seconds_left = None
                session.add(found)
                await self._time(session, found)
            return await view(session, found, actor)

    async def stop(self, actor: Actor, session_id: int) -> CodevView:
        """End it before the last step, or take back one that did not begin."""
        require(actor, Action.JOIN_CODEV)
        async with self._db.transaction() as session:
            found = _there(await codev.locked(session, actor.network_id, session_id))
            await self._may_run(session, actor, found)
            if found.state in ALIVE:
                await self._finish(session, found, CodevState.STOPPED)
            return await view(session, found, actor)

    async def conclude(self, actor: Actor, session_id: int, outcome: str) -> CodevView:
        """The one line that is kept, by who brought the subject or who leads."""
        require(actor, Action.JOIN_CODEV)
        outcome = text.one_line(outcome)
        check_length("outcome", outcome, 1, rules.OUTCOME_LONGEST)
        async with self._db.transaction() as session:
            found = _there(await codev.locked(session, actor.network_id, session_id))
            if await self._role(session, actor, found) != CodevRole.CLIENT:
                await self._may_run(session, actor, found)
            if found.state in (CodevState.OPEN, CodevState.STOPPED):
                raise CodevOver(title=found.title, state=found.state)
            first = not found.outcome
            found.outcome = outcome
            session.add(found)
            if first:
                await _say(session, found, "codev.outcome", self._clock.now(), key="outcome")
            return await view(session, found, actor)

    async def _begin(self, session: AsyncSession, found: CodevSession, step: int) -> None:
        now = self._clock.now()
        found.state, found.step, found.version = CodevState.RUNNING, step, found.version + 1
        found.step_ends_at, found.seconds_left = now + rules.length(step), None
        session.add(found)
        await session.flush()
        await _say(session, found, "codev.step", now, key=f"step:{step}", details={"step": step})
        await self._time(session, found)

    async def _time(self, session: AsyncSession, found: CodevSession) -> None:
        """Two minutes before the end of the step, and at its end."""
        now, ends = self._clock.now(), found.step_ends_at
        if ends is None:
            return
        for kind, at in (("codev.soon", ends - rules.WARNED_BEFORE), ("codev.over", ends)):
            if at > now:
                await outbox.enqueue(
                    session,
                    network_id=found.network_id,
                    kind=kind,
                    dedupe_key=f"{kind}:{found.id}:{found.version}",
                    subject_id=found.id,
                    details={"version": found.version},
                    due_at=at,
                    expires_at=at + LATE_TIMER,
                    now=now,
                    priority=outbox.URGENT,
                )

    async def _finish(self, session: AsyncSession, found: CodevSession, state: CodevState) -> None:
        now = self._clock.now()
        begun = found.state != CodevState.OPEN
        found.state, found.ended_at, found.version = state, now, found.version + 1
        found.step_ends_at = found.seconds_left = None
        session.add(found)
        await session.flush()
        if begun or found.thread_ref is not None:
            await _say(session, found, "codev.ended", now, key="ended")

    async def _without(self, session: AsyncSession, found: CodevSession, gone: CodevParticipant) -> None:
        people = {one.id or 0: one for one in await codev.people(session, found)}
        seats = seats_of(list(people.values()))
        await session.delete(people.pop(gone.id or 0))
        await session.flush()
        if found.state == CodevState.OPEN:
            return
        left = rules.without(seats, gone.id or 0)
        if left is None:
            await self._finish(session, found, CodevState.STOPPED)
            return
        _seat(session, people, left)
        await session.flush()
        await _say(session, found, "codev.changed", self._clock.now(), key=f"changed:{gone.id}")

    async def _drop_gone(self, session: AsyncSession, found: CodevSession) -> None:
        """Those who lost their access meanwhile, or whose data were erased, are no more counted on."""
        here = {one.id for one in await self._present(session, found)}
        for one in await codev.people(session, found):
            if one.id not in here and found.state in ALIVE:
                await self._without(session, found, one)
        seats = seats_of(await codev.people(session, found))
        if found.state in ALIVE and rules.without(seats, 0) is None:
            await self._finish(session, found, CodevState.STOPPED)

    async def _present(self, session: AsyncSession, found: CodevSession) -> list[CodevParticipant]:
        present = []
        for one in await codev.people(session, found):
            member = await members.get(session, found.network_id, one.member_id)
            if member is not None and member.state == MemberState.ACTIVE:
                present.append(one)
        return present

    async def _open(self, session: AsyncSession, actor: Actor, session_id: int) -> CodevSession:
        found = _there(await codev.locked(session, actor.network_id, session_id))
        if found.state != CodevState.OPEN:
            raise CodevOver(title=found.title, state=found.state)
        return found

    async def _going(self, session: AsyncSession, actor: Actor, session_id: int) -> CodevSession:
        found = _there(await codev.locked(session, actor.network_id, session_id))
        await self._may_run(session, actor, found)
        _check_going(found)
        return found

    async def _may_run(self, session: AsyncSession, actor: Actor, found: CodevSession) -> None:
        """Who facilitates the session, who proposed it, and the network's facilitators."""
        if not await may_run(session, actor, found):
            raise NotAllowed(action=Action.PROPOSE_CODEV, needed=NEEDED[Action.PROPOSE_CODEV])

    async def _role(self, session: AsyncSession, actor: Actor, found: CodevSession) -> str | None:
        people = await codev.people(session, found)
        return next((one.role for one in people if one.member_id == actor.member_id), None)


def _seat(session: AsyncSession, people: dict[int, CodevParticipant], seats: Sequence[Seat]) -> None:
    for position, seat in enumerate(seats, start=1):
        one = people[seat.id]
        one.role, one.keeps_time, one.position = seat.role, seat.keeps_time, position
        session.add(one)


def _there(found: CodevSession | None) -> CodevSession:
    if found is None:
        raise NotFound(kind="codev")
    return found


def _check_going(found: CodevSession) -> None:
    if found.state not in (CodevState.RUNNING, CodevState.PAUSED):
        raise CodevOver(title=found.title, state=found.state)


def _member(actor: Actor) -> int:
    if actor.member_id is None:
        raise NotFound(kind="member")
    return actor.member_id


async def _say(
    session: AsyncSession,
    found: CodevSession,
    kind: str,
    now: datetime,
    *,
    key: str,
    details: dict[str, int] | None = None,
) -> None:
    await outbox.enqueue(
        session,
        network_id=found.network_id,
        kind=kind,
        dedupe_key=f"codev:{found.id}:{key}",
        subject_id=found.id,
        details=details or {},
        due_at=now,
        expires_at=None if kind == "codev.opened" else now + SAID_WITHIN,
        now=now,
        priority=outbox.URGENT,
    )
