"""The lines of a backup: a header, the rows of each table in turn, an end. Knows no database."""

import gzip
import json
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import JSON, BigInteger, Boolean, Date, Float, Integer, LargeBinary, String
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

FORMAT = "entrepairs-backup"
VERSION = 1

TYPES: dict[str, Any] = {
    "instant": UTCDateTime(),
    "date": Date(),
    "bytes": LargeBinary(),
    "json": JSON(),
    "boolean": Boolean(),
    "integer": BigInteger(),
    "number": Float(),
    "text": String(),
}
_KINDS: tuple[tuple[type[Any], str], ...] = (
    (UTCDateTime, "instant"),
    (Date, "date"),
    (LargeBinary, "bytes"),
    (JSON, "json"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Float, "number"),
    (String, "text"),
    (AutoString, "text"),
)


class NotABackup(Exception):
    """The file is something else, or is damaged or cut short."""


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself."""

    revision: str
    tables: dict[str, dict[str, str]]  # table -> column -> kind
    rows: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.rows.values())

    def header(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "revision": self.revision,
            "tables": self.tables,
            "rows": self.rows,
        }

    def dump(self, name: str, row: Sequence[Any]) -> list[Any]:
        """A row of a table as JSON can hold it."""
        return [_dumped(value) if kind != "json" else value for kind, value in self._cells(name, row)]

    def load(self, name: str, row: list[Any], *, plain: bool) -> dict[str, Any]:
        """A row as the database takes it. ``plain``: without the NUL that PostgreSQL refuses in a text."""
        values = [_loaded(kind, value, plain=plain) for kind, value in self._cells(name, row)]
        return dict(zip(self.tables[name], values, strict=True))

    def _cells(self, name: str, row: Sequence[Any]) -> Iterator[tuple[str, Any]]:
        return zip(self.tables[name].values(), row, strict=True)


def kind_of(type_: Any) -> str:
    """How a column's values are written."""
    return next(kind for known, kind in _KINDS if isinstance(type_, known))


@contextmanager
def create(path: Path) -> Iterator[IO[str]]:
    """A new file, which appears under its name when all is written."""
    if path.exists():
        raise FileExistsError(path)
    partial = path.with_name(f".{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8", newline="\n") as file:
            yield file
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)


def write(file: IO[str], line: Any) -> None:
    """One line."""
    file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def verified(path: Path) -> Contents:
    """Read all of it, and say what it holds; NotABackup if anything is wrong."""
    with _lines(path) as lines:
        contents = _contents(next(lines, None))
        for name, count in contents.rows.items():
            for _ in range(count):
                row = next(lines, None)
                if not isinstance(row, list) or len(row) != len(contents.tables[name]):
                    raise NotABackup("cut short")
                contents.load(name, row, plain=True)
        if next(lines, None) != {"end": contents.total}:
            raise NotABackup("cut short")
    return contents


@contextmanager
def rows_of(path: Path) -> Iterator[Iterator[list[Any]]]:
    """The rows of all tables, one after the other."""
    with _lines(path) as lines:
        next(lines)
        yield lines


@contextmanager
def _lines(path: Path) -> Iterator[Iterator[Any]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            yield (json.loads(line) for line in file)
    except (gzip.BadGzipFile, EOFError, zlib.error, ValueError, TypeError, KeyError) as error:
        raise NotABackup(type(error).__name__) from error


def _contents(header: Any) -> Contents:
    if not isinstance(header, dict) or header.get("format") != FORMAT or header.get("version") != VERSION:
        raise NotABackup("no header")
    if not all(kind in TYPES for kinds in header["tables"].values() for kind in kinds.values()):
        raise NotABackup("unknown columns")
    return Contents(str(header["revision"]), header["tables"], header["rows"])


def _dumped(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    if isinstance(value, date):  # an instant too
        return value.isoformat()
    return value


def _loaded(kind: str, value: Any, *, plain: bool) -> Any:
    if value is None or kind == "json":
        return value
    if kind == "instant":
        return datetime.fromisoformat(value)
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "bytes":
        return b64decode(value, validate=True)
    if kind == "text" and plain:
        return value.replace("\x00", "")
    return value
