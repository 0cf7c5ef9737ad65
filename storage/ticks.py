"""The application's ticks: who runs each now, how the last run ended, when the next one is due.

One row per tick, shared by every process on the database: holding its lease is being its leader. Nothing here
is about a network or a person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.upsert import insert_if_new

_SLACK = timedelta(seconds=30)  # two clocks that mean the same instant need not agree on the second


class TickOutcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    CUT = "cut"  # its process ended, or was ended, in the middle


class Tick(SQLModel, table=True):
    name: str = Field(primary_key=True)
    next_at: datetime
    lease_owner: str | None = None
    lease_until: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    failures: int = 0  # in a row

    __table_args__ = (CheckConstraint("outcome IN ('done', 'failed', 'cut')", name="tick_outcome_known"),)


async def ensure(session: AsyncSession, name: str, next_at: datetime) -> datetime:
    """When the tick is due: as an earlier process left it, else ``next_at``."""
    await session.exec(insert_if_new(session, Tick).values(name=name, next_at=next_at, failures=0))
    return (await session.exec(select(Tick.next_at).where(Tick.name == name))).one()


async def claim(
    session: AsyncSession, name: str, *, owner: str, now: datetime, every: timedelta, lease: timedelta
) -> bool:
    """Become the leader of this run; False while another one is, or when it was done less than ``every`` ago.

    Instants that lie further ahead than they can come from a clock that was put back: they bind nobody.
    """
    await ensure(session, name, now)
    query = select(Tick).where(Tick.name == name).with_for_update(key_share=True)
    row = (await session.exec(query)).one()
    held = row.lease_until is not None and now < row.lease_until <= now + lease
    early = now + min(_SLACK, every / 10) < row.next_at <= now + every
    if held or early:
        return False
    if row.lease_owner is not None:  # whoever had it is no more
        row.outcome, row.failures = TickOutcome.CUT, row.failures + 1
    row.lease_owner, row.lease_until = owner, now + lease
    row.started_at, row.next_at = now, now + every
    session.add(row)
    return True


async def renew(session: AsyncSession, name: str, *, owner: str, until: datetime) -> bool:
    """A long run keeps its lease; False when it was lost meanwhile."""
    row = await _held(session, name, owner)
    if row is None:
        return False
    row.lease_until = until
    session.add(row)
    return True


async def finish(
    session: AsyncSession,
    name: str,
    *,
    owner: str,
    now: datetime,
    outcome: TickOutcome,
    next_at: datetime | None = None,
) -> None:
    """The run is over. ``next_at``: sooner than usual, after a failure."""
    row = await _held(session, name, owner)
    if row is None:
        return
    row.lease_owner = row.lease_until = None
    row.ended_at, row.outcome = now, outcome
    row.failures = 0 if outcome == TickOutcome.DONE else row.failures + 1
    row.next_at = next_at or row.next_at
    session.add(row)


async def every_tick(session: AsyncSession) -> Sequence[Tick]:
    """All of them, the next one first."""
    return (await session.exec(select(Tick).order_by(col(Tick.next_at), col(Tick.name)))).all()


async def forget_others(session: AsyncSession, names: Sequence[str]) -> None:
    """Ticks of an earlier version of the program are not shown any more."""
    for row in (await session.exec(select(Tick).where(col(Tick.name).not_in(names)))).all():
        await session.delete(row)


async def _held(session: AsyncSession, name: str, owner: str) -> Tick | None:
    query = select(Tick).where(Tick.name == name, Tick.lease_owner == owner)
    return (await session.exec(query.with_for_update(key_share=True))).first()
