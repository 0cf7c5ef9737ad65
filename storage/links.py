"""What is known of each published resource's link, and the named queries on it."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Index, or_, update
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import direct
from storage.library import Resource, ResourceState


class LinkState(StrEnum):
    OK = "ok"
    DOUBTFUL = "doubtful"  # it failed, perhaps for a day only
    DEAD = "dead"  # it failed for days


class LinkCheck(SQLModel, table=True):
    """One per resource that was ever checked. ``url`` is the address it speaks of: another begins anew."""

    __tablename__ = "link_check"

    resource_id: int = Field(foreign_key="resource.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    url: str
    state: str = LinkState.OK
    outcome: str = ""  # what the last visit met: an Outcome of community/links.py
    failures: int = 0  # in a row
    failing_since: datetime | None = None
    checked_at: datetime | None = None
    due_at: datetime
    moved_to: str | None = None  # where the page says that it lives from now on

    __table_args__ = (
        Index("ix_link_check_due", "due_at"),
        Index("ix_link_check_state", "network_id", "state"),
        CheckConstraint("state IN ('ok', 'doubtful', 'dead')", name="link_check_state_known"),
    )


class Due(NamedTuple):
    """A link to visit."""

    network_id: int
    resource_id: int
    url: str


async def due(
    session: AsyncSession, before: datetime, *, limit: int, network_id: int | None, after: int = 0
) -> Sequence[Due]:
    """Links never checked, or whose day has come; of every network when none is named.

    ``after``: only resources of a higher id, for whoever goes through them all once.
    """
    query = (
        select(Resource.network_id, Resource.id, Resource.url)
        .outerjoin(LinkCheck, col(LinkCheck.resource_id) == Resource.id)
        .where(
            Resource.state == ResourceState.PUBLISHED,
            col(Resource.url).is_not(None),
            col(Resource.id) > after,
            or_(
                col(LinkCheck.resource_id).is_(None),
                col(LinkCheck.due_at) <= before,
                col(LinkCheck.url) != Resource.url,
            ),
        )
    )
    if network_id is not None:
        query = query.where(Resource.network_id == network_id)
    found = await session.exec(query.order_by(col(Resource.id)).limit(limit))
    return [Due(network, resource_id or 0, url or "") for network, resource_id, url in found.all()]


async def count_linked(session: AsyncSession, network_id: int) -> int:
    """How many published resources have an address."""
    query = select(func.count()).where(
        Resource.network_id == network_id,
        Resource.state == ResourceState.PUBLISHED,
        col(Resource.url).is_not(None),
    )
    return (await session.exec(query)).one()


async def get(session: AsyncSession, network_id: int, resource_id: int) -> LinkCheck | None:
    """What is known of a resource's link."""
    query = select(LinkCheck).where(LinkCheck.network_id == network_id, LinkCheck.resource_id == resource_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, resource_id: int) -> LinkCheck | None:
    """What is known of a resource's link, for change."""
    query = select(LinkCheck).where(LinkCheck.network_id == network_id, LinkCheck.resource_id == resource_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def put_off(session: AsyncSession, resource_ids: Sequence[int], until: datetime) -> None:
    """Somebody visits them now: nobody else needs to before ``until``."""
    if resource_ids:
        chosen = col(LinkCheck.resource_id).in_(resource_ids)
        await session.exec(update(LinkCheck).where(chosen).values(due_at=until))


_FAILING = (
    "SELECT link_check.resource_id, link_check.state FROM link_check"
    " JOIN resource ON resource.id = link_check.resource_id AND resource.url = link_check.url"
    " WHERE link_check.network_id = :network AND link_check.state <> 'ok' AND link_check.resource_id {ids}"
)


async def failing(source: direct.Source, network_id: int, resource_ids: Sequence[int]) -> dict[int, str]:
    """Those of the resources whose present address fails: doubtful or dead."""
    if not resource_ids:
        return {}
    found = await direct.of_ids(source, _FAILING, resource_ids, network=network_id)
    return {resource_id: state for resource_id, state in found}


async def count_by_state(session: AsyncSession, network_id: int) -> dict[str, int]:
    """Of published resources, as they stand at their present address; states without any are absent."""
    query = (
        select(LinkCheck.state, func.count())
        .join(Resource, col(Resource.id) == LinkCheck.resource_id)
        .where(
            LinkCheck.network_id == network_id,
            Resource.state == ResourceState.PUBLISHED,
            LinkCheck.url == Resource.url,
        )
        .group_by(col(LinkCheck.state))
    )
    return {state: count for state, count in (await session.exec(query)).all()}
