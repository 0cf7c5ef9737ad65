"""Reports on resources: what a member found wrong, and what became of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import bears


class ReportReason(StrEnum):
    OBSOLETE = "obsolete"
    ERROR = "error"
    DUPLICATE = "duplicate"
    INAPPROPRIATE = "inappropriate"


class ReportState(StrEnum):
    OPEN = "open"
    CORRECTED = "corrected"
    REMOVED = "removed"
    KEPT = "kept"  # looked at, and left as it is


class ResourceReport(SQLModel, table=True):
    __tablename__ = "resource_report"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    resource_id: int = Field(foreign_key="resource.id", index=True)
    reported_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    reason: str
    comment: str = ""
    state: str = ReportState.OPEN
    answer: str = ""
    processed_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    processed_at: datetime | None = None
    created_at: datetime

    __table_args__ = (
        Index("ix_resource_report_queue", "network_id", "state", "created_at"),
        CheckConstraint(
            "reason IN ('obsolete', 'error', 'duplicate', 'inappropriate')",
            name="resource_report_reason_known",
        ),
        CheckConstraint(
            "state IN ('open', 'corrected', 'removed', 'kept')", name="resource_report_state_known"
        ),
    )


async def get(session: AsyncSession, network_id: int, report_id: int) -> ResourceReport | None:
    """Whatever its state."""
    query = select(ResourceReport).where(
        ResourceReport.network_id == network_id, ResourceReport.id == report_id
    )
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, report_id: int) -> ResourceReport | None:
    """As ``get``; two facilitators who answer the same report take turns."""
    query = select(ResourceReport).where(
        ResourceReport.network_id == network_id, ResourceReport.id == report_id
    )
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def waiting(
    session: AsyncSession,
    network_id: int,
    *,
    limit: int,
    offset: int = 0,
    theme_ids: Collection[int] | None = None,
) -> tuple[Sequence[ResourceReport], int]:
    """Those without an answer, the oldest first, and how many there are; of these themes only."""
    query = select(ResourceReport).where(
        ResourceReport.network_id == network_id, ResourceReport.state == ReportState.OPEN
    )
    if theme_ids is not None:
        query = query.where(bears(col(ResourceReport.resource_id), theme_ids))
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    oldest = query.order_by(col(ResourceReport.created_at), col(ResourceReport.id))
    return (await session.exec(oldest.limit(limit).offset(offset))).all(), total


async def open_on(session: AsyncSession, network_id: int, resource_id: int) -> Sequence[ResourceReport]:
    """The unanswered reports on one resource, held until the transaction ends."""
    query = select(ResourceReport).where(
        ResourceReport.network_id == network_id,
        ResourceReport.resource_id == resource_id,
        ResourceReport.state == ReportState.OPEN,
    )
    return (await session.exec(query.order_by(col(ResourceReport.id)).with_for_update(key_share=True))).all()
