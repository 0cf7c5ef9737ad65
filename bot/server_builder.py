"""Makes, adopts and checks what a network needs on a Discord server. The database is not its affair.

What is known by its id is kept whatever its name; else what has exactly the wanted name is adopted; else
it is made. A refusal is noted and the rest goes on, so that doing it again completes it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import discord
from discord.abc import GuildChannel

from bot import forum_tags
from bot.server_permissions import lacking_in, lacking_on_server, overwrites
from bot.server_theme_roles import ThemeRoleWork, tend
from community.ports import ServerPlan, ServerState

_FORUMS = ("practices", "needs")
_PRIVATE = "facilitators"
_REASON = "Entre-pairs"
_TAGS_MOST = 20
# What Discord answers when a list is full: maximum number of roles, of channels.
_FULL = {30005: "too_many_roles", 30013: "too_many_channels"}

Made = TypeVar("Made")


@dataclass
class _Work:
    """What one run has found and done so far."""

    guild: discord.Guild
    plan: ServerPlan
    roles: dict[str, discord.Role] = field(default_factory=dict)
    channels: dict[str, GuildChannel] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    created: list[str] = field(default_factory=list)
    adopted: list[str] = field(default_factory=list)
    panels: dict[str, bool] = field(default_factory=dict)  # "panel", "theme_panel" -> whether it stands
    themes: ThemeRoleWork | None = None
    top: discord.Role | None = None  # the bot's highest role: it can only give those below

    def refuse(self, where: str, what: str) -> None:
        noted = self.refused.setdefault(where, [])
        if what not in noted:
            noted.append(what)

    def state(self) -> ServerState:
        missing = [name for name in self.plan.role_names if name not in self.roles]
        missing += [place for place in self.plan.channel_names if place not in self.channels]
        missing += [panel for panel, stands in self.panels.items() if not stands]
        return ServerState(
            roles={name: str(role.id) for name, role in self.roles.items()},
            channels={place: str(channel.id) for place, channel in self.channels.items()},
            missing_permissions={where: tuple(what) for where, what in self.refused.items()},
            created=tuple(self.created),
            adopted=tuple(self.adopted),
            missing=tuple(missing),
            theme_roles=dict(self.themes.found) if self.themes else {},
            theme_troubles=dict(self.themes.troubles) if self.themes else {},
        )


class DiscordServerBuilder:
    """The ``ServerBuilder`` of Discord."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def build(self, server_ref: str, plan: ServerPlan) -> ServerState:
        """Create or adopt all; a second run changes nothing."""
        work = await self._look(server_ref, plan)
        for name, shown in plan.role_names.items():
            if name not in work.roles:
                await _make_role(work, name, shown)
        if _PRIVATE in work.adopted:
            await _make_private(work)
        category = await _category(work)
        for place, shown in plan.channel_names.items():
            if place not in work.channels:
                await _make_channel(work, place, shown, category)
        for place in _FORUMS:
            await _show_tags(work, place)
        await _tend_themes(work, make=True)
        _check_rights(work)
        return work.state()

    async def check(self, server_ref: str, plan: ServerPlan) -> ServerState:
        """Look only."""
        work = await self._look(server_ref, plan, adopt=False)
        await _tend_themes(work, make=False)
        _check_rights(work)
        return work.state()

    async def _look(self, server_ref: str, plan: ServerPlan, *, adopt: bool = True) -> _Work:
        """What already stands, asked of Discord itself: the cache may lag behind what people just did."""
        guild = self._client.get_guild(int(server_ref)) or await self._client.fetch_guild(int(server_ref))
        work = _Work(guild, plan)
        for what in lacking_on_server(guild):
            work.refuse("server", what)
        everything = await guild.fetch_roles()
        own = {role.id for role in guild.me.roles}
        work.top = max((role for role in everything if role.id in own), default=None)
        roles = [role for role in everything if not role.is_default() and not role.managed]
        for name, shown in plan.role_names.items():
            role = _known(roles, plan.known_roles.get(name))
            if role is None and adopt and (role := discord.utils.get(roles, name=shown)) is not None:
                work.adopted.append(name)
            if role is not None:
                work.roles[name] = role
        every_channel = await guild.fetch_channels()
        channels = [channel for channel in every_channel if _fits_any(channel)]
        for place, shown in plan.channel_names.items():
            channel = _known(channels, plan.known_channels.get(place))
            if channel is None and adopt:
                named = (other for other in channels if other.name == shown and _fits(other, place))
                channel = next(named, None)
                if channel is not None:
                    work.adopted.append(place)
            if channel is not None and _fits(channel, place):
                work.channels[place] = channel
        work.panels["panel"] = await _panel_stands(work, plan.known_panel)
        if plan.theme_roles is not None:
            work.panels["theme_panel"] = await _panel_stands(work, plan.known_theme_panel)
            may = "manage_roles" not in work.refused.get("server", ())
            ours = {str(role.id) for role in work.roles.values()} | set(plan.known_roles.values())
            work.themes = ThemeRoleWork(guild, everything, every_channel, work.top, ours, may)
        return work


def _known(found: Sequence[Made], ref: str | None) -> Made | None:
    return discord.utils.get(found, id=int(ref)) if ref is not None else None


def _fits_any(channel: GuildChannel) -> bool:
    return isinstance(channel, discord.TextChannel | discord.ForumChannel)


