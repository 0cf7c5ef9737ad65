"""What a member typed in a form that could not be taken yet, so that nothing has to be typed twice.

Personal: kept until the form goes through, or until it is purged for its age.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession


class Draft(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    member_id: int = Field(foreign_key="member.id", index=True)
    form: str  # the form's name: "library.propose"
    subject_id: int = 0  # what the form was about, 0 when it makes something new
    values: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    updated_at: datetime = Field(index=True)

    __table_args__ = (UniqueConstraint("network_id", "member_id", "form", "subject_id"),)


async def find(
    session: AsyncSession, network_id: int, member_id: int, form: str, subject_id: int
) -> Draft | None:
    """The one draft that this member has of this form on this subject."""
    query = select(Draft).where(
        Draft.network_id == network_id,
        Draft.member_id == member_id,
        Draft.form == form,
        Draft.subject_id == subject_id,
    )
    return (await session.exec(query)).first()


async def keep(
    session: AsyncSession,
    network_id: int,
    member_id: int,
    form: str,
    subject_id: int,
    values: Mapping[str, Any],
    now: datetime,
) -> Draft:
    """The latest text wins over what was kept before."""
    draft = await find(session, network_id, member_id, form, subject_id)
    if draft is None:
        draft = Draft(
            network_id=network_id, member_id=member_id, form=form, subject_id=subject_id, updated_at=now
        )
    draft.values = dict(values)
    draft.updated_at = now
    session.add(draft)
    await session.flush()
    return draft


async def forget(session: AsyncSession, network_id: int, member_id: int, form: str, subject_id: int) -> None:
    """Nothing happens when there was none."""
    await session.exec(
        delete(Draft).where(
            col(Draft.network_id) == network_id,
            col(Draft.member_id) == member_id,
            col(Draft.form) == form,
            col(Draft.subject_id) == subject_id,
        )
    )


async def purge(session: AsyncSession, older_than: datetime) -> int:
    """Of every network: an age limit is the operator's promise, not a network's."""
    result = await session.exec(delete(Draft).where(col(Draft.updated_at) < older_than))
    return result.rowcount
