"""Runs the ticks: "see whether something is due". What is due is in the database, and so is who looks.

Misfire policy: a late tick runs as soon as it can, several missed ones run once, none overlaps itself. One
leader: a run begins by taking the tick's lease, so that of several processes one does it, and a process that
died leaves it to the others when its lease runs out. After a stop of any length the next start finds in the
database what is overdue, and runs it once.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from community.ports import Clock
from storage import ticks as stored
from storage.engine import Database, unusable
from storage.ticks import TickOutcome

log = logging.getLogger(__name__)

MISFIRE_POLICY = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
LEASE = timedelta(minutes=5)
RENEWED_S = 60.0
RETRY = timedelta(minutes=15)  # after a failure, when the next run would be later
STAGGER = timedelta(seconds=2)  # overdue ticks do not all start at the same instant
WATCH = timedelta(seconds=2)
JUMP_S = 10.0  # the clock went that much faster, or slower, than time did


@dataclass(frozen=True)
class Tick:
    """``run`` may be called late, and again; it asks the database what is due."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]


class Scheduler:
    """Runs the table of ticks. One that fails is logged, noted for the network's status, and comes again."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ticks: Sequence[Tick],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ticks = {tick.name: tick for tick in ticks}
        self._owner = uuid4().hex[:12]
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=MISFIRE_POLICY)
        self._running: set[asyncio.Task[None]] = set()
        self._monotonic = monotonic
        self._offset = 0.0
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """A long tick asks this between two rows."""
        return self._stopping

    async def start(self) -> None:
        """Begin to tick; call once the client is ready, so that no tick meets half a bot."""
        now = self._clock.now()
        waits = await self._waits(now)
        for number, (name, wait) in enumerate(waits.items()):
            self._scheduler.add_job(
                self._run,
                "interval",
                (name,),
                seconds=self._ticks[name].every.total_seconds(),
                id=name,
                next_run_time=datetime.now(UTC) + max(wait, STAGGER * (number + 1)),
            )
        self._offset = self._drift()
        self._scheduler.add_job(self._watch, "interval", seconds=WATCH.total_seconds(), id="watch the clock")
        if not self._stopping:
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

    async def run(self, name: str) -> bool:
        """Run one tick now, if it is due and no other process has it; whether it was run."""
        tick, now = self._ticks[name], self._clock.now()
        async with self._db.transaction() as session:
            if not await stored.claim(
                session, name, owner=self._owner, now=now, every=tick.every, lease=LEASE
            ):
                return False
        renewing = asyncio.create_task(self._renew(name), name=f"lease of {name}")
        outcome = TickOutcome.CUT
        try:
            await tick.run()
            outcome = TickOutcome.DONE
        except Exception:
            outcome = TickOutcome.FAILED
            log.exception("tick failed tick=%s", name)
        finally:
            renewing.cancel()
            await self._finish(tick, outcome)
        return True

    async def _waits(self, now: datetime) -> dict[str, timedelta]:
        """How long until each is due; nothing for what became due while no process ran."""
        async with self._db.transaction() as session:
            await stored.forget_others(session, list(self._ticks))
            due = {name: await stored.ensure(session, name, now + t.every) for name, t in self._ticks.items()}
        soonest = sorted(due, key=due.__getitem__)
        return {name: min(max(due[name] - now, timedelta()), self._ticks[name].every) for name in soonest}

    async def _run(self, name: str) -> None:
        task = asyncio.current_task()
        assert task is not None, "the scheduler runs ticks in tasks"  # noqa: S101 - narrows the type
        self._running.add(task)
        try:
            await self.run(name)
        except unusable():
            log.warning("tick not run, the database does not answer tick=%s", name, exc_info=True)
        finally:
            self._running.discard(task)

    async def _finish(self, tick: Tick, outcome: TickOutcome) -> None:
        now = self._clock.now()
        sooner = outcome is not TickOutcome.DONE and tick.every > RETRY
        async with self._db.transaction() as session:
            await stored.finish(
                session,
                tick.name,
                owner=self._owner,
                now=now,
                outcome=outcome,
                next_at=now + RETRY if sooner else None,
            )
        if sooner and self._scheduler.get_job(tick.name) is not None:
            self._scheduler.modify_job(tick.name, next_run_time=datetime.now(UTC) + RETRY)

    async def _renew(self, name: str) -> None:
        while True:
            await asyncio.sleep(RENEWED_S)
            with contextlib.suppress(*unusable()):
                async with self._db.transaction() as session:
                    until = self._clock.now() + LEASE
                    if not await stored.renew(session, name, owner=self._owner, until=until):
                        return

    async def _watch(self) -> None:
        """A clock that leaps (a machine that slept, the demonstration's own) makes ticks due at once."""
        drift = self._drift()
        if abs(drift - self._offset) < JUMP_S:
            return
        self._offset = drift
        log.info("the clock leapt, looking at every tick")
        for number, name in enumerate(self._ticks):
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC) + STAGGER * number / 10)

    def _drift(self) -> float:
        return self._clock.now().timestamp() - self._monotonic()
