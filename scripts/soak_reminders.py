"""2,000 messages due in one minute on a bad day: 429s, 5xx, lost answers, a gateway drop, three kill −9.

Run as ``python -m scripts.soak_reminders [--database URL] [--messages N]``. The workers are processes of
their own that run the real delivery against the sandbox. Each message must arrive once, or be shown with its
reason.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import rich.console
import rich.table

from bot.upkeep import migrate
from sandbox import Sandbox
from storage.engine import Database
from storage.networks import Network, NetworkPlace, Place
from tests.delivery.test_kill import KILLED, PAST_EVERYTHING, PERMISSIONS, Scene, end_zygote, start_zygote

PEOPLE, CLOSED, KILLS = 50, 2, 3
WEATHER = (
    {"kind": "rate_limit", "seconds": 0.1, "times": 20},
    {"kind": "status", "status": 503, "times": 20},
    {"kind": "apply_then_status", "status": 503, "times": 20},
    {"kind": "apply_then_drop", "times": 20},
    {"kind": "drop", "times": 10},
)


@asynccontextmanager
async def stage(url: str) -> AsyncIterator[Scene]:
    """A server, a network, and a process that makes workers."""
    db = Database(url)
    async with Sandbox() as sandbox:
        guild = sandbox.world.add_guild("Réseau")
        kinds = {"annonces": 0, "accueil": 0, "animation": 0, "pratiques": 15}
        rooms = {name: sandbox.world.add_channel(guild, name, type=kind) for name, kind in kinds.items()}
        app = sandbox.world.add_app("Entre-pairs")
        sandbox.world.invite(app, guild, permissions=PERMISSIONS.value)
        role = sandbox.world.add_role(guild, "Membre")
        async with db.transaction() as session:
            network = Network(name="Réseau", server_ref=guild.id, created_at=sandbox.clock.now())
            session.add(network)
            await session.flush()
            for place, name in ((Place.WELCOME, "accueil"), (Place.FACILITATORS, "animation")):
                session.add(NetworkPlace(network_id=network.id or 0, place=place, channel_ref=rooms[name].id))
        zygote = await start_zygote()
        yield Scene(sandbox, db, url, zygote, guild, app, rooms, role["id"], network.id or 0)
        await end_zygote(zygote)
    await db.dispose()


async def storm(scene: Scene, messages: int) -> tuple[int, float]:
    """Deliver under every fault; how many workers were killed, and the seconds that it took."""
    dice, kills, began = random.Random(2000), 0, time.perf_counter()  # noqa: S311 - the same storm each time
    early, late = max(1, messages // 10), max(2, messages * 6 // 10)  # a worker dies at one step in between
    scene.sandbox.faults.add("close", event="*", code=4000)
    while True:
        die_at = dice.randrange(early, late) if kills < KILLS else None
        for fault in WEATHER if die_at else ():
            rule = {"method": "POST", "route": "/channels/*/messages", "skip": dice.randrange(60)}
            scene.sandbox.faults.add(**{**rule, **fault})  # type: ignore[arg-type]  # one of many shapes
        code = await scene.worker(die_at=die_at, lanes=4, gateway=kills == 1)
        kills += code == KILLED
        scene.sandbox.clock.advance(PAST_EVERYTHING if die_at else timedelta(hours=2))
        waiting = [row for row in await scene.rows() if row.state in ("due", "claimed")]
        if not waiting:  # with few messages, perhaps before the last kill: then the figures say so
            return kills, time.perf_counter() - began


async def soak(url: str, messages: int) -> bool:
    console = rich.console.Console()
    await migrate(url)
    async with stage(url) as scene:
        with console.status(f"{messages} messages…"):
            for number in range(PEOPLE):
                policy = "closed" if number < CLOSED else "open"
                await scene.join(f"Membre {number}", dm_policy=policy)
            for number in range(messages):
                await scene.enqueue("direct", number, scene.people[number % PEOPLE][0])
            kills, seconds = await storm(scene, messages)
        said = scene.said("direct")
        rows = [row for row in await scene.rows() if row.kind == "direct"]
    closed = {str(number) for number in range(messages) if number % PEOPLE < CLOSED}
    expected = {str(number) for number in range(messages)} - closed
    lost = expected - set(said)
    doubled = [subject for subject, count in said.items() if count > 1]
    reported = Counter((row.state, row.reason or "") for row in rows)
    table = rich.table.Table("figure", "value")
    table.add_row("messages", str(messages))
    table.add_row("arrived privately, once", str(len(expected) - len(lost) - len(doubled)))
    table.add_row("closed private messages, told elsewhere with the reason", str(len(closed)))
    table.add_row("lost", str(len(lost)))
    table.add_row("doubled", str(len(doubled)))
    table.add_row("workers killed with kill −9", str(kills))
    table.add_row("tries", str(sum(row.attempts for row in rows)))
    table.add_row("seconds", f"{seconds:.0f}")
    for (state, reason), count in sorted(reported.items()):
        table.add_row(f"rows {state}" + (f" ({reason})" if reason else ""), str(count))
    console.print(table)
    return not lost and not doubled and kills == KILLS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="an empty PostgreSQL database, instead of a SQLite file")
    parser.add_argument("--messages", type=int, default=2000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="entrepairs-soak-") as folder:
        url = given.database or f"sqlite:///{folder}/soak.db"
        sys.exit(not asyncio.run(soak(url, given.messages)))


if __name__ == "__main__":
    main()
