"""Which known word a mistyped one stands for."""

from collections.abc import Mapping, Sequence
from math import log1p

from storage.search.analysis import Word
from storage.search.vocabulary import Near, Vocabulary

_MOST = 3


def corrected(word: str, near: Sequence[Near], frequency: Mapping[int, int]) -> list[tuple[Near, float]]:
    """The likeliest words, best first, each with the weight it deserves; words no longer in use are left out.

    Few people mistype a first letter, and a common word is mistyped more often than a rare one.
    """
    scored = []
    for one in near:
        used = frequency.get(one.term, 0)
        if used:
            score = -4.0 * one.distance + log1p(used) * 0.5 + (1.5 if one.word[0] == word[0] else 0.0)
            scored.append((score, one))
    scored.sort(key=lambda pair: (-pair[0], pair[1].word))
    best: list[tuple[Near, float]] = []
    seen: set[int] = set()
    for score, one in scored:
        if one.term not in seen and len(best) < _MOST:
            seen.add(one.term)
            best.append((one, 1.0 if not best else max(0.3, 0.7 + 0.1 * (score - scored[0][0]))))
    return best


def misspelt(word: Word, vocabulary: Vocabulary) -> str | None:
    """The right spelling of a word whose stem is known although it is written as nobody writes it.

    « approvisionement » is a mistake; a plural or another ending of a known word is none.
    """
    if len(word.folded) < 6 or vocabulary.knows(word.folded):
        return None
    alike = [
        one
        for one in vocabulary.near(word.folded)
        if one.term == word.term and one.word[-3:] == word.folded[-3:] and one.word[0] == word.folded[0]
    ]
    return min(alike, key=lambda one: (one.distance, one.word)).shown if alike else None
