"""Offers with a place: proposed in the chat, exported for maps and spreadsheets, read back without loss."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from community import ods, sheets
from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed
from community.exporter import Exporter, Format
from community.geography import checked_place, feature, written
from community.importer import Importer
from community.resource_rows import COLUMNS
from community.resources import NewResource
from community.sheets import Unreadable
from storage.engine import Database
from tests.community.conftest import Network, network, words  # noqa: F401 - fixtures
from tests.conftest import SetClock
from tests.search.conftest import new_network


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("48.8566, 2.3522", (48.8566, 2.3522)),
        ("48.8566,2.3522", (48.8566, 2.3522)),
        ("48,8566 ; 2,3522", (48.8566, 2.3522)),
        ("48,8566, 2,3522", (48.8566, 2.3522)),
        ("-21.1151 55.5364", (-21.1151, 55.5364)),
        ("0, 0", (0.0, 0.0)),
        ("", (None, None)),
    ],
)
def test_coordinates_as_people_write_them(typed: str, place: tuple[float | None, float | None]) -> None:
    found = checked_place(" 1 place  de la Mairie ", typed)
    assert (found["latitude"], found["longitude"]) == place
    assert found["address"] == "1 place de la Mairie"
    assert checked_place("", written(*place)) == found | {"address": ""}


@pytest.mark.parametrize(
    "typed", ["Lyon", "91, 2", "48.8, 181", "48.8", "1e3, 4", "nan, nan", "4" * 60, "1,2,3,4,5"]
)
def test_what_is_no_place(typed: str) -> None:
    with pytest.raises(Invalid):
        checked_place("", typed)


async def offer(network: Network, title: str, address: str, coordinates: str) -> None:  # noqa: F811
    new = NewResource(title, "", "À partager entre communes.", "offer")
    proposed = await network.services.library.propose(network[Role.MEMBER], new)
    await network.services.library.place(network[Role.MEMBER], proposed.id, address, "")
    facilitator = network[Role.FACILITATOR]
    await network.services.library.publish(facilitator, proposed.id)
    with pytest.raises(NotAllowed):
        await network.services.library.place(network[Role.MEMBER], proposed.id, "Ailleurs", "")
    await network.services.library.place(facilitator, proposed.id, address, coordinates)


async def exported(db: Database, actor: Actor, shape: Format, *, excel: bool = False) -> Any:
    stream: Any = io.BytesIO() if shape == "ods" else io.StringIO(newline="")
    await Exporter(db).resources(actor, stream, shape, excel=excel)
    return stream.getvalue()


async def test_a_shared_offer_on_a_map_and_in_a_spreadsheet(network: Network) -> None:  # noqa: F811
    await offer(network, "Salle des fêtes", "1 place de la Mairie, Thiers", "45,8566 ; 3,5478")
    await offer(network, "Prêt d’une nacelle", "Atelier municipal", "")
    actor = network[Role.FACILITATOR]
    collection = json.loads(await exported(network.db, actor, "geojson"))
    assert collection["type"] == "FeatureCollection"
    [place] = collection["features"]
    assert place["geometry"] == {"type": "Point", "coordinates": [3.5478, 45.8566]}
    shown = place["properties"]
    assert (shown["name"], shown["address"]) == ("Salle des fêtes", "1 place de la Mairie, Thiers")
    rows = list(
        csv.DictReader(io.StringIO(await exported(network.db, actor, "csv", excel=True)), delimiter=";")
    )
    assert [(row["latitude"], row["longitude"]) for row in rows] == [("45,8566", "3,5478"), ("", "")]
    found = await network.services.search.find(network[Role.MEMBER], "atelier municipal")
    assert [one.title for one in found.results] == ["Prêt d’une nacelle"], "an address is found"


ROWS: list[dict[str, Any]] = [
    {
        "id": "a",
        "title": "=SOMME(A1)",
        "summary": "Un\n\ndeux",
        "themes": ["Climat", "A,B"],
        "tags": ["x;y", "z"],
    },
    {
        "id": "b",
        "title": "Salle <b>&amp; cour</b>",
        "kind": "offer",
        "address": "La Réunion",
        "latitude": "-21,1151",
        "longitude": 55.5364,
        "url": "https://example.org/?a=1&b=2",
    },
    {
        "id": "c",
        "title": "Année 🌱",
        "year": 2024,
        "publisher": "'Une' \"ville\"",
        "licence": "LO",
        "language": "en",
    },
    {"id": "0012", "title": "12", "summary": "3.0"},
]


@pytest.mark.parametrize("shape", ["csv", "json", "jsonl", "grist", "ods"])
async def test_a_round_trip_loses_nothing(
    db: Database, clock: SetClock, tmp_path: Path, shape: Format
) -> None:
    first, second = [Actor.operator(await new_network(db, name)) for name in ("Un", "Deux")]
    importer = Importer(db, clock)
    report = await importer.resources(first, [sheets.Row(line, row) for line, row in enumerate(ROWS)])
    assert (report.created, report.problems) == (4, [])
    for excel in (False, True):
        written = await exported(db, first, shape, excel=excel)
        file = tmp_path / f"out-{excel}.{shape}"
        file.write_bytes(
            written if isinstance(written, bytes) else written.encode("utf-8-sig" if excel else "utf-8")
        )
        again = await importer.resources(first, sheets.read(file))
        assert (again.unchanged, again.rejected, again.unknown_columns) == (4, 0, ())
    await importer.resources(second, sheets.read(file))
    assert await exported(db, second, "jsonl") == await exported(db, first, "jsonl")


async def test_a_map_is_read_back(db: Database, clock: SetClock, tmp_path: Path) -> None:
    actor = Actor.operator(await new_network(db, "Un"))
    await Importer(db, clock).resources(actor, [sheets.Row(line, row) for line, row in enumerate(ROWS)])
    file = tmp_path / "offres.geojson"
    file.write_text(await exported(db, actor, "geojson"), "utf-8")
    report = await Importer(db, clock).resources(actor, sheets.read(file))
    assert (report.unchanged, report.read) == (1, 1)


@pytest.mark.parametrize(
    "row",
    [
        {"title": "x", "latitude": "48"},
        {"title": "x", "longitude": "2"},
        {"title": "x", "latitude": "91", "longitude": "2"},
        {"title": "x", "latitude": "nord", "longitude": "2"},
        {"title": "x", "latitude": "nan", "longitude": "inf"},
    ],
)
async def test_a_row_with_half_a_place(db: Database, clock: SetClock, row: dict[str, Any]) -> None:
    actor = Actor.operator(await new_network(db, "Un"))
    report = await Importer(db, clock).resources(actor, [sheets.Row(7, row)])
    assert [(one.line, one.code) for one in report.problems] == [(7, "bad_place")]


def test_a_feature_needs_coordinates() -> None:
    assert feature(dict.fromkeys(COLUMNS)) is None


# Spreadsheets that others wrote.

TABLE = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    "<table:table>{}</table:table><table:table><table:table-row/></table:table>"
    "</office:spreadsheet></office:body></office:document-content>"
)
CELL = "<table:table-cell office:value-type='string'><text:p>{}</text:p></table:table-cell>"


def classeur(path: Path, content: str | bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", ods.MIME)
        archive.writestr("content.xml", content)
    return path


def test_a_sheet_of_another_program(tmp_path: Path) -> None:
    rows = [
        *map(CELL.format, ("Titre", "Année", "Résumé")),
        "</table:table-row><table:table-row table:number-rows-repeated='3'>",
        "<table:table-cell table:number-columns-repeated='16384'/>",
        "</table:table-row><table:table-row>",
        CELL.format("Un<text:s text:c='2'/>guide <text:span>utile</text:span>"),
        "<table:table-cell office:value-type='float' office:value='2024'></table:table-cell>",
        CELL.format("Ligne</text:p><text:p>Deux<text:line-break/>Trois"),
        "</table:table-row><table:table-row table:number-rows-repeated='1048000'><table:table-cell/>",
    ]
    sheet = TABLE.format(f"<table:table-row>{''.join(rows)}</table:table-row>")
    [row] = sheets.read(classeur(tmp_path / "x.ods", sheet))
    assert row.line == 5
    assert row.values == {"titre": "Un  guide utile", "année": "2024", "résumé": "Ligne\nDeux\nTrois"}


LAUGHS = (
    "<!DOCTYPE x [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]>"
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<a>",
        "pas du xml",
        LAUGHS + TABLE.format("<table:table-row>" + CELL.format("&a11;") + "</table:table-row>"),
        "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
        + TABLE.format("<table:table-row>" + CELL.format("&a;") + "</table:table-row>"),
        TABLE.format(""),
    ],
)
def test_a_damaged_or_wicked_sheet(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(Unreadable):
        list(sheets.read(classeur(tmp_path / "x.ods", content)))


def test_a_sheet_that_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ods, "UNPACKED_MOST", 1 << 20)
    rows = ("<table:table-row>" + CELL.format("titre") + "</table:table-row>") * 50_000
    with pytest.raises(Unreadable, match="unreadable"):
        list(sheets.read(classeur(tmp_path / "x.ods", TABLE.format(rows))))


def test_other_archives_are_no_sheets(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/zip")
    with pytest.raises(Unreadable):
        list(sheets.read(path))
