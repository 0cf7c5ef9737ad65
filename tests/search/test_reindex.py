"""An index that another analyser made is noticed, and made anew without losing anything."""

from sqlalchemy import update

from community.actors import Actor
from community.importer import Importer
from community.reindex import Reindexer
from community.search import Search
from community.sheets import Row
from storage import reindex
from storage.engine import Database
from storage.library import Resource
from storage.search.tables import SearchState
from tests.conftest import SetClock
from tests.search.conftest import new_network


async def test_another_analyser_is_noticed_and_the_index_made_anew(db: Database, clock: SetClock) -> None:
    actor = Actor.operator(await new_network(db, "Un"))
    other = Actor.operator(await new_network(db, "Deux"))
    rows = [Row(n, {"id": str(n), "title": f"Jardin partagé {n}", "themes": "Nature"}) for n in range(7)]
    for one in (actor, other):
        await Importer(db, clock).resources(one, rows)
    async with db.reading() as session:
        assert await reindex.outdated(session) == []
    async with db.transaction() as session:
        await session.exec(update(SearchState).values(analyser=-1))
        # Somebody changed the rows by hand: one text, one state.
        mine = (Resource.network_id == actor.network_id,)
        await session.exec(update(Resource).where(*mine, Resource.ref == "1").values(title="Potager"))
        await session.exec(update(Resource).where(*mine, Resource.ref == "2").values(state="withdrawn"))
    async with db.reading() as session:
        assert await reindex.outdated(session) == [actor.network_id, other.network_id]
    told: list[tuple[int, int]] = []
    assert await Reindexer(db).resources(actor, lambda *at: told.append(at)) == 6
    assert told == [(6, 6)]
    async with db.reading() as session:
        assert await reindex.outdated(session) == [other.network_id]
        assert await reindex.ghosts(session, actor.network_id) == []
    search = Search(db, clock)
    assert [ref for ref, _, _ in await search.bare(actor, "potager")] == ["1"]
    assert {ref for ref, _, _ in await search.bare(actor, "jardin")} == {"0", "3", "4", "5", "6"}
    assert len(await search.bare(other, "jardin")) == 7
