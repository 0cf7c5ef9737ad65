"""Members of a network, and the accounts by which a platform knows them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint, false
from sqlmodel import Field, SQLModel, col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession


class MemberState(StrEnum):
    NEWCOMER = "newcomer"  # arrived, not admitted yet
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class Member(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    display_name: str
    state: str = MemberState.NEWCOMER
    locale: str | None = None  # None: what the platform says
    timezone: str | None = None  # None: the network's
    short_sentences: bool = Field(
        default=False, sa_column_kwargs={"server_default": false()}
    )  # reads the short version of what has one
    arrived_at: datetime
    admitted_at: datetime | None = None
    admitted_by: int | None = Field(default=None, foreign_key="member.id")
    seen_at: datetime | None = Field(default=None, index=True)  # last acted, to within a day
    welcomed_at: datetime | None = None  # presented to the network: once, even after leaving and coming back

    __table_args__ = (
        CheckConstraint("state IN ('newcomer', 'active', 'suspended', 'left')", name="member_state_known"),
    )


class Identity(SQLModel, table=True):
    """A platform account. Unique per network: one person in two networks is two members."""

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    member_id: int = Field(foreign_key="member.id", index=True)
    platform: str = "discord"
    account_ref: str
    locale: str | None = None  # the language of the platform's client, as last seen: for messages sent later
    direct_ref: str | None = None  # the private channel, opened once and kept (openings are rationed)
    direct_closed_at: datetime | None = None  # the person refuses private messages

    __table_args__ = (UniqueConstraint("network_id", "platform", "account_ref"),)


class MemberRole(SQLModel, table=True):
    """Roles above membership that were given in Entre-pairs (facilitator)."""

    __tablename__ = "member_role"

    network_id: int = Field(foreign_key="network.id")
    member_id: int = Field(foreign_key="member.id", primary_key=True)
    role: str = Field(primary_key=True)  # a RoleName
    given_at: datetime
    given_by: int | None = Field(default=None, foreign_key="member.id")


async def by_account(
    session: AsyncSession, network_id: int, platform: str, account_ref: str
) -> tuple[Member, Identity] | None:
    """The member that an account is in this network."""
    query = (
        select(Member, Identity)
        .join(Identity, col(Identity.member_id) == Member.id)
        .where(
            Member.network_id == network_id,
            Identity.network_id == network_id,
            Identity.platform == platform,
            Identity.account_ref == account_ref,
        )
    )
    return (await session.exec(query)).first()


async def networks_of(session: AsyncSession, platform: str, account_ref: str) -> Sequence[int]:
    """The networks that an account belongs to: in private no server says which one is meant."""
    query = (
        select(Identity.network_id)
        .join(Member, col(Member.id) == Identity.member_id)
        .where(Identity.platform == platform, Identity.account_ref == account_ref)
        .where(Member.state != MemberState.LEFT)
    )
    return (await session.exec(query.order_by(col(Identity.network_id)))).all()


async def get(session: AsyncSession, network_id: int, member_id: int) -> Member | None:
    """A member of this network, whatever their state."""
    query = select(Member).where(Member.network_id == network_id, Member.id == member_id)
    return (await session.exec(query)).first()


async def several(session: AsyncSession, network_id: int, member_ids: Collection[int]) -> dict[int, Member]:
    """Members of this network by number, whatever their state."""
    query = select(Member).where(Member.network_id == network_id, col(Member.id).in_(member_ids))
    return {member.id or 0: member for member in await session.exec(query)}


async def locked(session: AsyncSession, network_id: int, member_id: int) -> Member | None:
    """As ``get``; two acts on the same member take turns."""
    query = select(Member).where(Member.network_id == network_id, Member.id == member_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def identity(
    session: AsyncSession, network_id: int, member_id: int, platform: str | None = None
) -> Identity | None:
    """The account of a member, to write to them; on any platform when none is named."""
    query = select(Identity).where(Identity.network_id == network_id, Identity.member_id == member_id)
    if platform is not None:
        query = query.where(Identity.platform == platform)
    return (await session.exec(query.order_by(col(Identity.id)))).first()


async def keep_direct(session: AsyncSession, account: Identity, channel_ref: str | None) -> None:
    """Remember the private channel of an account, or forget it when the platform knows it no more."""
    await _change_direct(session, account, direct_ref=channel_ref)


async def note_direct_open(session: AsyncSession, account: Identity) -> None:
    """A private message arrived: the person takes them (again)."""
    if account.direct_closed_at is not None:
        await _change_direct(session, account, direct_closed_at=None)


async def note_direct_closed(session: AsyncSession, account: Identity, now: datetime) -> None:
    """The person refuses private messages, as of now."""
    await _change_direct(session, account, direct_closed_at=now)


async def _change_direct(session: AsyncSession, account: Identity, **values: str | datetime | None) -> None:
    change = update(Identity).where(
        col(Identity.network_id) == account.network_id, col(Identity.id) == account.id
    )
    await session.exec(change.values(**values))


async def roles(session: AsyncSession, network_id: int, member_id: int) -> frozenset[str]:
    """Roles given in Entre-pairs, above membership."""
    query = select(MemberRole.role).where(
        MemberRole.network_id == network_id, MemberRole.member_id == member_id
    )
    return frozenset((await session.exec(query)).all())


async def count_by_state(session: AsyncSession, network_id: int) -> dict[str, int]:
    """States without anybody are absent."""
    query = (
        select(Member.state, func.count()).where(Member.network_id == network_id).group_by(col(Member.state))
    )
    return {state: count for state, count in (await session.exec(query)).all()}


async def names(session: AsyncSession, network_id: int, member_ids: Collection[int]) -> dict[int, str]:
    """How several members are called."""
    if not member_ids:
        return {}
    query = select(Member.id, Member.display_name).where(
        Member.network_id == network_id, col(Member.id).in_(member_ids)
    )
    return {member_id or 0: name for member_id, name in (await session.exec(query)).all()}


async def language(session: AsyncSession, member: Member, default: str) -> str:
    """In which language to write to a member: their choice, their client's, else the network's."""
    if member.locale is not None:
        return member.locale
    account = await identity(session, member.network_id, member.id or 0)
    return (account.locale if account else None) or default


async def roll(session: AsyncSession, network_id: int) -> Sequence[Member]:
    """Everyone who is here, whatever their state."""
    query = select(Member).where(Member.network_id == network_id, Member.state != MemberState.LEFT)
    return (await session.exec(query.order_by(col(Member.id)))).all()
