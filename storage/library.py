"""Resources of the library: the rows, and the named queries on them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class ResourceState(StrEnum):
    PROPOSED = "proposed"  # in the review queue
    PUBLISHED = "published"  # the only state that search, autocomplete and digests may show
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Resource(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    ref: str  # the id given at import, kept; or one of ours
    title: str
    summary: str = ""
    body: str = ""
    url: str | None = None
    url_key: str | None = None  # the normalised address, to find duplicates
    kind: str = "other"  # a key of the label table "resource_kinds"
    publisher: str = ""
    year: int | None = None
    language: str = "fr"
    licence: str = ""
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    state: str = ResourceState.PROPOSED
    proposed_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    reviewed_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    reviewed_at: datetime | None = None
    refusal_reason: str | None = None
    review_by: date | None = None
    version: int = 1  # optimistic lock: two facilitators may act at once
    created_at: datetime
    updated_at: datetime

    __table_args__ = (
        UniqueConstraint("network_id", "ref"),
        Index("ix_resource_url_key", "network_id", "url_key"),
        Index("ix_resource_queue", "network_id", "state", "created_at"),
        CheckConstraint(
            "state IN ('proposed', 'published', 'refused', 'withdrawn')", name="resource_state_known"
        ),
    )


class ResourceTheme(SQLModel, table=True):
    __tablename__ = "resource_theme"

    resource_id: int = Field(foreign_key="resource.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True, index=True)
