"""Who accompanies newcomers in their first month, whom they were asked by, and whom they accompany.

A pair whose month is over frees the place by itself: nothing has to be done for it.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Member, MemberState
from storage.profiles import Profile, ProfileTheme, Wanted, far, near, with_names


class PairState(StrEnum):
    ASKED = "asked"
    GOES_ON = "goes_on"  # until its day
    DECLINED = "declined"  # never told
    STOPPED = "stopped"


class Sponsor(SQLModel, table=True):
    """Somebody who agreed to accompany newcomers, and how many at a time."""

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    most: int = 1
    since: datetime

    __table_args__ = (CheckConstraint("most BETWEEN 1 AND 2", name="sponsor_most_small"),)


class Sponsorship(SQLModel, table=True):
    """A newcomer and who they asked. Once only: who declined is not asked again."""

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    newcomer_id: int = Field(foreign_key="member.id")
    sponsor_id: int = Field(foreign_key="member.id", index=True)
    state: str = PairState.ASKED
    asked_at: datetime
    until: datetime  # the request waits until then; once accepted, the pair goes on until then

    __table_args__ = (
        UniqueConstraint("newcomer_id", "sponsor_id"),
        CheckConstraint(
            "state IN ('asked', 'goes_on', 'declined', 'stopped')", name="sponsorship_state_known"
        ),
        Index("ix_sponsorship_standing", "network_id", "state", "until"),
    )


async def offer(session: AsyncSession, network_id: int, member_id: int) -> Sponsor | None:
    """Somebody's own offer, if they made one."""
    query = select(Sponsor).where(Sponsor.network_id == network_id, Sponsor.member_id == member_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, member_id: int) -> Sponsor | None:
    """As ``offer``; two acts on the same one take turns."""
    query = select(Sponsor).where(Sponsor.network_id == network_id, Sponsor.member_id == member_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def withdraw(session: AsyncSession, network_id: int, member_id: int) -> None:
    """They accompany nobody new."""
    await session.exec(
        delete(Sponsor).where(col(Sponsor.network_id) == network_id, col(Sponsor.member_id) == member_id)
    )


async def pair(session: AsyncSession, network_id: int, pair_id: int) -> Sponsorship | None:
    """Whatever became of it."""
    query = select(Sponsorship).where(Sponsorship.network_id == network_id, Sponsorship.id == pair_id)
    return (await session.exec(query)).first()


async def of(
    session: AsyncSession, network_id: int, member_id: int, state: PairState, now: datetime
) -> Sequence[Sponsorship]:
    """The pairs and requests of somebody, on either side, that stand now; the oldest first."""
    query = select(Sponsorship).where(
        Sponsorship.network_id == network_id,
        Sponsorship.state == state,
        col(Sponsorship.until) > now,
        or_(Sponsorship.newcomer_id == member_id, Sponsorship.sponsor_id == member_id),
    )
    return (await session.exec(query.order_by(col(Sponsorship.id)))).all()


async def asked_once(session: AsyncSession, network_id: int, newcomer_id: int, sponsor_id: int) -> bool:
    """Whether this one was asked by that one, ever."""
    query = select(Sponsorship.id).where(
        Sponsorship.network_id == network_id,
        Sponsorship.newcomer_id == newcomer_id,
        Sponsorship.sponsor_id == sponsor_id,
    )
    return (await session.exec(query)).first() is not None


def _has_room(now: datetime) -> ColumnElement[bool]:
    taken = (
        select(func.count())
        .select_from(Sponsorship)
        .where(
            col(Sponsorship.sponsor_id) == col(Sponsor.member_id),
            col(Sponsorship.state) == PairState.GOES_ON,
            col(Sponsorship.until) > now,
        )
        .correlate(Sponsor)
        .scalar_subquery()
    )
    return col(Sponsor.most) > taken


async def any_free(session: AsyncSession, network_id: int, but: int, now: datetime) -> bool:
    """Whether somebody else could accompany one more person."""
    query = (
        select(Sponsor.member_id)
        .join(Member, col(Member.id) == Sponsor.member_id)
        .where(
            Sponsor.network_id == network_id,
            Sponsor.member_id != but,
            Member.state == MemberState.ACTIVE,
            _has_room(now),
        )
    )
    return (await session.exec(query.limit(1))).first() is not None


async def free(
    session: AsyncSession, network_id: int, wanted: Wanted, now: datetime, limit: int
) -> Sequence[tuple[Profile, str, str]]:
    """Who could accompany this newcomer: the nearest stratum of population first, then shared themes.

    Never who was asked by them already, whatever the answer: so a refusal does not show.
    """
    shared = (
        select(func.count())
        .select_from(ProfileTheme)
        .where(
            col(ProfileTheme.member_id) == col(Profile.member_id),
            col(ProfileTheme.theme_id).in_(wanted.theme_ids),
        )
        .correlate(Profile)
        .scalar_subquery()
    )
    asked = select(Sponsorship.sponsor_id).where(Sponsorship.newcomer_id == wanted.member_id)
    query = (
        select(Profile.member_id)
        .join(Sponsor, col(Sponsor.member_id) == Profile.member_id)
        .join(Member, col(Member.id) == Profile.member_id)
        .where(
            Sponsor.network_id == network_id,
            Profile.network_id == network_id,
            Sponsor.member_id != wanted.member_id,
            Member.state == MemberState.ACTIVE,
            _has_room(now),
            col(Sponsor.member_id).not_in(asked),
        )
        .order_by(far(wanted), shared.desc(), near(wanted).desc(), col(Profile.member_id))
    )
    found = (await session.exec(query.limit(limit))).all()
    return await with_names(session, network_id, found)
