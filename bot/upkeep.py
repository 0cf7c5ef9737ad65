"""Care of the database from the command line: migrate, back up, restore."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.failures import CannotRun, Exit, told
from storage import backup as backups
from storage import migrate as migrations
from storage.backup import Progress, unwatched
from storage.engine import Database, DatabaseUnavailable


async def migrate(url: str) -> bool:
    """Create the database or bring it up to date; whether there was anything to do."""
    make_folder(url)
    db = Database(url)
    try:
        with told(), creating(url):
            if not await migrations.outdated(db):
                return False
            await migrations.migrate(db)
            return True
    finally:
        await db.dispose()


async def backup(url: str, file: Path, progress: Progress = unwatched) -> int:
    """Write everything into a new file; how many rows."""
    db = Database(url)
    try:
        with told():
            return await backups.backup(db, file, progress)
    except FileExistsError as error:
        raise CannotRun("file_exists", Exit.FAILED, path=file) from error
    except OSError as error:
        raise CannotRun("file_unwritable", Exit.FAILED, path=file) from error
    finally:
        await db.dispose()


async def restore(url: str, file: Path, *, replace: bool, progress: Progress = unwatched) -> int:
    """Put back what a file holds, into a database that may not exist yet; how many rows."""
    make_folder(url)
    db = Database(url)
    try:
        with told(), creating(url):
            rows = await backups.restore(db, file, replace=replace, progress=progress)
            await db.tune()
            return rows
    except FileNotFoundError as error:
        raise CannotRun("file_missing", Exit.FAILED, path=file) from error
    except backups.NotABackup as error:
        raise CannotRun("not_a_backup", Exit.FAILED, path=file) from error
    except backups.BackupTooNew as error:
        raise CannotRun("backup_newer", Exit.FAILED, path=file) from error
    except backups.DatabaseNotEmpty as error:
        raise CannotRun("not_empty", Exit.FAILED) from error
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
        raise CannotRun("database_uncreatable", Exit.DATABASE, where=parts.database) from error


@contextmanager
def creating(url: str) -> Iterator[None]:
    """Where a SQLite file would be made, « it is not there: create it » would be no help."""
    try:
        yield
    except DatabaseUnavailable as error:
        if error.reason == "missing" and make_url(url).get_backend_name() == "sqlite":
            raise CannotRun("database_uncreatable", Exit.DATABASE, where=error.where) from error
        raise
