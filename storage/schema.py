"""Imports every table, so that the metadata is complete for migrations, backup and the privacy test."""

from sqlmodel import SQLModel

from storage import audit, drafts, library, members, networks, outbox, search, state

__all__ = ["METADATA", "audit", "drafts", "library", "members", "networks", "outbox", "search", "state"]

METADATA = SQLModel.metadata
