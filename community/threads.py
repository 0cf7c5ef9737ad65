"""Threads of the network: opened, answered, closed, followed.

Whatever opens a thread on the platform says so with ``opened``, in the transaction that notes the platform's
reference. Must not know what is written in a thread: who and when is all that the network keeps of it. What
the platform tells by itself is in ``thread_listening.py``, what is sent in ``threads_delivery.py``.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import Invalid, NotFound
from community.policy import Action, allows, require, scope
from community.ports import Clock
from community.thread_rules import (
    CLOSE_LONGEST,
    CLOSE_SHORTEST,
    NUDGE_LONGEST,
    NUDGE_SHORTEST,
    NotAnAnswer,
    Rules,
    ThreadLocked,
    check_settles,
    reopened,
    says_something,
    short_title,
)
from community.thread_views import MessageSeen, ReplyView, Settled, ThreadView, themes_in_charge, view
from storage import audit, members, networks, outbox, threads
from storage.engine import Database
from storage.threads import ClosedBy, Thread, ThreadFollow, ThreadReply, ThreadRule, ThreadState

MOST_MINE = 20
MOST_UNANSWERED = 20
MOST_REPLIES = 25  # what a menu holds


async def opened(
    session: AsyncSession,
    now: datetime,
    *,
    network_id: int,
    channel_ref: str,
    kind: str,
    subject_id: int | None,
    author_id: int | None,
    asks: bool,
    title: str = "",
    theme_ids: Collection[int] = (),
) -> None:
    """From now on the thread is followed, and its author told of replies. Saying it twice changes nothing.

    ``asks``: somebody waits for an answer. Without ``author_id`` (a question without a name) nobody is told.
    """
    first = Thread(
        network_id=network_id,
        channel_ref=channel_ref,
        kind=kind,
        asks=asks,
        opened_at=now,
        last_activity_at=now,
    )
    thread, _new = await threads.ensure(session, first)
    thread.kind, thread.subject_id, thread.author_id, thread.asks = kind, subject_id, author_id, asks
    thread.title = short_title(title) or thread.title
    session.add(thread)
    await session.flush()
    await threads.set_themes(session, network_id, thread.id or 0, theme_ids)
    if author_id is not None:
        await follows(session, thread, author_id, now)


class Threads:
    """Use cases of people on threads."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def show(self, actor: Actor, channel_ref: str) -> ThreadView:
        """How the thread of a channel stands, for who asks in it."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.transaction() as session:
            thread = _standing(await threads.locked_by_channel(session, actor.network_id, channel_ref))
            await _read(session, thread, actor, self._clock.now())
            return await view(session, thread, actor)

    async def thread(self, actor: Actor, thread_id: int) -> ThreadView:
        """One thread, by our number."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.transaction() as session:
            thread = _standing(await threads.locked(session, actor.network_id, thread_id))
            await _read(session, thread, actor, self._clock.now())
            return await view(session, thread, actor)

    async def mine(self, actor: Actor) -> Sequence[ThreadView]:
        """Those that the actor opened or follows."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.reading() as session:
            found = await threads.mine(session, actor.network_id, actor.member_id or 0, limit=MOST_MINE)
            return tuple([await view(session, thread, actor) for thread in found])

    async def to_accept(self, actor: Actor, thread_id: int) -> Sequence[ReplyView]:
        """The messages of people among which the answer may be, the latest first."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.reading() as session:
            thread = _standing(await threads.get(session, actor.network_id, thread_id))
            await _check_settles(session, actor, thread)
            found = list(await threads.replies(session, actor.network_id, thread_id))[-MOST_REPLIES:]
            if not found:
                raise NotFound(kind="reply")
            writers = [one.author_id for one in found if one.author_id is not None]
            names = await members.names(session, actor.network_id, writers)
            return tuple(
                ReplyView(one.id or 0, names.get(one.author_id or 0), one.at) for one in reversed(found)
            )

    async def unanswered(self, actor: Actor) -> Sequence[ThreadView]:
        """Every question that waits for a first answer, needs too, the oldest first."""
        themes = scope(actor, Action.CARE_FOR_THREADS)
        async with self._db.reading() as session:
            found = await threads.unanswered(
                session, actor.network_id, self._clock.now(), limit=MOST_UNANSWERED, theme_ids=themes
            )
            return tuple([await view(session, thread, actor) for thread in found])

    async def follow(self, actor: Actor, thread_id: int, wanted: bool) -> Settled:
        """Be told of new replies, or no more. Also the author may want no more."""
        require(actor, Action.FOLLOW_THREADS)
        if actor.member_id is None:
            raise NotFound(kind="member")
        async with self._db.transaction() as session:
            thread = _standing(await threads.locked(session, actor.network_id, thread_id))
            changed = await follows(session, thread, actor.member_id, self._clock.now(), wanted=wanted)
            return Settled(await view(session, thread, actor), changed)

    async def accept(self, actor: Actor, message: MessageSeen) -> Settled:
        """« C’est la réponse », said of a message in a thread."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.transaction() as session:
            thread = _standing(
                await threads.locked_by_channel(session, actor.network_id, message.channel_ref)
            )
            await _check_settles(session, actor, thread)
            check_answers(thread, message)
            await self._learn(session, thread, message)
            return await self._accept(session, actor, thread, message.message_ref)

    async def accept_reply(self, actor: Actor, reply_id: int) -> Settled:
        """The same, from the message that told of the reply."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.transaction() as session:
            reply = await threads.reply(session, actor.network_id, reply_id)
            if reply is None:
                raise NotFound(kind="reply")
            thread = _standing(await threads.locked(session, actor.network_id, reply.thread_id))
            await _check_settles(session, actor, thread)
            return await self._accept(session, actor, thread, reply.message_ref)

    async def undo(self, actor: Actor, thread_id: int) -> Settled:
        """It was not the answer after all."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.transaction() as session:
            thread = _standing(await threads.locked(session, actor.network_id, thread_id))
            await _check_settles(session, actor, thread)
            changed = thread.accepted_ref is not None
            if changed:
                unaccept(thread)
                await self._settled(session, actor, thread, "undone")
            return Settled(await view(session, thread, actor), changed)

    async def close(self, actor: Actor, thread_id: int) -> Settled:
        """Nothing more is expected. A facilitator's word locks it, the author's does not."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.transaction() as session:
            thread = _standing(await threads.locked(session, actor.network_id, thread_id))
            await _check_settles(session, actor, thread)
            changed = thread.state != ThreadState.CLOSED
            if changed:
                mine = actor.member_id is not None and thread.author_id == actor.member_id
                why = ClosedBy.AUTHOR if mine else ClosedBy.FACILITATOR
                close(thread, why, actor.member_id, self._clock.now())
                await self._settled(session, actor, thread, "closed", fresh=True)
            return Settled(await view(session, thread, actor), changed)

    async def reopen(self, actor: Actor, thread_id: int) -> Settled:
        """Somebody expects something again."""
        require(actor, Action.FOLLOW_THREADS)
        async with self._db.transaction() as session:
            thread = _standing(await threads.locked(session, actor.network_id, thread_id))
            await _check_settles(session, actor, thread)
            if thread.closed_why == ClosedBy.FACILITATOR:
                await _check_unlocks(session, actor, thread)
            changed = thread.state == ThreadState.CLOSED
            if changed:
                reopened(thread)
                thread.last_activity_at = self._clock.now()  # else it would close by itself at once
                await self._settled(session, actor, thread, "reopened")
            return Settled(await view(session, thread, actor), changed)

    async def rules(self, actor: Actor) -> Rules:
        """After how long the network nudges and closes."""
        require(actor, Action.CARE_FOR_THREADS)
        async with self._db.reading() as session:
            return Rules.of(await threads.rule(session, actor.network_id))

    async def set_rules(self, actor: Actor, nudge_hours: str, close_days: str) -> Rules:
        """As they are typed: whole numbers within reason."""
        require(actor, Action.CARE_FOR_THREADS)
        hours = _number("nudge_hours", nudge_hours, NUDGE_SHORTEST, NUDGE_LONGEST)
        days = _number("close_days", close_days, CLOSE_SHORTEST, CLOSE_LONGEST)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            row = await threads.rule(session, actor.network_id)
            row = row or ThreadRule(network_id=actor.network_id, nudge_hours=hours, close_days=days)
            row.nudge_hours, row.close_days = hours, days
            session.add(row)
            return Rules.of(row)

    async def _learn(self, session: AsyncSession, thread: Thread, message: MessageSeen) -> None:
        """A message that we had not heard of (the bot was away) is known from now on."""
        known = await members.by_account(session, thread.network_id, message.platform, message.account_ref)
        author_id = known[0].id if known else None
        reply = ThreadReply(
            network_id=thread.network_id,
            thread_id=thread.id or 0,
            message_ref=message.message_ref,
            author_id=author_id,
            at=message.at,
        )
        if await threads.add_reply(session, reply):
            other = author_id is None or author_id != thread.author_id
            if other and (thread.first_answer_at is None or message.at < thread.first_answer_at):
                thread.first_answer_at = message.at

    async def _accept(self, session: AsyncSession, actor: Actor, thread: Thread, message_ref: str) -> Settled:
        if thread.closed_why == ClosedBy.FACILITATOR:
            await _check_unlocks(session, actor, thread)
        changed = thread.accepted_ref != message_ref
        if changed:
            fresh = thread.accepted_ref is None
            thread.accepted_ref, thread.accepted_by = message_ref, actor.member_id
            thread.accepted_at = self._clock.now()
            if thread.state != ThreadState.CLOSED:
                thread.state = ThreadState.ANSWERED
            await self._settled(session, actor, thread, "accepted", fresh=fresh)
            await self._thank(session, actor, thread, message_ref)
        return Settled(await view(session, thread, actor), changed)

    async def _thank(self, session: AsyncSession, actor: Actor, thread: Thread, message_ref: str) -> None:
        """Who gave the answer is told so, once, unless they accepted it themselves."""
        reply = await threads.reply_of(session, thread.network_id, thread.id or 0, message_ref)
        if reply is None or reply.author_id is None:
            return
        if reply.author_id in (actor.member_id, thread.author_id):
            return
        now = self._clock.now()
        await outbox.enqueue(
            session,
            network_id=thread.network_id,
            kind="thread.thanks",
            dedupe_key=f"thread.thanks:{reply.id}",
            subject_id=thread.id,
            recipient_id=reply.author_id,
            details={"reply": reply.id},
            due_at=now,
            now=now,
        )

    async def _settled(
        self, session: AsyncSession, actor: Actor, thread: Thread, what: str, *, fresh: bool = False
    ) -> None:
        now = self._clock.now()
        await _read(session, thread, actor, now)
        await announce(session, thread, now, fresh=fresh)
        await audit.record(
            session,
            network_id=thread.network_id,
            at=now,
            member_id=actor.member_id,
            action=Action.FOLLOW_THREADS,
            subject_kind="thread",
            subject_id=thread.id,
            details={"what": what},
        )


