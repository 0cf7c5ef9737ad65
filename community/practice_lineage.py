"""Where a practice came from and where it went: the cards and the reuses that hang together, as a tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.practice_cards import PracticeView
from storage import practice_reuse, practices
from storage.practice_reuse import PracticeReuse
from storage.practices import Practice, PracticeState

_DEEPEST = 6
_MOST = 40


@dataclass(frozen=True)
class Branch:
    """A card (``title``) or a reuse (``state``), or both. ``parent``: the place of the one it comes from."""

    depth: int
    parent: int | None
    authority: str
    at: datetime
    title: str = ""
    state: str = ""  # a key of the label table "reuse_states"
    nameless: bool = False
    here: bool = False


@dataclass(frozen=True)
class Lineage:
    practice: PracticeView
    branches: Sequence[Branch]  # from the oldest card, each before those that come from it


async def branches(session: AsyncSession, practice: Practice) -> Sequence[Branch]:
    """The whole family of a published card, from its oldest published ancestor."""
    found: list[Branch] = []
    await _grow(session, await _oldest(session, practice), practice.id or 0, 0, None, found, "")
    return tuple(found)


async def _oldest(session: AsyncSession, practice: Practice) -> Practice:
    for _step in range(_DEEPEST):
        if practice.derived_from is None:
            break
        before = await practices.get(session, practice.network_id, practice.derived_from)
        if before is None or before.state != PracticeState.PUBLISHED:
            break
        practice = before
    return practice


async def _grow(
    session: AsyncSession,
    practice: Practice,
    here: int,
    depth: int,
    parent: int | None,
    found: list[Branch],
    state: str,
) -> None:
    place = len(found)
    found.append(
        Branch(
            depth,
            parent,
            "" if practice.nameless else practice.authority,
            practice.published_at or practice.created_at,
            practice.title,
            state,
            practice.nameless,
            practice.id == here,
        )
    )
    if depth == _DEEPEST:
        return
    cards = await practices.derived_from(session, practice.network_id, practice.id or 0)
    reuses = (await practice_reuse.of_practices(session, practice.network_id, [practice.id or 0])).get(
        practice.id or 0, []
    )
    told: dict[str, PracticeReuse] = {one.authority_id: one for one in reuses if one.authority_id}
    for card in cards:
        own = told.pop(card.authority_id or "", None) if not card.nameless else None
        if len(found) < _MOST:
            await _grow(session, card, here, depth + 1, place, found, own.state if own else "")
            reuses = [one for one in reuses if one is not own]
    for one in reuses[: _MOST - len(found)]:
        found.append(Branch(depth + 1, place, one.authority, one.declared_at, state=one.state))
