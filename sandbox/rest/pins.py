"""Pinned messages. PIN_MESSAGES is asked since February 2026; MANAGE_MESSAGES is not enough any more."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sandbox.errors import ApiError
from sandbox.rest.router import Call, route
from sandbox.rights import HISTORY, PIN_MESSAGES
from sandbox.rules.messages import page_by_time
from sandbox.rules.places import room_for
from sandbox.world import Channel, Json, User, World

NEW = "/channels/{channel}/messages/pins"
OLD = "/channels/{channel}/pins"


def pinnable(call: Call) -> Channel:
    channel = call.channel()
    call.need(channel, PIN_MESSAGES if channel.guild else 0)
    if channel.archived:
        raise ApiError.of(50083)
    return channel


@route("PUT", NEW + "/{message}")
@route("PUT", OLD + "/{message}")
async def pin(call: Call) -> object:
    channel = pinnable(call)
    message = call.message(channel)
    put_up(call.world, channel, message, call.me)
    call.audit(channel.guild, 74, message["author"]["id"])
    return None


def put_up(world: World, channel: Channel, message: Json, by: User) -> None:
    if message["type"] not in (0, 19, 20, 23):
        raise ApiError.of(50021)
    if message["id"] not in channel.pins:
        room_for("pins", len(channel.pins))
    world.pin(channel, message, by)


@route("DELETE", NEW + "/{message}")
@route("DELETE", OLD + "/{message}")
async def unpin(call: Call) -> object:
    channel = pinnable(call)
    call.world.unpin(channel, call.message(channel))
    return None


@route("GET", NEW)
async def page(call: Call) -> object:
    channel = call.channel()
    permissions = call.need(channel)
    return page_of(channel, permissions, call.query, lambda message: call.shown(channel, message))


def page_of(
    channel: Channel, permissions: int, query: Mapping[str, str], show: Callable[[Json], Json]
) -> Json:
    """Latest pinned first; none for who may not read what was said before."""
    if not permissions & HISTORY:
        return {"items": [], "has_more": False}
    asked = page_by_time(query)
    until, limit = asked["before"], asked["limit"]
    items = [
        (pinned_at, message_id)
        for message_id, pinned_at in reversed(channel.pins.items())
        if until is None or datetime.fromisoformat(pinned_at) < until
    ]
    shown = []
    for pinned_at, message_id in items[:limit]:
        message = channel.message(message_id)
        if message is not None:
            shown.append({"pinned_at": pinned_at, "message": show(message)})
    return {"items": shown, "has_more": len(items) > limit}


@route("GET", OLD)
async def all_pins(call: Call) -> object:
    channel = call.channel()
    call.need(channel)
    found = [channel.message(message_id) for message_id in reversed(channel.pins)]
    return [call.shown(channel, message) for message in found if message is not None]
