"""« En faire une fiche »: somebody would like a message of another's to become a card, and asked its author.

The text waits here for the author's answer and goes with it, whatever the answer is.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class RequestState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"  # nobody is told


class CardRequest(SQLModel, table=True):
    __tablename__ = "card_request"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    asked_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    author_id: int = Field(foreign_key="member.id", index=True)
    message_ref: str
    thread_ref: str | None = None  # where it was said, when that is a thread
    at_home: bool = False  # that thread is one of the practices forum: the card stands in it
    title: str = ""
    text: str = ""
    state: str = RequestState.ASKED
    asked_at: datetime
    answered_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("network_id", "message_ref"),
        Index("ix_card_request_waiting", "state", "asked_at"),
        CheckConstraint("state IN ('asked', 'accepted', 'declined')", name="card_request_state_known"),
    )


async def locked(session: AsyncSession, network_id: int, request_id: int) -> CardRequest | None:
    """Two clicks take turns."""
    query = select(CardRequest).where(CardRequest.network_id == network_id, CardRequest.id == request_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def get(session: AsyncSession, network_id: int, request_id: int) -> CardRequest | None:
    """Whatever its state."""
    query = select(CardRequest).where(CardRequest.network_id == network_id, CardRequest.id == request_id)
    return (await session.exec(query)).first()


async def about(session: AsyncSession, network_id: int, message_ref: str) -> CardRequest | None:
    """A message is asked about once."""
    query = select(CardRequest).where(
        CardRequest.network_id == network_id, CardRequest.message_ref == message_ref
    )
    return (await session.exec(query)).first()


async def unanswered(session: AsyncSession, before: datetime, limit: int) -> Sequence[CardRequest]:
    """Of every network: how long a text waits is the operator's promise."""
    query = select(CardRequest).where(
        CardRequest.state == RequestState.ASKED, col(CardRequest.asked_at) < before
    )
    return (await session.exec(query.order_by(col(CardRequest.id)).limit(limit))).all()
