"""What the second pass looks at in the best documents: where the question's words stand, and how close.

Pure and vectorised: all the candidates' streams are one array. Columns are named by ``FEATURES``.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from storage.search.packing import STREAM, Floats, Ints

FEATURES = (
    "first",  # the first pass's score, as a share of the best possible
    "title",  # share of the question (by rarity) that the title holds
    "filled",  # share of the title that the question holds
    "head",  # share of the question in title or summary
    "all",  # share of the question anywhere
    "title_pairs",  # share of the question's neighbours that are neighbours in the title
    "all_pairs",  # or anywhere
    "near_pairs",  # or a few words from each other, in any order
    "run",  # the longest stretch of the question found word for word
)
_NEAR = 5
Mask = npt.NDArray[np.bool_]


class Candidate(NamedTuple):
    """One document of the first pass."""

    number: int
    kind: str
    item_id: int
    title_size: int
    summary_size: int
    stream: bytes


class _Hits(NamedTuple):
    """Every place where a word asked stands, in order."""

    at: Ints  # position, in all the streams put together
    unit: Ints  # which word
    spot: Ints  # 3 × candidate + zone: 0 title, 1 summary, 2 body


def features(
    candidates: Sequence[Candidate],
    first: Floats,
    units: Sequence[Sequence[int]],
    sequence: Sequence[int],
    rarity: Floats,
) -> Floats:
    """One line per candidate. ``units``: the (short) terms of each word; ``sequence``: the words' order."""
    count = len(candidates)
    hits = _hits(candidates, units)
    doc, zone = np.divmod(hits.spot, 3)
    in_title = zone == 0
    title, head, anywhere = _shares(
        count, rarity, [(doc, hits.unit, mask) for mask in (in_title, zone <= 1, None)]
    )
    pairs = list(dict.fromkeys(pairwise(sequence)))
    title_pairs = all_pairs = near_pairs = np.zeros(count)
    run: Floats | Mask = anywhere > 0
    if pairs:
        follows = np.full((len(units), len(units)), -1, np.int64)
        for index, (left, right) in enumerate(pairs):
            follows[left, right] = index
        weight = np.array([min(rarity[left], rarity[right]) for left, right in pairs])
        linked, near = _links(hits, follows)
        next_to = linked >= 0
        title_pairs, all_pairs, near_pairs = _shares(
            count,
            weight,
            [
                (doc, linked, next_to & in_title),
                (doc, linked, next_to),
                (doc, near, near >= 0),
            ],
        )
        run = _longest(count, doc, next_to) / len(sequence)
    titles = [max(1, one.title_size) for one in candidates]
    filled = np.bincount(doc[in_title], minlength=count) / titles
    return np.array([first, title, filled, head, anywhere, title_pairs, all_pairs, near_pairs, run]).T


def _hits(candidates: Sequence[Candidate], units: Sequence[Sequence[int]]) -> _Hits:
    starts: list[int] = []  # of each zone of each stream
    end = 0
    for one in candidates:
        summary = end + one.title_size
        starts += end, summary, summary + one.summary_size
        end += len(one.stream) // STREAM.itemsize
    stream = np.frombuffer(b"".join([one.stream for one in candidates]), STREAM)
    unit_at = np.full(end, -1, np.int64)
    for index, terms in enumerate(units):
        for term in terms:
            unit_at[stream == term] = index
    (at,) = (unit_at >= 0).nonzero()
    return _Hits(at, unit_at[at], np.searchsorted(np.array(starts), at, side="right") - 1)


def _links(hits: _Hits, follows: Ints) -> tuple[Ints, Ints]:
    """For each hit, the pair of the question that it makes with the one before: next to it, or near it."""
    linked = np.full(len(hits.at), -1, np.int64)
    near = linked.copy()
    gap = np.diff(hits.at)
    same = np.diff(hits.spot) == 0
    before, after = hits.unit[:-1], hits.unit[1:]
    linked[1:] = np.where(same & (gap == 1), follows[before, after], -1)
    either = np.maximum(follows[before, after], follows[after, before])
    near[1:] = np.where(same & (gap <= _NEAR), either, -1)
    return linked, near


def _shares(count: int, weight: Floats, seen: Sequence[tuple[Ints, Ints, Mask | None]]) -> Floats:
    """For each way to look: the weight of the different things seen in each document, as a share of all."""
    marks = np.zeros((len(seen), count, len(weight)))
    for mark, (docs, which, mask) in zip(marks, seen, strict=True):
        mark[(docs, which) if mask is None else (docs[mask], which[mask])] = 1
    share: Floats = marks @ weight / max(float(weight.sum()), 1e-9)
    return share


def _longest(count: int, doc: Ints, linked: Mask) -> Ints:
    """The longest chain of links in each document, in words."""
    best = np.zeros(count, np.int64)
    np.maximum.at(best, doc[~linked], np.bincount(np.cumsum(~linked) - 1, minlength=int((~linked).sum())))
    return best
