"""Embeds of a message."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import Path

Json = Mapping[str, Any]
Body = dict[str, Any]


def embeds(value: Any, *, prefix: Path = ("embeds",)) -> list[Body]:
    """At most ten, trimmed; 6000 characters over all of them."""
    return list(value)
