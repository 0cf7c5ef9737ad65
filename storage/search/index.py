"""Writes the index. See ``tables.py`` for its shape and ``query.py`` for how it is read.

Lock order: a network's ``search_state`` row is locked first and held to the end of the transaction, so
writers of one network take turns and numbers are given in the order of the commits. Hence the rule for
callers: ``put`` and ``remove`` come after every other write of the transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.search import rows
from storage.search.analysis import analyser
from storage.search.packing import BLOCK, POSTING, Ints, postings, unpack_entries
from storage.search.weighing import Batch, Weighed


@dataclass(frozen=True, slots=True)
class Document:
    """An item as search sees it. ``facets`` are exact filters: "kind:guide", "theme:12"."""

    network_id: int
    kind: str  # "resource"; later "practice", "need"
    item_id: int
    title: str
    summary: str = ""
    body: str = ""
    tags: Sequence[str] = ()
    facets: Collection[str] = ()


def scope(kind: str) -> str:
    """The facet that every document of a kind bears."""
    return f"in:{kind}"


async def put(session: AsyncSession, document: Document) -> None:
    """Index a published item, or index it again after a change. Last write of its transaction."""
    await put_many(session, [document])


async def put_many(session: AsyncSession, documents: Iterable[Document]) -> None:
    """The same for many items of one network at once; the last of two for one item counts."""
    by_item = {(document.kind, document.item_id): document for document in documents}
    if not by_item:
        return
    networks = {document.network_id for document in by_item.values()}
    if len(networks) != 1:
        raise ValueError("documents of several networks cannot be indexed together")
    network_id = networks.pop()
    batch = Batch(analyser(), many=len(by_item) > 1)
    weighed = {item: _weigh(batch, document) for item, document in by_item.items()}

    state = await rows.lock(session, network_id)
    before = await rows.documents_of(session, network_id, list(by_item))
    numbers = {item: old.number for item, old in before.items()}
    fresh = [item for item in by_item if item not in numbers]
    numbers |= {item: state.next_number + place for place, item in enumerate(fresh)}
    changes = _Changes()
    for item, one in weighed.items():
        changes.replace(numbers[item], before[item].postings if item in before else b"", one)
    await _apply(session, network_id, changes)
    await rows.write_documents(
        session, network_id, [(numbers[item], *item, weighed[item]) for item in by_item]
    )
    words = await rows.add_words(session, network_id, state, batch.vocabulary, batch.titles)
    kinds = set(filter(None, state.kinds.split(","))) | {document.kind for document in by_item.values()}
    after = replace(
        state,
        documents=state.documents + len(fresh),
        next_number=state.next_number + len(fresh),
        words=words,
        kinds=",".join(sorted(kinds)),
    )
    await rows.unlock(session, network_id, after)


async def remove(session: AsyncSession, network_id: int, kind: str, item_id: int) -> None:
    """Take an item out; nothing happens when it is not there."""
    state = await rows.lock(session, network_id)
    found = await rows.documents_of(session, network_id, [(kind, item_id)])
    for old in found.values():
        changes = _Changes()
        changes.replace(old.number, old.postings, None)
        await _apply(session, network_id, changes)
        await rows.delete_document(session, network_id, old.number)
    await rows.unlock(session, network_id, replace(state, documents=state.documents - len(found)))


def _weigh(batch: Batch, document: Document) -> Weighed:
    facets = {*document.facets, scope(document.kind)}
    return batch.weigh(document.title, document.summary, document.body, document.tags, facets)


class _Changes:
    """Which postings to write: an impact of 0 takes the posting out."""

    def __init__(self) -> None:
        self._terms: list[Ints] = []
        self._impacts: list[Ints] = []
        self._numbers: list[int] = []

    def replace(self, number: int, before: bytes, after: Weighed | None) -> None:
        """Only what differs is written: editing a sentence touches its own words."""
        empty = np.empty(0, np.int64)
        new_terms, new_impacts = (after.terms, after.impacts) if after else (empty, empty)
        if not before:
            self._add(number, new_terms, new_impacts)
            return
        old_terms, old_impacts = unpack_entries(before)
        gone = old_terms[~np.isin(old_terms, new_terms, assume_unique=True)]
        place = np.minimum(np.searchsorted(old_terms, new_terms), len(old_terms) - 1)
        changed = (old_terms[place] != new_terms) | (old_impacts[place] != new_impacts)
        self._add(number, gone, np.zeros(len(gone), np.int64))
        self._add(number, new_terms[changed], new_impacts[changed])

    def _add(self, number: int, terms: Ints, impacts: Ints) -> None:
        self._terms.append(terms)
        self._impacts.append(impacts)
        self._numbers.append(number)

    def arrays(self) -> tuple[Ints, Ints, Ints]:
        """Terms, document numbers and impacts, one line per change."""
        sizes = [len(terms) for terms in self._terms]
        numbers = np.repeat(np.asarray(self._numbers, np.int64), sizes)
        return np.concatenate(self._terms), numbers, np.concatenate(self._impacts)


async def _apply(session: AsyncSession, network_id: int, changes: _Changes) -> None:
    terms, numbers, impacts = changes.arrays()
    if not len(terms):
        return
    distinct, term_at = np.unique(terms, return_inverse=True)
    blocks, block_at = np.unique(numbers // BLOCK, return_inverse=True)
    groups, group_at = np.unique(term_at * len(blocks) + block_at, return_inverse=True)
    of_terms = distinct[groups // len(blocks)].tolist()
    keys = list(zip(of_terms, blocks[groups % len(blocks)].tolist(), strict=True))
    held = await rows.postings_of(session, network_id, distinct.tolist(), blocks.tolist())
    merged = _merged(keys, held, group_at, numbers % BLOCK, impacts)
    await rows.write_postings(session, network_id, [(*key, data) for key, data in merged.items() if data])
    gone = [key for key, data in merged.items() if not data and key in held]
    await rows.delete_postings(session, network_id, gone)


def _merged(
    keys: list[tuple[int, int]],
    held: Mapping[tuple[int, int], bytes],
    groups: Ints,
    places: Ints,
    impacts: Ints,
) -> dict[tuple[int, int], bytes]:
    """The new content of every touched row: what was held, changed; all rows in one pass."""
    sizes = [len(held.get(key, b"")) // POSTING.itemsize for key in keys]
    old = np.frombuffer(b"".join(held.get(key, b"") for key in keys), POSTING)
    all_groups = np.concatenate([np.repeat(np.arange(len(keys)), sizes), groups])
    all_places = np.concatenate([old["place"].astype(np.int64), places])
    all_impacts = np.concatenate([old["impact"].astype(np.int64), impacts])
    spot = all_groups * BLOCK + all_places
    order = np.argsort(spot, kind="stable")  # stable: the change comes after what was held
    spot = spot[order]
    last = np.append(spot[1:] != spot[:-1], True)
    kept = order[last]
    kept = kept[all_impacts[kept] > 0]
    packed = postings(all_places[kept], all_impacts[kept])
    ends = np.searchsorted(all_groups[kept], np.arange(len(keys)), side="right") * POSTING.itemsize
    starts = np.append(0, ends[:-1])
    return {
        key: packed[start:end] for key, start, end in zip(keys, starts.tolist(), ends.tolist(), strict=True)
    }
