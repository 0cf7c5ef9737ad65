"""Files as they come: every encoding and separator people have, and garbage."""

import gzip
import json
import tracemalloc
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community import sheets
from community.sheets import Row, Unreadable


def read(tmp_path: Path, content: bytes, name: str = "file.csv") -> list[Row]:
    path = tmp_path / name
    path.write_bytes(content)
    return list(sheets.read(path))


TEXT = 'Titre;Résumé\r\n"Œuvre d’art";"Deux\nlignes"\r\n;\r\nÉtude;12 €\r\n'
ROWS = [
    Row(2, {"titre": "Œuvre d’art", "résumé": "Deux\nlignes"}),
    Row(5, {"titre": "Étude", "résumé": "12 €"}),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("zipped", [False, True])
def test_csv_of_any_spreadsheet(tmp_path: Path, encoding: str, zipped: bool) -> None:
    content = TEXT.encode(encoding)
    assert read(tmp_path, gzip.compress(content) if zipped else content) == ROWS


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_separators(tmp_path: Path, separator: str) -> None:
    content = f'id{separator}title\n1{separator}"a{separator}b"\n'.encode()
    assert read(tmp_path, content) == [Row(2, {"id": "1", "title": f"a{separator}b"})]


def test_json_in_all_its_forms(tmp_path: Path) -> None:
    rows = [{"title": "Été", "tags": ["a"]}, {"Title": "Autre"}]
    lines = "\n".join(json.dumps(row) for row in rows)
    wanted = [{"title": "Été", "tags": ["a"]}, {"title": "Autre"}]
    for name, content in (
        ("x.json", json.dumps(rows)),
        ("x.json", json.dumps(rows, indent=4)),
        ("x.jsonl", lines),
        ("x.ndjson", lines + "\n\n"),
        ("x", "\ufeff" + json.dumps(rows)),
    ):
        assert [dict(row.values) for row in read(tmp_path, content.encode(), name)] == wanted
        assert [dict(row.values) for row in read(tmp_path, gzip.compress(content.encode()), name)] == wanted


def test_a_bad_line_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    content = (
        b'{"title": "a"}\n{"title": \n[1]\n"x"\n'
        + b'{"title": "b", "year": '
        + b"9" * 5000
        + b"}\n"
        + b'{"title": "c"}'
    )
    found = read(tmp_path, content, "x.jsonl")
    assert [(row.line, row.problem) for row in found] == [
        (1, None),
        (2, "not_json"),
        (3, "not_an_object"),
        (4, "not_an_object"),
        (5, "not_json"),
        (6, None),
    ]
    found = read(tmp_path, b"id,title\n1,a\n2,b,c\n3,d\n")
    assert [(row.line, row.problem) for row in found] == [(2, None), (3, "too_many_cells"), (4, None)]


def test_a_huge_cell_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    content = b"id,title\n1,a\n2," + b"x" * 10_000_000 + b"\n3,b\n"
    found = read(tmp_path, content)
    assert [(row.line, row.problem) for row in found] == [(2, None), (3, "cell_too_long"), (4, None)]
    content = b'{"title": "a"}\n{"title": "' + b"x" * 20_000_000 + b'"}\n{"title": "b"}\n'
    found = read(tmp_path, content, "x.jsonl")
    assert [(row.line, row.problem) for row in found] == [(1, None), (2, "line_too_long"), (3, None)]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (Random(1).randbytes(10_000_000), "not_text"),
        (b"\0" * 1000, "not_text"),
        (b"PK\x03\x04 a spreadsheet", "not_text"),
        (b"\x1f\x8b" + b"not gzip at all" * 10, "damaged_gzip"),
        (gzip.compress(b"id,title\n1,a\n" * 1000, mtime=0)[:60], "damaged_gzip"),
        (b"title,title\na,b\n", "repeated_column"),
        (b",".join(b"c%d" % n for n in range(2000)) + b"\n1\n", "too_many_columns"),
        (b'[{"title": "a"', "not_json"),
    ],
)
def test_files_that_make_no_sense(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, content, "x.json" if content.startswith(b"[") else "x.csv")
    assert refused.value.details["problem"] == problem


def test_a_folder_or_nothing(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.csv"):
        with pytest.raises(Unreadable):
            list(sheets.read(path))


def test_three_hundred_columns_are_read(tmp_path: Path) -> None:
    header = ",".join(["title", *(f"c{n}" for n in range(299))])
    [row] = read(tmp_path, f"{header}\nEau{',x' * 299}\n".encode())
    assert row.values["title"] == "Eau"


def test_memory_stays_bounded(tmp_path: Path) -> None:
    """A hundred megabytes from a small gzip file: read row by row."""
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(100):
            stream.write((b'{"title": "' + b"x" * 10_000 + b'"}\n') * 100)
    tracemalloc.start()
    try:
        assert sum(1 for _ in sheets.read(path)) == 10_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000


@given(st.text())
def test_a_guarded_cell_comes_back(cell: str) -> None:
    assert sheets.bare(sheets.guarded(cell)) == cell
    assert not sheets.guarded(cell).startswith(("=", "+", "-", "@", "\t"))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["x.csv", "x.json", "x.jsonl", "x"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes, name: str) -> None:
    with suppress(Unreadable):
        read(tmp_path, content, name)
