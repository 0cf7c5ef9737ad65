"""What keeps the library tended without anybody asking: the application's ticks, network by network.

Each only writes outbox rows whose key holds the day, so a tick that runs often, or in two processes, sends
once. What is sent is decided again by the planners of ``library_care_delivery.py``.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community.freshness import ANSWER_WITHIN, MONTHS_OF_KIND, first_review
from community.ports import Clock
from storage import freshness, library, members, networks, outbox
from storage.engine import Database
from storage.library import Resource
from storage.members import MemberState
from storage.networks import Network

WAITED_LONG = timedelta(days=3)  # a proposal that waits longer is called to mind
AT_ONCE = 50  # resources of one network asked about in one tick: owners are no crowd to be flooded
MORNING = 9  # nobody is written to before this hour of their network


class LibraryCare:
    """Ticks; no person acts here."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def tend(self) -> None:
        """Everything below, in turn."""
        await self.remind_reviewers()
        await self.ask_owners()

    async def remind_reviewers(self) -> int:
        """Once a day at most, where a proposal has waited for more than three days; how many networks."""
        now = self._clock.now()
        reminded = 0
        for network in await self._awake(now):
            async with self._db.transaction() as session:
                oldest = await library.queue(session, network.id or 0, limit=1)
                if oldest and now - oldest[0].created_at > WAITED_LONG:
                    reminded += await outbox.enqueue(
                        session,
                        network_id=network.id or 0,
                        kind="library.waiting",
                        dedupe_key=f"library.waiting:{local_day(network, now)}",
                        due_at=now,
                        expires_at=now + timedelta(hours=12),
                        now=now,
                    )
        return reminded

    async def ask_owners(self) -> int:
        """Ask who proposed a resource, at its date, whether it still holds; mark what got no answer.

        Returns how many were asked about or marked.
        """
        now = self._clock.now()
        changed = 0
        for network in await self._awake(now):
            async with self._db.transaction() as session:
                for resource in await freshness.undated(
                    session, network.id or 0, list(MONTHS_OF_KIND), limit=AT_ONCE
                ):
                    resource.review_by = first_review(resource, network.timezone)
                    session.add(resource)
                await session.flush()
                today = local_day(network, now)
                due = await freshness.to_ask(session, network.id or 0, today, limit=AT_ONCE)
                late = await freshness.unanswered(
                    session, network.id or 0, now - ANSWER_WITHIN, limit=AT_ONCE
                )
                marked = [resource for resource in due if not await self._ask(session, resource, now)]
                for resource in (*marked, *late):
                    resource.doubtful_since = now
                    session.add(resource)
                if marked or late:
                    await outbox.enqueue(
                        session,
                        network_id=network.id or 0,
                        kind="library.doubtful",
                        dedupe_key=f"library.doubtful:{today}",
                        due_at=now,
                        now=now,
                    )
            changed += len(due) + len(late)
        return changed

    async def _ask(self, session: AsyncSession, resource: Resource, now: datetime) -> bool:
        """False when there is nobody to ask any more."""
        owner = await members.get(session, resource.network_id, resource.proposed_by or 0)
        if owner is None or owner.state != MemberState.ACTIVE:
            return False
        resource.review_asked_at = now
        session.add(resource)
        await outbox.enqueue(
            session,
            network_id=resource.network_id,
            kind="library.still_true",
            dedupe_key=f"library.still_true:{resource.id}:{resource.review_by}",
            subject_id=resource.id,
            recipient_id=owner.id,
            due_at=now,
            now=now,
        )
        return True

    async def _awake(self, now: datetime) -> list[Network]:
        """Networks where it is day."""
        async with self._db.reading() as session:
            return [
                network
                for network in await networks.everywhere(session)
                if local(network, now).hour >= MORNING
            ]


def local(network: Network, now: datetime) -> datetime:
    return now.astimezone(ZoneInfo(network.timezone))


def local_day(network: Network, now: datetime) -> date:
    """The network's own date: « today » for whoever reads there."""
    return local(network, now).date()
