"""How much a term weighs in a document (BM25F): pure, and vectorised over a whole batch.

The pivots are fixed on purpose: an item's impacts then never depend on the other items, so that a change
rewrites its own postings only. How rare a term is (IDF) is asked when the question comes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from storage.search.analysis import Analyser, Word, hash_of, words_in
from storage.search.packing import IMPACTS, Floats, Ints, short, summed

K1 = 1.2
FIELDS = ("title", "summary", "body")
WEIGHT = {"title": 4.0, "summary": 1.6, "body": 1.0}
PIVOT = {"title": 6.0, "summary": 24.0, "body": 400.0}  # a usual length, in terms
SLOPE = {"title": 0.3, "summary": 0.4, "body": 0.6}  # how much a longer field weighs less
LONGEST = {"title": 64, "summary": 600, "body": 30_000}  # terms that count; the rest is not indexed
LONGEST_TEXT = 300_000
STREAM_BODY = 3_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """One document, ready for the index."""

    title_size: int
    summary_size: int
    stream: bytes
    terms: Ints  # sorted, distinct
    impacts: Ints


def facet_term(facet: str) -> int:
    """The term of an exact filter; no word can give it."""
    return hash_of("\0" + facet)


class Batch:
    """Analyses many documents together; ``vocabulary`` is every word met, ``titles`` those of titles."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._ids: dict[str, int] = {}  # raw word -> number in this batch, -1 for a stop word
        self._stems: dict[int, int] = {}  # term -> number
        self._terms: list[int] = []  # number -> term
        self.vocabulary: dict[str, Word] = {}  # as written -> what it stands for
        self.titles: set[str] = set()

    def weigh(
        self, title: str, summary: str, body: str, tags: Sequence[str], facets: Collection[str]
    ) -> Weighed:
        """The impacts of one document, and its stream for the second pass."""
        raw_title = words_in(title[:LONGEST_TEXT])
        streams = {
            "title": self._stream(raw_title, "title"),
            "summary": self._stream(words_in(" ".join((summary, *tags))[:LONGEST_TEXT]), "summary"),
            "body": self._stream(words_in(body[:LONGEST_TEXT]), "body"),
        }
        self.titles.update(raw_title)
        ids = np.concatenate([streams[field] for field in FIELDS])
        distinct, inverse = np.unique(ids, return_inverse=True)
        weights = np.concatenate([np.full(len(streams[f]), _gain(f, len(streams[f]))) for f in FIELDS])
        impacts = quantised(summed(inverse, weights, len(distinct)))
        terms = np.fromiter((self._terms[number] for number in distinct.tolist()), np.int64, len(distinct))
        kept = inverse[: len(streams["title"]) + len(streams["summary"]) + STREAM_BODY]
        stream = short(terms)[kept].tobytes()
        filters = np.asarray(sorted({facet_term(facet) for facet in facets}), np.int64)
        terms = np.concatenate([terms, filters])
        impacts = np.concatenate([impacts, np.ones(len(filters), np.int64)])
        order = np.argsort(terms)
        terms, impacts = terms[order], impacts[order]
        return Weighed(len(streams["title"]), len(streams["summary"]), stream, terms, impacts)

    def _stream(self, raws: list[str], field: str) -> Ints:
        ids = self._ids
        for raw in set(raws).difference(ids):
            ids[raw] = self._number(raw)
        found = np.fromiter(map(ids.__getitem__, raws), np.int64, len(raws))
        return found[found >= 0][: LONGEST[field]]

    def _number(self, raw: str) -> int:
        word = self._analyser.word(raw)
        if word.stop:
            return -1
        self.vocabulary[raw] = word
        number = self._stems.setdefault(word.term, len(self._terms))
        if number == len(self._terms):
            self._terms.append(word.term)
        return number


def _gain(field: str, size: int) -> float:
    """What one occurrence is worth in a field of this size."""
    slope = SLOPE[field]
    return WEIGHT[field] / (1 - slope + slope * size / PIVOT[field])


def quantised(weights: Floats) -> Ints:
    """Saturated, then in 255 steps: the tenth occurrence adds little."""
    return np.clip(np.ceil(IMPACTS * weights / (K1 + weights)), 1, IMPACTS).astype(np.int64)
