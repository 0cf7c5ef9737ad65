"""What is due later: one row per announcement, reminder, role grant or thread to open.

A row holds ids, never text: the worker reloads and renders when the row is due.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class OutboxState(StrEnum):
    DUE = "due"  # waiting for its time, or for its next try
    CLAIMED = "claimed"  # a worker holds the lease
    SENT = "sent"
    DROPPED = "dropped"  # the re-check said that nobody needs it any more
    EXPIRED = "expired"  # too late to be useful
    GIVEN_UP = "given_up"  # undeliverable: shown to the facilitators


class Outbox(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    kind: str  # "library.decided": names the re-check, the template and the destination rule
    subject_id: int | None = None
    recipient_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    details: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )  # ids and codes only
    dedupe_key: str  # unique per network: enqueueing twice is enqueueing once
    due_at: datetime
    expires_at: datetime | None = None
    state: str = OutboxState.DUE
    priority: int = 5  # lower goes first: 200 reminders must not keep an admission waiting
    attempts: int = 0
    fallback: int = 0  # how many of the planner's ways were refused for good: the next try uses the one after
    next_try_at: datetime  # due_at at first, later with back-off
    lease_owner: str | None = None
    lease_until: datetime | None = None
    external_ref: str | None = None  # what the platform called it
    reason: str | None = None  # why dropped, expired or given up: a code
    created_at: datetime
    ended_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("network_id", "dedupe_key"),
        Index("ix_outbox_claim", "state", "priority", "next_try_at"),
        CheckConstraint(
            "state IN ('due', 'claimed', 'sent', 'dropped', 'expired', 'given_up')", name="outbox_state_known"
        ),
    )


class DirectOpening(SQLModel, table=True):
    """How many private channels were opened lately: the platform rations them per bot, not per process."""

    __tablename__ = "direct_opening"

    platform: str = Field(primary_key=True)
    window_start: datetime
    opened: int = 0
    paused_until: datetime | None = None  # the platform said that it was too fast
