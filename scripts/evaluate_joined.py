"""Whether practices and resources drown one another in one search: ``python -m scripts.evaluate_joined``.

Over the demonstration's real practices and resources, in one index. Each is looked for with two words of its
own text and none of its title, as somebody would who remembers what it told and not what it was called:
ordinary words (each stands in several other items), the rarest of those. Measured among all the items, then
among its own kind only: what being together costs. Then two words that both kinds speak of: how the first
five answers are shared. Nothing is drawn by chance: the same data give the same figures.
"""

import asyncio
import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import rich.console
import rich.table

import bot
from bot.clock import SystemClock
from bot.upkeep import migrate
from community import sheets
from community.actors import Actor
from community.importer import Importer
from community.operator import operator_of
from community.practice_importer import PracticeImporter
from storage import library, practices, search
from storage.engine import Database
from storage.search.analysis import analyser

DATA = Path(bot.__file__).parent / "demo_data"
KINDS = ("practice", "resource")
ASKED_WORDS = 2
ORDINARY = 8  # items that hold a word, at least
SHORTEST = 4  # letters: figures and years are nobody's question
FIRST = 5
# Goals: found among the first five though its title is not said; what being together may cost; and of the
# first five answers to what both kinds speak of, the least share of either kind.
RECALL, COST, SHARE = 0.9, 0.05, 0.3


@dataclass(frozen=True)
class Item:
    """Something that is looked for. ``told``: all that it says but its title."""

    kind: str
    title: str
    told: str


@dataclass
class Found:
    """Where each item of one kind came, from 0: together with the other kind, and alone. None: nowhere."""

    together: list[int | None] = field(default_factory=list)
    alone: list[int | None] = field(default_factory=list)
    others: int = 0  # of the other kind, among the first five

    def recall(self, depth: int, *, alone: bool = False) -> float:
        ranks = self.alone if alone else self.together
        return sum(rank is not None and rank < depth for rank in ranks) / len(ranks)


@dataclass(frozen=True)
class Result:
    by_kind: dict[str, Found]
    shares: dict[str, float]  # of the first five answers to what both kinds speak of

    @property
    def reached(self) -> bool:
        recalls = [one.recall(FIRST) >= RECALL for one in self.by_kind.values()]
        costs = [one.recall(FIRST, alone=True) - one.recall(FIRST) <= COST for one in self.by_kind.values()]
        return all([*recalls, *costs, *(share >= SHARE for share in self.shares.values())])


def items() -> list[Item]:
    """The demonstration's own."""
    told = {
        "practice": ("context", "what_was_done", "results", "difficulties"),
        "resource": ("description",),
    }
    found = []
    for kind in KINDS:
        with (DATA / f"{kind}s.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found.append(Item(kind, row["title"], " ".join(row[name] for name in told[kind])))
    return found


def stems(text: str) -> dict[str, str]:
    """The words that carry a subject, by stem, in the order of the text, each as it is written first."""
    words = (word for word in analyser().analyse(text) if not word.stop)
    return {
        word.stem: word.folded for word in words if word.folded.isalpha() and len(word.folded) >= SHORTEST
    }


def question(item: Item, known: Counter[str]) -> str:
    """Its rarest ordinary words that are not in its title (for want of those, its most ordinary ones)."""
    named = stems(item.title)
    words = {stem: word for stem, word in stems(item.told).items() if stem not in named}

    def order(stem: str) -> tuple[bool, int, str]:
        rare = known[stem] < ORDINARY
        return rare, -known[stem] if rare else known[stem], stem

    chosen = set(sorted(words, key=order)[:ASKED_WORDS])
    return " ".join(word for stem, word in words.items() if stem in chosen)


def both_speak_of(every: Sequence[Item]) -> list[str]:
    """Pairs of words that at least three practices and three resources hold together."""
    holding: dict[str, Counter[tuple[str, str]]] = {kind: Counter() for kind in KINDS}
    known: dict[str, str] = {}
    for item in every:
        found = stems(f"{item.title} {item.told}")
        known.update(found)
        ordered = sorted(found)
        holding[item.kind].update(
            (one, other) for place, one in enumerate(ordered) for other in ordered[place + 1 :]
        )
    fewest, most = 3, 12
    return [
        f"{known[one]} {known[other]}"
        for (one, other), count in sorted(holding["practice"].items())
        if fewest <= count <= most and fewest <= holding["resource"][one, other] <= most
    ]


async def fill(db: Database, actor: Actor) -> None:
    """As ``entrepairs import`` does."""
    await Importer(db, SystemClock()).resources(actor, sheets.read(DATA / "resources.csv"))
    await PracticeImporter(db, SystemClock()).practices(actor, sheets.read(DATA / "practices.csv"))


async def measure(db: Database, actor: Actor) -> Result:
    """In a network that holds the demonstration's practices and resources."""
    every, memory = items(), search.Memory()
    known = Counter(stem for item in every for stem in stems(f"{item.title} {item.told}"))
    found = {kind: Found() for kind in KINDS}
    shared: Counter[str] = Counter()
    async with db.reading() as session:

        async def ask(text: str, kinds: Sequence[str] = ()) -> list[tuple[str, str]]:
            """Kind and title of the first ones."""
            answer = await search.answer(session, memory, actor.network_id, text, kinds=kinds)
            hits = answer.hits[:FIRST]
            ids = {kind: [hit.item_id for hit in hits if hit.kind == kind] for kind in KINDS}
            rows = {
                "practice": await practices.references(session, actor.network_id, ids["practice"]),
                "resource": await library.references(session, actor.network_id, ids["resource"]),
            }
            return [(hit.kind, rows[hit.kind][hit.item_id][1]) for hit in hits]

        for item in every:
            text, wanted, own = question(item, known), (item.kind, item.title), found[item.kind]
            together = await ask(text)
            own.together.append(_rank(together, wanted))
            own.alone.append(_rank(await ask(text, [item.kind]), wanted))
            own.others += sum(kind != item.kind for kind, _title in together)
        for text in both_speak_of(every):
            shared.update(kind for kind, _title in await ask(text))
    total = sum(shared.values()) or 1
    return Result(found, {kind: shared[kind] / total for kind in KINDS})


def _rank(found: Sequence[tuple[str, str]], wanted: tuple[str, str]) -> int | None:
    return found.index(wanted) if wanted in found else None


def table(result: Result) -> rich.table.Table:
    drawn = rich.table.Table()
    heads = (
        "kind",
        "items",
        "R@1 alone",
        "R@1 together",
        "R@5 alone",
        "R@5 together",
        "other kind in 5",
        "share",
    )
    for place, head in enumerate(heads):
        drawn.add_column(head, justify="right" if place else "left")
    for kind, one in result.by_kind.items():
        recalls = [one.recall(depth, alone=alone) for depth in (1, FIRST) for alone in (True, False)]
        others = one.others / len(one.together)
        figures = [*(f"{recall:.3f}" for recall in recalls), f"{others:.1f}", f"{result.shares[kind]:.0%}"]
        drawn.add_row(kind, str(len(one.together)), *figures)
    return drawn


async def main() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/joined.db"
        await migrate(url)
        db = Database(url)
        actor = await operator_of(db, SystemClock(), "", create="evaluation")
        await fill(db, actor)
        result = await measure(db, actor)
        await db.dispose()
    rich.console.Console(width=130).print(table(result))
    print(f"share: of the first five answers to {len(both_speak_of(items()))} pairs of words in both kinds")
    said = "reached" if result.reached else "NOT reached"
    print(f"goals (R@5 at least {RECALL}, cost at most {COST}, share at least {SHARE}): {said}")
    return result.reached


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
