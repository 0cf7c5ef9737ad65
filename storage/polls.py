"""Date polls: slots proposed to invited members, and what each answered to each slot."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession


class PollState(StrEnum):
    DRAFT = "draft"  # read back to who typed it, nobody was asked yet
    OPEN = "open"  # answers are taken until the deadline
    PLANNED = "planned"  # a slot became a meetup
    CANCELLED = "cancelled"


class SlotAnswer(StrEnum):
    YES = "yes"
    IF_NEED = "if_need"
    NO = "no"


class DatePoll(SQLModel, table=True):
    __tablename__ = "date_poll"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    title: str
    place: str = ""  # as typed: a place, a link, or both
    timezone: str
    deadline_at: datetime
    invited: str = "members"  # or "facilitators"
    state: str = PollState.DRAFT
    meetup_id: int | None = Field(default=None, foreign_key="meetup.id")
    card_ref: str | None = None
    created_by: int | None = Field(default=None, foreign_key="member.id")
    created_at: datetime

    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'planned', 'cancelled')", name="date_poll_state_known"),
    )


class PollSlot(SQLModel, table=True):
    __tablename__ = "date_poll_slot"

    id: int | None = Field(default=None, primary_key=True)
    poll_id: int = Field(foreign_key="date_poll.id", index=True)
    starts_at: datetime

    __table_args__ = (UniqueConstraint("poll_id", "starts_at"),)


class PollAnswer(SQLModel, table=True):
    __tablename__ = "date_poll_answer"

    slot_id: int = Field(foreign_key="date_poll_slot.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    poll_id: int = Field(foreign_key="date_poll.id", index=True)
    answer: str
    answered_at: datetime

    __table_args__ = (CheckConstraint("answer IN ('yes', 'if_need', 'no')", name="date_poll_answer_known"),)


class PollInvitation(SQLModel, table=True):
    """Who is asked, and reminded while they have not answered. Others may answer as well."""

    __tablename__ = "date_poll_invitation"

    poll_id: int = Field(foreign_key="date_poll.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)


async def get(session: AsyncSession, network_id: int, poll_id: int) -> DatePoll | None:
    """A poll of this network, whatever its state."""
    query = select(DatePoll).where(DatePoll.network_id == network_id, DatePoll.id == poll_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, poll_id: int) -> DatePoll | None:
    """As ``get``; answers and the decision take turns."""
    query = select(DatePoll).where(DatePoll.network_id == network_id, DatePoll.id == poll_id)
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(held)).first()


async def slots(session: AsyncSession, poll: DatePoll) -> Sequence[PollSlot]:
    """Soonest first."""
    query = select(PollSlot).where(PollSlot.poll_id == poll.id)
    return (await session.exec(query.order_by(col(PollSlot.starts_at)))).all()


async def answers(session: AsyncSession, poll: DatePoll) -> Sequence[PollAnswer]:
    """Everybody's, in the order of the members."""
    query = select(PollAnswer).where(PollAnswer.poll_id == poll.id)
    return (await session.exec(query.order_by(col(PollAnswer.member_id), col(PollAnswer.slot_id)))).all()


async def has_answered(session: AsyncSession, poll: DatePoll, member_id: int) -> bool:
    """Whether this member said anything about any slot."""
    query = select(PollAnswer.slot_id).where(PollAnswer.poll_id == poll.id, PollAnswer.member_id == member_id)
    return (await session.exec(query.limit(1))).first() is not None


async def forget_answers(session: AsyncSession, poll: DatePoll, member_id: int) -> None:
    """Before the same member's new answers are written."""
    mine = delete(PollAnswer).where(
        col(PollAnswer.poll_id) == poll.id, col(PollAnswer.member_id) == member_id
    )
    await session.exec(mine)


async def is_invited(session: AsyncSession, poll: DatePoll, member_id: int) -> bool:
    """Whether this member was asked."""
    return await session.get(PollInvitation, (poll.id, member_id)) is not None


async def count_invited(session: AsyncSession, poll: DatePoll) -> int:
    """How many were asked."""
    query = select(func.count()).select_from(PollInvitation).where(PollInvitation.poll_id == poll.id)
    return (await session.exec(query)).one()


async def forget_draft(session: AsyncSession, network_id: int, poll_id: int) -> None:
    """A draft was typed anew."""
    poll = await locked(session, network_id, poll_id)
    if poll is not None and poll.state == PollState.DRAFT:
        await session.exec(delete(PollSlot).where(col(PollSlot.poll_id) == poll_id))
        await session.delete(poll)


async def purge_drafts(session: AsyncSession, before: datetime) -> int:
    """Forget what was typed and never published, of every network; how many."""
    old = select(DatePoll.id).where(DatePoll.state == PollState.DRAFT, col(DatePoll.created_at) < before)
    await session.exec(delete(PollSlot).where(col(PollSlot.poll_id).in_(old)))
    gone = delete(DatePoll).where(col(DatePoll.id).in_(old)).returning(col(DatePoll.id))
    return len((await session.exec(gone)).all())


async def running(session: AsyncSession, network_id: int, limit: int) -> Sequence[DatePoll]:
    """Those without a decision, the latest first."""
    query = select(DatePoll).where(DatePoll.network_id == network_id, DatePoll.state == PollState.OPEN)
    return (await session.exec(query.order_by(col(DatePoll.id).desc()).limit(limit))).all()
