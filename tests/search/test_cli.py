"""The commands import, export and search, as a person and as a program use them."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import build
from bot.console import Console
from prompts import Words


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> "Run":
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENTREPAIRS_DATABASE_URL", database_url)
    monkeypatch.setenv("ENTREPAIRS_LOG_LEVEL", "warning")
    return Run()


class Run:
    def __call__(self, *arguments: str, typed: str | None = None, locale: str = "fr") -> Result:
        app = build(Console(Words(), locale))
        return CliRunner().invoke(app, list(arguments), input=typed, catch_exceptions=False)


CSV = """id;titre;résumé;thèmes
zan;Le zéro artificialisation nette;Sobriété foncière;Climat
jardin;Jardin partagé;;
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "ressources.csv"
    path.write_bytes(CSV.encode("cp1252"))
    return str(path)


def test_import_then_search_as_a_program_does(run: Run, file: str) -> None:
    first = run("import", file, "--kind", "resources")
    assert (first.exit_code, first.output.split(". ")[0]) == (0, "Ajoutées\u00a0: 2")
    assert "Inchangées\u00a0: 2" in run("import", file).output
    found = run("search", "--json", typed="jardins\n\nzan\nlicorne\n")
    answers = [json.loads(line) for line in found.stdout.splitlines()]
    assert [answer["query"] for answer in answers] == ["jardins", "", "zan", "licorne"]
    assert [[one["id"] for one in answer["results"]] for answer in answers] == [["jardin"], [], ["zan"], []]
    assert set(answers[0]) == {"query", "results", "ms"}
    assert set(answers[0]["results"][0]) == {"id", "title", "score"}
    [one] = run("search", "--json", "jardin partage").stdout.splitlines()
    assert json.loads(one)["results"][0]["title"] == "Jardin partagé"


def test_search_as_a_person_does(run: Run, file: str) -> None:
    run("import", file)
    assert run("search", "jardn").stdout == " 1. Jardin partagé\n"
    assert run("search", "licorne").stdout == "Rien pour «\u00a0licorne\u00a0».\n"
    assert run("search", "unicorn", locale="en").stdout == 'Nothing for "unicorn".\n'


def test_bad_rows_are_told_and_the_status_says_so(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": "Bon"}\n{"url": "x"}\n{"title": "Non", "year": "avant"}\n', "utf-8")
    result = run("import", str(bad))
    assert result.exit_code == 1
    assert "Ligne 2\u00a0: il manque «\u00a0title\u00a0»." in result.output
    assert "Ligne 3\u00a0: «\u00a0year\u00a0» n’est pas une année." in result.output
    assert run("search", "bon").stdout == " 1. Bon\n"


@pytest.mark.parametrize(
    ("locale", "columns", "line"),
    [
        ("fr", "Colonnes qui ne sont pas lues\u00a0: c0, c1,", "Ligne 2\u00a0: une cellule est trop longue."),
        ("en", "Columns that are not read: c0, c1,", "Line 2: a cell is too long."),
    ],
)
def test_the_worst_file_is_taken_as_far_as_it_goes(
    run: Run, tmp_path: Path, locale: str, columns: str, line: str
) -> None:
    """Three hundred columns, a title of ten megabytes, bytes of zero, other directions of writing, HTML."""
    path = tmp_path / "worst.csv"
    others = [f"c{number}" for number in range(297)]
    rows = [
        ["title", "summary", "url", *others],
        ["x" * 10_000_000, "", "", *others],
        ["Nul\0 octet", "a\0b", "https://example.org/a\0b", *others],
        ["\u202eEcnatsiser مرحبا", "\u2067שלום\u2069", "", *others],
        ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "", *others],
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    result = run("import", str(path), locale=locale)
    assert result.exit_code == 1
    assert columns in result.output
    assert " 287 " in result.output  # the columns that are not named
    assert line in result.output
    asked = ["nul\0octet", "مرحبا", "script", "é" * 10_000_000]
    answers = [json.loads(one) for one in run("search", "--json", typed="\n".join(asked)).stdout.splitlines()]
    assert [[one["title"] for one in answer["results"]][:1] for answer in answers] == [
        ["Nul octet"],
        ["Ecnatsiser مرحبا"],
        ["<script>alert(1)</script>"],
        [],
    ]


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_garbage_is_refused_in_a_sentence(run: Run, tmp_path: Path, locale: str) -> None:
    garbage = tmp_path / "garbage.csv"
    garbage.write_bytes(bytes(range(256)) * 40_000)
    for path in (garbage, tmp_path / "absent.csv"):
        result = run("import", str(path), locale=locale)
        assert result.exit_code == 1
        assert str(path) in result.output
        assert "Traceback" not in result.output


def test_export_comes_back(run: Run, file: str, tmp_path: Path) -> None:
    run("import", file)
    for name in ("out.csv", "out.json", "out.jsonl"):
        assert run("export", str(tmp_path / name)).exit_code == 0
        assert "Inchangées\u00a0: 2" in run("import", str(tmp_path / name)).output
    assert run("export", str(tmp_path / "excel.csv"), "--excel").exit_code == 0
    assert (tmp_path / "excel.csv").read_bytes().startswith(b"\xef\xbb\xbfid;title;")
    assert json.loads(run("export", "--format", "json").stdout)[0]["id"] == "zan"
    refused = run("export", str(tmp_path / "nowhere" / "x.csv"))
    assert refused.exit_code == 1
    assert "Impossible d’écrire" in refused.output


@pytest.mark.parametrize(("locale", "titles"), [("fr", "Numéro;Titre;État;"), ("en", "Number;Title;State;")])
def test_the_tables_of_the_desk(run: Run, file: str, tmp_path: Path, locale: str, titles: str) -> None:
    run("import", file)
    out = tmp_path / "out.csv"
    assert run("export", str(out), "--kind", "needs", "--excel", locale=locale).exit_code == 0
    assert out.read_text("utf-8-sig").startswith(titles)
    assert run("export", "--kind", "needs", locale=locale).stdout.startswith(titles.replace(";", ","))
    assert run("export", str(tmp_path / "out.ods"), "--kind", "audit", locale=locale).exit_code == 0
    assert (tmp_path / "out.ods").read_bytes().startswith(b"PK")
    for name in ("out.json", "out.geojson"):
        refused = run("export", str(tmp_path / name), "--kind", "members", locale=locale)
        assert (refused.exit_code, ".ods" in refused.output) == (2, True)
        assert not (tmp_path / name).exists()


def test_a_network_that_is_not_there(run: Run, file: str) -> None:
    assert run("search", "jardin").exit_code == 1
    run("import", file)
    result = run("search", "jardin", "--network", "Atlantide")
    assert result.exit_code == 1
    assert "Mon réseau" in result.output
    assert run("search", "jardin", "--network", "Mon réseau").exit_code == 0


@pytest.mark.parametrize(
    ("locale", "titles"), [("fr", "nom;organisme;code"), ("en", "name;organisation;code")]
)
def test_a_list_of_members_becomes_personal_codes(run: Run, tmp_path: Path, locale: str, titles: str) -> None:
    path = tmp_path / "membres.csv"
    path.write_bytes("Nom;Collectivité\nAda;Chambéry\n=Blaise;\n".encode("cp1252"))
    first = run("import", str(path), "--kind", "members", locale=locale).stdout.splitlines()
    assert first[0] == titles
    assert first[1].startswith("Ada;Chambéry (Savoie);")
    assert first[2].startswith("'=Blaise;;")
    assert run("import", str(path), "--kind", "members", locale=locale).stdout.splitlines() == first
