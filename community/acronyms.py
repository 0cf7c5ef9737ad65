"""What acronyms mean here: the shipped glossary as this network has corrected it, for whoever reads.

Correcting it is ``synonyms.py``'s affair: one list serves the search and the readers. Finding and expanding
are pure; messages are only looked at when somebody asks, and never kept.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from community import text
from community.actors import Actor
from community.policy import Action, allows, require
from storage import search
from storage.engine import Database
from storage.search import Acronym

WORD_LONGEST = 60
LONGEST_READ = 20_000  # characters of a message and what is attached to it
SHOWN = 15
SUGGESTED = 25
_OWN_CAPITALS = 2  # « vélo » may have another name without being an acronym

# Where nothing is expanded: code, links (masked or bare), and the platform's own marks.
_CLOSED = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\[[^\]\n]*\]\([^)\s]*\)|<[^>\s]+>|https?://\S+|\b\S+@\S+\b", re.DOTALL
)
_DOTTED = re.compile(r"(?<![\w.])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?")


@dataclass(frozen=True)
class AcronymView:
    """``own``: the network decided it. Without ``meanings``, nobody knows it (yet)."""

    word: str
    meanings: Sequence[str] = ()
    explanation: str = ""
    own: bool = False


@dataclass(frozen=True)
class Explained:
    """What a message's acronyms mean, in the order of the message; ``curates``: who asks may correct them."""

    items: Sequence[AcronymView]
    more: int = 0
    curates: bool = False


class Acronyms:
    """Use cases of readers."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def look_up(self, actor: Actor, word: str) -> Explained:
        """What one acronym means, however it is typed; an unknown one has no meaning."""
        require(actor, Action.SEE_ACRONYMS)
        word = text.one_line(word)[:WORD_LONGEST]
        key = search.key_of(word)
        known = [one for one in _views(await self._glossary(actor)) if search.key_of(one.word) == key]
        return Explained(known or [AcronymView(word)], curates=allows(actor, Action.CURATE_LIBRARY))

    async def explain(self, actor: Actor, message: str) -> Explained:
        """Those that a message uses."""
        require(actor, Action.SEE_ACRONYMS)
        found = _views(found_in(message[:LONGEST_READ], await self._glossary(actor)))
        more = max(0, len(found) - SHOWN)
        return Explained(found[:SHOWN], more, allows(actor, Action.CURATE_LIBRARY))

    async def suggest(self, actor: Actor, typed: str) -> Sequence[AcronymView]:
        """While it is typed: those that begin so, then those whose meaning has these words."""
        require(actor, Action.SEE_ACRONYMS)
        key = search.key_of(typed[:WORD_LONGEST])
        views = _views(await self._glossary(actor))
        begins = [one for one in views if search.key_of(one.word).startswith(key)]
        if not key:
            return begins[:SUGGESTED]
        within = [one for one in views if any(key in search.key_of(said) for said in one.meanings)]
        return list({one.word: one for one in (*begins, *within)}.values())[:SUGGESTED]

    async def _glossary(self, actor: Actor) -> Sequence[Acronym]:
        async with self._db.reading() as session:
            return await search.acronyms_of(session, actor.network_id)


def found_in(message: str, glossary: Iterable[Acronym]) -> list[Acronym]:
    """The glossary's acronyms that stand in a text, in its order. Capitals count: « abs » is not « ABS »."""
    by_word = _by_word(glossary)
    seen = _DOTTED.sub(lambda dotted: dotted.group().replace(".", ""), message)
    hits = dict.fromkeys(match.group() for match in _pattern(by_word).finditer(_hidden(seen)))
    return list(dict.fromkeys(one for hit in hits for one in by_word[hit]))


def expand_first_use(written: str, glossary: Iterable[Acronym], *, escape: Callable[[str], str] = str) -> str:
    """The text with each acronym spelt out where it first stands: « EPCI (établissement public…) ».

    Never inside a link, code or an address; not when the text says the meaning itself, nor when there are
    several. ``escape`` prepares a meaning for where the text goes (Markdown, HTML). Doing it twice changes
    nothing.
    """
    by_word = _by_word(glossary)
    spelt = search.key_of(written)
    done: set[str] = set()

    def spell(match: re.Match[str]) -> str:
        word = match.group()
        meanings = list(dict.fromkeys(one.expansion for one in by_word[word]))
        known = word in done or len(meanings) != 1 or search.key_of(meanings[0]) in spelt
        done.add(word)
        return word if known else f"{word} ({escape(meanings[0])})"

    pattern, parts, start = _pattern(by_word), [], 0
    for closed in _CLOSED.finditer(written):
        parts += [pattern.sub(spell, written[start : closed.start()]), closed.group()]
        start = closed.end()
    return "".join((*parts, pattern.sub(spell, written[start:])))


def _by_word(glossary: Iterable[Acronym]) -> dict[str, list[Acronym]]:
    """By each way of writing that counts as the acronym: its own, and all in capitals."""
    found: dict[str, list[Acronym]] = {}
    for one in glossary:
        if one.shipped or sum(letter.isupper() for letter in one.word) >= _OWN_CAPITALS:
            for writing in dict.fromkeys((one.word, one.word.upper())):
                found.setdefault(writing, []).append(one)
    return found


def _pattern(by_word: Iterable[str]) -> re.Pattern[str]:
    """Whole words only, the longest first: « PLUi » is not « PLU »."""
    words = sorted(by_word, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?!\w)" if words else r"(?!)")


def _hidden(message: str) -> str:
    """Without addresses and marks of the platform; the words of a masked link and of code are read."""
    return re.sub(r"https?://\S+|<[^>\s]+>|\b\S+@\S+\b", " ", message)


def _views(acronyms: Iterable[Acronym]) -> list[AcronymView]:
    """One per word, with all its meanings; the glossary keeps those of a word together."""
    views = []
    for word, group in groupby(acronyms, key=lambda one: one.word):
        same = list(group)
        meanings = tuple(dict.fromkeys(one.expansion for one in same))
        explanation = next((one.explanation for one in same if one.explanation), "")
        views.append(AcronymView(word, meanings, explanation, own=not same[0].shipped))
    return views
