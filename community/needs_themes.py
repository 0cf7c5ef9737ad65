"""What a question without a theme is about: the themes of what the network holds nearest to it.

Somebody in a hurry chooses no theme; without one no peer is asked and no tag is set. Only a clear majority
counts, and the author is told.
"""

from collections import defaultdict
from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import library, practices, search

_LOOKED_AT = 10
_LEAST = 3  # items that bear it
_CLEAR = 0.5  # of what was looked at, by how well each fits
_MOST = 2


async def themes_of_words(
    session: AsyncSession, memory: search.Memory, network_id: int, said: str, themes: Mapping[int, str]
) -> frozenset[int]:
    """At most two of ``themes`` (number -> name); none where the nearest items disagree."""
    found = await search.answer(session, memory, network_id, said, kinds=["resource", "practice"])
    hits = found.hits[:_LOOKED_AT]
    resources = [hit.item_id for hit in hits if hit.kind == "resource"]
    cards = await practices.cards(
        session, network_id, [hit.item_id for hit in hits if hit.kind == "practice"]
    )
    names = await library.theme_names(session, network_id, resources)
    numbers = {name: number for number, name in themes.items()}
    weights: dict[int, list[float]] = defaultdict(list)
    total = 0.0
    for hit in hits:
        card = cards.get(hit.item_id) if hit.kind == "practice" else None
        borne = card.themes if card is not None else names.get(hit.item_id, ())
        total += hit.score if borne else 0.0
        for name in borne:
            if name in numbers:
                weights[numbers[name]].append(hit.score)
    clear = [
        number
        for number, scores in weights.items()
        if len(scores) >= _LEAST and sum(scores) >= _CLEAR * total
    ]
    clear.sort(key=lambda number: (-sum(weights[number]), number))
    return frozenset(clear[:_MOST])
