"""Travelling to a meetup together: seats offered and wanted, and who agreed with whom. Erased days after."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.meetups import Meetup, MeetupState


class TripKind(StrEnum):
    OFFER = "offer"  # « I have seats »
    WANT = "want"  # « I look for a seat »


class MatchState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"  # both agreed: each may see how to reach the other
    DECLINED = "declined"


class Trip(SQLModel, table=True):
    """What one member offers or wants for one meetup; never with a name while nobody agreed."""

    __tablename__ = "travel_trip"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    meetup_id: int = Field(foreign_key="meetup.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    kind: str
    start: str  # from where
    note: str = ""  # by car, by train, at what time
    seats: int = 1
    contact: str = ""  # how to be reached: shown to those who were accepted only
    created_at: datetime

    __table_args__ = (
        UniqueConstraint("meetup_id", "member_id"),
        CheckConstraint("kind IN ('offer', 'want')", name="travel_trip_kind_known"),
        CheckConstraint("seats > 0", name="travel_trip_has_seats"),
    )


class Match(SQLModel, table=True):
    """Somebody asked whose trip it is; asking is agreeing, the other one has still to."""

    __tablename__ = "travel_match"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    trip_id: int = Field(foreign_key="travel_trip.id", index=True)
    asker_id: int = Field(foreign_key="member.id", index=True)
    contact: str = ""
    state: str = MatchState.ASKED
    asked_at: datetime
    answered_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("trip_id", "asker_id"),
        Index("ix_travel_match_state", "network_id", "state"),
        CheckConstraint("state IN ('asked', 'accepted', 'declined')", name="travel_match_state_known"),
    )


async def trips(session: AsyncSession, meetup: Meetup) -> Sequence[Trip]:
    """Everybody's, offers first."""
    query = select(Trip).where(Trip.network_id == meetup.network_id, Trip.meetup_id == meetup.id)
    return (await session.exec(query.order_by(col(Trip.kind), col(Trip.id)))).all()


async def trip(session: AsyncSession, network_id: int, trip_id: int, *, lock: bool = False) -> Trip | None:
    """One; whoever gives away its seats takes turns."""
    query = select(Trip).where(Trip.network_id == network_id, Trip.id == trip_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(query)).first()


async def mine(session: AsyncSession, meetup: Meetup, member_id: int) -> Trip | None:
    """What a member offers or wants."""
    query = select(Trip).where(
        Trip.network_id == meetup.network_id, Trip.meetup_id == meetup.id, Trip.member_id == member_id
    )
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def matches(session: AsyncSession, network_id: int, trip_ids: Sequence[int]) -> Sequence[Match]:
    """All that was asked of these trips."""
    query = select(Match).where(Match.network_id == network_id, col(Match.trip_id).in_(trip_ids))
    rows = await session.exec(query.order_by(col(Match.id)).execution_options(populate_existing=True))
    return rows.all()


async def match(session: AsyncSession, network_id: int, match_id: int) -> Match | None:
    """One."""
    query = select(Match).where(Match.network_id == network_id, Match.id == match_id)
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def forget(session: AsyncSession, network_id: int, trip_id: int) -> None:
    """A trip and all that was asked of it."""
    await session.exec(
        delete(Match).where(col(Match.network_id) == network_id, col(Match.trip_id) == trip_id)
    )
    await session.exec(delete(Trip).where(col(Trip.network_id) == network_id, col(Trip.id) == trip_id))


async def stale(session: AsyncSession, before: datetime) -> Sequence[tuple[Trip, Meetup]]:
    """Trips to meetups that began before then, or are off, in every network: the tick looks closer."""
    query = (
        select(Trip, Meetup)
        .join(Meetup, col(Trip.meetup_id) == Meetup.id)
        .where((col(Meetup.starts_at) < before) | (Meetup.state == MeetupState.CANCELLED))
    )
    return (await session.exec(query.order_by(col(Trip.id)))).all()
