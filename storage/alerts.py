"""Saved searches: a question whose member wants to be told when the library has something new for it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import Resource, ResourceState
from storage.practices import Practice, PracticeState


class SavedSearch(SQLModel, table=True):
    __tablename__ = "saved_search"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    query: str
    filters: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    known: list[str] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )  # "practice:12": found when it was saved, or told since
    looked_until: datetime  # what was published before is old news
    created_at: datetime


class Published(NamedTuple):
    """Something that members can read since an instant."""

    item: tuple[str, int]  # kind and id, as in the search index
    at: datetime
    owner_id: int | None


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
    """Those that were last looked at before, the longest ago first."""
    query = select(SavedSearch).where(SavedSearch.network_id == network_id, SavedSearch.looked_until < before)
    return (
        await session.exec(query.order_by(col(SavedSearch.looked_until), col(SavedSearch.id)).limit(limit))
    ).all()


async def still_due(
    session: AsyncSession, network_id: int, alert_ids: Collection[int], before: datetime
) -> Sequence[SavedSearch]:
    """Those of them that nobody looked at or stopped meanwhile, for change."""
    query = select(SavedSearch).where(
        SavedSearch.network_id == network_id,
        col(SavedSearch.id).in_(alert_ids),
        SavedSearch.looked_until < before,
    )
    return (await session.exec(query.order_by(col(SavedSearch.id)).with_for_update(skip_locked=True))).all()


async def published_since(session: AsyncSession, network_id: int, since: datetime) -> Sequence[Published]:
    """What members can read since then: resources reviewed or imported, practices shared."""
    reviewed = func.coalesce(Resource.reviewed_at, Resource.created_at)
    shared = func.coalesce(Practice.published_at, Practice.created_at)
    resources = select(Resource.id, reviewed, Resource.proposed_by).where(
        Resource.network_id == network_id, Resource.state == ResourceState.PUBLISHED, reviewed >= since
    )
    practices = select(Practice.id, shared, Practice.author_id).where(
        Practice.network_id == network_id, Practice.state == PracticeState.PUBLISHED, shared >= since
    )
    found = [("resource", row) for row in (await session.exec(resources)).all()]
    found += [("practice", row) for row in (await session.exec(practices)).all()]
    return [Published((kind, item_id or 0), at, owner) for kind, (item_id, at, owner) in found]


async def count(session: AsyncSession, network_id: int, member_id: int) -> int:
    """How many one member has."""
    query = select(func.count()).where(
        SavedSearch.network_id == network_id, SavedSearch.member_id == member_id
    )
    return (await session.exec(query)).one()
