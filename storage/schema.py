"""Imports every table, so that the metadata is complete for migrations, backup and the privacy test."""

from sqlmodel import SQLModel

from storage import audit, library, members, networks, outbox

__all__ = ["METADATA", "audit", "library", "members", "networks", "outbox"]

METADATA = SQLModel.metadata
