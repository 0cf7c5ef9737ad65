"""What became of a practice elsewhere: who takes it up, how it ends, and who says « coup de cœur ».

Both are counted by authority: three colleagues of one town hall are one.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession


class ReuseState(StrEnum):
    ONGOING = "ongoing"
    ADOPTED = "adopted"  # as it was
    ADAPTED = "adapted"
    ABANDONED = "abandoned"


class PracticeReuse(SQLModel, table=True):
    __tablename__ = "practice_reuse"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    practice_id: int = Field(foreign_key="practice.id")
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    authority_key: str  # one reuse per authority: see ``community.practice_people``
    authority_id: str | None = None
    authority: str = ""  # shown name; empty once who declared it was erased
    state: str = ReuseState.ONGOING
    why: str = ""
    declared_at: datetime
    answered_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("practice_id", "authority_key"),
        Index("ix_practice_reuse_network", "network_id", "declared_at"),
        CheckConstraint(
            "state IN ('ongoing', 'adopted', 'adapted', 'abandoned')", name="practice_reuse_state_known"
        ),
    )


class PracticeHeart(SQLModel, table=True):
    """A member's « coup de cœur »."""

    __tablename__ = "practice_heart"

    practice_id: int = Field(foreign_key="practice.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id")
    authority_key: str
    at: datetime

    __table_args__ = (Index("ix_practice_heart_network", "network_id", "at"),)


class ThemeNotice(SQLModel, table=True):
    """A member who asked to be told of each new card on a theme."""

    __tablename__ = "theme_notice"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id")


async def get(session: AsyncSession, network_id: int, reuse_id: int) -> PracticeReuse | None:
    """Whatever its state."""
    query = select(PracticeReuse).where(PracticeReuse.network_id == network_id, PracticeReuse.id == reuse_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, reuse_id: int) -> PracticeReuse | None:
    """As ``get``; two clicks take turns."""
    query = select(PracticeReuse).where(PracticeReuse.network_id == network_id, PracticeReuse.id == reuse_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def by_authority(
    session: AsyncSession, network_id: int, practice_id: int, authority_key: str
) -> PracticeReuse | None:
    """The one reuse of this practice by this authority."""
    query = select(PracticeReuse).where(
        PracticeReuse.network_id == network_id,
        PracticeReuse.practice_id == practice_id,
        PracticeReuse.authority_key == authority_key,
    )
    return (await session.exec(query)).first()


async def of_practices(
    session: AsyncSession, network_id: int, practice_ids: Collection[int]
) -> dict[int, list[PracticeReuse]]:
    """By practice, the first declared first; practices that nobody took up are absent."""
    query = select(PracticeReuse).where(
        PracticeReuse.network_id == network_id, col(PracticeReuse.practice_id).in_(practice_ids)
    )
    found: dict[int, list[PracticeReuse]] = {}
    for one in (
        await session.exec(query.order_by(col(PracticeReuse.declared_at), col(PracticeReuse.id)))
    ).all():
        found.setdefault(one.practice_id, []).append(one)
    return found


async def of_member(session: AsyncSession, network_id: int, member_id: int) -> Sequence[PracticeReuse]:
    """What a member declared."""
    query = select(PracticeReuse).where(
        PracticeReuse.network_id == network_id, PracticeReuse.member_id == member_id
    )
    return (await session.exec(query.order_by(col(PracticeReuse.id)))).all()


async def has_heart(session: AsyncSession, practice_id: int, member_id: int) -> bool:
    """Whether this member likes it."""
    return await session.get(PracticeHeart, (practice_id, member_id)) is not None


async def take_heart(session: AsyncSession, practice_id: int, member_id: int) -> None:
    """Nothing happens when there was none."""
    await session.exec(
        delete(PracticeHeart).where(
            col(PracticeHeart.practice_id) == practice_id, col(PracticeHeart.member_id) == member_id
        )
    )


async def hearts(
    session: AsyncSession, network_id: int, practice_ids: Collection[int], since: datetime | None = None
) -> dict[int, int]:
    """How many authorities like each; practices that nobody likes are absent."""
    query = select(PracticeHeart.practice_id, func.count(func.distinct(PracticeHeart.authority_key))).where(
        PracticeHeart.network_id == network_id, col(PracticeHeart.practice_id).in_(practice_ids)
    )
    if since is not None:
        query = query.where(PracticeHeart.at >= since)
    return dict((await session.exec(query.group_by(col(PracticeHeart.practice_id)))).all())


async def most_liked(
    session: AsyncSession, network_id: int, since: datetime, *, limit: int
) -> Sequence[tuple[int, int]]:
    """Practice and how many authorities said « coup de cœur » since then, most first: for digests."""
    count = func.count(func.distinct(PracticeHeart.authority_key))
    query = (
        select(PracticeHeart.practice_id, count)
        .where(PracticeHeart.network_id == network_id, PracticeHeart.at >= since)
        .group_by(col(PracticeHeart.practice_id))
        .order_by(count.desc(), col(PracticeHeart.practice_id))
    )
    return (await session.exec(query.limit(limit))).all()


async def noticed_themes(session: AsyncSession, network_id: int, member_id: int) -> frozenset[int]:
    """The themes that a member asked to be told of."""
    query = select(ThemeNotice.theme_id).where(
        ThemeNotice.network_id == network_id, ThemeNotice.member_id == member_id
    )
    return frozenset((await session.exec(query)).all())


async def notice_themes(
    session: AsyncSession, network_id: int, member_id: int, theme_ids: Collection[int]
) -> None:
    """These and no other. The ids were checked to be of the network."""
    await session.exec(
        delete(ThemeNotice).where(
            col(ThemeNotice.network_id) == network_id, col(ThemeNotice.member_id) == member_id
        )
    )
    session.add_all(
        ThemeNotice(member_id=member_id, theme_id=theme_id, network_id=network_id)
        for theme_id in sorted(set(theme_ids))
    )
    await session.flush()


async def to_tell(session: AsyncSession, network_id: int, theme_ids: Collection[int]) -> Sequence[int]:
    """The members who asked to be told of any of these themes."""
    query = select(ThemeNotice.member_id).where(
        ThemeNotice.network_id == network_id, col(ThemeNotice.theme_id).in_(theme_ids)
    )
    return sorted(set((await session.exec(query)).all()))
