"""« Café entre pairs »: who volunteers, which rounds were drawn, who met."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Member, MemberState
from storage.profiles import Profile


class CoffeeAnswer(StrEnum):
    """Whether they met, a week later."""

    MET = "met"
    LATER = "later"  # a date is set, or nearly
    NOT_MET = "not_met"


class CoffeeRhythm(SQLModel, table=True):
    """A network that draws by itself, once a month."""

    __tablename__ = "coffee_rhythm"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    next_at: datetime


class CoffeeVolunteer(SQLModel, table=True):
    __tablename__ = "coffee_volunteer"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    member_id: int = Field(foreign_key="member.id", unique=True)
    joined_at: datetime
    paused_until: datetime | None = None  # past: the pause is over, nothing has to be done


class CoffeeRound(SQLModel, table=True):
    """One draw. ``seats`` and ``turn`` let the next one go on (community/pairing.py)."""

    __tablename__ = "coffee_round"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    number: int
    cycle: int
    turn: int | None = None
    seats: list[Any] = Field(  # of volunteers, by their number as such: it says nothing once they left
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )
    drawn_at: datetime
    drawn_by: int | None = Field(default=None, foreign_key="member.id", index=True)

    __table_args__ = (UniqueConstraint("network_id", "number"),)  # drawing twice makes one round


class CoffeeGuest(SQLModel, table=True):
    """Somebody's place in a group of a round; ``position`` 2 joined the two others."""

    __tablename__ = "coffee_guest"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    round_id: int = Field(foreign_key="coffee_round.id")
    table_number: int  # the group within the round
    position: int
    volunteer_id: int  # a CoffeeVolunteer's number, kept after they left: pairs that met stay known
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    answer: str | None = None
    answered_at: datetime | None = None
    gone_at: datetime | None = None  # paused or left before meeting

    __table_args__ = (
        UniqueConstraint("round_id", "volunteer_id"),
        Index("ix_coffee_guest_table", "network_id", "round_id", "table_number"),
        CheckConstraint("answer IN ('met', 'later', 'not_met')", name="coffee_guest_answer_known"),
    )


async def volunteer(session: AsyncSession, network_id: int, member_id: int) -> CoffeeVolunteer | None:
    """Somebody's own row; none when they do not take part."""
    query = select(CoffeeVolunteer).where(
        CoffeeVolunteer.network_id == network_id, CoffeeVolunteer.member_id == member_id
    )
    return (await session.exec(query)).first()


async def volunteers(session: AsyncSession, network_id: int) -> Sequence[CoffeeVolunteer]:
    """All who take part and still have access, those who pause too."""
    query = (
        select(CoffeeVolunteer)
        .join(Member, col(Member.id) == CoffeeVolunteer.member_id)
        .where(CoffeeVolunteer.network_id == network_id, Member.state == MemberState.ACTIVE)
    )
    return (await session.exec(query.order_by(col(CoffeeVolunteer.id)))).all()


async def authorities(session: AsyncSession, network_id: int, member_ids: Collection[int]) -> dict[int, str]:
    """What tells colleagues: the authority of the register, else the organisation's name."""
    query = select(Profile.member_id, Profile.authority_id, Profile.organisation).where(
        Profile.network_id == network_id, col(Profile.member_id).in_(member_ids)
    )
    found = (await session.exec(query)).all()
    return {member_id: authority or name.casefold() for member_id, authority, name in found}


async def stop(session: AsyncSession, row: CoffeeVolunteer) -> None:
    """They take part no more."""
    await session.exec(
        delete(CoffeeVolunteer).where(
            col(CoffeeVolunteer.network_id) == row.network_id, col(CoffeeVolunteer.id) == row.id
        )
    )


async def latest(session: AsyncSession, network_id: int) -> CoffeeRound | None:
    """The last round drawn."""
    query = select(CoffeeRound).where(CoffeeRound.network_id == network_id)
    return (await session.exec(query.order_by(col(CoffeeRound.number).desc()).limit(1))).first()


async def get_round(session: AsyncSession, network_id: int, round_id: int) -> CoffeeRound | None:
    query = select(CoffeeRound).where(CoffeeRound.network_id == network_id, CoffeeRound.id == round_id)
    return (await session.exec(query)).first()


async def rounds_of(session: AsyncSession, network_id: int, cycle: int) -> Sequence[CoffeeRound]:
    """Those of one cycle, the first drawn first."""
    query = select(CoffeeRound).where(CoffeeRound.network_id == network_id, CoffeeRound.cycle == cycle)
    return (await session.exec(query.order_by(col(CoffeeRound.number)))).all()


async def guests_of(
    session: AsyncSession, network_id: int, round_ids: Collection[int]
) -> Sequence[CoffeeGuest]:
    """Round by round, table by table."""
    query = select(CoffeeGuest).where(
        CoffeeGuest.network_id == network_id, col(CoffeeGuest.round_id).in_(round_ids)
    )
    order = (col(CoffeeGuest.round_id), col(CoffeeGuest.table_number), col(CoffeeGuest.position))
    return (await session.exec(query.order_by(*order))).all()


async def guest(session: AsyncSession, network_id: int, guest_id: int) -> CoffeeGuest | None:
    query = select(CoffeeGuest).where(CoffeeGuest.network_id == network_id, CoffeeGuest.id == guest_id)
    return (await session.exec(query)).first()


async def locked_guest(session: AsyncSession, network_id: int, guest_id: int) -> CoffeeGuest | None:
    """As ``guest``; two clicks take turns."""
    query = select(CoffeeGuest).where(CoffeeGuest.network_id == network_id, CoffeeGuest.id == guest_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def table(session: AsyncSession, of: CoffeeGuest) -> Sequence[CoffeeGuest]:
    """Everybody of somebody's group, themselves included."""
    query = select(CoffeeGuest).where(
        CoffeeGuest.network_id == of.network_id,
        CoffeeGuest.round_id == of.round_id,
        CoffeeGuest.table_number == of.table_number,
    )
    return (await session.exec(query.order_by(col(CoffeeGuest.position)))).all()


async def current(session: AsyncSession, network_id: int, member_id: int) -> CoffeeGuest | None:
    """Somebody's place in the last round, if they had one and did not step back."""
    last = await latest(session, network_id)
    query = select(CoffeeGuest).where(
        CoffeeGuest.network_id == network_id,
        CoffeeGuest.round_id == (last.id if last else 0),
        CoffeeGuest.member_id == member_id,
        col(CoffeeGuest.gone_at).is_(None),
    )
    return (await session.exec(query)).first()


async def rhythm(session: AsyncSession, network_id: int) -> CoffeeRhythm | None:
    return await session.get(CoffeeRhythm, network_id)


async def due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """The networks whose monthly round is due: for the application's own tick."""
    query = select(CoffeeRhythm.network_id).where(CoffeeRhythm.next_at <= now)
    return (await session.exec(query.order_by(col(CoffeeRhythm.next_at)))).all()


async def met(session: AsyncSession, network_id: int, since: datetime) -> dict[str, int]:
    """What people answered of the rounds since then; "asked" counts all guests. For network health."""
    query = (
        select(CoffeeGuest.answer, func.count())
        .join(CoffeeRound, col(CoffeeRound.id) == CoffeeGuest.round_id)
        .where(CoffeeGuest.network_id == network_id, CoffeeRound.drawn_at >= since)
        .group_by(col(CoffeeGuest.answer))
    )
    found = {answer: count for answer, count in (await session.exec(query)).all()}
    return {"asked": sum(found.values()), **{str(one): found.get(one, 0) for one in CoffeeAnswer}}
