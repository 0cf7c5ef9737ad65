"""A SQLite driver for SQLAlchemy's asynchronous engine that runs most statements where it stands.

aiosqlite crosses to a thread and back for every step of every statement: four crossings, most of the time
of a short query on a local file, and far more when the loop is busy, since a thread waits for its turn to run
Python. Here only what may wait does so in a thread: opening, beginning to write while another process does,
a commit of many rows, and the checkpoint (the one moment when the disk is waited for, in WAL mode with
``synchronous=NORMAL``). All else is in memory, or nearly, and done at once.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Self, TypeVar

_BEGINS_TO_WRITE = "BEGIN IMMEDIATE"
_NO_WAIT = "PRAGMA busy_timeout = 0"
_MANY_ROWS = 500  # a commit of more is written in a thread
_CHECKPOINT_EVERY = 1000  # changed rows or commits, as SQLite itself counts pages

Result = TypeVar("Result")
log = logging.getLogger(__name__)


async def _in_thread(work: Callable[..., Result], *arguments: Any) -> Result:
    """Until it ends, even when cancelled meanwhile: a connection is never used by two at once."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


class Cursor:
    """What SQLAlchemy's adapter asks of a cursor."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._cursor = connection._conn.cursor()

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid

    @property
    def arraysize(self) -> int:
        return self._cursor.arraysize

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        if statement == _BEGINS_TO_WRITE:
            await self._connection.begin_to_write()
        else:
            self._cursor.execute(statement, parameters)

    async def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        self._cursor.executemany(statement, rows)

    async def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    async def fetchone(self) -> Any:
        return self._cursor.fetchone()

    async def fetchmany(self, size: int) -> list[Any]:
        return self._cursor.fetchmany(size)

    async def close(self) -> None:
        self._cursor.close()


class Writers:
    """What the writers of one engine share: their turn, and when the log goes into the file."""

    def __init__(self, path: str, timeout: float) -> None:
        self.turn = asyncio.Lock()
        self._path, self._timeout = path, timeout
        self._since = 0
        self._running: asyncio.Future[None] | None = None

    def committed(self, rows: int) -> None:
        """SQLite would do it within a commit, now and then, and everybody would wait for the disk."""
        self._since += 1 + rows
        if self._since < _CHECKPOINT_EVERY or (self._running is not None and not self._running.done()):
            return
        self._since = 0
        self._running = asyncio.get_running_loop().run_in_executor(None, self._checkpoint)

    def _checkpoint(self) -> None:
        """Passive: nobody is kept from reading or writing."""
        try:
            connection = sqlite3.connect(self._path, timeout=self._timeout, isolation_level=None)
            try:
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            finally:
                connection.close()
        except sqlite3.Error as error:
            log.warning("checkpoint put off: %s", error)


class Connection:
    """What SQLAlchemy's adapter asks of a connection. One task uses it at a time, as the pool gives it.

    Writers of one process take turns in the order in which they came; only those of other processes are
    waited for in a thread, as SQLite waits: by trying again.
    """

    def __init__(self, connection: sqlite3.Connection, writers: Writers, timeout: float) -> None:
        self._conn = self._connection = connection
        self.opened_at = time.monotonic()
        self._writers = writers
        self._mine = False
        self._changes = 0
        self._wait = f"PRAGMA busy_timeout = {round(timeout * 1000)}"

    @property
    def isolation_level(self) -> str | None:
        return self._conn.isolation_level

    def cursor(self) -> Cursor:
        return Cursor(self)

    async def begin_to_write(self) -> None:
        await self._writers.turn.acquire()
        self._mine = True
        self._changes = self._conn.total_changes
        try:
            if not self._begun_at_once():
                await _in_thread(self._conn.execute, _BEGINS_TO_WRITE)
        except BaseException:
            await self.rollback()
            raise

    def _begun_at_once(self) -> bool:
        """Nearly always: no other process is writing at this instant."""
        self._conn.execute(_NO_WAIT)
        try:
            self._conn.execute(_BEGINS_TO_WRITE)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        finally:
            self._conn.execute(self._wait)
        return True

    async def execute_fetchall(self, statement: str, parameters: Any = ()) -> list[Any]:
        """As aiosqlite has it, for those who go past SQLAlchemy."""
        return self._conn.execute(statement, parameters).fetchall()

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        self._conn.create_function(*arguments, **options)

    async def commit(self) -> None:
        rows = self._conn.total_changes - self._changes if self._mine else 0
        if rows > _MANY_ROWS:
            await _in_thread(self._conn.commit)
        else:
            self._conn.commit()
        if self._mine:
            self._writers.committed(rows)
        self._end_turn()

    async def rollback(self) -> None:
        self._conn.rollback()
        self._end_turn()

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        """Also when the loop is gone."""
        self._conn.close()
        self._end_turn()

    def _end_turn(self) -> None:
        if self._mine:
            self._mine = False
            self._writers.turn.release()


def connecting(path: str, *, timeout: float) -> Callable[..., Awaitable[Connection]]:
    """For ``create_async_engine(async_creator=…)``: one engine on a file. Transactions are begun by hand."""
    writers = Writers(path, timeout)

    def open_file() -> sqlite3.Connection:
        # Threads take turns, never at once: the driver's own check would refuse even that.
        return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)

    async def connect(*_arguments: Any, **_options: Any) -> Connection:
        return Connection(await _in_thread(open_file), writers, timeout)

    return connect


class Snapshots:
    """Connections that only read, past SQLAlchemy and its pool: what every answer waits for passes here."""

    def __init__(self, path: str, *, timeout: float, recycle: float) -> None:
        """``recycle``: seconds after which a connection is replaced, its plans being of another time."""
        self._connect = connecting(path, timeout=timeout)
        self._recycle = recycle
        self._idle: list[Connection] = []

    async def begin(self) -> Connection:
        """A connection of one's own, in a transaction that sees one state of the database: ``end`` it."""
        connection = await self._taken()
        try:
            await connection.execute_fetchall("BEGIN")
        except BaseException:
            connection.stop()
            raise
        return connection

    async def end(self, connection: Connection) -> None:
        """Give it back."""
        try:
            await connection.rollback()
        except BaseException:
            connection.stop()
            raise
        self._idle.append(connection)

    def close(self) -> None:
        """Those that are lent end by themselves, at their age."""
        while self._idle:
            self._idle.pop().stop()

    async def _taken(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if time.monotonic() - connection.opened_at < self._recycle:
                return connection
            connection.stop()
        connection = await self._connect()
        for pragma in ("synchronous=NORMAL", "query_only=ON"):
            await connection.execute_fetchall(f"PRAGMA {pragma}")
        return connection
