"""Members and bans of a server."""

from datetime import timedelta
from typing import Any

from sandbox.errors import ApiError
from sandbox.members import named
from sandbox.rest.router import Call, route
from sandbox.rights import (
    ADMINISTRATOR,
    BAN,
    CHANGE_NICKNAME,
    KICK,
    MANAGE_NICKNAMES,
    MANAGE_ROLES,
    MODERATE,
)
from sandbox.rules import roles as rules
from sandbox.rules.messages import page
from sandbox.world import Guild, Json, User

KICKED, BANNED, UNBANNED, UPDATED = 20, 22, 23, 24


def number(call: Call, name: str, default: int, most: int) -> int:
    """A whole number of the query string, between 1 and `most`."""
    limit: int = page({"limit": call.query[name]} if name in call.query else {}, most=most, default=default)[
        "limit"
    ]
    return limit


def snowflake(call: Call, name: str) -> int:
    """An identifier of the query string, 0 when absent."""
    return int(page({"before": call.query.get(name, "")})["before"] or 0)


def member_of(call: Call, guild: Guild) -> Json:
    found = guild.members.get(call.params["user"])
    if found is None:
        raise ApiError.of(10007 if call.params["user"] in call.world.users else 10013)
    return found


@route("GET", "/guilds/{guild}/members")
async def list_members(call: Call) -> object:
    """The whole list is for bots whose portal toggle is on."""
    guild = call.guild()
    if "members" not in call.app.intents:
        raise ApiError.of(50001)
    limit = number(call, "limit", 1, 1000)
    after = snowflake(call, "after")
    ids = sorted(int(user_id) for user_id in guild.members if int(user_id) > after)[:limit]
    return [guild.members[str(user_id)] for user_id in ids]


@route("GET", "/guilds/{guild}/members/search")
async def search_members(call: Call) -> object:
    guild = call.guild()
    prefix = call.query.get("query", "").casefold()
    if not prefix:
        raise ApiError.leaf(("query",), "BASE_TYPE_REQUIRED", "This field is required")
    limit = number(call, "limit", 1, 1000)
    return [member for member in guild.members.values() if named(member, prefix)][:limit]


@route("GET", "/guilds/{guild}/members/{user}")
async def get_member(call: Call) -> object:
    return member_of(call, call.guild())


@route("PATCH", "/guilds/{guild}/members/@me")
async def edit_my_member(call: Call) -> object:
    guild = call.guild()
    accepted = rules.member_edit(call.body, call.world.now())
    call.need_in(guild, CHANGE_NICKNAME)
    nick = accepted.get("nick") or None
    return call.world.edit_member(guild, call.me.id, {"nick": nick})


@route("PATCH", "/guilds/{guild}/members/{user}")
async def edit_member(call: Call) -> object:
    guild = call.guild()
    member = member_of(call, guild)
    accepted = rules.member_edit(call.body, call.world.now())
    changes: Json = {}
    target = str(member["user"]["id"])
    if "nick" in accepted:
        call.need_in(guild, MANAGE_NICKNAMES)
        call.sandbox.rights.need_above_member(call.me.id, guild, target)
        changes["nick"] = accepted["nick"] or None
    if "roles" in accepted:
        changes["roles"] = replaced_roles(call, guild, member, accepted["roles"])
    if "communication_disabled_until" in accepted:
        call.need_in(guild, MODERATE)
        call.sandbox.rights.need_above_member(call.me.id, guild, target)
        if call.sandbox.rights.in_guild(target, guild) & ADMINISTRATOR:
            raise ApiError.of(50013)
        changes["communication_disabled_until"] = accepted["communication_disabled_until"]
    if "flags" in accepted:
        changes["flags"] = int(accepted["flags"] or 0)
    if changes:
        call.world.edit_member(guild, target, changes)
        call.audit(guild, 25 if "roles" in changes else UPDATED, target)
    return member


def replaced_roles(call: Call, guild: Guild, member: Json, wanted: Any) -> list[str]:
    """The whole list; each role that comes or goes obeys the hierarchy."""
    call.need_in(guild, MANAGE_ROLES)
    listed = [str(role_id) for role_id in wanted or ()]
    for role_id in set(listed) ^ set(member["roles"]):
        role = guild.roles.get(role_id)
        if role is None:
            raise ApiError.of(10011)
        if role["managed"] or role_id == guild.id:
            raise ApiError.of(50013)
        call.sandbox.rights.need_above_role(call.me.id, guild, role)
    return list(dict.fromkeys(listed))


@route("DELETE", "/guilds/{guild}/members/{user}")
async def kick(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, KICK)
    target = member_of(call, guild)["user"]["id"]
    call.sandbox.rights.need_above_member(call.me.id, guild, target)
    call.world.leave(guild, call.world.users[target])
    call.audit(guild, KICKED, target)
    return None


# --- bans --------------------------------------------------------------------------------------------------


def user_of(call: Call) -> User:
    user = call.world.users.get(call.params["user"])
    if user is None:
        raise ApiError.of(10013)
    return user


@route("GET", "/guilds/{guild}/bans")
async def list_bans(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, BAN)
    return list(guild.bans.values())[: number(call, "limit", 1000, 1000)]


@route("GET", "/guilds/{guild}/bans/{user}")
async def get_ban(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, BAN)
    found = guild.bans.get(call.params["user"])
    if found is None:
        raise ApiError.of(10026)
    return found


@route("PUT", "/guilds/{guild}/bans/{user}")
async def ban(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, BAN)
    user = user_of(call)
    if user.id in guild.members:
        call.sandbox.rights.need_above_member(call.me.id, guild, user.id)
    call.world.ban(guild, user, call.reason)
    seconds = (call.body or {}).get("delete_message_seconds") if isinstance(call.body, dict) else 0
    if isinstance(seconds, int) and seconds > 0:
        forget(call, guild, user, timedelta(seconds=min(seconds, 604_800)))
    call.audit(guild, BANNED, user.id)
    return None


def forget(call: Call, guild: Guild, user: User, since: timedelta) -> None:
    limit = (call.world.now() - since).isoformat()
    for channel in (*guild.channels.values(), *guild.threads.values()):
        ids = [m["id"] for m in channel.messages if m["author"]["id"] == user.id and m["timestamp"] >= limit]
        if ids:
            call.world.delete_messages(channel, ids)


@route("DELETE", "/guilds/{guild}/bans/{user}")
async def unban(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, BAN)
    user = user_of(call)
    if user.id not in guild.bans:
        raise ApiError.of(10026)
    call.world.unban(guild, user)
    call.audit(guild, UNBANNED, user.id)
    return None
