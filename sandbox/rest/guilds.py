"""Servers: their object, audit log, onboarding and small lists."""

from sandbox.errors import ApiError
from sandbox.rest.members import number, snowflake
from sandbox.rest.router import Call, route
from sandbox.rights import MANAGE_GUILD, MANAGE_ROLES, VIEW_AUDIT_LOG
from sandbox.rules import guilds as rules
from sandbox.world import Guild, Json


@route("GET", "/guilds/{guild}")
async def get_guild(call: Call) -> object:
    guild = call.guild()
    shown = call.world.guild_object(guild)
    if call.query.get("with_counts", "").lower() in ("1", "true"):
        shown["approximate_member_count"] = len(guild.members)
        shown["approximate_presence_count"] = len(guild.members)
    return shown


@route("PATCH", "/guilds/{guild}")
async def edit_guild(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, MANAGE_GUILD)
    changes = rules.guild_edit(call.body)
    shown = call.world.edit_guild(guild, changes)
    call.audit(guild, 1, guild.id)
    return shown


@route("GET", "/guilds/{guild}/audit-logs")
async def audit_log(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, VIEW_AUDIT_LOG)
    limit = number(call, "limit", 50, 100)
    user_id, action = call.query.get("user_id"), call.query.get("action_type")
    before, after = snowflake(call, "before"), snowflake(call, "after")
    found = [
        entry
        for entry in (guild.audit if after else reversed(guild.audit))
        if (not user_id or entry["user_id"] == user_id)
        and (not action or str(entry["action_type"]) == action)
        and (not before or int(entry["id"]) < before)
        and int(entry["id"]) > after
    ][:limit]
    users = {user_id for entry in found for user_id in (entry["user_id"], entry["target_id"])}
    return {
        "audit_log_entries": found,
        "users": [call.world.users[u].data for u in sorted(users - {None}) if u in call.world.users],
        "application_commands": [],
        "auto_moderation_rules": [],
        "guild_scheduled_events": [],
        "integrations": [],
        "threads": [],
        "webhooks": [],
    }


@route("GET", "/guilds/{guild}/onboarding")
async def get_onboarding(call: Call) -> object:
    return onboarding(call.guild())


def onboarding(guild: Guild) -> Json:
    empty = {"guild_id": guild.id, "prompts": [], "default_channel_ids": [], "enabled": False, "mode": 0}
    return guild.onboarding or empty


@route("PUT", "/guilds/{guild}/onboarding")
async def set_onboarding(call: Call) -> object:
    """Enabling needs seven default channels, five of which everybody may write in."""
    guild = call.guild()
    call.need_in(guild, MANAGE_GUILD | MANAGE_ROLES)
    wanted = {**onboarding(guild), **rules.onboarding(call.body)}
    for prompt in wanted["prompts"]:
        prompt["id"] = known_or_new(call, prompt["id"])
        for option in prompt["options"]:
            option["id"] = known_or_new(call, option["id"])
    if wanted["enabled"]:
        everyone = int(guild.roles[guild.id]["permissions"])
        channels = [guild.channels[c] for c in wanted["default_channel_ids"] if c in guild.channels]
        writable = [c for c in channels if everyone_writes(guild, c.data, everyone)]
        if len(channels) < 7 or len(writable) < 5:
            raise ApiError.of(350000)
    guild.onboarding = wanted
    return wanted


def known_or_new(call: Call, value: object) -> str:
    text = str(value or "")
    return text if text.isdigit() and len(text) > 15 else call.world.new_id()


def everyone_writes(guild: Guild, channel: Json, permissions: int) -> bool:
    for entry in channel["permission_overwrites"]:
        if entry["id"] == guild.id:
            permissions = permissions & ~int(entry["deny"]) | int(entry["allow"])
    return permissions & 0xC00 == 0xC00


def empty_list(call: Call) -> object:
    call.guild()
    return []


@route("GET", "/guilds/{guild}/emojis")
async def emojis(call: Call) -> object:
    return empty_list(call)


@route("GET", "/guilds/{guild}/stickers")
async def stickers(call: Call) -> object:
    return empty_list(call)


@route("GET", "/guilds/{guild}/invites")
async def invites(call: Call) -> object:
    return empty_list(call)


@route("GET", "/guilds/{guild}/integrations")
async def integrations(call: Call) -> object:
    return empty_list(call)


@route("GET", "/guilds/{guild}/welcome-screen")
async def welcome_screen(call: Call) -> object:
    call.guild()
    return {"description": None, "welcome_channels": []}


@route("GET", "/guilds/{guild}/preview")
async def preview(call: Call) -> object:
    guild = call.guild()
    keys = (
        "id",
        "name",
        "icon",
        "splash",
        "discovery_splash",
        "emojis",
        "features",
        "description",
        "stickers",
    )
    shown = {key: guild.data[key] for key in keys}
    return {
        **shown,
        "home_header": None,
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": len(guild.members),
    }
