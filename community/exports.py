"""Tables that facilitators take along: members, needs, practices… as a file for their eyes.

Asks for the right of each kind, writes row by row, and notes who took what. What a line may say is in
``export_rows.py``; how it is written, in ``spreadsheets.py``.
"""

from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO

from community import spreadsheets
from community.actors import Actor
from community.errors import DomainError, Invalid
from community.export_rows import TABLES, Source
from community.health import Health
from community.policy import Action, require
from community.ports import Clock, Labels
from storage import audit
from storage.engine import Database

SHAPES: Mapping[str, str] = {  # what a file is, by the end of its name
    "csv": "text/csv; charset=utf-8",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
PERIODS: Mapping[str, timedelta | None] = {
    "month": timedelta(days=30),
    "quarter": timedelta(days=90),
    "year": timedelta(days=365),
    "all": None,
}
# A map of the lines of a table that are somewhere; it has a shape of its own.
MAPS: Mapping[str, str] = {"places": "resources"}
_MAP_SHAPE = "geojson"
# What one must be allowed beside taking a table along.
_ALSO: Mapping[str, Action] = {
    "members": Action.ADMIT_MEMBER,
    "resources": Action.EXPORT_RESOURCES,
    "places": Action.EXPORT_RESOURCES,
    "registrations": Action.REGISTER_SOMEONE,
    "audit": Action.SEE_AUDIT,
    "figures": Action.SEE_NETWORK_HEALTH,
}
_IN_MEMORY = 4 << 20


class ExportTooLarge(DomainError):
    """The platform takes no file of that size. Details: ``limit`` (MiB), ``kind``, ``address`` or None."""

    code = "export_too_large"


@dataclass(frozen=True)
class Exported:
    """A file at its beginning. Whoever gets it closes it."""

    name: str
    media_type: str
    kind: str
    rows: int
    size: int
    content: IO[bytes]


class Exports:
    """The one use case: to take a table along."""

    def __init__(self, db: Database, clock: Clock, labels: Labels, desk_address: str | None = None) -> None:
        """``desk_address``: the web page where files of any size may be had; None: there is none."""
        self._db = db
        self._clock = clock
        self._labels = labels
        self._desk_address = desk_address
        self._health = Health(db, clock)

    async def file(
        self, actor: Actor, kind: str, shape: str, period: str, *, most: int | None = None
    ) -> Exported:
        """The table as a file. ``most``: bytes, above which it is refused with where else to get it."""
        self._check(actor, kind, shape, period)
        content: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by who reads it
        try:
            rows = await self.write(actor, content, kind, shape, period, excel=actor.locale, most=most)
            size = content.tell()
            content.seek(0)
        except BaseException:
            content.close()
            raise
        day, suffix = self._clock.now().date(), _MAP_SHAPE if kind in MAPS else shape
        name = f"{self._labels.label(f'exports.files.{kind}', actor.locale)}-{day:%Y-%m-%d}.{suffix}"
        media_type = "application/geo+json" if kind in MAPS else SHAPES[shape]
        return Exported(name, media_type, kind, rows, size, content)

    async def write(
        self,
        actor: Actor,
        stream: IO[bytes],
        kind: str,
        shape: str,
        period: str,
        *,
        excel: str | None,
        most: int | None = None,
        progress: Callable[[int], None] = lambda done: None,
    ) -> int:
        """The table into a stream; how many rows. It is noted once all of it is written."""
        self._check(actor, kind, shape, period)
        now, span = self._clock.now(), PERIODS[period]
        source = Source(
            self._db, self._labels, self._health, actor, now, None if span is None else now - span
        )
        columns, rows_of = TABLES[MAPS.get(kind, kind)]
        if kind in MAPS:
            shape = _MAP_SHAPE
        titles = [self._labels.label(f"export_columns.{name}", actor.locale) for name in columns]
        name = self._labels.label(f"choices.export_kinds.{kind}", actor.locale)
        done = 0
        with spreadsheets.opened(stream, shape, name, excel=excel, columns=columns) as sheet:
            sheet.head(titles)
            async with aclosing(rows_of(source)) as batches:
                async for batch in batches:
                    lines = [row for row in batch if kind not in MAPS or row.get("latitude") is not None]
                    for row in lines:
                        sheet.row([row.get(column) for column in columns])
                    done += len(lines)
                    progress(done)
                    self._check_size(stream, kind, most)
        self._check_size(stream, kind, most)
        await self._note(actor, now, kind, shape, period, done)
        return done

    def _check(self, actor: Actor, kind: str, shape: str, period: str) -> None:
        require(actor, Action.EXPORT_NETWORK)
        for field, value, known in (
            ("kind", kind, {**TABLES, **MAPS}),
            ("shape", shape, SHAPES),
            ("period", period, PERIODS),
        ):
            if value not in known:
                raise Invalid(field=field, problem="unknown_choice")
        if kind in _ALSO:
            require(actor, _ALSO[kind])

    def _check_size(self, stream: IO[bytes], kind: str, most: int | None) -> None:
        if most is not None and stream.tell() > most:
            raise ExportTooLarge(limit=most >> 20, kind=kind, address=self._desk_address)

    async def _note(self, actor: Actor, now: datetime, kind: str, shape: str, period: str, rows: int) -> None:
        async with self._db.transaction() as session:
            await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=actor.member_id,
                action=Action.EXPORT_NETWORK,
                details={"kind": kind, "shape": shape, "period": period, "rows": rows},
            )
