"""Practices: reading and browsing the cards that members share.

Only published cards are shown to members; ``search.py`` finds them. See ``practice_cards.py`` for the limits.
"""

from community.actors import Actor
from community.policy import Action, require
from community.ports import Clock
from community.practice_cards import PAGE, PracticePage, PracticeView, found, view, views
from storage import practices, search
from storage.engine import Database


class Practices:
    """Use cases on cards."""

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
