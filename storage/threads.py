"""Threads that the network follows: who opened them, who answered, who wants to be told. Never what is said.

A thread is known by the platform's reference of its channel. ``kind`` and ``subject_id`` name what it is for
("practice" 12, "need" 4); "free" threads were opened by hand in a forum of the network.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, and_, or_
from sqlmodel import Field, SQLModel, col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.upsert import insert_if_new

PRACTICE = "practice"
NEED = "need"
FREE = "free"


class ThreadState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"  # an answer was accepted
    CLOSED = "closed"


class ClosedBy(StrEnum):
    """Who or what closed it. What its author or nobody closed opens again when somebody writes."""

    AUTHOR = "author"
    FACILITATOR = "facilitator"  # locked: only people with a say open it again
    INACTIVITY = "inactivity"
    GONE = "gone"  # deleted on the platform


class Thread(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    channel_ref: str
    kind: str  # "practice", "need", "free"…
    subject_id: int | None = None  # of what it is about, in the table of its kind
    author_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    title: str = ""  # its name on the platform, as last seen
    asks: bool  # somebody waits for an answer
    state: str = ThreadState.OPEN
    opened_at: datetime
    first_answer_at: datetime | None = None  # by somebody else than the author, and no bot
    last_activity_at: datetime
    last_message_ref: str = ""  # the latest message seen, a bot's too: what came after was missed
    accepted_ref: str | None = None  # the message that was accepted as the answer
    accepted_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    accepted_at: datetime | None = None
    closed_why: str | None = None  # a ClosedBy
    closed_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    closed_at: datetime | None = None
    notice_ref: str | None = None  # our message in the thread that says how it stands
    nudged_at: datetime | None = None  # nobody had answered: said in the thread
    told_at: datetime | None = None  # nobody had answered still: said to the facilitators

    __table_args__ = (
        UniqueConstraint("network_id", "channel_ref"),
        Index("ix_thread_waiting", "network_id", "asks", "state", "opened_at"),
        Index("ix_thread_subject", "network_id", "kind", "subject_id"),
        CheckConstraint("state IN ('open', 'answered', 'closed')", name="thread_state_known"),
        CheckConstraint(
            "closed_why IN ('author', 'facilitator', 'inactivity', 'gone')", name="thread_closed_why_known"
        ),
    )


class ThreadTheme(SQLModel, table=True):
    __tablename__ = "thread_theme"

    thread_id: int = Field(foreign_key="thread.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id")


class ThreadReply(SQLModel, table=True):
    """A message of a person in a thread: who and when, nothing of what it says."""

    __tablename__ = "thread_reply"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    thread_id: int = Field(foreign_key="thread.id")
    message_ref: str
    author_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime

    __table_args__ = (
        UniqueConstraint("thread_id", "message_ref"),
        Index("ix_thread_reply_at", "thread_id", "at"),
    )


class ThreadFollow(SQLModel, table=True):
    """Who is told of new replies. A row that is not wanted remembers a « no »."""

    __tablename__ = "thread_follow"

    thread_id: int = Field(foreign_key="thread.id", primary_key=True)
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id")
    wanted: bool = True
    by_reaction: bool = False  # taking the reaction back is enough to stop
    read_at: datetime  # wrote or clicked there, or began to follow: what came before is no news
    told_at: datetime | None = None  # replies before then were told


class ThreadRule(SQLModel, table=True):
    """What a network chose for its threads; without a row, the defaults of ``community/threads.py``."""

    __tablename__ = "thread_rule"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    nudge_hours: int
    close_days: int


async def get(session: AsyncSession, network_id: int, thread_id: int) -> Thread | None:
    """Whatever its state."""
    query = select(Thread).where(Thread.network_id == network_id, Thread.id == thread_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, thread_id: int) -> Thread | None:
    """As ``get``; two acts on the same thread take turns."""
    query = select(Thread).where(Thread.network_id == network_id, Thread.id == thread_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def by_channel(session: AsyncSession, network_id: int, channel_ref: str) -> Thread | None:
    """The thread of a channel of the platform, if it is followed."""
    query = select(Thread).where(Thread.network_id == network_id, Thread.channel_ref == channel_ref)
    return (await session.exec(query)).first()


async def locked_by_channel(session: AsyncSession, network_id: int, channel_ref: str) -> Thread | None:
    """As ``by_channel``; two acts on the same thread take turns."""
    query = select(Thread).where(Thread.network_id == network_id, Thread.channel_ref == channel_ref)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def ensure(session: AsyncSession, first: Thread) -> tuple[Thread, bool]:
    """The thread of that channel, held; made as ``first`` when it was not known, which is the second answer.

    Whoever opened it and the platform's own word of it may both be here at once: the first one makes it.
    """
    values = first.model_dump(exclude={"id"})
    made = insert_if_new(session, Thread).values(**values).returning(col(Thread.id))
    new = (await session.exec(made)).first() is not None
    found = await locked_by_channel(session, first.network_id, first.channel_ref)
    if found is None:
        raise RuntimeError("a thread that was just kept is not there")
    return found, new


async def of_subject(session: AsyncSession, network_id: int, kind: str, subject_id: int) -> Thread | None:
    """The latest thread about something."""
    query = select(Thread).where(
        Thread.network_id == network_id, Thread.kind == kind, Thread.subject_id == subject_id
    )
    return (await session.exec(query.order_by(col(Thread.id).desc()))).first()


async def set_themes(
    session: AsyncSession, network_id: int, thread_id: int, theme_ids: Collection[int]
) -> None:
    """Those it bears and does not have yet are added."""
    known = select(ThreadTheme.theme_id).where(
        ThreadTheme.network_id == network_id, ThreadTheme.thread_id == thread_id
    )
    have = set((await session.exec(known)).all())
    for theme_id in dict.fromkeys(theme_ids):
        if theme_id not in have:
            session.add(ThreadTheme(thread_id=thread_id, theme_id=theme_id, network_id=network_id))
    await session.flush()


async def themes_of(session: AsyncSession, network_id: int, thread_id: int) -> Sequence[int]:
    """Ids of its themes."""
    query = select(ThreadTheme.theme_id).where(
        ThreadTheme.network_id == network_id, ThreadTheme.thread_id == thread_id
    )
    return (await session.exec(query.order_by(col(ThreadTheme.theme_id)))).all()


async def follow(
    session: AsyncSession, network_id: int, thread_id: int, member_id: int
) -> ThreadFollow | None:
    """Whether somebody follows a thread, or said no. Who changes it holds the thread."""
    query = select(ThreadFollow).where(
        ThreadFollow.network_id == network_id,
        ThreadFollow.thread_id == thread_id,
        ThreadFollow.member_id == member_id,
    )
    return (await session.exec(query)).first()


async def add_reply(session: AsyncSession, reply: ThreadReply) -> bool:
    """Keep that somebody wrote; False when it is known already."""
    values = reply.model_dump(exclude={"id"})
    made = insert_if_new(session, ThreadReply).values(**values).returning(col(ThreadReply.id))
    reply.id = (await session.exec(made)).scalar()
    return reply.id is not None


async def reply(session: AsyncSession, network_id: int, reply_id: int) -> ThreadReply | None:
    """One message, by our number."""
    query = select(ThreadReply).where(ThreadReply.network_id == network_id, ThreadReply.id == reply_id)
    return (await session.exec(query)).first()


async def reply_of(
    session: AsyncSession, network_id: int, thread_id: int, message_ref: str
) -> ThreadReply | None:
    """One message, by the platform's reference."""
    query = select(ThreadReply).where(
        ThreadReply.network_id == network_id,
        ThreadReply.thread_id == thread_id,
        ThreadReply.message_ref == message_ref,
    )
    return (await session.exec(query)).first()


