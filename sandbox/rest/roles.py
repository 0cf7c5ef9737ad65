"""Roles of a server."""

from sandbox.errors import ApiError
from sandbox.rest.router import Call, route
from sandbox.rights import MANAGE_ROLES
from sandbox.rules import roles as rules
from sandbox.rules.places import room_for
from sandbox.world import Guild, Json

CREATED, UPDATED, DELETED = 30, 31, 32


def role_of(call: Call, guild: Guild) -> Json:
    role = guild.roles.get(call.params["role"])
    if role is None:
        raise ApiError.of(10011)
    return role


def need_permissions(call: Call, guild: Guild, wanted: object, before: int = 0) -> None:
    """A bot gives only permissions that it has itself."""
    mine = call.sandbox.rights.in_guild(call.me.id, guild)
    if (int(str(wanted or 0)) ^ before) & ~mine:
        raise ApiError.of(50013)


@route("GET", "/guilds/{guild}/roles")
async def list_roles(call: Call) -> object:
    return list(call.guild().roles.values())


@route("GET", "/guilds/{guild}/roles/member-counts")
async def member_counts(call: Call) -> object:
    guild = call.guild()
    counts = dict.fromkeys((role_id for role_id in guild.roles if role_id != guild.id), 0)
    for member in guild.members.values():
        for role_id in member["roles"]:
            counts[role_id] = counts.get(role_id, 0) + 1
    return counts


@route("GET", "/guilds/{guild}/roles/{role}")
async def get_role(call: Call) -> object:
    return role_of(call, call.guild())


@route("POST", "/guilds/{guild}/roles")
async def create_role(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, MANAGE_ROLES)
    everyone = int(guild.roles[guild.id]["permissions"])
    accepted = rules.role_create(call.body, default_permissions=everyone)
    room_for("roles", len(guild.roles))
    permissions = accepted.pop("permissions")
    need_permissions(call, guild, permissions)
    name = str(accepted.pop("name"))
    kept = {key: value for key, value in accepted.items() if value is not None}
    role = call.world.add_role(guild, name, permissions=int(permissions), **kept)
    call.audit(guild, CREATED, role["id"])
    return role


@route("PATCH", "/guilds/{guild}/roles")
async def move_roles(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, MANAGE_ROLES)
    wanted: dict[str, int] = {}
    for item in rules.positions(call.body):
        role = guild.roles.get(str(item["id"]))
        if role is None:
            raise ApiError.of(10011)
        call.sandbox.rights.need_above_role(call.me.id, guild, role)
        if item.get("position") is None:
            continue
        place = int(item["position"])
        top = call.sandbox.rights.top(guild, call.me.id)[0]
        if guild.owner_id != call.me.id and place >= top:
            raise ApiError.of(50013)
        wanted[role["id"]] = place
    call.world.move_roles(guild, wanted)
    return list(guild.roles.values())


@route("PATCH", "/guilds/{guild}/roles/{role}")
async def edit_role(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, MANAGE_ROLES)
    role = role_of(call, guild)
    if role["id"] != guild.id:
        call.sandbox.rights.need_above_role(call.me.id, guild, role)
    accepted = rules.role_edit(call.body, role)
    if accepted.get("permissions") is not None:
        need_permissions(call, guild, accepted["permissions"], int(role["permissions"]))
        accepted["permissions"] = str(accepted["permissions"])
    call.world.edit_role(guild, role["id"], accepted)
    call.audit(guild, UPDATED, role["id"])
    return role


@route("DELETE", "/guilds/{guild}/roles/{role}")
async def delete_role(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, MANAGE_ROLES)
    role = role_of(call, guild)
    if role["id"] == guild.id or role["managed"]:
        raise ApiError.of(50028)
    call.sandbox.rights.need_above_role(call.me.id, guild, role)
    call.world.delete_role(guild, role["id"])
    call.audit(guild, DELETED, role["id"])
    return None


@route("PUT", "/guilds/{guild}/members/{user}/roles/{role}")
async def give_role(call: Call) -> object:
    change(call, give=True)
    return None


@route("DELETE", "/guilds/{guild}/members/{user}/roles/{role}")
async def take_role(call: Call) -> object:
    change(call, give=False)
    return None


def change(call: Call, *, give: bool) -> None:
    """Idempotent. Managed roles and @everyone cannot be handed out."""
    guild = call.guild()
    call.need_in(guild, MANAGE_ROLES)
    if call.params["user"] not in guild.members:
        raise ApiError.of(10007)
    role = role_of(call, guild)
    if role["managed"] or role["id"] == guild.id:
        raise ApiError.of(50013)
    call.sandbox.rights.need_above_role(call.me.id, guild, role)
    if give:
        call.world.give_role(guild, call.params["user"], role["id"])
    else:
        call.world.take_role(guild, call.params["user"], role["id"])
    call.audit(guild, 25, call.params["user"])
