"""Turns any text into terms: the one analyser, for what is indexed and for what is asked, on every database.

NFKC, accents folded (before stemming: an accent forgotten in a question must not matter), elisions and stop
words dropped, French stems. Must accept any Unicode. The stop words are in ``data/stop_words.txt``.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files

import Stemmer

WORD = re.compile(r"[^\W_]+")
_DOTTED = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?")  # "A.D.I.L." is "ADIL"
_MAYBE_DOTTED = re.compile(r"\.[^\W\d_]\.")  # begins with a plain character: several times faster to look for
_HIDDEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_ACCENTS = re.compile("[\u0300-\u036f]")  # of Latin letters; other scripts have more
_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ı": "i"}
)
_LONGEST_WORD = 64
_REMEMBERED_WORDS = 60_000

# One more at each change of what follows: an index made by another analyser must be made anew (reindex).
ANALYSER = 1


@dataclass(frozen=True, slots=True)
class Word:
    """One distinct word: ``term`` is the hash that the index knows, ``folded`` what corrections compare."""

    folded: str
    stem: str
    term: int
    stop: bool


@cache
def stop_words() -> frozenset[str]:
    """Folded words that carry no subject."""
    return frozenset((files(__package__) / "data" / "stop_words.txt").read_text("utf-8").split())


def normalised(text: str) -> str:
    """Composed, lower case, without invisible characters; acronyms lose their dots."""
    if not text.isascii():
        if _HIDDEN.search(text):
            text = _HIDDEN.sub("", text)
        text = unicodedata.normalize("NFKC", text)
    if _MAYBE_DOTTED.search(text):
        text = _DOTTED.sub(lambda match: match.group().replace(".", ""), text)
    return text.lower()


def fold(word: str) -> str:
    """Without accents, ligatures or case: "Œuvre" is "oeuvre"."""
    if word.isascii():
        return word.lower()
    word = word.casefold().translate(_LIGATURES)
    decomposed = _ACCENTS.sub("", unicodedata.normalize("NFKD", word))
    if decomposed.isascii():
        return decomposed
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_in(text: str) -> list[str]:
    """The words as written, in lower case, in order, stop words included."""
    return WORD.findall(normalised(text))


def hash_of(term: str) -> int:
    """A signed 64-bit number, the same everywhere and for ever: the index is keyed by it."""
    digest = blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little", signed=True)


class Analyser:
    """Remembers words already analysed, within bounds. Safe to share between threads."""

    def __init__(self) -> None:
        self._words: dict[str, Word] = {}
        self._subjects: dict[str, str] = {}
        self._stem = Stemmer.Stemmer("french", 0)
        self._lock = threading.Lock()  # a stemmer keeps a buffer

    def word(self, raw: str) -> Word:
        """What a word of ``words_in`` stands for."""
        known = self._words.get(raw)
        if known is not None:
            return known
        folded = fold(raw)[:_LONGEST_WORD]
        with self._lock:
            stem = self._stem.stemWord(folded)
        known = Word(folded, stem, hash_of(stem), folded in stop_words() or not folded)
        if len(self._words) >= _REMEMBERED_WORDS:
            self._words.clear()
        self._words[raw] = known
        return known

    def subject(self, raw: str) -> str:
        """The stem of a word as it is written, capitals included; empty for a stop word."""
        known = self._subjects.get(raw)
        if known is not None:
            return known
        word = self.word(raw.lower())
        known = "" if word.stop else word.stem
        if len(self._subjects) >= _REMEMBERED_WORDS:
            self._subjects.clear()
        self._subjects[raw] = known
        return known

    def words(self, raws: Iterable[str]) -> list[Word]:
        """The words that carry a subject, in order."""
        found = map(self.word, raws)
        return [word for word in found if not word.stop]

    def analyse(self, text: str) -> list[Word]:
        """The words of a text that carry a subject, in order."""
        return self.words(words_in(text))


@cache
def analyser() -> Analyser:
    """The process's own; its memory is a cache of a pure function."""
    return Analyser()
