"""Transactions: nothing is lost between concurrent writers, readers see one instant, absence is named."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlmodel import select

from storage.engine import Database, DatabaseUnavailable, NestedTransaction
from storage.networks import Network, Theme

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


async def add_network(db: Database, name: str = "Réseau", created_at: datetime = NEW_YEAR) -> int:
    async with db.transaction() as session:
        network = Network(name=name, created_at=created_at)
        session.add(network)
        await session.flush()
        assert network.id is not None
        return network.id


async def names(db: Database) -> list[str]:
    async with db.reading() as session:
        return list((await session.exec(select(Network.name))).all())


async def test_eight_bookings_at_once_end_at_eight(db: Database) -> None:
    network_id = await add_network(db, "0")

    async def book() -> None:
        async with db.transaction() as session:
            mine = select(Network).where(Network.id == network_id).with_for_update()
            network = (await session.exec(mine)).one()
            seats = int(network.name)
            await asyncio.sleep(0.01)
            network.name = str(seats + 1)

    await asyncio.gather(*(book() for _ in range(8)))
    assert await names(db) == ["8"]


async def test_a_block_that_raises_writes_nothing(db: Database) -> None:
    async def fail() -> None:
        async with db.transaction() as session:
            session.add(Network(name="Réseau", created_at=NEW_YEAR))
            await session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await names(db) == []


async def test_a_reader_sees_one_instant(db: Database) -> None:
    await add_network(db, "avant")

    async def write() -> None:
        await add_network(db, "pendant")

    async with db.reading() as session:
        before = (await session.exec(select(Network.name))).all()
        await asyncio.create_task(write())
        assert (await session.exec(select(Network.name))).all() == before == ["avant"]
    assert sorted(await names(db)) == ["avant", "pendant"]


async def test_writing_in_a_reading_block_is_refused(db: Database) -> None:
    async with db.reading() as session:
        session.add(Network(name="Réseau", created_at=NEW_YEAR))
        with pytest.raises(DBAPIError, match=r"read-?only"):
            await session.flush()
        await session.rollback()
    assert await names(db) == []


@pytest.mark.parametrize("outer", ["transaction", "reading"])
@pytest.mark.parametrize("inner", ["transaction", "reading"])
async def test_a_block_inside_a_block_is_refused_at_once(db: Database, outer: str, inner: str) -> None:
    async with getattr(db, outer)():
        with pytest.raises(NestedTransaction):
            async with getattr(db, inner)():
                pass
    await add_network(db)


async def test_instants_come_back_aware_and_in_utc(db: Database) -> None:
    island = timezone(timedelta(hours=4))
    await add_network(db, created_at=datetime(2026, 3, 29, 2, 30, tzinfo=island))
    async with db.reading() as session:
        found = (await session.exec(select(Network.created_at))).one()
    assert found == datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
    assert found.tzinfo is UTC


async def test_an_instant_without_a_zone_is_refused(db: Database) -> None:
    with pytest.raises(StatementError):
        await add_network(db, created_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the fault under test


async def test_commits_tell_those_who_listen(db: Database) -> None:
    heard: list[str] = []
    db.on_commit("outbox", lambda: heard.append("outbox"))

    async def fail() -> None:
        async with db.transaction() as session:
            session.info["changed"] = {"outbox"}
            raise ZeroDivisionError

    async with db.transaction() as session:
        session.info["changed"] = {"outbox"}
        assert heard == []
    await add_network(db)
    with pytest.raises(ZeroDivisionError):
        await fail()
    assert heard == ["outbox"]


async def reason(url: str) -> str:
    db = Database(url)
    try:
        with pytest.raises(DatabaseUnavailable) as refusal:
            async with db.transaction():
                pass
        return refusal.value.reason
    finally:
        await db.dispose()


async def test_why_a_file_cannot_be_used(tmp_path: Path) -> None:
    assert await reason(f"sqlite:///{tmp_path}/nowhere/entrepairs.db") == "missing"
    (tmp_path / "letter.db").write_text("Cher réseau, " * 100)
    assert await reason(f"sqlite:///{tmp_path}/letter.db") == "unreadable"


async def test_why_a_server_cannot_be_used(postgresql_server: str) -> None:
    assert await reason("postgresql://someone:secret@127.0.0.1:1/entrepairs") == "unreachable"
    assert await reason(postgresql_server.replace("/postgres?", "/nothing_there?")) == "missing"
    unknown = postgresql_server.replace("postgres:@", "nobody:@")
    assert unknown != postgresql_server
    assert await reason(unknown) == "refused"


async def test_the_password_is_never_told() -> None:
    db = Database("postgresql://someone:secret@127.0.0.1:1/entrepairs")
    with pytest.raises(DatabaseUnavailable) as refusal:
        async with db.reading():
            pass
    await db.dispose()
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("url", ["mysql://localhost/entrepairs", "sqlite://", "sqlite:///:memory:"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"unsupported|needs a file"):
        Database(url)


async def test_foreign_keys_are_kept(db: Database) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"):
        async with db.transaction() as session:
            await session.exec(
                text("INSERT INTO theme (network_id, name, tag, position) VALUES (99, 'a', 'a', 1)")
            )  # type: ignore[call-overload]  # plain SQL


async def test_the_database_counts_its_rows_when_told(db: Database) -> None:
    """Without counts SQLite reads every row of a network to find five of them by their ids."""
    async with db.transaction() as session:
        network = Network(name="Réseau", created_at=datetime(2026, 3, 2, tzinfo=UTC))
        session.add(network)
        await session.flush()
        session.add_all(
            Theme(network_id=network.id or 0, name=f"Thème {number}", position=number)
            for number in range(500)
        )
    await db.tune()
    counts = {
        "sqlite": "SELECT min(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'theme'",
        "postgresql": "SELECT CAST(reltuples AS INTEGER) FROM pg_class WHERE relname = 'theme'",
    }
    async with db.reading() as session:
        connection = await session.connection()
        assert (await connection.exec_driver_sql(counts[db.dialect])).scalar() == 500
