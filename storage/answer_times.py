"""When questions were asked and first answered, for figures. Bots' answers are no answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.networks import Theme
from storage.threads import ClosedBy, Thread, ThreadTheme


@dataclass(frozen=True)
class Asked:
    """One question; one row for each of its themes, "" where it has none."""

    thread_id: int
    author_id: int | None
    opened_at: datetime
    first_answer_at: datetime | None
    theme: str


async def asked_since(session: AsyncSession, network_id: int, since: datetime) -> Sequence[Asked]:
    """Questions opened since then, whatever became of them, but for those that were deleted."""
    query = (
        select(Thread, Theme.name)
        .outerjoin(ThreadTheme, col(ThreadTheme.thread_id) == Thread.id)
        .outerjoin(Theme, col(Theme.id) == ThreadTheme.theme_id)
        .where(
            Thread.network_id == network_id,
            col(Thread.asks),
            Thread.opened_at >= since,
            col(Thread.closed_why).is_distinct_from(ClosedBy.GONE),
        )
        .order_by(col(Thread.id))
    )
    return [
        Asked(thread.id or 0, thread.author_id, thread.opened_at, thread.first_answer_at, theme or "")
        for thread, theme in (await session.exec(query)).all()
    ]
