"""Who did what, for facilitators and for the operator. Identifiers only, never words."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel
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
