"""A backup is worth what restoring it gives back: everything, in either kind of database; or a refusal."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from storage.audit import AuditEntry
from storage.backup import BackupTooNew, DatabaseNotEmpty, NotABackup, backup, restore
from storage.engine import Database
from storage.library import Resource
from storage.members import Member
from storage.migrate import current, differences, downgrade, head
from storage.networks import Network
from storage.schema import METADATA
from storage.search.tables import SearchDocument, SearchEntry
from storage.state import AppState

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


async def inhabit(db: Database, members: int = 1200) -> None:
    """Rows of every kind of column, a member who refers to a later one, and more than one page of them."""
    async with db.transaction() as session:
        network = Network(name="Réseau « test »\n🙂", created_at=NOW)
        session.add(network)
        await session.flush()
        assert network.id is not None
        people = [
            Member(network_id=network.id, display_name=f"M\u00e9lanie {number}", arrived_at=NOW)
            for number in range(members)
        ]
        session.add_all(people)
        await session.flush()
        people[0].admitted_by = people[-1].id
        session.add(
            AuditEntry(network_id=network.id, at=NOW, action="a", details={"é": [1, None, {"b": "c"}]})
        )
        session.add(
            Resource(
                network_id=network.id,
                ref="r1",
                title="Guide",
                tags=["eau", "vélo"],
                review_by=date(2027, 1, 31),
                created_at=NOW,
                updated_at=NOW,
            )
        )
        session.add(
            SearchDocument(
                network_id=network.id,
                number=1,
                kind="resource",
                item_id=1,
                **_fillers(SearchDocument, b"\x00\xff\x80"),
            )
        )
        session.add(SearchEntry(network_id=network.id, number=1, postings=b"\x80\xff\x00"))


def _fillers(model: Any, data: bytes) -> dict[str, Any]:
    """Values for the columns that this test does not name, whatever they are."""
    named = {"network_id", "number", "kind", "item_id"}
    values: dict[str, Any] = {}
    for column in model.__table__.columns:
        if column.name not in named and not column.nullable and column.default is None:
            values[column.name] = data if column.type.python_type is bytes else 1
    return values


async def everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    async with db.reading() as session:
        connection = await session.connection()
        for table in METADATA.sorted_tables:
            rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
            found[table.name] = [tuple(row) for row in rows]
    return found


@pytest.fixture
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A second database, of the kind that the test asks for, without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other.db"
    return str(request.getfixturevalue("postgresql_empty_url"))


@pytest.fixture
async def other_db(other_url: str) -> AsyncIterator[Database]:
    database = Database(other_url)
    yield database
    await database.dispose()


@pytest.mark.parametrize("other_url", ["sqlite", "postgresql"], indirect=True)
async def test_everything_comes_back_in_either_kind(db: Database, other_db: Database, tmp_path: Path) -> None:
    await inhabit(db)
    seen: list[tuple[int, int]] = []
    total = await backup(db, tmp_path / "all.gz", lambda done, of: seen.append((done, of)))
    assert seen[-1] == (total, total)
    seen.clear()
    assert (
        await restore(other_db, tmp_path / "all.gz", progress=lambda done, of: seen.append((done, of)))
        == total
    )
    assert seen[-1] == (total, total)
    assert await everything(other_db) == await everything(db)
    assert await differences(other_db) == []
    await inhabit(other_db, members=1)  # the next numbers are free, and the references are kept again
    async with other_db.transaction() as session:
        connection = await session.connection()
        with pytest.raises(Exception, match=r"(?i)foreign key"):
            await connection.execute(text("UPDATE member SET network_id = 99"))


async def test_a_database_in_use_is_only_replaced_when_told(db: Database, tmp_path: Path) -> None:
    await inhabit(db, members=2)
    await backup(db, tmp_path / "all.gz")
    before = await everything(db)
    await inhabit(db, members=3)
    with pytest.raises(DatabaseNotEmpty):
        await restore(db, tmp_path / "all.gz")
    assert len((await everything(db))["network"]) == 2
    await restore(db, tmp_path / "all.gz", replace=True)
    assert await everything(db) == before


async def test_what_the_application_notes_by_itself_is_no_use(db: Database, tmp_path: Path) -> None:
    await backup(db, tmp_path / "all.gz")
    async with db.transaction() as session:
        session.add(AppState(key="commands", value="1"))
    await restore(db, tmp_path / "all.gz")
    assert (await everything(db))["app_state"] == []


async def test_an_older_database_is_brought_to_the_backup(db: Database, tmp_path: Path) -> None:
    await inhabit(db, members=2)
    before = await everything(db)
    await backup(db, tmp_path / "all.gz")
    await downgrade(db, "base")
    await restore(db, tmp_path / "all.gz")
    assert await current(db) == head()
    assert await everything(db) == before


async def test_a_file_is_never_replaced_and_is_for_its_owner(sqlite_db: Database, tmp_path: Path) -> None:
    path = tmp_path / "all.gz"
    await backup(sqlite_db, path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        await backup(sqlite_db, path)
    assert not path.with_name(".all.gz.partial").exists()


async def test_what_is_no_backup_leaves_the_database_alone(sqlite_db: Database, tmp_path: Path) -> None:
    await inhabit(sqlite_db, members=50)
    good = tmp_path / "good.gz"
    await backup(sqlite_db, good)
    before = await everything(sqlite_db)
    lines = gzip.decompress(good.read_bytes()).decode().splitlines(keepends=True)
    packed = good.read_bytes()
    flipped = bytearray(packed)
    flipped[len(packed) // 2] ^= 0xFF
    damaged = {
        "letter": b"Bonjour",
        "empty": b"",
        "other gzip": gzip.compress(b"Bonjour\n"),
        "other json": gzip.compress(b'{"format": "other"}\n'),
        "cut": packed[: len(packed) // 2],
        "flipped": bytes(flipped),
        "without its end": gzip.compress("".join(lines[:-1]).encode()),
        "with a row less": gzip.compress("".join(lines[:5] + lines[6:]).encode()),
        "with a value of another kind": gzip.compress(
            "".join(lines).replace("2026-03-02", "bientôt").encode()
        ),
    }
    for name, content in damaged.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotABackup):
            await restore(sqlite_db, path, replace=True)
        assert await everything(sqlite_db) == before, name


async def test_rows_that_refer_to_nothing_are_refused(db: Database, tmp_path: Path) -> None:
    await inhabit(db, members=2)
    await backup(db, tmp_path / "good.gz")
    before = await everything(db)
    lines = [json.loads(line) for line in gzip.decompress((tmp_path / "good.gz").read_bytes()).splitlines()]
    lines[0]["rows"]["network"] = 0
    lines[-1]["end"] -= 1
    networks = [line for line in lines if isinstance(line, list) and "Réseau « test »\n🙂" in line]
    kept = [line for line in lines if line not in networks]
    (tmp_path / "bad.gz").write_bytes(gzip.compress("\n".join(map(json.dumps, kept)).encode()))
    with pytest.raises(NotABackup):
        await restore(db, tmp_path / "bad.gz", replace=True)
    assert await everything(db) == before


async def test_a_backup_of_a_later_program_is_named(sqlite_db: Database, tmp_path: Path) -> None:
    await backup(sqlite_db, tmp_path / "all.gz")
    newer = gzip.decompress((tmp_path / "all.gz").read_bytes()).replace(
        f'"revision":"{head()}"'.encode(), b'"revision":"9999"'
    )
    (tmp_path / "newer.gz").write_bytes(gzip.compress(newer))
    with pytest.raises(BackupTooNew):
        await restore(sqlite_db, tmp_path / "newer.gz")
