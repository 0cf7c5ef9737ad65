"""The sandbox by itself: how many interactions a second one core serves, with a large server and many people.

The sandbox is a process of its own, so that what it costs is told from what its clients cost: each figure is
given by the clock and by the seconds of processor that the sandbox used.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import psutil
import rich.console
import rich.table

from sandbox import Sandbox

MEMBERS, MESSAGES, CONNECTED = 10_000, 50_000, 100
GOAL = 500.0
TOKEN = "jeton"  # noqa: S105 - of a bot that exists as long as this measure
BUTTON = {
    "content": "Un bouton",
    "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Oui", "custom_id": "oui"}]}],
}


async def serve() -> None:
    """The process that is measured: a large server, until standard input ends."""
    async with Sandbox() as sandbox:
        world = sandbox.world
        guild = world.add_guild("Grand réseau")
        app = world.add_app("Essai", token=TOKEN, intents={"members"})
        world.invite(app, guild, permissions=1 << 3)
        role = world.add_role(guild, "Membre")
        people = [world.add_user(f"Personne {number}") for number in range(MEMBERS)]
        for user in people:
            world.join(guild, user, roles=[role["id"]])
        room = guild.channel("général")
        for number in range(MESSAGES):
            world.post(room, people[number % MEMBERS], f"Message numéro {number}")
        about = {
            "url": sandbox.url,
            "room": room.id,
            "people": [user.id for user in people[:CONNECTED]],
            "guild": guild.id,
        }
        sys.stdout.write(json.dumps(about) + "\n")
        sys.stdout.flush()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, sys.stdin.read)


class Bot:
    """A bot that answers every click, with as little of its own as possible."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http = http
        self.url = url
        self.answers: set[asyncio.Task[None]] = set()

    async def live(self, ready: asyncio.Event) -> None:
        async with self.http.ws_connect(f"{self.url}/gateway/?v=10&encoding=json") as ws:
            identity = {"token": TOKEN, "intents": 1, "properties": {}}
            await ws.send_json({"op": 2, "d": identity})
            async for message in ws:
                frame = json.loads(message.data)
                if frame["t"] == "READY":
                    ready.set()
                elif frame["t"] == "INTERACTION_CREATE":
                    task = asyncio.create_task(self.answer(frame["d"]))
                    self.answers.add(task)
                    task.add_done_callback(self.answers.discard)

    async def answer(self, asked: dict[str, Any]) -> None:
        path = f"/api/v10/interactions/{asked['id']}/{asked['token']}/callback"
        body = {"type": 4, "data": {"content": "Bien noté.", "flags": 64}}
        async with self.http.post(self.url + path, json=body) as response:
            if response.status != 204:
                raise RuntimeError(await response.text())


class Bench:
    """What is asked of the sandbox, and how long it takes."""

    def __init__(self, http: aiohttp.ClientSession, about: dict[str, Any], process: psutil.Process) -> None:
        self.http, self.about, self.process = http, about, process
        self.results: list[tuple[str, float, float]] = []

    async def ask(self, method: str, path: str, person: int = 0, body: object = None) -> Any:
        headers = {"X-Person": self.about["people"][person % CONNECTED]}
        url = f"{self.about['url']}/sandbox{path}"
        async with self.http.request(method, url, json=body, headers=headers) as response:
            response.raise_for_status()
            return await response.json()

    async def listen(self, person: str) -> None:
        """A page that is open, and takes whatever comes."""
        url = f"{self.about['url']}/sandbox/events?person={person}"
        async with self.http.ws_connect(url) as ws:
            async for _ in ws:
                pass

    async def measure(self, name: str, count: int, ask: Callable[[int], Awaitable[Any]]) -> float:
        """``count`` questions, 32 at a time; by the clock and by the sandbox's processor, a second."""
        numbers = iter(range(count))

        async def one_after_another() -> None:
            for number in numbers:
                await ask(number)

        before, began = self.used(), time.perf_counter()
        await asyncio.gather(*(one_after_another() for _ in range(min(32, count))))
        took, used = time.perf_counter() - began, self.used() - before
        self.results.append((name, count / took, count / used))
        return count / used

    def used(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    async def run(self, interactions: int) -> float:
        room = self.about["room"]
        headers = {"Authorization": f"Bot {TOKEN}"}
        url = f"{self.about['url']}/api/v10/channels/{room}/messages"
        async with self.http.post(url, json=BUTTON, headers=headers) as response:
            message = (await response.json())["id"]
        click = {
            "type": 3,
            "channel_id": room,
            "message_id": message,
            "data": {"custom_id": "oui", "component_type": 2},
        }

        async def clicks(number: int) -> None:
            result = await self.ask("POST", "/interactions", number, click)
            if result["outcome"] != "message":
                raise RuntimeError(result)

        async def reads(number: int) -> None:
            before = f"&before={message}" if number % 2 else ""
            await self.ask("GET", f"/channels/{room}/messages?limit=50{before}", number)

        await self.measure("(warming up)", 200, clicks)
        self.results.clear()
        speed = await self.measure("interactions, click to answer", interactions, clicks)
        await self.measure("pages of 50 messages", 1_000, reads)
        await self.measure(
            f"messages told to {CONNECTED} pages",
            200,
            lambda number: self.ask("POST", f"/channels/{room}/messages", number, {"content": "Bonjour"}),
        )
        await self.measure(f"opening the page on {MEMBERS:,} members", 5, lambda n: self.ask("GET", "/me", n))
        return speed


@asynccontextmanager
async def served() -> AsyncIterator[tuple[dict[str, Any], psutil.Process]]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scripts.bench_sandbox", "--serve", stdin=pipe, stdout=pipe, limit=1 << 20
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield json.loads(await process.stdout.readline()), psutil.Process(process.pid)
    finally:
        process.stdin.close()
        await process.wait()


async def bench(interactions: int = 4_000) -> bool:
    """Print the table; whether the goal is reached."""
    connector = aiohttp.TCPConnector(limit=0)
    async with served() as (about, process), aiohttp.ClientSession(connector=connector) as http:
        measured = Bench(http, about, process)
        ready = asyncio.Event()
        tasks = [asyncio.create_task(Bot(http, about["url"]).live(ready))]
        tasks += [asyncio.create_task(measured.listen(person)) for person in about["people"]]
        await ready.wait()
        await asyncio.sleep(0.5)
        speed = await measured.run(interactions)
        memory = process.memory_info().rss / 2**20
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)
    table = rich.table.Table("sandbox alone", "a second", "a second of its processor", "goal")
    for name, by_clock, by_processor in measured.results:
        goal = f"≥ {GOAL:g}" if name.startswith("interactions") else ""
        table.add_row(name, f"{by_clock:,.0f}", f"{by_processor:,.0f}", goal)
    console = rich.console.Console()
    size = f"{MEMBERS:,} members, {MESSAGES:,} messages in a channel, {CONNECTED} people connected"
    console.print(f"{size}, {memory:.0f} MiB")
    console.print(table)
    return speed >= GOAL


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", action="store_true", help="be the sandbox that is measured")
    parser.add_argument("--interactions", type=int, default=4_000)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve())
        return
    sys.exit(not asyncio.run(bench(given.interactions)))


if __name__ == "__main__":
    main()
