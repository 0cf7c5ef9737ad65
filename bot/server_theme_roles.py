"""Roles of themes on a Discord server: found, adopted, made, and called as the theme is.

Everybody may take such a role by themselves, so one that somebody else made is adopted only when it gives
nothing: no permission that everyone has not, and no channel that speaks of it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import discord
from discord.abc import GuildChannel

from community.ports import StandingRole, WantedRole

ROLES_MOST = 250  # of a server, @everyone included
_TOO_MANY = 30005
_REASON = "Entre-pairs"
Made = TypeVar("Made")


@dataclass
class ThemeRoleWork:
    """What one run knows of the server, has found and has done."""

    guild: discord.Guild
    everything: Sequence[discord.Role]
    channels: Sequence[GuildChannel]
    top: discord.Role | None  # the bot's highest: it can only give those below
    reserved: Collection[str]  # roles that mean something else to the network
    may: bool  # whether the bot may manage roles at all
    found: dict[int, StandingRole] = field(default_factory=dict)
    troubles: dict[str, list[int]] = field(default_factory=dict)

    def trouble(self, what: str, theme_id: int) -> None:
        noted = self.troubles.setdefault(what, [])
        if theme_id not in noted:
            noted.append(theme_id)


async def tend(work: ThemeRoleWork, wanted: Mapping[int, WantedRole], *, make: bool) -> None:
    """One role a theme. ``make=False`` looks only."""
    lacking: list[int] = []
    for theme_id, want in wanted.items():
        role = _known(work, want) or (_adoptable(work, theme_id, want) if make else None)
        if role is None:
            lacking.append(theme_id)
            continue
        adopted = str(role.id) != want.known_ref
        name = want.name if adopted else want.known_name
        if make and name != want.name and await _renamed(work, theme_id, role, want.name):
            name = want.name
        work.found[theme_id] = StandingRole(str(role.id), name, adopted=adopted)
        if work.top is not None and role >= work.top:
            work.trouble("role_too_high", theme_id)
    await _make(work, {theme_id: wanted[theme_id] for theme_id in lacking}, make=make)
    if not work.may:
        for theme_id in wanted:
            work.trouble("manage_roles", theme_id)


async def _make(work: ThemeRoleWork, lacking: Mapping[int, WantedRole], *, make: bool) -> None:
    """All or none where there is no room: half of the themes would puzzle everybody."""
    blocked = set(work.troubles.get("role_gives_rights", ()))
    lacking = {theme_id: want for theme_id, want in lacking.items() if theme_id not in blocked}
    full = len(work.everything) + len(lacking) > ROLES_MOST
    for theme_id, want in lacking.items():
        if full:
            work.trouble("too_many_roles", theme_id)
        elif not make:
            work.trouble("missing", theme_id)
        elif work.may:
            name = want.name
            role = await _attempt(work, theme_id, lambda name=name: _create(work, name))  # type: ignore[misc]  # the default binds the name
            if role is not None:
                work.found[theme_id] = StandingRole(str(role.id), name, made=True)


def _known(work: ThemeRoleWork, want: WantedRole) -> discord.Role | None:
    return next((role for role in work.everything if str(role.id) == want.known_ref), None)


def _adoptable(work: ThemeRoleWork, theme_id: int, want: WantedRole) -> discord.Role | None:
    """A role of that very name which gives nothing; one that gives something stands in the way."""
    named = [
        role
        for role in work.everything
        if role.name == want.name and not role.managed and not role.is_default()
    ]
    harmless = next((role for role in named if _gives_nothing(work, role)), None)
    if named and harmless is None:
        work.trouble("role_gives_rights", theme_id)
    return harmless


def _gives_nothing(work: ThemeRoleWork, role: discord.Role) -> bool:
    everyone = next((one for one in work.everything if one.is_default()), work.guild.default_role)
    opens = any(target.id == role.id for channel in work.channels for target in channel.overwrites)
    return role.permissions <= everyone.permissions and not opens and str(role.id) not in work.reserved


async def _create(work: ThemeRoleWork, name: str) -> discord.Role:
    return await work.guild.create_role(
        name=name,
        permissions=discord.Permissions.none(),
        mentionable=False,  # nobody is called by it unless a facilitator asks for it
        reason=_REASON,
    )


async def _renamed(work: ThemeRoleWork, theme_id: int, role: discord.Role, name: str) -> bool:
    return await _attempt(work, theme_id, lambda: role.edit(name=name, reason=_REASON)) is not None


async def _attempt(work: ThemeRoleWork, theme_id: int, act: Callable[[], Awaitable[Made]]) -> Made | None:
    """Do it, or note what it would take. A failure of Discord itself is not a refusal: it is raised."""
    try:
        return await act()
    except discord.Forbidden:
        work.trouble("manage_roles", theme_id)
    except discord.HTTPException as error:
        if error.code != _TOO_MANY:
            raise
        work.trouble("too_many_roles", theme_id)
    return None
