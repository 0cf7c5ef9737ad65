"""Codéveloppement sessions: who takes part in which role, which step it is, and the one line that is kept."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class CodevState(StrEnum):
    OPEN = "open"  # people come
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"  # before its end


class CodevRole(StrEnum):
    """What somebody wishes to be, then is."""

    CLIENT = "client"
    FACILITATOR = "facilitator"
    TIMEKEEPER = "timekeeper"  # a wish: whoever keeps time is a consultant too
    CONSULTANT = "consultant"


ALIVE = (CodevState.OPEN, CodevState.RUNNING, CodevState.PAUSED)


class CodevSession(SQLModel, table=True):
    __tablename__ = "codev_session"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    created_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    title: str
    state: str = CodevState.OPEN
    step: int = 0  # 1 to 6 once begun
    step_ends_at: datetime | None = None
    seconds_left: int | None = None  # of the step, while paused
    version: int = 0  # +1 at each change of time: timers of before say nothing
    thread_ref: str | None = None
    outcome: str = ""
    created_at: datetime
    ended_at: datetime | None = None

    __table_args__ = (
        Index("ix_codev_session_state", "network_id", "state"),
        CheckConstraint(
            "state IN ('open', 'running', 'paused', 'done', 'stopped')", name="codev_session_state_known"
        ),
        CheckConstraint("step BETWEEN 0 AND 6", name="codev_session_step_known"),
    )


class CodevParticipant(SQLModel, table=True):
    __tablename__ = "codev_participant"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    session_id: int = Field(foreign_key="codev_session.id")
    member_id: int = Field(foreign_key="member.id", index=True)
    wish: str = CodevRole.CONSULTANT
    subject: str = ""  # what they would bring as a client
    role: str | None = None  # drawn at the start
    keeps_time: bool = False
    position: int = 0  # in which order they speak

    __table_args__ = (UniqueConstraint("session_id", "member_id"),)


async def get(session: AsyncSession, network_id: int, session_id: int) -> CodevSession | None:
    query = select(CodevSession).where(CodevSession.network_id == network_id, CodevSession.id == session_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, session_id: int) -> CodevSession | None:
    """As ``get``; two acts on the same session take turns."""
    query = select(CodevSession).where(CodevSession.network_id == network_id, CodevSession.id == session_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def people(session: AsyncSession, of: CodevSession) -> Sequence[CodevParticipant]:
    """In the order in which they speak; before the start, in which they came."""
    query = select(CodevParticipant).where(
        CodevParticipant.network_id == of.network_id, CodevParticipant.session_id == of.id
    )
    return (
        await session.exec(query.order_by(col(CodevParticipant.position), col(CodevParticipant.id)))
    ).all()


async def alive(session: AsyncSession, network_id: int, limit: int) -> Sequence[CodevSession]:
    """Those that people may join or are in, the newest first."""
    query = select(CodevSession).where(
        CodevSession.network_id == network_id, col(CodevSession.state).in_(ALIVE)
    )
    return (await session.exec(query.order_by(col(CodevSession.id).desc()).limit(limit))).all()
