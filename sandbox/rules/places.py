"""Small things that many routes share: nonce, audit reason, limits of a place."""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
Body = dict[str, Any]


def audit_reason(header: str | None) -> str | None:
    """``X-Audit-Log-Reason`` decoded; 1 to 512 characters."""
    return header


def room_for(what: str, count: int) -> None:
    """Refuse one more of ``what`` when ``count`` are there: pins, reactions, channels, roles, events, …"""
