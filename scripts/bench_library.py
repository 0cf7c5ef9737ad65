"""How fast the library answers: ``python -m scripts.bench_library [--pages 40000] [--postgresql URL]``.

Import, search, what is suggested as people type, and the change of one page, beside SQLite's FTS5 with its
default settings over the same pages in the same run: what else the machine does weighs on both. The pages are
drawn from the words of the real resources.
"""

import argparse
import asyncio
import random
import re
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from bot.clock import SystemClock
from bot.upkeep import migrate
from community.actors import Actor
from community.importer import Importer
from community.operator import operator_of
from community.search import Search
from community.sheets import Row
from storage.engine import Database
from storage.search import Memory

SMALL, LARGE = 4_000, 40_000
ROUNDS, WARM = 200, 20
TEXTS = Path(__file__).parent.parent / "bot" / "demo_data" / "resources.csv"
WORD = re.compile(r"[^\W\d_]{4,}")
# Milliseconds at the most (p99), and pages a second at the least.
GOALS = {"search, 4,000": 10.0, "search, 40,000": 40.0, "as one types": 10.0, "one page": 20.0}
IMPORT_GOAL = 1_000.0

Ask = Callable[[str], Awaitable[object]]
Times = list[tuple[float, float]]  # milliseconds on the clock, and of this process's own work


async def main(count: int, postgresql: str | None = None) -> bool:
    """Print each figure beside its goal, on SQLite and PostgreSQL where wanted; whether all were reached."""
    draw = random.Random(4)  # noqa: S311 - the same pages each time
    words = sorted(set(WORD.findall(TEXTS.read_text(encoding="utf-8").lower())))
    pages = [_page(draw, words, number) for number in range(count)]
    questions = [" ".join(draw.sample(words, 3)) for _ in range(ROUNDS + WARM)]
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'bench.db'}"}
        if postgresql:
            urls["PostgreSQL"] = postgresql
        reached = [await _measure(name, url, pages, questions) for name, url in urls.items()]
    _baseline(pages, questions)
    return all(reached)


async def _measure(name: str, url: str, pages: Sequence[Row], questions: Sequence[str]) -> bool:
    await migrate(url)
    db = Database(url)
    actor = await operator_of(db, SystemClock(), "", create="Bench")
    importer, search = Importer(db, SystemClock()), Search(db, SystemClock(), Memory())
    figures: dict[str, Times] = {}
    spent = worked = 0.0
    for size in (SMALL, LARGE):
        start, work = perf_counter(), process_time()
        await importer.resources(actor, pages[0 if size == SMALL else SMALL : size])
        spent += perf_counter() - start
        worked += process_time() - work
        figures[f"search, {size:,}"] = await _times(lambda asked: search.bare(actor, asked), questions)
        if size >= len(pages):
            break
    figures["as one types"] = await _times(lambda asked: search.suggest(actor, asked), _begun(questions))
    figures["one page"] = await _edits(importer, actor, pages)
    await db.dispose()
    pace = len(pages) / spent
    own = f"{len(pages) / worked:,.0f} a second of our own work"
    print(f"{name}: import {pace:,.0f} pages a second (goal {IMPORT_GOAL:,.0f}), {own}")
    for what, values in figures.items():
        (p50, work50), (p99, work99) = np.percentile(values, (50, 99), axis=0)
        own = f"of our own work {work50:.1f} and {work99:.1f} ms"
        print(f"{name}: {what}: p50 {p50:.1f}, p99 {p99:.1f} ms (goal {GOALS[what]:.0f}), {own}")
    return pace >= IMPORT_GOAL and all(
        np.percentile(values, 99, axis=0)[0] <= GOALS[what] for what, values in figures.items()
    )


async def _times(ask: Ask, questions: Sequence[str]) -> Times:
    """Milliseconds of each, the first ones left out."""
    spent: Times = []
    for question in questions:
        start, work = perf_counter(), process_time()
        await ask(question)
        spent.append(((perf_counter() - start) * 1000, (process_time() - work) * 1000))
    return spent[WARM:]


def _begun(questions: Sequence[str]) -> list[str]:
    """As far as people type before they look: three letters of a word, up to a word and a half."""
    return [question[: 3 + number % 9] for number, question in enumerate(questions)]


async def _edits(importer: Importer, actor: Actor, pages: Sequence[Row]) -> Times:
    """One page with another summary, from the check to the last posting."""

    async def edit(number: str) -> None:
        page = pages[int(number)]
        changed = {**page.values, "summary": f"Autrement {number} : {page.values['summary']}"}
        report = await importer.resources(actor, [replace(page, values=changed)])
        assert report.updated == 1, report

    return await _times(edit, [str(number) for number in range(min(ROUNDS, len(pages)))])


def _page(draw: random.Random, words: Sequence[str], number: int) -> Row:
    return Row(
        number,
        {
            "id": str(number),
            "url": f"https://example.org/page/{number}",
            "title": f"{' '.join(draw.sample(words, 6)).capitalize()} {number}",
            "summary": " ".join(draw.choices(words, k=25)),
            "kind": "guide",
        },
    )


def _baseline(pages: Sequence[Row], questions: Sequence[str]) -> None:
    """FTS5 as it comes, any of the words."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE page USING fts5(title, summary)")
    start = perf_counter()
    connection.executemany(
        "INSERT INTO page VALUES (?, ?)", [(page.values["title"], page.values["summary"]) for page in pages]
    )
    connection.commit()
    pace = len(pages) / (perf_counter() - start)
    spent = []
    for question in questions:
        wanted = " OR ".join(f'"{word}"' for word in question.split())
        start = perf_counter()
        connection.execute("SELECT rowid FROM page(?) ORDER BY rank LIMIT 10", (wanted,)).fetchall()
        spent.append((perf_counter() - start) * 1000)
    p50, p99 = np.percentile(spent[WARM:], (50, 99))
    connection.close()
    print(f"FTS5, default, in memory: {pace:,.0f} pages a second; search: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=LARGE)
    parser.add_argument("--postgresql", metavar="URL", help="an empty database")
    given = parser.parse_args()
    sys.exit(0 if asyncio.run(main(given.pages, given.postgresql)) else 1)
