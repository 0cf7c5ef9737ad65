"""Application commands, global and of one server."""

from sandbox.errors import ApiError
from sandbox.rest.router import Answer, Call, route
from sandbox.rights import MANAGE_GUILD, MANAGE_ROLES
from sandbox.rules import commands as rules
from sandbox.world import App, Json

CREATES_PER_DAY = 200
GLOBAL = "/applications/{application}/commands"
GUILD = "/applications/{application}/guilds/{guild}/commands"


def own(call: Call) -> App:
    if call.params["application"] != call.app.id:
        raise ApiError.of(20012, status=403)
    return call.app


def table(call: Call) -> dict[str, Json]:
    app = own(call)
    if "guild" not in call.params:
        return app.commands
    return app.guild_commands.setdefault(call.guild().id, {})


def stored(call: Call, accepted: Json, old: Json | None) -> Json:
    """The command object of an accepted body; the same name and type keep the identifier."""
    app, guild_id = call.app, call.params.get("guild")
    command: Json = {
        "id": old["id"] if old else call.world.new_id(),
        "application_id": app.id,
        "version": call.world.new_id(),
        "type": 1,
        "name_localizations": None,
        "description": "",
        "description_localizations": None,
        "default_member_permissions": None,
        "dm_permission": True,
        "nsfw": False,
        **{key: value for key, value in accepted.items() if key != "id"},
    }
    if guild_id:
        command["guild_id"] = guild_id
    else:
        command.setdefault("contexts", None)
        command["integration_types"] = command.get("integration_types") or [0]
    if old is not None and {**old, "version": 0} == {**command, "version": 0}:
        return old
    return command


def count_creation(call: Call, commands: int) -> None:
    scope = f"{call.params.get('guild', '')}:{call.world.now():%Y-%m-%d}"
    used = call.app.creations.get(scope, 0)
    if used + commands > CREATES_PER_DAY:
        raise ApiError.of(30034)
    call.app.creations[scope] = used + commands


def listed(call: Call, commands: dict[str, Json]) -> list[Json]:
    if call.query.get("with_localizations", "").lower() in ("true", "1"):
        return list(commands.values())
    return [
        {k: v for k, v in command.items() if k not in ("name_localizations", "description_localizations")}
        for command in commands.values()
    ]


@route("GET", GLOBAL)
@route("GET", GUILD)
async def list_commands(call: Call) -> object:
    return listed(call, table(call))


@route("PUT", GLOBAL)
@route("PUT", GUILD)
async def overwrite_commands(call: Call) -> object:
    """The whole scope is replaced; one bad command refuses them all."""
    kept = table(call)
    accepted = rules.bulk(call.body, in_guild="guild" in call.params)
    old = {(c["type"], c["name"]): c for c in kept.values()}
    new = [(item, old.get((item.get("type", 1), item["name"]))) for item in accepted]
    count_creation(call, sum(1 for _, before in new if before is None))
    commands = [stored(call, item, before) for item, before in new]
    kept.clear()
    kept.update({command["id"]: command for command in commands})
    return commands


@route("POST", GLOBAL)
@route("POST", GUILD)
async def create_command(call: Call) -> object:
    kept = table(call)
    accepted = rules.command(call.body, in_guild="guild" in call.params)
    key = (accepted.get("type", 1), accepted["name"])
    old = next((c for c in kept.values() if (c["type"], c["name"]) == key), None)
    if old is None:
        count_creation(call, 1)
        rules.bulk([*kept.values(), accepted], in_guild="guild" in call.params)
    command = stored(call, accepted, old)
    kept[command["id"]] = command
    return Answer(200 if old else 201, command)


def one(call: Call) -> Json:
    found = table(call).get(call.params["command"])
    if found is None:
        raise ApiError.of(10063)
    return found


@route("GET", GLOBAL + "/{command}")
@route("GET", GUILD + "/{command}")
async def get_command(call: Call) -> object:
    return one(call)


@route("PATCH", GLOBAL + "/{command}")
@route("PATCH", GUILD + "/{command}")
async def edit_command(call: Call) -> object:
    old = one(call)
    accepted = rules.command_edit(call.body, old, in_guild="guild" in call.params)
    old.update({**accepted, "version": call.world.new_id()})
    return old


@route("DELETE", GLOBAL + "/{command}")
@route("DELETE", GUILD + "/{command}")
async def delete_command(call: Call) -> object:
    table(call).pop(one(call)["id"])
    return None


# --- who may use them, as a server sets it ----------------------------------------------------------------

ENTRIES = 100


@route("GET", GUILD + "/permissions")
async def command_permissions(call: Call) -> object:
    tables = own(call).overrides.get(call.guild().id, {})
    return [permissions_of(call, command_id) for command_id in tables]


@route("GET", GUILD + "/{command}/permissions")
async def one_commands_permissions(call: Call) -> object:
    own(call)
    if call.params["command"] not in call.app.overrides.get(call.guild().id, {}):
        raise ApiError.of(10066)
    return permissions_of(call, call.params["command"])


def permissions_of(call: Call, command_id: str) -> Json:
    guild_id = call.params["guild"]
    entries = call.app.overrides[guild_id][command_id]
    return {
        "id": command_id,
        "application_id": call.app.id,
        "guild_id": guild_id,
        "permissions": entries,
    }


@route("PUT", GUILD + "/{command}/permissions", scope="applications.commands.permissions.update")
async def set_permissions(call: Call) -> object:
    """A person's token is needed, and their right to manage the server and its roles; bots are refused."""
    app, guild, command_id = own(call), call.guild(), call.params["command"]
    if call.bearer is None:
        raise ApiError.of(20001)
    call.need_in(guild, MANAGE_GUILD | MANAGE_ROLES)
    if command_id not in {app.id, *app.commands, *app.guild_commands.get(guild.id, {})}:
        raise ApiError.of(10063)
    entries = rules.permission_entries(call.object().get("permissions"), most=ENTRIES)
    app.overrides.setdefault(guild.id, {})[command_id] = entries
    answer = permissions_of(call, command_id)
    call.world.emit("APPLICATION_COMMAND_PERMISSIONS_UPDATE", dict(answer), guild=guild, users=[app.user.id])
    return answer
