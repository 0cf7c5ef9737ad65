"""Which published resources are due for a question, wait for its answer, or got none."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage.library import Resource, ResourceState


def _published(network_id: int) -> SelectOfScalar[Resource]:
    return select(Resource).where(
        Resource.network_id == network_id, Resource.state == ResourceState.PUBLISHED
    )


async def undated(
    session: AsyncSession, network_id: int, kinds: Collection[str], *, limit: int
) -> Sequence[Resource]:
    """Of kinds that go out of date, and that nobody gave a date yet."""
    query = _published(network_id).where(
        col(Resource.kind).in_(kinds),
        col(Resource.review_by).is_(None),
        col(Resource.doubtful_since).is_(None),
    )
    return (
        await session.exec(query.order_by(col(Resource.id)).limit(limit).with_for_update(key_share=True))
    ).all()


async def to_ask(session: AsyncSession, network_id: int, today: date, *, limit: int) -> Sequence[Resource]:
    """Their date has come and nobody was asked."""
    query = _published(network_id).where(
        col(Resource.review_by) <= today,
        col(Resource.review_asked_at).is_(None),
        col(Resource.doubtful_since).is_(None),
    )
    order = query.order_by(col(Resource.review_by), col(Resource.id)).limit(limit)
    return (await session.exec(order.with_for_update(key_share=True))).all()


async def unanswered(
    session: AsyncSession, network_id: int, asked_before: datetime, *, limit: int
) -> Sequence[Resource]:
    """Asked about long ago."""
    query = _published(network_id).where(
        col(Resource.review_asked_at) < asked_before, col(Resource.doubtful_since).is_(None)
    )
    return (
        await session.exec(query.order_by(col(Resource.id)).limit(limit).with_for_update(key_share=True))
    ).all()


async def doubtful(
    session: AsyncSession, network_id: int, *, limit: int, offset: int = 0
) -> tuple[Sequence[Resource], int]:
    """« À vérifier », the longest so first, and how many."""
    query = _published(network_id).where(col(Resource.doubtful_since).is_not(None))
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    order = query.order_by(col(Resource.doubtful_since), col(Resource.id))
    return (await session.exec(order.limit(limit).offset(offset))).all(), total
