"""How a network lives, as instants and whoever made them: use cases count, and hide what is on few people."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.needs import Need, NeedState
from storage.practice_reuse import PracticeReuse
from storage.threads import NEED, Thread, ThreadState


class Event(NamedTuple):
    """Something happened; ``who`` tells people apart (a question without a name is somebody by itself)."""

    who: str
    at: datetime
    hours: float = 0.0  # what it took, where that is what is measured


async def first_answers(session: AsyncSession, network_id: int, since: datetime) -> Sequence[Event]:
    """Questions asked since then that got an answer, at the instant when they were asked."""
    query = select(Thread.id, Thread.author_id, Thread.opened_at, Thread.first_answer_at).where(
        Thread.network_id == network_id,
        col(Thread.asks),
        Thread.opened_at >= since,
        col(Thread.first_answer_at).is_not(None),
    )
    return [
        Event(_who(author_id, thread_id), opened_at, (answered_at - opened_at).total_seconds() / 3600)
        for thread_id, author_id, opened_at, answered_at in (await session.exec(query)).all()
        if answered_at is not None
    ]


async def solved(session: AsyncSession, network_id: int, since: datetime) -> Sequence[Event]:
    """Needs that ended well since then, and other questions whose author accepted an answer."""
    needs = select(Need.id, Need.author_id, Need.closed_at).where(
        Need.network_id == network_id,
        col(Need.state).in_((NeedState.SOLVED, NeedState.DONE)),
        col(Need.closed_at) >= since,
    )
    found = [
        Event(_who(author_id, need_id), closed_at)
        for need_id, author_id, closed_at in (await session.exec(needs)).all()
        if closed_at is not None
    ]
    query = select(Thread.id, Thread.author_id, Thread.accepted_at).where(
        Thread.network_id == network_id,
        col(Thread.asks),
        Thread.kind != NEED,  # counted as a need
        Thread.state == ThreadState.ANSWERED,
        col(Thread.accepted_at) >= since,
    )
    return found + [
        Event(_who(author_id, thread_id), accepted_at)
        for thread_id, author_id, accepted_at in (await session.exec(query)).all()
        if accepted_at is not None
    ]


async def reused(session: AsyncSession, network_id: int, since: datetime) -> Sequence[Event]:
    """Practices that somebody declared to take up since then."""
    query = select(PracticeReuse.id, PracticeReuse.member_id, PracticeReuse.declared_at).where(
        PracticeReuse.network_id == network_id, PracticeReuse.declared_at >= since
    )
    return [
        Event(_who(member_id, reuse_id), declared_at)
        for reuse_id, member_id, declared_at in (await session.exec(query)).all()
    ]


def _who(member_id: int | None, row_id: int | None) -> str:
    return f"member {member_id}" if member_id is not None else f"row {row_id}"
