"""Tables as a person opens them: CSV for a spreadsheet in their language, or OpenDocument. Row by row.

What somebody typed is never taken for a formula; numbers and dates stay what they are.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import IO, Any, Protocol

from community import ods
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


class _Encoded:
    """Text into bytes: what the csv module writes to."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def write(self, text: str) -> Any:
        return self._stream.write(text.encode())


@contextmanager
def opened(stream: IO[bytes], shape: str, name: str, *, excel: str | None) -> Iterator[Sheet]:
    """A table in the stream; whole once this ends. ``name``: of the sheet, where it has one."""
    if shape == "ods":
        with ods.Writer(stream, name) as sheet:
            yield sheet
    else:
        yield CsvSheet(stream, excel=excel)
