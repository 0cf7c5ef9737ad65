"""Opens the database and its transactions; SQLite and PostgreSQL behave the same to the rooms above.

``transaction()`` is the only way to write, ``reading()`` the only way to read; ``glance()`` reads for less.
A row that is read in order to be changed is loaded with ``with_for_update(key_share=True)``: PostgreSQL then
queues the writers of that row, as SQLite queues all writers. Without ``key_share`` the lock would also stop
whoever inserts a row that refers to it, and two writers could each wait for the other.
"""

import asyncio
import sqlite3
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, Literal

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.direct import Glance
from storage.sqlite_inline import Snapshots, connecting

_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_BUSY_TIMEOUT_S = 30
_CONNECT_TIMEOUT_S = 10
_FORGET_PLANS_S = 3600  # another process may have counted anew: see ``tune``


Reason = Literal["unreachable", "refused", "missing", "unreadable", "busy"]


class DatabaseUnavailable(Exception):
    """The database cannot be used now. ``reason`` is for words, the cause for the log.

    unreachable: nothing answers there; refused: wrong user or password; missing: no such database or
    folder; unreadable: not a database, or no right to write it; busy: another writer never ended.
    """

    def __init__(self, reason: Reason, where: str) -> None:
        super().__init__(f"database {reason}: {where}")
        self.reason = reason
        self.where = where


class NestedTransaction(RuntimeError):
    """A defect of ours: this task opened a second block inside the first. SQLite would wait for itself."""


class Database:
    """One engine per way of use; sessions live only inside the two context managers.

    SQLite writers start with ``BEGIN IMMEDIATE``: a writer that read first and was then overtaken would
    fail (or, with the driver's defaults, silently lose an update), so it takes the write lock at once.
    """

    def __init__(self, url: str) -> None:
        self.url = _async_url(url)
        self.dialect: Literal["sqlite", "postgresql"] = (
            "sqlite" if self.url.get_backend_name() == "sqlite" else "postgresql"
        )
        self.engine = writing_engine(self.url)
        self._reader = (
            _sqlite_engine(self.url, begin="BEGIN", pragmas=("query_only=ON",))
            if self.dialect == "sqlite"
            else self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        )
        self._snapshots = Snapshots(self.url.database or "", timeout=_BUSY_TIMEOUT_S, recycle=_FORGET_PLANS_S)
        self._listeners: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)
        self._busy_tasks: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A unit of work: committed when the block ends, rolled back when it raises."""
        async with self._session(self.engine) as session:
            async with session.begin():
                await self._open(session)
                yield session
            for topic in session.info.get("changed", ()):
                for listener in self._listeners[topic]:
                    listener()

    def on_commit(self, topic: str, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each commit that put ``topic`` in ``session.info["changed"]``.

        A hint, never a promise: another process may have written.
        """
        self._listeners[topic].append(listener)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One consistent snapshot; writing in the block is refused by the database."""
        async with self._session(self._reader) as session:
            await self._open(session)
            yield session

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[Glance]:
        """As ``reading``, for the statements of ``storage.direct`` alone: no session is made for them."""
        with self._alone():
            if self.dialect == "postgresql":
                async with self._glance_at_postgresql() as glance:
                    yield glance
                return
            try:
                connection = await self._snapshots.begin()
            except refusals() as error:
                raise unavailable(error, self.url) from error
            try:
                yield Glance(connection, postgresql=False)
            finally:
                await self._snapshots.end(connection)

    async def tune(self) -> None:
        """Let the database count its rows again, so that it plans its queries well. After much was written.

        Without counts SQLite reads all the resources of a network to find five of them by their ids. Open
        connections keep the plans they have, so new ones replace them.
        """
        async with self.engine.begin() as connection:
            if self.dialect == "sqlite":
                await connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            await connection.exec_driver_sql("ANALYZE")
        await self.dispose()

    async def dispose(self) -> None:
        """Close every connection; what is asked later opens new ones."""
        self._snapshots.close()
        await self.engine.dispose()
        await self._reader.dispose()

    @asynccontextmanager
    async def _session(self, engine: AsyncEngine) -> AsyncIterator[AsyncSession]:
        with self._alone():
            async with AsyncSession(engine, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def _glance_at_postgresql(self) -> AsyncIterator[Glance]:
        async with AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(self._reader.connect())
                await connection.exec_driver_sql("SELECT 1")  # SQLAlchemy begins with its first statement
                driver = (await connection.get_raw_connection()).driver_connection
            except refusals() as error:
                raise unavailable(error, self.url) from error
            yield Glance(driver, postgresql=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One block at a time in a task: see ``NestedTransaction``."""
        task = asyncio.current_task()
        assert task is not None, "the database is used inside a task"  # noqa: S101 - narrows the type
        if task in self._busy_tasks:
            raise NestedTransaction("this task is already inside transaction(), reading() or glance()")
        self._busy_tasks.add(task)
        try:
            yield
        finally:
            self._busy_tasks.discard(task)

    async def _open(self, session: AsyncSession) -> None:
        """Begin now, so that an absent database is told here and not in the middle of the work."""
        try:
            await session.connection()
        except refusals() as error:
            raise unavailable(error, self.url) from error


