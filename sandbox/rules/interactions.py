"""Answers to interactions."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import Path

Json = Mapping[str, Any]
Body = dict[str, Any]


def callback(kind: int, body: Any, *, from_component: bool = False, files: int = 0) -> Body:
    """``{"type", "data"}`` of an answer to an interaction of type ``kind``.

    ``from_component``: for a modal submit, that a component opened the modal.
    """
    return dict(body)


def choices(value: Any, *, prefix: Path = ("data", "choices"), option_type: int | None = None) -> list[Body]:
    """At most 25 autocomplete choices."""
    return list(value)
