"""Imports every table, so that the metadata is complete for migrations, backup and the privacy test."""

from sqlmodel import SQLModel

from storage import (
    audit,
    drafts,
    joining,
    library,
    links,
    meetups,
    members,
    networks,
    outbox,
    profiles,
    registrations,
    search,
    state,
)

__all__ = [
    "METADATA",
    "audit",
    "drafts",
    "joining",
    "library",
    "links",
    "meetups",
    "members",
    "networks",
    "outbox",
    "profiles",
    "registrations",
    "search",
    "state",
]

METADATA = SQLModel.metadata
