"""Members of a network, and the accounts by which a platform knows them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel


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
    arrived_at: datetime
    admitted_at: datetime | None = None
    admitted_by: int | None = Field(default=None, foreign_key="member.id")

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
