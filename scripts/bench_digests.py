"""Digests: one of a network over 10,000 new items, and 10,000 personal ones, planned and rendered, not sent.

Run as ``python -m scripts.bench_digests``. The baseline of the same run is a plain digest: every new title,
the newest first, read by one query and joined into a text, without choosing, checking or laying out.
"""

import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import rich.console
import rich.table
from sqlmodel import col, insert, select

from bot.clock import SystemClock
from bot.upkeep import migrate
from community.actors import Actor
from community.digest_delivery import Personal
from community.digests import Digests
from community.digests_personal import PersonalDigests
from community.outbox import Direct
from prompts import Words
from storage.digests import PersonalDigest
from storage.engine import Database
from storage.library import Resource, ResourceTheme
from storage.members import Identity, Member
from storage.networks import Network, Theme
from storage.outbox import Outbox
from storage.profiles import Profile, ProfileTheme

ITEMS, READERS, THEMES = 10_000, 10_000, 20
GOAL_NETWORK_S, GOAL_PERSONAL_S, GOAL_MIB = 1.0, 60.0, 300
_AT_ONCE = 1000
NOW = datetime.now(UTC)


async def fill(db: Database) -> int:
    """A network of 10,000 members in 100 départements, each with a digest that is due, and 10,000 news."""
    draw = random.Random(7)  # noqa: S311 - the same network each time
    async with db.transaction() as session:
        network = Network(name="Banc d’essai", created_at=NOW, server_ref="1")
        session.add(network)
        await session.flush()
        network_id = network.id or 0
        session.add_all(
            Theme(network_id=network_id, name=f"Thème {number}", position=number) for number in range(THEMES)
        )
        await session.flush()
        themes = [theme or 0 for theme in (await session.exec(select(Theme.id))).all()]
    people, stay = range(1, READERS + 1), NOW - timedelta(days=400)
    follows = {number: draw.sample(themes, 3) for number in people}
    await _many(
        db,
        Member,
        [
            {
                "id": n,
                "network_id": network_id,
                "display_name": f"Membre {n}",
                "state": "active",
                "arrived_at": stay,
            }
            for n in people
        ],
    )
    await _many(
        db,
        Identity,
        [
            {
                "network_id": network_id,
                "member_id": n,
                "platform": "discord",
                "account_ref": str(n),
                "locale": "fr",
            }
            for n in people
        ],
    )
    await _many(
        db,
        Profile,
        [
            Profile(
                member_id=n,
                network_id=network_id,
                organisation=f"Commune {n % 3000}",
                departement=str(n % 100),
                region=str(n % 13),
                updated_at=stay,
            ).model_dump()
            for n in people
        ],
    )
    await _many(
        db,
        ProfileTheme,
        [
            {"member_id": n, "theme_id": theme, "network_id": network_id}
            for n in people
            for theme in follows[n]
        ],
    )
    await _many(
        db,
        PersonalDigest,
        [
            PersonalDigest(
                member_id=n,
                network_id=network_id,
                weekday=NOW.isoweekday(),
                hour=0,
                secret=f"secret-{n}",
                looked_until=NOW - timedelta(days=7),
                next_at=NOW - timedelta(minutes=1),
            ).model_dump()
            for n in people
        ],
    )
    await _many(
        db,
        Resource,
        [
            Resource(
                id=n,
                network_id=network_id,
                ref=f"bench-{n}",
                title=f"Ressource {n} sur un sujet précis",
                url=f"https://example.org/{n}",
                state="published",
                proposed_by=draw.randint(1, READERS),
                created_at=NOW - timedelta(seconds=30 * n),
                updated_at=NOW,
            ).model_dump()
            for n in range(1, ITEMS + 1)
        ],
    )
    await _many(
        db,
        ResourceTheme,
        [{"resource_id": n, "theme_id": draw.choice(themes)} for n in range(1, ITEMS + 1)],
    )
    await db.tune()
    return network_id


async def _many(db: Database, table: type, rows: list[dict[str, object]]) -> None:
    for start in range(0, len(rows), _AT_ONCE):
        async with db.transaction() as session:
            connection = await session.connection()
            await connection.execute(insert(table), rows[start : start + _AT_ONCE])


async def plain(db: Database, network_id: int) -> int:
    """The baseline: all new titles."""
    query = (
        select(Resource.title, Resource.url)
        .where(Resource.network_id == network_id, Resource.created_at >= NOW - timedelta(days=7))
        .order_by(col(Resource.created_at).desc())
    )
    async with db.reading() as session:
        rows = (await session.exec(query)).all()
    return len("\n".join(f"- [{title}]({url})" for title, url in rows))


async def personal(db: Database, words: Words) -> int:
    """Plan them all, then plan and render each row as delivery would."""
    use = PersonalDigests(db, SystemClock())
    made = await use.plan_due()
    planner = Personal(words, None)
    async with db.reading() as session:
        rows = (await session.exec(select(Outbox).where(Outbox.kind == "digest.personal"))).all()
    rendered = 0
    for row in rows:
        async with db.reading() as session:
            plan = await planner.plan(session, row, NOW)
        if isinstance(plan, Direct):
            text = words.render(plan.card.template, plan.card.locale, **plan.card.values)
            rendered += "Pourquoi" in text.body
    if not made == rendered == READERS:
        raise SystemExit(f"{made} planned, {rendered} rendered of {READERS}: this measures nothing")
    return rendered


async def timed(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    """Seconds of the best of several."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        await work()
        best = min(best, time.perf_counter() - begun)
    return best


async def measure(folder: str) -> bool:
    url = f"sqlite:///{folder}/bench.db"
    await migrate(url)
    db = Database(url)
    network_id = await fill(db)
    words, actor = Words(), Actor.operator(network_id)
    digests = Digests(db, SystemClock(), words)
    bare = await timed(lambda: plain(db, network_id), 3)
    network = await timed(lambda: digests.preview(actor), 3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    everyone = await timed(lambda: personal(db, words), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    await db.dispose()
    shown = rich.table.Table("figure", "plain list of titles", "Entre-pairs", "goal", "reached")
    reached = []

    def line(name: str, baseline: str, measured: float, unit: str, goal: float) -> None:
        reached.append(measured <= goal)
        shown.add_row(
            name, baseline, f"{measured:.2f} {unit}", f"≤ {goal:g} {unit}", "yes" if reached[-1] else "NO"
        )

    line(f"network digest over {ITEMS:,} new items", f"{bare:.2f} s", network, "s", GOAL_NETWORK_S)
    line(f"{READERS:,} personal digests", f"{bare * READERS:.0f} s", everyone, "s", GOAL_PERSONAL_S)
    line("memory, at most", f"{before:.0f} MiB before", peak, "MiB", GOAL_MIB)
    rich.console.Console().print(shown)
    return all(reached)


def bench() -> bool:
    """All of it, on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="entrepairs-bench-") as folder:
        return asyncio.run(measure(folder))


if __name__ == "__main__":
    sys.exit(not bench())
