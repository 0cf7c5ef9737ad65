"""Every revision goes up and down on both databases, and ends where the models are."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine import Database, DatabaseUnavailable
from storage.migrate import DatabaseOutdated, check, current, differences, downgrade, head, migrate, outdated


async def test_the_models_match_the_migrations(db: Database) -> None:
    assert await differences(db) == []
    assert await current(db) == head()
    assert not await outdated(db)
    await check(db)


async def test_every_revision_goes_down_and_up_again(db: Database) -> None:
    await downgrade(db, "base")
    assert await current(db) is None
    assert await outdated(db)
    with pytest.raises(DatabaseOutdated) as refusal:
        await check(db)
    assert not refusal.value.newer
    left = await differences(db)
    assert left
    assert all(step[0] in ("add_table", "add_index") for step in left), "going down leaves no table behind"
    await migrate(db)
    assert await differences(db) == []


async def test_migrating_twice_or_at_once_changes_nothing(db: Database, database_url: str) -> None:
    await downgrade(db, "base")
    others = [Database(database_url) for _ in range(3)]
    await asyncio.gather(*(migrate(other) for other in others))
    for other in others:
        await other.dispose()
    await migrate(db)
    assert await differences(db) == []


async def test_a_database_of_a_newer_program_is_refused_and_left_alone(db: Database) -> None:
    async with db.transaction() as session:
        await session.exec(text("UPDATE alembic_version SET version_num = '9999'"))  # type: ignore[call-overload]  # plain SQL
    with pytest.raises(DatabaseOutdated) as refusal:
        await check(db)
    assert refusal.value.newer
    with pytest.raises(DatabaseOutdated):
        await migrate(db)
    assert await current(db) == "9999"


async def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/nowhere/entrepairs.db")
    with pytest.raises(DatabaseUnavailable):
        await migrate(db)
    with pytest.raises(DatabaseUnavailable):
        await check(db)
    await db.dispose()
