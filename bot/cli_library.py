"""The commands on the library: ``import``, ``export``, ``search``. See ``cli.py`` for the others."""

import csv
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from bot.console import Console
from bot.failures import CannotRun, Exit, told

if TYPE_CHECKING:
    from community.actors import Actor
    from community.importer import ImportReport
    from storage.engine import Database

_PROBLEMS_SHOWN = 20
_NAMES_SHOWN = 10


class Kind(StrEnum):
    """What a file holds. All but resources are tables to read, as the desk gives them."""

    RESOURCES = "resources"
    MEMBERS = "members"
    NEEDS = "needs"
    PRACTICES = "practices"
    MEETUPS = "meetups"
    REGISTRATIONS = "registrations"
    AUDIT = "audit"
    FIGURES = "figures"


class ImportKind(StrEnum):
    """What may be read. A list of members makes a personal code for each."""

    RESOURCES = "resources"
    PRACTICES = "practices"
    MEMBERS = "members"


class Shape(StrEnum):
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    GEOJSON = "geojson"
    GRIST = "grist"  # the records of Grist's API
    ODS = "ods"


def register(app: typer.Typer, console: Console) -> None:
    """Add the commands, described in the console's language."""
    _register_import(app, console)
    _register_export(app, console)
    _register_search(app, console)


def _register_import(app: typer.Typer, console: Console) -> None:
    @app.command("import", help=console.word("console.import.help"))
    def import_(
        file: Annotated[Path, typer.Argument(help=console.word("console.import.file"))],
        kind: Annotated[
            ImportKind, typer.Option(help=console.word("console.import.kind"))
        ] = ImportKind.RESOURCES,
        review: Annotated[bool, typer.Option("--review", help=console.word("console.import.review"))] = False,
        network: Annotated[str, typer.Option(help=console.word("console.network"))] = "",
    ) -> None:
        if not file.is_file():
            console.fail("file_missing", Exit.FAILED, path=file)
        if review and kind is ImportKind.PRACTICES:
            console.fail("review_resources_only", Exit.USAGE)
        if kind is ImportKind.MEMBERS:
            console.run(_import_members(console, file, network))
            return
        report = console.run(_import(console, file, network, kind, review=review))
        _tell(console, report)
        if report.rejected:
            raise typer.Exit(Exit.FAILED)


def _register_export(app: typer.Typer, console: Console) -> None:
    @app.command("export", help=console.word("console.export.help"))
    def export(
        file: Annotated[Path | None, typer.Argument(help=console.word("console.export.file"))] = None,
        kind: Annotated[Kind, typer.Option(help=console.word("console.export.kind"))] = Kind.RESOURCES,
        shape: Annotated[
            Shape | None, typer.Option("--format", help=console.word("console.export.format"))
        ] = None,
        excel: Annotated[bool, typer.Option("--excel", help=console.word("console.export.excel"))] = False,
        network: Annotated[str, typer.Option(help=console.word("console.network"))] = "",
    ) -> None:
        chosen = shape or _shape_of(file)
        if kind is not Kind.RESOURCES and chosen not in (Shape.CSV, Shape.ODS):
            console.fail("tables_csv_or_ods", Exit.USAGE)
        done = console.run(_export(console, file, kind, chosen, network, excel=excel))
        if file is not None:
            console.say("console.export.done", count=done, path=file)


