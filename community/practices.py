"""Practices: reading and browsing the cards that members share, and who changed what of one.

Only published cards are shown to members; ``search.py`` finds them. See ``practice_cards.py`` for the limits,
``practice_sharing.py`` for writing one, ``practice_reuses.py`` for what becomes of it elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from community.actors import Actor
from community.policy import Action, allows, require
from community.ports import Clock
from community.practice_cards import (
    PAGE,
    THREAD_WITHIN,
    PracticePage,
    PracticeView,
    found,
    may_know,
    published,
    view,
    views,
)
from community.practice_lineage import Lineage, branches
from storage import members, practices, search
from storage.engine import Database
from storage.practices import PracticeState

MINE_MOST = 25
_VERSIONS_SHOWN = 10


@dataclass(frozen=True)
class ChangeView:
    """``fields`` are keys of the label table "practice_parts", with what stood there before."""

    number: int
    at: datetime
    name: str  # of who made it; empty on a nameless card
    before: dict[str, str]


@dataclass(frozen=True)
class History:
    practice: PracticeView
    changes: Sequence[ChangeView]  # the latest first


class Practices:
    """Use cases on reading cards."""

    def __init__(self, db: Database, clock: Clock, memory: search.Memory | None = None) -> None:
        self._db = db
        self._clock = clock
        self._memory = memory or search.Memory()

    async def practice(self, actor: Actor, practice_id: int) -> PracticeView:
        """A published card; its author's own in any state."""
        require(actor, Action.SEE_PRACTICES)
        async with self._db.reading() as session:
            practice = found(await practices.get(session, actor.network_id, practice_id), actor)
            return await view(session, practice, actor)

    async def browse(self, actor: Actor, *, theme_id: int | None = None, page: int = 1) -> PracticePage:
        """Published cards, of a theme or all, newest first."""
        require(actor, Action.SEE_PRACTICES)
        page = max(1, page)
        async with self._db.reading() as session:
            shown, total = await practices.browse(
                session, actor.network_id, theme_id=theme_id, limit=PAGE, offset=(page - 1) * PAGE
            )
            return PracticePage(await views(session, actor.network_id, shown, actor), total, page)

    async def mine(self, actor: Actor) -> Sequence[PracticeView]:
        """What the actor wrote, drafts too, the latest touched first."""
        require(actor, Action.SEE_PRACTICES)
        async with self._db.reading() as session:
            written = await practices.of_author(
                session, actor.network_id, actor.member_id or 0, limit=MINE_MOST
            )
            return await views(session, actor.network_id, written, actor)

    async def suggest(self, actor: Actor, typed: str, *, writable: bool = False) -> list[tuple[int, str]]:
        """Cards whose titles the words typed so far lead to; ``writable``: that the actor may change."""
        require(actor, Action.SEE_PRACTICES)
        own = writable and not allows(actor, Action.CURATE_PRACTICES)
        async with self._db.reading() as session:
            if own:
                written = await practices.of_author(
                    session, actor.network_id, actor.member_id or 0, limit=MINE_MOST
                )
                offered = [one for one in written if one.state != PracticeState.WITHDRAWN]
            elif not typed.strip():
                newest, _total = await practices.browse(
                    session, actor.network_id, theme_id=None, limit=MINE_MOST, offset=0
                )
                offered = list(newest)
            else:
                kinds = ["practice"]
                hits = await search.complete(session, self._memory, actor.network_id, typed, kinds=kinds)
                ids = [hit.item_id for hit in hits if hit.kind in kinds]
                titles = await practices.references(session, actor.network_id, ids)
                return [(one, titles[one][1]) for one in ids if one in titles][:MINE_MOST]
        begun = search.key_of(typed)
        return [(one.id or 0, one.title) for one in offered if begun in search.key_of(one.title)]

    async def history(self, actor: Actor, practice_id: int) -> History:
        """Who changed what, the latest first."""
        require(actor, Action.SEE_PRACTICES)
        async with self._db.reading() as session:
            practice = found(await practices.get(session, actor.network_id, practice_id), actor)
            changes = await practices.versions(session, actor.network_id, practice_id, limit=_VERSIONS_SHOWN)
            people = {change.edited_by for change in changes if change.edited_by is not None}
            names = await members.names(session, actor.network_id, people)
            known = may_know(actor, practice)
            hidden = set() if known else {"territory", "contact"}
            told = [
                ChangeView(
                    change.number,
                    change.at,
                    names.get(change.edited_by or 0, "") if known else "",
                    {name: _shown(was) for name, was in change.before.items() if name not in hidden},
                )
                for change in changes
            ]
            return History(await view(session, practice, actor), told)

    async def without_thread(self, actor: Actor) -> Sequence[PracticeView]:
        """For the facilitators: members' cards whose thread could not be opened so far."""
        require(actor, Action.CURATE_PRACTICES)
        async with self._db.reading() as session:
            late = await practices.without_thread(
                session, actor.network_id, self._clock.now() - THREAD_WITHIN
            )
            return await views(session, actor.network_id, late, actor)

    async def lineage(self, actor: Actor, practice_id: int) -> Lineage:
        """Where a published card came from, and where it went."""
        require(actor, Action.SEE_PRACTICES)
        async with self._db.reading() as session:
            practice = published(await practices.get(session, actor.network_id, practice_id))
            shown = await view(session, practice, actor)
            told, cut = await branches(session, practice)
            return Lineage(shown, told, cut)


def _shown(was: object) -> str:
    return ", ".join(map(str, was)) if isinstance(was, list) else str(was)