def _fits(channel: GuildChannel, place: str) -> bool:
    """A forum for practices and needs, a text channel for the rest."""
    return isinstance(channel, discord.ForumChannel if place in _FORUMS else discord.TextChannel)


async def _attempt(
    work: _Work, where: str, permission: str, make: Callable[[], Awaitable[Made]]
) -> Made | None:
    """Do it, or note what it would take. A failure of Discord itself is not a refusal: it is raised."""
    if permission in work.refused.get("server", ()):
        work.refuse(where, permission)
        return None
    try:
        return await make()
    except discord.Forbidden:
        work.refuse(where, permission)
    except discord.HTTPException as error:
        if error.code not in _FULL:
            raise
        work.refuse(where, _FULL[error.code])
    return None


async def _make_role(work: _Work, name: str, shown: str) -> None:
    # A new role comes under the others: made from the highest to the lowest, they stand in order.
    role = await _attempt(
        work,
        name,
        "manage_roles",
        lambda: work.guild.create_role(
            name=shown,
            permissions=discord.Permissions.none(),
            hoist=True,  # the list of members is grouped by what people are to the network
            mentionable=False,
            reason=_REASON,
        ),
    )
    if role is not None:
        work.roles[name] = role
        work.created.append(name)


async def _category(work: _Work) -> discord.CategoryChannel | None:
    """The group of our channels, looked for only when one of them is to be made."""
    if all(place in work.channels for place in work.plan.channel_names):
        return None
    name = work.plan.category_name
    for channel in await work.guild.fetch_channels():
        if isinstance(channel, discord.CategoryChannel) and channel.name == name:
            return channel
    return await _attempt(
        work, "category", "manage_channels", lambda: work.guild.create_category(name, reason=_REASON)
    )


async def _make_channel(
    work: _Work, place: str, shown: str, category: discord.CategoryChannel | None
) -> None:
    channel = await _attempt(
        work, place, "manage_channels", lambda: _create_channel(work, place, shown, category)
    )
    if channel is not None:
        work.channels[place] = channel
        work.created.append(place)


async def _create_channel(
    work: _Work, place: str, shown: str, category: discord.CategoryChannel | None
) -> GuildChannel:
    topic = work.plan.channel_topics[place]
    granted = overwrites(work.guild, place, work.roles)
    if place in _FORUMS:
        tags = [discord.ForumTag(name=name) for name in work.plan.theme_names[:_TAGS_MOST]]
        return await work.guild.create_forum(
            shown, topic=topic, category=category, overwrites=granted, available_tags=tags, reason=_REASON
        )
    return await work.guild.create_text_channel(
        shown, topic=topic, category=category, overwrites=granted, reason=_REASON
    )


async def _make_private(work: _Work) -> None:
    """The rights of an adopted channel are its owner's choice; the facilitators' corner must be private."""
    channel = work.channels.get(_PRIVATE)
    if not isinstance(channel, discord.TextChannel):
        return
    granted = {**channel.overwrites, **overwrites(work.guild, _PRIVATE, work.roles)}
    await _attempt(work, _PRIVATE, "manage_roles", lambda: channel.edit(overwrites=granted, reason=_REASON))


async def _show_tags(work: _Work, place: str) -> None:
    """The themes first, in their order; then the tags that people made, as long as there is room.

    Where each post must bear a tag, one is kept for what fits no theme.
    """
    forum = work.channels.get(place)
    if not isinstance(forum, discord.ForumChannel):
        return
    before = [tag.name for tag in forum.available_tags]
    for tag in forum.available_tags:  # under its id, so that the threads that bear it keep it
        if (now := work.plan.renamed_tags.get(tag.name)) and now not in before:
            tag.name = now
    standing: Mapping[str, discord.ForumTag] = {tag.name: tag for tag in forum.available_tags}
    names = list(dict.fromkeys([*work.plan.theme_names, *standing]))
    other = next(
        (tag.name for tag in forum_tags.spare(forum.available_tags, work.plan.other_tag)), work.plan.other_tag
    )
    if forum_tags.required(forum) and (other in standing or len(standing) < _TAGS_MOST):
        names = [*[name for name in names if name != other][: _TAGS_MOST - 1], other]
    names = names[:_TAGS_MOST]
    if names == before:
        return
    tags = [standing.get(name) or discord.ForumTag(name=name) for name in names]
    await _attempt(work, place, "manage_channels", lambda: forum.edit(available_tags=tags, reason=_REASON))


def _check_rights(work: _Work) -> None:
    """What the bot could not do later, told now."""
    for name, role in work.roles.items():
        if work.top is not None and role >= work.top:
            work.refuse(name, "role_too_high")
    for place, channel in work.channels.items():
        for what in lacking_in(channel, place):
            work.refuse(place, what)
        if isinstance(channel, discord.ForumChannel) and forum_tags.stranded(channel, work.plan.other_tag):
            work.refuse(place, "tag_required")


async def _tend_themes(work: _Work, *, make: bool) -> None:
    if work.themes is not None:
        await tend(work.themes, work.plan.theme_roles or {}, make=make)


async def _panel_stands(work: _Work, ref: str | None) -> bool:
    """Whether a permanent message is still where it was posted. What cannot be read is not posted again."""
    channel = work.channels.get("welcome")
    if not isinstance(channel, discord.TextChannel) or ref is None:
        return False
    try:
        await channel.fetch_message(int(ref))
    except discord.NotFound:
        return False
    except discord.Forbidden:
        return True
    return True
