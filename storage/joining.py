"""Requests to join a network: one per member, from the first click to the decision, and back if refused."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint, case
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Member, MemberState


class RequestState(StrEnum):
    DRAFT = "draft"  # the person is filling it in
    SENT = "sent"  # the facilitators must decide
    ASKED = "asked"  # a question waits for the person's answer
    REFUSED = "refused"
    ACCEPTED = "accepted"


class JoinRequest(SQLModel, table=True):
    __tablename__ = "join_request"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    member_id: int = Field(foreign_key="member.id")
    state: str = RequestState.DRAFT
    round: int = 0  # how many times it was sent: names the card and its reminders
    opened_at: datetime
    sent_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    vouched: bool = False  # let in by a peer's word rather than by the facilitators
    question: str = ""
    answer: str = ""
    reason: str = ""  # of a refusal

    __table_args__ = (
        UniqueConstraint("member_id"),
        CheckConstraint(
            "state IN ('draft', 'sent', 'asked', 'refused', 'accepted')", name="join_request_state_known"
        ),
    )


async def of(session: AsyncSession, network_id: int, member_id: int) -> JoinRequest | None:
    """The request of a member of this network."""
    query = select(JoinRequest).where(
        JoinRequest.network_id == network_id, JoinRequest.member_id == member_id
    )
    return (await session.exec(query)).first()


async def ensure(session: AsyncSession, network_id: int, member_id: int, now: datetime) -> JoinRequest:
    """The request of a member, begun when there is none."""
    found = await of(session, network_id, member_id)
    if found is None:
        found = JoinRequest(network_id=network_id, member_id=member_id, opened_at=now)
        session.add(found)
        await session.flush()
    return found


async def waiting(
    session: AsyncSession, network_id: int, limit: int, *, sent_only: bool = False
) -> Sequence[tuple[Member, JoinRequest | None]]:
    """Newcomers with their request: those to decide on first, the longest wait first, then the undecided."""
    query = (
        select(Member, JoinRequest)
        .join(JoinRequest, col(JoinRequest.member_id) == Member.id, isouter=not sent_only)
        .where(Member.network_id == network_id, Member.state == MemberState.NEWCOMER)
        .order_by(
            case((col(JoinRequest.state) == RequestState.SENT, 0), else_=1),
            func.coalesce(JoinRequest.sent_at, Member.arrived_at),
            col(Member.arrived_at),
            col(Member.id),
        )
    )
    if sent_only:
        query = query.where(col(JoinRequest.state).in_((RequestState.SENT, RequestState.ASKED)))
    return [(member, request) for member, request in (await session.exec(query.limit(limit))).all()]
