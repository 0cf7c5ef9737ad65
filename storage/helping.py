"""Who may be asked for help, who was asked, who said yes; and what others say of a need in one click.

One row per need and helper: asked twice is asked once. How often somebody was asked is counted from these
rows, so the cap holds whatever the process.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ColumnElement,
    Date,
    Index,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    literal,
    or_,
)
from sqlalchemy import select as columns
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage import profiles
from storage.members import Member, MemberState
from storage.profiles import Profile, ProfileTheme, Wanted

CONSIDERED = 60


class HelpState(StrEnum):
    CHOSEN = "chosen"  # the message to them has not left yet
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SILENT = "silent"  # no answer: as good as a no, which nobody is told
    SKIPPED = "skipped"  # left, or opted out, before the message left; or nobody waits for them any more


class HelpOrigin(StrEnum):
    MATCHED = "matched"  # by the bot
    SUGGESTED = "suggested"  # by a facilitator
    OFFERED = "offered"  # of their own accord: no request to count


class Stance(StrEnum):
    DONE_HERE = "done_here"  # « déjà fait chez nous »
    NOT_FOR_US = "not_for_us"  # « ne nous concerne pas »


class Availability(SQLModel, table=True):
    """May be asked, from when. A pause ends by itself: the day is compared, nothing has to be switched."""

    member_id: int = Field(primary_key=True, foreign_key="member.id")
    network_id: int = Field(foreign_key="network.id")
    willing: bool
    paused_until: date | None = None  # the day on which they may be asked again
    changed_at: datetime

    __table_args__ = (Index("ix_availability_willing", "network_id", "willing", "member_id"),)


class HelpRequest(SQLModel, table=True):
    __tablename__ = "help_request"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    need_id: int = Field(foreign_key="need.id")
    helper_id: int = Field(foreign_key="member.id")
    origin: str
    state: str
    words: str = ""  # of who offers: a word for who asks
    chosen_at: datetime
    asked_at: datetime | None = None
    answered_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("need_id", "helper_id"),
        Index("ix_help_request_load", "helper_id", "chosen_at"),
        Index("ix_help_request_state", "state", "chosen_at"),
        CheckConstraint(
            "state IN ('chosen', 'asked', 'accepted', 'declined', 'silent', 'skipped')",
            name="help_request_state_known",
        ),
        CheckConstraint("origin IN ('matched', 'suggested', 'offered')", name="help_request_origin_known"),
    )


class NeedStance(SQLModel, table=True):
    __tablename__ = "need_stance"

    need_id: int = Field(foreign_key="need.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id")
    stance: str
    at: datetime

    __table_args__ = (CheckConstraint("stance IN ('done_here', 'not_for_us')", name="need_stance_known"),)


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be asked. ``load``: how often they were in the period; ``last``: when, if ever."""

    member_id: int
    far: int
    near: int
    shared: int  # themes of the need that they follow
    load: int
    last: datetime | None


async def availability(session: AsyncSession, network_id: int, member_id: int) -> Availability | None:
    """None: was never asked to help, and said nothing."""
    query = select(Availability).where(
        Availability.network_id == network_id, Availability.member_id == member_id
    )
    return (await session.exec(query)).first()


async def count_willing(session: AsyncSession, network_id: int, today: date) -> int:
    """How many may be asked today."""
    found = await (await session.connection()).execute(
        _COUNT_WILLING, {"network": network_id, "today": today}
    )
    return int(found.scalar_one())


def _willing(network_id: int | BindParameter[int], today: date | BindParameter[date]) -> SelectOfScalar[int]:
    return (
        select(Availability.member_id)
        .join(Member, col(Member.id) == Availability.member_id)
        .where(*_is_willing(network_id, today))
    )


def _is_willing(
    network_id: int | BindParameter[int], today: date | BindParameter[date]
) -> tuple[ColumnElement[bool], ...]:
    """Of an availability and its member."""
    return (
        col(Availability.network_id) == network_id,
        col(Availability.willing).is_(True),
        or_(col(Availability.paused_until).is_(None), col(Availability.paused_until) <= today),
        col(Member.state) == MemberState.ACTIVE,
    )


