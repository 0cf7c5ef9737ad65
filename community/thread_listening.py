"""What the platform tells by itself of the network's threads: somebody wrote, reacted, opened or deleted one.

Nobody is refused anything here: it has happened. Each word is taken once, in whatever order they come, and a
word about a thread that is not followed costs one look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.ports import Clock
from community.thread_rules import is_answer, later_ref, next_morning, opens_by_writing, reopened, short_title
from community.threads import announce, follows, opened, unaccept
from community.threads_lost import thread_lost
from storage import members, networks, outbox, threads
from storage.engine import Database
from storage.members import Member, MemberState
from storage.networks import Network, Place
from storage.threads import FREE, Thread, ThreadReply

FOLLOWED_FORUMS = (Place.PRACTICES, Place.NEEDS)
NEWS_LIVES = timedelta(days=3)
SEEN_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class Heard:
    """Somebody wrote. ``person`` is False for a bot; ``title``: the thread's name, where it is known."""

    server_ref: str
    channel_ref: str
    message_ref: str
    account_ref: str
    person: bool
    at: datetime
    title: str = ""
    platform: str = "discord"


@dataclass(frozen=True)
class OpenedByHand:
    """A thread that somebody opened in a forum."""

    server_ref: str
    forum_ref: str
    channel_ref: str
    account_ref: str
    title: str
    tags: Sequence[str]
    at: datetime
    platform: str = "discord"


