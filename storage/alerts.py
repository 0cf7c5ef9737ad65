"""Saved searches: a question whose member wants to be told when the library has something new for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession


class SavedSearch(SQLModel, table=True):
    __tablename__ = "saved_search"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    query: str
    filters: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    looked_until: datetime  # what was published before is old news
    created_at: datetime


async def of_member(session: AsyncSession, network_id: int, member_id: int) -> Sequence[SavedSearch]:
    """One member's, the oldest first."""
    query = select(SavedSearch).where(
        SavedSearch.network_id == network_id, SavedSearch.member_id == member_id
    )
    return (await session.exec(query.order_by(col(SavedSearch.id)))).all()


async def get(session: AsyncSession, network_id: int, alert_id: int) -> SavedSearch | None:
    query = select(SavedSearch).where(SavedSearch.network_id == network_id, SavedSearch.id == alert_id)
    return (await session.exec(query)).first()


async def due(
    session: AsyncSession, network_id: int, before: datetime, *, limit: int
) -> Sequence[SavedSearch]:
    """Those that were last looked at before, the longest ago first; rows that another process holds wait."""
    query = select(SavedSearch).where(SavedSearch.network_id == network_id, SavedSearch.looked_until < before)
    order = query.order_by(col(SavedSearch.looked_until), col(SavedSearch.id)).limit(limit)
    return (await session.exec(order.with_for_update(skip_locked=True))).all()


async def count(session: AsyncSession, network_id: int, member_id: int) -> int:
    """How many one member has."""
    query = select(func.count()).where(
        SavedSearch.network_id == network_id, SavedSearch.member_id == member_id
    )
    return (await session.exec(query)).one()
