"""What people do with messages: read, write, delete, react, pin."""

from sandbox.compose import Upload
from sandbox.errors import ApiError
from sandbox.people_act import Act
from sandbox.rest.messages import react, who_reacted
from sandbox.rest.pins import page_of, put_up
from sandbox.rights import (
    ADD_REACTIONS,
    ATTACH_FILES,
    BYPASS_SLOWMODE,
    HISTORY,
    MANAGE_CHANNELS,
    MANAGE_MESSAGES,
    PIN_MESSAGES,
)
from sandbox.rules import messages as message_rules
from sandbox.world import Channel, Json

MOST_FILES = 10


async def history(act: Act) -> object:
    page = message_rules.page(act.request.query)
    return act.view.messages(act.channel(), page)


async def one_message(act: Act) -> object:
    channel = act.channel()
    return act.view.message(act.message(channel))


async def say(act: Act) -> object:
    found = act.world.channels.get(act.path["channel"])
    if found is None:
        raise ApiError.of(10003)
    permissions = act.rights.need_send(act.me, found)
    body = act.object()
    asked: Json = {"content": body.get("content")}
    if body.get("reply_to"):
        asked["message_reference"] = {"message_id": str(body["reply_to"])}
    files = uploads(act, body.get("attachments"), permissions)
    accepted = message_rules.message_create(asked, files=len(files))
    slow_down(act, found, permissions)
    fields = act.sandbox.composer.fields(accepted, found, permissions=permissions, files=files)
    if "referenced_message" in fields:
        replied = fields["referenced_message"]["author"]
        if replied["id"] != act.me.id and replied not in fields["mentions"]:
            fields["mentions"] = [*fields["mentions"], replied]
    return act.world.post(found, act.me, **fields)


def uploads(act: Act, listed: object, permissions: int) -> dict[str, Upload]:
    """Files sent before (`POST /sandbox/attachments`), named by their ids."""
    if not listed:
        return {}
    if not isinstance(listed, list) or len(listed) > MOST_FILES:
        raise ApiError.of(30015)
    if not permissions & ATTACH_FILES:
        raise ApiError.of(50013)
    known, files = act.sandbox.interactions.payloads.uploads, {}
    for number, upload_id in enumerate(listed):
        upload = known.get(str(upload_id))
        if upload is None:
            raise ApiError.leaf(("attachments", number), "ENTITY_UNKNOWN", "Unknown attachment")
        data, kind = act.world.files[f"ephemeral-attachments/{upload['id']}/{upload['filename']}"]
        files[str(number)] = Upload(upload["filename"], kind, data)
    return files


async def correct(act: Act) -> object:
    """One changes one's own words only."""
    channel = act.channel()
    message = act.message(channel)
    if message["author"]["id"] != act.me.id:
        raise ApiError.of(50005)
    if channel.archived:
        raise ApiError.of(50083)
    accepted = message_rules.message_edit({"content": act.object().get("content")}, message)
    permissions = act.rights.of(act.me.id, channel)
    changes = act.sandbox.composer.changes(accepted, message, channel, permissions=permissions)
    return act.world.edit_message(channel, message, changes)


def slow_down(act: Act, channel: Channel, permissions: int) -> None:
    """Slow mode holds people back, not bots nor those who bypass it."""
    seconds = int(channel.data.get("rate_limit_per_user") or 0)
    if (
        not seconds
        or channel.guild is None
        or permissions & (BYPASS_SLOWMODE | MANAGE_MESSAGES | MANAGE_CHANNELS)
    ):
        return
    now = act.world.now()
    before = channel.spoke.get(act.me.id)
    rest = seconds - (now - before).total_seconds() if before else 0
    if rest > 0:
        raise ApiError.of(20016, retry_after=round(rest, 3))
    channel.spoke[act.me.id] = now


async def unsay(act: Act) -> object:
    channel = act.channel()
    message = act.message(channel)
    note = message["id"] in channel.notes.get(act.me.id, {})
    if not note and message["author"]["id"] != act.me.id:
        act.channel(MANAGE_MESSAGES)
    if note:
        # Dismissed on this screen only: the bot is not told.
        channel.notes[act.me.id].pop(message["id"])
        gone = {"id": message["id"], "channel_id": channel.id}
        act.world.emit("MESSAGE_DELETE", gone, channel=channel, users=[act.me.id])
    else:
        act.world.delete_message(channel, message["id"])
    return None


async def reaction(act: Act) -> object:
    channel = act.channel()
    message, emoji = act.message(channel), act.path["emoji"]
    if channel.archived:
        raise ApiError.of(50083)
    if act.request.method == "PUT":
        react(act.rights.of(act.me.id, channel) | (0 if channel.guild else ADD_REACTIONS), message, emoji)
        act.world.react(channel, message, act.me, emoji)
    else:
        act.world.unreact(channel, message, act.me.id, emoji)
    return None


async def reactors(act: Act) -> object:
    channel = act.channel(HISTORY)
    return who_reacted(act.world, act.message(channel), act.path["emoji"], act.request.query)


async def pins(act: Act) -> object:
    channel = act.channel()
    return page_of(channel, act.rights.of(act.me.id, channel), act.request.query, act.view.message)


async def pin(act: Act) -> object:
    """Up or down."""
    channel = act.channel(PIN_MESSAGES)
    if channel.archived:
        raise ApiError.of(50083)
    message = act.message(channel)
    if act.request.method == "PUT":
        put_up(act.world, channel, message, act.me)
    else:
        act.world.unpin(channel, message)
    return None


async def typing(act: Act) -> object:
    act.world.typing(act.channel(), act.me)
    return None
