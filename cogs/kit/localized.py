"""Commands, options and choices named from the labels: English is canonical, French follows.

Labels: ``commands.<group>.<command>.name|description``, ``….options.<option>.name|description``,
``choices.<table>.<key>``. The English names equal the Python ones.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from discord import Permissions, app_commands

from prompts.labels import packaged

BASE = "en"
MOST_CHOICES = 25


def text(key: str) -> app_commands.locale_str:
    """The English label, with its key for the translator."""
    return app_commands.locale_str(packaged(BASE)[key], key=key)


def _permissions(manages_server: bool) -> Permissions | None:
    return Permissions(manage_guild=True) if manages_server else None


def group(key: str, *, guild_only: bool = True, manages_server: bool = False) -> app_commands.Group:
    """A command group: labels ``commands.<key>.name|description``. Put it in the cog's class body."""
    return app_commands.Group(
        name=text(f"commands.{key}.name"),
        description=text(f"commands.{key}.description"),
        guild_only=guild_only,
        default_permissions=_permissions(manages_server),
    )


def choices(table: str) -> list[app_commands.Choice[str]]:
    """The choices of a label table, in its order."""
    prefix = f"choices.{table}."
    found = [
        app_commands.Choice(name=text(key), value=key.removeprefix(prefix))
        for key in packaged(BASE)
        if key.startswith(prefix)
    ]
    if not 1 <= len(found) <= MOST_CHOICES:
        raise ValueError(f"Discord takes 1 to {MOST_CHOICES} choices: {table}")
    return found


def _options(callback: Callable[..., Any]) -> list[str]:
    """The command's options: what follows self and the interaction."""
    return list(inspect.signature(callback).parameters)[2:]


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
    ``guild_only`` and ``manages_server`` of a command in a group are the group's.
    """
    tables = choices or {}

    def decorate(callback: Callable[..., Any]) -> app_commands.Command[Any, ..., None]:
        options = _options(callback)
        said = {option: text(f"commands.{key}.options.{option}.description") for option in options}
        names = {option: text(f"commands.{key}.options.{option}.name") for option in options}
        callback = app_commands.describe(**said)(callback)
        callback = app_commands.rename(**names)(callback)
        callback = app_commands.choices(**{option: table_choices(table) for option, table in tables.items()})(
            callback
        )
        if parent is not None:
            _forget(parent, packaged(BASE)[f"commands.{key}.name"], callback)
        make = parent.command if parent is not None else app_commands.command
        made: app_commands.Command[Any, ..., None] = make(
            name=text(f"commands.{key}.name"), description=text(f"commands.{key}.description")
        )(callback)
        if parent is None:
            made.guild_only = guild_only
            made.default_permissions = _permissions(manages_server)
        return made

    return decorate


def _forget(parent: app_commands.Group, name: str, callback: Callable[..., Any]) -> None:
    """An extension is executed anew by each bot of a process; a group that several files share is not."""
    earlier = parent.get_command(name)
    if isinstance(earlier, app_commands.Command):
        was = earlier.callback
        if (was.__module__, was.__qualname__) == (callback.__module__, callback.__qualname__):
            parent.remove_command(name)


table_choices = choices
