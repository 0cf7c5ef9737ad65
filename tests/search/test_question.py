"""Questions as people put them: acronyms, typing mistakes, half words; the network's own words win."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import search
from storage.engine import Database
from storage.search import Answer, Memory
from tests.search.conftest import ids, put
from tests.search.test_index import page

NOW = datetime(2026, 3, 2, tzinfo=UTC)


async def ask(db: Database, network_id: int, query: str, memory: Memory | None = None) -> Answer:
    async with db.reading() as session:
        return await search.answer(session, memory or Memory(), network_id, query)


@pytest.fixture
async def library(db: Database, network_id: int) -> int:
    await put(
        db,
        page(network_id, 1, "Atteindre le zéro artificialisation nette"),
        page(network_id, 2, "Le ZAN expliqué aux élus"),
        page(network_id, 3, "Fiche méthode : approvisionnement alimentaire et rupture", body="résilience"),
        page(network_id, 4, "Covoiturage en milieu rural"),
        page(network_id, 5, "Concertation sur un espace public", facets=["kind:guide", "theme:1"]),
        page(network_id, 6, "Concertation numérique", facets=["kind:tool", "theme:2"]),
    )
    return network_id


async def test_an_acronym_finds_its_expansion_and_the_reverse(db: Database, library: int) -> None:
    assert set((await ids(db, library, "zan"))[:2]) == {1, 2}
    assert set((await ids(db, library, "zero artificialisation nette"))[:2]) == {1, 2}


async def test_a_network_corrects_the_shipped_acronyms(db: Database, library: int) -> None:
    memory = Memory()
    assert 1 in await ids(db, library, "zan", memory)
    async with db.transaction() as session:
        await search.name_otherwise(session, library, "ZAN", [], now=NOW)
        await search.name_otherwise(session, library, "partage de trajet", ["covoiturage"], now=NOW)
    assert await ids(db, library, "zan", memory) == [2]
    assert (await ids(db, library, "partage de trajets", memory))[0] == 4


async def test_a_mistyped_word_is_corrected_and_said(db: Database, library: int) -> None:
    found = await ask(db, library, "rupture approvisionement")
    assert found.hits[0].item_id == 3
    assert found.suggestion == "rupture approvisionnement"
    assert (await ask(db, library, "Concretation, espaces")).suggestion == "concertation, espaces"


@pytest.mark.parametrize(
    "typed", ["approvisionement", "aprovisionnement", "approvisinonement", "aprovisionement"]
)
async def test_one_or_two_letters_wrong(db: Database, library: int, typed: str) -> None:
    assert await ids(db, library, typed) == [3]


async def test_nothing_is_corrected_without_need(db: Database, library: int) -> None:
    assert (await ask(db, library, "concertation")).suggestion is None
    assert (await ask(db, library, "zzzzzz")).suggestion is None


async def test_a_word_that_left_the_library_is_no_correction(db: Database, library: int) -> None:
    memory = Memory()
    assert (await ask(db, library, "covoiturgae", memory)).suggestion == "covoiturage"
    async with db.transaction() as session:
        await search.remove(session, library, "resource", 4)
    found = await ask(db, library, "covoiturgae", memory)
    assert found.suggestion is None
    assert not found.hits


async def test_a_new_word_corrects_at_once(db: Database, library: int) -> None:
    memory = Memory()
    assert not (await ask(db, library, "desimpermeabilsation", memory)).hits
    await put(db, page(library, 9, "Désimperméabilisation des cours d’école"))
    assert (await ask(db, library, "desimpermeabilsation", memory)).suggestion == "désimperméabilisation"


async def test_joined_or_apart(db: Database, library: int) -> None:
    assert await ids(db, library, "co-voiturage") == [4]
    assert await ids(db, library, "co voiturage") == [4]


async def test_two_words_written_as_one(db: Database, library: int) -> None:
    found = await ask(db, library, "espacepublic")
    assert [hit.item_id for hit in found.hits] == [5]
    assert found.suggestion == "espace public"


async def test_one_common_word_is_not_enough_where_others_hold_all(db: Database, library: int) -> None:
    """Nor is one word of what an acronym stands for."""
    await put(
        db,
        page(library, 20, "Plan climat-air-énergie territorial"),
        page(library, 21, "Plan de mobilité"),
        page(library, 22, "Concertation des territoires"),
    )
    assert await ids(db, library, "pcaet") == [20]
    assert await ids(db, library, "plan climat energie") == [20]


async def test_facets_of_one_group_add_up_and_groups_narrow(db: Database, library: int) -> None:
    async def found(*facets: list[str]) -> list[int]:
        async with db.reading() as session:
            answer = await search.answer(session, Memory(), library, "concertation", facets=facets)
        return sorted(hit.item_id for hit in answer.hits)

    assert await found() == [5, 6]
    assert await found(["kind:guide"]) == [5]
    assert await found(["kind:guide", "kind:tool"], []) == [5, 6]
    assert await found(["kind:guide"], ["theme:2"]) == []
    assert await found(["kind:nothing"]) == []


async def test_completion_as_one_types(db: Database, library: int) -> None:
    async def completed(typed: str) -> list[int]:
        async with db.reading() as session:
            return [hit.item_id for hit in await search.complete(session, Memory(), library, typed)]

    for typed in ("conc", "CONC", "concertation", "concertation n", "numérique conc"):
        assert 6 in await completed(typed), typed
    assert await completed("concertation numérique") == [6]
    assert await completed("concertation x") == []
    assert await completed("") == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
async def test_any_question_is_answered(db: Database, library: int, query: str) -> None:
    found = await ask(db, library, query)
    assert {hit.item_id for hit in found.hits} <= set(range(1, 7))
    async with db.reading() as session:
        await search.complete(session, Memory(), library, query)


async def test_both_databases_rank_alike(sqlite_url: str, postgresql_url: str) -> None:
    """The same numbers, to the last digit."""
    from tests.search.conftest import new_network

    answers = []
    for url in (sqlite_url, postgresql_url):
        db = Database(url)
        network_id = await new_network(db, "Réseau")
        await put(
            db,
            *(
                page(
                    network_id,
                    item,
                    f"Fiche {item % 7} forêt",
                    summary="eau " * (item % 5),
                    body="marché vélo " * (item % 11),
                )
                for item in range(300)
            ),
        )
        found = [await ask(db, network_id, query) for query in ("forêt eau", "marche velo 3", "foret vleo")]
        answers.append([[(hit.item_id, hit.score) for hit in one.hits] for one in found])
        await db.dispose()
    assert answers[0] == answers[1]
    assert all(answers[0])
