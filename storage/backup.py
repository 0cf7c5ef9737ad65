"""One file that holds everything, and can be put back into either kind of database.

The file is gzip over lines of JSON: what it is and the columns of each table, then one line per row, then a
count. It names the revision of its tables, so that a later program can read it: the database is brought to
that revision, filled, and migrated from there. ``backup_file.py`` knows the lines.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, column, func, inspect, literal, select, table, text, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.backup_file import TYPES, Contents, NotABackup, create, kind_of, rows_of, verified, write
from storage.engine import Database
from storage.migrate import downgrade, migrate
from storage.revision import check, current, head, known
from storage.schema import METADATA
from storage.state import AppState

__all__ = ["BackupTooNew", "DatabaseNotEmpty", "NotABackup", "backup", "restore"]

Progress = Callable[[int, int], None]  # rows done, rows in all

_BATCH = 500
_STAMP = "alembic_version"
_OF_THE_APPLICATION = {AppState.__tablename__}  # notes that alone do not make a database "in use"


class BackupTooNew(Exception):
    """The file was made by a later program than this one."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"made at revision {revision}")
        self.revision = revision


class DatabaseNotEmpty(Exception):
    """The database is in use already, and nobody said to replace what it holds."""


def unwatched(done: int, total: int) -> None:
    """Nobody watches."""


async def backup(db: Database, path: Path, progress: Progress = unwatched) -> int:
    """Write everything as it is at this instant; how many rows. Members may go on meanwhile.

    An existing file is never replaced (FileExistsError). The file appears when it is complete, and only its
    owner may read it: it holds personal data.
    """
    await check(db)
    with create(path) as file:
        async with db.reading() as session:
            connection = await session.connection()
            contents = Contents(
                head(),
                {each.name: {col.name: kind_of(col.type) for col in each.columns} for each in _tables()},
                {each.name: await _count(connection, each) for each in _tables()},
            )
            write(file, contents.header())
            done = 0
            for each in _tables():
                last: Sequence[Any] | None = None
                while batch := (await connection.execute(_page(each, last))).all():
                    for row in batch:
                        write(file, contents.dump(each.name, row))
                    done += len(batch)
                    last = [getattr(batch[-1], key.name) for key in each.primary_key.columns]
                    progress(done, contents.total)
            write(file, {"end": done})
    return done


async def restore(db: Database, path: Path, *, replace: bool = False, progress: Progress = unwatched) -> int:
    """Put back what the file holds, and bring it up to date; how many rows. Stop the bot first.

    The whole file is read and checked before the database is touched. ``replace``: forget what is there.
    """
    contents = verified(path)
    if contents.revision not in known():
        raise BackupTooNew(contents.revision)
    if not replace and await _in_use(db):
        raise DatabaseNotEmpty
    await _bring_to(db, contents.revision)
    try:
        async with db.engine.begin() as connection:
            constraints = await _loosen(connection)
            await _empty(connection)
            await _fill(connection, path, contents, progress)
            await _tighten(connection, constraints)
            await _set_sequences(connection, contents)
    except IntegrityError as error:
        raise NotABackup("rows that refer to nothing") from error
    await migrate(db)
    return contents.total


def _tables() -> list[Table]:
    return list(METADATA.sorted_tables)


async def _count(connection: AsyncConnection, each: Table) -> int:
    return (await connection.execute(select(func.count()).select_from(each))).scalar_one()


def _page(each: Table, last: Sequence[Any] | None) -> Any:
    """The next rows by primary key: a page costs the same wherever it is."""
    keys = list(each.primary_key.columns)
    query = select(each).order_by(*keys).limit(_BATCH)
    if last is None:
        return query
    after = tuple_(*(literal(value, key.type) for key, value in zip(keys, last, strict=True)))
    return query.where(tuple_(*keys) > after)


async def _in_use(db: Database) -> bool:
    async with db.reading() as session:
        connection = await session.connection()
        for name in await connection.run_sync(_names):
            if name not in _OF_THE_APPLICATION:
                found = await connection.execute(select(literal(1)).select_from(table(name)).limit(1))
                if found.first() is not None:
                    return True
    return False


def _names(connection: Connection) -> list[str]:
    return [name for name in inspect(connection).get_table_names() if name != _STAMP]


async def _bring_to(db: Database, revision: str) -> None:
    found = await current(db)
    if found is None or found < revision:
        await migrate(db, revision)
    elif found != revision:
        await downgrade(db, revision)


async def _loosen(connection: AsyncConnection) -> list[tuple[str, str]]:
    """References are checked at the end, so that rows may come in any order."""
    if connection.dialect.name == "sqlite":
        await connection.execute(text("PRAGMA defer_foreign_keys=ON"))
        return []
    found = await connection.execute(
        text(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f'"
            " AND connamespace = current_schema()::regnamespace AND NOT condeferrable"
        )
    )
    constraints = [(str(owner), str(name)) for owner, name in found]
    for owner, name in constraints:
        await connection.execute(
            text(f'ALTER TABLE {owner} ALTER CONSTRAINT "{name}" DEFERRABLE INITIALLY DEFERRED')
        )
    return constraints


async def _tighten(connection: AsyncConnection, constraints: list[tuple[str, str]]) -> None:
    if constraints:
        await connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for owner, name in constraints:
        await connection.execute(text(f'ALTER TABLE {owner} ALTER CONSTRAINT "{name}" NOT DEFERRABLE'))


async def _empty(connection: AsyncConnection) -> None:
    for name in await connection.run_sync(_names):
        await connection.execute(table(name).delete())


async def _fill(connection: AsyncConnection, path: Path, contents: Contents, progress: Progress) -> None:
    done = 0
    with rows_of(path) as rows:
        for name, kinds in contents.tables.items():
            into = table(name, *(column(key, TYPES[kind]) for key, kind in kinds.items())).insert()
            mine = islice(rows, contents.rows[name])
            while batch := _batch(mine, contents, name, plain=connection.dialect.name == "postgresql"):
                await connection.execute(into, batch)
                done += len(batch)
                progress(done, contents.total)


def _batch(rows: Iterator[list[Any]], contents: Contents, name: str, *, plain: bool) -> list[dict[str, Any]]:
    return [contents.load(name, row, plain=plain) for row in islice(rows, _BATCH)]


async def _set_sequences(connection: AsyncConnection, contents: Contents) -> None:
    """The next row that PostgreSQL numbers comes after those that were put back."""
    if connection.dialect.name != "postgresql":
        return
    for name, kinds in contents.tables.items():
        if kinds.get("id") == "integer":
            highest: Any = func.max(column("id"))
            sequence = func.setval(
                func.pg_get_serial_sequence(name, "id"), func.coalesce(highest, 1), highest.is_not(None)
            )
            await connection.execute(select(sequence).select_from(table(name)))
