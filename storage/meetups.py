"""Meetups, and the series they come from. Who comes to them is in ``registrations.py``.

Each date of a series is a row of its own, made some time ahead: a date that was moved or skipped is simply
a row whose ``starts_at`` is not its ``original_at``, or that is cancelled. Nothing else says "exception".
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

T = TypeVar("T")


class MeetupState(StrEnum):
    DRAFT = "draft"  # read back to who typed it, not published yet
    PLANNED = "planned"
    CANCELLED = "cancelled"
    DONE = "done"


class SeriesState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    STOPPED = "stopped"  # no further date is made


class Series(SQLModel, table=True):
    """How dates follow one another: wall time of a named zone, anchored on the first."""

    __tablename__ = "meetup_series"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    rule: str  # the RRULE, without DTSTART
    timezone: str
    first_at: datetime
    state: str = SeriesState.DRAFT
    planned_until: datetime  # every date before this one has its row
    created_at: datetime

    __table_args__ = (
        CheckConstraint("state IN ('draft', 'active', 'stopped')", name="meetup_series_state_known"),
    )


class Meetup(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    series_id: int | None = Field(default=None, foreign_key="meetup_series.id", index=True)
    original_at: datetime | None = None  # of a series: where its rule puts this date, moved or not
    title: str
    description: str = ""
    theme_id: int | None = Field(default=None, foreign_key="theme.id")
    place: str = ""
    url: str | None = None
    starts_at: datetime
    timezone: str  # the wall time that was meant: the network's zone when it was planned
    minutes: int
    capacity: int | None = None  # None: as many as come
    state: str = MeetupState.DRAFT
    reason: str = ""  # why it was cancelled
    sequence: int = 0  # counts what calendars must learn: every change of time, place, title or state
    moves: int = 0  # counts the times at which earlier reminders became wrong
    changed_at: datetime  # of anything that its card shows
    card_ref: str | None = None  # the live message in the meetups place
    event_ref: str | None = None  # its twin among the platform's own events
    created_by: int | None = Field(default=None, foreign_key="member.id")
    created_at: datetime

    __table_args__ = (
        UniqueConstraint("series_id", "original_at"),
        UniqueConstraint("network_id", "event_ref"),
        Index("ix_meetup_coming", "network_id", "state", "starts_at"),
        CheckConstraint("state IN ('draft', 'planned', 'cancelled', 'done')", name="meetup_state_known"),
        CheckConstraint("minutes > 0", name="meetup_lasts"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="meetup_has_seats"),
        CheckConstraint("(series_id IS NULL) = (original_at IS NULL)", name="meetup_original_of_series"),
    )

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


async def get(session: AsyncSession, network_id: int, meetup_id: int) -> Meetup | None:
    """A meetup of this network, whatever its state."""
    query = select(Meetup).where(Meetup.network_id == network_id, Meetup.id == meetup_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, meetup_id: int) -> Meetup | None:
    """As ``get``; whoever changes a meetup or its seats takes turns."""
    query = select(Meetup).where(Meetup.network_id == network_id, Meetup.id == meetup_id)
    return (await session.exec(_held(query))).first()


def _held(query: SelectOfScalar[T]) -> SelectOfScalar[T]:
    """Locked, and as the last writer left it: the session may have read it before it was locked."""
    return query.with_for_update(key_share=True).execution_options(populate_existing=True)


async def by_event(session: AsyncSession, network_id: int, event_ref: str) -> Meetup | None:
    """The meetup that one of the platform's events mirrors."""
    query = select(Meetup).where(Meetup.network_id == network_id, Meetup.event_ref == event_ref)
    return (await session.exec(query)).first()


async def count_mirrored(session: AsyncSession, network_id: int, now: datetime) -> int:
    """How many meetups to come stand among the platform's own events."""
    query = _coming(network_id, now).where(col(Meetup.event_ref).is_not(None))
    return (await session.exec(select(func.count()).select_from(query.subquery()))).one()


