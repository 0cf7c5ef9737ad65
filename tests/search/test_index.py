"""The index on both databases: what is put is found at once, what is removed never; nothing crosses."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from storage import search
from storage.engine import Database
from storage.search import Document, Memory, SearchPosting
from tests.search.conftest import ids, new_network, put

_WORDS = ("forêt", "marché", "habitat", "énergie", "école", "vélo", "jardin", "eau")
_slow_fixture = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def page(network_id: int, item_id: int, title: str, **fields: object) -> Document:
    return Document(network_id, "resource", item_id, title, **fields)  # type: ignore[arg-type]  # test shorthand


async def test_a_page_is_found_at_once_by_title_summary_body_and_tags(db: Database, network_id: int) -> None:
    await put(
        db,
        page(
            network_id,
            1,
            "Démarches simplifiées",
            summary="Un service",
            body="dématérialiser",
            tags=["guichet"],
        ),
    )
    for query in ("demarche", "SERVICES", "dematerialiser", "guichets"):
        assert await ids(db, network_id, query) == [1], query


async def test_title_comes_before_summary_before_body(db: Database, network_id: int) -> None:
    await put(
        db,
        page(network_id, 1, "Autre chose", summary="Autre chose", body="la concertation"),
        page(network_id, 2, "Autre chose", summary="la concertation", body="Autre chose"),
        page(network_id, 3, "La concertation", summary="Autre chose", body="Autre chose"),
    )
    assert await ids(db, network_id, "concertation") == [3, 2, 1]


async def test_an_edit_is_felt_at_once_and_leaves_nothing_behind(db: Database, network_id: int) -> None:
    memory = Memory()
    await put(db, page(network_id, 1, "Jardin partagé", body="compost"))
    assert await ids(db, network_id, "compost", memory) == [1]
    await put(db, page(network_id, 1, "Jardin partagé", body="potager"))
    assert await ids(db, network_id, "compost", memory) == []
    assert await ids(db, network_id, "potager", memory) == [1]


async def test_removing_everything_empties_the_postings(db: Database, network_id: int) -> None:
    await put(
        db,
        *(page(network_id, item, f"Titre {word}", facets=["kind:guide"]) for item, word in enumerate(_WORDS)),
    )
    for item in range(len(_WORDS)):
        async with db.transaction() as session:
            await search.remove(session, network_id, "resource", item)
    async with db.reading() as session:
        assert (await session.exec(select(SearchPosting))).all() == []
    assert await ids(db, network_id, "titre") == []


async def test_a_transaction_that_fails_leaves_the_index_as_it_was(db: Database, network_id: int) -> None:
    await put(db, page(network_id, 1, "Jardin partagé"))
    try:
        async with db.transaction() as session:
            await search.put(session, page(network_id, 2, "Jardin secret"))
            raise LookupError
    except LookupError:
        pass
    assert await ids(db, network_id, "jardin") == [1]
    await put(db, page(network_id, 3, "Jardin public"))
    assert sorted(await ids(db, network_id, "jardin")) == [1, 3]


async def test_writers_at_the_same_time_lose_nothing(db: Database, network_id: int) -> None:
    async def write(worker: int) -> None:
        for turn in range(4):
            await put(
                db, page(network_id, worker * 10 + turn, f"Jardin {_WORDS[turn]}", body=" ".join(_WORDS))
            )

    await asyncio.gather(*(write(worker) for worker in range(4)))
    assert len(await ids(db, network_id, "jardin")) == 16
    assert len(await ids(db, network_id, "habitat")) == 16


async def test_two_networks_never_meet(db: Database, network_id: int) -> None:
    other = await new_network(db, "Un autre réseau")
    await put(db, page(network_id, 1, "Jardin partagé"))
    await put(db, page(other, 1, "Jardin secret"), page(other, 2, "Potager secret"))
    memory = Memory()
    assert await ids(db, network_id, "jardin secret potager", memory) == [1]
    async with db.reading() as session:
        told = await search.answer(session, memory, network_id, "potagre")
        completed = await search.complete(session, memory, network_id, "pota")
    assert told.suggestion is None
    assert not told.hits
    assert completed == []


async def test_blocks_join_up(db: Database, network_id: int) -> None:
    """More documents than a block holds."""
    await put(db, *(page(network_id, item, f"Fiche {item}") for item in range(2500)))
    assert await ids(db, network_id, "2400") == [2400]
    assert (await ids(db, network_id, "fiche 1024"))[0] == 1024


steps = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.one_of(st.none(), st.lists(st.sampled_from(_WORDS), min_size=1, max_size=6)),
        st.integers(0, 1),
    ),
    min_size=1,
    max_size=8,
)


@_slow_fixture
@given(steps)
async def test_the_index_holds_exactly_what_was_put_and_not_removed(
    db: Database, history: list[tuple[int, list[str] | None, int]]
) -> None:
    """Any history of puts and removals in two networks: each word finds its items, and no other."""
    networks = [await new_network(db, "A"), await new_network(db, "B")]
    memory = Memory()
    kept: dict[tuple[int, int], list[str]] = {}
    for item, words, which in history:
        if words is None:
            async with db.transaction() as session:
                await search.remove(session, networks[which], "resource", item)
            kept.pop((which, item), None)
        else:
            await put(db, page(networks[which], item, words[0], body=" ".join(words[1:])))
            kept[which, item] = words
    for which, network_id in enumerate(networks):
        for word in _WORDS:
            wanted = {item for (network, item), words in kept.items() if network == which and word in words}
            assert set(await ids(db, network_id, word, memory)) == wanted
