"""The first answer to a need: what the network holds already, the nearest first, each with its reason.

Reads only, in one snapshot, and calls nobody: it is what the member reads a moment after they asked.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlmodel.ext.asyncio.session import AsyncSession

from community import directory, practice_matches
from community.likeness import Reason
from community.practice_matches import Match
from storage import library, meetups, offers, search
from storage.library import Card
from storage.meetups import Meetup
from storage.profiles import Profile

SHOWN = 3
_OFFERS_LOOKED_AT = 12
_POSTCODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
# The narrower what they share, the sooner.
_NEARNESS = ("epci", "departement", "region")


@dataclass(frozen=True)
class CloseItem:
    """Something of the library. ``reasons``: why it is shown to this member."""

    id: int
    title: str
    url: str | None
    publisher: str
    year: int | None
    reasons: Sequence[Reason] = ()


@dataclass(frozen=True)
class CloseMeetup:
    id: int
    title: str
    starts_at: datetime
    on_theme: bool


@dataclass(frozen=True)
class Closest:
    practices: Sequence[Match] = ()
    resources: Sequence[CloseItem] = ()
    offers: Sequence[CloseItem] = ()
    meetup: CloseMeetup | None = None

    @property
    def nothing(self) -> bool:
        meetup = self.meetup is not None and self.meetup.on_theme
        return not (self.practices or self.resources or self.offers or meetup)


async def closest(
    session: AsyncSession,
    memory: search.Memory,
    network_id: int,
    now: datetime,
    *,
    said: str,
    themes: Mapping[int, str],
    mine: Profile | None,
) -> Closest:
    """What is near to these words and themes, for somebody of that place."""
    return Closest(
        await practice_matches.closest(
            session, memory, network_id, said, mine=mine, themes=set(themes.values()), limit=SHOWN
        ),
        await _resources(session, memory, network_id, said),
        await _offers(session, memory, network_id, said, mine),
        await _meetup(session, network_id, list(themes), now),
    )


async def _resources(
    session: AsyncSession, memory: search.Memory, network_id: int, said: str
) -> Sequence[CloseItem]:
    found = await search.answer(session, memory, network_id, said, kinds=["resource"])
    ids = [hit.item_id for hit in found.hits[: SHOWN * 3]]
    cards = await library.cards(session, network_id, ids)
    sure = [cards[one] for one in ids if one in cards and cards[one].kind != "offer"]
    return tuple(_item(card) for card in sure[:SHOWN])


async def _offers(
    session: AsyncSession, memory: search.Memory, network_id: int, said: str, mine: Profile | None
) -> Sequence[CloseItem]:
    """Those that fit the words, from the same basin first, then from its neighbours."""
    found = await search.answer(
        session, memory, network_id, said, kinds=["resource"], facets=[["kind:offer"]]
    )
    ids = [hit.item_id for hit in found.hits[:_OFFERS_LOOKED_AT]]
    cards = await library.cards(session, network_id, ids)
    where = {place.resource_id: place for place in await offers.places(session, network_id, ids)}
    near = {one: _near(where.get(one), mine) for one in ids if one in cards}
    order = sorted(near, key=lambda one: (near[one], ids.index(one)))
    return tuple(_item(cards[one], _reason(near[one])) for one in order[:SHOWN])


def _near(place: offers.OfferPlace | None, mine: Profile | None) -> int:
    """0: the same group of communes; the number of ``_NEARNESS`` when nothing is shared or known."""
    if place is None or mine is None:
        return len(_NEARNESS)
    there = place if place.departement else _by_address(place)
    for tier, column in enumerate(_NEARNESS):
        if getattr(mine, column) and getattr(mine, column) == getattr(there, column):
            return tier
    return len(_NEARNESS)


def _by_address(place: offers.OfferPlace) -> offers.OfferPlace:
    """An imported offer has nobody's territory: its postcode says where it is."""
    code = _POSTCODE.search(place.address)
    known = _at_postcode(code.group()) if code else ()
    named = [one for one in known if one.name.casefold() in place.address.casefold()]
    found = next(iter((*named, *known)), None)
    if found is None:
        return place
    return offers.OfferPlace(place.resource_id, place.address, found.epci, found.departement, found.region)


@lru_cache(maxsize=2048)
def _at_postcode(code: str) -> Sequence[directory.AuthorityView]:
    """The register does not change while we run, and many offers share a town."""
    return directory.look_up(code, limit=10)


def _reason(tier: int) -> Sequence[Reason]:
    return (Reason(_NEARNESS[tier]),) if tier < len(_NEARNESS) else ()


def _item(card: Card, reasons: Sequence[Reason] = ()) -> CloseItem:
    return CloseItem(card.id, card.title, card.url, card.publisher, card.year, reasons)


async def _meetup(
    session: AsyncSession, network_id: int, theme_ids: Collection[int], now: datetime
) -> CloseMeetup | None:
    found: Meetup | None = await meetups.next_on(session, network_id, theme_ids, now)
    if found is None:
        return None
    return CloseMeetup(found.id or 0, found.title, found.starts_at, found.theme_id in theme_ids)
