"""Webhooks of channels: made by bots, executed by whoever has their token."""

from typing import Any

from sandbox.errors import ApiError, Form
from sandbox.rest.router import Answer, Call, route
from sandbox.rights import MANAGE_WEBHOOKS
from sandbox.rules import messages as rules
from sandbox.rules import threads as thread_rules
from sandbox.world import Channel, Json, User

PER_CHANNEL = 15
NAME, THREAD_NAME = 80, 100
FORBIDDEN = ("clyde", "discord")
#: A webhook may ping anybody: whoever could make it could do so too.
EVERYTHING = (1 << 53) - 1
CREATED, UPDATED, DELETED = 50, 51, 52
PLACES = frozenset({0, 2, 5, 13, 15, 16})


def shown(call: Call, hook: Json, *, with_user: bool = True) -> Json:
    url = f"{call.sandbox.api}/webhooks/{hook['id']}/{hook['token']}"
    return {key: value for key, value in {**hook, "url": url}.items() if with_user or key != "user"}


def sound_name(value: Any, path: str = "name", most: int = NAME) -> str:
    form = Form()
    name = value.strip() if isinstance(value, str) else ""
    if not 1 <= len(name) <= most:
        form.bad_length((path,), 1, most)
    elif any(word in name.lower() for word in FORBIDDEN):
        form.add((path,), "USERNAME_INVALID_CONTAINS", "Username cannot contain a reserved word")
    form.check()
    return name


def place(call: Call) -> Channel:
    channel = call.channel()
    call.need(channel, MANAGE_WEBHOOKS if channel.guild else 0)
    if channel.type not in PLACES:
        raise ApiError.of(50024)
    return channel


def known(call: Call, *, by_token: bool = False) -> Json:
    """The webhook of the path; without its token, for those who manage webhooks there."""
    hook = call.world.webhooks.get(call.params["hook"])
    if hook is None or (by_token and hook["token"] != call.params["token"]):
        raise ApiError.of(10015)
    if not by_token:
        call.need(call.world.channels[hook["channel_id"]], MANAGE_WEBHOOKS)
    return hook


@route("GET", "/guilds/{guild}/webhooks")
async def guild_webhooks(call: Call) -> object:
    guild = call.guild()
    call.need_in(guild, MANAGE_WEBHOOKS)
    return [shown(call, hook) for hook in call.world.webhooks.values() if hook["guild_id"] == guild.id]


@route("GET", "/channels/{channel}/webhooks")
async def channel_webhooks(call: Call) -> object:
    channel = place(call)
    return [shown(call, hook) for hook in call.world.webhooks_of(channel)]


@route("POST", "/channels/{channel}/webhooks")
async def create(call: Call) -> object:
    channel = place(call)
    name = sound_name(call.object().get("name"))
    if len(call.world.webhooks_of(channel)) >= PER_CHANNEL:
        raise ApiError.of(30007)
    hook = call.world.add_webhook(channel, name, call.me, application_id=call.app.id)
    call.audit(channel.guild, CREATED, hook["id"])
    return shown(call, hook)


@route("GET", "/webhooks/{hook}")
async def get(call: Call) -> object:
    return shown(call, known(call))


@route("PATCH", "/webhooks/{hook}")
async def edit(call: Call) -> object:
    hook = known(call)
    return shown(call, change(call, hook))


@route("DELETE", "/webhooks/{hook}")
async def delete(call: Call) -> object:
    hook = known(call)
    call.audit(call.world.channels[hook["channel_id"]].guild, DELETED, hook["id"])
    call.world.delete_webhook(hook)
    return None


@route("GET", "/webhooks/{hook}/{token}", auth=False)
async def get_by_token(call: Call) -> object:
    return shown(call, known(call, by_token=True), with_user=False)


@route("PATCH", "/webhooks/{hook}/{token}", auth=False)
async def edit_by_token(call: Call) -> object:
    return shown(call, change(call, known(call, by_token=True)), with_user=False)


