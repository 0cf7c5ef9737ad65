"""What keeps the library tended without anybody asking: the application's ticks, network by network.

Each only writes outbox rows whose key holds the day, so a tick that runs often, or in two processes, sends
once. What is sent is decided again by the planners of ``library_care_delivery.py``.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from community.ports import Clock
from storage import library, networks, outbox
from storage.engine import Database
from storage.networks import Network

WAITED_LONG = timedelta(days=3)  # a proposal that waits longer is called to mind
MORNING = 9  # nobody is written to before this hour of their network


class LibraryCare:
    """Ticks; no person acts here."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def tend(self) -> None:
        """Everything below, in turn."""
        await self.remind_reviewers()

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
