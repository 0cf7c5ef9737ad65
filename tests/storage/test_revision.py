"""The cheap look at a database's revision says what Alembic says."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage import migrate, revision
from storage.engine import Database
from storage.revision import DatabaseOutdated


def test_the_names_of_the_files_are_the_chain_of_revisions() -> None:
    scripts = ScriptDirectory(str(revision.VERSIONS.parent))
    assert revision.known() == tuple(script.revision for script in scripts.walk_revisions())[::-1]
    assert revision.head() == scripts.get_current_head()


async def test_a_migrated_database_is_accepted(db: Database) -> None:
    assert await revision.current(db) == revision.head()
    await revision.check(db)


async def test_an_empty_database_is_older(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(DatabaseOutdated) as caught:
        await revision.check(db)
    assert (caught.value.current, caught.value.newer) == (None, False)
    await migrate.migrate(db)
    await revision.check(db)
    await db.dispose()


async def test_a_database_of_a_later_program_is_newer(db: Database) -> None:
    async with db.transaction() as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseOutdated) as caught:
        await revision.check(db)
    assert caught.value.newer
