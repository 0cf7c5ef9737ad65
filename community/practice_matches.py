"""The cards nearest to what somebody is writing or looking for, each with the reasons why.

The same question over the same cards gives the same answer. Shown while a card is written, and with a need.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from community.likeness import RURAL_BELOW, Reason
from community.practice_cards import KIND
from storage import practices, search
from storage.practices import PracticeCard
from storage.profiles import UNKNOWN_STRATUM, Profile, stratum_of

WORDS_MOST = 3
_LOOKED_AT = 20
_LEAST = 0.5  # of the best result's score: below, the words are in common by chance
_COMPARABLE, _NEAR, _SHARED = 0.2, 0.1, 0.1  # what likeness adds to a relevance of at most 1


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
    """The nearest by their words; among near ones, comparable places and shared themes come first."""
    answer = await search.answer(session, memory, network_id, question, kinds=[KIND])
    hits = [hit for hit in answer.hits if hit.item_id != besides][:_LOOKED_AT]
    cards = await practices.cards(session, network_id, [hit.item_id for hit in hits])
    if not hits or not cards:
        return ()
    best = max(hit.score for hit in hits)
    ranked = []
    for hit in hits:
        card = cards.get(hit.item_id)
        if card is None or (best > 0 and hit.score < best * _LEAST):
            continue
        reasons = _reasons(card, mine, themes, answer.stems)
        weight = {"rural": _COMPARABLE, "size": _COMPARABLE, "theme": _SHARED, "words": 0.0}
        worth = hit.score / best if best > 0 else 0.0
        ranked.append((worth + sum(weight.get(one.code, _NEAR) for one in reasons), -card.id, card, reasons))
    ranked.sort(key=lambda one: one[:2], reverse=True)
    return tuple(Match(card, reasons) for _worth, _id, card, reasons in ranked[:limit])


def _reasons(
    card: PracticeCard, mine: Profile | None, themes: Collection[str], stems: Collection[str]
) -> tuple[Reason, ...]:
    found: list[Reason] = []
    if mine is not None and mine.organisation and not card.nameless:
        found += _places(card, mine)
    found += [Reason("theme", name) for name in card.themes if name in themes]
    return (*found, Reason("words", ", ".join(_words(card, stems))))


def _words(card: PracticeCard, stems: Collection[str]) -> list[str]:
    """What was asked and stands there, as the card writes it; its title first, each word once."""
    texts = (card.title, card.context, card.done)
    pieces = [piece for text in texts for piece in search.highlighted(text, stems) if piece.hit]
    return list(dict.fromkeys(piece.text.lower() for piece in pieces))[:WORDS_MOST]


def _places(card: PracticeCard, mine: Profile) -> list[Reason]:
    found = []
    stratum = stratum_of(card.population)
    if stratum == mine.stratum != UNKNOWN_STRATUM and card.authority_kind == mine.organisation_kind:
        rural = card.authority_kind == "commune" and card.population < RURAL_BELOW
        found.append(Reason("rural" if rural else "size"))
    for code, here, there in (
        ("departement", mine.departement, card.departement),
        ("region", mine.region, card.region),
    ):
        if here and here == there:
            found.append(Reason(code))
            break  # the narrower says the other
    return found
