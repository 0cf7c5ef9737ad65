"""The time of the sandbox, which a test or a visitor can stop, move forward or send to another date.

Everything that waits here (three seconds for an interaction, an event's start, a thread's archive) waits
on this clock, so that « seven days later » takes milliseconds.
"""

import asyncio
import heapq
import inspect
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

log = logging.getLogger(__name__)

Callback = Callable[[], Any]
Watcher = Callable[["VirtualClock"], None]


class Timer:
    """A call due at an instant; ``cancel`` forgets it."""

    __slots__ = ("callback", "cancelled", "due", "fired")

    def __init__(self, due: datetime, callback: Callback) -> None:
        self.due = due
        self.callback = callback
        self.cancelled = False
        self.fired = False

    def cancel(self) -> None:
        self.cancelled = True


class VirtualClock:
    """Runs with real time plus an offset, until frozen; then it moves only when told.

    Timers fire in order of their instants, each seeing ``now()`` equal to its own. They need a running
    event loop only to fire by themselves; ``advance`` and ``jump`` fire the due ones at once.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        begin = _real() if start is None else _aware(start)
        self._offset = begin - _real() if start is not None else timedelta(0)
        self._frozen_at: datetime | None = begin if frozen else None
        self._timers: list[tuple[datetime, int, Timer]] = []
        self._order = itertools.count()
        self._wake: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Future[Any]] = set()
        self._watchers: list[Watcher] = []

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    def now(self) -> datetime:
        """The current instant, aware UTC."""
        return self._frozen_at if self._frozen_at is not None else _real() + self._offset

    def timestamp(self) -> float:
        return self.now().timestamp()

    def freeze(self, at: datetime | None = None) -> None:
        """Stop here, or at ``at``."""
        if at is not None:
            self.jump(at)
        self._frozen_at = self.now() if at is None else _aware(at)
        self._arm()
        self._tell()

    def unfreeze(self) -> None:
        """Run again from the instant where it stood."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - _real()
            self._frozen_at = None
            self._arm()
            self._tell()

    def advance(self, delta: timedelta) -> None:
        """Move forward by ``delta``, firing on the way what was due, in order."""
        self.jump(self.now() + delta)

    def jump(self, instant: datetime) -> None:
        """Go to ``instant``. Forward, timers fire in order on the way; backward, they only wait longer."""
        target = _aware(instant)
        for timer in self._pop_until(target):
            self._set(max(timer.due, self.now()))
            self._fire(timer)
        self._set(target)
        self._arm()
        self._tell()

    async def travel(self, delta: timedelta) -> None:
        """Like ``advance``, letting tasks run at each stop, so that what they plan on the way also happens.

        A task that acts every minute acts sixty times in a travelled hour, and once in an advanced one.
        """
        target = self.now() + delta
        while self._timers and self._timers[0][0] <= target:
            self.jump(max(self._timers[0][0], self.now()))
            await self._settle()
        self.jump(target)
        await self._settle()

    @staticmethod
    async def _settle(rounds: int = 10) -> None:
        for _ in range(rounds):
            await asyncio.sleep(0)

    def call_at(self, due: datetime, callback: Callback) -> Timer:
        """Call (or, for a coroutine function, start) ``callback`` when the clock reaches ``due``."""
        timer = Timer(_aware(due), callback)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        self._arm()
        return timer

    def call_later(self, seconds: float, callback: Callback) -> Timer:
        return self.call_at(self.now() + timedelta(seconds=seconds), callback)

    async def sleep(self, seconds: float) -> None:
        """Wait in the clock's own time."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        timer = self.call_later(seconds, lambda: None if done.done() else done.set_result(None))
        try:
            await done
        finally:
            timer.cancel()

    async def wait_for(self, awaitable: Awaitable[Any], seconds: float) -> Any:
        """Like ``asyncio.wait_for``, in the clock's own time; raises ``TimeoutError``."""
        task = asyncio.ensure_future(awaitable)
        timer = self.call_later(seconds, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if not timer.fired or (current is not None and current.cancelling()):
                raise
            raise TimeoutError from None
        finally:
            timer.cancel()
            task.cancel()

    def watch(self, watcher: Watcher) -> None:
        """``watcher(clock)`` is called after each freeze, unfreeze, advance and jump."""
        self._watchers.append(watcher)

    def close(self) -> None:
        """Forget all timers; nothing fires any more."""
        self._timers.clear()
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None

    def _set(self, instant: datetime) -> None:
        if self.frozen:
            self._frozen_at = instant
        else:
            self._offset = instant - _real()

    def _pop_until(self, until: datetime) -> Iterator[Timer]:
        while self._timers and self._timers[0][0] <= until:
            timer = heapq.heappop(self._timers)[2]
            if not timer.cancelled:
                yield timer

    def _fire(self, timer: Timer) -> None:
        """One callback that fails must not keep the others from firing."""
        timer.fired = True
        try:
            outcome = timer.callback()
        except Exception:
            log.exception("timer failed due=%s", timer.due)
            return
        if inspect.isawaitable(outcome):
            task = asyncio.ensure_future(outcome)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _arm(self) -> None:
        """Ask the event loop for the next due timer; a frozen clock asks for nothing."""
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        while self._timers and self._timers[0][2].cancelled:
            heapq.heappop(self._timers)
        if self.frozen or not self._timers:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        delay = (self._timers[0][0] - self.now()).total_seconds()
        self._wake = loop.call_later(max(0.0, delay), self._on_wake)

    def _on_wake(self) -> None:
        self._wake = None
        if not self.frozen:
            for timer in self._pop_until(self.now()):
                self._fire(timer)
        self._arm()

    def _tell(self) -> None:
        for watcher in list(self._watchers):
            watcher(self)


def _real() -> datetime:
    return datetime.now(UTC)


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return instant.astimezone(UTC)
