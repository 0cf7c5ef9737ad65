"""What the words need to know of a thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.thread_rules import may_settle
from storage import members, networks, threads
from storage.threads import Thread


@dataclass(frozen=True)
class ThreadView:
    id: int
    channel_ref: str
    server_ref: str
    title: str
    kind: str
    state: str
    asks: bool
    author_name: str | None  # for the facilitators alone: a question may be without a name
    opened_at: datetime
    last_activity_at: datetime
    answered: bool  # somebody replied, accepted or not
    accepted_ref: str | None
    answerer_name: str | None
    closed_why: str | None
    following: bool
    mine: bool
    may_settle: bool


@dataclass(frozen=True)
class ReplyView:
    """A message of somebody: by whom and when, which is all that is known of it."""

    id: int
    author_name: str | None
    at: datetime


@dataclass(frozen=True)
class Settled:
    """``changed`` is False when things already stood so: a double click is no second act."""

    thread: ThreadView
    changed: bool


@dataclass(frozen=True)
class MessageSeen:
    """A message that somebody points at, as the platform shows it. ``person`` is False for a bot's."""

    channel_ref: str
    message_ref: str
    account_ref: str
    person: bool
    at: datetime
    platform: str = "discord"


async def view(session: AsyncSession, thread: Thread, actor: Actor | None = None) -> ThreadView:
    """As the words need it."""
    network = await networks.get(session, thread.network_id)
    answer = (
        await threads.reply_of(session, thread.network_id, thread.id or 0, thread.accepted_ref)
        if thread.accepted_ref
        else None
    )
    people = {thread.author_id, answer.author_id if answer else None} - {None}
    names = await members.names(session, thread.network_id, [one for one in people if one is not None])
    row = None
    if actor is not None and actor.member_id is not None:
        row = await threads.follow(session, thread.network_id, thread.id or 0, actor.member_id)
    return ThreadView(
        id=thread.id or 0,
        channel_ref=thread.channel_ref,
        server_ref=network.server_ref or "",
        title=thread.title,
        kind=thread.kind,
        state=thread.state,
        asks=thread.asks,
        author_name=names.get(thread.author_id or 0),
        opened_at=thread.opened_at,
        last_activity_at=thread.last_activity_at,
        answered=thread.first_answer_at is not None,
        accepted_ref=thread.accepted_ref,
        answerer_name=names.get((answer.author_id if answer else None) or 0),
        closed_why=thread.closed_why,
        following=row is not None and row.wanted,
        mine=actor is not None and actor.member_id is not None and actor.member_id == thread.author_id,
        may_settle=actor is not None
        and may_settle(actor, thread, await themes_in_charge(session, actor, thread)),
    )


async def themes_in_charge(session: AsyncSession, actor: Actor, thread: Thread) -> Sequence[int]:
    """The thread's themes; asked only for somebody who is in charge of some."""
    if not actor.themes:
        return ()
    return await threads.themes_of(session, thread.network_id, thread.id or 0)
