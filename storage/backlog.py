"""How far delivery is behind, for the operator's probes and metrics.

The one place that looks across networks, and it sees only counts and instants.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.outbox import Outbox, OutboxState

_OPEN = (OutboxState.DUE, OutboxState.CLAIMED)


@dataclass(frozen=True)
class Backlog:
    counts: dict[str, int]  # OutboxState -> rows
    oldest_due: datetime | None  # the earliest try that should already have happened


async def backlog(session: AsyncSession, now: datetime) -> Backlog:
    """Rows by state, and since when the oldest one waits. A row that waits for its next try is not late."""
    states = await session.exec(select(Outbox.state, func.count()).group_by(col(Outbox.state)))
    counts = dict.fromkeys(OutboxState, 0) | dict(states.all())
    late = select(func.min(Outbox.next_try_at)).where(col(Outbox.state).in_(_OPEN), Outbox.next_try_at <= now)
    return Backlog({str(state): count for state, count in counts.items()}, (await session.exec(late)).one())
