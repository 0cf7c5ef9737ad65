"""How much a term weighs in a document (BM25F): pure, and vectorised over a whole batch.

The pivots are fixed on purpose: an item's impacts then never depend on the other items, so that a change
rewrites its own postings only. How rare a term is (IDF) is asked when the question comes.
"""

from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TypeVar

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
_AROUND = ',;:!?()«»"'  # changes nothing to a word that it touches
_REMEMBERED = 32  # characters: what is longer seldom comes again

T = TypeVar("T")


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


class _Memo(dict[str, T]):
    """What ``read`` makes of a text; of a short one, only once."""

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read

    def __missing__(self, text: str) -> T:
        found = self._read(text)
        if len(text) <= _REMEMBERED:
            self[text] = found
        return found


class Batch:
    """Analyses many documents together; ``vocabulary`` is every word met, ``titles`` those of titles."""

    def __init__(self, analyser: Analyser, *, many: bool = True) -> None:
        self._analyser = analyser
        self._many = many
        self._ids = _Memo(self._number)  # raw word -> number in this batch, -1 for a stop word
        self._pieces = _Memo(self._numbers)  # what stands between two blanks -> the numbers of its words
        self._stems: dict[int, int] = {}  # term -> number
        self._terms = array("q")  # number -> term
        self.vocabulary: dict[str, Word] = {}  # as written -> what it stands for
        self.titles: set[str] = set()

    def weigh(
        self, title: str, summary: str, body: str, tags: Sequence[str], facets: Collection[str]
    ) -> Weighed:
        """The impacts of one document, and its stream for the second pass."""
        self.titles.update(words_in(title[:LONGEST_TEXT]))
        streams = {
            "title": self._stream(title, "title"),
            "summary": self._stream(" ".join((summary, *tags)), "summary"),
            "body": self._stream(body, "body"),
        }
        ids = np.concatenate([streams[field] for field in FIELDS])
        weights = np.concatenate([np.full(len(streams[f]), _gain(f, len(streams[f]))) for f in FIELDS])
        totals = summed(ids, weights, 0)  # by number: few enough to need no sorting
        distinct = np.flatnonzero(totals)
        impacts = quantised(totals[distinct])
        terms = self._terms_of(distinct)
        stream = short(
            self._terms_of(ids[: len(streams["title"]) + len(streams["summary"]) + STREAM_BODY])
        ).tobytes()
        filters = np.asarray(sorted({facet_term(facet) for facet in facets}), np.int64)
        terms = np.concatenate([terms, filters])
        impacts = np.concatenate([impacts, np.ones(len(filters), np.int64)])
        order = np.argsort(terms)
        terms, impacts = terms[order], impacts[order]
        return Weighed(len(streams["title"]), len(streams["summary"]), stream, terms, impacts)

    def _terms_of(self, numbers: Ints) -> Ints:
        return np.frombuffer(self._terms, np.int64)[numbers] if self._terms else numbers

    def _stream(self, text: str, field: str) -> Ints:
        """The words of a field, by number, in order. No word crosses a blank, whatever the text."""
        text = text[:LONGEST_TEXT]
        pieces = text.split() if self._many else [text]  # one text alone repeats little
        numbers = chain.from_iterable(map(self._pieces.__getitem__, pieces))
        return np.fromiter(islice(numbers, LONGEST[field]), np.int64)

    def _numbers(self, text: str) -> tuple[int, ...]:
        bare = text.strip(_AROUND)
        if bare.endswith(".") and bare.find(".") == len(bare) - 1:  # of an acronym, dots are looked at
            bare = bare[:-1]
        if bare != text:
            return self._pieces[bare]
        return tuple([number for number in map(self._ids.__getitem__, words_in(text)) if number >= 0])

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
