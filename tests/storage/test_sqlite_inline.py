"""Writers of one process queue without threads; one that gives up leaves nothing behind."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine import Database, DatabaseUnavailable
from storage.migrate import migrate
from storage.state import recall, remember


async def test_a_writer_that_gives_up_waiting_leaves_the_way_free(sqlite_db: Database) -> None:
    held, let_go = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with sqlite_db.transaction() as session:
            held.set()
            await let_go.wait()
            await remember(session, "who", "first")

    async def wait_in_vain() -> None:
        async with sqlite_db.transaction() as session:
            await remember(session, "who", "never")

    first = asyncio.create_task(hold())
    await held.wait()
    second = asyncio.create_task(wait_in_vain())
    await asyncio.sleep(0.05)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    let_go.set()
    await first
    async with sqlite_db.transaction() as session:
        assert await recall(session, "who") == "first"


async def test_another_process_that_writes_is_waited_for_and_the_loop_goes_on(
    sqlite_db: Database, sqlite_url: str
) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with sqlite_db.transaction() as session:
            await remember(session, "key", "written")

    writing = asyncio.create_task(write())
    for _ in range(20):  # readers read meanwhile
        async with sqlite_db.reading() as session:
            assert await recall(session, "key") is None
        await asyncio.sleep(0.005)
    assert not writing.done()
    other.execute("COMMIT")
    await writing
    async with sqlite_db.reading() as session:
        assert await recall(session, "key") == "written"
    other.close()


async def test_a_cancelled_wait_for_another_process_begins_nothing(
    sqlite_db: Database, sqlite_url: str
) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def write() -> None:
        async with sqlite_db.transaction() as session:
            await remember(session, "key", "never")

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.05)
    writing.cancel()
    await asyncio.sleep(0.05)
    other.execute("COMMIT")
    with pytest.raises(asyncio.CancelledError):
        await writing
    other.execute("BEGIN IMMEDIATE")  # nobody holds the lock
    other.execute("ROLLBACK")
    other.close()
    async with sqlite_db.transaction() as session:
        assert await recall(session, "key") is None


async def test_more_writers_than_threads(sqlite_db: Database) -> None:
    async def add() -> None:
        async with sqlite_db.transaction() as session:
            known = int(await recall(session, "count") or 0)
            await asyncio.sleep(0)
            await remember(session, "count", str(known + 1))

    await asyncio.gather(*(add() for _ in range(40)))
    async with sqlite_db.reading() as session:
        assert await recall(session, "count") == "40"


async def test_a_failed_statement_ends_the_turn(sqlite_db: Database) -> None:
    async def break_off() -> None:
        async with sqlite_db.transaction() as session:
            await (await session.connection()).execute(text("SELECT nothing FROM nowhere"))

    with pytest.raises(Exception, match="nowhere"):
        await break_off()
    async with sqlite_db.transaction() as session:
        await remember(session, "key", "value")


async def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/nowhere/at.db")
    with pytest.raises(Exception, match="database missing"):
        async with db.reading():
            pass
    await db.dispose()


async def test_a_migration_that_cannot_begin_is_told(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine._BUSY_TIMEOUT_S", 0.05)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    db = Database(sqlite_url)
    with pytest.raises(DatabaseUnavailable, match="database busy"):
        await migrate(db)
    with pytest.raises(DatabaseUnavailable, match="database busy"):
        async with db.transaction():
            pass
    other.close()
    await migrate(db)
    await db.dispose()
