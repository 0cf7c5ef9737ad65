"""Reads rows out of a file, whatever program wrote it: CSV (also French Excel's), ODS, JSON, JSON lines.

JSON may be a list, the records of Grist's API or a GeoJSON collection; all but ODS may be gzipped.

Streams, within bounds: a file of any size or nature costs a few megabytes. A row that cannot be read is given
with its line and the reason, and the reading goes on; a file that makes no sense raises ``Unreadable``.
"""

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from community import ods
from community.errors import DomainError

_CELL_LONGEST = 4_000_000  # characters
_LINE_LONGEST = 16_000_000
_COLUMNS_MOST = 1_000
_CHUNK = 1 << 20
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
# What stands before the rows in Grist's answers ("records") and in GeoJSON ("features").
_WRAPPED = re.compile(r'\s*\{(?:\s*"(?:type|name)"\s*:\s*"[^"]*"\s*,)*\s*"(records|features)"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


class Unreadable(DomainError):
    """Nothing can be read. Details: ``problem`` (a code)."""

    code = "unreadable_file"


@dataclass(frozen=True, slots=True)
class Row:
    """Values by column name in lower case, or why there are none (a code)."""

    line: int
    values: Mapping[str, Any]
    problem: str | None = None


def read(path: Path) -> Iterator[Row]:
    """The rows of a file; its first bytes say what it is, its name decides between CSV and JSON lines."""
    try:
        with _opened(path) as stream:
            head = stream.read(1 << 16)
        kind = _kind(path, head)
        if kind == "ods":
            yield from _table(ods.rows(path))
        elif kind == "csv":
            yield from _csv(path, _encoding(path, head))
        else:
            yield from _json(path)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Unreadable(problem="damaged_gzip") from error
    except ods.BadSheet as error:
        raise Unreadable(problem="damaged_sheet") from error
    except UnicodeError as error:
        raise Unreadable(problem="not_text") from error
    except OSError as error:
        raise Unreadable(problem="cannot_open") from error


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]  # both read bytes


def _kind(path: Path, head: bytes) -> str:
    if not head.strip():
        raise Unreadable(problem="empty")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "csv"
    if head.startswith(b"PK\x03\x04") and ods.is_ods(path):
        return "ods"
    if head.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x7fELF", b"\x89PNG")):
        raise Unreadable(problem="not_text")
    controls = sum(byte in _CONTROLS for byte in head)
    if controls > 8 + len(head) // 200:
        raise Unreadable(problem="not_text")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    suffixes = {suffix.lower() for suffix in path.suffixes}
    if suffixes & {".csv", ".tsv", ".txt"}:
        return "csv"
    return "json" if start in (b"{", b"[") else "csv"


def _encoding(path: Path, head: bytes) -> str:
    """UTF-8 where the whole file is; else UTF-16 if it says so, or Windows' Western alphabet."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with _opened(path) as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _csv(path: Path, encoding: str) -> Iterator[Row]:
    before = csv.field_size_limit(_CELL_LONGEST)
    try:
        with io.TextIOWrapper(_opened(path), encoding, errors="replace", newline="") as stream:
            first = stream.readline(_LINE_LONGEST)
            stream.seek(0)
            yield from _csv_rows(csv.reader(stream, delimiter=_delimiter(first)))
    finally:
        csv.field_size_limit(before)


def _table(numbered: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    """A spreadsheet's rows: the first gives the names."""
    _, first = next(numbered, (0, []))
    names = _checked_names(first)
    for line, cells in numbered:
        if len(cells) > len(names):
            yield Row(line, {}, "too_many_cells")
        elif any(len(cell) > _CELL_LONGEST for cell in cells):
            yield Row(line, {}, "cell_too_long")
        else:
            yield Row(line, {name: cell for name, cell in zip(names, cells, strict=False) if name})


def _checked_names(cells: Sequence[str]) -> list[str]:
    names = [name.strip().lower() for name in cells]
    if not any(names):
        raise Unreadable(problem="no_columns")
    if len(names) > _COLUMNS_MOST:
        raise Unreadable(problem="too_many_columns")
    if len(set(filter(None, names))) < len(list(filter(None, names))):
        raise Unreadable(problem="repeated_column")
    return names


