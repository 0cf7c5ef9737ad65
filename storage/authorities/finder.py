"""Finds an authority as people type: no accents, « st », no hyphens, a prefix, a code, an acronym, one typo.

Every way of matching gives a quality; the population of the place breaks ties, because more people come from
larger places. Figures on 360 generated queries of twelve kinds are in the README.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.authorities import spelling
from storage.authorities.register import KEY_WIDTH, Register
from storage.authorities.rows import Authority

# Quality of each way of matching. A tenfold population is worth PRIOR; measured on the development queries.
EXACT, ACRONYM_WRITTEN, ACRONYM_MADE, ACRONYM_SHORT, CODE = 4.4, 6.5, 6.3, 6.0, 7.0
PREFIX_WORD, PREFIX, WORDS, TYPO_WHOLE, TYPO_PREFIX = 3.5, 3.7, 3.75, 2.9, 3.1
# A letter missed, or two swapped: far fewer names are that near than by any other letter at all.
TELLING = 0.8
# The letter that begins a word is seldom the wrong one: a few mistakes in a hundred, in most of what
# K. Kukich reviews (« Techniques for automatically correcting words in text », 1992).
BEGINNING = 0.4
TYPO_FROM = 5  # letters; fewer are the beginning of a name, unless none begins so
PRIOR = 0.42
FORMER_PENALTY = 1.05  # a delegated commune after a current one of the same name
WIDE_PENALTY = 0.9  # a group of communes, a département or a région, unless its whole name was typed
_ENOUGH = 40  # candidates of one kind that are ranked further


@dataclass(frozen=True, slots=True)
class Found:
    authority: Authority
    score: float


def find(register: Register, typed: str, *, limit: int = 10) -> list[Found]:
    """The best first. A former commune is found by its name and answers as itself: see ``Register.today``."""
    folded = spelling.fold(typed)
    best: dict[int, float] = {}
    for query in {folded, spelling.without_civic_words(folded)} - {""}:
        for at, quality in _candidates(register, query):
            score = quality + PRIOR * float(register.prior[at])
            if quality < EXACT:
                score -= WIDE_PENALTY * bool(register.wide[at])
            score -= FORMER_PENALTY * bool(register.former[at])
            if score > best.get(at, -1.0):
                best[at] = round(score, 3)
    ranked = sorted(best, key=lambda at: (-best[at], at))  # the table is in the order of the ids
    return [Found(register.row(at), best[at]) for at in ranked[:limit]]


def _candidates(register: Register, query: str) -> Iterator[tuple[int, float]]:
    compact = query.replace(" ", "")
    if any(letter.isdigit() for letter in compact):
        yield from _by_code(register, compact.upper())
    for index, quality in (
        (register.acronyms_written, ACRONYM_WRITTEN),
        (register.acronyms_made, ACRONYM_MADE),
        (register.acronyms_short, ACRONYM_SHORT),
    ):
        yield from ((int(at), quality) for at in index.exactly(compact))
    yield from _in_departement(register, query)
    yield from _by_prefix(register, query)
    words = spelling.significant(query)
    if len(words) > 1:
        yield from _by_words(register, words)
    if len(compact) >= TYPO_FROM or (len(compact) == TYPO_FROM - 1 and not _begins(register, query)):
        yield from _by_typo(register, query)


def _by_code(register: Register, code: str) -> Iterator[tuple[int, float]]:
    postal = register.postal.exactly(code)
    for at in postal:
        yield int(at), CODE
    for at in register.codes.exactly(code):
        # A number that is also somebody's postal code is more often meant as one.
        yield int(at), CODE + (0.0 if len(postal) else 1.0)
    if code.isdigit() and 3 <= len(code) < 5:
        start, end = register.postal.prefixed(code)
        for at in _largest(register, register.postal.rows[start:end]):
            yield at, PREFIX


def _in_departement(register: Register, query: str) -> Iterator[tuple[int, float]]:
    """« bey saone et loire », « chappes 63 »: the last words name a département."""
    words = query.split()
    for cut in range(1, len(words)):
        tail = " ".join(words[cut:])
        code = tail.upper() if tail.upper() in register.departements else register.departement_names.get(tail)
        if code is None:
            continue
        name = " ".join(words[:cut])
        start, end = register.keys.prefixed(name)
        exact = set(register.keys.exactly(name).tolist())
        rows = register.keys.rows[start:end]
        for at in rows[register.departement_codes[rows] == code.encode()].tolist():
            yield at, CODE if at in exact else EXACT


def _by_prefix(register: Register, query: str) -> Iterator[tuple[int, float]]:
    exact = register.keys.exactly(query)
    for at in exact:
        yield int(at), EXACT
    word_start, word_end = register.keys.prefixed(query + " ")
    for at in _largest(register, register.keys.rows[word_start:word_end]):
        yield at, PREFIX_WORD
    start, end = register.keys.prefixed(query)
    for at in _largest(register, register.keys.rows[start + len(exact) : end]):
        yield at, PREFIX


def _begins(register: Register, query: str) -> bool:
    """Whether some name begins so."""
    start, end = register.keys.prefixed(query)
    return end > start


def _by_words(register: Register, words: list[str]) -> Iterator[tuple[int, float]]:
    """Every significant word begins a word of the name, in any order."""
    common: NDArray[np.int32] | None = None
    for word in words:
        start, end = register.words.prefixed(word)
        rows = np.unique(register.words.rows[start:end])
        common = rows if common is None else np.intersect1d(common, rows, assume_unique=True)
        if not len(common):
            return
    if common is not None:
        for at in _largest(register, common):
            yield at, WORDS


def _by_typo(register: Register, query: str) -> Iterator[tuple[int, float]]:
    """One letter added, missing, changed, or two swapped; the first letter is right (it nearly always is)."""
    start, end = register.keys.prefixed(query[0])
    near = start + _plausible(register, query, start, end)
    picked, likelier = _one_edit_prefixes(register.key_bytes[near], query)
    rows = near[picked]
    whole = np.abs(register.key_lengths[rows] - len(query)) <= 1
    quality = np.where(whole, TYPO_WHOLE, TYPO_PREFIX) + likelier
    for one in np.unique(quality):
        for at in _largest(register, register.keys.rows[rows[quality == one]]):
            yield at, float(one)


def _typed(query: str) -> NDArray[np.uint8]:
    """What of a question is compared with a key."""
    return np.frombuffer(query.encode()[: KEY_WIDTH - 2], dtype=np.uint8)


def _plausible(register: Register, query: str, start: int, end: int) -> NDArray[np.intp]:
    """The keys of a range that may be one edit away, told by few letters: few are left to look at whole.

    Before the last two letters, an edit leaves them as they are, at most one place further. Otherwise all
    that comes earlier is right, but for the letter with which one of them was swapped.
    """
    typed, keys = _typed(query), register.key_bytes[start:end]
    size = len(typed)
    likely = np.zeros(end - start, dtype=np.bool_)
    for at in (size - 3, size - 2, size - 1):
        likely |= (keys[:, at] == typed[-2]) & (keys[:, at + 1] == typed[-1])
    first, last = register.keys.prefixed(query[: size - 3])
    likely[first - start : last - start] = True
    return np.flatnonzero(likely)


def _one_edit_prefixes(keys: NDArray[np.uint8], query: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Which keys begin with ``query`` once one edit is allowed, and how much likelier than others each is.

    Shape of ``keys``: keys × KEY_WIDTH bytes.
    """
    typed = _typed(query)
    size = len(typed)
    same = keys[:, :size] == typed
    agree = np.where(same.all(axis=1), size, same.argmin(axis=1))  # letters before the first difference
    rest_same = _same_to_the_end(same)
    rest_extra = _same_to_the_end(keys[:, : size - 1] == typed[1:])  # the person typed one letter too many
    rest_missing = _same_to_the_end(keys[:, 1 : size + 1] == typed)  # the person missed one
    changed = rest_same <= agree + 1
    extra = rest_extra <= agree
    missing = rest_missing <= agree
    at = np.minimum(agree, size - 2)
    row = np.arange(len(keys))
    swapped = (keys[row, at] == typed[at + 1]) & (keys[row, at + 1] == typed[at]) & (rest_same <= at + 2)
    telling = missing | swapped
    begins_word = np.append(False, typed == ord(" "))[agree]
    picked = np.flatnonzero(telling | changed | extra)
    return picked, TELLING * telling[picked] - BEGINNING * begins_word[picked]


def _same_to_the_end(same: NDArray[np.bool_]) -> NDArray[np.intp]:
    """From which place on a row agrees up to its end (its width where the last letter differs)."""
    width = same.shape[1]
    backwards = same[:, ::-1]
    run = np.where(backwards.all(axis=1), width, backwards.argmin(axis=1))
    earliest: NDArray[np.intp] = width - run
    return earliest


def _largest(register: Register, rows: NDArray[np.int32]) -> list[int]:
    if len(rows) > _ENOUGH:
        rows = rows[np.argpartition(-register.population[rows], _ENOUGH)[:_ENOUGH]]
    return [int(at) for at in rows]
