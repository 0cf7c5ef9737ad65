"""Who is logged in on the web pages. Only a digest of what the browser holds is kept.

A session is opened as a member and good for every network that the same account helps to run: those are
looked up anew at each request, and no session outlives a day.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Field, SQLModel, col, delete, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Identity, Member, MemberRole, MemberState
from storage.networks import Network, RoleName


class WebSession(SQLModel, table=True):
    __tablename__ = "web_session"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)  # SHA-256 of the secret in the cookie
    network_id: int = Field(foreign_key="network.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    form_key: str  # every form that is sent must bear it
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime = Field(index=True)


async def find(session: AsyncSession, digest: str, now: datetime, idle_since: datetime) -> WebSession | None:
    """The one that still holds."""
    query = select(WebSession).where(
        WebSession.digest == digest, WebSession.expires_at > now, WebSession.seen_at > idle_since
    )
    return (await session.exec(query)).first()


async def close(session: AsyncSession, digest: str) -> None:
    """Nobody enters with it any more."""
    await session.exec(delete(WebSession).where(col(WebSession.digest) == digest))


async def close_all(session: AsyncSession, account: Identity) -> None:
    """Those of an account, on every machine, whatever network they were opened in."""
    same = select(Identity.member_id).where(
        Identity.platform == account.platform, Identity.account_ref == account.account_ref
    )
    await session.exec(delete(WebSession).where(col(WebSession.member_id).in_(same)))


async def forget(session: AsyncSession, now: datetime, idle_since: datetime) -> int:
    """What holds no more; how many."""
    over = or_(col(WebSession.expires_at) <= now, col(WebSession.seen_at) <= idle_since)
    return (await session.exec(delete(WebSession).where(over))).rowcount


async def helped_networks(
    session: AsyncSession, platform: str, account_ref: str
) -> Sequence[tuple[Network, Member, str | None]]:
    """The networks that an account helps to run now, with who it is there and the language of its client."""
    query = (
        select(Network, Member, Identity.locale)
        .join(Member, col(Member.network_id) == Network.id)
        .join(Identity, col(Identity.member_id) == Member.id)
        .join(MemberRole, col(MemberRole.member_id) == Member.id)
        .where(
            Identity.platform == platform,
            Identity.account_ref == account_ref,
            MemberRole.role == RoleName.FACILITATOR,
            Member.state == MemberState.ACTIVE,
            col(Network.left_at).is_(None),
        )
    )
    found = (await session.exec(query.order_by(col(Network.name), col(Network.id)))).all()
    return [(network, member, locale) for network, member, locale in found]


async def other_networks(
    session: AsyncSession, platform: str, account_ref: str, but: Collection[int], *, limit: int
) -> Sequence[tuple[Network, Member, str | None]]:
    """The other networks that an account belongs to, where the platform may know better."""
    query = (
        select(Network, Member, Identity.locale)
        .join(Member, col(Member.network_id) == Network.id)
        .join(Identity, col(Identity.member_id) == Member.id)
        .where(
            Identity.platform == platform,
            Identity.account_ref == account_ref,
            Network.platform == platform,
            col(Network.id).not_in(but),
            col(Network.server_ref).is_not(None),
            col(Network.left_at).is_(None),
            Member.state != MemberState.LEFT,
        )
    )
    found = (await session.exec(query.order_by(col(Network.name), col(Network.id)).limit(limit))).all()
    return [(network, member, locale) for network, member, locale in found]
