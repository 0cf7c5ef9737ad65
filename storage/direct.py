"""Statements straight to the driver, in the session's own transaction: for the few that all answers wait for.

SQLAlchemy's way costs several times what such a short statement costs itself. The text is plain SQL of one
meaning on SQLite and PostgreSQL; many values travel as one array (PostgreSQL) or one JSON text (SQLite), so
that it is the same text whatever their number. Everything else goes through SQLModel.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_DRIVER = "driver connection"


@dataclass(frozen=True, slots=True)
class Glance:
    """One snapshot of the database on its driver, for the statements of this module and no others."""

    driver: Any
    postgresql: bool


# Where a statement may run: in a session's transaction, or in a snapshot that needs no session.
Source = AsyncSession | Glance


def on_postgresql(source: Source) -> bool:
    return source.postgresql if isinstance(source, Glance) else source.get_bind().dialect.name == "postgresql"


async def run(source: Source, sqlite: str, postgresql: str | None = None, **values: Any) -> Sequence[Any]:
    """The rows of one statement. ``:name`` in it is a value; a list is an array or a JSON text."""
    driver = source.driver if isinstance(source, Glance) else await _begun(source)
    if on_postgresql(source):
        return list(await driver.fetch(_numbered(postgresql or sqlite, tuple(values)), *values.values()))
    plain = {name: _for_sqlite(value) for name, value in values.items()}
    return list(await driver.execute_fetchall(sqlite, plain))


async def of_ids(source: Source, statement: str, ids: Sequence[int], **values: Any) -> Sequence[Any]:
    """``run`` where ``{ids}`` in the statement stands for the numbers that a column may be among."""
    return await run(
        source,
        statement.format(ids="IN (SELECT value FROM json_each(:ids))"),
        statement.format(ids="= ANY(CAST(:ids AS bigint[]))"),
        ids=list(ids),
        **values,
    )


def _for_sqlite(value: Any) -> Any:
    """As SQLAlchemy keeps it there."""
    if isinstance(value, list):
        return json.dumps(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


def instant(value: Any) -> datetime | None:
    """``moment`` of a column that may be empty."""
    return None if value is None else moment(value)


def moment(value: Any) -> datetime:
    """What either driver gives for a column of an instant: SQLite keeps it as text, without its zone."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


def from_json(value: Any) -> Any:
    """What either driver gives for a column of JSON: its text."""
    return json.loads(value) if isinstance(value, str) else value


async def _begun(session: AsyncSession) -> Any:
    """The driver's connection, looked up once: a session of ours lives as long as its one transaction."""
    driver: Any = session.info.get(_DRIVER)
    if driver is None:
        connection = await session.connection()
        driver = session.info[_DRIVER] = (await connection.get_raw_connection()).driver_connection
    if on_postgresql(session) and not driver.is_in_transaction():
        await (await session.connection()).execute(text("SELECT 1"))  # SQLAlchemy begins with its first own
    return driver


@cache
def _numbered(statement: str, names: tuple[str, ...]) -> str:
    """``:name`` as PostgreSQL's own ``$1``."""
    places = {name: f"${place}" for place, name in enumerate(names, start=1)}
    return re.sub(r"(?<!:):([a-z]\w*)", lambda match: places[match[1]], statement)
