"""Brings practices in from rows, as ``importer.py`` does resources: twice is once, a bad row stops nothing.

Published at once. No thread is opened: five thousand cards would fill a forum that nobody reads.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.importer import BATCH, ImportReport, batches, good_rows, themes_for
from community.policy import Action, require
from community.ports import Clock
from community.practice_cards import document
from community.practice_rows import PracticeRow, parsed, unknown_columns
from community.sheets import Row
from storage import audit, networks, practices, search
from storage.engine import Database
from storage.practices import Practice, PracticeState


class PracticeImporter:
    """A use case of the operator."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def practices(
        self, actor: Actor, rows: Iterable[Row], *, progress: Callable[[int], None] = lambda done: None
    ) -> ImportReport:
        """What a facilitator withdrew, or a member wrote, stays as it is."""
        require(actor, Action.IMPORT_RESOURCES)
        report = ImportReport()
        good = good_rows(rows, report, parsed, unknown_columns)
        for batch in batches(good, lambda row: len(row.context) + len(row.what_was_done) + len(row.results)):
            async with self._db.transaction() as session:
                await self._take(session, actor, batch, report)
            progress(report.read)
        progress(report.read)
        if report.created >= BATCH:
            await self._db.tune()
        return report

    async def _take(
        self, session: AsyncSession, actor: Actor, batch: Sequence[PracticeRow], report: ImportReport
    ) -> None:
        now, network_id = self._clock.now(), actor.network_id
        await networks.lock(session, network_id)
        themes = await themes_for(session, network_id, batch)
        found = await practices.known(session, network_id, [row.ref for row in batch])
        bearing = await practices.themes_of(session, network_id, [one.id or 0 for one in found.values()])
        wanted: dict[int, frozenset[int]] = {}  # the themes of what is to be written, by id
        shown: list[int] = []
        new: list[tuple[PracticeRow, frozenset[int]]] = []
        for row in batch:
            borne = frozenset(themes[name.casefold()].id or 0 for name in row.themes)
            practice = found.get(row.ref)
            if practice is None:
                new.append((row, borne))
                continue
            before = {theme.id or 0 for theme in bearing.get(practice.id or 0, [])}
            if practice.author_id is not None or not _change(practice, row, now, before != borne):
                report.unchanged += 1
                continue
            session.add(practice)
            wanted[practice.id or 0] = borne
            report.updated += 1
            if practice.state == PracticeState.PUBLISHED:
                shown.append(practice.id or 0)
        await session.flush()
        ids = await practices.add_many(session, [_made(network_id, row, now) for row, _ in new])
        wanted |= {ids[row.ref]: borne for row, borne in new}
        report.created += len(new)
        await practices.bear_themes(session, wanted)
        if wanted:
            await self._note(session, actor, created=len(new), updated=len(wanted) - len(new))
        await _index(session, network_id, [*shown, *ids.values()])

    async def _note(self, session: AsyncSession, actor: Actor, *, created: int, updated: int) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=Action.IMPORT_RESOURCES,
            details={"practices": created, "updated": updated},
        )


async def _index(session: AsyncSession, network_id: int, practice_ids: Sequence[int]) -> None:
    """The last write of the transaction."""
    themes = await practices.themes_of(session, network_id, practice_ids)
    documents = []
    for practice_id in practice_ids:
        practice = await session.get_one(Practice, practice_id)
        documents.append(document(practice, themes.get(practice_id, [])))
    await search.put_many(session, documents)


def _made(network_id: int, row: PracticeRow, now: datetime) -> dict[str, Any]:
    return {
        "network_id": network_id,
        "ref": row.ref,
        "state": PracticeState.PUBLISHED.value,
        "contact": "",
        "nameless": False,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "published_at": now,
        **row.values(),
    }


def _change(practice: Practice, row: PracticeRow, now: datetime, themes_changed: bool) -> bool:
    """Whether the row says anything new. What was withdrawn stays so."""
    different = {name: value for name, value in row.values().items() if getattr(practice, name) != value}
    if not different and not themes_changed:
        return False
    practice.sqlmodel_update(different)
    practice.version += 1
    practice.updated_at = now
    return True
