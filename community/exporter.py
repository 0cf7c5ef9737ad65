"""Writes the published resources out, so that the importer reads back exactly what was there."""

import csv
import json
from collections.abc import AsyncIterator, Callable
from typing import IO, Any, Literal

from community import ods
from community.actors import Actor
from community.geography import feature
from community.policy import Action, require
from community.resource_rows import COLUMNS, joined
from community.sheets import guarded
from storage import library
from storage.engine import Database
from storage.library import Resource

BATCH = 500
Format = Literal["csv", "json", "jsonl", "geojson", "grist", "ods"]


class Exporter:
    """Use cases of facilitators and of the operator."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def resources(
        self,
        actor: Actor,
        stream: IO[Any],
        shape: Format,
        *,
        excel: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> int:
        """How many were written. ``excel``: semicolons and decimal commas, as a French spreadsheet expects.

        GeoJSON holds only what has coordinates. ``stream`` takes text, and bytes for ODS.
        """
        require(actor, Action.EXPORT_RESOURCES)
        if shape == "ods":
            with ods.Writer(stream, "resources") as sheet:
                return await self._write(actor, _sheet_writer(sheet), progress)
        done = await self._write(actor, _writer(stream, shape, excel=excel), progress)
        stream.write(_ENDS.get(shape, ""))
        return done

    async def _write(self, actor: Actor, write: "_Write", progress: Callable[[int], None]) -> int:
        done = 0
        write(None)
        async for row in self._rows(actor):
            done += write(row)
            progress(done)
        return done

    async def _rows(self, actor: Actor) -> AsyncIterator[dict[str, Any]]:
        last = 0
        while True:
            async with self._db.reading() as session:
                batch = await library.after(session, actor.network_id, last, limit=BATCH)
                ids = [one.id or 0 for one in batch]
                themes = await library.themes_of(session, actor.network_id, ids)
            for one in batch:
                yield _row(one, [theme.name for theme in themes.get(one.id or 0, [])])
            if len(batch) < BATCH:
                return
            last = ids[-1]


def _row(resource: Resource, themes: list[str]) -> dict[str, Any]:
    named = {name: getattr(resource, name) for name in COLUMNS if name not in ("id", "themes")}
    found = {"id": resource.ref, **named, "themes": themes}
    return {name: found[name] for name in COLUMNS}


# What stands around the rows, each on a line of its own.
_BEGINS = {"json": "[", "geojson": '{"type":"FeatureCollection","features":[', "grist": '{"records":['}
_ENDS = {"json": "\n]\n", "geojson": "\n]}\n", "grist": "\n]}\n"}


# Called with None first, then with each row; says whether the row was written.
_Write = Callable[[dict[str, Any] | None], bool]


def _sheet_writer(sheet: ods.Writer) -> _Write:
    def write(row: dict[str, Any] | None) -> bool:
        if row is None:
            sheet.row(COLUMNS)
        else:
            cells = [row[name] for name in COLUMNS]
            sheet.row([joined(cell) if isinstance(cell, list) else cell for cell in cells])
        return True

    return write


def _writer(stream: IO[str], shape: Format, *, excel: bool) -> _Write:
    if shape == "csv":
        sheet = csv.writer(stream, delimiter=";" if excel else ",", lineterminator="\r\n")

        def write_csv(row: dict[str, Any] | None) -> bool:
            sheet.writerow(COLUMNS if row is None else [_cell(row[name], excel=excel) for name in COLUMNS])
            return True

        return write_csv
    between = ""

    def write_json(row: dict[str, Any] | None) -> bool:
        nonlocal between
        if row is None:
            stream.write(_BEGINS.get(shape, ""))
            between = "\n" if shape in _BEGINS else ""
            return True
        shaped = _SHAPES[shape](row)
        if shaped is None:
            return False
        stream.write(between + json.dumps(shaped, ensure_ascii=False) + ("" if shape in _BEGINS else "\n"))
        between = ",\n" if shape in _BEGINS else ""
        return True

    return write_json


def _record(row: dict[str, Any]) -> dict[str, Any]:
    """As Grist's API takes and gives it: a list of choices begins with "L"."""
    listed = {name: ["L", *value] for name, value in row.items() if isinstance(value, list)}
    return {"fields": {**row, **listed}}


_SHAPES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "json": lambda row: row,
    "jsonl": lambda row: row,
    "geojson": feature,
    "grist": _record,
}


def _cell(value: Any, *, excel: bool) -> str:
    if isinstance(value, list):
        value = joined(value)
    if isinstance(value, float):
        return repr(value).replace(".", ",") if excel else repr(value)
    return "" if value is None else guarded(str(value))
