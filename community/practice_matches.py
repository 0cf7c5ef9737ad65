"""The cards nearest to what somebody is writing or looking for, each with the reasons why.

The subject first, then the place. What a card is worth to a reader is the sum of

* its *subject*: how well its words answer, from 0 to 1 (1 is the best answer), 0.7 of that when themes were
  asked for and it bears none of them; then 0.3 for one theme in common, 0.45 for several;
* 0.7 of its *place*, from 0 to 1.3: see ``likeness.comparable`` and ``likeness.nearness``.

Words that answer less than 0.45 as well as the best ones are in common by chance. Cards whose subject is
worth at least 0.6 of the best subject come first, the others fill up. The same question over the same cards
gives the same answer. Shown while a card is written, and with a need.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from community import directory, likeness
from community.likeness import Reason
from community.practice_cards import KIND
from storage import practices, search
from storage.practices import PracticeCard
from storage.profiles import Profile

WORDS_MOST = 3
_LOOKED_AT = 40
_LEAST, _SURE = 0.45, 0.6  # of the best words; of the best subject
_STRANGE = 0.7  # bears no theme that was asked for
_SHARED = (0.0, 0.3, 0.45)  # none, one, several themes in common
_PLACE = 0.7


@dataclass(frozen=True)
class Match:
    card: PracticeCard
    reasons: Sequence[Reason]  # codes of the label table "likeness"


async def closest(
    session: AsyncSession,
    memory: search.Memory,
    network_id: int,
    question: str,
    *,
    mine: Profile | None = None,
    themes: Collection[str] = (),
    besides: int = 0,
    limit: int = 3,
) -> Sequence[Match]:
    """The nearest by their subject; among those, comparable territories come first."""
    answer = await search.answer(session, memory, network_id, question, kinds=[KIND])
    best = max((hit.score for hit in answer.hits), default=0.0)
    hits = {hit.item_id: hit.score / best if best > 0 else 0.0 for hit in answer.hits[:_LOOKED_AT]}
    near = [one for one, worth in hits.items() if one != besides and worth >= _LEAST]
    cards = await practices.cards(session, network_id, near)
    subjects = {one: _subject(hits[one], cards[one], themes) for one in near if one in cards}
    sure = _SURE * max(subjects.values(), default=0.0)
    where = mine if mine is not None and mine.organisation else None

    def worth(one: int) -> tuple[bool, float, int]:
        place = _PLACE * _place(cards[one], where)
        return subjects[one] >= sure, subjects[one] + place, -one

    ranked = sorted(subjects, key=worth, reverse=True)
    return tuple(
        Match(cards[one], _reasons(cards[one], where, themes, answer.stems)) for one in ranked[:limit]
    )


def _subject(words: float, card: PracticeCard, themes: Collection[str]) -> float:
    shared = sum(name in themes for name in card.themes)
    if themes and not shared:
        words *= _STRANGE
    return words + _SHARED[min(shared, len(_SHARED) - 1)]


def _place(card: PracticeCard, mine: Profile | None) -> float:
    """How alike its territory is. Of a nameless card nothing is known: nothing here may tell whose it is."""
    if mine is None or card.nameless:
        return 0.0
    alike = likeness.comparable(mine, card.authority_kind, card.population)
    return alike + likeness.nearness(_shares(card, mine))


def _reasons(
    card: PracticeCard, mine: Profile | None, themes: Collection[str], stems: Collection[str]
) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if mine is not None and not card.nameless:
        size = likeness.size(mine, card.authority_kind, card.population)
        found += [Reason(code) for code in (size, _shares(card, mine)) if code]
    found += [Reason("theme", name) for name in card.themes if name in themes]
    words = _words(card, stems)
    return (*found, Reason("words", ", ".join(words))) if words or not found else tuple(found)


def _words(card: PracticeCard, stems: Collection[str]) -> list[str]:
    """What was asked and stands there, as the card writes it; its title first, each word once."""
    texts = (card.title, card.context, card.done)
    pieces = [piece for text in texts for piece in search.highlighted(text, stems) if piece.hit]
    return list(dict.fromkeys(piece.text.lower() for piece in pieces))[:WORDS_MOST]


def _shares(card: PracticeCard, mine: Profile) -> str:
    """The narrowest of what both belong to; it says the wider ones."""
    if not mine.region or mine.region != card.region:
        return ""
    if mine.epci and mine.epci == _group(card):
        return "epci"
    return "departement" if mine.departement and mine.departement == card.departement else "region"


def _group(card: PracticeCard) -> str | None:
    """The group of communes of its authority, which may be that group itself."""
    known = directory.known(card.authority_id) if card.authority_id else None
    if known is None:
        return None
    kind, _, number = known.id.partition(":")
    return number if kind == "epci" else known.epci
