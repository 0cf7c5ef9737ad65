"""Checklists whose steps are dated from a target day, and the models that are kept of them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession


class ChecklistState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Checklist(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    title: str
    target_on: date
    # Whose it is; None: the facilitators'. A member's own is theirs alone until they share it.
    owner_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    shared: bool = False  # a member's own, which the facilitators may see and change
    started_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    state: str = ChecklistState.OPEN
    created_at: datetime
    closed_at: datetime | None = None

    __table_args__ = (
        Index("ix_checklist_network", "network_id", "state"),
        CheckConstraint("state IN ('open', 'closed')", name="checklist_state_known"),
    )


class ChecklistStep(SQLModel, table=True):
    __tablename__ = "checklist_step"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    checklist_id: int = Field(foreign_key="checklist.id", index=True)
    position: int  # from 0, without holes
    what: str
    offset_days: int  # from the target day: before it when negative
    assignee_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    done_at: datetime | None = None
    done_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    version: int = 0  # counts what makes an earlier reminder wrong
    asked: int = 0  # how often somebody was reminded since the last change


class ChecklistModel(SQLModel, table=True):
    """Steps to start from: ``[{"what": …, "days": …}]``."""

    __tablename__ = "checklist_model"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    title: str
    steps: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    owner_id: int | None = Field(default=None, foreign_key="member.id", index=True)  # None: the network's
    saved_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    created_at: datetime


async def get(
    session: AsyncSession, network_id: int, checklist_id: int, *, lock: bool = False
) -> Checklist | None:
    """A checklist of this network; whoever changes it or its steps locks it first."""
    query = select(Checklist).where(Checklist.network_id == network_id, Checklist.id == checklist_id)
    query = query.with_for_update(key_share=True) if lock else query
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def steps(session: AsyncSession, checklist: Checklist) -> Sequence[ChecklistStep]:
    """In their order."""
    query = select(ChecklistStep).where(
        ChecklistStep.network_id == checklist.network_id, ChecklistStep.checklist_id == checklist.id
    )
    query = query.order_by(col(ChecklistStep.position), col(ChecklistStep.id))
    return (await session.exec(query.execution_options(populate_existing=True))).all()


async def step(session: AsyncSession, network_id: int, step_id: int) -> ChecklistStep | None:
    query = select(ChecklistStep).where(ChecklistStep.network_id == network_id, ChecklistStep.id == step_id)
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def visible(
    session: AsyncSession, network_id: int, member_id: int, *, team: bool, limit: int
) -> Sequence[Checklist]:
    """Those of a member, those in which they have a step, and those of the team for who is in it.

    Open ones first, each kind by its target day.
    """
    has_step = select(ChecklistStep.checklist_id).where(
        ChecklistStep.network_id == network_id, ChecklistStep.assignee_id == member_id
    )
    mine = or_(Checklist.owner_id == member_id, col(Checklist.id).in_(has_step))
    if team:
        mine = or_(mine, col(Checklist.owner_id).is_(None), col(Checklist.shared))
    query = select(Checklist).where(Checklist.network_id == network_id, mine)
    order = (col(Checklist.state) == ChecklistState.CLOSED, col(Checklist.target_on), col(Checklist.id))
    return (await session.exec(query.order_by(*order).limit(limit))).all()


async def open_of(session: AsyncSession, network_id: int, owner_id: int | None) -> Sequence[Checklist]:
    """Those that go on, of a member or (None) of the team."""
    query = select(Checklist).where(
        Checklist.network_id == network_id,
        Checklist.state == ChecklistState.OPEN,
        col(Checklist.owner_id).is_not_distinct_from(owner_id),
    )
    return (await session.exec(query.order_by(col(Checklist.id)))).all()


async def undone_of_team(session: AsyncSession, network_id: int) -> Sequence[tuple[Checklist, ChecklistStep]]:
    """Every step that the team still has to do."""
    query = (
        select(Checklist, ChecklistStep)
        .join(ChecklistStep, col(ChecklistStep.checklist_id) == Checklist.id)
        .where(
            Checklist.network_id == network_id,
            Checklist.state == ChecklistState.OPEN,
            col(Checklist.owner_id).is_(None),
            col(ChecklistStep.done_at).is_(None),
        )
    )
    return (await session.exec(query.order_by(col(ChecklistStep.id)))).all()


async def undone_assigned(
    session: AsyncSession, network_id: int, member_id: int
) -> Sequence[tuple[Checklist, ChecklistStep]]:
    """What somebody was entrusted with and has not done."""
    query = (
        select(Checklist, ChecklistStep)
        .join(ChecklistStep, col(ChecklistStep.checklist_id) == Checklist.id)
        .where(
            Checklist.network_id == network_id,
            ChecklistStep.assignee_id == member_id,
            col(ChecklistStep.done_at).is_(None),
        )
    )
    return (await session.exec(query.order_by(col(ChecklistStep.id)))).all()


async def model(session: AsyncSession, network_id: int, model_id: int) -> ChecklistModel | None:
    query = select(ChecklistModel).where(
        ChecklistModel.network_id == network_id, ChecklistModel.id == model_id
    )
    return (await session.exec(query)).first()


async def models(session: AsyncSession, network_id: int, owner_id: int | None) -> Sequence[ChecklistModel]:
    """Of the network (None), or of one member; by title."""
    query = select(ChecklistModel).where(
        ChecklistModel.network_id == network_id,
        col(ChecklistModel.owner_id).is_not_distinct_from(owner_id),
    )
    return (await session.exec(query.order_by(col(ChecklistModel.title), col(ChecklistModel.id)))).all()


def due_on(checklist: Checklist, step: ChecklistStep) -> date:
    """The day of a step."""
    return checklist.target_on + timedelta(days=step.offset_days)
