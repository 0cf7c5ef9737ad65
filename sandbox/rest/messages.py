"""Messages of a channel and their reactions."""

from collections.abc import Mapping
from urllib.parse import unquote

from sandbox.errors import ApiError
from sandbox.rest.router import Call, route
from sandbox.rights import ADD_REACTIONS, HISTORY, MANAGE_MESSAGES
from sandbox.rules import messages as rules
from sandbox.rules.places import room_for
from sandbox.world import Channel, Json, World
from sandbox.world.entities import EPHEMERAL

ROOM = "/channels/{channel}/messages"
ONE = ROOM + "/{message}"


def check_dm(call: Call, channel: Channel) -> None:
    """Those who refuse messages from bots are reached by no one."""
    for person in channel.recipients:
        if person is call.me:
            continue
        if person.dm_policy == "blocked":
            raise ApiError.of(50007)
        if person.dm_policy == "closed" or not any(
            call.me.id in guild.members for guild in call.world.guilds_of(person.id)
        ):
            raise ApiError.of(50278)


@route("GET", ROOM)
async def history(call: Call) -> object:
    channel = call.channel()
    permissions = call.need(channel)
    page = rules.page(call.query)
    if channel.guild is not None and not permissions & HISTORY:
        return []
    numbers = {key: int(page[key]) if page.get(key) else None for key in ("before", "after", "around")}
    found = channel.messages.page(page["limit"], **numbers)
    return [call.shown(channel, message) for message in found]


@route("GET", ONE)
async def get_message(call: Call) -> object:
    channel = call.channel()
    permissions = call.need(channel)
    if channel.guild is not None and not permissions & HISTORY:
        raise ApiError.of(50013)
    return call.shown(channel, call.message(channel))


@route("POST", ROOM)
async def create_message(call: Call) -> object:
    channel = call.channel()
    permissions = call.sandbox.rights.need_send(call.me, channel)
    body = rules.message_create(call.body, files=len(call.files))
    check_dm(call, channel)
    return post(call, channel, body, permissions)


def post(call: Call, channel: Channel, body: Json, permissions: int) -> Json:
    """Post as the bot, once per nonce when it asks for that."""
    nonce = body.get("nonce")
    if nonce is not None and body.get("enforce_nonce"):
        first = call.world.remembered(call.me, str(nonce))
        if first is not None:
            before = call.world.channels.get(first[1])
            message = before.message(first[0]) if before else None
            if message is None:
                raise ApiError.of(10008)
            return message
    fields = call.sandbox.composer.fields(body, channel, permissions=permissions, files=call.files)
    message = call.world.post(channel, call.me, **fields)
    if nonce is not None:
        call.world.remember(call.me, str(nonce), message)
    return message


@route("PATCH", ONE)
async def edit_message(call: Call) -> object:
    channel = call.channel()
    permissions = call.need(channel)
    message = call.message(channel)
    if channel.archived:
        raise ApiError.of(50083)
    if message["author"]["id"] != call.me.id:
        body = call.object()
        if not permissions & MANAGE_MESSAGES or set(body) - {"flags"}:
            raise ApiError.of(50005)
    accepted = rules.message_edit(call.body, message, files=len(call.files))
    composer = call.sandbox.composer
    changes = composer.changes(accepted, message, channel, permissions=permissions, files=call.files)
    return call.world.edit_message(channel, message, changes)


@route("DELETE", ONE)
async def delete_message(call: Call) -> object:
    channel = call.channel()
    permissions = call.need(channel)
    message = call.message(channel)
    mine = message["author"]["id"] == call.me.id
    if not mine and (channel.guild is None or not permissions & MANAGE_MESSAGES):
        raise ApiError.of(50013 if channel.guild else 50003)
    call.world.delete_message(channel, message["id"])
    if not mine:
        call.audit(channel.guild, 72, message["author"]["id"])
    return None


@route("POST", ROOM + "/bulk-delete")
async def bulk_delete(call: Call) -> object:
    channel = call.channel()
    call.need(channel, MANAGE_MESSAGES)
    ids = rules.bulk_delete(call.body, call.world.now())
    call.world.delete_messages(channel, ids)
    return None


