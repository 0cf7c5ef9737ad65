"""What a message says of the files beside it."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import Path

Json = Mapping[str, Any]
Body = dict[str, Any]


def attachments(value: Any, *, files: int = 0, prefix: Path = ("attachments",)) -> list[Body]:
    """At most ten; each refers to an uploaded file (``id`` = its number) or to one that stays."""
    return list(value)
