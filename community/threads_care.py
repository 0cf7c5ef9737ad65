"""What keeps threads alive without anybody asking: the nudge, the facilitators' list, closing what is over.

Each act is a row whose key, or whose mark on the thread, makes it happen once, however often a tick runs. The
needs have their own card at the same moment (``needs``): here only the other kinds are nudged and listed.
"""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import charges
from community.library_care import MORNING, local, local_day
from community.ports import Clock
from community.thread_rules import Rules
from community.threads import announce, close
from storage import networks, outbox, threads
from storage.engine import Database
from storage.networks import Network
from storage.threads import NEED, ClosedBy, Thread

AT_ONCE = 50
NUDGE_LIVES = timedelta(days=2)


class ThreadCare:
    """Ticks; no person acts here."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def tend(self) -> None:
        """Everything below, network by network."""
        async with self._db.reading() as session:
            found = await networks.everywhere(session)
        for network in found:
            await self.nudge(network)
            await self.tell_facilitators(network)
            await self.close_idle(network)

    async def nudge(self, network: Network) -> int:
        """Nobody has answered for long: said in the thread, once; how many."""
        now = self._clock.now()
        network_id = network.id or 0
        async with self._db.transaction() as session:
            rules = Rules.of(await threads.rule(session, network_id))
            since = now - timedelta(hours=rules.nudge_hours)
            late = await threads.unanswered(session, network_id, since, but=(NEED,), limit=AT_ONCE)
            fresh = [thread for thread in late if thread.nudged_at is None]
            for thread in fresh:
                await self._nudge(session, thread, now)
            return len(fresh)

    async def tell_facilitators(self, network: Network) -> int:
        """In the morning after the nudge, those still without an answer: one card for all; how many."""
        now = self._clock.now()
        network_id, today = network.id or 0, local_day(network, now)
        if local(network, now).hour < MORNING:
            return 0
        async with self._db.transaction() as session:
            late = await threads.unanswered(session, network_id, now, but=(NEED,), limit=AT_ONCE)
            untold = [
                thread
                for thread in late
                if thread.told_at is None
                and thread.nudged_at is not None
                and local_day(network, thread.nudged_at) < today
            ]
            if not untold:
                return 0
            for thread in untold:
                thread.told_at = now
                session.add(thread)
            await outbox.enqueue(
                session,
                network_id=network_id,
                kind="thread.unanswered",
                dedupe_key=f"thread.unanswered:{today}",
                details={"threads": [thread.id for thread in untold]},
                due_at=now,
                now=now,
            )
            for thread in untold:
                key = thread.id or 0
                themes = await threads.themes_of(session, network_id, key)
                alone = {"threads": [key]}
                await charges.alert(
                    session, network_id, charges.THREAD, key, themes, now, details=alone, key=str(today)
                )
            return len(untold)

    async def close_idle(self, network: Network) -> int:
        """Questions that nobody wrote in for long are over; how many were closed."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            rules = Rules.of(await threads.rule(session, network.id or 0))
            over = await threads.idle(
                session,
                network.id or 0,
                open_since=now - timedelta(days=rules.close_days),
                answered_since=now - timedelta(days=rules.answered_days),
                limit=AT_ONCE,
            )
            for thread in over:
                close(thread, ClosedBy.INACTIVITY, None, now)
                await announce(session, thread, now, fresh=True)
            return len(over)

    async def _nudge(self, session: AsyncSession, thread: Thread, now: datetime) -> None:
        thread.nudged_at = now
        session.add(thread)
        await outbox.enqueue(
            session,
            network_id=thread.network_id,
            kind="thread.nudge",
            dedupe_key=f"thread.nudge:{thread.id}",
            subject_id=thread.id,
            due_at=now,
            expires_at=now + NUDGE_LIVES,
            now=now,
        )
