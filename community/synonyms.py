"""Acronyms and synonyms as the facilitators know them: what a word also means, felt by the next search.

The list that comes with the project stays below: a network corrects it word by word, and may go back to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.lengths import check_length
from community.policy import Action, require
from community.ports import Clock
from storage import audit, networks, search
from storage.engine import Database

WORD_LONGEST = 60
MEANING_LONGEST = 150
MEANINGS_MOST = 5
EXPLANATION_LONGEST = 300
WORDS_MOST = 500  # of one network: beyond, it is a dictionary
PAGE = 15


@dataclass(frozen=True)
class SynonymView:
    """``id`` is 0 for a word of the shipped list. No ``meanings``: the word has no other name here."""

    id: int
    word: str
    meanings: Sequence[str]
    explanation: str = ""


@dataclass(frozen=True)
class SynonymPage:
    """The network's own words; ``shipped`` counts those that come with the project."""

    items: Sequence[SynonymView]
    total: int
    page: int
    shipped: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


class Synonyms:
    """Use cases of the facilitators on words."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def own(self, actor: Actor, page: int = 1) -> SynonymPage:
        """What this network has decided, word by word."""
        require(actor, Action.CURATE_LIBRARY)
        async with self._db.reading() as session:
            found = _grouped(await search.own_names(session, actor.network_id))
        page = min(max(1, page), max(1, -(-len(found) // PAGE)))
        shown = found[(page - 1) * PAGE : page * PAGE]
        return SynonymPage(shown, len(found), page, len({one.word for one in search.shipped()}))

    async def meaning(self, actor: Actor, word: str) -> SynonymView:
        """What search takes a word for: the network's own decision, else the shipped list, else nothing."""
        require(actor, Action.CURATE_LIBRARY)
        word = text.one_line(word)[:WORD_LONGEST]
        key = search.key_of(word)
        async with self._db.reading() as session:
            own = _grouped(await search.own_names(session, actor.network_id))
        mine = next((one for one in own if search.key_of(one.word) == key), None)
        if mine is not None:
            return mine
        shipped = [one for one in search.shipped() if search.key_of(one.word) == key]
        explanation = next((one.explanation for one in shipped if one.explanation), "")
        return SynonymView(0, shipped[0].word if shipped else word, _meanings(shipped), explanation)

    async def word(self, actor: Actor, synonym_id: int) -> SynonymView:
        """One of the network's own."""
        require(actor, Action.CURATE_LIBRARY)
        async with self._db.reading() as session:
            return _one(await search.own_names(session, actor.network_id), synonym_id)

    async def name(self, actor: Actor, word: str, meanings: str, explanation: str = "") -> SynonymView:
        """From now on this is what the word means here; one meaning per line.

        No meaning at all silences a word of the shipped list.
        """
        require(actor, Action.CURATE_LIBRARY)
        word, wanted, explanation = _checked(word, meanings, explanation)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            own = _grouped(await search.own_names(session, actor.network_id))
            known = any(search.key_of(one.word) == search.key_of(word) for one in own)
            if not known and len(own) >= WORDS_MOST:
                raise Invalid(field="word", problem="too_many", limit=WORDS_MOST)
            await self._note(session, actor)
            await search.name_otherwise(
                session, actor.network_id, word, wanted, explanation=explanation, now=self._clock.now()
            )
            named = _grouped(await search.own_names(session, actor.network_id))
        return next(one for one in named if search.key_of(one.word) == search.key_of(word))

    async def forget(self, actor: Actor, synonym_id: int) -> SynonymView:
        """Take back what was decided of a word: the shipped list, if it knows the word, holds again."""
        require(actor, Action.CURATE_LIBRARY)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            gone = _one(await search.own_names(session, actor.network_id), synonym_id)
            await self._note(session, actor)
            await search.name_as_shipped(session, actor.network_id, search.key_of(gone.word))
        return gone

    async def _note(self, session: AsyncSession, actor: Actor) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=Action.CURATE_LIBRARY,
            subject_kind="synonym",
        )


def _one(rows: Sequence[search.Synonym], synonym_id: int) -> SynonymView:
    key = next((row.word_key for row in rows if row.id == synonym_id), None)
    if key is None:
        raise NotFound(kind="synonym")
    return _grouped([row for row in rows if row.word_key == key])[0]


def _grouped(rows: Sequence[search.Synonym]) -> list[SynonymView]:
    """One view per word; the word's first row lends its id."""
    views = []
    for _key, group in groupby(rows, key=lambda row: row.word_key):
        same = list(group)
        meanings = tuple(row.expansion for row in same if row.expansion)
        views.append(SynonymView(same[0].id or 0, same[0].word, meanings, same[0].explanation))
    return views


def _meanings(shipped: Sequence[search.Acronym]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.expansion for one in shipped))


def _checked(word: str, meanings: str, explanation: str) -> tuple[str, list[str], str]:
    word, explanation = text.one_line(word), text.one_line(explanation)
    check_length("word", word, 1, WORD_LONGEST)
    check_length("explanation", explanation, 0, EXPLANATION_LONGEST)
    key = search.key_of(word)
    if not key:
        raise Invalid(field="word", problem="unreadable")
    wanted = [one for line in text.lines(meanings).splitlines() if (one := text.one_line(line))]
    wanted = list(dict.fromkeys(wanted))
    if len(wanted) > MEANINGS_MOST:
        raise Invalid(field="meanings", problem="too_many", limit=MEANINGS_MOST)
    for one in wanted:
        check_length("meanings", one, 1, MEANING_LONGEST)
        if search.key_of(one) in ("", key):
            raise Invalid(field="meanings", problem="same_word")
    if not wanted and all(search.key_of(one.word) != key for one in search.shipped()):
        raise Invalid(field="meanings", problem="missing")
    return word, wanted, explanation
