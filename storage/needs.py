"""Needs: what a member looks for, for when, and what became of it. Who helps is in ``helping.py``.

A need without its author's name is kept with it all the same: the facilitators know, the words do not say.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel, col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.networks import Theme
from storage.threads import NEED, Thread


class NeedState(StrEnum):
    WAITING = "waiting"  # without a name: a facilitator reads it first
    OPEN = "open"
    SOLVED = "solved"
    DONE = "done"  # it had been done elsewhere already: that was the answer
    UNCONCERNED = "unconcerned"  # not for this network
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class Need(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    author_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    title: str
    context: str = ""
    territory: str = ""  # as shown: empty without a name, or when its author keeps it to themselves
    deadline: date | None = None
    nameless: bool = False
    state: str = NeedState.OPEN
    reason: str = ""  # why it was refused
    outcome: str | None = None  # a key of the label table "need_outcomes", once closed
    decided_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    thread_ref: str | None = None  # in the needs forum
    created_at: datetime
    published_at: datetime | None = None
    active_at: datetime  # something happened to it through the bot
    follow_up_at: datetime | None = None  # when its author is asked how it goes; None: was asked
    closed_at: datetime | None = None

    __table_args__ = (
        Index("ix_need_shelf", "network_id", "state", "published_at"),
        CheckConstraint(
            "state IN ('waiting', 'open', 'solved', 'done', 'unconcerned', 'withdrawn', 'refused')",
            name="need_state_known",
        ),
        CheckConstraint(
            "outcome IS NULL OR outcome IN ('useful', 'met', 'not_met')", name="need_outcome_known"
        ),
    )


class NeedTheme(SQLModel, table=True):
    __tablename__ = "need_theme"

    need_id: int = Field(foreign_key="need.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True, index=True)


class NeedReply(SQLModel, table=True):
    """What the author of a need without a name says in its thread, through the bot."""

    __tablename__ = "need_reply"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    need_id: int = Field(foreign_key="need.id", index=True)
    author_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    words: str
    created_at: datetime


async def get(session: AsyncSession, network_id: int, need_id: int) -> Need | None:
    """Whatever its state: the use case decides who may see it."""
    query = select(Need).where(Need.network_id == network_id, Need.id == need_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, need_id: int) -> Need | None:
    """As ``get``; whoever changes a need, or who helps with it, takes turns."""
    query = select(Need).where(Need.network_id == network_id, Need.id == need_id)
    held = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(held)).first()


async def set_themes(session: AsyncSession, need_id: int, theme_ids: Collection[int]) -> None:
    """Of a need that has none yet."""
    session.add_all(NeedTheme(need_id=need_id, theme_id=theme_id) for theme_id in sorted(theme_ids))
    await session.flush()


async def themes_of(
    session: AsyncSession, network_id: int, need_ids: Sequence[int]
) -> dict[int, list[Theme]]:
    """The themes of several needs at once, in the network's order; a need without any is absent."""
    if not need_ids:
        return {}
    query = (
        select(NeedTheme.need_id, Theme)
        .join(Theme, col(Theme.id) == NeedTheme.theme_id)
        .where(Theme.network_id == network_id, col(NeedTheme.need_id).in_(need_ids))
        .order_by(col(Theme.position), col(Theme.id))
    )
    found: dict[int, list[Theme]] = {}
    for need_id, theme in (await session.exec(query)).all():
        found.setdefault(need_id, []).append(theme)
    return found


async def shelf(
    session: AsyncSession, network_id: int, states: Collection[str], *, limit: int, offset: int = 0
) -> tuple[Sequence[Need], int]:
    """Those in these states, the latest first, and how many there are."""
    query = select(Need).where(Need.network_id == network_id, col(Need.state).in_(list(states)))
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    newest = query.order_by(col(Need.created_at).desc(), col(Need.id).desc())
    return (await session.exec(newest.limit(limit).offset(offset))).all(), total


