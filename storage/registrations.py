"""Who comes to a meetup, who waits for a seat, and when each wants to be reminded.

A seat is a number: that no two people hold the same one is the database's own rule, whatever the code does.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint, false
from sqlmodel import Field, SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import direct
from storage.meetups import Meetup


class Answer(StrEnum):
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Registration(SQLModel, table=True):
    meetup_id: int = Field(foreign_key="meetup.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    answer: str
    seat: int | None = None  # from 1; who has none and said yes waits
    ticket: int | None = None  # the order of waiting: the lowest goes first
    version: int = 0  # counts the answers and promotions
    shown: bool = False  # the others may read the name: only if asked for
    access: str = ""  # what to prepare: read by the facilitators only, erased after the meetup
    meal: str = ""
    interested: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}
    )  # said by the platform's own « interested », and by nothing else
    answered_at: datetime
    registered_by: int | None = Field(default=None, foreign_key="member.id")  # a facilitator, on the phone

    __table_args__ = (
        UniqueConstraint("meetup_id", "seat"),
        UniqueConstraint("meetup_id", "ticket"),
        CheckConstraint("answer IN ('yes', 'maybe', 'no')", name="registration_answer_known"),
        CheckConstraint("seat IS NULL OR seat > 0", name="registration_seat_counts"),
        CheckConstraint(
            "(answer = 'yes' AND (seat IS NULL) <> (ticket IS NULL))"
            " OR (answer <> 'yes' AND seat IS NULL AND ticket IS NULL)",
            name="registration_seat_or_ticket",
        ),
    )


class Following(SQLModel, table=True):
    """Someone answered for a whole series: dates that are made later take that answer."""

    __tablename__ = "meetup_following"

    series_id: int = Field(foreign_key="meetup_series.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    answer: str
    since: datetime

    __table_args__ = (CheckConstraint("answer IN ('yes', 'maybe', 'no')", name="following_answer_known"),)


class NetworkReminders(SQLModel, table=True):
    """How long before a meetup this network reminds; absent: the default."""

    __tablename__ = "network_reminders"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    minutes: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class MemberReminders(SQLModel, table=True):
    """How long before a meetup this member wants to be reminded; absent: as the network does."""

    __tablename__ = "member_reminders"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    minutes: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class Mine(NamedTuple):
    """What a member reads of their own answer."""

    answer: str
    ticket: int | None
    shown: bool


_KNOWN = (
    "SELECT 1 FROM registration WHERE network_id = :network AND meetup_id = :meetup AND member_id = :member"
)
_HELD = (
    "SELECT seat, ticket FROM registration"
    " WHERE network_id = :network AND meetup_id = :meetup AND answer = 'yes' AND member_id <> :but"
)
_COUNTS = (
    "SELECT meetup_id, answer, ticket IS NOT NULL, count(*) FROM registration"
    " WHERE network_id = :network AND meetup_id {ids} GROUP BY 1, 2, 3"
)
_MINE = (
    "SELECT meetup_id, answer, ticket, shown FROM registration"
    " WHERE network_id = :network AND member_id = :member AND meetup_id {ids}"
)
_MEMBER_MINUTES = (
    "SELECT member_id, minutes FROM member_reminders WHERE network_id = :network AND member_id {ids}"
)


async def get(session: AsyncSession, meetup: Meetup, member_id: int) -> Registration | None:
    """What a member answered for a meetup, as the last writer left it."""
    await session.flush()
    place: dict[str, Any] = {"network": meetup.network_id, "meetup": meetup.id, "member": member_id}
    if not await direct.run(session, _KNOWN, **place):  # most click once: nothing to load
        return None
    query = select(Registration).where(
        Registration.network_id == meetup.network_id,
        Registration.meetup_id == meetup.id,
        Registration.member_id == member_id,
    )
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def of(session: AsyncSession, meetup: Meetup) -> Sequence[Registration]:
    """Everybody's answers: those with a seat, then those who wait in their order, then the others."""
    query = select(Registration).where(
        Registration.network_id == meetup.network_id, Registration.meetup_id == meetup.id
    )
    rows = (await session.exec(query.execution_options(populate_existing=True))).all()
    order = {Answer.YES: 0, Answer.MAYBE: 1, Answer.NO: 2}
    return sorted(
        rows,
        key=lambda row: (order[Answer(row.answer)], row.ticket or 0, row.seat or 0, row.member_id),
    )


