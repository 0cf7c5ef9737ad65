"""How good the search is: any collection of pages and questions, our search beside others in the same run.

    python -m scripts.evaluate_search docs.jsonl.gz queries.jsonl [queries_typo.jsonl …]

Pages: JSON lines with ``id``, ``title``, ``summary``, ``body``, ``tags``. Questions: JSON lines with ``q``,
``rel`` (the ids sought); where some say ``typo``, those alone are measured. bm25s and tantivy take part where
they are installed (``pip install bm25s tantivy``); SQLite's FTS5 always does.
"""

import argparse
import asyncio
import gzip
import importlib.util
import json
import math
import re
import sqlite3
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import rich.console
import rich.table

from bot.clock import SystemClock
from community import sheets
from community.importer import Importer
from community.operator import operator_of
from community.search import Search
from storage import migrate
from storage.engine import Database
from storage.search.analysis import analyser, fold, words_in

DEPTH = 10
Ask = Callable[[str], Awaitable[list[str]]]


@dataclass(frozen=True)
class Question:
    text: str
    wanted: frozenset[str]


@dataclass
class Score:
    """What a system found, question by question."""

    ranks: list[list[int]] = field(default_factory=list)
    wanted: list[int] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)

    def add(self, found: Sequence[str], question: Question, spent: float) -> None:
        self.ranks.append([place for place, one in enumerate(found[:DEPTH]) if one in question.wanted])
        self.wanted.append(len(question.wanted))
        self.spent.append(spent * 1000)

    def recall(self, depth: int) -> float:
        """Share of the questions with a page sought among the first ``depth``."""
        return statistics.fmean(any(rank < depth for rank in ranks) for ranks in self.ranks)

    def mrr(self) -> float:
        return statistics.fmean(1 / (ranks[0] + 1) if ranks else 0 for ranks in self.ranks)

    def ndcg(self) -> float:
        pairs = zip(self.ranks, self.wanted, strict=True)
        return statistics.fmean(
            sum(1 / math.log2(rank + 2) for rank in ranks)
            / sum(1 / math.log2(place + 2) for place in range(min(wanted, DEPTH)))
            for ranks, wanted in pairs
        )

    def time(self, share: float) -> float:
        ordered = sorted(self.spent)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON lines file, gzipped or not."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)


def questions(path: Path) -> list[Question]:
    """Those with a mistake only, where the file marks them."""
    rows = list(lines(path))
    marked = [row for row in rows if row.get("typo")]
    return [Question(row["q"], frozenset(row["rel"])) for row in marked or rows]


@asynccontextmanager
async def ours(pages: Path, url: str) -> Any:
    """Through the importer and the use case, as the command line does."""
    db = Database(url)
    await migrate.migrate(db)
    actor = await operator_of(db, SystemClock(), "", create="evaluation")
    started = perf_counter()
    report = await Importer(db, SystemClock()).resources(actor, sheets.read(pages))
    spent = perf_counter() - started
    print(f"{report.created} pages imported in {spent:.1f} s ({report.created / spent:.0f} per second)")
    search = Search(db, SystemClock())

    async def ask(text: str) -> list[str]:
        return [ref for ref, _, _ in await search.bare(actor, text)]

    await ask("échauffement de la mémoire")
    yield ask
    await db.dispose()