def check_answers(thread: Thread, message: MessageSeen) -> None:
    """Whether a message can be the answer at all."""
    if not thread.asks:
        raise NotAnAnswer(why="no_question")
    if message.message_ref == thread.channel_ref:
        raise NotAnAnswer(why="the_question")
    if not message.person:
        raise NotAnAnswer(why="of_a_bot")


def close(thread: Thread, why: ClosedBy, member_id: int | None, now: datetime) -> None:
    thread.state, thread.closed_why = ThreadState.CLOSED, why
    thread.closed_by, thread.closed_at = member_id, now


def unaccept(thread: Thread) -> None:
    thread.accepted_ref = thread.accepted_by = thread.accepted_at = None
    if thread.state == ThreadState.ANSWERED:
        thread.state = ThreadState.OPEN


async def announce(session: AsyncSession, thread: Thread, now: datetime, *, fresh: bool = False) -> None:
    """The thread on the platform shows how it stands. ``fresh``: in a new message at its end."""
    if fresh:
        thread.notice_ref = None
    session.add(thread)
    await session.flush()
    silent = thread.notice_ref is None and not says_something(thread)
    kind = "thread.mirror" if silent else "thread.notice"
    await outbox.refresh(session, network_id=thread.network_id, kind=kind, subject_id=thread.id or 0, now=now)


