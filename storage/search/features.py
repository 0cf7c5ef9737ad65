"""What the second pass looks at in the best documents: where the question's words stand, and how close.

Pure and vectorised: all the candidates' streams are one array. Columns are named by ``FEATURES``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

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
    "head_pairs",
    "all_pairs",
    "near_pairs",  # within a few words of each other, anywhere, in any order
    "run",  # the longest stretch of the question found word for word, anywhere
    "title_run",
    "exact",  # the title is the question
    "whole",  # the whole question stands word for word somewhere
    "whole_head",
    "early",  # how early the longest stretch stands
    "long",  # a long body holds everything by chance
    "repeat",  # how often the longest stretch comes back
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One document of the first pass."""

    number: int
    kind: str
    item_id: int
    title_size: int
    summary_size: int
    stream: bytes


def features(
    candidates: Sequence[Candidate],
    first: Floats,
    units: Sequence[npt.NDArray[np.uint32]],
    sequence: Sequence[int],
    rarity: Floats,
) -> Floats:
    """One line per candidate. ``units``: the terms that stand for each word; ``sequence``: their order."""
    count, asked = len(candidates), len(units)
    sizes = np.array([len(c.stream) // STREAM.itemsize for c in candidates], np.int64)
    titles = np.array([c.title_size for c in candidates], np.int64)
    heads = titles + np.array([c.summary_size for c in candidates], np.int64)
    stream = np.frombuffer(b"".join(c.stream for c in candidates), STREAM)
    unit_at = np.full(len(stream), -1, np.int64)
    for index, terms in enumerate(units):
        for term in terms:
            unit_at[stream == term] = index
    at = np.flatnonzero(unit_at >= 0)
    unit = unit_at[at]
    starts = np.cumsum(sizes) - sizes
    doc = np.searchsorted(starts, at, side="right") - 1
    place = at - starts[doc]
    in_title, in_head = place < titles[doc], place < heads[doc]
    total = max(float(rarity.sum()), 1e-9)

    def covered(mask: npt.NDArray[np.bool_]) -> Floats:
        seen = np.zeros((count, asked))
        seen[doc[mask], unit[mask]] = 1
        return seen @ rarity / total

    pairs = {pair: index for index, pair in enumerate(dict.fromkeys(pairwise(sequence)))}
    follows = np.full((asked, asked), -1, np.int64)
    for (left, right), index in pairs.items():
        follows[left, right] = index
    weight = np.array([min(rarity[left], rarity[right]) for left, right in pairs]) if pairs else np.zeros(0)
    pair_total = max(float(weight.sum()), 1e-9)

    def joined(mask: npt.NDArray[np.bool_], docs: Ints, which: Ints) -> Floats:
        if not pairs:
            return np.zeros(count)
        seen = np.zeros((count, len(pairs)))
        seen[docs[mask], which[mask]] = 1
        return seen @ weight / pair_total

    pair = np.full(len(at), -1, np.int64)  # of each hit with the one before
    if len(at) > 1:
        zone = np.where(in_title, 0, np.where(in_head, 1, 2))
        same = (doc[1:] == doc[:-1]) & (zone[1:] == zone[:-1])
        adjacent = same & (at[1:] - at[:-1] == 1)
        pair[1:] = np.where(adjacent, follows[unit[:-1], unit[1:]], -1)
        near = np.full(len(at), -1, np.int64)
        close = same & (at[1:] - at[:-1] <= 5)
        near[1:] = np.where(close, np.maximum(follows[unit[:-1], unit[1:]], follows[unit[1:], unit[:-1]]), -1)
    else:
        near = pair
    linked = pair >= 0
    run_of = np.cumsum(~linked) - 1
    runs = np.bincount(run_of) if len(at) else np.zeros(0, np.int64)
    run_doc, run_place = doc[~linked], place[~linked]
    run_title, run_head = in_title[~linked], in_head[~linked]

    def longest(mask: npt.NDArray[np.bool_]) -> Ints:
        best = np.zeros(count, np.int64)
        np.maximum.at(best, run_doc[mask], runs[mask])
        return best

    everywhere = np.ones(len(runs), bool)
    best = longest(everywhere)
    best_title, best_head = longest(run_title), longest(run_head)
    earliest = np.full(count, 10_000)
    top = runs == best[run_doc] if len(runs) else everywhere
    np.minimum.at(earliest, run_doc[top], run_place[top])
    repeats = np.bincount(run_doc[top], minlength=count) if len(runs) else np.zeros(count)
    length = max(len(sequence), 1)
    title_hits = np.bincount(doc[in_title], minlength=count)
    filled = title_hits / np.maximum(titles, 1)
    title_cover = covered(in_title)
    return np.column_stack(
        [
            first,
            title_cover,
            filled,
            covered(in_head),
            covered(np.ones(len(at), bool)),
            joined(linked & in_title, doc, pair),
            joined(linked & in_head, doc, pair),
            joined(linked, doc, pair),
            joined(near >= 0, doc, near),
            best / length,
            best_title / length,
            (title_cover > 0.999) & (filled > 0.999),
            best >= length,
            best_head >= length,
            1 / (1 + earliest / 100),
            np.log1p(sizes) / 8,
            np.log1p(repeats),
        ]
    ).astype(np.float64)