def _csv_rows(reader: Any) -> Iterator[Row]:
    try:
        first = next(reader)
    except (csv.Error, StopIteration) as error:
        raise Unreadable(problem="no_columns") from error
    names = _checked_names(first)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(line, {}, "cell_too_long")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
            yield Row(line, {}, "too_many_cells")
            continue
        yield Row(line, {name: bare(cell) for name, cell in zip(names, cells, strict=False) if name})


def guarded(cell: str) -> str:
    """A cell that a spreadsheet shows as it is: one that begins as a formula does would be computed."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def bare(cell: str) -> str:
    """What ``guarded`` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _delimiter(first: str) -> str:
    """The separator that the line of titles uses most, outside quotation marks."""
    outside = "".join(first.split('"')[::2])
    return max(",;\t|", key=outside.count)


def _json(path: Path) -> Iterator[Row]:
    with io.TextIOWrapper(_opened(path), "utf-8-sig", errors="strict") as stream:
        start = ""
        while not start.strip():
            start = stream.read(1)
        stream.seek(0)
        wrapped = _WRAPPED.match(stream.read(_CHUNK)) if start == "{" else None
        stream.seek(0)
        if wrapped is not None:
            unwrap = _record if wrapped[1] == "records" else _feature
            yield from _json_array(stream, wrapped.end(), unwrap)
        elif start == "[":
            yield from _json_array(stream)
        else:
            yield from _json_lines(stream)


def _json_lines(stream: IO[str]) -> Iterator[Row]:
    number = 0
    while text := stream.readline(_LINE_LONGEST):
        number += 1
        if not text.endswith("\n") and len(text) >= _LINE_LONGEST:
            while (rest := stream.readline(_CHUNK)) and not rest.endswith("\n"):
                pass
            yield Row(number, {}, "line_too_long")
        elif text.strip():
            yield _object(number, text)


def _json_array(
    stream: IO[str], at: int = 0, unwrap: Callable[[Any], Any] = lambda value: value
) -> Iterator[Row]:
    """One object at a time, so that a large file is never held whole. Lines are counted in objects."""
    decoder = json.JSONDecoder()
    buffer, number = stream.read(_CHUNK), 0
    at = at or buffer.index("[") + 1
    while True:
        at = _BETWEEN.match(buffer, at).end()  # type: ignore[union-attr]  # matches the empty text too
        if buffer.startswith("]", at):
            return
        try:
            value, at = decoder.raw_decode(buffer, at)
        except (json.JSONDecodeError, RecursionError) as error:
            chunk = stream.read(max(_CHUNK, len(buffer) - at))
            if not chunk or len(buffer) - at > _LINE_LONGEST:
                raise Unreadable(problem="not_json") from error
            buffer, at = buffer[at:] + chunk, 0
            continue
        number += 1
        yield _mapping(number, unwrap(value))


def _record(value: Any) -> Any:
    """One of Grist's records: its fields, where a list of choices begins with "L"."""
    fields = value.get("fields") if isinstance(value, dict) else None
    if not isinstance(fields, dict):
        return None
    lists = {name: cell[1:] for name, cell in fields.items() if isinstance(cell, list) and cell[:1] == ["L"]}
    return {**fields, **lists}


def _feature(value: Any) -> Any:
    """A place of GeoJSON: its properties, and its coordinates where it is a point."""
    properties = value.get("properties") if isinstance(value, dict) else None
    if not isinstance(properties, dict):
        return None
    match value.get("geometry"):
        case {"type": "Point", "coordinates": [longitude, latitude, *_]}:
            return {**properties, "latitude": latitude, "longitude": longitude}
    return properties


def _object(line: int, text: str) -> Row:
    try:
        return _mapping(line, json.loads(text))
    except (json.JSONDecodeError, RecursionError):
        return Row(line, {}, "not_json")
    except ValueError:  # an integer of thousands of digits
        return Row(line, {}, "not_json")


def _mapping(line: int, value: Any) -> Row:
    if not isinstance(value, dict):
        return Row(line, {}, "not_an_object")
    return Row(line, {str(name).strip().lower(): cell for name, cell in value.items()})