async def held(session: AsyncSession, meetup: Meetup, *, but: int) -> tuple[list[int], list[int]]:
    """The numbers of the seats and of the tickets that the others have."""
    await session.flush()
    rows = await direct.run(session, _HELD, network=meetup.network_id, meetup=meetup.id, but=but)
    return [seat for seat, _ in rows if seat is not None], [
        ticket for _, ticket in rows if ticket is not None
    ]


async def counts(
    session: AsyncSession, network_id: int, meetup_ids: Sequence[int]
) -> dict[int, dict[str, int]]:
    """Meetup -> "yes" (seated), "waiting", "maybe", "no"; what nobody chose is absent."""
    await session.flush()
    found: dict[int, dict[str, int]] = {meetup_id: {} for meetup_id in meetup_ids}
    for meetup_id, answer, waits, count in await direct.of_ids(
        session, _COUNTS, meetup_ids, network=network_id
    ):
        found[meetup_id]["waiting" if waits else answer] = count
    return found


async def mine(
    session: AsyncSession, network_id: int, member_id: int, meetup_ids: Sequence[int]
) -> dict[int, Mine]:
    """A member's answers for several meetups."""
    await session.flush()
    found = await direct.of_ids(session, _MINE, meetup_ids, network=network_id, member=member_id)
    return {meetup_id: Mine(answer, ticket, bool(shown)) for meetup_id, answer, ticket, shown in found}


async def followers(session: AsyncSession, network_id: int, series_id: int) -> Sequence[Following]:
    """Who answered for a whole series, the first first."""
    query = select(Following).where(Following.network_id == network_id, Following.series_id == series_id)
    return (await session.exec(query.order_by(col(Following.since), col(Following.member_id)))).all()


async def network_minutes(session: AsyncSession, network_id: int) -> list[int] | None:
    """When this network reminds, if it chose."""
    await session.flush()
    chosen = "SELECT minutes FROM network_reminders WHERE network_id = :network"
    rows = await direct.run(session, chosen, network=network_id)
    return direct.from_json(rows[0][0]) if rows else None


async def member_minutes(
    session: AsyncSession, network_id: int, member_ids: Sequence[int]
) -> dict[int, list[int]]:
    """When members want to be reminded; those who did not choose are absent."""
    await session.flush()
    rows = await direct.of_ids(session, _MEMBER_MINUTES, member_ids, network=network_id)
    return {member_id: direct.from_json(minutes) for member_id, minutes in rows}


async def awaited(
    session: AsyncSession, network_id: int, now: datetime, member_id: int | None = None
) -> Sequence[tuple[Meetup, Registration]]:
    """The answers for meetups to come, of one member or of all: to plan reminders anew."""
    query = (
        select(Meetup, Registration)
        .join(Registration, col(Registration.meetup_id) == Meetup.id)
        .where(Meetup.network_id == network_id, Meetup.state == "planned", col(Meetup.starts_at) > now)
        .where(col(Registration.answer) != Answer.NO)
    )
    if member_id is not None:
        query = query.where(Registration.member_id == member_id)
    return (await session.exec(query.order_by(col(Meetup.id), col(Registration.member_id)))).all()


async def forget_needs(session: AsyncSession, now: datetime, kept_for: timedelta) -> int:
    """Erase what was said to prepare meetups that are long over; how many answers."""
    over = select(Meetup.id).where(col(Meetup.starts_at) < now - kept_for)
    change: Any = (
        update(Registration)
        .where(col(Registration.meetup_id).in_(over))
        .where((col(Registration.access) != "") | (col(Registration.meal) != ""))
        .values(access="", meal="")
        .returning(col(Registration.member_id))
    )
    return len((await session.exec(change)).all())


async def drop_every_following(session: AsyncSession, network_id: int, member_id: int) -> None:
    """This member follows no series any more."""
    gone = delete(Following).where(
        col(Following.network_id) == network_id, col(Following.member_id) == member_id
    )
    await session.exec(gone)


async def drop_following(session: AsyncSession, network_id: int, series_id: int, member_id: int) -> None:
    """This member answers date by date again."""
    gone = delete(Following).where(
        col(Following.network_id) == network_id,
        col(Following.series_id) == series_id,
        col(Following.member_id) == member_id,
    )
    await session.exec(gone)
