"""Networks (one per Discord server), where they live on the server, and their themes."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class Place(StrEnum):
    """What a channel or forum is for."""

    WELCOME = "welcome"
    ANNOUNCEMENTS = "announcements"
    MEETUPS = "meetups"
    FACILITATORS = "facilitators"
    PRACTICES = "practices"
    NEEDS = "needs"


class RoleName(StrEnum):
    """The roles that a network gives on the platform, lowest first."""

    NEWCOMER = "newcomer"
    MEMBER = "member"
    FACILITATOR = "facilitator"


class Network(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    platform: str = "discord"
    server_ref: str | None = Field(
        default=None, index=True
    )  # the Discord server's id; None: command line only
    name: str
    locale: str = "fr"
    timezone: str = "Europe/Paris"
    created_at: datetime
    set_up_at: datetime | None = None
    left_at: datetime | None = None  # the bot was removed from the server

    __table_args__ = (UniqueConstraint("platform", "server_ref"),)


class NetworkPlace(SQLModel, table=True):
    __tablename__ = "network_place"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    place: str = Field(primary_key=True)  # a Place
    channel_ref: str
    panel_ref: str | None = None  # the permanent message with buttons, where this place has one


class NetworkRole(SQLModel, table=True):
    __tablename__ = "network_role"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    role: str = Field(primary_key=True)  # a RoleName
    role_ref: str


class Theme(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    name: str  # in the network's language
    tag: str = Field(default="", max_length=20)  # the short form that a forum's tag can hold
    position: int  # forum tags show the first 20
    archived_at: datetime | None = None

    __table_args__ = (UniqueConstraint("network_id", "name"),)


async def by_server(session: AsyncSession, platform: str, server_ref: str) -> Network | None:
    """The network of a server: how every request from a platform finds its scope."""
    query = select(Network).where(Network.platform == platform, Network.server_ref == server_ref)
    return (await session.exec(query)).first()


async def get(session: AsyncSession, network_id: int) -> Network:
    """The network of an actor. It exists: networks are never deleted while somebody acts in them."""
    return await session.get_one(Network, network_id)


async def lock(session: AsyncSession, network_id: int) -> Network:
    """Writers of one network that must see each other's rows take turns (SQLite's writers always do)."""
    query = select(Network).where(Network.id == network_id).with_for_update(key_share=True)
    return (await session.exec(query)).one()


async def places(session: AsyncSession, network_id: int) -> dict[str, NetworkPlace]:
    """By Place; those that were never made are absent."""
    rows = await session.exec(select(NetworkPlace).where(NetworkPlace.network_id == network_id))
    return {row.place: row for row in rows}


async def roles(session: AsyncSession, network_id: int) -> dict[str, str]:
    """RoleName -> the platform's reference."""
    rows = await session.exec(select(NetworkRole).where(NetworkRole.network_id == network_id))
    return {row.role: row.role_ref for row in rows}


async def put_place(session: AsyncSession, network_id: int, place: str, channel_ref: str) -> None:
    """Where a place is now. A panel belongs to its channel: another channel has none yet."""
    row = await session.get(NetworkPlace, (network_id, place))
    if row is None:
        row = NetworkPlace(network_id=network_id, place=place, channel_ref=channel_ref)
    elif row.channel_ref != channel_ref:
        row.channel_ref = channel_ref
        row.panel_ref = None
    session.add(row)


async def put_role(session: AsyncSession, network_id: int, role: str, role_ref: str) -> None:
    """Which platform role a RoleName is now."""
    row = await session.get(NetworkRole, (network_id, role))
    if row is None:
        row = NetworkRole(network_id=network_id, role=role, role_ref=role_ref)
    row.role_ref = role_ref
    session.add(row)


async def themes(session: AsyncSession, network_id: int) -> Sequence[Theme]:
    """Those in use, in the order chosen by the facilitators."""
    query = select(Theme).where(Theme.network_id == network_id, col(Theme.archived_at).is_(None))
    return (await session.exec(query.order_by(col(Theme.position), col(Theme.id)))).all()


async def all_themes(session: AsyncSession, network_id: int) -> Sequence[Theme]:
    """Archived ones too: their names are taken."""
    query = select(Theme).where(Theme.network_id == network_id)
    return (await session.exec(query.order_by(col(Theme.position), col(Theme.id)))).all()


async def theme(session: AsyncSession, network_id: int, theme_id: int) -> Theme | None:
    """Archived or not: what bears it keeps its name."""
    query = select(Theme).where(Theme.network_id == network_id, Theme.id == theme_id)
    return (await session.exec(query)).first()


async def theme_named(session: AsyncSession, network_id: int, name: str) -> Theme | None:
    """Archived or not: a name is unique in a network."""
    query = select(Theme).where(Theme.network_id == network_id, Theme.name == name)
    return (await session.exec(query)).first()


async def put_panel(session: AsyncSession, network_id: int, message_ref: str | None) -> None:
    """Where the permanent message of the welcome place stands."""
    place = await session.get(NetworkPlace, (network_id, Place.WELCOME))
    if place is not None:
        place.panel_ref = message_ref
        session.add(place)


async def standing(session: AsyncSession, platform: str) -> Sequence[Network]:
    """Every network on a server that the bot has not left: for the operator's checks, never for a member."""
    query = select(Network).where(
        Network.platform == platform, col(Network.server_ref).is_not(None), col(Network.left_at).is_(None)
    )
    return (await session.exec(query.order_by(col(Network.id)))).all()


async def everywhere(session: AsyncSession) -> Sequence[Network]:
    """Every network, on a server or not: for the operator's command line, never for a member."""
    query = select(Network).where(col(Network.left_at).is_(None))
    return (await session.exec(query.order_by(col(Network.id)))).all()
