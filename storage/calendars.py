"""Secret addresses at which a member's calendar reads meetups. Only a digest of the secret is kept."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.meetups import Meetup, MeetupState, Series, SeriesState
from storage.registrations import Answer, Registration


class Scope(StrEnum):
    MEMBER = "member"  # what the member answered yes or maybe to
    NETWORK = "network"  # every published meetup


class CalendarToken(SQLModel, table=True):
    __tablename__ = "calendar_token"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    scope: str
    digest: str = Field(unique=True)  # SHA-256 of the secret, which nobody can read again
    created_at: datetime
    revoked_at: datetime | None = None

    __table_args__ = (
        CheckConstraint("scope IN ('member', 'network')", name="calendar_token_scope_known"),
        Index("ix_calendar_token_mine", "network_id", "member_id", "scope"),
    )


async def find(session: AsyncSession, digest: str) -> CalendarToken | None:
    """The address that a calendar asks for, unless it was revoked. Says by itself which network is meant."""
    query = select(CalendarToken).where(
        CalendarToken.digest == digest, col(CalendarToken.revoked_at).is_(None)
    )
    return (await session.exec(query)).first()


async def mine(session: AsyncSession, network_id: int, member_id: int) -> Sequence[CalendarToken]:
    """A member's addresses that work."""
    query = select(CalendarToken).where(
        CalendarToken.network_id == network_id,
        CalendarToken.member_id == member_id,
        col(CalendarToken.revoked_at).is_(None),
    )
    return (await session.exec(query.order_by(col(CalendarToken.id)))).all()


async def revoke(
    session: AsyncSession, network_id: int, member_id: int, now: datetime, scope: str | None = None
) -> int:
    """A member's addresses (of one kind, or all) lead nowhere from now on; how many did."""
    change = (
        update(CalendarToken)
        .where(
            col(CalendarToken.network_id) == network_id,
            col(CalendarToken.member_id) == member_id,
            col(CalendarToken.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )
    if scope is not None:
        change = change.where(col(CalendarToken.scope) == scope)
    return len((await session.exec(change.returning(col(CalendarToken.id)))).all())


async def purge(session: AsyncSession, before: datetime) -> int:
    """Forget addresses revoked long ago; how many. Of every network: the application's own tick."""
    old = delete(CalendarToken).where(col(CalendarToken.revoked_at) < before)
    return len((await session.exec(old.returning(col(CalendarToken.id)))).all())


async def published(session: AsyncSession, network_id: int, since: datetime, limit: int) -> Sequence[Meetup]:
    """What a network's calendar shows: every date of running series, single ones since then."""
    query = select(Meetup).where(
        Meetup.network_id == network_id,
        Meetup.state != MeetupState.DRAFT,
        (col(Meetup.starts_at) >= since) | col(Meetup.series_id).is_not(None),
    )
    return (await session.exec(query.order_by(col(Meetup.starts_at).desc()).limit(limit))).all()


async def series(session: AsyncSession, network_id: int) -> Sequence[Series]:
    """The series that were published, in their order."""
    query = select(Series).where(Series.network_id == network_id, Series.state != SeriesState.DRAFT)
    return (await session.exec(query.order_by(col(Series.id)))).all()


async def answered(
    session: AsyncSession, network_id: int, member_id: int, since: datetime, limit: int
) -> Sequence[tuple[Meetup, Registration]]:
    """The meetups to which a member said yes or maybe, the latest first."""
    query = (
        select(Meetup, Registration)
        .join(Registration, col(Registration.meetup_id) == Meetup.id)
        .where(
            Meetup.network_id == network_id,
            Registration.network_id == network_id,
            Registration.member_id == member_id,
            Registration.answer != Answer.NO,
            Meetup.state != MeetupState.DRAFT,
            col(Meetup.starts_at) >= since,
        )
    )
    return (await session.exec(query.order_by(col(Meetup.starts_at).desc()).limit(limit))).all()
