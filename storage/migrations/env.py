"""Alembic's entrance. It never opens a database itself: ``storage.migrate`` hands it a connection."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import JSON, Connection
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from storage.schema import METADATA

_PLAIN_TYPES = ((UTCDateTime, "sa.DateTime(timezone=True)"), (AutoString, "sa.String()"), (JSON, "sa.JSON()"))


def plain_type(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write SQLAlchemy's own types in a revision: it must not change when SQLModel does."""
    if kind == "type":
        for ours, written in _PLAIN_TYPES:
            if isinstance(item, ours):
                return written
    return False


def is_ours(_item: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    """Full-text tables are made by hand in a revision; the models do not know them."""
    return not (kind == "table" and reflected and compared is None and "_fts" in (name or ""))


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=True,  # SQLite changes a table by making it anew
        transactional_ddl=True,  # on SQLite too: our own BEGIN holds it all
        render_item=plain_type,
        include_object=is_ours,
        compare_type=True,
    )
    context.run_migrations()


run(context.config.attributes["connection"])
