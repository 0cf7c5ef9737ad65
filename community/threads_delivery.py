"""What rows about threads become: words to followers, the notice in the thread, the facilitators' list.

Must not decide anything new: a row whose cause is gone is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.library_delivery import to_facilitators
from community.outbox import Card, Direct, Drop, Edit, KeepThread, Plan, Planner, Post
from community.peer_proposals import proposed
from community.ports import Button, Labels
from community.profiles import PeerView
from community.thread_rules import is_answer, says_something
from community.thread_views import ThreadView, view
from storage import members, networks, outbox, threads
from storage.members import Member, MemberState
from storage.networks import Network
from storage.outbox import Outbox
from storage.threads import ClosedBy, Thread, ThreadState

Rows = Sequence[Sequence[Button]]
MOST_LISTED = 10


@dataclass(frozen=True)
class News:
    """A thread and how many replies in it are new to somebody."""

    thread: ThreadView
    count: int


@dataclass(frozen=True)
class Late:
    """A thread without an answer, and who could answer."""

    thread: ThreadView
    days: int
    peers: Sequence[PeerView]


def planners(labels: Labels) -> Mapping[str, Planner]:
    """Kind of row -> its planner. ``labels``: names of tags on the platform."""
    return {
        "thread.first_reply": FirstReply(),
        "thread.batch": Batch(),
        "thread.thanks": Thanks(),
        "thread.notice": Notice(),
        "thread.mirror": Mirror(labels),
        "thread.nudge": Nudge(),
        "thread.unanswered": Unanswered(),
    }


class FirstReply(Planner):
    """Somebody answered: who waits for it reads it at once, unless they were there already."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        thread = await threads.get(session, row.network_id, row.subject_id or 0)
        reply = await threads.reply(session, row.network_id, row.details["reply"])
        member = await _active(session, row.network_id, row.recipient_id)
        if thread is None or reply is None or member is None or thread.closed_why == ClosedBy.GONE:
            return Drop("gone")
        following = await threads.follow(session, row.network_id, thread.id or 0, member.id or 0)
        if following is None or not following.wanted or following.read_at > reply.at:
            return Drop("read")
        names = await members.names(session, row.network_id, [reply.author_id] if reply.author_id else [])
        mine = thread.author_id == member.id
        values = {
            "thread": await view(session, thread),
            "mine": mine,
            "answerer": names.get(reply.author_id or 0),
            "message": reply.message_ref,
        }
        accept = (Button("thread.accept", reply.id or 0, style="success"),) if mine and thread.asks else ()
        rows = ((*accept, Button("thread.unfollow", thread.id or 0)),)
        return await _direct(session, member, "threads/first_reply", values, rows)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        reply = await threads.reply(session, row.network_id, row.details["reply"])
        if reply is not None and row.recipient_id is not None:
            after = reply.at + timedelta(microseconds=1)
            await threads.told(session, row.network_id, row.recipient_id, after, reply.thread_id)


class Batch(Planner):
    """What was written the day before in the threads that somebody follows and did not open since."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await _active(session, row.network_id, row.recipient_id)
        if member is None:
            return Drop("not_active")
        found = await threads.news(session, row.network_id, member.id or 0, row.due_at)
        if not found:
            return Drop("read")
        shown = [News(await view(session, thread), count) for thread, count in found[:MOST_LISTED]]
        values = {"news": shown, "total": len(found)}
        return await _direct(session, member, "threads/news", values, ((Button("thread.mine"),),))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        """Up to when it was due: a later reply has a row of its own."""
        if row.recipient_id is not None:
            await threads.told(session, row.network_id, row.recipient_id, row.due_at)


class Thanks(Planner):
    """Your answer was the right one."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        thread = await threads.get(session, row.network_id, row.subject_id or 0)
        reply = await threads.reply(session, row.network_id, row.details["reply"])
        member = await _active(session, row.network_id, row.recipient_id)
        if thread is None or reply is None or member is None or thread.accepted_ref != reply.message_ref:
            return Drop("decided_otherwise")
        values = {"thread": await view(session, thread), "message": reply.message_ref}
        return await _direct(session, member, "threads/thanks", values)