@route("POST", ONE + "/crosspost")
async def crosspost(call: Call) -> object:
    channel = call.channel()
    call.need(channel)
    message = call.message(channel)
    if channel.type != 5:
        raise ApiError.of(50068)
    return call.world.edit_message(channel, message, {"flags": message["flags"] | 1}, silent=True)


@route("POST", "/channels/{channel}/typing")
async def typing(call: Call) -> object:
    channel = call.channel()
    call.sandbox.rights.need_send(call.me, channel)
    call.world.typing(channel, call.me)
    return None


# --- reactions ---------------------------------------------------------------------------------------------

REACTIONS = ONE + "/reactions"
BURST = "1"


def emoji_of(call: Call) -> str:
    """Unicode, or `name:id`; anything else is unknown."""
    emoji = unquote(call.params["emoji"])
    name, _, number = emoji.partition(":")
    if (number.isdigit() and name) or (not number and not emoji.isascii()) or emoji in KEYCAPS:
        return emoji
    raise ApiError.of(10014)


KEYCAPS = {f"{digit}\N{COMBINING ENCLOSING KEYCAP}" for digit in "0123456789#*"}


def reactable(call: Call, wanted: int = 0) -> tuple[Channel, Json]:
    channel = call.channel()
    call.need(channel, wanted)
    if channel.archived:
        raise ApiError.of(50083)
    message = call.message(channel)
    if message["flags"] & EPHEMERAL:
        raise ApiError.of(10008)
    return channel, message


@route("PUT", REACTIONS + "/{emoji}/@me")
async def add_reaction(call: Call) -> object:
    emoji = emoji_of(call)
    channel, message = reactable(call, HISTORY)
    react(call.sandbox.rights.of(call.me.id, channel), message, emoji)
    call.world.react(channel, message, call.me, emoji)
    return None


def react(permissions: int, message: Json, emoji: str) -> None:
    """A new emoji needs the permission and room; joining one that is there needs neither."""
    shown = [_key(reaction["emoji"]) for reaction in message.get("reactions", ())]
    if emoji not in shown:
        if not permissions & ADD_REACTIONS:
            raise ApiError.of(50013)
        room_for("reactions", len(shown))


def _key(emoji: Json) -> str:
    return f"{emoji['name']}:{emoji['id']}" if emoji["id"] else str(emoji["name"])


@route("DELETE", REACTIONS + "/{emoji}/@me")
@route("DELETE", REACTIONS + "/{emoji}/{user}")
async def remove_reaction(call: Call) -> object:
    channel, message = reactable(call, MANAGE_MESSAGES if "user" in call.params else 0)
    user_id = call.params.get("user", call.me.id)
    call.world.unreact(channel, message, user_id, emoji_of(call))
    return None


@route("GET", REACTIONS + "/{emoji}")
async def reactors(call: Call) -> object:
    channel = call.channel()
    call.need(channel, HISTORY if channel.guild else 0)
    message = call.message(channel)
    if call.query.get("type") == BURST:
        return []  # nobody has any here
    return who_reacted(call.world, message, emoji_of(call), call.query)


def who_reacted(world: World, message: Json, emoji: str, query: Mapping[str, str]) -> list[Json]:
    """One page of people, by id."""
    page = rules.page(query, default=25)
    after = int(page["after"] or 0)
    ids = sorted(world.reactors(message, emoji), key=int)
    return [world.users[i].data for i in ids if int(i) > after][: page["limit"]]


@route("DELETE", REACTIONS + "/{emoji}")
async def clear_emoji(call: Call) -> object:
    channel, message = reactable(call, MANAGE_MESSAGES)
    call.world.clear_reactions(channel, message, emoji_of(call))
    return None


@route("DELETE", REACTIONS)
async def clear_all(call: Call) -> object:
    channel, message = reactable(call, MANAGE_MESSAGES)
    call.world.clear_reactions(channel, message)
    return None
