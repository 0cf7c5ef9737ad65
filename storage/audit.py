"""Who did what, for facilitators and for the operator. Identifiers only, never words."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    at: datetime
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)  # None: the operator or the bot
    action: str  # an Action of community/policy.py, or a use case's own verb
    subject_kind: str | None = None
    subject_id: int | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
