"""Every row that refers to a member, found from the tables themselves: to hand it over, and to take it away.

What each column means is decided in ``community/privacy.py``; here are the queries, the same for all tables.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, CursorResult, Executable, Table, delete, or_, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Identity, Member, MemberState
from storage.networks import Network
from storage.outbox import Outbox, OutboxState
from storage.schema import METADATA

MEMBER = "member.id"
_NETWORK = "network_id"


def references() -> Mapping[tuple[str, str], Column[Any]]:
    """(table, column) of every foreign key to a member."""
    return {
        (table.name, column.name): column
        for table in METADATA.sorted_tables
        for column in table.columns
        if any(key.target_fullname == MEMBER for key in column.foreign_keys)
    }


async def rows(session: AsyncSession, table: str, column: str, member_id: int) -> Sequence[dict[str, Any]]:
    """Whole rows of a table that refer to a member."""
    found = METADATA.tables[table]
    query = select(found).where(found.c[column] == member_id).order_by(*found.primary_key.columns)
    return [dict(row) for row in (await _run(session, query)).mappings().all()]


async def delete_rows(session: AsyncSession, table: str, column: str, member_id: int) -> None:
    """The rows of a member, and what hangs on them."""
    await _delete(session, METADATA.tables[table], METADATA.tables[table].c[column] == member_id)


async def clear(session: AsyncSession, table: str, column: str, member_id: int) -> None:
    """Keep the row, forget who."""
    found = METADATA.tables[table]
    await _run(session, update(found).where(found.c[column] == member_id).values({column: None}))


async def cancel_outbox(session: AsyncSession, member_id: int, now: datetime) -> None:
    """Nothing more is sent to, or about, a member."""
    about = Outbox.__table__.c  # type: ignore[attr-defined]  # SQLModel gives it at run time
    mine = or_(
        about.recipient_id == member_id,
        (about.subject_id == member_id) & (about.kind.like("member.%") | about.kind.like("join.%")),
    )
    await _run(
        session,
        update(Outbox)
        .where(mine, about.state.in_((OutboxState.DUE, OutboxState.CLAIMED)))
        .values(state=OutboxState.DROPPED, reason="erased", ended_at=now, lease_owner=None),
    )


async def told_of(
    session: AsyncSession, network_id: int, member_id: int, kinds: Collection[str]
) -> Sequence[tuple[str, str]]:
    """Kind and message of what was posted about a member, as far as the delivery logs reach back."""
    query = select_rows(Outbox.kind, Outbox.external_ref).where(
        Outbox.network_id == network_id,
        Outbox.subject_id == member_id,
        col(Outbox.kind).in_(kinds),
        Outbox.state == OutboxState.SENT,
    )
    found = (await session.exec(query.order_by(col(Outbox.id)))).all()
    return [(kind, message) for kind, message in found if message]


async def purge_network(session: AsyncSession, network_id: int) -> None:
    """Everything of a network, whatever the table; a table without the network's id goes by its parent."""
    for table in reversed(METADATA.sorted_tables):
        if _NETWORK in table.c:
            await _delete(session, table, table.c[_NETWORK] == network_id)
    await _run(session, delete(Network).where(col(Network.id) == network_id))


async def _run(session: AsyncSession, statement: Executable) -> CursorResult[Any]:
    """On the session's connection: these statements are about tables, not about models."""
    await session.flush()
    return await (await session.connection()).execute(statement)


async def _delete(session: AsyncSession, table: Table, condition: Any) -> None:
    """The rows and those of other tables that cannot be without them."""
    for child in METADATA.sorted_tables:
        for column in child.columns:
            for key in column.foreign_keys:
                if key.column.table is not table or child is table:
                    continue
                there = column.in_(select(key.column).where(condition))
                if column.nullable and not column.primary_key:
                    await _run(session, update(child).where(there).values({column.name: None}))
                else:
                    await _delete(session, child, there)
    await _run(session, delete(table).where(condition))


async def unseen(
    session: AsyncSession, before: datetime, limit: int
) -> Sequence[tuple[Member, Network, Identity]]:
    """Members of every network who did nothing since then, the longest first; the operator's own tick."""
    query = (
        select_rows(Member, Network, Identity)
        .join(Network, col(Network.id) == Member.network_id)
        .join(Identity, col(Identity.member_id) == Member.id)
        .where(col(Member.seen_at) < before, Member.state != MemberState.SUSPENDED)
        .order_by(col(Member.seen_at))
        .limit(limit)
    )
    return list((await session.exec(query)).all())


async def warning(session: AsyncSession, network_id: int, dedupe_key: str) -> Outbox | None:
    """What became of a warning."""
    query = select_rows(Outbox).where(Outbox.network_id == network_id, Outbox.dedupe_key == dedupe_key)
    return (await session.exec(query)).first()


async def left_networks(session: AsyncSession, before: datetime) -> Sequence[Network]:
    """Those whose server removed the bot before then."""
    query = select_rows(Network).where(col(Network.left_at) < before)
    return list((await session.exec(query)).all())
