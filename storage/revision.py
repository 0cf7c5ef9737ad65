"""Where a database stands, and where this program expects it. Cheap: asked at every start of the bot.

Alembic is not needed for it (and costs ten megabytes): revisions are numbered, one after the other, in the
names of their files. ``migrate.py`` changes the database.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import column, inspect, select, table

from storage.engine import Database

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_STAMP = table("alembic_version", column("version_num"))


class DatabaseOutdated(Exception):
    """The tables are not those of this program: older (migrate), or newer (update the program)."""

    def __init__(self, current: str | None, expected: str, *, newer: bool) -> None:
        super().__init__(f"database is at {current or 'nothing'}, expected {expected}")
        self.current = current
        self.expected = expected
        self.newer = newer


@cache
def known() -> tuple[str, ...]:
    """Every revision of this program, the oldest first."""
    return tuple(sorted(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py")))


def head() -> str:
    """The revision that this program expects."""
    return known()[-1]


async def current(db: Database) -> str | None:
    """The revision that the database stands at; None when it is empty."""
    async with db.reading() as session:
        return await (await session.connection()).run_sync(_stamped)


async def outdated(db: Database) -> bool:
    """Whether ``migrate`` has something to do."""
    return await current(db) != head()


async def check(db: Database) -> None:
    """Raise DatabaseOutdated unless the database stands exactly where this program expects it."""
    found = await current(db)
    if found != head():
        raise DatabaseOutdated(found, head(), newer=found is not None and found not in known())


def _stamped(connection: SyncConnection) -> str | None:
    if not inspect(connection).has_table(_STAMP.name):
        return None
    return connection.execute(select(_STAMP.c.version_num)).scalar()
