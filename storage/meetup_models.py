"""What a network decided for its meetups once: the models they start from, and its settings for them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession


class NetworkMeetups(SQLModel, table=True):
    """How a network wants its meetups; absent: the defaults below."""

    __tablename__ = "network_meetups"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    departement: str | None = None  # where it is, when it is in one: for the holidays there
    threads: bool = True  # a private thread for those registered
    roles: bool = False  # a role for those registered, for as long as the meetup is near


class MeetupModel(SQLModel, table=True):
    """A meetup without its date."""

    __tablename__ = "meetup_model"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    title: str
    description: str = ""
    theme_id: int | None = Field(default=None, foreign_key="theme.id")
    place: str = ""
    url: str | None = None
    minutes: int
    capacity: int | None = None
    created_by: int | None = Field(default=None, foreign_key="member.id")
    created_at: datetime

    __table_args__ = (
        UniqueConstraint("network_id", "title"),
        CheckConstraint("minutes > 0", name="meetup_model_lasts"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="meetup_model_has_seats"),
    )


async def settings(session: AsyncSession, network_id: int) -> NetworkMeetups:
    """What the network chose, or the defaults; new ones are not in the session."""
    return await session.get(NetworkMeetups, network_id) or NetworkMeetups(network_id=network_id)


async def every(session: AsyncSession, network_id: int) -> Sequence[MeetupModel]:
    """By title."""
    query = select(MeetupModel).where(MeetupModel.network_id == network_id)
    return (await session.exec(query.order_by(func.lower(MeetupModel.title), col(MeetupModel.id)))).all()


async def get(session: AsyncSession, network_id: int, model_id: int) -> MeetupModel | None:
    """One of this network."""
    query = select(MeetupModel).where(MeetupModel.network_id == network_id, MeetupModel.id == model_id)
    return (await session.exec(query)).first()


async def titled(session: AsyncSession, network_id: int, title: str) -> MeetupModel | None:
    """The one that is called so."""
    query = select(MeetupModel).where(MeetupModel.network_id == network_id, MeetupModel.title == title)
    return (await session.exec(query)).first()


async def forget(session: AsyncSession, network_id: int, model_id: int) -> bool:
    """False: it was gone already."""
    gone = delete(MeetupModel).where(
        col(MeetupModel.network_id) == network_id, col(MeetupModel.id) == model_id
    )
    return (await session.exec(gone.returning(col(MeetupModel.id)))).first() is not None
