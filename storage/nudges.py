"""How often the bot writes to somebody who asked for nothing, whatever the feature: counted per member.

Which rows are nudges is said by their planners.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.outbox import NUDGE_BUDGET, Outbox, OutboxState

BUDGET = NUDGE_BUDGET


class NudgeRule(SQLModel, table=True):
    """What a network chose; without a row, the default of ``community/nudges.py``."""

    __tablename__ = "nudge_rule"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    per_week: int

    __table_args__ = (CheckConstraint("per_week >= 0", name="nudge_rule_not_negative"),)


class Nudge(SQLModel, table=True):
    """A nudge that left, or is leaving. The outbox row may be forgotten before it."""

    outbox_id: int = Field(primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    member_id: int = Field(foreign_key="member.id")
    at: datetime

    __table_args__ = (Index("ix_nudge_recent", "network_id", "member_id", "at"),)


async def per_week(session: AsyncSession, network_id: int) -> int | None:
    """What the network chose, if it did."""
    return (await session.exec(select(NudgeRule.per_week).where(NudgeRule.network_id == network_id))).first()


async def set_per_week(session: AsyncSession, network_id: int, number: int) -> None:
    await session.merge(NudgeRule(network_id=network_id, per_week=number))


async def recent(session: AsyncSession, network_id: int, member_id: int, since: datetime) -> Sequence[Nudge]:
    """A member's nudges since then, the first first."""
    query = select(Nudge).where(
        Nudge.network_id == network_id, Nudge.member_id == member_id, col(Nudge.at) > since
    )
    return (await session.exec(query.order_by(col(Nudge.at), col(Nudge.outbox_id)))).all()


async def held_back(session: AsyncSession, network_id: int, since: datetime) -> tuple[int, int]:
    """How many rows wait for room in the budget, and how many were dropped for want of it since then."""
    query = select(func.count()).where(Outbox.network_id == network_id, Outbox.reason == BUDGET)
    waiting = (await session.exec(query.where(Outbox.state == OutboxState.DUE))).one()
    dropped = query.where(Outbox.state == OutboxState.DROPPED, col(Outbox.ended_at) > since)
    return waiting, (await session.exec(dropped)).one()


async def purge(session: AsyncSession, before: datetime) -> None:
    """Forget what no budget counts any more."""
    await session.exec(delete(Nudge).where(col(Nudge.at) < before))
