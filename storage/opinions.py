"""What members think of resources: stars, how it went where they used it, a comment; what each keeps.

Uses are counted by authority: three colleagues of one town hall are one.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import Resource, ResourceState


class Outcome(StrEnum):
    """How it went where a resource was used."""

    USEFUL = "useful"  # as it is
    ADAPTED = "adapted"
    UNSUITED = "unsuited"  # not for their case


class ResourceRating(SQLModel, table=True):
    """One per member and resource; the latest word of the member replaces the former.

    It has stars, an outcome, or both: somebody may say what they think of it, or that they used it.
    """

    __tablename__ = "resource_rating"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    resource_id: int = Field(foreign_key="resource.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)  # None: a former member
    stars: int | None = None
    outcome: str = ""  # of a use; empty: none is known
    authority_key: str = ""  # whose use it was: see ``community.practice_people``
    authority_id: str | None = None
    authority: str = ""  # shown name; empty once who said it was erased
    comment: str = ""
    hidden_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    hidden_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    __table_args__ = (
        UniqueConstraint("resource_id", "member_id"),
        CheckConstraint("stars BETWEEN 1 AND 4", name="resource_rating_stars_known"),
        CheckConstraint(
            "outcome IN ('', 'useful', 'adapted', 'unsuited')", name="resource_rating_outcome_known"
        ),
        CheckConstraint("stars IS NOT NULL OR outcome <> ''", name="resource_rating_says_something"),
    )


class KeptResource(SQLModel, table=True):
    """« Garder »: a member's own list, seen by nobody else."""

    __tablename__ = "kept_resource"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    resource_id: int = Field(foreign_key="resource.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id")
    kept_at: datetime


class Average(NamedTuple):
    stars: float
    ratings: int


async def rating_of(
    session: AsyncSession, network_id: int, resource_id: int, member_id: int
) -> ResourceRating | None:
    """What this member thinks of this resource."""
    query = select(ResourceRating).where(
        ResourceRating.network_id == network_id,
        ResourceRating.resource_id == resource_id,
        ResourceRating.member_id == member_id,
    )
    return (await session.exec(query)).first()


async def rating(session: AsyncSession, network_id: int, rating_id: int) -> ResourceRating | None:
    """For change."""
    query = select(ResourceRating).where(
        ResourceRating.network_id == network_id, ResourceRating.id == rating_id
    )
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def average(session: AsyncSession, network_id: int, resource_id: int) -> Average:
    """Of all ratings; 0 of none."""
    query = select(
        func.coalesce(func.avg(ResourceRating.stars), 0), func.count(col(ResourceRating.stars))
    ).where(ResourceRating.network_id == network_id, ResourceRating.resource_id == resource_id)
    stars, count = (await session.exec(query)).one()
    return Average(float(stars), count)


async def uses(session: AsyncSession, network_id: int, resource_id: int) -> Sequence[ResourceRating]:
    """What members say of its use, the latest word first."""
    query = select(ResourceRating).where(
        ResourceRating.network_id == network_id,
        ResourceRating.resource_id == resource_id,
        ResourceRating.outcome != "",
    )
    latest = query.order_by(col(ResourceRating.updated_at).desc(), col(ResourceRating.id).desc())
    return (await session.exec(latest)).all()


async def used_by(session: AsyncSession, network_id: int, member_id: int) -> Sequence[ResourceRating]:
    """Where this member says that a resource was used."""
    query = select(ResourceRating).where(
        ResourceRating.network_id == network_id,
        ResourceRating.member_id == member_id,
        ResourceRating.outcome != "",
    )
    return (await session.exec(query.order_by(col(ResourceRating.id)))).all()


async def comments(
    session: AsyncSession, network_id: int, resource_id: int, *, limit: int
) -> Sequence[ResourceRating]:
    """Opinions with words that are not hidden, the latest first."""
    query = select(ResourceRating).where(
        ResourceRating.network_id == network_id,
        ResourceRating.resource_id == resource_id,
        ResourceRating.comment != "",
        col(ResourceRating.hidden_at).is_(None),
    )
    latest = query.order_by(col(ResourceRating.updated_at).desc(), col(ResourceRating.id).desc())
    return (await session.exec(latest.limit(limit))).all()


async def kept(
    session: AsyncSession, network_id: int, member_id: int, resource_id: int
) -> KeptResource | None:
    """Whether this member keeps this resource."""
    query = select(KeptResource).where(
        KeptResource.network_id == network_id,
        KeptResource.member_id == member_id,
        KeptResource.resource_id == resource_id,
    )
    return (await session.exec(query)).first()


async def all_kept(
    session: AsyncSession, network_id: int, member_id: int, *, limit: int, offset: int
) -> tuple[Sequence[Resource], int]:
    """Those that are still published, the latest kept first, and how many."""
    query = (
        select(Resource)
        .join(KeptResource, col(KeptResource.resource_id) == Resource.id)
        .where(
            KeptResource.network_id == network_id,
            KeptResource.member_id == member_id,
            Resource.network_id == network_id,
            Resource.state == ResourceState.PUBLISHED,
        )
    )
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    latest = query.order_by(col(KeptResource.kept_at).desc(), col(KeptResource.resource_id).desc())
    return (await session.exec(latest.limit(limit).offset(offset))).all(), total
