"""Application commands."""

from collections.abc import Mapping
from typing import Any

from sandbox.errors import Path

Json = Mapping[str, Any]
Body = dict[str, Any]


def command(body: Any, *, in_guild: bool = False, prefix: Path = ()) -> Body:
    """One command (POST): normalised, without ids."""
    return dict(body)


def command_edit(body: Any, current: Json, *, in_guild: bool = False) -> Body:
    """The whole command after PATCH; its type cannot change."""
    return {**current, **body}


def bulk(body: Any, *, in_guild: bool = False) -> list[Body]:
    """The whole list of a PUT; one bad command refuses all. Paths begin by the command's index."""
    return list(body)
