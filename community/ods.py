"""OpenDocument spreadsheets (LibreOffice, Grist, French administrations): the first sheet, read and written.

Streams, within bounds: such a file is an archive, and may unpack to anything.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import IO, Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

MIME = "application/vnd.oasis.opendocument.spreadsheet"
UNPACKED_MOST = 512 << 20
_CELLS_MOST = 1_001  # one more than the columns that a table may have, so that too many are seen
_TABLE, _TEXT, _OFFICE = (
    f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "text", "office")
)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class BadSheet(ValueError):
    """Not a spreadsheet that can be read."""


def is_ods(path: Any) -> bool:
    """Whether the archive says that it is one."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("mimetype") as said:
            return said.read(len(MIME) + 1).strip() == MIME.encode()
    except (zipfile.BadZipFile, KeyError, OSError, NotImplementedError, RuntimeError):
        return False


def rows(path: Any) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row of the first sheet that is not empty. BadSheet when it is damaged."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
            yield from _rows(_Bounded(content))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, NotImplementedError, RuntimeError) as error:
        raise BadSheet(str(error)) from error


class _Bounded:
    """A stream that ends the reading when it unpacks to too much."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._left = UNPACKED_MOST

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(min(size, 1 << 16) if size >= 0 else 1 << 16)
        self._left -= len(chunk)
        if self._left < 0:
            raise BadSheet("too large")
        return chunk


def _rows(stream: _Bounded) -> Iterator[tuple[int, list[str]]]:
    number, sheets = 1, 0
    # Expat itself stops entities that grow, and none is fetched.
    for event, element in ElementTree.iterparse(stream, events=("start", "end")):  # noqa: S314
        if event == "start":
            sheets += element.tag == f"{_TABLE}table"
            if sheets > 1:
                return
            continue
        if element.tag != f"{_TABLE}table-row":
            continue
        times = _count(element, "number-rows-repeated")
        cells = _cells(element)
        element.clear()
        if cells:
            for repeated in range(min(times, 1_000)):
                yield number + repeated, cells
        number += times


def _cells(row: ElementTree.Element) -> list[str]:
    found: list[str] = []
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = min(_count(cell, "number-columns-repeated"), _CELLS_MOST)
        found += [_value(cell)] * times
        if len(found) > 20 * _CELLS_MOST:
            break
    while found and not found[-1].strip():
        found.pop()
    return found


def _count(element: ElementTree.Element, name: str) -> int:
    said = element.get(f"{_TABLE}{name}", "1")
    return max(1, int(said)) if said.isascii() and said.isdigit() and len(said) < 9 else 1


def _value(cell: ElementTree.Element) -> str:
    match cell.get(f"{_OFFICE}value-type"):
        case "float" | "percentage" | "currency":
            return (cell.get(f"{_OFFICE}value") or "").removesuffix(".0")
        case "date":
            return cell.get(f"{_OFFICE}date-value") or ""
        case _:
            return "\n".join(_words(line) for line in cell.iterfind(f"{_TEXT}p"))


def _words(element: ElementTree.Element) -> str:
    """The text of a paragraph, its runs of blanks and its line breaks included."""
    parts = [element.text or ""]
    for child in element:
        match child.tag.removeprefix(_TEXT):
            case "s":
                said = child.get(f"{_TEXT}c", "1")
                parts.append(" " * (int(said) if said.isdigit() and len(said) < 4 else 1))
            case "tab":
                parts.append("\t")
            case "line-break":
                parts.append("\n")
            case _:
                parts.append(_words(child))
        parts.append(child.tail or "")
    return "".join(parts)


_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.2"'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
    ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"'
    ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0">'
    # Without a style of its own a date is shown as the number that it is counted by.
    "<office:automatic-styles>"
    '<number:date-style style:name="day"><number:year number:style="long"/><number:text>-</number:text>'
    '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>'
    "</number:date-style>"
    '<number:date-style style:name="instant"><number:year number:style="long"/><number:text>-</number:text>'
    '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>'
    '<number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text>'
    '<number:minutes number:style="long"/></number:date-style>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="day"/>'
    '<style:style style:name="datetime" style:family="table-cell" style:data-style-name="instant"/>'
    '<style:style style:name="head" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    "</office:automatic-styles>"
    "<office:body><office:spreadsheet><table:table table:name={name}>"
)
_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
    ' manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


class Writer:
    """Writes one sheet, row by row. Numbers and dates stay what they are; text is never a formula."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._archive = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)
        self._name = name

    def __enter__(self) -> "Writer":
        # First and not compressed: that is how the format is recognised.
        self._archive.writestr(zipfile.ZipInfo("mimetype"), MIME)
        self._archive.writestr("META-INF/manifest.xml", _MANIFEST)
        self._content = self._archive.open("content.xml", "w", force_zip64=True)
        self._content.write(_HEAD.format(name=quoteattr(self._name)).encode())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._content.write(_TAIL.encode())
        self._content.close()
        self._archive.close()

    def head(self, titles: Sequence[str]) -> None:
        """The row of titles."""
        written = "".join(_text(title, ' table:style-name="head"') for title in titles)
        self._content.write(f"<table:table-row>{written}</table:table-row>".encode())

    def row(self, cells: Sequence[object]) -> None:
        written = "".join(map(_cell, cells))
        self._content.write(f"<table:table-row>{written}</table:table-row>".encode())


def _cell(value: object) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value!r}">'
            f"<text:p>{value!r}</text:p></table:table-cell>"
        )
    if isinstance(value, date):
        return _date(value)
    return _text(str(value))


def _date(value: date) -> str:
    """An instant is written as the clock on its wall shows it."""
    if isinstance(value, datetime):
        style, kept, shown = "datetime", f"{value:%Y-%m-%dT%H:%M:%S}", f"{value:%Y-%m-%d %H:%M}"
    else:
        style, kept, shown = "date", f"{value:%Y-%m-%d}", f"{value:%Y-%m-%d}"
    kind = f'table:style-name="{style}" office:value-type="date"'
    return f'<table:table-cell {kind} office:date-value="{kept}"><text:p>{shown}</text:p></table:table-cell>'


def _text(value: str, style: str = "") -> str:
    lines = _NO_XML.sub("", value).split("\n")
    paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    return f'<table:table-cell{style} office:value-type="string">{paragraphs}</table:table-cell>'
