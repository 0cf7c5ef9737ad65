"""Who is in charge of which themes, without running the whole network."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Member, MemberRole, MemberState
from storage.networks import RoleName


class ThemeCharge(SQLModel, table=True):
    __tablename__ = "theme_charge"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    given_at: datetime
    given_by: int | None = Field(default=None, foreign_key="member.id", index=True)


async def of_member(session: AsyncSession, network_id: int, member_id: int) -> frozenset[int]:
    """The themes that a member is in charge of."""
    query = select(ThemeCharge.theme_id).where(
        ThemeCharge.network_id == network_id, ThemeCharge.member_id == member_id
    )
    return frozenset((await session.exec(query)).all())


async def set_themes(
    session: AsyncSession,
    network_id: int,
    member_id: int,
    theme_ids: Collection[int],
    now: datetime,
    *,
    by: int | None,
) -> bool:
    """These and no others; whether anything changed. The ids were checked to be of the network."""
    query = select(ThemeCharge).where(
        ThemeCharge.network_id == network_id, ThemeCharge.member_id == member_id
    )
    held = {row.theme_id: row for row in await session.exec(query)}
    for theme_id in set(held) - set(theme_ids):
        await session.delete(held[theme_id])
    for theme_id in sorted(set(theme_ids) - set(held)):
        session.add(
            ThemeCharge(
                member_id=member_id, theme_id=theme_id, network_id=network_id, given_at=now, given_by=by
            )
        )
    await session.flush()
    return set(held) != set(theme_ids)


async def in_charge(session: AsyncSession, network_id: int, theme_ids: Collection[int]) -> Sequence[int]:
    """Active members who have one of these themes, and not the whole network: that reads the corner."""
    runs = select(MemberRole.member_id).where(
        MemberRole.network_id == network_id, MemberRole.role == RoleName.FACILITATOR
    )
    query = (
        select(ThemeCharge.member_id)
        .join(Member, col(Member.id) == ThemeCharge.member_id)
        .where(
            ThemeCharge.network_id == network_id,
            col(ThemeCharge.theme_id).in_(theme_ids),
            Member.state == MemberState.ACTIVE,
            col(ThemeCharge.member_id).not_in(runs),
        )
    )
    return sorted(set((await session.exec(query)).all()))


async def every(session: AsyncSession, network_id: int) -> Sequence[tuple[int, str]]:
    """Theme and name of who is in charge of it, active members only, in the order of names."""
    query = (
        select(ThemeCharge.theme_id, Member.display_name)
        .join(Member, col(Member.id) == ThemeCharge.member_id)
        .where(ThemeCharge.network_id == network_id, Member.state == MemberState.ACTIVE)
    )
    return sorted((await session.exec(query)).all(), key=lambda one: one[1].casefold())
