"""``make bench``: the bot beside a bare discord.py bot, on the same sandbox, in the same run.

Both are processes of their own. Each figure is taken from outside, alternating between the two, so that
whatever else the machine does weighs on both: from the event's dispatch to the arrival of the callback, from
the birth of the process to "ready", and the resident memory once idle.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import rich.console
import rich.table

from bot.clock import SystemClock
from bot.server_permissions import NEEDED
from bot.upkeep import migrate
from community.actors import Actor
from community.importer import Importer
from community.sheets import Row
from sandbox import Person, Sandbox
from scripts import bench_library, bench_needs, bench_sandbox
from storage import networks
from storage.engine import Database

ROOT = Path(__file__).parent.parent
TEXTS = ROOT / "bot" / "demo_data" / "resources.csv"
WORD = re.compile(r"[^\W\d_]{4,}")
RESOURCES = 20_000
FOUND = "https://example.org/"  # the address of every resource begins so
GOALS = {"p50": 3.0, "p99": 5.0, "memory": 130.0, "start": 1.3}


@dataclass
class Times:
    """Milliseconds (or seconds) of the bare bot and of ours."""

    bare: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)

    def ratio(self, share: float) -> float:
        return at(self.ours, share) / at(self.bare, share)


def at(values: Sequence[float], share: float) -> float:
    """A quantile, by the nearest rank."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


class Stopwatch:
    """Stands at the sandbox's door: when each event left, when its callback came in."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.left: dict[str, float] = {}
        self.came: dict[str, float] = {}
        interactions = sandbox.interactions
        remember, callback = interactions._remember, interactions.callback

        def leaving(interaction: Any) -> None:
            remember(interaction)
            self.left[interaction.id] = time.perf_counter()

        def coming(interaction_id: str, token: str, body: Any, files: Any) -> Any:
            self.came[interaction_id] = time.perf_counter()
            return callback(interaction_id, token, body, files)

        vars(interactions).update(_remember=leaving, callback=coming)

    def last(self) -> float:
        """Milliseconds of the last interaction."""
        key = next(reversed(self.left))
        return (self.came[key] - self.left[key]) * 1000


@asynccontextmanager
async def running(
    *command: str, env: dict[str, str], word: str
) -> AsyncIterator[tuple[float, psutil.Process]]:
    """A bot as a process: seconds until its log says ``word``, and the process. Ended by SIGTERM."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, cwd=ROOT, env=env, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    while word not in (line := (await process.stderr.readline()).decode()):
        if not line:
            raise SystemExit(f"{command[0]} ended before it was ready")
        sys.stderr.write(line if "error" in line else "")
    took = time.perf_counter() - began
    drain = asyncio.create_task(process.stderr.read())
    try:
        yield took, psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
        drain.cancel()


@dataclass
class Bench:
    """One sandbox, one server, the two bots invited to it."""

    sandbox: Sandbox
    database: str
    rounds: int
    searches: int

    def __post_init__(self) -> None:
        world = self.sandbox.world
        self.guild = world.add_guild("Banc d’essai")
        self.apps = {name: world.add_app(name, intents={"members"}) for name in ("bare", "ours")}
        for app in self.apps.values():
            world.invite(app, self.guild, permissions=NEEDED.value)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("ENTREPAIRS_")}
        self.env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed bot is compiled once, not at each start
        self.env |= {
            "ENTREPAIRS_DISCORD_TOKEN": self.apps["ours"].token,
            "ENTREPAIRS_DISCORD_API": self.sandbox.api,
            "ENTREPAIRS_DATABASE_URL": self.database,
            "ENTREPAIRS_WEB_PORT": "0",
        }

    def bare(self, *more: str) -> Any:
        return running(
            "scripts.bench_bare", self.sandbox.api, self.apps["bare"].token, *more, env=self.env, word="ready"
        )

    def ours(self) -> Any:
        return running("bot", "run", env=self.env, word="ready guilds=")

    async def prepare(self, words: list[str]) -> None:
        """Commands published, the network set up, the library filled."""
        await self.prepare_network()
        db = Database(self.database)
        async with db.reading() as session:
            network = await networks.by_server(session, "discord", self.guild.id)
        assert network is not None
        assert network.id is not None
        rows = library(random.Random(20), words)  # noqa: S311 - the same library each time
        await Importer(db, SystemClock()).resources(Actor.operator(network.id), rows)
        await db.dispose()

    async def prepare_network(self) -> None:
        """Commands published, the network set up."""
        owner = await self.sandbox.person(
            self.sandbox.world.users[self.guild.data["owner_id"]].name, self.guild
        )
        async with self.bare("--publish"), self.ours():
            await owner.slash("network setup")

    async def starts(self) -> Times:
        times = Times()
        for _ in range(self.rounds):
            async with self.bare() as (took, _process):
                times.bare.append(took)
            async with self.ours() as (took, _process):
                times.ours.append(took)
        return times

    async def answers(self, words: list[str]) -> tuple[Times, Times, Times]:
        """The answers' times, the memory once idle and after the searches (MiB)."""
        watch, times, idle, after = Stopwatch(self.sandbox), Times(), Times(), Times()
        draw = random.Random(7)  # noqa: S311 - the same questions each time
        member = await self.sandbox.person("Nicolas", self.guild, roles=["Membres"])
        async with self.bare() as (_, bare), self.ours() as (_, ours):
            await asyncio.sleep(5)
            idle.bare.append(resident(bare))
            idle.ours.append(resident(ours))
            channel, fruitful = await member.channel("général"), 0
            for number in range(-20, self.searches):  # the first ones warm both up
                query = " ".join(draw.sample(words, draw.choice((1, 1, 2, 2, 3))))
                echoed, _ = await ask(member, watch, "echo", channel, query, text=query)
                took, found = await ask(member, watch, "resource search", channel, FOUND, query=query)
                fruitful += found
                if number >= 0:
                    times.bare.append(echoed)
                    times.ours.append(took)
            if fruitful < 0.9 * self.searches:  # a few of the words are too common to be searched
                raise SystemExit(f"only {fruitful} searches found something: this measures nothing")
            after.bare.append(resident(bare))
            after.ours.append(resident(ours))
        return times, idle, after


