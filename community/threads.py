"""Threads of the network: opened, answered, closed, followed.

Whatever opens a thread on the platform says so with ``opened``, in the transaction that notes the platform's
reference. Must not know what is written in a thread: who and when is all that the network keeps of it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import threads
from storage.threads import Thread, ThreadFollow

TITLE_LONGEST = 100  # the platform's own limit


async def opened(
    session: AsyncSession,
    now: datetime,
    *,
    network_id: int,
    channel_ref: str,
    kind: str,
    subject_id: int | None,
    author_id: int | None,
    asks: bool,
    title: str = "",
    theme_ids: Collection[int] = (),
) -> None:
    """From now on the thread is followed, and its author told of replies. Saying it twice changes nothing.

    ``asks``: somebody waits for an answer. Without ``author_id`` (a question without a name) nobody is told.
    """
    first = Thread(
        network_id=network_id,
        channel_ref=channel_ref,
        kind=kind,
        asks=asks,
        opened_at=now,
        last_activity_at=now,
    )
    thread, _new = await threads.ensure(session, first)
    thread.kind, thread.subject_id, thread.author_id, thread.asks = kind, subject_id, author_id, asks
    thread.title = title[:TITLE_LONGEST] or thread.title
    session.add(thread)
    await session.flush()
    thread_id = thread.id or 0
    await threads.set_themes(session, network_id, thread_id, theme_ids)
    if author_id is not None and await threads.follow(session, network_id, thread_id, author_id) is None:
        session.add(
            ThreadFollow(thread_id=thread_id, member_id=author_id, network_id=network_id, read_at=now)
        )
        await session.flush()
