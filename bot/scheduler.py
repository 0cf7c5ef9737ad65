"""The ticks: "see whether something is due". Nothing is stored here, what is due is in the database.

Misfire policy: a late tick runs as soon as it can, several missed ones run once, none overlaps itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

Tick = Callable[[], Awaitable[object]]
MISFIRE_POLICY = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


class Scheduler:
    """Runs named ticks at an interval of real time. A tick that fails is logged, and comes again."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=MISFIRE_POLICY)
        self._running: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """A long tick asks this between two rows."""
        return self._stopping

    def every(self, interval: timedelta, name: str, tick: Tick) -> None:
        """Register a tick; call before ``start``."""
        self._scheduler.add_job(
            self._run, "interval", (name, tick), seconds=interval.total_seconds(), id=name, name=name
        )

    def start(self) -> None:
        """Begin to tick; call once the client is ready, so that no tick meets half a bot."""
        self._scheduler.start()

    async def stop(self, *, grace: timedelta) -> None:
        """Start no further tick and let the running ones finish; past ``grace`` they are cut short."""
        self._stopping = True
        if self._scheduler.running:
            self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=grace.total_seconds())
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _run(self, name: str, tick: Tick) -> None:
        task = asyncio.current_task()
        assert task is not None, "the scheduler runs ticks in tasks"  # noqa: S101 - narrows the type
        self._running.add(task)
        try:
            await tick()
        except Exception:
            log.exception("tick failed tick=%s", name)
        finally:
            self._running.discard(task)
