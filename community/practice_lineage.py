"""Where a practice came from and where it went: the cards and the reuses that hang together, as a tree.

Told some branches at a time (``Leaf``), the same ones in words and in the picture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.practice_cards import PracticeView
from storage import practice_reuse, practices
from storage.practice_reuse import PracticeReuse
from storage.practices import Practice, PracticeState

PAGE = 12  # branches: as many as a message’s words and a picture can hold
MOST = 300
_DEEPEST = 6


@dataclass(frozen=True)
class Branch:
    """A card (``title``) or a reuse (``state``), or both. ``parent``: the place of the one it comes from.

    ``again``: told on an earlier page, and once more as those of this page hang from it.
    """

    depth: int
    parent: int | None
    authority: str
    at: datetime
    title: str = ""
    state: str = ""  # a key of the label table "reuse_states"
    nameless: bool = False
    here: bool = False
    again: bool = False


@dataclass(frozen=True)
class Leaf:
    """A page of the tree."""

    page: int
    pages: int
    branches: Sequence[Branch]


@dataclass(frozen=True)
class Lineage:
    """``cut``: the family is larger than what is told."""

    practice: PracticeView
    branches: Sequence[Branch]  # from the oldest card, each before those that come from it
    cut: bool = False

    def leaf(self, page: int = 0) -> Leaf:
        """A page, from 1; without one, that of the card which is being read."""
        pages = max(1, -(-len(self.branches) // PAGE))
        here = next((place for place, branch in enumerate(self.branches) if branch.here), 0)
        page = min(page, pages) if page > 0 else here // PAGE + 1
        start = (page - 1) * PAGE
        above = self._above(start)
        places = [*above, *range(start, min(start + PAGE, len(self.branches)))]
        now_at = {place: now for now, place in enumerate(places)}
        shown = [(place < start, self.branches[place]) for place in places]
        moved = [
            replace(one, parent=None if one.parent is None else now_at[one.parent], again=again)
            for again, one in shown
        ]
        return Leaf(page, pages, tuple(moved))

    def _above(self, place: int) -> Sequence[int]:
        """Those it comes from, the oldest first. All that follow it and hang higher hang from one of them."""
        found: list[int] = []
        parent = self.branches[place].parent if self.branches else None
        while parent is not None:
            found.insert(0, parent)
            parent = self.branches[parent].parent
        return found


@dataclass(frozen=True)
class _Family:
    """All that hangs from the oldest card, a few queries for each generation."""

    cards: dict[int, list[Practice]] = field(default_factory=dict)
    reuses: dict[int, list[PracticeReuse]] = field(default_factory=dict)


async def branches(session: AsyncSession, practice: Practice) -> tuple[Sequence[Branch], bool]:
    """The whole family of a published card from its oldest published ancestor, and whether it was cut."""
    oldest = await _oldest(session, practice)
    family, cut = await _family(session, oldest)
    found: list[Branch] = []
    _grow(family, oldest, practice.id or 0, None, found, "")
    return tuple(found[:MOST]), cut or len(found) > MOST


async def _oldest(session: AsyncSession, practice: Practice) -> Practice:
    for _step in range(_DEEPEST):
        if practice.derived_from is None:
            break
        before = await practices.get(session, practice.network_id, practice.derived_from)
        if before is None or before.state != PracticeState.PUBLISHED:
            break
        practice = before
    return practice


async def _family(session: AsyncSession, oldest: Practice) -> tuple[_Family, bool]:
    family = _Family()
    generation = [oldest.id or 0]
    for _step in range(_DEEPEST):
        family.reuses.update(await practice_reuse.of_practices(session, oldest.network_id, generation))
        cards = await practices.derived_from(session, oldest.network_id, generation)
        family.cards.update(cards)
        generation = [card.id or 0 for several in cards.values() for card in several]
        if not generation:
            return family, False
    return family, True


def _grow(
    family: _Family, practice: Practice, here: int, parent: int | None, found: list[Branch], state: str
) -> None:
    """Puts the card and what comes from it. A card that its reuse led to is one branch, not two."""
    place, number = len(found), practice.id or 0
    depth = 0 if parent is None else found[parent].depth + 1
    found.append(
        Branch(
            depth,
            parent,
            "" if practice.nameless else practice.authority,
            practice.published_at or practice.created_at,
            practice.title,
            state,
            practice.nameless,
            number == here,
        )
    )
    reuses = family.reuses.get(number, [])
    cards = family.cards.get(number, [])
    own = _led_to(reuses, cards)
    for card in cards:
        led = own.get(card.id or 0)
        _grow(family, card, here, place, found, led.state if led else "")
    told = {reuse.id for reuse in own.values()}
    for one in reuses:
        if one.id not in told:
            found.append(Branch(depth + 1, place, one.authority, one.declared_at, state=one.state))


def _led_to(reuses: Sequence[PracticeReuse], cards: Sequence[Practice]) -> Mapping[int, PracticeReuse]:
    """Card -> the reuse by the same authority. A nameless card is put beside nobody's."""
    by_authority = {one.authority_id: one for one in reuses if one.authority_id}
    return {
        card.id or 0: by_authority.pop(card.authority_id)
        for card in cards
        if card.authority_id in by_authority and not card.nameless
    }
