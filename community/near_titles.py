"""Titles so alike that the two are perhaps one resource: told at submission, decided by people. Pure."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from storage.search import key_of

_SAME_WORDS = 0.75  # of all the words of both, how many both have
_SAME_LETTERS = 0.88
_MOST_LETTERS = 200  # comparing letters takes the square of them


def near(one: str, other: str) -> bool:
    """Whether a person may take one for the other: accents, case, order and a letter or two do not count."""
    left, right = key_of(one)[:_MOST_LETTERS], key_of(other)[:_MOST_LETTERS]
    if not left or not right:
        return False
    words, others = set(left.split()), set(right.split())
    if len(words & others) / len(words | others) >= _SAME_WORDS and _numbers(words) == _numbers(others):
        return True
    letters = SequenceMatcher(None, left, right, autojunk=False)
    alike = letters.real_quick_ratio() >= _SAME_LETTERS and letters.ratio() >= _SAME_LETTERS
    return alike and _numbers(words) == _numbers(others)


def nearest(title: str, others: Sequence[tuple[int, str]], most: int = 3) -> tuple[tuple[int, str], ...]:
    """Those of ``others`` (id, title) that are near, in the order given."""
    return tuple((row_id, other) for row_id, other in others if near(title, other))[:most]


def _numbers(words: set[str]) -> set[str]:
    """« Bilan 2023 » is not « Bilan 2024 »."""
    return {word for word in words if any(letter.isdigit() for letter in word)}
