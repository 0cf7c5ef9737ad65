"""Imports every table, so that the metadata is complete for migrations, backup and the privacy test."""

from sqlmodel import SQLModel

from storage import (
    alerts,
    audit,
    calendars,
    drafts,
    invitations,
    joining,
    library,
    links,
    meetups,
    members,
    networks,
    opinions,
    outbox,
    polls,
    profiles,
    registrations,
    reports,
    search,
    state,
    threads,
    ticks,
    toolboxes,
)

__all__ = [
    "METADATA",
    "alerts",
    "audit",
    "calendars",
    "drafts",
    "invitations",
    "joining",
    "library",
    "links",
    "meetups",
    "members",
    "networks",
    "opinions",
    "outbox",
    "polls",
    "profiles",
    "registrations",
    "reports",
    "search",
    "state",
    "threads",
    "ticks",
    "toolboxes",
]

METADATA = SQLModel.metadata
