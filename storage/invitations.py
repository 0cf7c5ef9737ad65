"""Personal codes that open the network: made one by one or from a list, each used once."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession


class Invitation(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    code: str
    name: str  # of the person that it is for, as the facilitators know them
    authority_id: str | None = None
    organisation: str = ""  # a free name, where there is no authority
    function: str = ""
    created_at: datetime
    created_by: int | None = Field(default=None, foreign_key="member.id", index=True)  # None: the operator
    used_at: datetime | None = None
    used_by: int | None = Field(default=None, foreign_key="member.id", index=True)

    __table_args__ = (UniqueConstraint("network_id", "code"),)


async def locked(session: AsyncSession, network_id: int, code: str) -> Invitation | None:
    """The invitation of a code of this network; two who type the same take turns."""
    query = select(Invitation).where(Invitation.network_id == network_id, Invitation.code == code)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def known(session: AsyncSession, network_id: int, name: str, organisation: str) -> Invitation | None:
    """The invitation that a person already has: reading the same list twice makes no second code."""
    query = select(Invitation).where(
        Invitation.network_id == network_id, Invitation.name == name, Invitation.organisation == organisation
    )
    return (await session.exec(query)).first()
