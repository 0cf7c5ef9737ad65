"""Whether a need had an answer, and when something last happened to it: in its thread, or through the bot."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import helping, threads
from storage.helping import HelpState
from storage.needs import Need


async def answered(session: AsyncSession, need: Need) -> bool:
    """Somebody wrote in its thread, said yes, or offered."""
    thread = await threads.of_subject(session, need.network_id, threads.NEED, need.id or 0)
    if thread is not None and thread.first_answer_at is not None:
        return True
    asked = await helping.of_need(session, need.network_id, need.id or 0)
    return any(one.state == HelpState.ACCEPTED for one in asked)


async def active_at(session: AsyncSession, need: Need) -> datetime:
    """The latest of both. Another network's threads are not looked at."""
    thread = await threads.of_subject(session, need.network_id, threads.NEED, need.id or 0)
    return max(need.active_at, thread.last_activity_at) if thread is not None else need.active_at
