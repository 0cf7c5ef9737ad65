"""Networks (one per Discord server), where they live on the server, and their themes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel


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
