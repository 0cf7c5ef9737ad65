"""Who did what, for facilitators and for the operator. Identifiers only, never words."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    at: datetime
    member_id: int | None = Field(
        default=None, foreign_key="member.id", index=True
    )  # None: the operator or the bot
    action: str  # an Action of community/policy.py, or a use case's own verb
    subject_kind: str | None = None
    subject_id: int | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


async def page(
    session: AsyncSession,
    network_id: int,
    *,
    member_id: int | None = None,
    family: str = "",
    limit: int,
    offset: int = 0,
) -> tuple[Sequence[AuditEntry], int]:
    """Acts of a network, the latest first, and how many; of one member, or of one family ("library")."""
    query = select(AuditEntry).where(AuditEntry.network_id == network_id)
    if member_id is not None:
        query = query.where(AuditEntry.member_id == member_id)
    if family:
        query = query.where(col(AuditEntry.action).startswith(f"{family}.", autoescape=True))
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    latest = query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    return (await session.exec(latest.limit(limit).offset(offset))).all(), total


async def families(session: AsyncSession, network_id: int) -> Sequence[str]:
    """What the acts of a network begin with, each once."""
    query = select(AuditEntry.action).where(AuditEntry.network_id == network_id).distinct()
    return sorted({action.partition(".")[0] for action in (await session.exec(query)).all()})


async def busy(session: AsyncSession, network_id: int, limit: int) -> Sequence[int]:
    """The members who did most acts."""
    query = (
        select(AuditEntry.member_id)
        .where(AuditEntry.network_id == network_id, col(AuditEntry.member_id).is_not(None))
        .group_by(col(AuditEntry.member_id))
        .order_by(func.count().desc(), col(AuditEntry.member_id))
    )
    return [
        member_id for member_id in (await session.exec(query.limit(limit))).all() if member_id is not None
    ]


async def record(
    session: AsyncSession,
    *,
    network_id: int,
    at: datetime,
    member_id: int | None,
    action: str,
    subject_kind: str | None = None,
    subject_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> int:
    """Note an act in the transaction that does it; the entry's id names the act in outbox keys."""
    entry = AuditEntry(
        network_id=network_id,
        at=at,
        member_id=member_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=subject_id,
        details=details or {},
    )
    session.add(entry)
    await session.flush()
    if entry.id is None:
        raise RuntimeError("the database gave no id")
    return entry.id
