"""Messages that facilitators write to a part of the members, who wants none, and whom a choice finds.

The recipients of a message that was sent are its outbox rows: one each, by their key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlmodel import Field, SQLModel, col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.activity import SOURCES
from storage.members import Identity, Member, MemberRole, MemberState
from storage.networks import RoleName
from storage.nudges import Nudge
from storage.outbox import Outbox
from storage.profiles import Consent, PlaceColumn, Profile, ProfileTheme
from storage.registrations import Answer, Registration

SENT = "message.sent"  # the kind of the outbox rows


class MessageState(StrEnum):
    DRAFT = "draft"
    SENT = "sent"  # its rows are in the outbox
    CANCELLED = "cancelled"  # what had not left by then never does


class TeamMessage(SQLModel, table=True):
    __tablename__ = "team_message"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    title: str
    body: str
    audience: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    leaves_at: datetime | None = None  # chosen by the writer; None: soon after it is sent
    state: str = MessageState.DRAFT
    version: int = 1  # counts the changes: what is sent is what was seen
    recipients: int = 0  # when it was sent
    written_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    sent_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    changed_at: datetime
    sent_at: datetime | None = None

    __table_args__ = (
        Index("ix_team_message_network", "network_id", "state"),
        CheckConstraint("state IN ('draft', 'sent', 'cancelled')", name="team_message_state_known"),
    )


class TeamMessageRefusal(SQLModel, table=True):
    """Somebody wants no message of the team any more."""

    __tablename__ = "team_message_refusal"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    at: datetime


class Circle(StrEnum):
    """Which people a choice starts from."""

    MEMBERS = "members"
    ELECTED = "elected"  # whose function has an end
    FACILITATORS = "facilitators"
    STUCK_PROFILE = "stuck_profile"  # came lately, and their profile is not complete
    STUCK_START = "stuck_start"  # came lately, have a profile, and never did anything


@dataclass(frozen=True)
class Sought:
    """What members are chosen by; everything that is given must hold. ``place``: a column and its code."""

    circle: str = Circle.MEMBERS
    theme_ids: Sequence[int] = ()  # follows one of them
    place: tuple[PlaceColumn, str] | None = None
    kinds: Sequence[str] = ()
    silent_since: datetime | None = None
    meetup_id: int | None = None
    arrived_since: datetime | None = None  # of those who are stuck


@dataclass(frozen=True)
class Found:
    member_id: int
    account: bool  # there is one to write to
    closed_at: datetime | None  # of their private messages
    refused: bool  # wants no message of the team


async def get(
    session: AsyncSession, network_id: int, message_id: int, *, lock: bool = False
) -> TeamMessage | None:
    """A message of this network; ``lock`` holds it for a change."""
    query = select(TeamMessage).where(TeamMessage.network_id == network_id, TeamMessage.id == message_id)
    query = query.with_for_update(key_share=True) if lock else query
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def latest(
    session: AsyncSession, network_id: int, limit: int, *, written_by: int | None = None
) -> Sequence[TeamMessage]:
    """Drafts first, then those that were sent, the latest first; of one writer, where one is given."""
    query = select(TeamMessage).where(TeamMessage.network_id == network_id)
    if written_by is not None:
        query = query.where(TeamMessage.written_by == written_by)
    order = (
        (col(TeamMessage.state) != MessageState.DRAFT),
        func.coalesce(TeamMessage.sent_at, TeamMessage.changed_at).desc(),
        col(TeamMessage.id).desc(),
    )
    return (await session.exec(query.order_by(*order).limit(limit))).all()


async def count_drafts(session: AsyncSession, network_id: int) -> int:
    query = select(func.count()).where(
        TeamMessage.network_id == network_id, TeamMessage.state == MessageState.DRAFT
    )
    return (await session.exec(query)).one()


async def refuses(session: AsyncSession, network_id: int, member_id: int) -> bool:
    """Whether a member wants no message of the team."""
    query = select(TeamMessageRefusal.member_id).where(
        TeamMessageRefusal.network_id == network_id, TeamMessageRefusal.member_id == member_id
    )
    return (await session.exec(query)).first() is not None


async def choose(
    session: AsyncSession, network_id: int, sought: Sought, *, only: int | None = None
) -> Sequence[Found]:
    """Whom it finds, each once; ``only`` asks about one member."""
    account = func.min(col(Identity.id))
    first = (
        select(Identity.member_id, account.label("account"))
        .where(Identity.network_id == network_id)
        .group_by(col(Identity.member_id))
        .subquery()
    )
    query = (
        select(Member.id, Identity.id, Identity.direct_closed_at, TeamMessageRefusal.at)
        .outerjoin(first, first.c.member_id == Member.id)
        .outerjoin(Identity, col(Identity.id) == first.c.account)
        .outerjoin(TeamMessageRefusal, col(TeamMessageRefusal.member_id) == Member.id)
        .outerjoin(Profile, col(Profile.member_id) == Member.id)
        .where(Member.network_id == network_id, *_conditions(network_id, sought))
    )
    if only is not None:
        query = query.where(Member.id == only)
    rows = (await session.exec(query.order_by(col(Member.id)))).all()
    return [
        Found(member_id or 0, account is not None, closed_at, refused_at is not None)
        for member_id, account, closed_at, refused_at in rows
    ]


def _conditions(network_id: int, sought: Sought) -> list[Any]:
    found = _circle(network_id, sought)
    if sought.theme_ids:
        follows = select(ProfileTheme.member_id).where(
            ProfileTheme.network_id == network_id, col(ProfileTheme.theme_id).in_(sought.theme_ids)
        )
        found.append(col(Member.id).in_(follows))
    if sought.place is not None:
        found.append(getattr(Profile, sought.place[0]) == sought.place[1])
    if sought.kinds:
        found.append(col(Profile.organisation_kind).in_(sought.kinds))
    if sought.silent_since is not None:
        last = func.coalesce(Member.seen_at, Member.admitted_at, Member.arrived_at)
        found.append(last < sought.silent_since)
    if sought.meetup_id is not None:
        comes = select(Registration.member_id).where(
            Registration.network_id == network_id,
            Registration.meetup_id == sought.meetup_id,
            Registration.answer == Answer.YES,
        )
        found.append(col(Member.id).in_(comes))
    return found


def _circle(network_id: int, sought: Sought) -> list[Any]:
    active = Member.state == MemberState.ACTIVE
    if sought.circle == Circle.ELECTED:
        return [active, col(Profile.function_ends).is_not(None)]
    if sought.circle == Circle.FACILITATORS:
        given = select(MemberRole.member_id).where(
            MemberRole.network_id == network_id, MemberRole.role == RoleName.FACILITATOR
        )
        return [active, col(Member.id).in_(given)]
    if sought.circle not in (Circle.STUCK_PROFILE, Circle.STUCK_START):
        return [active]
    lately = col(Member.arrived_at) >= sought.arrived_since
    decided = select(Consent.member_id).where(Consent.network_id == network_id)
    complete = (
        (func.coalesce(Profile.organisation, "") != "")
        & (func.coalesce(Profile.function, "") != "")
        & col(Member.id).in_(decided)
    )
    if sought.circle == Circle.STUCK_PROFILE:
        return [col(Member.state).in_((MemberState.NEWCOMER, MemberState.ACTIVE)), lately, ~complete]
    acted = or_(
        *(
            col(Member.id).in_(
                select(source.member).where(source.network == network_id, source.member.is_not(None))
            )
            for source in SOURCES
        )
    )
    return [active, lately, complete, ~acted]


async def used_up(session: AsyncSession, network_id: int, since: datetime, limit: int) -> set[int]:
    """Members who got as many nudges since then as the budget has room for."""
    query = (
        select(Nudge.member_id)
        .where(Nudge.network_id == network_id, col(Nudge.at) > since)
        .group_by(col(Nudge.member_id))
        .having(func.count() >= limit)
    )
    return set((await session.exec(query)).all())


async def outcomes(
    session: AsyncSession, network_id: int, message_id: int
) -> Sequence[tuple[str, str | None, int]]:
    """(state, reason, how many) of a message's rows."""
    query = (
        select(Outbox.state, Outbox.reason, func.count())
        .where(Outbox.network_id == network_id, Outbox.kind == SENT, Outbox.subject_id == message_id)
        .group_by(col(Outbox.state), col(Outbox.reason))
    )
    return (await session.exec(query)).all()


async def addressed(session: AsyncSession, network_id: int, message_id: int, member_id: int) -> bool:
    """Whether a message was for this member, whatever became of it."""
    query = select(Outbox.id).where(
        Outbox.network_id == network_id,
        Outbox.kind == SENT,
        Outbox.subject_id == message_id,
        Outbox.recipient_id == member_id,
    )
    return (await session.exec(query.limit(1))).first() is not None


def row_key(message_id: int, member_id: int) -> str:
    """Of the one outbox row that a message has for a member."""
    return f"{SENT}:{message_id}:{member_id}"
