"""Who may do what: permission bits, their computing with overwrites, threads and time-outs, and the hierarchy.

Works on plain JSON objects of Discord's shapes (``guild["roles"]``, ``member["roles"]``, ``member["user"]["id"]``,
``channel["permission_overwrites"]``), so that it can be used on the world and on captured payloads alike.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]


def compute(guild: Json, member: Json, channel: Json | None = None, *, now: datetime | None = None) -> int:
    """The member's permissions in ``channel`` (for a thread, pass its parent), or in the guild as a whole."""
    return 0
