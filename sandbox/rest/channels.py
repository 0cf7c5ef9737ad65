"""Channels of a server and their overwrites."""

from typing import Any

from sandbox.errors import ApiError
from sandbox.rest.router import Answer, Call, route
from sandbox.rights import MANAGE_CHANNELS, MANAGE_ROLES, MANAGE_THREADS
from sandbox.rules import channels as rules
from sandbox.rules import threads as thread_rules
from sandbox.rules.places import room_for, room_in_category
from sandbox.world import Channel, Guild, Json
from sandbox.world.entities import CATEGORY

CREATED, UPDATED, DELETED = 10, 11, 12
OVERWRITE_CREATED, OVERWRITE_UPDATED, OVERWRITE_DELETED = 13, 14, 15


@route("GET", "/guilds/{guild}/channels")
async def list_channels(call: Call) -> object:
    return [dict(channel.data) for channel in call.guild().channels.values()]


@route("POST", "/guilds/{guild}/channels")
async def create_channel(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, MANAGE_CHANNELS)
    accepted = rules.channel_create(call.body, strict_tags=call.sandbox.settings.strict_tags)
    room_for("channels", len(guild.channels))
    parent = parent_of(guild, accepted.pop("parent_id", None))
    overwrites = clean_overwrites(call, guild, accepted.pop("permission_overwrites", None))
    if not overwrites and parent is not None:
        overwrites = [dict(entry) for entry in parent.data["permission_overwrites"]]
    name, kind = str(accepted.pop("name")), int(accepted.pop("type", 0) or 0)
    if parent is not None:
        room_in_category(sum(1 for c in guild.channels.values() if c.parent is parent))
    channel = call.world.add_channel(guild, name, type=kind, parent=parent, overwrites=overwrites, **accepted)
    call.audit(guild, CREATED, channel.id)
    return Answer(201, dict(channel.data))


def parent_of(guild: Guild, parent_id: Any) -> Channel | None:
    if parent_id is None:
        return None
    parent = guild.channels.get(str(parent_id))
    if parent is None or parent.type != CATEGORY:
        words = "Category does not exist" if parent is None else "Not a category"
        raise ApiError.leaf(("parent_id",), "CHANNEL_PARENT_INVALID", words)
    return parent


def clean_overwrites(call: Call, guild: Guild, listed: Any) -> list[Json]:
    """Only permissions that the bot has itself may be allowed or denied."""
    mine = call.sandbox.rights.in_guild(call.me.id, guild)
    clean: list[Json] = []
    for entry in listed or ():
        allow, deny = int(entry.get("allow") or 0), int(entry.get("deny") or 0)
        if (allow | deny) & ~mine:
            raise ApiError.of(50013)
        target = str(entry["id"])
        kind = entry.get("type")
        kind = int(kind) if kind is not None else (0 if target in guild.roles else 1)
        clean.append({"id": target, "type": kind, "allow": str(allow), "deny": str(deny)})
    return clean


@route("PATCH", "/guilds/{guild}/channels")
async def move_channels(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, MANAGE_CHANNELS)
    for item in rules.positions(call.body):
        channel = guild.channels.get(str(item["id"]))
        if channel is None:
            raise ApiError.of(10003)
        changes: Json = {}
        if item.get("position") is not None:
            changes["position"] = int(item["position"])
        if "parent_id" in item:
            parent = parent_of(guild, item["parent_id"])
            changes["parent_id"] = parent.id if parent else None
            if parent is not None and item.get("lock_permissions"):
                copied = [dict(entry) for entry in parent.data["permission_overwrites"]]
                changes["permission_overwrites"] = copied
        if changes:
            call.world.edit_channel(channel, changes)
    return None


@route("GET", "/channels/{channel}")
async def get_channel(call: Call) -> object:
    channel = call.channel()
    if channel.guild is not None and not call.sandbox.rights.sees(call.me.id, channel):
        raise ApiError.of(50001)
    return call.sandbox.shapes.channel(channel, call.me)