def _register_search(app: typer.Typer, console: Console) -> None:
    @app.command("search", help=console.word("console.search.help"))
    def search(
        query: Annotated[str | None, typer.Argument(help=console.word("console.search.query"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=console.word("console.search.json"))] = False,
        network: Annotated[str, typer.Option(help=console.word("console.network"))] = "",
    ) -> None:
        console.run(_search(console, query, network, as_json=as_json))


async def _import(
    console: Console, file: Path, network: str, kind: ImportKind, *, review: bool
) -> "ImportReport":
    from bot.clock import SystemClock
    from community import sheets
    from community.importer import Importer
    from community.practice_importer import PracticeImporter

    async with library_of(console, network, create=True) as (db, actor):
        with _counting(console, "console.import.working") as progress:
            try:
                if kind is ImportKind.PRACTICES:
                    return await PracticeImporter(db, SystemClock()).practices(
                        actor, sheets.read(file), progress=progress
                    )
                return await Importer(db, SystemClock()).resources(
                    actor, sheets.read(file), review=review, progress=progress
                )
            except sheets.Unreadable as error:
                problem = console.word(f"import_problems.{error.details['problem']}")
                raise CannotRun("file_unreadable", Exit.FAILED, path=file, problem=problem) from error


async def _import_members(console: Console, file: Path, network: str) -> None:
    """A CSV of names and codes on the standard output: the only place where the codes are listed."""
    from bot.clock import SystemClock
    from community import sheets
    from community.invitations import Invitations

    async with library_of(console, network, create=True) as (db, actor):
        try:
            made = await Invitations(db, SystemClock()).invite_all(actor, sheets.read(file))
        except sheets.Unreadable as error:
            problem = console.word(f"import_problems.{error.details['problem']}")
            raise CannotRun("file_unreadable", Exit.FAILED, path=file, problem=problem) from error
    writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
    writer.writerow(
        [console.word(f"console.import.members.{column}") for column in ("name", "place", "code")]
    )
    writer.writerows((sheets.guarded(one.name), sheets.guarded(one.place), one.code) for one in made)


async def _export(
    console: Console, file: Path | None, kind: Kind, shape: Shape, network: str, *, excel: bool
) -> int:
    async with library_of(console, network) as (db, actor):
        write = partial(_written, console, db, replace(actor, locale=console.locale), kind, shape, excel)
        binary = shape == Shape.ODS or kind is not Kind.RESOURCES
        if file is None:
            return await write(sys.stdout.buffer if binary else sys.stdout, lambda done: None)
        encoding = "utf-8-sig" if excel and shape == Shape.CSV else "utf-8"
        unfinished = file.with_name(file.name + ".partial")  # a file that exists is whole
        try:
            with (
                _opened(unfinished, encoding, binary=binary) as stream,
                _counting(console, "console.export.working") as progress,
            ):
                done = await write(stream, progress)
            unfinished.replace(file)
        except OSError as error:
            raise CannotRun("cannot_write", Exit.FAILED, path=file) from error
        return done


async def _written(
    console: Console,
    db: "Database",
    actor: "Actor",
    kind: Kind,
    shape: Shape,
    excel: bool,
    stream: IO[Any],
    progress: Callable[[int], None],
) -> int:
    from bot.clock import SystemClock
    from community.exporter import Exporter
    from community.exports import Exports

    if kind is Kind.RESOURCES:
        return await Exporter(db).resources(actor, stream, shape.value, excel=excel, progress=progress)
    tables = Exports(db, SystemClock(), console.words)
    return await tables.write(
        actor, stream, kind.value, shape.value, "all", excel="fr" if excel else None, progress=progress
    )


async def _search(console: Console, query: str | None, network: str, *, as_json: bool) -> None:
    from bot.clock import SystemClock
    from community.search import Search

    async with library_of(console, network) as (db, actor):
        finder = Search(db, SystemClock())
        for asked in [query] if query is not None else _lines(sys.stdin):
            started = perf_counter()
            found = await finder.bare(actor, asked)
            spent = round((perf_counter() - started) * 1000, 3)
            if as_json:
                results = [{"id": ref, "title": title, "score": score} for ref, title, score in found]
                answer = {"query": asked, "results": results, "ms": spent}
                sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            elif not found:
                console.say("console.search.nothing", query=asked)
            for place, (_, title, _) in enumerate(() if as_json else found, start=1):
                console.out.print(f"{place:2}. {title}", markup=False)


def _lines(stream: Iterable[str]) -> Iterable[str]:
    """An empty line is a question too: as many answers as lines."""
    return (line.rstrip("\r\n") for line in stream)


def _opened(path: Path, encoding: str, *, binary: bool) -> IO[Any]:
    return path.open("wb") if binary else path.open("w", encoding=encoding, newline="")


@asynccontextmanager
async def library_of(
    console: Console, name: str, *, create: bool = False
) -> AsyncIterator[tuple["Database", "Actor"]]:
    """The database and the operator of the network that is meant."""
    from bot import upkeep
    from bot.clock import SystemClock
    from community.operator import NoSuchNetwork, SeveralNetworks, operator_of
    from storage import migrate
    from storage.engine import Database

    settings = console.settings()
    if create:
        upkeep.make_folder(settings.database)
    db = Database(settings.database)
    try:
        with told():
            if create and await migrate.current(db) is None:
                await migrate.migrate(db)
            await migrate.check(db)
            default = console.word("console.network_name")
            try:
                actor = await operator_of(db, SystemClock(), name, create=default if create else None)
            except NoSuchNetwork as error:
                raise CannotRun("no_such_network", Exit.FAILED, names=", ".join(error.names)) from error
            except SeveralNetworks as error:
                raise CannotRun("several_networks", Exit.USAGE, names=", ".join(error.names)) from error
            yield db, actor
    finally:
        await db.dispose()


@contextmanager
def _counting(console: Console, key: str) -> Iterator[Callable[[int], None]]:
    """A counter on the standard error while rows go by; silent when nobody watches."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description} {task.completed}"), TimeElapsedColumn())
    with Progress(*columns, console=console.err, transient=True, disable=not console.err.is_terminal) as bar:
        task = bar.add_task(console.word(key), total=None)
        yield lambda done: bar.update(task, completed=done)


def _shape_of(file: Path | None) -> Shape:
    suffix = "" if file is None else file.suffix.lower().removeprefix(".")
    return Shape(suffix) if suffix in {shape.value for shape in Shape} else Shape.CSV


def _tell(console: Console, report: "ImportReport") -> None:
    console.say(
        "console.import.done",
        created=report.created,
        updated=report.updated,
        unchanged=report.unchanged,
        rejected=report.rejected,
    )
    if report.unknown_columns:
        names = ", ".join(report.unknown_columns[:_NAMES_SHOWN])
        if more := len(report.unknown_columns[_NAMES_SHOWN:]):
            console.say("console.import.more_unknown_columns", names=names, count=more)
        else:
            console.say("console.import.unknown_columns", names=names)
    if report.unknown_kinds:
        console.say("console.import.unknown_kinds", names=", ".join(report.unknown_kinds))
    for problem in report.problems[:_PROBLEMS_SHOWN]:
        reason = console.word(f"import_problems.{problem.code}", column=problem.column)
        console.err.print(
            console.word("console.import.problem", line=problem.line, reason=reason), markup=False
        )
    if report.rejected > _PROBLEMS_SHOWN:
        console.say("console.import.more_problems", count=report.rejected - _PROBLEMS_SHOWN)
