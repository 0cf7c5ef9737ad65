"""Care of the database from the command line: migrate, back up, restore."""

from pathlib import Path

from sqlalchemy.engine import make_url

from bot.failures import CannotRun, Exit, told
from storage import migrate as migrations
from storage.engine import Database


async def migrate(url: str) -> bool:
    """Create the database or bring it up to date; whether there was anything to do."""
    make_folder(url)
    db = Database(url)
    try:
        with told():
            if not await migrations.outdated(db):
                return False
            await migrations.migrate(db)
            return True
    finally:
        await db.dispose()


def make_folder(url: str) -> None:
    """The folder of a SQLite file: the default is ``var``, which a fresh copy of the project lacks."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database:
        return
    try:
        Path(parts.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotRun("database_missing", Exit.DATABASE, where=parts.database) from error
