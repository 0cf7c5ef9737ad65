"""Answers a question over one network's index, in one reading snapshot. Writes nothing.

First pass: the terms' packed postings, summed by numpy. Second pass: the best candidates are read closely
(``features.py``). Words that no item has are corrected from the network's own vocabulary.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf, log
from typing import NamedTuple
from unicodedata import normalize

import numpy as np

from storage.direct import Source
from storage.search import rows
from storage.search.analysis import WORD, Word, analyser, words_in
from storage.search.correction import corrected, misspelt
from storage.search.features import FEATURES, Candidate, features
from storage.search.index import scope
from storage.search.packing import IMPACTS, POSTING, Floats, Ints, short_of, summed, unpack
from storage.search.rows import Key, State
from storage.search.synonyms import Thesauri
from storage.search.vocabulary import Vocabularies
from storage.search.weighing import facet_term
from storage.search.weights import OTHER_NAME, WEIGHTS

LONGEST_QUESTION = 300  # characters
MOST_WORDS = 24
CANDIDATES = 20  # read closely: more find nothing better (scripts.evaluate_search), and cost as much each
_COVER = FEATURES.index("all")
_LEAST_COVER = 0.34  # of what the best result holds of the question: less is noise at the end of the list
_OTHER_NAME_COVER = 0.6  # « plan » alone is not what PCAET stands for


class Hit(NamedTuple):
    """One document found."""

    kind: str
    item_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """``stems``: what to highlight. ``suggestion``: the question as understood, where it was corrected."""

    hits: Sequence[Hit]
    suggestion: str | None
    stems: frozenset[str]


@dataclass
class Memory:
    """What a process remembers between questions; each part checks its version at each use."""

    vocabularies: Vocabularies = field(default_factory=Vocabularies)
    thesauri: Thesauri = field(default_factory=Thesauri)


@dataclass(slots=True)
class Unit:
    """One word asked, and every term that stands for it with its weight."""

    word: Word
    raw: str
    terms: dict[int, float]


@dataclass(slots=True)
class Question:
    """One way to put the question: units in order, each distinct word once in ``units``."""

    units: list[Unit]
    sequence: list[int]
    weight: float = 1.0

    @classmethod
    def of(cls, raws: Sequence[str], weight: float = 1.0) -> "Question":
        places: dict[int, int] = {}
        units: list[Unit] = []
        sequence = []
        for raw in raws:
            word = analyser().word(raw)
            if word.stop:
                continue
            if word.term not in places:
                if len(units) == MOST_WORDS:
                    break
                places[word.term] = len(units)
                units.append(Unit(word, raw, {word.term: 1.0}))
            sequence.append(places[word.term])
        return cls(units, sequence, weight)


class Postings:
    """The rows fetched for one question, and how rare each of their terms is."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.held: dict[Key, bytes] = {}
        self.frequency: dict[int, int] = {}

    async def fetch(self, source: Source, network_id: int, terms: Collection[int]) -> None:
        """Each term once, whether or not it has any row."""
        new = sorted(term for term in terms if term not in self.frequency)
        if not new:
            return
        self.frequency.update(dict.fromkeys(new, 0))
        found = await rows.postings_of(source, network_id, new)
        for (term, _), data in found.items():
            self.frequency[term] += len(data) // POSTING.itemsize
        self.held.update(found)

    def rarity(self, frequency: int) -> float:
        """The usual IDF; an unknown word is as rare as can be."""
        return log(1 + (self._state.documents - frequency + 0.5) / (frequency + 0.5))

    @property
    def size(self) -> int:
        """One more than the last document number."""
        return self._state.next_number

    def scores(self, weights: dict[int, float]) -> Floats:
        """The sum over terms, for every document number."""
        keys = [key for key in self.held if key[0] in weights]
        numbers, impacts, row = unpack([block for _, block in keys], [self.held[key] for key in keys])
        by_row = np.array([weights[term] for term, _ in keys], np.float64) / IMPACTS
        return summed(numbers, by_row[row] * impacts, self._state.next_number)

    def allowed(self, groups: Sequence[Collection[int]]) -> Ints:
        """1 for the documents that bear a facet of every group."""
        mask = np.ones(self._state.next_number, np.int64)
        for group in groups:
            mask &= self.scores(dict.fromkeys(group, 1.0)) > 0
        return mask


async def answer(
    source: Source,
    memory: Memory,
    network_id: int,
    text: str,
    *,
    kinds: Collection[str] = (),
    facets: Sequence[Collection[str]] = (),
    besides: Sequence[int] = (),
) -> Answer:
    """The best documents first. ``facets``: an item bears one of each group; ``kinds``: of documents.

    Of ``besides`` (see ``numbers_of``), the best are found too when many other documents are better.
    """
    state = await rows.state_of(source, network_id)
    raws = words_in(text[:LONGEST_QUESTION])
    question = Question.of(raws)
    if not question.units or not state.documents:
        return Answer((), None, frozenset())
    every = set(state.kinds.split(",")) <= set(kinds)  # then the scope sets nothing aside
    asked = [set() if every else {scope(kind) for kind in kinds}, *map(set, facets)]
    groups = [{facet_term(facet) for facet in group} for group in asked if group]
    postings = Postings(state)
    _join_neighbours(question, raws)
    questions = [question, *await _other_names(source, memory, network_id, state, question)]
    wanted = {term for one in questions for unit in one.units for term in unit.terms}
    await postings.fetch(source, network_id, wanted.union(*groups))
    suggestion = await _correct(source, memory, network_id, state, text, questions, postings)
    hits = await _rank(source, network_id, questions, postings, groups, besides)
    stems = frozenset(unit.word.stem for one in questions for unit in one.units)
    return Answer(hits, suggestion, stems)


