"""The roles that a network's themes have on its server, and where they are taken."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Member, MemberState
from storage.networks import Theme
from storage.profiles import Consent, ProfileTheme

WEARS = "theme_roles"  # the consent: the roles of the themes that one follows, which the whole server sees


class NetworkThemeRoles(SQLModel, table=True):
    """Whether a network's themes have roles; absent: they have none."""

    __tablename__ = "network_theme_roles"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    enabled: bool = False
    channel_ref: str | None = None  # where the message is that they are taken from
    panel_ref: str | None = None


class ThemeRole(SQLModel, table=True):
    __tablename__ = "theme_role"

    theme_id: int = Field(foreign_key="theme.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    role_ref: str
    name: str  # the theme's when the role last followed it: a name that people changed since is theirs
    adopted: bool = False  # it was on the server before: never deleted by us
    ended: bool = False  # it is to go, or was taken back: should it come back, its wearers get it again


# Whoever follows a theme and agreed to wear its role; whoever is a member now.
_WANTED = and_(
    col(Consent.member_id) == ProfileTheme.member_id, col(Consent.field) == WEARS, col(Consent.granted)
)
_ADMITTED = and_(col(Member.id) == ProfileTheme.member_id, col(Member.state) == MemberState.ACTIVE)


async def settings(session: AsyncSession, network_id: int) -> NetworkThemeRoles:
    """What the network chose; a new one is not in the session."""
    return await session.get(NetworkThemeRoles, network_id) or NetworkThemeRoles(network_id=network_id)


async def every(session: AsyncSession, network_id: int) -> dict[int, ThemeRole]:
    """By theme; also those of archived themes that are still to go."""
    rows = await session.exec(select(ThemeRole).where(ThemeRole.network_id == network_id))
    return {row.theme_id: row for row in rows}


async def of(session: AsyncSession, network_id: int, theme_id: int) -> ThemeRole | None:
    """The role of a theme, if it has one."""
    query = select(ThemeRole).where(ThemeRole.network_id == network_id, ThemeRole.theme_id == theme_id)
    return (await session.exec(query)).first()


async def is_used(session: AsyncSession, network_id: int, role_ref: str) -> bool:
    """Whether a role of the server is some theme's."""
    query = select(ThemeRole.theme_id).where(
        ThemeRole.network_id == network_id, ThemeRole.role_ref == role_ref
    )
    return (await session.exec(query)).first() is not None


async def forget(session: AsyncSession, network_id: int, theme_ids: Collection[int]) -> None:
    """The roles are no more, or are ours no more."""
    await session.exec(
        delete(ThemeRole).where(
            col(ThemeRole.network_id) == network_id, col(ThemeRole.theme_id).in_(theme_ids)
        )
    )


async def forget_ref(session: AsyncSession, network_id: int, role_ref: str) -> bool:
    """Somebody deleted this role by hand. False: it is no theme's."""
    gone = delete(ThemeRole).where(
        col(ThemeRole.network_id) == network_id, col(ThemeRole.role_ref) == role_ref
    )
    return (await session.exec(gone.returning(col(ThemeRole.theme_id)))).first() is not None


async def decision(session: AsyncSession, network_id: int, member_id: int) -> Consent | None:
    """Whether somebody wears the roles of their themes; None: they never said."""
    query = select(Consent).where(
        Consent.network_id == network_id, Consent.member_id == member_id, Consent.field == WEARS
    )
    return (await session.exec(query)).first()


async def worn(session: AsyncSession, network_id: int, member_id: int) -> Sequence[int]:
    """The themes whose role somebody wants to wear, whatever became of their access."""
    query = (
        select(ProfileTheme.theme_id)
        .join(Consent, _WANTED)
        .join(Theme, col(Theme.id) == ProfileTheme.theme_id)
        .where(
            ProfileTheme.network_id == network_id,
            ProfileTheme.member_id == member_id,
            col(Theme.archived_at).is_(None),
        )
    )
    return (await session.exec(query.order_by(col(ProfileTheme.theme_id)))).all()


async def wearers(session: AsyncSession, network_id: int, theme_id: int) -> Sequence[int]:
    """The members who want to wear the role of a theme, and may."""
    query = (
        select(ProfileTheme.member_id)
        .join(Consent, _WANTED)
        .join(Member, _ADMITTED)
        .where(ProfileTheme.network_id == network_id, ProfileTheme.theme_id == theme_id)
    )
    return (await session.exec(query.order_by(col(ProfileTheme.member_id)))).all()


async def count_wearers(session: AsyncSession, network_id: int) -> dict[int, int]:
    """By theme; themes whose role nobody wears are absent."""
    query = (
        select(ProfileTheme.theme_id, func.count())
        .join(Consent, _WANTED)
        .join(Member, _ADMITTED)
        .where(ProfileTheme.network_id == network_id)
        .group_by(col(ProfileTheme.theme_id))
    )
    return dict((await session.exec(query)).all())