def writing_engine(url: URL, *, foreign_keys: bool = True) -> AsyncEngine:
    """An engine whose transactions may write. Only migrations switch the foreign keys off."""
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, connect_args={"timeout": _CONNECT_TIMEOUT_S})
    pragma = "foreign_keys=ON" if foreign_keys else "foreign_keys=OFF"
    return _sqlite_engine(
        url, begin="BEGIN IMMEDIATE", pragmas=("journal_mode=WAL", "wal_autocheckpoint=0", pragma)
    )


def refusals() -> tuple[type[BaseException], ...]:
    """What a database that cannot be used raises.

    Asked when something was raised: by then PostgreSQL's driver is there, if it is used at all. A bot on
    SQLite need not hold it.
    """
    driver = sys.modules.get("asyncpg")
    of_driver = () if driver is None else (driver.PostgresError, driver.InterfaceError)
    return (OSError, SQLAlchemyError, sqlite3.Error, *of_driver)


def unusable() -> tuple[type[BaseException], ...]:
    """``refusals``, and our own name for them: for whoever tries again later."""
    return (DatabaseUnavailable, *refusals())


def _raised(error: BaseException, *names: str) -> bool:
    """Whether it is one of these of PostgreSQL's driver."""
    driver = sys.modules.get("asyncpg")
    return driver is not None and isinstance(error, tuple(getattr(driver, name) for name in names))


def unavailable(error: BaseException, url: URL) -> DatabaseUnavailable:
    """Which of our reasons a driver's error stands for."""
    where = url.render_as_string(hide_password=True)
    if isinstance(error, DBAPIError) and error.orig is not None:
        error = error.orig.__cause__ or error.orig
    text = str(error).lower()
    if _raised(error, "InvalidAuthorizationSpecificationError"):
        return DatabaseUnavailable("refused", where)
    if _raised(error, "InvalidCatalogNameError") or "unable to open" in text:
        return DatabaseUnavailable("missing", where)
    if "locked" in text or _raised(error, "TooManyConnectionsError"):
        return DatabaseUnavailable("busy", where)
    if "not a database" in text or "readonly" in text or "malformed" in text:
        return DatabaseUnavailable("unreadable", where)
    return DatabaseUnavailable("unreachable", where)


def _async_url(url: str) -> URL:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in _ASYNC_DRIVERS:
        raise ValueError(f"unsupported database: {backend}")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ValueError("a SQLite database needs a file: sqlite:///path")
    return parsed.set(drivername=_ASYNC_DRIVERS[backend])


def _sqlite_engine(url: URL, *, begin: str, pragmas: tuple[str, ...]) -> AsyncEngine:
    # The driver's own BEGIN would come too late, after the first write: we say it ourselves.
    connect = connecting(url.database or "", timeout=_BUSY_TIMEOUT_S)
    engine = create_async_engine(url, async_creator=connect, pool_recycle=_FORGET_PLANS_S)

    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("synchronous=NORMAL", *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def start(connection: Connection) -> None:
        # Past SQLAlchemy's machinery, which would cost more than the statement. ``_open`` names its errors.
        cursor = connection.connection.cursor()
        cursor.execute(begin)
        cursor.close()

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", start)
    return engine
