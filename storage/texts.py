"""Words that a network wrote for itself in place of shipped ones: one draft and one in use for each."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, SQLModel, col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession


class NetworkText(SQLModel, table=True):
    __tablename__ = "network_text"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    name: str = Field(primary_key=True)  # of the template: "meetups/reminder"
    locale: str = Field(primary_key=True)
    in_use: bool = Field(primary_key=True)  # False: a draft, seen by who edits only
    title: str
    body: str
    note: str
    changed_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    changed_at: datetime
    failed_at: datetime | None = None  # it could not be filled: the shipped words are used until it is edited


async def get(
    session: AsyncSession, network_id: int, name: str, locale: str, *, in_use: bool
) -> NetworkText | None:
    return await session.get(NetworkText, (network_id, name, locale, in_use))


async def of(session: AsyncSession, network_id: int) -> Sequence[NetworkText]:
    """All of a network."""
    query = select(NetworkText).where(NetworkText.network_id == network_id)
    return (await session.exec(query.order_by(col(NetworkText.name), col(NetworkText.locale)))).all()


async def used(session: AsyncSession, network_id: int) -> dict[tuple[str, str], dict[str, str]]:
    """(template, language) -> its parts, for those that work."""
    return {
        (row.name, row.locale): {"title": row.title, "body": row.body, "note": row.note}
        for row in await of(session, network_id)
        if row.in_use and row.failed_at is None
    }


async def forget(session: AsyncSession, network_id: int, name: str, locale: str) -> bool:
    """Draft and words in use; whether there were any."""
    gone = (
        delete(NetworkText)
        .where(
            col(NetworkText.network_id) == network_id,
            col(NetworkText.name) == name,
            col(NetworkText.locale) == locale,
        )
        .returning(col(NetworkText.in_use))
    )
    return len((await session.exec(gone)).all()) > 0


async def mark_failed(session: AsyncSession, network_id: int, name: str, locale: str, now: datetime) -> bool:
    """False when somebody has noted it already."""
    change = (
        update(NetworkText)
        .where(
            col(NetworkText.network_id) == network_id,
            col(NetworkText.name) == name,
            col(NetworkText.locale) == locale,
            col(NetworkText.in_use),
            col(NetworkText.failed_at).is_(None),
        )
        .values(failed_at=now)
    )
    return len((await session.exec(change.returning(col(NetworkText.name)))).all()) > 0
