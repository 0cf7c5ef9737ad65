"""Opens the database and its transactions; SQLite and PostgreSQL behave the same to the rooms above.

Must not know any table. ``transaction()`` is the only way to write, ``reading()`` the only way to read.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_BUSY_TIMEOUT_S = 30


class Database:
    """One engine; sessions live only inside the two context managers.

    SQLite writers start with ``BEGIN IMMEDIATE``: a writer that read first and was then overtaken would
    fail (or, with the driver's defaults, silently lose an update), so it takes the write lock at once.
    """

    def __init__(self, url: str) -> None:
        self.url = _async_url(url)
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"
        )
        self.engine = _engine(self.url)
        self._writer = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        if self.dialect == "postgresql":
            self._reader = self.engine.execution_options(postgresql_readonly=True)
        else:
            self._reader = self.engine.execution_options(begin="BEGIN")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A unit of work: committed when the block ends, rolled back when it raises."""
        async with AsyncSession(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One consistent snapshot; nothing written in the block is kept."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _async_url(url: str) -> URL:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in _ASYNC_DRIVERS:
        raise ValueError(f"unsupported database: {backend}")
    return parsed.set(drivername=_ASYNC_DRIVERS[backend])


def _engine(url: URL) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True)
    # The driver's own BEGIN would come too late, after the first write: we say it ourselves.
    engine = create_async_engine(url, connect_args={"isolation_level": None, "timeout": _BUSY_TIMEOUT_S})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
