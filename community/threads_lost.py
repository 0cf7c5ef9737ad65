"""Threads that somebody deleted on the platform: nothing points at them any more.

One thread deleted by hand was meant to go: its card or its need stays without one until a person asks for
it. A forum that had to be made again took all of its threads along: open needs get theirs back by themselves,
cards when a facilitator asks (the desk says how many).
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.needs_plan import later
from community.threads import close
from storage import needs, practices, threads
from storage.networks import Place
from storage.threads import NEED, PRACTICE, ClosedBy, Thread

_KINDS = {Place.PRACTICES: PRACTICE, Place.NEEDS: NEED}


async def thread_lost(session: AsyncSession, thread: Thread, now: datetime) -> None:
    """It is no more: nothing of it is told, asked or counted as waiting."""
    close(thread, ClosedBy.GONE, None, now)
    session.add(thread)
    if thread.kind == PRACTICE:
        await practices.forget_threads(session, thread.network_id, thread.channel_ref)
    elif thread.kind == NEED:
        await needs.forget_threads(session, thread.network_id, thread.channel_ref)


async def forum_lost(session: AsyncSession, network_id: int, place: str, now: datetime) -> None:
    """The channel of this place was made again."""
    kind = _KINDS.get(Place(place))
    if kind is None:
        return
    for thread in await threads.going_on(session, network_id, kind):
        close(thread, ClosedBy.GONE, None, now)
        session.add(thread)
    if kind == PRACTICE:
        await practices.forget_threads(session, network_id)
        return
    lost = await needs.open_with_thread(session, network_id)
    await needs.forget_threads(session, network_id)
    for need in lost:
        await later(session, need, "need.thread", now, now, key=f"again:{now.timestamp():.6f}")
