"""Import and export of resources, on both databases."""

import io
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from community import sheets
from community.actors import Actor, Role
from community.errors import NotAllowed
from community.exporter import Exporter
from community.importer import Importer, ImportReport
from community.resource_rows import BadRow, joined, parsed
from community.search import Search
from community.sheets import Row
from storage.engine import Database
from storage.library import Resource
from tests.conftest import SetClock
from tests.search.conftest import new_network


@pytest.fixture
def operator(network_id: int) -> Actor:
    return Actor.operator(network_id)


async def take(
    db: Database, clock: SetClock, actor: Actor, rows: Sequence[dict[str, object]], *, review: bool = False
) -> ImportReport:
    numbered = [Row(line, row) for line, row in enumerate(rows, start=2)]
    return await Importer(db, clock).resources(actor, numbered, review=review)


async def held(db: Database, actor: Actor) -> list[Resource]:
    async with db.reading() as session:
        query = select(Resource).where(Resource.network_id == actor.network_id)
        return sorted((await session.exec(query)).all(), key=lambda one: one.ref)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.rejected


ROWS: list[dict[str, object]] = [
    {"id": "a", "title": "Guide du ZAN", "themes": "Climat;Ruralité", "kind": "guide", "tags": ["x", "y"]},
    {"title": "Sans identifiant", "url": "https://www.exemple.fr/page/?utm_source=x"},
    {"title": "Sans adresse", "publisher": "Une association", "year": 2024},
]


async def test_the_same_file_again_changes_nothing(db: Database, clock: SetClock, operator: Actor) -> None:
    assert counts(await take(db, clock, operator, ROWS)) == (3, 0, 0, 0)
    before = await held(db, operator)
    assert counts(await take(db, clock, operator, ROWS)) == (0, 0, 3, 0)
    after = await held(db, operator)
    assert [(one.id, one.ref, one.version, one.updated_at) for one in after] == [
        (one.id, one.ref, one.version, one.updated_at) for one in before
    ]


async def test_a_changed_row_changes_its_resource_only(
    db: Database, clock: SetClock, operator: Actor
) -> None:
    await take(db, clock, operator, ROWS)
    changed = [ROWS[0] | {"summary": "Tout sur la sobriété foncière", "themes": "Climat"}, *ROWS[1:]]
    assert counts(await take(db, clock, operator, changed)) == (0, 1, 2, 0)
    [found] = (await Search(db, clock).find(operator, "sobriété")).results
    assert (found.ref, list(found.themes)) == ("a", ["Climat"])


async def test_bad_rows_are_told_with_their_line_and_the_rest_goes_in(
    db: Database, clock: SetClock, operator: Actor
) -> None:
    report = await take(
        db,
        clock,
        operator,
        [
            {"title": "Bon"},
            {"summary": "Sans titre"},
            {"title": "x" * 10_000_000},
            {"title": "Adresse", "url": "javascript:alert(1)"},
            {"title": "Année", "year": "MMXX"},
            {"title": "Étiquettes", "tags": {"a": 1}},
            {"title": ["liste"]},
            {"title": "Bon"},
            {"title": "Nul\0 et \u202eRTL", "body": "<b>html</b>\0"},
        ],
    )
    assert [(one.line, one.code, one.column) for one in report.problems] == [
        (3, "missing", "title"),
        (4, "too_long", "title"),
        (5, "bad_url", "url"),
        (6, "bad_year", "year"),
        (7, "not_a_list", "tags"),
        (8, "not_a_text", "title"),
        (9, "repeated", ""),
    ]
    assert sorted(one.title for one in await held(db, operator)) == ["Bon", "Nul et RTL"]


async def test_with_review_the_new_waits_and_the_old_stays(
    db: Database, clock: SetClock, operator: Actor
) -> None:
    await take(db, clock, operator, ROWS[:1])
    changed = [ROWS[0] | {"title": "Autre titre"}, {"id": "b", "title": "Nouveau jardin"}]
    assert counts(await take(db, clock, operator, changed, review=True)) == (1, 0, 1, 0)
    search = Search(db, clock)
    assert (await search.find(operator, "jardin")).total == 0
    assert (await search.find(operator, "autre")).total == 0
    assert counts(await take(db, clock, operator, changed[1:])) == (0, 1, 0, 0)
    assert (await search.find(operator, "jardin")).total == 1


async def test_an_unknown_kind_is_kept_as_other_and_said(
    db: Database, clock: SetClock, operator: Actor
) -> None:
    report = await take(db, clock, operator, [{"title": "Eau", "kind": "Poster", "colour": "bleu"}])
    assert (report.unknown_kinds, report.unknown_columns) == (("poster",), ("colour",))
    assert [one.kind for one in await held(db, operator)] == ["other"]