def _join_neighbours(question: Question, raws: Sequence[str]) -> None:
    """« co-voiturage » also finds « covoiturage »."""
    by_raw = {unit.raw: unit for unit in question.units}
    for left, right in pairwise(raws):
        joined = analyser().word(left + right)
        for raw in (left, right):
            if raw in by_raw and not joined.stop:
                by_raw[raw].terms.setdefault(joined.term, 0.5)


async def _other_names(
    source: Source, memory: Memory, network_id: int, state: State, question: Question
) -> list[Question]:
    """The question again, an acronym or its expansion in the place of the other."""
    thesaurus = await memory.thesauri.of(source, network_id, state)
    raws = [question.units[place].raw for place in question.sequence]
    stems = [question.units[place].word.stem for place in question.sequence]
    return [
        Question.of([*raws[:start], *words_in(other), *raws[end:]], OTHER_NAME)
        for start, end, other in thesaurus.variants(stems)
    ]


def _put_right(text: str, changed: Mapping[str, str]) -> str:
    """The question as it was typed, but for the words that were corrected."""
    kept = " ".join(normalize("NFKC", text).split())[:LONGEST_QUESTION]
    return WORD.sub(lambda match: changed.get(match.group().lower(), match.group()), kept)


async def _correct(
    source: Source,
    memory: Memory,
    network_id: int,
    state: State,
    text: str,
    questions: Sequence[Question],
    postings: Postings,
) -> str | None:
    """Gives unknown words the terms of their nearest known ones; returns the question as understood."""
    question = questions[0]
    unknown = [unit for unit in question.units if not any(postings.frequency[term] for term in unit.terms)]
    if len(questions) > 1 and len(unknown) == len(question.units):
        return None  # an acronym that no item writes: its expansion is what is meant
    vocabulary = await memory.vocabularies.of(source, network_id, state)
    changed = {
        unit.raw: better
        for unit in question.units
        if unit not in unknown and (better := misspelt(unit.word, vocabulary)) is not None
    }
    near = {unit.raw: vocabulary.near(unit.word.folded) for unit in unknown}
    parts = {unit.raw: vocabulary.parts(unit.word.folded) for unit in unknown}
    proposed = [one for found in (*near.values(), *parts.values()) for one in found]
    await postings.fetch(source, network_id, {one.term for one in proposed})
    for unit in unknown:
        best = corrected(unit.word.folded, near[unit.raw], postings.frequency)
        if not best and all(postings.frequency[part.term] for part in parts[unit.raw]):
            best = [(part, 1.0) for part in parts[unit.raw]]
            shown = " ".join(part.shown for part, _ in best)
        else:
            shown = best[0][0].shown if best else ""
        for one, weight in best:
            unit.terms.setdefault(one.term, weight)
        if best:
            changed[unit.raw] = shown
            unit.word = analyser().word(best[0][0].shown)
    return _put_right(text, changed) if changed else None


async def _rank(
    source: Source,
    network_id: int,
    questions: Sequence[Question],
    postings: Postings,
    groups: Sequence[Collection[int]],
    besides: Sequence[int],
) -> list[Hit]:
    allowed = postings.allowed(groups) if groups else None
    firsts = []
    for question in questions:
        rarity = _rarities(question, postings)
        weights: dict[int, float] = {}
        for unit, rare in zip(question.units, rarity.tolist(), strict=True):
            for term, weight in unit.terms.items():
                weights[term] = max(weights.get(term, 0.0), rare * weight)
        scores = postings.scores(weights)
        firsts.append((question, rarity, scores if allowed is None else scores * allowed))
    chosen = {number for _, _, scores in firsts for number in best_numbers(scores, CANDIDATES)}
    if besides:
        only = np.bincount(besides, minlength=postings.size) > 0
        chosen |= {number for _, _, scores in firsts for number in best_numbers(scores * only, CANDIDATES)}
    if not chosen:
        return []
    found = await rows.candidates(source, network_id, sorted(chosen))
    candidates = [Candidate._make(row) for row in found]
    numbers = np.array([candidate.number for candidate in candidates])
    final = np.full(len(candidates), -inf)
    for question, rarity, scores in firsts:
        units = [[short_of(term) for term in unit.terms] for unit in question.units]
        first = scores[numbers] / max(float(rarity.sum()), 1e-9)
        looked = features(candidates, first, units, question.sequence, rarity)
        cover = looked[:, _COVER]
        least = _OTHER_NAME_COVER if question.weight < 1 else _LEAST_COVER * cover.max()
        enough = (cover > 0) & (cover >= least)
        final = np.maximum(final, np.where(enough, question.weight * (looked @ WEIGHTS), -inf))
    scored = zip(np.round(final, 6).tolist(), candidates, strict=True)
    best = sorted((-score, one.kind, one.item_id) for score, one in scored if score > -inf)
    return [Hit(kind, item_id, -less) for less, kind, item_id in best]


def _rarities(question: Question, postings: Postings) -> Floats:
    """Of each word asked: its most frequent term says how rare it is."""
    frequencies = [max(postings.frequency[term] for term in unit.terms) for unit in question.units]
    return np.array([postings.rarity(frequency) for frequency in frequencies])


def best_numbers(scores: Floats, most: int) -> list[int]:
    """The numbers of the best documents; of equals the older first, on every machine."""
    (positive,) = (scores > 0).nonzero()
    values = scores[positive]
    if len(positive) > most:
        among = values >= np.partition(values, -most)[-most]
        positive, values = positive[among], values[among]
    found: list[int] = positive[np.argsort(-values, kind="stable")][:most].tolist()
    return found