class ThreadEars:
    """Called by the platform's events."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def heard(self, said: Heard) -> None:
        """A message in a thread: the first answer, or one more."""
        if await self._followed(said.platform, said.server_ref, said.channel_ref) is None:
            return
        async with self._db.transaction() as session:
            thread = await self._held(session, said.platform, said.server_ref, said.channel_ref)
            if thread is None:
                return
            thread.last_message_ref = later_ref(thread.last_message_ref, said.message_ref)
            thread.title = short_title(said.title) or thread.title
            session.add(thread)
            if said.person and said.message_ref != said.channel_ref:
                await self._take(session, thread, said)

    async def unsaid(self, platform: str, server_ref: str, channel_ref: str, message_ref: str) -> None:
        """A message was deleted: what was only in it never was."""
        if await self._followed(platform, server_ref, channel_ref) is None:
            return
        async with self._db.transaction() as session:
            thread = await self._held(session, platform, server_ref, channel_ref)
            if thread is None:
                return
            reply = await threads.reply_of(session, thread.network_id, thread.id or 0, message_ref)
            if reply is not None:
                await session.delete(reply)
                await session.flush()
                left = await threads.replies(session, thread.network_id, thread.id or 0)
                answers = (one.at for one in left if is_answer(thread, one.author_id))
                thread.first_answer_at = next(answers, None)
            if thread.accepted_ref == message_ref:
                unaccept(thread)
                await announce(session, thread, self._clock.now())
            if thread.notice_ref == message_ref:
                thread.notice_ref = None
            session.add(thread)

    async def opened_by_hand(self, told: OpenedByHand) -> None:
        """Followed like the others when it is in a forum of the network: somebody waits for an answer."""
        async with self._db.transaction() as session:
            network = await networks.by_server(session, told.platform, told.server_ref)
            if network is None:
                return
            network_id = network.id or 0
            places = await networks.places(session, network_id)
            forums = {places[place].channel_ref for place in FOLLOWED_FORUMS if place in places}
            if told.forum_ref not in forums:
                return
            if await threads.by_channel(session, network_id, told.channel_ref) is not None:
                return
            author = await _person(session, network, told.platform, told.account_ref, self._clock.now())
            wanted = {tag.casefold() for tag in told.tags}
            themes = await networks.themes(session, network_id)
            await opened(
                session,
                told.at,
                network_id=network_id,
                channel_ref=told.channel_ref,
                kind=FREE,
                subject_id=None,
                author_id=author.id if author else None,
                asks=True,
                title=told.title,
                theme_ids=[theme.id or 0 for theme in themes if theme.tag.casefold() in wanted],
            )

    async def renamed(self, platform: str, server_ref: str, channel_ref: str, title: str) -> None:
        """It has another name now."""
        if await self._followed(platform, server_ref, channel_ref) is None:
            return
        async with self._db.transaction() as session:
            thread = await self._held(session, platform, server_ref, channel_ref)
            if thread is not None:
                thread.title = short_title(title) or thread.title
                session.add(thread)

    async def deleted(self, platform: str, server_ref: str, channel_ref: str) -> None:
        """The thread is no more."""
        if await self._followed(platform, server_ref, channel_ref) is None:
            return
        async with self._db.transaction() as session:
            thread = await self._held(session, platform, server_ref, channel_ref)
            if thread is not None:
                await thread_lost(session, thread, self._clock.now())

    async def reacted(
        self, platform: str, server_ref: str, channel_ref: str, account_ref: str, *, on: bool
    ) -> None:
        """A reaction to a thread's first message: « I should like to know too »."""
        if await self._followed(platform, server_ref, channel_ref) is None:
            return
        now = self._clock.now()
        async with self._db.transaction() as session:
            thread = await self._held(session, platform, server_ref, channel_ref)
            if thread is None:
                return
            known = await members.by_account(session, thread.network_id, platform, account_ref)
            if known is None or known[0].state != MemberState.ACTIVE:
                return
            await follows(session, thread, known[0].id or 0, now, wanted=on, by_reaction=True)

    async def missed(self, platform: str, server_ref: str, latest: Mapping[str, str]) -> Mapping[str, str]:
        """Of the threads that go on (channel -> latest message): those with more than was heard.

        The answer says after which message to look: what was written while the bot was away counts too.
        """
        async with self._db.reading() as session:
            network = await networks.by_server(session, platform, server_ref)
            if network is None:
                return {}
            known = await threads.following(session, network.id or 0)
        return {
            channel: known[channel] or channel
            for channel, newest in latest.items()
            if channel in known and later_ref(known[channel], newest) != known[channel]
        }

    async def _take(self, session: AsyncSession, thread: Thread, said: Heard) -> None:
        network = await networks.get(session, thread.network_id)
        author = await _person(session, network, said.platform, said.account_ref, self._clock.now())
        author_id = author.id if author else None
        reply = ThreadReply(
            network_id=thread.network_id,
            thread_id=thread.id or 0,
            message_ref=said.message_ref,
            author_id=author_id,
            at=said.at,
        )
        if not await threads.add_reply(session, reply):
            return
        thread.last_activity_at = max(thread.last_activity_at, said.at)
        first = is_answer(thread, author_id) and thread.first_answer_at is None
        if first:
            thread.first_answer_at = said.at
        if opens_by_writing(thread):
            reopened(thread)
            await announce(session, thread, self._clock.now())
        elif first and thread.asks:
            await announce(session, thread, self._clock.now(), fresh=True)
        session.add(thread)
        await self._tell(session, network, thread, reply, at_once=first)

    async def _tell(
        self, session: AsyncSession, network: Network, thread: Thread, reply: ThreadReply, *, at_once: bool
    ) -> None:
        """Followers: of the first answer now, of the rest tomorrow. Who writes has read."""
        now = self._clock.now()
        for row in await threads.followers(session, thread.network_id, thread.id or 0):
            if row.member_id == reply.author_id:
                row.read_at = max(row.read_at, reply.at)
                session.add(row)
                continue
            member = await members.get(session, thread.network_id, row.member_id)
            if member is None or member.state != MemberState.ACTIVE:
                continue
            due = now if at_once else next_morning(now, member.timezone or network.timezone)
            kind = "thread.first_reply" if at_once else "thread.batch"
            about = f"{thread.id}:{member.id}" if at_once else f"{member.id}:{due:%Y%m%dT%H%M}"
            await outbox.enqueue(
                session,
                network_id=thread.network_id,
                kind=kind,
                dedupe_key=f"{kind}:{about}",
                subject_id=thread.id if at_once else None,
                recipient_id=member.id,
                details={"reply": reply.id} if at_once else {},
                due_at=due,
                expires_at=due + NEWS_LIVES,
                now=now,
            )

    async def _followed(self, platform: str, server_ref: str, channel_ref: str) -> int | None:
        """One look, without a lock: most messages of a server are in no thread of ours."""
        async with self._db.reading() as session:
            network = await networks.by_server(session, platform, server_ref)
            if network is None:
                return None
            thread = await threads.by_channel(session, network.id or 0, channel_ref)
        return thread.id if thread else None

    async def _held(
        self, session: AsyncSession, platform: str, server_ref: str, channel_ref: str
    ) -> Thread | None:
        network = await networks.by_server(session, platform, server_ref)
        return await threads.locked_by_channel(session, network.id or 0, channel_ref) if network else None


async def _person(
    session: AsyncSession, network: Network, platform: str, account_ref: str, now: datetime
) -> Member | None:
    """The member that an account is. Writing is being active, noted once a day at most."""
    known = await members.by_account(session, network.id or 0, platform, account_ref)
    if known is None:
        return None
    member = known[0]
    if member.state == MemberState.ACTIVE and (member.seen_at is None or now - member.seen_at >= SEEN_EVERY):
        member.seen_at = now
        session.add(member)
    return member