async def test_only_the_operator_imports(db: Database, clock: SetClock, network_id: int) -> None:
    for role in (Role.MEMBER, Role.FACILITATOR):
        with pytest.raises(NotAllowed):
            await take(db, clock, Actor(network_id, None, role), ROWS)
    with pytest.raises(NotAllowed):
        await Exporter(db).resources(Actor(network_id, None, Role.MEMBER), io.StringIO(), "csv")


async def test_more_rows_than_a_batch_go_in(db: Database, clock: SetClock, operator: Actor) -> None:
    """More rows than a batch of letters: a made file of a thousand and some."""
    rows: list[dict[str, object]] = [{"title": f"Fiche {n}", "body": "forêt " * 20} for n in range(1203)]
    assert counts(await take(db, clock, operator, rows)) == (1203, 0, 0, 0)
    assert (await Search(db, clock).bare(operator, "fiche 1202"))[0][1] == "Fiche 1202"


letters = st.text(max_size=60)
exotic = st.fixed_dictionaries(
    {
        "id": st.text(alphabet="abcdef-é", min_size=1, max_size=20),
        "title": st.text(min_size=1, max_size=60),
        "summary": letters,
        "body": letters,
        "tags": st.lists(letters, max_size=4),
        "themes": st.lists(st.sampled_from(["Eau", "A;B", "a, b", "[x]", "C|d"]), max_size=3, unique=True),
        "publisher": letters,
        "year": st.one_of(st.none(), st.integers(1000, 2026)),
        "licence": letters,
        "url": st.sampled_from(["", "https://exemple.fr/é?q=1;2", "http://a.fr"]),
    }
)


@pytest.mark.parametrize("shape", ["csv", "excel", "json", "jsonl"])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(exotic, max_size=5, unique_by=lambda row: row["id"]))
async def test_a_round_trip_loses_nothing(
    sqlite_db: Database, clock: SetClock, tmp_path: Path, rows: list[dict[str, object]], shape: str
) -> None:
    here, there = [Actor.operator(await new_network(sqlite_db, name)) for name in ("Ici", "Là")]
    await take(sqlite_db, clock, here, rows)
    path = tmp_path / f"out.{'csv' if shape == 'excel' else shape}"
    with path.open("w", encoding="utf-8-sig" if shape == "excel" else "utf-8", newline="") as stream:
        form = "csv" if shape == "excel" else shape
        await Exporter(sqlite_db).resources(here, stream, form, excel=shape == "excel")  # type: ignore[arg-type]
    if await held(sqlite_db, here):
        report = await Importer(sqlite_db, clock).resources(there, sheets.read(path))
        assert report.problems == []
    outs = []
    for actor in (here, there):
        stream_out = io.StringIO()
        await Exporter(sqlite_db).resources(actor, stream_out, "jsonl")
        found = [json.loads(line) for line in stream_out.getvalue().splitlines()]
        outs.append(sorted(found, key=lambda row: str(row["id"])))
    assert outs[0] == outs[1]


@given(st.lists(st.text(min_size=1, max_size=20), max_size=6))
def test_a_list_in_a_cell_comes_back(values: list[str]) -> None:
    clean = parsed({"title": "x", "tags": values}, set()).tags
    assert parsed({"title": "x", "tags": joined(clean)}, set()).tags == clean


@given(
    st.dictionaries(
        st.sampled_from(["id", "title", "url", "tags", "year", "kind", "body"]),
        st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.lists(st.text())),
    )
)
def test_any_row_is_taken_or_refused_with_a_reason(values: dict[str, object]) -> None:
    with suppress(BadRow):
        row = parsed(values, set())
        assert row.title
        assert row.ref


async def test_a_file_that_is_something_else_is_refused_as_a_whole(
    db: Database, clock: SetClock, operator: Actor
) -> None:
    """A hundred lines without a title: nobody would read a reason for each of ten thousand."""
    strange: list[dict[str, object]] = [{"xKq": "ww", "é;": "…"}] * 100_000
    with pytest.raises(sheets.Unreadable) as refused:
        await take(db, clock, operator, strange)
    assert refused.value.details["problem"] == "no_title_column"
    assert await held(db, operator) == []


async def test_many_bad_rows_do_not_stop_a_good_one(db: Database, clock: SetClock, operator: Actor) -> None:
    report = await take(db, clock, operator, [{"title": "Une bonne"}, *[{"title": ""}] * 150])
    assert (report.created, report.rejected) == (1, 150)
