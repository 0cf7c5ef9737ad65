"""What the bot needs on a server, place by place: the least that its features work with.

The invitation asks for ``NEEDED``; the set-up and the doctor name what is lacking.
"""

from collections.abc import Mapping, Sequence

import discord
from discord.abc import GuildChannel

_READ = ("view_channel", "read_message_history")
_WRITE = (*_READ, "send_messages", "embed_links")
_FORUM = (*_WRITE, "send_messages_in_threads", "manage_threads")

_ROOMS = ("create_private_threads", "send_messages_in_threads", "manage_threads")  # of those registered

_EVENTS = ("create_events", "manage_events")  # making them needs the first since February 2026

ON_SERVER = (
    "manage_roles",
    "manage_channels",
    *_FORUM,
    "create_public_threads",
    "create_private_threads",
    *_EVENTS,
)

# A place -> what the bot must be able to do there.
BY_PLACE: Mapping[str, Sequence[str]] = {
    "welcome": _WRITE,
    "announcements": _WRITE,
    "meetups": (*_WRITE, *_ROOMS),
    "facilitators": _WRITE,
    "practices": _FORUM,
    "needs": _FORUM,
}

NEEDED = discord.Permissions(**dict.fromkeys(ON_SERVER, True))


def lacking_on_server(guild: discord.Guild) -> list[str]:
    """The permissions that the bot's roles do not give it."""
    held = guild.me.guild_permissions
    return [name for name in ON_SERVER if not getattr(held, name)]


def lacking_in(channel: GuildChannel, place: str) -> list[str]:
    """The permissions that the bot has not in a channel, whatever it has on the server."""
    held = channel.permissions_for(channel.guild.me)
    return [name for name in BY_PLACE[place] if not getattr(held, name)]


def overwrites(
    guild: discord.Guild, place: str, roles: Mapping[str, discord.Role]
) -> dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]:
    """Who may read and write in a place that we make. Only rights that the bot has can be handed out."""
    everyone, member, facilitator = guild.default_role, roles.get("member"), roles.get("facilitator")
    held = guild.me.guild_permissions

    def grant(*allowed: str, denied: str = "") -> discord.PermissionOverwrite:
        wanted = dict.fromkeys(allowed, True) | ({denied: False} if denied else {})
        return discord.PermissionOverwrite(**{name: on for name, on in wanted.items() if getattr(held, name)})

    talking = (*_READ, "send_messages", "send_messages_in_threads")
    granted: dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite] = {
        guild.me: grant(*BY_PLACE[place])
    }
    if place == "welcome":
        granted[everyone] = grant(*_READ, denied="send_messages")
        return granted
    granted[everyone] = grant(denied="view_channel")
    if facilitator is not None:
        granted[facilitator] = grant(*talking)
    if member is not None and place == "announcements":
        granted[member] = grant(*_READ, denied="send_messages")
    elif member is not None and place != "facilitators":
        granted[member] = grant(*talking)
    return granted
