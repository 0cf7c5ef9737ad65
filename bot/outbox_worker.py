"""Keeps delivery going: at once after a commit of this process, every few seconds for what others wrote."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from community.delivery import Counts, Delivery
from storage.engine import Database
from storage.outbox import CHANGED

log = logging.getLogger(__name__)


class OutboxWorker:
    """One loop of the process. It starts when the client is ready, and stops between two rows."""

    def __init__(
        self,
        delivery: Delivery,
        db: Database,
        *,
        ready: Callable[[], Awaitable[object]],
        every_s: float = 3.0,
        counted: Callable[[Counts], None] = lambda counts: None,
    ) -> None:
        """``ready`` returns when the platform may be called; ``counted`` hears what each run did."""
        self._delivery = delivery
        self._ready = ready
        self._every_s = every_s
        self._counted = counted
        self._hint = asyncio.Event()
        self._stopping = False
        db.on_commit(CHANGED, self._hint.set)

    async def run(self) -> None:
        """Until ``stop``. A run that fails is logged, and tried again: the database may come back."""
        while not self._stopping:
            await self._ready()
            self._hint.clear()
            try:
                counts = await self._delivery.run_due()
            except Exception:
                log.exception("delivery run failed")
            else:
                self._counted(counts)
                if counts.total():
                    continue  # what was rerouted or came meanwhile is due at once
            await self._pause()

    def stop(self) -> None:
        """Finish the rows in hand, then let ``run`` return. Safe to call twice."""
        self._stopping = True
        self._delivery.stop()
        self._hint.set()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._every_s):
                await self._hint.wait()
        except TimeoutError:
            pass