async def series(session: AsyncSession, network_id: int, series_id: int) -> Series | None:
    """A series of this network."""
    query = select(Series).where(Series.network_id == network_id, Series.id == series_id)
    return (await session.exec(query)).first()


async def locked_series(session: AsyncSession, network_id: int, series_id: int) -> Series | None:
    """As ``series``; whoever makes its dates takes turns. Lock it before its meetups."""
    query = select(Series).where(Series.network_id == network_id, Series.id == series_id)
    return (await session.exec(_held(query))).first()


async def coming(
    session: AsyncSession, network_id: int, now: datetime, *, limit: int, offset: int = 0
) -> Sequence[Meetup]:
    """Planned and not begun, soonest first."""
    query = _coming(network_id, now).order_by(col(Meetup.starts_at), col(Meetup.id))
    return (await session.exec(query.limit(limit).offset(offset))).all()


async def next_on(
    session: AsyncSession, network_id: int, theme_ids: Collection[int], now: datetime
) -> Meetup | None:
    """The soonest to come on one of these themes; where none is, the soonest of all."""
    other = col(Meetup.theme_id).in_(list(theme_ids)).is_not(True)
    query = _coming(network_id, now).order_by(other, col(Meetup.starts_at), col(Meetup.id))
    return (await session.exec(query.limit(1))).first()


async def count_coming(session: AsyncSession, network_id: int, now: datetime) -> int:
    """How many ``coming`` would give without a limit."""
    query = select(func.count()).select_from(_coming(network_id, now).subquery())
    return (await session.exec(query)).one()


def _coming(network_id: int, now: datetime) -> SelectOfScalar[Meetup]:
    return select(Meetup).where(
        Meetup.network_id == network_id, Meetup.state == MeetupState.PLANNED, col(Meetup.starts_at) > now
    )


async def dates_from(
    session: AsyncSession, network_id: int, series_id: int, since: datetime, *, states: Sequence[str]
) -> Sequence[Meetup]:
    """The dates of a series that its rule puts at ``since`` or after, locked, in order."""
    query = select(Meetup).where(
        Meetup.network_id == network_id,
        Meetup.series_id == series_id,
        col(Meetup.original_at) >= since,
        col(Meetup.state).in_(states),
    )
    return (await session.exec(_held(query.order_by(col(Meetup.id))))).all()


async def ended(session: AsyncSession, now: datetime, limit: int = 200) -> Sequence[Meetup]:
    """Planned ones that are over, in every network: for the application's own tick, never for a member."""
    query = select(Meetup).where(Meetup.state == MeetupState.PLANNED, col(Meetup.starts_at) < now)
    rows = await session.exec(query.order_by(col(Meetup.id)).limit(limit).with_for_update(skip_locked=True))
    return [meetup for meetup in rows if meetup.ends_at <= now]


async def to_extend(session: AsyncSession, until: datetime) -> Sequence[Series]:
    """Running series without rows up to ``until``, in every network: for the application's own tick."""
    query = select(Series).where(Series.state == SeriesState.ACTIVE, col(Series.planned_until) < until)
    return (await session.exec(query.order_by(col(Series.id)).with_for_update(skip_locked=True))).all()


async def purge_drafts(session: AsyncSession, before: datetime) -> int:
    """Forget what was typed and never published; how many."""
    old = delete(Meetup).where(col(Meetup.state) == MeetupState.DRAFT, col(Meetup.created_at) < before)
    found = (await session.exec(old.returning(col(Meetup.id)))).all()
    alone = delete(Series).where(col(Series.state) == SeriesState.DRAFT, col(Series.created_at) < before)
    await session.exec(alone)
    return len(found)


async def latest_of(session: AsyncSession, network_id: int, series_id: int) -> Meetup | None:
    """The last date of a series that has a row: what the next ones look like."""
    query = select(Meetup).where(Meetup.network_id == network_id, Meetup.series_id == series_id)
    return (await session.exec(query.order_by(col(Meetup.original_at).desc()).limit(1))).first()
