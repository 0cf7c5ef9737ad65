"""Brings resources in from rows. The same rows again change nothing; a bad row stops nothing.

A row is known by its ``id``, else by its address, else by its title. Each batch is one transaction, in the
order that all writers of a network follow: the network's row, the resources, last the search index.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.policy import Action, require
from community.ports import Clock
from community.resource_rows import BadRow, ResourceRow, parsed, unknown_columns
from community.resources import document
from community.settings import THEMES_MOST, shortened
from community.sheets import Row, Unreadable
from storage import audit, library, networks, search
from storage.engine import Database
from storage.library import Resource, ResourceState
from storage.networks import Theme

BATCH = 1_000  # rows; a batch is held in memory, so long ones make shorter batches
PROBLEMS_KEPT = 1_000
HOPELESS = 100  # rows without a title, and no other before
_FIELDS = (
    "title",
    "summary",
    "body",
    "url",
    "kind",
    "publisher",
    "year",
    "language",
    "licence",
    "tags",
    "address",
    "latitude",
    "longitude",
)


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that did not go in: its line in the file, and why (a code, and the column at fault)."""

    line: int
    code: str
    column: str = ""


@dataclass
class ImportReport:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    problems: list[Problem] = field(default_factory=list)  # the first thousand
    unknown_columns: tuple[str, ...] = ()
    unknown_kinds: tuple[str, ...] = ()  # read as "other"

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged + self.rejected

    def reject(self, line: int, code: str, column: str = "") -> None:
        self.rejected += 1
        if len(self.problems) < PROBLEMS_KEPT:
            self.problems.append(Problem(line, code, column))


class Importer:
    """Use cases of the operator and of facilitators with a file."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def resources(
        self,
        actor: Actor,
        rows: Iterable[Row],
        *,
        review: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> ImportReport:
        """Published at once; with ``review``, what is new waits in the queue and nothing else changes."""
        require(actor, Action.IMPORT_RESOURCES)
        report = ImportReport()
        for batch in batches(_resources(rows, report), lambda row: len(row.body) + len(row.summary)):
            with _uncollected():
                async with self._db.transaction() as session:
                    await self._take(session, actor, batch, review=review, report=report)
            progress(report.read)
        progress(report.read)
        if report.created >= BATCH:
            await self._db.tune()
        return report

    async def _take(
        self,
        session: AsyncSession,
        actor: Actor,
        batch: Sequence[ResourceRow],
        *,
        review: bool,
        report: ImportReport,
    ) -> None:
        now = self._clock.now()
        await networks.lock(session, actor.network_id)
        themes = await themes_for(session, actor.network_id, batch)
        found = await library.known(
            session,
            actor.network_id,
            [row.ref for row in batch],
            [row.url_key for row in batch if row.url_key and not row.id],
        )
        bearing = await library.themes_of(session, actor.network_id, [one.id or 0 for one in found.values()])
        kept: dict[int, tuple[ResourceRow, frozenset[int]]] = {}  # what is to be written, by id
        shown: list[int] = []  # and found by members
        new: list[tuple[ResourceRow, frozenset[int]]] = []
        for row in batch:
            wanted = frozenset(themes[name.casefold()].id or 0 for name in row.themes)
            resource = found.get(row.ref) or (found.get(row.url_key or "") if not row.id else None)
            if resource is None:
                new.append((row, wanted))
                continue
            before = {theme.id or 0 for theme in bearing.get(resource.id or 0, [])}
            if review or not _change(resource, row, now, themes_changed=before != wanted):
                report.unchanged += 1
                continue
            session.add(resource)
            kept[resource.id or 0] = row, wanted
            report.updated += 1
            if resource.state == ResourceState.PUBLISHED:
                shown.append(resource.id or 0)
        await session.flush()
        state = ResourceState.PROPOSED if review else ResourceState.PUBLISHED
        ids = await library.add_many(
            session, [_made(actor.network_id, row, now, state=state) for row, _ in new]
        )
        kept |= {ids[row.ref]: (row, wanted) for row, wanted in new}
        report.created += len(new)
        if not review:
            shown += ids.values()
        await library.bear_themes(session, {resource_id: wanted for resource_id, (_, wanted) in kept.items()})
        if kept:
            await self._note(session, actor, created=len(new), updated=len(kept) - len(new))
        names = {theme.id or 0: theme.name for theme in themes.values()}
        documents = []
        for resource_id in shown:
            row, wanted = kept[resource_id]
            order = sorted(wanted)
            bore = [names[theme_id] for theme_id in order]
            documents.append(document(actor.network_id, resource_id, row, bore, order))
        await search.put_many(session, documents)

    async def _note(self, session: AsyncSession, actor: Actor, *, created: int, updated: int) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=Action.IMPORT_RESOURCES,
            details={"created": created, "updated": updated},
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the cyclic collector, which would look again and again at what a batch makes and keeps.

    A sixth of an import's time otherwise.
    """
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