async def ask(
    member: Person, watch: Stopwatch, command: str, channel: str, said: str, **options: str
) -> tuple[float, bool]:
    """Milliseconds, and whether the answer holds ``said``."""
    answer = await member.slash(command, channel=channel, values=options)
    return watch.last(), said in str(answer.message)


def resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


def library(draw: random.Random, words: list[str]) -> Iterator[Row]:
    """Invented resources with the words of the real ones: only their number matters here."""
    for number in range(RESOURCES):
        values = {
            "id": f"bench-{number}",
            "title": " ".join(draw.choices(words, k=draw.randint(4, 10))).capitalize(),
            "summary": " ".join(draw.choices(words, k=draw.randint(15, 40))),
            "url": f"{FOUND}{number}",
            "themes": draw.choice(("Mobilités", "Budget", "Énergie", "Culture", "Numérique")),
        }
        yield Row(number + 2, values)


def table(starts: Times, answers: Times, idle: Times, after: Times) -> tuple[rich.table.Table, bool]:
    shown = rich.table.Table("figure", "bare discord.py", "Entre-pairs", "ratio", "goal", "reached")
    reached = []

    def line(name: str, unit: str, bare: float, ours: float, goal: float, measured: float) -> None:
        reached.append(measured <= goal)
        limit = f"≤ {goal:g} {unit if measured is ours else '×'}"
        yes = "yes" if reached[-1] else "NO"
        shown.add_row(name, f"{bare:.2f} {unit}", f"{ours:.2f} {unit}", f"{ours / bare:.2f}", limit, yes)

    for name, share in (("p50", 0.5), ("p99", 0.99)):
        bare, ours = at(answers.bare, share), at(answers.ours, share)
        line(f"search in {RESOURCES:,} resources, {name}", "ms", bare, ours, GOALS[name], ours / bare)
    line("idle memory", "MiB", idle.bare[0], idle.ours[0], GOALS["memory"], idle.ours[0])
    bare, ours = statistics.median(starts.bare), statistics.median(starts.ours)
    line("start to ready, median", "s", bare, ours, GOALS["start"], ours / bare)
    shown.add_row("memory after the searches", f"{after.bare[0]:.2f} MiB", f"{after.ours[0]:.2f} MiB")
    return shown, all(reached)


async def measure(rounds: int, searches: int) -> bool:
    console = rich.console.Console()
    words = sorted(set(WORD.findall(TEXTS.read_text(encoding="utf-8").lower())))
    with tempfile.TemporaryDirectory(prefix="entrepairs-bench-") as folder:
        database = f"sqlite:///{folder}/bench.db"
        await migrate(database)
        async with Sandbox() as sandbox:
            bench = Bench(sandbox, database, rounds, searches)
            with console.status(f"filling a library of {RESOURCES:,} resources…"):
                await bench.prepare(words)
            with console.status("starting both, in turn…"):
                starts = await bench.starts()
            with console.status("asking both, in turn…"):
                answers, idle, after = await bench.answers(words)
    shown, reached = table(starts, answers, idle, after)
    console.print(f"{searches} searches, {rounds} starts, both bots on the same sandbox, in turn")
    console.print(shown)
    return reached


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="starts of each bot")
    parser.add_argument("--searches", type=int, default=600, help="commands to each bot")
    given = parser.parse_args()
    ours = asyncio.run(measure(given.rounds, given.searches))
    from scripts import bench_meetups  # it uses what is above

    registering = asyncio.run(bench_meetups.bench())
    alone = asyncio.run(bench_sandbox.bench())
    first = asyncio.run(bench_needs.main(bench_needs.MEMBERS))
    # In a process of its own: the memory of all that was measured before would be counted with it.
    digests = subprocess.run([sys.executable, "-m", "scripts.bench_digests"], cwd=ROOT).returncode == 0
    library_ours = asyncio.run(bench_library.main(bench_library.LARGE))
    sys.exit(not (ours and registering and alone and first and digests and library_ours))


if __name__ == "__main__":
    main()
