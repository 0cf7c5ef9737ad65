"""Tables as a person opens them: CSV for a spreadsheet in their language, OpenDocument, a map. Row by row.

What somebody typed is never taken for a formula; numbers and dates stay what they are.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Any, Protocol

from community import ods
from community.geography import feature
from community.sheets import guarded


class Sheet(Protocol):
    def head(self, titles: Sequence[str]) -> None: ...
    def row(self, cells: Sequence[object]) -> None: ...


class CsvSheet:
    """``excel``: the language of the spreadsheet that opens it; None: for a program.

    Excel tells UTF-8 by a mark alone; a French one wants semicolons, and commas in its numbers.
    """

    def __init__(self, stream: IO[bytes], *, excel: str | None) -> None:
        self._french = excel == "fr"
        if excel is not None:
            stream.write(b"\xef\xbb\xbf")
        delimiter = ";" if self._french else ","
        self._writer = csv.writer(_Encoded(stream), delimiter=delimiter, lineterminator="\r\n")

    def head(self, titles: Sequence[str]) -> None:
        """The row of titles."""
        self._writer.writerow(titles)

    def row(self, cells: Sequence[object]) -> None:
        self._writer.writerow([self._cell(cell) for cell in cells])

    def _cell(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M}"
        if isinstance(value, date):
            return f"{value:%Y-%m-%d}"
        if isinstance(value, float):
            written = f"{value:.15g}"
            return written.replace(".", ",") if self._french else written
        return str(value) if isinstance(value, int) else guarded(str(value))


class MapSheet:
    """GeoJSON, for uMap and other maps: the lines that are somewhere, under the names of the columns."""

    def __init__(self, stream: IO[bytes], columns: Sequence[str]) -> None:
        self._stream = stream
        self._columns = columns
        self._between = ""

    def head(self, titles: Sequence[str]) -> None:
        """A map has none."""
        self._stream.write(b'{"type":"FeatureCollection","features":[')

    def row(self, cells: Sequence[object]) -> None:
        found = feature(dict(zip(self._columns, cells, strict=True)))
        if found is not None:
            told = json.dumps(found, ensure_ascii=False, default=str)
            self._stream.write(f"{self._between}\n{told}".encode())
            self._between = ","

    def end(self) -> None:
        self._stream.write(b"\n]}\n")


class _Encoded:
    """Text into bytes: what the csv module writes to."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, text: str) -> Any:
        return self._stream.write(text.encode())


@contextmanager
def opened(
    stream: IO[bytes], shape: str, name: str, *, excel: str | None, columns: Sequence[str]
) -> Iterator[Sheet]:
    """A table in the stream; whole once this ends. ``name``: of the sheet, where it has one."""
    if shape == "ods":
        with ods.Writer(stream, name) as sheet:
            yield sheet
    elif shape == "geojson":
        places = MapSheet(stream, columns)
        yield places
        places.end()
    else:
        yield CsvSheet(stream, excel=excel)
