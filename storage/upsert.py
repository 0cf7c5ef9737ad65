"""``INSERT … ON CONFLICT DO NOTHING``, which each dialect of SQLAlchemy has under its own name."""

from typing import Any

from sqlalchemy import Table
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.direct import on_postgresql


def insert_if_new(session: AsyncSession, table: type[SQLModel] | Table) -> Any:
    """The statement, without its values. The other dialect (2 MiB) is not even loaded."""
    if on_postgresql(session):
        from sqlalchemy.dialects.postgresql import insert as of_postgresql

        return of_postgresql(table).on_conflict_do_nothing()
    from sqlalchemy.dialects.sqlite import insert as of_sqlite

    return of_sqlite(table).on_conflict_do_nothing()
