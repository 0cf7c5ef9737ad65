"""Who an account is in a server's network, in one question: every command, click and form asks it first."""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Identity, Member, MemberRole
from storage.networks import Network, NetworkRole


@dataclass(frozen=True, slots=True)
class Recognised:
    """``known`` is None for a stranger; ``given``: roles given in Entre-pairs."""

    network: Network
    known: tuple[Member, Identity] | None
    role_refs: dict[str, str]
    given: frozenset[str]


_ACCOUNT = and_(
    col(Identity.network_id) == col(Network.id),
    col(Identity.platform) == bindparam("platform"),
    col(Identity.account_ref) == bindparam("account"),
)
# Made once: building it would cost more than asking it.
_ASKED = (
    select(Network, Identity, Member, NetworkRole.role, NetworkRole.role_ref, MemberRole.role)  # type: ignore[call-overload]  # typed for four columns at most
    .outerjoin(Identity, _ACCOUNT)
    .outerjoin(Member, col(Member.id) == col(Identity.member_id))
    .outerjoin(NetworkRole, col(NetworkRole.network_id) == col(Network.id))
    .outerjoin(MemberRole, col(MemberRole.member_id) == col(Member.id))
    .where(col(Network.platform) == bindparam("platform"), col(Network.server_ref) == bindparam("server"))
)


async def recognise(
    session: AsyncSession, platform: str, server_ref: str, account_ref: str
) -> Recognised | None:
    """None when the server has no network."""
    asked = {"platform": platform, "server": server_ref, "account": account_ref}
    rows = (await session.exec(_ASKED, params=asked)).all()
    if not rows:
        return None
    network, identity, member = rows[0][:3]
    return Recognised(
        network,
        None if identity is None or member is None else (member, identity),
        {role: ref for _, _, _, role, ref, _ in rows if role is not None},
        frozenset(role for *_, role in rows if role is not None),
    )
