"""Practices come in from a file and are found beside the resources, on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import col

import bot
from community import sheets
from community.actors import Actor, Role
from community.errors import NotFound
from community.importer import Importer, ImportReport
from community.practice_importer import PracticeImporter
from community.practice_rows import authority_of
from community.practices import Practices
from community.reindex import Reindexer
from community.search import Search
from community.sheets import Row
from storage import practices, reindex
from storage.engine import Database
from storage.practices import Practice
from tests.conftest import SetClock
from tests.search.conftest import new_network
from tests.search.test_importer import counts

REAL = Path(bot.__file__).parent / "demo_data" / "practices.csv"
ROWS: list[dict[str, object]] = [
    {
        "id": "thiers",
        "title": "Aller vers les inaudibles au marché",
        "authority": "Ville de Thiers",
        "insee_or_siren": "63430",
        "themes": "Participation citoyenne;Ruralité",
        "context": "Les réunions publiques n’attiraient que les mêmes.",
        "what_was_done": "Une table et des questions, chaque jeudi, au marché.",
        "year": 2024,
    },
    {"title": "Un four à pain", "authority": "Région Bretagne", "what_was_done": "Un four communal."},
]


@pytest.fixture
def operator(network_id: int) -> Actor:
    return Actor.operator(network_id)


async def take(
    db: Database, clock: SetClock, actor: Actor, rows: Sequence[dict[str, object]] = ROWS
) -> ImportReport:
    numbered = [Row(line, row) for line, row in enumerate(rows, start=2)]
    return await PracticeImporter(db, clock).practices(actor, numbered)


async def refs(db: Database, clock: SetClock, actor: Actor, query: str) -> list[str]:
    return [ref for ref, _title, _score in await Search(db, clock).bare(actor, query)]


async def test_twice_is_once_and_a_change_is_found(db: Database, clock: SetClock, operator: Actor) -> None:
    assert counts(await take(db, clock, operator)) == (2, 0, 0, 0)
    assert counts(await take(db, clock, operator)) == (0, 0, 2, 0)
    assert await refs(db, clock, operator, "inaudible au marché") == ["thiers"]
    changed = [ROWS[0] | {"results": "Deux cents avis de maraîchers."}, ROWS[1]]
    assert counts(await take(db, clock, operator, changed)) == (0, 1, 1, 0)
    [found] = (await Search(db, clock).find(operator, "maraîchers")).results
    assert (found.kind, found.publisher, found.period, list(found.themes)) == (
        "practice",
        "Ville de Thiers",
        "2024",
        ["Participation citoyenne", "Ruralité"],
    )


async def test_bad_rows_stop_nothing(db: Database, clock: SetClock, operator: Actor) -> None:
    bad: list[dict[str, object]] = [
        {"context": "Sans titre"},
        {"title": "Sans rien d’autre"},
        ROWS[0],
        ROWS[0],
        {"title": "Trop", "context": "x", "population": "beaucoup"},
        {"title": "Adresse", "context": "x", "source_url": "javascript:alert(1)"},
    ]
    report = await take(db, clock, operator, bad)
    assert counts(report) == (1, 0, 0, 5)
    assert [(one.line, one.code, one.column) for one in report.problems] == [
        (2, "missing", "title"),
        (3, "missing", "what_was_done"),
        (5, "repeated", "id"),
        (6, "bad_number", "population_municipale"),
        (7, "bad_url", "source_url"),
    ]


async def test_they_are_found_beside_resources_and_suggested(
    db: Database, clock: SetClock, operator: Actor
) -> None:
    rows = [Row(2, {"id": "guide", "title": "Guide du marché de plein air", "kind": "guide"})]
    await Importer(db, clock).resources(operator, rows)
    await take(db, clock, operator)
    search = Search(db, clock)
    found = await search.find(operator, "marché")
    assert {one.ref for one in found.results} == {"guide", "thiers"}
    assert [one.ref for one in (await search.find(operator, "marché", kinds=["practice"])).results] == [
        "thiers"
    ]
    assert [one.ref for one in (await search.find(operator, "marché", kinds=["guide"])).results] == ["guide"]
    theme = (await Practices(db, clock).browse(operator)).items[-1].theme_ids[:1]
    assert [one.ref for one in (await search.find(operator, "marché", themes=theme)).results] == ["thiers"]
    [suggested] = await search.suggest(operator, "inaud")
    assert suggested.label == ROWS[0]["title"]
    [chosen] = (await search.find(operator, suggested.ref)).results
    assert (chosen.ref, chosen.chosen) == ("thiers", suggested.ref)
    assert len(await search.suggest(operator, "")) == 3


async def test_drafts_withdrawn_ones_and_other_networks_are_never_found(
    db: Database, clock: SetClock, operator: Actor
) -> None:
    await take(db, clock, operator)
    elsewhere = Actor.operator(await new_network(db, "Ailleurs"))
    assert await refs(db, clock, elsewhere, "marché") == []
    assert (await Practices(db, clock).browse(elsewhere)).total == 0
    found = (await Search(db, clock).find(operator, "marché")).results[0]
    with pytest.raises(NotFound):
        await Practices(db, clock).practice(elsewhere, found.id)
    for state in ("draft", "withdrawn"):
        async with db.transaction() as session:
            await session.exec(update(Practice).where(col(Practice.ref) == "thiers").values(state=state))
        assert await refs(db, clock, operator, "marché") == []
        assert (await Practices(db, clock).browse(operator)).total == 1
        async with db.reading() as session:
            assert await practices.cards(session, operator.network_id, [found.id]) == {}
            assert await reindex.ghosts(session, operator.network_id) == [("practice", found.id)]
    member = replace(operator, role=Role.MEMBER, member_id=7)
    with pytest.raises(NotFound):
        await Practices(db, clock).practice(member, found.id)
    assert await Reindexer(db).resources(operator) == 1


async def test_a_page_of_results_holds_both_kinds(db: Database, clock: SetClock, operator: Actor) -> None:
    rows = [Row(n, {"title": f"Compost {n}", "kind": "guide"}) for n in range(4)]
    await Importer(db, clock).resources(operator, rows)
    await take(db, clock, operator, [{"title": f"Compost de quartier {n}", "context": "x"} for n in range(4)])
    search = Search(db, clock)
    first = await search.find(operator, "compost")
    second = await search.page(operator, first.session_id or 0, 2)
    shown = [one.chosen for one in (*first.results, *second.results)]
    assert len(shown) == len(set(shown)) == 8


async def test_the_real_practices_go_in(db: Database, clock: SetClock, operator: Actor) -> None:
    importer = PracticeImporter(db, clock)
    report = await importer.practices(operator, sheets.read(REAL))
    assert (counts(report), report.unknown_columns) == ((89, 0, 0, 0), ())
    assert counts(await importer.practices(operator, sheets.read(REAL))) == (0, 0, 89, 0)


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        ("63430", "Ville de Thiers", "commune:63430"),
        ("", "Région Bretagne", "region:53"),
        ("", "Région Provence-Alpes-Côte d’Azur", "region:93"),
        ("", "Département du Gers", "departement:32"),
        ("84", "Région Auvergne-Rhône-Alpes", "region:84"),
        ("84", "Département de Vaucluse", "departement:84"),
        ("", "Commune de Saint-Denis", None),
        ("", "Pays de Gâtine", None),
        ("99999", "Nulle part", None),
    ],
)
def test_which_authority_a_row_means(code: str, name: str, expected: str | None) -> None:
    found = authority_of(code, name)
    assert (found.id if found else None) == expected
