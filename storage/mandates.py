"""Functions that end, and the campaigns in which members say whether they still have theirs."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Member, MemberState
from storage.profiles import Profile


class Reconfirmation(SQLModel, table=True):
    """A campaign. Who changed or confirmed their profile since it began has answered it."""

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    elected_only: bool  # only those whose function has an end
    started_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    started_at: datetime
    closed_at: datetime | None = None

    __table_args__ = (Index("ix_reconfirmation_network", "network_id", "closed_at"),)


async def standing(session: AsyncSession, network_id: int) -> Reconfirmation | None:
    """The campaign that goes on, if any."""
    query = select(Reconfirmation).where(
        Reconfirmation.network_id == network_id, col(Reconfirmation.closed_at).is_(None)
    )
    return (await session.exec(query.order_by(col(Reconfirmation.id).desc()))).first()


async def get(session: AsyncSession, network_id: int, campaign_id: int) -> Reconfirmation | None:
    """Whether it goes on or not."""
    query = select(Reconfirmation).where(
        Reconfirmation.network_id == network_id, Reconfirmation.id == campaign_id
    )
    return (await session.exec(query)).first()


async def asked(
    session: AsyncSession, network_id: int, *, elected_only: bool
) -> Sequence[tuple[Member, Profile | None]]:
    """Whom a campaign is for: active members, by name."""
    query = (
        select(Member, Profile)
        .outerjoin(Profile, col(Profile.member_id) == Member.id)
        .where(Member.network_id == network_id, Member.state == MemberState.ACTIVE)
    )
    if elected_only:
        query = query.where(col(Profile.function_ends).is_not(None))
    return (await session.exec(query.order_by(col(Member.display_name), col(Member.id)))).all()


async def ended(session: AsyncSession, network_id: int, today: date, *, limit: int) -> Sequence[Profile]:
    """Profiles of active members whose function has ended, and who were not asked about that end yet."""
    query = (
        select(Profile)
        .join(Member, col(Member.id) == Profile.member_id)
        .where(
            Profile.network_id == network_id,
            Member.state == MemberState.ACTIVE,
            col(Profile.function_ends) <= today,
            or_(col(Profile.ends_asked).is_(None), col(Profile.ends_asked) != col(Profile.function_ends)),
        )
    )
    return (await session.exec(query.order_by(col(Profile.member_id)).limit(limit))).all()