async def replies(session: AsyncSession, network_id: int, thread_id: int) -> Sequence[ThreadReply]:
    """Every message of people, the oldest first."""
    query = select(ThreadReply).where(
        ThreadReply.network_id == network_id, ThreadReply.thread_id == thread_id
    )
    return (await session.exec(query.order_by(col(ThreadReply.at), col(ThreadReply.id)))).all()


async def followers(session: AsyncSession, network_id: int, thread_id: int) -> Sequence[ThreadFollow]:
    """Who wants to be told."""
    query = select(ThreadFollow).where(
        ThreadFollow.network_id == network_id,
        ThreadFollow.thread_id == thread_id,
        col(ThreadFollow.wanted),
    )
    return (await session.exec(query.order_by(col(ThreadFollow.member_id)))).all()


async def mine(session: AsyncSession, network_id: int, member_id: int, *, limit: int) -> Sequence[Thread]:
    """Those that a member opened or follows; those that go on first, then the latest."""
    followed = select(ThreadFollow.thread_id).where(
        ThreadFollow.network_id == network_id, ThreadFollow.member_id == member_id, col(ThreadFollow.wanted)
    )
    query = select(Thread).where(
        Thread.network_id == network_id,
        col(Thread.closed_why).is_distinct_from(ClosedBy.GONE),
        or_(col(Thread.author_id) == member_id, col(Thread.id).in_(followed)),
    )
    closed = col(Thread.state) == ThreadState.CLOSED
    return (
        await session.exec(query.order_by(closed, col(Thread.last_activity_at).desc()).limit(limit))
    ).all()


