"""The day of a meetup and what comes after: code, presence, thread, notes, actions.

What was noted before a meetup moved (``moves``) counts no more: nobody was where nothing took place.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import direct
from storage.meetups import Meetup, MeetupState


class MeetupDay(SQLModel, table=True):
    """The code that those who are there type. It is worth nothing outside of the hours around the meetup."""

    __tablename__ = "meetup_day"

    meetup_id: int = Field(foreign_key="meetup.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    code: str
    moves: int
    shown_by: int | None = Field(default=None, foreign_key="member.id")
    shown_at: datetime

    __table_args__ = (Index("ix_meetup_day_code", "network_id", "code"),)


class Attendance(SQLModel, table=True):
    """Somebody was there; ``rating`` is their answer to the one question, from 1 to 4."""

    __tablename__ = "meetup_attendance"

    meetup_id: int = Field(foreign_key="meetup.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    moves: int
    at: datetime
    noted_by: int | None = Field(default=None, foreign_key="member.id")  # a facilitator
    rating: int | None = None

    __table_args__ = (
        CheckConstraint("rating IS NULL OR rating BETWEEN 1 AND 4", name="attendance_rating_known"),
    )


class CodeTries(SQLModel, table=True):
    """Wrong codes of one member lately: four digits must not be guessed."""

    __tablename__ = "meetup_code_tries"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    wrong: int = 0
    since: datetime


class MeetupRoom(SQLModel, table=True):
    """The private thread of those registered, and their role, for as long as the meetup is near."""

    __tablename__ = "meetup_room"

    meetup_id: int = Field(foreign_key="meetup.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    thread_ref: str | None = None
    role_ref: str | None = None
    closed_at: datetime | None = None


class MeetupNotes(SQLModel, table=True):
    """What was said and decided. ``version`` grows with each amendment."""

    __tablename__ = "meetup_notes"

    meetup_id: int = Field(foreign_key="meetup.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    text: str
    version: int = 1
    written_by: int | None = Field(default=None, foreign_key="member.id")
    written_at: datetime


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class MeetupTask(SQLModel, table=True):
    """An action that was decided: who does what, by when."""

    __tablename__ = "meetup_task"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    meetup_id: int = Field(foreign_key="meetup.id", index=True)
    what: str
    owner_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    due_on: date
    state: str = TaskState.OPEN
    asked: int = 0  # how often its owner was asked since the last answer
    version: int = 0  # counts the dates that it had
    created_by: int | None = Field(default=None, foreign_key="member.id")
    created_at: datetime
    ended_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("meetup_id", "owner_id", "what"),
        CheckConstraint("state IN ('open', 'done', 'dropped')", name="meetup_task_state_known"),
    )


async def day(session: AsyncSession, meetup: Meetup) -> MeetupDay | None:
    """The code of a meetup, if it was shown since the meetup moved last."""
    query = select(MeetupDay).where(
        MeetupDay.network_id == meetup.network_id,
        MeetupDay.meetup_id == meetup.id,
        MeetupDay.moves == meetup.moves,
    )
    return (await session.exec(query)).first()


async def with_code(session: AsyncSession, network_id: int, code: str) -> Sequence[Meetup]:
    """The planned or just ended meetups whose code this is; the hours are the caller's affair."""
    query = (
        select(Meetup)
        .join(MeetupDay, col(MeetupDay.meetup_id) == Meetup.id)
        .where(
            Meetup.network_id == network_id,
            MeetupDay.network_id == network_id,
            MeetupDay.code == code,
            MeetupDay.moves == Meetup.moves,
            col(Meetup.state).in_([MeetupState.PLANNED, MeetupState.DONE]),
        )
    )
    return (await session.exec(query.order_by(col(Meetup.starts_at).desc()))).all()


async def codes_since(session: AsyncSession, network_id: int, since: datetime) -> set[str]:
    """Those that were shown lately: a new one differs from them all."""
    query = select(MeetupDay.code).where(MeetupDay.network_id == network_id, col(MeetupDay.shown_at) >= since)
    return set((await session.exec(query)).all())


async def present(session: AsyncSession, meetup: Meetup) -> Sequence[Attendance]:
    """Who was noted there, in order of arrival."""
    query = select(Attendance).where(
        Attendance.network_id == meetup.network_id,
        Attendance.meetup_id == meetup.id,
        Attendance.moves == meetup.moves,
    )
    query = query.order_by(col(Attendance.at), col(Attendance.member_id))
    return (await session.exec(query.execution_options(populate_existing=True))).all()


async def presence(session: AsyncSession, meetup: Meetup, member_id: int) -> Attendance | None:
    """Whether somebody was noted there, whatever became of the meetup since."""
    query = select(Attendance).where(
        Attendance.network_id == meetup.network_id,
        Attendance.meetup_id == meetup.id,
        Attendance.member_id == member_id,
    )
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def ended_between(
    session: AsyncSession, network_id: int, since: datetime, until: datetime, limit: int
) -> Sequence[Meetup]:
    """Those that took place, the latest first."""
    query = select(Meetup).where(
        Meetup.network_id == network_id,
        Meetup.state == MeetupState.DONE,
        col(Meetup.starts_at) >= since,
        col(Meetup.starts_at) < until,
    )
    return (await session.exec(query.order_by(col(Meetup.starts_at).desc()).limit(limit))).all()


