"""Makes the search index of a network anew, from its published resources and practices.

Searches go on meanwhile.
"""

from collections.abc import Callable, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.policy import Action, require
from community.practice_cards import document as card
from community.resources import document
from storage import library, practices, reindex, search
from storage.engine import Database
from storage.library import Resource

BATCH = 500


class Reindexer:
    """A use case of the operator."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def resources(
        self, actor: Actor, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> int:
        """How many items are in the index. Stopped halfway, it may be begun again."""
        require(actor, Action.IMPORT_RESOURCES)
        network_id = actor.network_id
        last = 0
        async with self._db.reading() as session:
            total = (await library.count_by_state(session, network_id)).get("published", 0)
            total += await practices.count_published(session, network_id)
            gone = await reindex.ghosts(session, network_id)
        for kind, item_id in gone:
            async with self._db.transaction() as session:
                await search.remove(session, network_id, kind, item_id)
        done = await self._practices(network_id, lambda done: progress(done, total))
        while True:
            async with self._db.transaction() as session:
                batch = await library.after(session, network_id, last, limit=BATCH)
                await search.put_many(session, await indexed(session, network_id, batch))
                if len(batch) < BATCH:
                    await reindex.made(session, network_id)
            done += len(batch)
            progress(done, total)
            if len(batch) < BATCH:
                return done
            last = batch[-1].id or 0

    async def _practices(self, network_id: int, progress: Callable[[int], None]) -> int:
        """First: once the resources are in, the whole index is said to be made."""
        done, last = 0, 0
        while True:
            async with self._db.transaction() as session:
                batch = await practices.after(session, network_id, last, limit=BATCH)
                themes = await practices.themes_of(session, network_id, [one.id or 0 for one in batch])
                await search.put_many(session, [card(one, themes.get(one.id or 0, [])) for one in batch])
            done += len(batch)
            if len(batch) < BATCH:
                return done
            progress(done)
            last = batch[-1].id or 0


async def indexed(
    session: AsyncSession, network_id: int, batch: Sequence[Resource]
) -> Sequence[search.Document]:
    """Resources as search sees them, with the themes that they bear now."""
    themes = await library.themes_of(session, network_id, [one.id or 0 for one in batch])
    documents = []
    for one in batch:
        borne = themes.get(one.id or 0, [])
        names, numbers = [theme.name for theme in borne], [theme.id or 0 for theme in borne]
        documents.append(document(network_id, one.id or 0, one, names, numbers))
    return documents