@route("PATCH", "/channels/{channel}")
async def edit_channel(call: Call) -> object:
    channel = call.channel()
    if channel.guild is None:
        raise ApiError.of(50003)
    if channel.is_thread:
        return edit_thread(call, channel)
    call.need(channel, MANAGE_CHANNELS)
    accepted = rules.channel_edit(call.body, channel.data, strict_tags=call.sandbox.settings.strict_tags)
    if "permission_overwrites" in accepted:
        call.need(channel, MANAGE_ROLES)
        listed = accepted["permission_overwrites"]
        accepted["permission_overwrites"] = clean_overwrites(call, channel.guild, listed)
    if "parent_id" in accepted:
        parent = parent_of(channel.guild, accepted["parent_id"])
        accepted["parent_id"] = parent.id if parent else None
    if accepted:
        call.world.edit_channel(channel, accepted)
        call.audit(channel.guild, UPDATED, channel.id)
    return dict(channel.data)


def edit_thread(call: Call, thread: Channel) -> Json:
    """Its maker may rename, archive and set its duration; the rest is for those who manage threads."""
    permissions = call.need(thread)
    manages = bool(permissions & MANAGE_THREADS)
    body = call.object()
    mine = thread.data["owner_id"] == call.me.id
    own = {"name", "archived", "auto_archive_duration"} | ({"applied_tags"} if mine else set())
    sent = {key for key in body if not (key == "locked" and body[key] == thread.locked)}
    reopening = sent == {"archived"} and body["archived"] is False and not thread.locked
    if not manages and not (mine and sent <= own) and not reopening:
        raise ApiError.of(50013)
    if not manages and thread.locked and not sent <= {"name"}:
        raise ApiError.of(50013)
    parent = thread.parent.data if thread.parent else {}
    changes = thread_rules.thread_edit(body, thread.data, parent, manages_threads=manages)
    if "applied_tags" in changes:
        changes["applied_tags"] = [str(tag) for tag in changes["applied_tags"] or ()]
    if changes:
        call.world.edit_thread(thread, changes, by=call.me)
        call.audit(thread.guild, 111, thread.id)
    return call.sandbox.shapes.thread(thread, call.me.id)


@route("DELETE", "/channels/{channel}")
async def delete_channel(call: Call) -> object:
    channel = call.channel()
    if channel.guild is None:
        return call.sandbox.shapes.channel(channel, call.me)
    call.need(channel, MANAGE_THREADS if channel.is_thread else MANAGE_CHANNELS)
    call.world.delete_channel(channel)
    call.audit(channel.guild, 112 if channel.is_thread else DELETED, channel.id)
    return dict(channel.data)


@route("PUT", "/channels/{channel}/permissions/{overwrite}")
async def set_overwrite(call: Call) -> object:
    channel = call.channel()
    if channel.guild is None or channel.is_thread:
        raise ApiError.of(50024)
    call.need(channel, MANAGE_ROLES)
    accepted = rules.overwrite(call.body)
    entry = {**accepted, "id": call.params["overwrite"]}
    listed = channel.data["permission_overwrites"]
    if not any(known["id"] == entry["id"] for known in listed):
        room_for("overwrites", len(listed))
    call.world.set_overwrite(channel, clean_overwrites(call, channel.guild, [entry])[0])
    call.audit(channel.guild, OVERWRITE_UPDATED, channel.id)
    return None


@route("DELETE", "/channels/{channel}/permissions/{overwrite}")
async def delete_overwrite(call: Call) -> object:
    channel = call.channel()
    if channel.guild is None or channel.is_thread:
        raise ApiError.of(50024)
    call.need(channel, MANAGE_ROLES)
    if not any(entry["id"] == call.params["overwrite"] for entry in channel.data["permission_overwrites"]):
        raise ApiError.of(10009)
    call.world.remove_overwrite(channel, call.params["overwrite"])
    call.audit(channel.guild, OVERWRITE_DELETED, channel.id)
    return None


@route("GET", "/channels/{channel}/invites")
async def channel_invites(call: Call) -> object:
    call.need(call.channel(), MANAGE_CHANNELS)
    return []
