"""The people API: what the page and the Python client do on behalf of a person. See `sandbox/README.md`.

It checks what Discord's own clients and servers would check for that person, and changes the world by the
same methods as the bots' API.
"""

from typing import TYPE_CHECKING

from aiohttp import web

from sandbox import people_messages as messages
from sandbox.errors import ApiError
from sandbox.people_act import Act, Handler, wrap
from sandbox.people_interactions import start
from sandbox.rights import (
    MANAGE_CHANNELS,
    MANAGE_ROLES,
    MANAGE_THREADS,
)
from sandbox.rules import channels as channel_rules
from sandbox.rules import threads as thread_rules

if TYPE_CHECKING:
    from sandbox.server import Sandbox


async def tour(act: Act) -> object:
    return act.sandbox.tour


async def list_people(act: Act) -> object:
    return [act.sandbox.person_object(user) for user in act.world.users.values() if not user.bot]


async def add_person(act: Act) -> object:
    body = act.object()
    name = str(body.get("name") or "").strip()
    if not 1 <= len(name) <= 32:
        raise ApiError.leaf(("name",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 32 in length.")
    guild = act.world.guilds.get(str(body.get("guild_id"))) if body.get("guild_id") else None
    if body.get("guild_id") and guild is None:
        raise ApiError.of(10004)
    roles = [str(role) for role in body.get("role_ids") or ()]
    if guild is not None and any(role not in guild.roles for role in roles):
        raise ApiError.of(10011)
    user = act.world.add_user(name, locale=str(body.get("locale") or "fr"))
    if guild is not None:
        act.world.join(guild, user, roles=roles)
    return act.sandbox.person_object(user)


async def me(act: Act) -> object:
    return act.view.everything()


async def edit_me(act: Act) -> object:
    body, user = act.object(), act.me
    if "locale" in body:
        user.locale = str(body["locale"])
    if "dm_policy" in body:
        if body["dm_policy"] not in ("open", "closed", "blocked"):
            raise ApiError.leaf(
                ("dm_policy",), "BASE_TYPE_CHOICES", "Value must be one of {open, closed, blocked}."
            )
        user.dm_policy = body["dm_policy"]
    return act.sandbox.person_object(user)


async def join(act: Act) -> object:
    guild = act.guild()
    if act.me.id in guild.bans:
        raise ApiError.of(40007)
    act.world.join(guild, act.me)
    return act.view.guild(guild)


async def leave(act: Act) -> object:
    act.world.leave(act.guild(), act.me)
    return None


async def change_role(act: Act) -> object:
    guild, target, role_id = act.guild(), act.path["user"], act.path["role"]
    act.rights.need_in_guild(act.me.id, guild, MANAGE_ROLES)
    if target not in guild.members:
        raise ApiError.of(10007)
    role = guild.roles.get(role_id)
    if role is None or role_id == guild.id:
        raise ApiError.of(10011)
    if role["managed"]:
        raise ApiError.of(50013)
    act.rights.need_above_role(act.me.id, guild, role)
    if act.request.method == "PUT":
        act.world.give_role(guild, target, role_id)
    else:
        act.world.take_role(guild, target, role_id)
    return None


async def one_channel(act: Act) -> object:
    return act.view.channel(act.channel())


async def mentioned(act: Act) -> object:
    """What a mention or a link leads to. Nothing where there is nothing to see: reading is no mistake."""
    try:
        return act.view.channel(act.channel())
    except ApiError:
        return None


async def edit_channel(act: Act) -> object:
    channel = act.channel()
    if channel.is_thread:
        manages = bool(act.rights.of(act.me.id, channel) & MANAGE_THREADS)
        if not manages and channel.data["owner_id"] != act.me.id:
            raise ApiError.of(50013)
        parent = channel.parent.data if channel.parent else {}
        changes = thread_rules.thread_edit(act.body, channel.data, parent, manages_threads=manages)
        return act.world.edit_thread(channel, changes, by=act.me).data
    act.channel(MANAGE_CHANNELS)
    return act.world.edit_channel(channel, channel_rules.channel_edit(act.body, channel.data)).data


async def delete_channel(act: Act) -> object:
    channel = act.channel()
    act.channel(MANAGE_THREADS if channel.is_thread else MANAGE_CHANNELS)
    act.world.delete_channel(channel)
    return channel.data


async def posts(act: Act) -> object:
    return act.view.posts(act.channel())


async def add_post(act: Act) -> object:
    forum = act.channel()
    if not forum.is_forum:
        raise ApiError.of(50024)
    permissions = act.rights.need(act.me.id, forum, 1 << 11)
    body = act.object()
    asked = {
        "name": body.get("name"),
        "applied_tags": body.get("applied_tags") or [],
        "message": {"content": body.get("content")},
    }
    manages = bool(permissions & MANAGE_THREADS)
    accepted = thread_rules.forum_post(asked, forum.data, manages_threads=manages)
    thread = act.world.add_thread(
        forum, accepted["name"], act.me, applied_tags=[str(t) for t in accepted.get("applied_tags") or ()]
    )
    fields = act.sandbox.composer.fields(accepted["message"], thread, permissions=permissions)
    starter = act.world.post(thread, act.me, message_id=thread.id, **fields)
    return {**act.view.channel(thread), "message": starter}


async def open_dm(act: Act) -> object:
    other = act.world.users.get(str(act.object().get("recipient_id")))
    if other is None or other is act.me:
        raise ApiError.of(50033)
    return act.view.channel(act.world.dm(act.me, other))


async def interested(act: Act) -> object:
    guild = act.guild()
    act.rights.need_in_guild(act.me.id, guild)
    event = guild.events.get(act.path["event"])
    if event is None:
        raise ApiError.of(10070)
    if act.request.method == "PUT":
        act.world.subscribe(guild, event, act.me)
    else:
        act.world.unsubscribe(guild, event, act.me)
    return None


async def commands(act: Act) -> object:
    return act.view.commands(act.channel())


async def interact(act: Act) -> object:
    return await start(act.sandbox, act.me, act.object())


async def upload(act: Act) -> object:
    data = await act.request.read()
    name = act.request.query.get("filename") or "file"
    kind = act.request.content_type or "application/octet-stream"
    return act.sandbox.keep_upload(name, kind, data)


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/tour", tour),
    ("GET", "/people", list_people),
    ("POST", "/people", add_person),
    ("GET", "/me", me),
    ("PATCH", "/me", edit_me),
    ("PUT", "/guilds/{guild}/me", join),
    ("DELETE", "/guilds/{guild}/me", leave),
    ("PUT", "/guilds/{guild}/members/{user}/roles/{role}", change_role),
    ("DELETE", "/guilds/{guild}/members/{user}/roles/{role}", change_role),
    ("GET", "/channels/{channel}", one_channel),
    ("GET", "/mentions/{channel}", mentioned),
    ("PATCH", "/channels/{channel}", edit_channel),
    ("DELETE", "/channels/{channel}", delete_channel),
    ("GET", "/channels/{channel}/messages", messages.history),
    ("POST", "/channels/{channel}/messages", messages.say),
    ("POST", "/channels/{channel}/typing", messages.typing),
    ("GET", "/channels/{channel}/messages/pins", messages.pins),
    ("PUT", "/channels/{channel}/messages/pins/{message}", messages.pin),
    ("DELETE", "/channels/{channel}/messages/pins/{message}", messages.pin),
    ("GET", "/channels/{channel}/messages/{message}", messages.one_message),
    ("PATCH", "/channels/{channel}/messages/{message}", messages.correct),
    ("DELETE", "/channels/{channel}/messages/{message}", messages.unsay),
    ("GET", "/channels/{channel}/messages/{message}/reactions/{emoji}", messages.reactors),
    ("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}", messages.reaction),
    ("DELETE", "/channels/{channel}/messages/{message}/reactions/{emoji}", messages.reaction),
    ("GET", "/channels/{channel}/posts", posts),
    ("POST", "/channels/{channel}/posts", add_post),
    ("POST", "/dms", open_dm),
    ("PUT", "/guilds/{guild}/events/{event}/interested", interested),
    ("DELETE", "/guilds/{guild}/events/{event}/interested", interested),
    ("GET", "/channels/{channel}/commands", commands),
    ("POST", "/attachments", upload),
    ("POST", "/interactions", interact),
]


def install(sandbox: "Sandbox", app: web.Application) -> None:
    for method, path, handler in ROUTES:
        app.router.add_route(method, "/sandbox" + path, wrap(sandbox, handler, raw=handler is upload))
