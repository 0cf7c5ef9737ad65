"""Commands, options and choices named from the labels: English is canonical, French follows by the translator.

Labels: ``commands.<group>.<command>.name|description``, ``….options.<option>.name|description``,
``choices.<table>.<key>``. The English names equal the Python ones.
"""

from collections.abc import Callable, Mapping
from typing import Any

from discord import app_commands


def group(key: str, *, guild_only: bool = True, manages_server: bool = False) -> app_commands.Group:
    """A command group: labels ``commands.<key>.name|description``. Put it in the cog's class body."""
    raise NotImplementedError


def command(
    key: str,
    *,
    parent: app_commands.Group | None = None,
    choices: Mapping[str, str] | None = None,
    guild_only: bool = True,
    manages_server: bool = False,
) -> Callable[[Callable[..., Any]], app_commands.Command[Any, ..., None]]:
    """A slash command on a cog method. ``choices`` maps an option to its label table.

    ``manages_server`` tidies the menu for those who could not use it; the use case checks all the same.
    """
    raise NotImplementedError


def context_menu_name(key: str) -> app_commands.locale_str:
    """The name of a context menu: label ``menus.context.<key>``."""
    raise NotImplementedError