# Made once: building a statement takes longer than running it.
_COUNT_WILLING = select(func.count()).select_from(
    _willing(bindparam("network"), bindparam("today", type_=Date())).subquery()
)


async def is_willing(session: AsyncSession, network_id: int, member_id: int, today: date) -> bool:
    """Still a member, still opted in, not on a pause."""
    query = _willing(network_id, today).where(Availability.member_id == member_id)
    return (await session.exec(query)).first() is not None


async def of_need(session: AsyncSession, network_id: int, need_id: int) -> Sequence[HelpRequest]:
    """Everybody who was asked, or offered, in that order."""
    query = select(HelpRequest).where(HelpRequest.network_id == network_id, HelpRequest.need_id == need_id)
    return (await session.exec(query.order_by(col(HelpRequest.id)))).all()


async def of_needs(session: AsyncSession, network_id: int, need_ids: Sequence[int]) -> Sequence[HelpRequest]:
    """As ``of_need``, for several."""
    if not need_ids:
        return ()
    query = select(HelpRequest).where(
        HelpRequest.network_id == network_id, col(HelpRequest.need_id).in_(need_ids)
    )
    return (await session.exec(query.order_by(col(HelpRequest.id)))).all()


async def request(session: AsyncSession, network_id: int, request_id: int) -> HelpRequest | None:
    """By its own id."""
    query = select(HelpRequest).where(HelpRequest.network_id == network_id, HelpRequest.id == request_id)
    return (await session.exec(query)).first()


async def request_to(
    session: AsyncSession, network_id: int, need_id: int, helper_id: int
) -> HelpRequest | None:
    """What this member was asked about this need. The need's row is held by who changes it."""
    query = select(HelpRequest).where(
        HelpRequest.network_id == network_id,
        HelpRequest.need_id == need_id,
        HelpRequest.helper_id == helper_id,
    )
    return (await session.exec(query.execution_options(populate_existing=True))).first()


async def waiting_for(session: AsyncSession, network_id: int, helper_id: int) -> Sequence[HelpRequest]:
    """What a member was asked and has not answered, the latest first."""
    query = select(HelpRequest).where(
        HelpRequest.network_id == network_id,
        HelpRequest.helper_id == helper_id,
        HelpRequest.state == HelpState.ASKED,
    )
    return (await session.exec(query.order_by(col(HelpRequest.id).desc()))).all()


async def overdue(session: AsyncSession, *, asked_before: datetime, limit: int) -> Sequence[tuple[int, int]]:
    """(network, need) with somebody chosen whose message has not left, or asked without an answer since then.

    Of every network: for the application's own tick, which looks at each again under its lock.
    """
    stale = and_(col(HelpRequest.state) == HelpState.ASKED, col(HelpRequest.asked_at) <= asked_before)
    query = (
        select(HelpRequest.network_id, HelpRequest.need_id)
        .where(or_(col(HelpRequest.state) == HelpState.CHOSEN, stale))
        .distinct()
        .order_by(col(HelpRequest.need_id))
        .limit(limit)
    )
    return (await session.exec(query)).all()


async def loads(
    session: AsyncSession, network_id: int, helper_ids: Collection[int], since: datetime
) -> dict[int, int]:
    """How often each was asked since then; who was not is absent. Offers are no requests."""
    query = (
        select(HelpRequest.helper_id, func.count())
        .where(HelpRequest.network_id == network_id, col(HelpRequest.helper_id).in_(list(helper_ids)))
        .where(_counts(since))
        .group_by(col(HelpRequest.helper_id))
    )
    return dict((await session.exec(query)).all())


def _counts(since: datetime) -> ColumnElement[bool]:
    return (
        (col(HelpRequest.chosen_at) > since)
        & (col(HelpRequest.origin) != HelpOrigin.OFFERED)
        & (col(HelpRequest.state) != HelpState.SKIPPED)
    )


