"""Brings a database to the shape of the models, and back. Users need no ``alembic.ini``.

A later change of the tables: edit the models, then

    python -m storage.migrate "Say what changes"

writes ``migrations/versions/NNNN_….py`` from the difference. Read it, add what a machine cannot guess (data
to carry over, renamed columns), and run ``tests/storage``: they prove on both databases that the models match
and that every revision goes up and down. A published revision is never edited; another one follows it.
(Until the first release, ``python -m storage.migrate --first`` writes the first one anew instead.)
"""

import asyncio
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.engine import Database, refusals, unavailable, writing_engine
from storage.revision import DatabaseOutdated, check, current, head, outdated
from storage.schema import METADATA

__all__ = ["DatabaseOutdated", "check", "current", "differences", "downgrade", "head", "migrate", "outdated"]

_HERE = Path(__file__).parent / "migrations"
_ONE_AT_A_TIME = 7_305_118  # any number of ours: PostgreSQL's advisory lock for migrations


async def migrate(db: Database, revision: str = "head") -> None:
    """Bring the tables up to date, in one transaction. Several processes may ask at once."""
    await _run(db, command.upgrade, revision)


async def downgrade(db: Database, revision: str) -> None:
    """Go back to ``revision``, or to nothing with ``base``. What the later tables held is lost."""
    await _run(db, command.downgrade, revision)


async def differences(db: Database) -> list[Any]:
    """What the tables lack or have too much, compared with the models. Empty is right."""
    async with db.reading() as session:
        connection = await session.connection()
        return await connection.run_sync(_differences)


async def _run(db: Database, step: Any, revision: str) -> None:
    # SQLite changes a table by dropping the old one: with the foreign keys on, its children would go too.
    engine = writing_engine(db.url, foreign_keys=False)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_step, step, revision)
    except refusals() as error:
        if isinstance(error, OSError) or not getattr(error, "statement", None):
            raise unavailable(error, db.url) from error
        raise
    except CommandError as error:
        raise DatabaseOutdated(await current(db), head(), newer=True) from error
    finally:
        await engine.dispose()


def _step(connection: Connection, step: Any, revision: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
    step(_config(connection), revision)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration would leave {len(broken)} dangling references")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.attributes["connection"] = connection
    return config


def _differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "include_object": _is_ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))


def _is_ours(_item: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """Full-text tables are made by hand in a revision; the models do not know them."""
    return not (kind == "table" and reflected and compared is None and "_fts" in (name or ""))


async def _write_revision(message: str) -> Path:
    """Compare the models with a fresh database at the last revision, and write the next one."""
    number = f"{len(list((_HERE / 'versions').glob('[0-9]*.py'))) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/compare.db")
        if number != "0001":
            await migrate(db)
        async with db.engine.connect() as connection:
            await connection.run_sync(
                lambda sync: command.revision(_config(sync), message, autogenerate=True, rev_id=number)
            )
        await db.dispose()
    slug = re.sub(r"\W+", "_", message).strip("_").lower()[:40]
    return _HERE / "versions" / f"{number}_{slug}.py"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--first":
        (_HERE / "versions" / "0001_first_tables.py").unlink(missing_ok=True)
        sys.argv[1] = "First tables"
    asyncio.run(_write_revision(sys.argv[1]))