async def follows(
    session: AsyncSession,
    thread: Thread,
    member_id: int,
    now: datetime,
    *,
    wanted: bool = True,
    by_reaction: bool = False,
) -> bool:
    """Whether something changed. A reaction does not override a « no » said by a button."""
    row = await threads.follow(session, thread.network_id, thread.id or 0, member_id)
    if row is None:
        row = ThreadFollow(
            thread_id=thread.id or 0, member_id=member_id, network_id=thread.network_id, read_at=now
        )
    elif row.wanted == wanted or (by_reaction and not row.by_reaction):
        return False
    row.wanted, row.by_reaction, row.read_at = wanted, by_reaction, max(now, row.read_at)
    session.add(row)
    await session.flush()
    return True


async def _read(session: AsyncSession, thread: Thread, actor: Actor, now: datetime) -> None:
    """Who clicks in a thread has it before their eyes: what was written so far is no news to them."""
    if actor.member_id is None:
        return
    row = await threads.follow(session, thread.network_id, thread.id or 0, actor.member_id)
    if row is not None and row.read_at < now:
        row.read_at = now
        session.add(row)
        await session.flush()


def _standing(thread: Thread | None) -> Thread:
    if thread is None or thread.closed_why == ClosedBy.GONE:
        raise NotFound(kind="thread")
    return thread


async def _check_settles(session: AsyncSession, actor: Actor, thread: Thread) -> None:
    check_settles(actor, thread, await themes_in_charge(session, actor, thread))


async def _check_unlocks(session: AsyncSession, actor: Actor, thread: Thread) -> None:
    if not allows(actor, Action.CARE_FOR_THREADS, await themes_in_charge(session, actor, thread)):
        raise ThreadLocked


def _number(field: str, typed: str, least: int, most: int) -> int:
    value = typed.strip()
    if not value.isdigit() or len(value) > 6:
        raise Invalid(field=field, problem="bad_number")
    if not least <= int(value) <= most:
        raise Invalid(field=field, problem="out_of_range", least=least, most=most)
    return int(value)