async def room(session: AsyncSession, meetup: Meetup) -> MeetupRoom | None:
    """The thread and the role of a meetup."""
    query = select(MeetupRoom).where(
        MeetupRoom.network_id == meetup.network_id, MeetupRoom.meetup_id == meetup.id
    )
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def has_role(session: AsyncSession, meetup: Meetup) -> bool:
    """Whether those registered have a role now: asked at each answer."""
    await session.flush()
    found = await direct.run(
        session,
        "SELECT 1 FROM meetup_room WHERE network_id = :network AND meetup_id = :meetup"
        " AND role_ref IS NOT NULL AND closed_at IS NULL",
        network=meetup.network_id,
        meetup=meetup.id,
    )
    return bool(found)


async def to_open(session: AsyncSession, now: datetime, ahead: timedelta) -> Sequence[Meetup]:
    """Near meetups without an open room, in every network: for the application's own tick."""
    query = (
        select(Meetup)
        .outerjoin(MeetupRoom, col(MeetupRoom.meetup_id) == Meetup.id)
        .where(
            Meetup.state == MeetupState.PLANNED,
            col(Meetup.starts_at) > now,
            col(Meetup.starts_at) <= now + ahead,
            col(MeetupRoom.meetup_id).is_(None) | col(MeetupRoom.closed_at).is_not(None),
        )
    )
    return (await session.exec(query.order_by(col(Meetup.id)))).all()


async def by_thread(session: AsyncSession, network_id: int, thread_ref: str) -> MeetupRoom | None:
    """Whose thread it is."""
    query = select(MeetupRoom).where(MeetupRoom.network_id == network_id, MeetupRoom.thread_ref == thread_ref)
    return (await session.exec(query)).first()


async def to_close(session: AsyncSession, before: datetime) -> Sequence[tuple[MeetupRoom, Meetup]]:
    """Open rooms of meetups that began before then, or that were called off: the tick looks closer."""
    query = (
        select(MeetupRoom, Meetup)
        .join(Meetup, col(MeetupRoom.meetup_id) == Meetup.id)
        .where(
            col(MeetupRoom.closed_at).is_(None),
            (col(Meetup.starts_at) < before) | (Meetup.state == MeetupState.CANCELLED),
        )
    )
    return (await session.exec(query.order_by(col(Meetup.id)))).all()


async def notes(session: AsyncSession, meetup: Meetup, *, lock: bool = False) -> MeetupNotes | None:
    """What was written, as the last writer left it."""
    query = select(MeetupNotes).where(
        MeetupNotes.network_id == meetup.network_id, MeetupNotes.meetup_id == meetup.id
    )
    if lock:
        query = query.with_for_update(key_share=True)
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def tasks(session: AsyncSession, meetup: Meetup) -> Sequence[MeetupTask]:
    """The actions decided at a meetup, soonest first; those that were given up are left out."""
    query = select(MeetupTask).where(
        MeetupTask.network_id == meetup.network_id,
        MeetupTask.meetup_id == meetup.id,
        MeetupTask.state != TaskState.DROPPED,
    )
    return (await session.exec(query.order_by(col(MeetupTask.due_on), col(MeetupTask.id)))).all()


async def task(
    session: AsyncSession, network_id: int, task_id: int, *, lock: bool = False
) -> MeetupTask | None:
    """One action; ``lock`` holds it for a change."""
    query = select(MeetupTask).where(MeetupTask.network_id == network_id, MeetupTask.id == task_id)
    query = query.with_for_update(key_share=True) if lock else query
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def open_tasks_of(session: AsyncSession, network_id: int, member_id: int) -> Sequence[MeetupTask]:
    """What somebody still has to do."""
    query = select(MeetupTask).where(
        MeetupTask.network_id == network_id,
        MeetupTask.owner_id == member_id,
        MeetupTask.state == TaskState.OPEN,
    )
    return (await session.exec(query.order_by(col(MeetupTask.due_on), col(MeetupTask.id)))).all()


async def count_late(session: AsyncSession, network_id: int, today: date) -> int:
    """How many actions are overdue."""
    query = select(func.count()).where(
        MeetupTask.network_id == network_id,
        MeetupTask.state == TaskState.OPEN,
        col(MeetupTask.due_on) < today,
    )
    return (await session.exec(query)).one()


async def purge_codes(session: AsyncSession, before: datetime) -> int:
    """Forget codes, and wrong tries, of long ago; how many."""
    codes = delete(MeetupDay).where(col(MeetupDay.shown_at) < before)
    tries = delete(CodeTries).where(col(CodeTries.since) < before)
    found = (await session.exec(codes.returning(col(MeetupDay.meetup_id)))).all()
    return len(found) + len((await session.exec(tries.returning(col(CodeTries.member_id)))).all())
