"""The world as a JSON file: save it, load it again. Open interactions and connections are not kept."""

import base64
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.world import App, Channel, Guild, Json, User, World

VERSION = 1


def dump(world: World) -> Json:
    """Everything that a restart should find again."""
    return {
        "version": VERSION,
        "last": str(world.snowflakes.last),
        "users": [
            {"data": user.data, "locale": user.locale, "dm_policy": user.dm_policy}
            for user in world.users.values()
        ],
        "apps": [_app(app) for app in world.apps.values()],
        "guilds": [_guild(guild) for guild in world.guilds.values()],
        "dms": [
            {**_channel(channel), "recipients": [user.id for user in channel.recipients]}
            for channel in world.dms.values()
        ],
        "reactions": {m: {e: list(who) for e, who in table.items()} for m, table in world.reactions.items()},
        "files": {
            path: [base64.b64encode(data).decode(), kind] for path, (data, kind) in world.files.items()
        },
        "webhooks": [{**hook, "user": hook["user"]["id"]} for hook in world.webhooks.values()],
        "nonces": [[*key, *value[:2], value[2].isoformat()] for key, value in world.nonces.items()],
    }


def save(world: World, path: Path) -> None:
    """Written beside, then put in place: a crash leaves the old file."""
    beside = path.with_suffix(path.suffix + ".new")
    beside.write_text(json.dumps(dump(world), ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def load(world: World, path: Path) -> None:
    """Fill an empty world."""
    restore(world, json.loads(path.read_text(encoding="utf-8")))


def _app(app: App) -> Json:
    return {
        "data": {k: v for k, v in app.data.items() if k not in ("bot", "owner")},
        "owner": app.data["owner"]["id"],
        "token": app.token,
        "secret": app.secret,
        "intents": sorted(app.intents),
        "commands": app.commands,
        "guild_commands": app.guild_commands,
        "creations": app.creations,
        "overrides": app.overrides,
    }


def _channel(channel: Channel) -> Json:
    return {
        "data": channel.data,
        "messages": list(channel.messages),
        "notes": channel.notes,
        "pins": channel.pins,
        "thread_members": channel.thread_members,
    }


def _guild(guild: Guild) -> Json:
    return {
        "data": guild.data,
        "roles": guild.roles,
        "members": guild.members,
        "channels": [_channel(channel) for channel in guild.channels.values()],
        "threads": [_channel(thread) for thread in guild.threads.values()],
        "events": guild.events,
        "subscribers": guild.subscribers,
        "bans": guild.bans,
        "audit": guild.audit,
        "onboarding": guild.onboarding,
    }


def restore(world: World, state: Json) -> None:
    if state.get("version") != VERSION:
        raise ValueError(f"this state file has version {state.get('version')}, not {VERSION}")
    world.snowflakes.last = max(world.snowflakes.last, int(state["last"]))
    for entry in state["users"]:
        user = User(entry["data"], entry["locale"], entry["dm_policy"])
        world.users[user.id] = user
    for entry in state["apps"]:
        _restore_app(world, entry)
    for entry in state["guilds"]:
        _restore_guild(world, entry)
    for entry in state["dms"]:
        channel = _restore_channel(world, entry, None)
        channel.recipients = tuple(world.users[user_id] for user_id in entry["recipients"])
        world.dms[frozenset(entry["recipients"])] = channel
    world.reactions.update(
        {m: {e: dict.fromkeys(who) for e, who in table.items()} for m, table in state["reactions"].items()}
    )
    world.files.update({p: (base64.b64decode(data), kind) for p, (data, kind) in state["files"].items()})
    for hook in state.get("webhooks", ()):
        world.webhooks[hook["id"]] = {**hook, "user": world.users[hook["user"]].data}
    for author, nonce, message, place, instant in state["nonces"]:
        world.nonces[(author, nonce)] = (message, place, datetime.fromisoformat(instant))


def _restore_app(world: World, entry: Json) -> None:
    user = world.users[entry["data"]["id"]]
    data = {**entry["data"], "bot": user.data, "owner": world.users[entry["owner"]].data}
    app = App(data, user, entry["token"], set(entry["intents"]), secret=entry.get("secret", ""))
    app.commands, app.guild_commands = entry["commands"], entry["guild_commands"]
    app.creations, app.overrides = entry["creations"], entry.get("overrides", {})
    world.apps[app.id] = world.tokens[app.token] = app


def _restore_guild(world: World, entry: Json) -> None:
    guild = Guild(entry["data"])
    guild.roles, guild.members = entry["roles"], entry["members"]
    guild.events, guild.subscribers = entry["events"], entry["subscribers"]
    guild.bans, guild.audit, guild.onboarding = entry["bans"], entry["audit"], entry["onboarding"]
    for user_id, member in guild.members.items():
        member["user"] = world.users[user_id].data
    for event in guild.events.values():
        event["creator"] = world.users[event["creator_id"]].data
    world.guilds[guild.id] = guild
    for item in entry["channels"]:
        channel = _restore_channel(world, item, guild)
        guild.channels[channel.id] = channel
    for item in entry["threads"]:
        thread = _restore_channel(world, item, guild)
        guild.threads[thread.id] = thread
    for channel in (*guild.channels.values(), *guild.threads.values()):
        parent_id: Any = channel.data.get("parent_id")
        channel.parent = guild.channels.get(parent_id) if parent_id else None
    world.resume_timers(guild)


def _restore_channel(world: World, entry: Json, guild: Guild | None) -> Channel:
    channel = Channel(entry["data"], guild=guild)
    for message in entry["messages"]:
        _reauthor(world, message)
        channel.messages.add(message)
    channel.notes, channel.pins = entry["notes"], entry["pins"]
    for notes in channel.notes.values():
        for note in notes.values():
            _reauthor(world, note)
    channel.thread_members = entry["thread_members"]
    world.channels[channel.id] = channel
    return channel


def _reauthor(world: World, message: Json) -> None:
    """One object an account, so that a change of name shows everywhere."""
    author = world.users.get(message["author"]["id"])
    if author is not None:
        message["author"] = author.data
