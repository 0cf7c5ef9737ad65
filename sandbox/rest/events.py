"""Scheduled events of a server."""

import hashlib
import re
from base64 import b64decode

from sandbox.errors import ApiError
from sandbox.rest.members import number, snowflake
from sandbox.rest.router import Call, route
from sandbox.rights import CREATE_EVENTS, MANAGE_EVENTS, VIEW
from sandbox.rules import events as rules
from sandbox.rules.places import room_for
from sandbox.world import Guild, Json
from sandbox.world.agenda import event_object

ALL = "/guilds/{guild}/scheduled-events"
ONE = ALL + "/{event}"
CONNECT, MANAGE_CHANNELS, MUTE, MOVE = 1 << 20, 1 << 4, 1 << 22, 1 << 24


def with_count(call: Call) -> bool:
    return call.query.get("with_user_count", "").lower() in ("1", "true")


def event_of(call: Call, guild: Guild) -> Json:
    found = guild.events.get(call.params["event"])
    if found is None:
        raise ApiError.of(10070)
    return found


def need_place(call: Call, guild: Guild, accepted: Json) -> None:
    """A stage or voice event asks for its channel's permissions."""
    channel_id = accepted.get("channel_id")
    if channel_id is None:
        return
    channel = guild.channels.get(str(channel_id))
    if channel is None:
        raise ApiError.of(10003)
    wanted = VIEW | CONNECT
    if channel.type == 13:
        wanted |= MANAGE_CHANNELS | MUTE | MOVE
    call.need(channel, wanted)


def stored_image(call: Call, event_id: str, image: object) -> str | None:
    """A data URI becomes the hash under which the picture is served."""
    found = re.fullmatch(r"data:(image/(?:png|jpeg|gif|webp));base64,([\w+/=\s]+)", str(image or ""))
    if found is None:
        if image is None:
            return None
        raise ApiError.leaf(("image",), "IMAGE_INVALID", "Invalid image data")
    try:
        data = b64decode(found[2])
    except ValueError:
        raise ApiError.leaf(("image",), "IMAGE_INVALID", "Invalid image data") from None
    name = hashlib.sha256(data).hexdigest()[:32]
    call.world.files[f"guild-events/{event_id}/{name}.png"] = (data, found[1])
    return name


@route("GET", ALL)
async def list_events(call: Call) -> object:
    guild = call.guild()
    alive = [event for event in guild.events.values() if event["status"] in (1, 2)]
    return [event_object(event, with_count=with_count(call)) for event in alive]


@route("POST", ALL)
async def create_event(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, CREATE_EVENTS)
    accepted = rules.event_create(call.body, call.world.now())
    need_place(call, guild, accepted)
    room_for("events", sum(1 for event in guild.events.values() if event["status"] in (1, 2)))
    event_id = call.world.new_id()
    accepted["image"] = stored_image(call, event_id, accepted.get("image"))
    event = call.world.add_event(guild, call.me, {**accepted, "id": event_id})
    call.audit(guild, 100, event["id"])
    return event_object(event)


@route("GET", ONE)
async def get_event(call: Call) -> object:
    return event_object(event_of(call, call.guild()), with_count=with_count(call))


def need_change(call: Call, guild: Guild, event: Json) -> None:
    """One's own: CREATE_EVENTS or MANAGE_EVENTS; others': MANAGE_EVENTS."""
    mine = call.need_in(guild, 0)
    own = event["creator_id"] == call.me.id and mine & CREATE_EVENTS
    if not own and not mine & MANAGE_EVENTS:
        raise ApiError.of(50013)


@route("PATCH", ONE)
async def edit_event(call: Call) -> object:
    guild = call.guild()
    event = event_of(call, guild)
    need_change(call, guild, event)
    changes = rules.event_edit(call.body, event, call.world.now())
    need_place(call, guild, changes)
    if changes.get("image") is not None:
        changes["image"] = stored_image(call, event["id"], changes["image"])
    call.world.edit_event(guild, event, changes)
    call.audit(guild, 101, event["id"])
    return event_object(event)


@route("DELETE", ONE)
async def delete_event(call: Call) -> object:
    guild = call.guild()
    event = event_of(call, guild)
    need_change(call, guild, event)
    call.world.delete_event(guild, event)
    call.audit(guild, 102, event["id"])
    return None


@route("GET", ONE + "/users")
async def subscribers(call: Call) -> object:
    """Ascending by account; `before` wins over `after`."""
    guild = call.guild()
    event = event_of(call, guild)
    limit = number(call, "limit", 100, 100)
    ids = sorted(int(user_id) for user_id in guild.subscribers[event["id"]])
    before, after = snowflake(call, "before"), snowflake(call, "after")
    ids = [i for i in ids if i < before][-limit:] if before else [i for i in ids if i > after][:limit]
    answer = []
    for user_id in map(str, ids):
        entry: Json = {
            "guild_scheduled_event_id": event["id"],
            "user_id": user_id,
            "response": 1,  # interested
            "user": call.world.users[user_id].data,
        }
        if call.query.get("with_member", "").lower() in ("1", "true") and user_id in guild.members:
            entry["member"] = guild.members[user_id]
        answer.append(entry)
    return answer