async def candidates(
    session: AsyncSession,
    network_id: int,
    wanted: Wanted,
    *,
    today: date,
    since: datetime,
    most: int,
    theme_ids: Sequence[int] = (),
    stems: Sequence[str] = (),
    words: int = 1,
    besides: Collection[int] = (),
) -> Sequence[Candidate]:
    """Willing members under the cap (``most`` requests since then) who know of it, nearest territories first.

    They follow one of the themes, or say so many of the ``words`` of themselves. Never who asks, nor
    ``besides``.
    """
    away, close = profiles.far(wanted), profiles.near(wanted)
    followers = (
        select(ProfileTheme.member_id, func.count().label("themes"))
        .where(ProfileTheme.network_id == network_id, col(ProfileTheme.theme_id).in_(theme_ids))
        .group_by(col(ProfileTheme.member_id))
        .subquery()
    )
    shared: ColumnElement[int] = followers.c.themes if theme_ids else literal(0)
    asked = (
        select(
            HelpRequest.helper_id,
            func.max(HelpRequest.chosen_at).label("last"),
            func.sum(case((_counts(since), 1), else_=0)).label("load"),
        )
        .where(HelpRequest.network_id == network_id, HelpRequest.origin != HelpOrigin.OFFERED)
        .group_by(col(HelpRequest.helper_id))
        .subquery()
    )
    load = func.coalesce(asked.c.load, 0)
    query = (
        columns(col(Profile.member_id), away, close, shared, load, asked.c.last)
        .join(Availability, col(Availability.member_id) == Profile.member_id)
        .join(Member, col(Member.id) == Profile.member_id)
        .outerjoin(asked, asked.c.helper_id == Profile.member_id)
        .where(
            col(Profile.network_id) == network_id,
            *_is_willing(network_id, today),
            col(Profile.member_id).not_in([wanted.member_id, *besides]),
            load < most,
        )
    )
    said = [
        case(((col(Profile.stems) + " ").contains(f" {stem} ", autoescape=True), 1), else_=0)
        for stem in stems
    ]
    if theme_ids:  # begins with those who follow them: a few of all members
        query = query.join(followers, followers.c.member_id == Profile.member_id)
    elif said:
        query = query.where(sum(said[1:], start=said[0]) >= words)
    else:
        return ()
    await session.flush()
    nearest = query.order_by(away, close.desc(), col(Profile.member_id)).limit(CONSIDERED)
    found = await (await session.connection()).execute(nearest)
    return [Candidate(*row) for row in found.all()]


async def stances(
    session: AsyncSession, network_id: int, need_ids: Sequence[int]
) -> dict[tuple[int, str], int]:
    """(need, stance) -> how many said so."""
    if not need_ids:
        return {}
    query = (
        select(NeedStance.need_id, NeedStance.stance, func.count())
        .where(NeedStance.network_id == network_id, col(NeedStance.need_id).in_(need_ids))
        .group_by(col(NeedStance.need_id), col(NeedStance.stance))
    )
    return {(need_id, stance): count for need_id, stance, count in (await session.exec(query)).all()}


async def not_concerned(session: AsyncSession, network_id: int, need_id: int) -> Sequence[int]:
    """Members who said that it does not concern them: they are not asked about it."""
    query = select(NeedStance.member_id).where(
        NeedStance.network_id == network_id,
        NeedStance.need_id == need_id,
        NeedStance.stance == Stance.NOT_FOR_US,
    )
    return (await session.exec(query)).all()


async def take_stance(
    session: AsyncSession, network_id: int, need_id: int, member_id: int, stance: Stance, now: datetime
) -> bool:
    """The latest word wins; False when it was said already. The need's row is held by the caller."""
    row = await session.get(NeedStance, (need_id, member_id), populate_existing=True)
    if row is not None and row.stance == stance:
        return False
    if row is None:
        row = NeedStance(need_id=need_id, member_id=member_id, network_id=network_id, stance=stance, at=now)
    row.stance, row.at = stance, now
    session.add(row)
    await session.flush()
    return True