class Notice(Planner):
    """Our message in the thread says how it stands; one that was deleted is made anew."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        thread = await threads.get(session, row.network_id, row.subject_id or 0)
        if thread is None or thread.closed_why == ClosedBy.GONE:
            return Drop("gone")
        if thread.notice_ref is None and not says_something(thread):
            return Drop("nothing_to_say")
        network = await networks.get(session, row.network_id)
        values = {"thread": await view(session, thread), "timezone": network.timezone}
        card = Card("threads/notice", network.locale, values, await _notice_rows(session, thread))
        post = Post(thread.channel_ref, card)
        if thread.notice_ref is None:
            return post
        return Edit(thread.channel_ref, thread.notice_ref, card, fallback=post)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        """Writing in an archived thread opens it on the platform: its state is put right afterwards."""
        thread = await threads.locked(session, row.network_id, row.subject_id or 0)
        if thread is None:
            return
        thread.notice_ref = ref or thread.notice_ref
        session.add(thread)
        await outbox.refresh(
            session, network_id=row.network_id, kind="thread.mirror", subject_id=thread.id or 0, now=now
        )


class Mirror(Planner):
    """Archived when closed, locked when a facilitator closed it, tagged when answered."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        thread = await threads.get(session, row.network_id, row.subject_id or 0)
        if thread is None or thread.closed_why == ClosedBy.GONE:
            return Drop("gone")
        network = await networks.get(session, row.network_id)
        tag = self._labels.label("threads.answered_tag", network.locale)
        return KeepThread(
            thread.channel_ref,
            archived=thread.state == ThreadState.CLOSED,
            locked=thread.closed_why == ClosedBy.FACILITATOR,
            tags={tag: thread.accepted_ref is not None},
        )


class Nudge(Planner):
    """Nobody has answered: the thread says so, which also brings it to the top of its forum."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        thread = await threads.get(session, row.network_id, row.subject_id or 0)
        if thread is None or not _waits(thread):
            return Drop("answered")
        network = await networks.get(session, row.network_id)
        values = {"days": (now - thread.opened_at) // timedelta(days=1)}
        rows = ((Button("thread.follow", thread.id or 0),),)
        return Post(thread.channel_ref, Card("threads/nudge", network.locale, values, rows))


class Unanswered(Planner):
    """For the facilitators: each thread by its name, and who could answer it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        network = await networks.get(session, row.network_id)
        late = []
        for thread_id in row.details["threads"]:
            thread = await threads.get(session, row.network_id, thread_id)
            if thread is not None and _waits(thread):
                late.append(await late_one(session, thread, now))
        if not late:
            return Drop("answered")
        values = {"late": late[:MOST_LISTED], "total": len(late), "timezone": network.timezone}
        rows = ((Button("thread.unanswered", style="primary"),),)
        return await to_facilitators(session, network, "threads/unanswered", values, rows)


async def late_one(session: AsyncSession, thread: Thread, now: datetime) -> Late:
    """With the peers to propose. How long it has waited counts in whole days."""
    themes = await threads.themes_of(session, thread.network_id, thread.id or 0)
    peers = await proposed(session, thread.network_id, thread.author_id, themes)
    return Late(await view(session, thread), (now - thread.opened_at) // timedelta(days=1), peers)


async def _notice_rows(session: AsyncSession, thread: Thread) -> Rows:
    """Under our message in the thread; who may use them is asked at the click."""
    thread_id = thread.id or 0
    if thread.state == ThreadState.CLOSED:
        return ((Button("thread.reopen", thread_id),),)
    if thread.accepted_ref:
        return ((Button("thread.undo", thread_id), Button("thread.close", thread_id)),)
    found = await threads.replies(session, thread.network_id, thread_id)
    answers = [one for one in found if is_answer(thread, one.author_id)]
    first = (Button("thread.accept", answers[0].id or 0, style="success"),) if answers else ()
    return ((*first, Button("thread.pick", thread_id), Button("thread.close", thread_id)),)


def _waits(thread: Thread) -> bool:
    return thread.asks and thread.state == ThreadState.OPEN and thread.first_answer_at is None


async def _active(session: AsyncSession, network_id: int, member_id: int | None) -> Member | None:
    member = await members.get(session, network_id, member_id or 0)
    return member if member is not None and member.state == MemberState.ACTIVE else None


async def _direct(
    session: AsyncSession, member: Member, template: str, values: Mapping[str, object], rows: Rows = ()
) -> Plan:
    """In private, in the member's language and time zone."""
    network: Network = await networks.get(session, member.network_id)
    locale = await members.language(session, member, network.locale)
    filled = {**values, "network": network.name, "timezone": member.timezone or network.timezone}
    return Direct(member.id or 0, Card(template, locale, filled, rows))
