"""How far the people who arrived lately have come: sets of members, a few queries whatever their number."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.activity import SOURCES
from storage.members import Member, MemberState
from storage.profiles import Consent, Profile
from storage.threads import Thread

_HERE = (MemberState.NEWCOMER, MemberState.ACTIVE)


async def arrived_since(session: AsyncSession, network_id: int, since: datetime) -> Sequence[Member]:
    """Those who are still here, the longest wait first."""
    query = select(Member).where(
        Member.network_id == network_id, col(Member.state).in_(_HERE), Member.arrived_at >= since
    )
    return (await session.exec(query.order_by(col(Member.arrived_at), col(Member.id)))).all()


async def with_profile(session: AsyncSession, network_id: int) -> set[int]:
    """Who said where they work, what they do, and decided on what others may see."""
    decided = select(Consent.member_id).where(Consent.network_id == network_id)
    query = select(Profile.member_id).where(
        Profile.network_id == network_id,
        Profile.organisation != "",
        Profile.function != "",
        col(Profile.member_id).in_(decided),
    )
    return set((await session.exec(query)).all())


async def who_acted(session: AsyncSession, network_id: int) -> set[int]:
    """Who wrote, shared, answered or registered at least once."""
    found: set[int] = set()
    for source in SOURCES:
        query = select(source.member).where(source.network == network_id, source.member.is_not(None))
        found.update((await session.exec(query.distinct())).all())
    return found


async def questions(session: AsyncSession, network_id: int) -> Sequence[Thread]:
    """What was ever asked under a name, the latest first."""
    query = select(Thread).where(
        Thread.network_id == network_id, col(Thread.asks), col(Thread.author_id).is_not(None)
    )
    return (await session.exec(query.order_by(col(Thread.opened_at).desc()))).all()
