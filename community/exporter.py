"""Writes the published resources out, so that the importer reads back exactly what was there."""

import csv
import json
from collections.abc import AsyncIterator, Callable
from typing import IO, Any, Literal

from community.actors import Actor
from community.policy import Action, require
from community.resource_rows import COLUMNS, joined
from community.sheets import guarded
from storage import library
from storage.engine import Database
from storage.library import Resource

BATCH = 500
Format = Literal["csv", "json", "jsonl"]


class Exporter:
    """Use cases of facilitators and of the operator."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def resources(
        self,
        actor: Actor,
        stream: IO[str],
        shape: Format,
        *,
        excel: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> int:
        """How many were written. ``excel``: semicolons, as a French spreadsheet expects."""
        require(actor, Action.EXPORT_RESOURCES)
        write = _writer(stream, shape, excel=excel)
        done = 0
        write(None)
        async for row in self._rows(actor):
            write(row)
            done += 1
            progress(done)
        if shape == "json":
            stream.write("\n]\n" if done else "]\n")
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


def _writer(stream: IO[str], shape: Format, *, excel: bool) -> Callable[[dict[str, Any] | None], None]:
    """Called with None first, then with each row."""
    if shape == "csv":
        sheet = csv.writer(stream, delimiter=";" if excel else ",", lineterminator="\r\n")

        def write_csv(row: dict[str, Any] | None) -> None:
            sheet.writerow(COLUMNS if row is None else [_cell(row[name]) for name in COLUMNS])

        return write_csv
    first = True

    def write_json(row: dict[str, Any] | None) -> None:
        nonlocal first
        if row is None:
            stream.write("[" if shape == "json" else "")
            return
        text = json.dumps(row, ensure_ascii=False)
        if shape == "json":
            stream.write(("\n" if first else ",\n") + text)
            first = False
        else:
            stream.write(text + "\n")

    return write_json


def _cell(value: Any) -> str:
    if isinstance(value, list):
        value = joined(value)
    return "" if value is None else guarded(str(value))