@route("DELETE", "/webhooks/{hook}/{token}", auth=False)
async def delete_by_token(call: Call) -> object:
    call.world.delete_webhook(known(call, by_token=True))
    return None


def change(call: Call, hook: Json) -> Json:
    body, changes = call.object(), {}
    if body.get("name") is not None:
        changes["name"] = sound_name(body["name"])
    if body.get("channel_id") is not None and call.caller is not None:
        target = call.world.channels.get(str(body["channel_id"]))
        if target is None or target.guild is None or target.guild.id != hook["guild_id"]:
            raise ApiError.of(10003)
        call.need(target, MANAGE_WEBHOOKS)
        changes["channel_id"] = target.id
    return call.world.edit_webhook(hook, changes)


# --- what its token does; `hooks.py` brings those calls here -----------------------------------------------


def target(call: Call, hook: Json, author: User, body: Json) -> tuple[Channel, str | None]:
    """Where the message goes, and its id where it starts a post."""
    channel = call.world.channels[hook["channel_id"]]
    thread_id, name = call.query.get("thread_id"), body.get("thread_name")
    if thread_id is not None:
        thread = call.world.channels.get(thread_id)
        if thread is None or thread.parent is not channel:
            raise ApiError.of(10003)
        return thread, None
    if not channel.is_forum:
        if name is not None:
            raise ApiError.of(220003)
        return channel, None
    if not isinstance(name, str):
        raise ApiError.of(220001)
    asked = {"name": name, "applied_tags": body.get("applied_tags") or [], "message": {"content": "x"}}
    accepted = thread_rules.forum_post(asked, channel.data, manages_threads=True)
    tags = [str(tag) for tag in accepted.get("applied_tags") or ()]
    thread = call.world.add_thread(channel, accepted["name"], author, applied_tags=tags)
    return thread, thread.id


def author_of(hook: Json, body: Json) -> User:
    """A webhook speaks under its own name, or the one that this message gives it."""
    name = hook["name"] if body.get("username") is None else sound_name(body["username"], "username")
    return User(
        {
            "id": hook["id"],
            "username": name,
            "global_name": None,
            "discriminator": "0000",
            "avatar": None,
            "primary_guild": None,
            "public_flags": 0,
            "flags": 0,
            "bot": True,
        }
    )


async def execute(call: Call) -> object:
    hook = known(call, by_token=True)
    body = call.object()
    accepted = rules.message_create(body, kind="webhook", files=len(call.files))
    author = author_of(hook, body)
    channel, message_id = target(call, hook, author, body)
    fields = call.sandbox.composer.fields(accepted, channel, permissions=EVERYTHING, files=call.files)
    fields["flags"] &= ~(1 << 6)
    fields["webhook_id"] = hook["id"]
    if fields["components"]:
        fields["application_id"] = hook["application_id"]
    message = call.world.post(channel, author, message_id=message_id, **fields)
    waits = call.query.get("wait", "").lower() in ("1", "true")
    return message if waits else Answer(204)


def message_of(call: Call) -> tuple[Channel, Json]:
    """Only what this webhook wrote."""
    hook = known(call, by_token=True)
    channel = call.world.channels[hook["channel_id"]]
    if call.query.get("thread_id") is not None:
        channel = call.world.channels.get(call.query["thread_id"], channel)
    message = channel.message(call.params["message"])
    if message is None or message.get("webhook_id") != hook["id"]:
        raise ApiError.of(10008)
    return channel, message


async def get_message(call: Call) -> object:
    return message_of(call)[1]


async def edit_message(call: Call) -> object:
    channel, message = message_of(call)
    accepted = rules.message_edit(call.body, message, kind="webhook", files=len(call.files))
    changes = call.sandbox.composer.changes(
        accepted, message, channel, permissions=EVERYTHING, files=call.files
    )
    return call.world.edit_message(channel, message, changes)


async def delete_message(call: Call) -> object:
    channel, message = message_of(call)
    call.world.delete_message(channel, message["id"])
    return Answer(204)