async def of_author(session: AsyncSession, network_id: int, member_id: int, *, limit: int) -> Sequence[Need]:
    """A member's own, the latest first, whatever became of them."""
    query = select(Need).where(Need.network_id == network_id, Need.author_id == member_id)
    newest = query.order_by(col(Need.created_at).desc(), col(Need.id).desc())
    return (await session.exec(newest.limit(limit))).all()


async def count_open_of(session: AsyncSession, network_id: int, member_id: int) -> int:
    """How many of a member's needs wait for an answer."""
    query = select(func.count()).where(
        Need.network_id == network_id,
        Need.author_id == member_id,
        col(Need.state).in_([NeedState.WAITING, NeedState.OPEN]),
    )
    return (await session.exec(query)).one()


async def open_with_thread(session: AsyncSession, network_id: int) -> Sequence[Need]:
    """Open ones that stand in the forum."""
    query = select(Need).where(
        Need.network_id == network_id, Need.state == NeedState.OPEN, col(Need.thread_ref).is_not(None)
    )
    return (await session.exec(query.order_by(col(Need.id)))).all()


async def forget_threads(session: AsyncSession, network_id: int, channel_ref: str | None = None) -> None:
    """The thread of that reference, or all of them, are gone from the platform."""
    gone = update(Need).where(col(Need.network_id) == network_id, col(Need.thread_ref).is_not(None))
    if channel_ref is not None:
        gone = gone.where(col(Need.thread_ref) == channel_ref)
    await session.exec(gone.values(thread_ref=None))


async def open_kept_by(session: AsyncSession, network_id: int, member_id: int) -> Sequence[Need]:
    """Open ones that a member follows up: whose latest thread is theirs, else their own."""
    about = (Thread.network_id == network_id, Thread.kind == NEED, col(Thread.subject_id) == col(Need.id))
    latest = select(Thread.author_id).where(*about).order_by(col(Thread.id).desc()).limit(1)
    keeper = func.coalesce(latest.correlate(Need).scalar_subquery(), Need.author_id)
    query = select(Need).where(
        Need.network_id == network_id, Need.state == NeedState.OPEN, keeper == member_id
    )
    return (await session.exec(query.order_by(col(Need.id)))).all()


async def nameless_of(session: AsyncSession, network_id: int, member_id: int) -> set[int]:
    """The ids of what a member asked without their name."""
    query = select(Need.id).where(
        Need.network_id == network_id, Need.author_id == member_id, col(Need.nameless)
    )
    return {need_id for need_id in (await session.exec(query)).all() if need_id is not None}


async def open_before(
    session: AsyncSession, network_id: int, before: datetime, *, limit: int
) -> Sequence[Need]:
    """Open ones published before then, the longest wait first."""
    query = select(Need).where(
        Need.network_id == network_id, Need.state == NeedState.OPEN, col(Need.published_at) <= before
    )
    return (await session.exec(query.order_by(col(Need.published_at), col(Need.id)).limit(limit))).all()


async def to_follow_up(session: AsyncSession, before: datetime, *, limit: int) -> Sequence[Need]:
    """Open ones of every network whose question was due before then: for the application's own tick."""
    query = select(Need).where(Need.state == NeedState.OPEN, col(Need.follow_up_at) <= before)
    held = query.order_by(col(Need.id)).limit(limit).with_for_update(skip_locked=True)
    return (await session.exec(held)).all()


async def outcomes(session: AsyncSession, network_id: int, since: datetime) -> dict[str | None, int]:
    """How those closed since then ended, as their authors said; None: they did not say."""
    query = (
        select(Need.outcome, func.count())
        .where(
            Need.network_id == network_id,
            col(Need.closed_at) >= since,
            col(Need.state).in_([NeedState.SOLVED, NeedState.DONE]),
        )
        .group_by(col(Need.outcome))
    )
    return dict((await session.exec(query)).all())


async def reply(session: AsyncSession, network_id: int, reply_id: int) -> NeedReply | None:
    """One message of an author without a name."""
    query = select(NeedReply).where(NeedReply.network_id == network_id, NeedReply.id == reply_id)
    return (await session.exec(query)).first()
