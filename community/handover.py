"""Threads change hands: their author left and a facilitator takes over, or names who comes after them.

Needs and practices keep who wrote them; who is told of replies, and may settle the thread, passes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import DomainError, NotFound
from community.needs_plan import call_off, handed_over
from community.people import one_named
from community.policy import Action, require
from community.ports import Clock
from community.thread_views import ThreadView, view
from community.threads import follows
from storage import audit, members, needs, outbox, threads
from storage.engine import Database
from storage.members import Member, MemberState
from storage.threads import NEED, Thread


class AuthorIsHere(DomainError):
    """Only what nobody looks after any more is taken over. Details: ``name``."""

    code = "author_is_here"


@dataclass(frozen=True)
class Orphans:
    """What somebody left behind that goes on."""

    name: str
    member_id: int
    threads: Sequence[ThreadView]


@dataclass(frozen=True)
class Passed:
    """``count`` threads went to ``name``."""

    name: str
    count: int


class Handover:
    """Use cases on who looks after a thread."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def orphans(self, actor: Actor, member_id: int) -> Orphans:
        """What somebody who left had opened, and that is not closed."""
        require(actor, Action.CARE_FOR_THREADS)
        async with self._db.reading() as session:
            gone = await _gone(session, actor.network_id, member_id)
            return await orphans_of(session, gone)

    async def take_over(self, actor: Actor, thread_id: int) -> Passed:
        """One thread whose author left is the facilitator's now."""
        require(actor, Action.CARE_FOR_THREADS)
        async with self._db.transaction() as session:
            thread = await threads.locked(session, actor.network_id, thread_id)
            if thread is None or thread.author_id is None:
                raise NotFound(kind="thread")
            await _gone(session, actor.network_id, thread.author_id)
            return await self._pass(session, actor, [thread], await _here(session, actor))

    async def take_over_all(self, actor: Actor, member_id: int) -> Passed:
        """All of them."""
        require(actor, Action.CARE_FOR_THREADS)
        async with self._db.transaction() as session:
            gone = await members.locked(session, actor.network_id, member_id)  # two facilitators take turns
            await _gone(session, actor.network_id, gone.id or 0 if gone else 0)
            left = await threads.going_on_of(session, actor.network_id, member_id)
            return await self._pass(session, actor, left, await _here(session, actor))

    async def pass_on(self, actor: Actor, successor: str) -> Passed:
        """One's own threads go to who comes after: a member, by their name.

        A question without a name stays: to pass it on would say whose it is.
        """
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.transaction() as session:
            to = await one_named(session, actor.network_id, successor, field="successor", but=actor.member_id)
            mine = await threads.going_on_of(session, actor.network_id, actor.member_id or 0)
            secret = await needs.nameless_of(session, actor.network_id, actor.member_id or 0)
            mine = [one for one in mine if one.kind != NEED or one.subject_id not in secret]
            return await self._pass(session, actor, mine, to, told=True)

    async def _pass(
        self,
        session: AsyncSession,
        actor: Actor,
        found: Sequence[Thread],
        to: Member,
        *,
        told: bool = False,
    ) -> Passed:
        now = self._clock.now()
        for thread in found:
            thread.author_id = to.id
            session.add(thread)
            await session.flush()
            await follows(session, thread, to.id or 0, now)
            if thread.kind == NEED:
                await handed_over(session, thread.network_id, thread.subject_id or 0, now)
        act = await audit.record(
            session,
            network_id=actor.network_id,
            at=now,
            member_id=actor.member_id,
            action=Action.CARE_FOR_THREADS,
            subject_kind="member",
            subject_id=to.id,
            details={"threads": [thread.id for thread in found]},
        )
        if told and found:
            await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind="thread.passed",
                dedupe_key=f"thread.passed:{act}",
                subject_id=actor.member_id,
                recipient_id=to.id,
                details={"threads": [thread.id for thread in found]},
                due_at=now,
                now=now,
            )
        return Passed(to.display_name, len(found))


async def author_left(session: AsyncSession, now: datetime, network_id: int, member_id: int) -> None:
    """In the transaction in which somebody leaves or is erased: the facilitators learn what goes on alone."""
    await call_off(session, network_id, member_id, now)
    if await threads.going_on_of(session, network_id, member_id):
        await outbox.enqueue(
            session,
            network_id=network_id,
            kind="thread.orphaned",
            dedupe_key=f"thread.orphaned:{member_id}:{now:%Y%m%dT%H%M%S}",
            subject_id=member_id,
            due_at=now,
            now=now,
        )


async def orphans_of(session: AsyncSession, gone: Member) -> Orphans:
    left = await threads.going_on_of(session, gone.network_id, gone.id or 0)
    return Orphans(gone.display_name, gone.id or 0, [await view(session, thread) for thread in left])


async def _gone(session: AsyncSession, network_id: int, member_id: int) -> Member:
    """Who left; AuthorIsHere otherwise, also when somebody took over already."""
    member = await members.get(session, network_id, member_id)
    if member is None:
        raise NotFound(kind="member")
    if member.state == MemberState.ACTIVE:
        raise AuthorIsHere(name=member.display_name)
    return member


async def _here(session: AsyncSession, actor: Actor) -> Member:
    member = await members.get(session, actor.network_id, actor.member_id or 0)
    if member is None:
        raise NotFound(kind="member")
    return member
