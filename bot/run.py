"""The life of the running bot: check, connect, tick, and stop without losing what is in hand.

One process; stopping twice is stopping at once. What could not be finished is in the database, due.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import discord

from bot import compose, ticks
from bot.client import Publish
from bot.clock import SystemClock
from bot.failures import CannotRun, Exit, told
from bot.memory import rest
from bot.scheduler import Scheduler
from bot.settings import Settings
from prompts import Words
from storage import revision

log = logging.getLogger(__name__)

# For each of the three stages of stopping; compose.yaml and the systemd unit leave room for all.
GRACE_S = 8.0


class Runner:
    """Runs one application. ``stop`` may be called anywhere in its loop; ``ready`` says that it serves."""

    def __init__(self, parts: compose.Base, *, publish: Publish = "changed") -> None:
        self._parts = parts
        self._publish: Publish = publish
        self._stop = asyncio.Event()
        self.ready = asyncio.Event()
        self.connected: compose.Connected | None = None

    def stop(self) -> None:
        """Take no new work, finish the row in hand, leave Discord."""
        log.info("stopping")
        self._parts.probe.stopping = True
        self._stop.set()

    async def run(self) -> None:
        """Until ``stop``. Raises CannotRun for what a person can mend."""
        settings = self._parts.settings
        token = settings.token
        try:
            with told(api=settings.discord_api):
                await revision.check(self._parts.db)
            await self._listen()
            with told(api=settings.discord_api):
                await self._connect(token)
        finally:
            await self._parts.web.stop()
            await self._parts.fetcher.close()
            await self._parts.db.dispose()

    async def _listen(self) -> None:
        settings = self._parts.settings
        try:
            await self._parts.web.start(settings.web_host, settings.web_port)
        except OSError as error:
            raise CannotRun(
                "port_taken", Exit.SETTINGS, host=settings.web_host, port=settings.web_port
            ) from error

    async def _connect(self, token: str) -> None:
        try:
            await self._serve(token, members=True)
        except discord.PrivilegedIntentsRequired:
            log.warning("members intent not granted: arrivals are learnt from what people do; see doctor")
            await self._serve(token, members=False)

    async def _serve(self, token: str, *, members: bool) -> None:
        connected = compose.connect(self._parts, members=members, publish=self._publish)
        self.connected = connected
        table = ticks.table(
            connected.client.services,
            connected.delivery,
            self._parts.db,
            check_links=self._parts.settings.check_links == "yes",
        )
        scheduler = Scheduler(self._parts.db, self._parts.clock, table)
        # First: the others wait for it to be ready, which it must have begun to be.
        line = asyncio.create_task(connected.client.start(token), name="discord line")
        stop = asyncio.create_task(self._stop.wait(), name="stop signal")
        work = asyncio.create_task(connected.worker.run(), name="outbox worker")
        first = asyncio.create_task(self._start_ticks(connected, scheduler), name="first ticks")
        try:
            await asyncio.wait({line, stop, work}, return_when=asyncio.FIRST_COMPLETED)
            for ended in (line, work):
                if ended.done():
                    await ended  # raises why it ended
        finally:
            self.ready.clear()
            self._parts.gateway.ready = False
            await self._finish(connected, scheduler, work)
            await _cut(line, first, stop, work)

    async def _finish(
        self, connected: compose.Connected, scheduler: Scheduler, work: asyncio.Task[None]
    ) -> None:
        """Take nothing new, let what is in hand end, leave Discord."""
        connected.worker.stop()
        await scheduler.stop(grace=timedelta(seconds=GRACE_S))
        if connected.client.is_ready():  # before that, the worker only waits for it
            await asyncio.wait({work}, timeout=GRACE_S)
        await connected.client.finish(grace_s=GRACE_S)

    async def _start_ticks(self, connected: compose.Connected, scheduler: Scheduler) -> None:
        await connected.client.wait_until_ready()
        await scheduler.start()
        rest()
        self.ready.set()


async def _cut(*tasks: asyncio.Task[Any]) -> None:
    """End tasks whose outcome was told already, or no longer matters."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def serve(settings: Settings, words: Words, *, publish: Publish) -> None:
    """Run the bot until a signal stops it."""
    runner = Runner(compose.base(settings, words, SystemClock()), publish=publish)
    with stopped_by_signals(runner):
        await runner.run()


@contextlib.contextmanager
def stopped_by_signals(runner: Runner) -> Iterator[None]:
    """SIGTERM and SIGINT stop kindly; a second one cuts short."""
    loop = asyncio.get_running_loop()
    asked = False
    main = asyncio.current_task()

    def on_signal() -> None:
        nonlocal asked
        if asked and main is not None:
            main.cancel()
        asked = True
        runner.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