@contextmanager
def fts5(pages: Path, joint: str) -> Iterator[Ask]:
    """SQLite's full-text index with its default tokenizer and ranking."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE page USING fts5(id UNINDEXED, title, summary, body, tags)")
    rows = ((p["id"], p["title"], p["summary"], p["body"], " ".join(p["tags"])) for p in lines(pages))
    connection.executemany("INSERT INTO page VALUES (?, ?, ?, ?, ?)", rows)

    async def ask(text: str) -> list[str]:
        words = [f'"{word}"' for word in re.findall(r"\w+", text)]
        if not words:
            return []
        query = "SELECT id FROM page WHERE page MATCH ? ORDER BY rank LIMIT 10"
        return [row[0] for row in connection.execute(query, (f" {joint} ".join(words),))]

    yield ask
    connection.close()


@contextmanager
def bm25s(pages: Path) -> Iterator[Ask]:
    """bm25s on French stems."""
    import bm25s as engine
    import Stemmer

    stemmer = Stemmer.Stemmer("french")
    found = list(lines(pages))
    texts = [" ".join((p["title"], p["summary"], p["body"], *p["tags"])) for p in found]
    index = engine.BM25()
    index.index(
        engine.tokenize(texts, stopwords="fr", stemmer=stemmer, show_progress=False), show_progress=False
    )
    ids = [p["id"] for p in found]

    async def ask(text: str) -> list[str]:
        tokens = engine.tokenize(text, stopwords="fr", stemmer=stemmer, show_progress=False)
        places, _ = index.retrieve(tokens, k=DEPTH, show_progress=False)
        return [ids[place] for place in places[0]]

    yield ask


@contextmanager
def tantivy(pages: Path) -> Iterator[Ask]:
    """tantivy on words folded and stemmed as ours are."""
    import tantivy as engine

    builder = engine.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw")
    names = ("title", "summary", "body", "tags")
    for name in names:
        builder.add_text_field(name, tokenizer_name="whitespace")
    index = engine.Index(builder.build())
    writer = index.writer()

    def stems(text: str) -> str:
        return " ".join(analyser().word(fold(raw)).stem for raw in words_in(text))

    for page in lines(pages):
        cells = {name: stems(page[name] if name != "tags" else " ".join(page[name])) for name in names}
        writer.add_document(engine.Document(id=page["id"], **cells))
    writer.commit()
    index.reload()
    searcher = index.searcher()
    boosts = {"title": 3.0, "summary": 1.5, "body": 1.0, "tags": 1.0}

    async def ask(text: str) -> list[str]:
        words = " ".join(f'"{word.stem}"' for word in analyser().analyse(text))
        if not words:
            return []
        query = index.parse_query(words, list(names), field_boosts=boosts)
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, DEPTH).hits]

    yield ask


async def measure(ask: Ask, asked: Sequence[Question]) -> Score:
    score = Score()
    for question in asked:
        started = perf_counter()
        found = await ask(question.text)
        score.add(found, question, perf_counter() - started)
    return score


async def compare(pages: Path, files: Sequence[Path], url: str | None) -> list[tuple[str, list[Score]]]:
    """Every system on every file of questions."""
    asked = [questions(path) for path in files]
    results: list[tuple[str, list[Score]]] = []

    async def run(name: str, ask: Ask) -> None:
        results.append((name, [await measure(ask, one) for one in asked]))

    for name, joint in (("FTS5, default, AND", "AND"), ("FTS5, default, OR", "OR")):
        with fts5(pages, joint) as ask:
            await run(name, ask)
    for name, system in (("bm25s, French stems", bm25s), ("tantivy, folded, stems", tantivy)):
        if importlib.util.find_spec(system.__name__) is None:
            print(f"{name}: not installed")
            continue
        with system(pages) as ask:
            await run(name, ask)
    with tempfile.TemporaryDirectory() as folder:
        async with ours(pages, f"sqlite:///{folder}/evaluation.db") as ask:
            await run("Entre-pairs on SQLite", ask)
    if url:
        async with ours(pages, url) as ask:
            await run("Entre-pairs on PostgreSQL", ask)
    return results


def table(files: Sequence[Path], results: Sequence[tuple[str, list[Score]]]) -> rich.table.Table:
    drawn = rich.table.Table()
    heads = ["system", "R@1", "R@5", "MRR@10", "nDCG@10"]
    heads += [f"R@5 {path.name.removesuffix('.jsonl')}" for path in files[1:]]
    for place, head in enumerate([*heads, "p50 ms", "p99 ms"]):
        drawn.add_column(head, justify="left" if place == 0 else "right")
    for name, scores in results:
        first = scores[0]
        figures = [first.recall(1), first.recall(5), first.mrr(), first.ndcg()]
        figures += [score.recall(5) for score in scores[1:]]
        times = [f"{first.time(share):.1f}" for share in (0.5, 0.99)]
        drawn.add_row(name, *(f"{figure:.3f}" for figure in figures), *times)
    return drawn


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", type=Path)
    parser.add_argument("questions", type=Path, nargs="+", help="the first file is measured in full")
    parser.add_argument("--postgresql", metavar="URL", help="an empty database, to show that both rank alike")
    given = parser.parse_args()
    results = asyncio.run(compare(given.pages, given.questions, given.postgresql))
    rich.console.Console(width=150).print(table(given.questions, results))


if __name__ == "__main__":
    main()
