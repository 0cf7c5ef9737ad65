"""Acronyms and synonyms: the shipped list (``data/acronyms.csv``) under each network's own.

A question that holds one side is also asked with the other side in its place.
"""

import csv
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.direct import Source, run
from storage.search import rows
from storage.search.analysis import analyser, fold, words_in
from storage.search.rows import State
from storage.search.tables import Synonym

_NETWORKS_KEPT = 32
Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acronym:
    """One line of the list. ``shipped``: not the network's own."""

    word: str
    expansion: str
    explanation: str = ""
    shipped: bool = True


def key_of(word: str) -> str:
    """How two writings of an acronym or word are told to be the same."""
    return " ".join(fold(raw) for raw in words_in(word))


@cache
def shipped() -> tuple[Acronym, ...]:
    """The acronyms of territorial administration that come with the project."""
    text = (files(__package__) / "data" / "acronyms.csv").read_text("utf-8-sig")
    return tuple(
        Acronym(row["acronym"], row["expansion"], row["explanation"])
        for row in csv.DictReader(text.splitlines())
    )


class Thesaurus:
    """Both directions, by stems: the analyser's own idea of sameness."""

    def __init__(self, acronyms: Iterable[Acronym]) -> None:
        self._other: dict[Stems, list[str]] = defaultdict(list)
        self._longest = 1
        for acronym in acronyms:
            self._add(acronym.word, acronym.expansion)
            self._add(acronym.expansion, acronym.word)

    def _add(self, one: str, other: str) -> None:
        stems = tuple(word.stem for word in analyser().analyse(one))
        if stems and other not in self._other[stems]:
            self._other[stems].append(other)
            self._longest = max(self._longest, len(stems))

    def variants(self, stems: Sequence[str], most: int = 3) -> list[tuple[int, int, str]]:
        """Stretches of the question that have another name: (start, end, the other name), longest first."""
        found = []
        for length in range(min(self._longest, len(stems)), 0, -1):
            for start in range(len(stems) - length + 1):
                for other in self._other.get(tuple(stems[start : start + length]), ()):
                    found.append((start, start + length, other))
        return found[:most]


class Thesauri:
    """Each network's thesaurus, built again when its version number moves."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, tuple[int, Thesaurus]] = OrderedDict()
        self._shipped: Thesaurus | None = None

    async def of(self, source: Source, network_id: int, state: State) -> Thesaurus:
        """``state`` was read in the same snapshot."""
        if state.synonyms == 0:  # most networks: nothing of their own yet
            if self._shipped is None:
                self._shipped = Thesaurus(shipped())
            return self._shipped
        version, held = self._held.get(network_id, (0, None))
        if held is None or version != state.synonyms:
            held = Thesaurus(await acronyms_of(source, network_id))
        self._held[network_id] = (state.synonyms, held)
        self._held.move_to_end(network_id)
        while len(self._held) > _NETWORKS_KEPT:
            self._held.popitem(last=False)
        return held


async def acronyms_of(source: Source, network_id: int) -> list[Acronym]:
    """The shipped list as this network has corrected it."""
    own = await run(
        source,
        "SELECT word_key, word, expansion, explanation FROM synonym WHERE network_id = :network",
        network=network_id,
    )
    corrected = {key for key, *_ in own}
    kept = [acronym for acronym in shipped() if key_of(acronym.word) not in corrected]
    added = [
        Acronym(word, expansion, explanation, shipped=False)
        for _, word, expansion, explanation in own
        if expansion
    ]
    return sorted(kept + added, key=lambda acronym: (key_of(acronym.word), acronym.expansion))


async def own_names(session: AsyncSession, network_id: int) -> Sequence[Synonym]:
    """What the network has decided itself, by word."""
    query = select(Synonym).where(Synonym.network_id == network_id)
    return (await session.exec(query.order_by(col(Synonym.word_key), col(Synonym.id)))).all()


async def name_as_shipped(session: AsyncSession, network_id: int, key: str) -> int:
    """Forget what the network decided of a word; how many rows that were."""
    state = await rows.lock(session, network_id)
    gone = await session.exec(
        delete(Synonym).where(col(Synonym.network_id) == network_id, col(Synonym.word_key) == key)
    )
    await rows.unlock(session, network_id, replace(state, synonyms=state.synonyms + 1))
    return int(gone.rowcount)


async def name_otherwise(
    session: AsyncSession,
    network_id: int,
    word: str,
    expansions: Sequence[str],
    *,
    explanation: str = "",
    now: datetime,
) -> None:
    """What the network means by a word from now on; no expansion at all silences a shipped one."""
    state = await rows.lock(session, network_id)
    key = key_of(word)
    await session.exec(
        delete(Synonym).where(col(Synonym.network_id) == network_id, col(Synonym.word_key) == key)
    )
    for expansion in expansions or [""]:
        session.add(
            Synonym(
                network_id=network_id,
                word=word,
                word_key=key,
                expansion=expansion,
                explanation=explanation,
                updated_at=now,
            )
        )
    await session.flush()
    await rows.unlock(session, network_id, replace(state, synonyms=state.synonyms + 1))
