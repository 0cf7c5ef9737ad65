"""The words of a network's items, kept in memory to correct and complete what people type.

A cache: it only proposes. Whether a word is still in use is asked of the index in the reader's own snapshot,
and words are learnt by position, so that it can lag but never mislead. Bounded to a few networks.
"""

from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from storage.direct import Source
from storage.search import rows
from storage.search.analysis import analyser
from storage.search.rows import State

_NETWORKS_KEPT = 12
_RECENT = 400  # words learnt since the last sort; beyond, sort again


@dataclass(frozen=True, slots=True)
class Near:
    """A known word close to a mistyped one."""

    word: str
    shown: str
    term: int
    distance: int


class Vocabulary:
    """One network's words."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.position = 0
        self._shown: dict[str, str] = {}  # only where it differs from the folded word
        self._words: list[str] = []
        self._known: set[str] = set()
        self._terms = np.empty(0, np.int64)
        self._letters = np.empty(0, np.uint64)
        self._sizes = np.empty(0, np.int64)
        self._titles: list[str] = []  # sorted
        self._recent_titles: list[str] = []
        self._term_of: dict[str, int] = {}

    def learn(self, found: list[tuple[int, str, str, int, bool]]) -> None:
        """Words by position: (position, word, shown, term, in a title)."""
        new = []
        for position, word, shown, term, in_title in found:
            self.position = max(self.position, position)
            if word not in self._known:
                self._known.add(word)
                new.append((word, term))
                if shown != word:
                    self._shown[word] = shown
            if in_title and word not in self._term_of:
                self._term_of[word] = term
                self._recent_titles.append(word)
        if new:
            self._words += [word for word, _ in new]
            self._terms = np.concatenate([self._terms, np.array([term for _, term in new], np.int64)])
            letters = np.array([_letters(word) for word, _ in new], np.uint64)
            self._letters = np.concatenate([self._letters, letters])
            self._sizes = np.concatenate([self._sizes, np.array([len(word) for word, _ in new])])
        if len(self._recent_titles) > _RECENT:
            self._titles = sorted(self._titles + self._recent_titles)
            self._recent_titles = []

    def knows(self, word: str) -> bool:
        """Whether some item has, or had, this very word."""
        return word in self._known

    def shown(self, word: str) -> str:
        """The word as people write it."""
        return self._shown.get(word, word)

    def near(self, word: str) -> list[Near]:
        """Known words within one letter, or two for a long word; swapped neighbours count as one."""
        if len(word) < 4:
            return []
        limit = 1 if len(word) < 8 else 2
        # One edit changes at most two of the letters present: most words are set aside without comparing.
        differing = np.bitwise_count(self._letters ^ np.uint64(_letters(word)))
        close = (differing <= 2 * limit) & (np.abs(self._sizes - len(word)) <= limit)
        places = np.flatnonzero(close).tolist()
        from rapidfuzz import process  # 3 MiB, which a bot that nobody mistypes to does without
        from rapidfuzz.distance import OSA

        found = process.extract(
            word,
            [self._words[place] for place in places],
            scorer=OSA.distance,
            score_cutoff=limit,
            limit=None,
        )
        return [
            Near(known, self.shown(known), int(self._terms[places[index]]), int(distance))
            for known, distance, index in found
        ]

    def parts(self, word: str) -> list[Near]:
        """Two known words that were written as one: « tierslieux »."""
        for cut in range(4, len(word) - 3):
            left, right = word[:cut], word[cut:]
            if left in self._known and right in self._known:
                return [Near(one, self.shown(one), analyser().word(one).term, 1) for one in (left, right)]
        return []

    def completions(self, prefix: str, most: int) -> list[tuple[str, int]]:
        """Words of titles that start so, with their terms; the shortest first where there are many."""
        start = bisect_left(self._titles, prefix)
        end = bisect_left(self._titles, prefix + "\U0010ffff")
        found = self._titles[start:end] + [word for word in self._recent_titles if word.startswith(prefix)]
        found.sort(key=lambda word: (len(word), word))
        return [(word, self._term_of[word]) for word in found[:most]]


class Vocabularies:
    """The vocabularies of the networks served lately, each brought up to date before use."""

    def __init__(self) -> None:
        self._held: OrderedDict[int, Vocabulary] = OrderedDict()

    async def of(self, source: Source, network_id: int, state: State) -> Vocabulary:
        """``state`` was read in the same snapshot: nothing newer is missed."""
        held = self._held.get(network_id)
        if held is None or held.version != state.vocabulary or held.position > state.words:
            held = Vocabulary(state.vocabulary)
        if held.position < state.words:
            held.learn(await rows.words_after(source, network_id, held.position))
        self._held[network_id] = held
        self._held.move_to_end(network_id)
        while len(self._held) > _NETWORKS_KEPT:
            self._held.popitem(last=False)
        return held


def _letters(word: str) -> int:
    """Which letters a word has, one bit each; all that is not a…z shares the last bits."""
    signature = 0
    for letter in word:
        code = ord(letter) - 97
        signature |= 1 << (code if 0 <= code < 26 else 26 + ord(letter) % 32)
    return signature
