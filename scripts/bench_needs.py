"""How fast a need gets its first answer: ``python -m scripts.bench_needs [--members N] [--postgresql URL]``.

The whole use case (checks, practices, resources, offers, the next meetup, choosing peers, all writes) over
10,000 members, 20,000 resources and 5,000 cards on a SQLite file, beside a plain search of the same words in
the same run: what else the machine does weighs on both. Of our own work: what this process did, which on
SQLite is all of it and on PostgreSQL leaves out the server.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from sqlmodel import select

from bot.clock import SystemClock
from bot.upkeep import migrate
from community.actors import Actor
from community.importer import Importer
from community.needs import Needs
from community.needs_rules import NewNeed
from community.practice_importer import PracticeImporter
from community.practice_sharing import Sharing
from community.search import Search
from community.sheets import Row
from scripts import bench_peers
from storage.engine import Database
from storage.helping import Availability
from storage.meetups import Meetup, MeetupState
from storage.members import Member
from storage.networks import Theme
from storage.search import Memory

MEMBERS, RESOURCES, PRACTICES = 10_000, 20_000, 5_000
QUESTIONS, WARM = 300, 20
GOAL = 150.0  # milliseconds, p99
TEXTS = Path(__file__).parent.parent / "bot" / "demo_data" / "resources.csv"
PLACES = ("73065", "63430", "84137", "29039", "77284", "69123", "23077", "54547", "200069110", "38")
WORD = re.compile(r"[^\W\d_]{4,}")


Times = list[tuple[float, float]]  # milliseconds on the clock, and of this process's own work


async def main(count: int, postgresql: str | None = None) -> bool:
    """Print each figure beside its goal, on SQLite and PostgreSQL where wanted; whether it is reached."""
    words = sorted(set(WORD.findall(TEXTS.read_text(encoding="utf-8").lower())))
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'bench.db'}"}
        if postgresql:
            urls["PostgreSQL"] = postgresql
        return all([await _measure(name, url, words, count) for name, url in urls.items()])


async def _measure(name: str, url: str, words: list[str], count: int) -> bool:
    draw = random.Random(3)  # noqa: S311 - the same network each time
    await migrate(url)
    db = Database(url)
    actor = await bench_peers._fill(db, draw, count)
    operator = Actor.operator(actor.network_id)
    await Importer(db, SystemClock()).resources(operator, _rows(draw, words, RESOURCES, "offer"))
    await PracticeImporter(db, SystemClock()).practices(operator, _rows(draw, words, PRACTICES, ""))
    themes, people = await _willing(db, draw, actor.network_id)
    await db.tune()
    plain, ours = await _ask(db, draw, actor, words, themes, people)
    await db.dispose()
    print(f"{name}: {count} members, {RESOURCES} resources, {PRACTICES} cards, {len(ours)} needs")
    for what, spent in (("plain search", plain), ("first answer", ours)):
        (p50, work50), (p99, work99) = np.percentile(spent, (50, 99), axis=0)
        own = f"of our own work {work50:.1f} and {work99:.1f} ms"
        print(f"{name}: {what}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {own}")
    reached = bool(np.percentile(ours, 99, axis=0)[0] <= GOAL)
    said = "reached" if reached else "NOT reached"
    print(f"{name}: goal: first answer p99 at most {GOAL:g} ms: {said}")
    return reached


async def _ask(
    db: Database, draw: random.Random, actor: Actor, words: list[str], themes: list[int], people: list[int]
) -> tuple[Times, Times]:
    """Of a plain search and of the first answer, in turn, for the same words."""
    memory, clock = Memory(), SystemClock()
    search, needs = Search(db, clock, memory), Needs(db, clock, memory, Sharing(db, clock, memory))
    plain: Times = []
    ours: Times = []
    for _number in range(WARM + QUESTIONS):
        title = " ".join(draw.sample(words, 6))[:100]
        who = replace(actor, member_id=draw.choice(people))
        for spent, asked in (
            (plain, search.find(who, title)),
            (ours, needs.publish(who, NewNeed(title, "", draw.sample(themes, 2)))),
        ):
            start, work = perf_counter(), process_time()
            await asked
            spent.append(((perf_counter() - start) * 1000, (process_time() - work) * 1000))
    return plain[WARM:], ours[WARM:]


async def _willing(db: Database, draw: random.Random, network_id: int) -> tuple[list[int], list[int]]:
    """One member in two may be asked; a meetup on every theme."""
    now = datetime.now(UTC)
    async with db.transaction() as session:
        people = [one or 0 for one in (await session.exec(select(Member.id))).all()]
        themes = [one or 0 for one in (await session.exec(select(Theme.id))).all()]
        session.add_all(
            Availability(member_id=one, network_id=network_id, willing=True, changed_at=now)
            for one in people
            if draw.random() < 0.5
        )
        session.add_all(
            Meetup(
                network_id=network_id,
                title=f"Rencontre {theme}",
                theme_id=theme,
                starts_at=now + timedelta(days=theme),
                timezone="Europe/Paris",
                minutes=60,
                state=MeetupState.PLANNED,
                changed_at=now,
                created_at=now,
            )
            for theme in themes
        )
    return themes, people


def _rows(draw: random.Random, words: list[str], count: int, kind: str) -> Iterator[Row]:
    """Invented ones with the words of real resources: only their number matters here. One in ten an offer."""
    for number in range(count):
        values = {
            "id": f"bench-{kind}-{number}",
            "title": " ".join(draw.choices(words, k=draw.randint(4, 10))).capitalize()[:90],
            "summary": " ".join(draw.choices(words, k=draw.randint(15, 40))),
            "url": f"https://example.org/{kind}/{number}",
        }
        if kind:
            values["kind"] = kind if number % 10 == 0 else "guide"
            values["address"] = f"{draw.randint(1, 95):02}000 Ville"
        else:
            values = {
                "id": values["id"],
                "title": values["title"],
                "what_was_done": values["summary"],
                "context": values["summary"][:200],
                "insee_or_siren": draw.choice(PLACES),
                "themes": ";".join(f"Thème {one}" for one in draw.sample(range(20), 2)),
            }
        yield Row(number + 2, values)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--postgresql", metavar="URL", help="an empty database")
    given = parser.parse_args()
    sys.exit(not asyncio.run(main(given.members, given.postgresql)))