async def going_on_of(session: AsyncSession, network_id: int, author_id: int) -> Sequence[Thread]:
    """What somebody opened and that is not closed, the oldest first."""
    query = select(Thread).where(
        Thread.network_id == network_id, Thread.author_id == author_id, Thread.state != ThreadState.CLOSED
    )
    return (await session.exec(query.order_by(col(Thread.opened_at), col(Thread.id)))).all()


async def going_on(session: AsyncSession, network_id: int, kind: str) -> Sequence[Thread]:
    """Those of a kind that are not closed, the oldest first."""
    query = select(Thread).where(
        Thread.network_id == network_id, Thread.kind == kind, Thread.state != ThreadState.CLOSED
    )
    return (await session.exec(query.order_by(col(Thread.id)))).all()


async def unanswered(
    session: AsyncSession,
    network_id: int,
    since: datetime,
    *,
    but: Collection[str] = (),
    limit: int = 50,
    theme_ids: Collection[int] | None = None,
) -> Sequence[Thread]:
    """Threads that have waited since then for a first answer, the oldest first; without the kinds ``but``.

    ``theme_ids``: only those of one of these themes.
    """
    query = select(Thread).where(
        Thread.network_id == network_id,
        col(Thread.asks),
        Thread.state == ThreadState.OPEN,
        Thread.opened_at <= since,
        col(Thread.first_answer_at).is_(None),
        col(Thread.kind).not_in(but),
    )
    if theme_ids is not None:
        bearing = select(ThreadTheme.thread_id).where(
            ThreadTheme.network_id == network_id, col(ThreadTheme.theme_id).in_(theme_ids)
        )
        query = query.where(col(Thread.id).in_(bearing))
    return (await session.exec(query.order_by(col(Thread.opened_at), col(Thread.id)).limit(limit))).all()


async def idle(
    session: AsyncSession, network_id: int, *, open_since: datetime, answered_since: datetime, limit: int
) -> Sequence[Thread]:
    """Questions in which nothing happened since then; answered ones have less time. Held."""
    query = select(Thread).where(
        Thread.network_id == network_id,
        col(Thread.asks),
        or_(
            and_(col(Thread.state) == ThreadState.OPEN, col(Thread.last_activity_at) <= open_since),
            and_(col(Thread.state) == ThreadState.ANSWERED, col(Thread.last_activity_at) <= answered_since),
        ),
    )
    oldest = query.order_by(col(Thread.last_activity_at), col(Thread.id)).limit(limit)
    return (await session.exec(oldest.with_for_update(key_share=True, skip_locked=True))).all()


async def news(
    session: AsyncSession, network_id: int, member_id: int, until: datetime
) -> Sequence[tuple[Thread, int]]:
    """Threads that a member follows, with how many replies of others they neither read nor were told of."""
    query = (
        select(Thread, func.count())
        .join(ThreadFollow, col(ThreadFollow.thread_id) == Thread.id)
        .join(ThreadReply, col(ThreadReply.thread_id) == Thread.id)
        .where(
            Thread.network_id == network_id,
            ThreadFollow.member_id == member_id,
            col(ThreadFollow.wanted),
            col(ThreadReply.author_id).is_distinct_from(member_id),
            ThreadReply.at < until,
            ThreadReply.at >= ThreadFollow.read_at,
            or_(col(ThreadFollow.told_at).is_(None), col(ThreadReply.at) >= col(ThreadFollow.told_at)),
            col(Thread.closed_why).is_distinct_from(ClosedBy.GONE),
        )
        .group_by(*Thread.__table__.columns)  # type: ignore[attr-defined]  # SQLModel gives it at run time
        .order_by(col(Thread.last_activity_at).desc(), col(Thread.id))
    )
    return (await session.exec(query)).all()


async def told(
    session: AsyncSession, network_id: int, member_id: int, until: datetime, thread_id: int | None = None
) -> None:
    """Replies before then were told to a member, in one thread or in all that they follow."""
    change = update(ThreadFollow).where(
        col(ThreadFollow.network_id) == network_id,
        col(ThreadFollow.member_id) == member_id,
        or_(col(ThreadFollow.told_at).is_(None), col(ThreadFollow.told_at) < until),
    )
    if thread_id is not None:
        change = change.where(col(ThreadFollow.thread_id) == thread_id)
    await session.exec(change.values(told_at=until))


async def rule(session: AsyncSession, network_id: int) -> ThreadRule | None:
    """What the network chose, if it chose."""
    return await session.get(ThreadRule, network_id)


async def following(session: AsyncSession, network_id: int) -> dict[str, str]:
    """Every thread that is not gone -> the latest message seen in it: what came after was missed."""
    query = select(Thread.channel_ref, Thread.last_message_ref).where(
        Thread.network_id == network_id, col(Thread.closed_why).is_distinct_from(ClosedBy.GONE)
    )
    return dict((await session.exec(query)).all())
