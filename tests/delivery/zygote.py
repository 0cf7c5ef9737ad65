"""A process with everything imported that forks one worker per line of its standard input.

A line says where the database and Discord are, what time it is, and at which step the worker kills itself
(SIGKILL: no handler, no ``finally``). A step is either side of a commit or of a call to Discord. The answer
on standard output is how the worker ended. Run by ``test_kill.py``; the delivery it runs is the real one.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.client import point_at
from bot.messenger import DiscordMessenger
from community.delivery import Delivery
from community.outbox import Card, Direct, Drop, ForumPost, Grant, Plan, Planner, Post
from prompts import Words
from prompts.text import Text
from storage.engine import Database
from storage.outbox import Outbox

WORDS = Words()  # read once, before the forks, like the modules


class Doom:
    """Counts steps, and dies at the one that was ordered."""

    def __init__(self, at: int | None) -> None:
        self.at = at
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class DoomedDatabase(Database):
    doom: Doom

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with super().transaction() as session:
            yield session
            self.doom.step()
        self.doom.step()


class DoomedMessenger(DiscordMessenger):
    doom: Doom

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name not in ("post", "find_post", "open_direct", "find_thread", "open_thread", "grant_role"):
            return found

        async def call(*args: Any, **options: Any) -> Any:
            self.doom.step()
            answer = await found(*args, **options)
            self.doom.step()
            return answer

        return call


class ShiftedClock:
    def __init__(self, ahead_s: float) -> None:
        self._ahead = timedelta(seconds=ahead_s)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


class PlainRenderer:
    def variant(self, name: str, /, *, short: bool) -> str:
        return name

    def render(self, name: str, locale: str, /, **values: Any) -> Text:
        return Text("Titre", f"{name} : " + " ".join(f"{key} {value}." for key, value in values.items()))


class ByDetails(Planner):
    """Goes where the row's details say."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        where, card = row.details, Card(row.kind, "fr", {"sujet": row.subject_id})
        if where.get("cancelled"):
            return Drop("cancelled")
        match row.kind:
            case "post":
                return Post(where["channel"], card)
            case "direct":
                return Direct(row.recipient_id or 0, card)
            case "card":
                return ForumPost(where["forum"], card)
        return Grant(where["server"], where["account"], where["role"], "essai")


async def work(order: dict[str, Any]) -> None:
    doom = Doom(order["die_at"])
    db = DoomedDatabase(order["database"])
    db.doom = doom
    point_at(order["api"])
    client = discord.Client(intents=discord.Intents(guilds=True), max_messages=None, guild_ready_timeout=0.1)
    await client.login(order["token"])
    line = None
    if order["gateway"]:
        _, address, _ = await client.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)
        line = asyncio.create_task(client.connect())
        await client.wait_until_ready()
    messenger = DoomedMessenger(client, WORDS)
    messenger.doom = doom
    planners = dict.fromkeys(("post", "direct", "card", "role"), ByDetails())
    delivery = Delivery(
        db,
        ShiftedClock(order["ahead_s"]),
        messenger,
        PlainRenderer(),
        planners,
        lanes=order["lanes"],
        openings_per_minute=1000,
    )
    while (await delivery.run_due()).total():
        pass
    await client.close()
    if line:
        with contextlib.suppress(asyncio.CancelledError):
            await line
    await db.dispose()


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(work(json.loads(line)))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