def _lack_titles(problems: Sequence[Problem]) -> bool:
    told = [problem for problem in problems if problem.code != "too_many_cells"]
    return all((problem.code, problem.column) == ("missing", "title") for problem in told)


class Known(Protocol):
    """A row that was checked, and what makes it the same in the next file."""

    @property
    def ref(self) -> str: ...
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Known)


def good_rows(
    rows: Iterable[Row],
    report: ImportReport,
    parse: Callable[[Mapping[str, Any]], R],
    strange: Callable[[Mapping[str, Any]], tuple[str, ...]],
) -> Iterator[R]:
    """The rows that can be used; the others are noted in the report. ``strange``: unknown columns.

    Raises Unreadable when none of the first hundred has a title: that file is not what it was taken for, and
    a reason for each of its lines would help nobody.
    """
    seen: set[str] = set()
    for row in rows:
        if not seen and report.rejected == HOPELESS and _lack_titles(report.problems):
            raise Unreadable(problem="no_title_column")
        if row.problem:
            report.reject(row.line, row.problem)
            continue
        if not report.unknown_columns:
            report.unknown_columns = strange(row.values)
        try:
            good = parse(row.values)
        except BadRow as error:
            report.reject(row.line, error.code, error.column)
            continue
        if good.ref in seen:
            report.reject(row.line, "repeated", "id" if good.id else "")
            continue
        seen.add(good.ref)
        yield good


def batches(rows: Iterator[R], size: Callable[[R], int]) -> Iterator[list[R]]:
    """Of a thousand rows, or of fewer long ones. ``size``: a row's characters."""
    batch: list[R] = []
    held = 0
    for row in rows:
        batch.append(row)
        held += size(row)
        if len(batch) == BATCH or held > BATCH * 10_000:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _resources(rows: Iterable[Row], report: ImportReport) -> Iterator[ResourceRow]:
    kinds: set[str] = set()

    def parse(values: Mapping[str, Any]) -> ResourceRow:
        row = parsed(values, kinds)
        report.unknown_kinds = tuple(sorted(kinds)[:20])
        return row

    return good_rows(rows, report, parse, unknown_columns)


class Themed(Protocol):
    """A row with the names of its themes; those that the network has no room for become tags."""

    themes: list[str]
    tags: list[str]


async def themes_for(session: AsyncSession, network_id: int, batch: Sequence[Themed]) -> dict[str, Theme]:
    """By name in lower case; a name never met is a new theme, while the taxonomy has room.

    Beyond, the name stays with the resource as a tag.
    """
    known = {theme.name.casefold(): theme for theme in await networks.all_themes(session, network_id)}
    position = max((theme.position for theme in known.values()), default=-1) + 1
    for row in batch:
        for name in list(row.themes):
            if name.casefold() in known:
                continue
            if sum(theme.archived_at is None for theme in known.values()) >= THEMES_MOST:
                row.themes.remove(name)
                row.tags.append(name)
                continue
            theme = Theme(network_id=network_id, name=name, tag=shortened(name), position=position)
            session.add(theme)
            known[name.casefold()] = theme
            position += 1
    await session.flush()
    return known


def _made(network_id: int, row: ResourceRow, now: datetime, *, state: ResourceState) -> dict[str, Any]:
    return {
        "network_id": network_id,
        "ref": row.ref,
        "state": state.value,
        "created_at": now,
        "updated_at": now,
        "version": 1,
        "url_key": row.url_key,
        **{name: getattr(row, name) for name in _FIELDS},
    }


def _change(resource: Resource, row: ResourceRow, now: datetime, *, themes_changed: bool) -> bool:
    """Whether the row says anything new. What a facilitator refused or withdrew stays so."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS} | {"url_key": row.url_key}
    different = {name: value for name, value in values.items() if getattr(resource, name) != value}
    queued = resource.state == ResourceState.PROPOSED and resource.proposed_by is None
    if not different and not themes_changed and not queued:
        return False
    resource.sqlmodel_update(different)
    if queued:
        resource.state, resource.reviewed_at = ResourceState.PUBLISHED, now
    resource.version += 1
    resource.updated_at = now
    return True
