"""Threads and forum posts."""

from datetime import datetime

from sandbox.errors import ApiError
from sandbox.rest.router import Answer, Call, route
from sandbox.rights import (
    HISTORY,
    MANAGE_THREADS,
    PRIVATE_THREADS,
    PUBLIC_THREADS,
    SEND,
)
from sandbox.rules import threads as rules
from sandbox.rules.messages import page_by_time
from sandbox.rules.places import room_for
from sandbox.world import Channel, Guild, Json
from sandbox.world.entities import ANNOUNCEMENT, ANNOUNCEMENT_THREAD, PRIVATE_THREAD, PUBLIC_THREAD

HAS_THREAD = 1 << 5


@route("POST", "/channels/{channel}/threads")
async def create(call: Call) -> object:
    parent = call.channel()
    if parent.guild is None or parent.is_thread or parent.type not in (0, 5, 15, 16):
        raise ApiError.of(50024)
    if parent.is_forum:
        return create_post(call, parent, parent.guild)
    accepted = rules.thread_create(call.body, parent.data)
    kind = int(accepted.get("type") or PRIVATE_THREAD)
    call.need(parent, PRIVATE_THREADS if kind == PRIVATE_THREAD else PUBLIC_THREADS)
    thread = add(call, parent, parent.guild, accepted, type=kind)
    return Answer(201, call.sandbox.shapes.thread(thread, call.me.id))


def add(call: Call, parent: Channel, guild: Guild, accepted: Json, **more: object) -> Channel:
    active = sum(1 for thread in guild.threads.values() if not thread.archived)
    if active >= call.sandbox.settings.active_threads:
        raise ApiError.of(160006)
    thread = call.world.add_thread(
        parent,
        str(accepted["name"]),
        call.me,
        auto_archive_duration=accepted.get("auto_archive_duration"),
        rate_limit_per_user=accepted.get("rate_limit_per_user"),
        invitable=accepted.get("invitable") is not False,
        **more,  # type: ignore[arg-type]  # the callers name add_thread's own parameters
    )
    call.audit(guild, 110, thread.id)
    return thread


def create_post(call: Call, forum: Channel, guild: Guild) -> Answer:
    """SEND_MESSAGES is what a post asks; the starter has the thread's own identifier."""
    permissions = call.need(forum, SEND)
    manages = bool(permissions & MANAGE_THREADS)
    accepted = rules.forum_post(call.body, forum.data, manages_threads=manages, files=len(call.files))
    message = accepted["message"]
    # Built first: a refusal must leave no thread without a starter.
    fields = call.sandbox.composer.fields(message, forum, permissions=permissions, files=call.files)
    tags = [str(tag) for tag in accepted.get("applied_tags") or ()]
    thread = add(call, forum, guild, accepted, applied_tags=tags)
    starter = call.world.post(thread, call.me, message_id=thread.id, **fields)
    return Answer(201, {**call.sandbox.shapes.thread(thread, call.me.id), "message": starter})


@route("POST", "/channels/{channel}/messages/{message}/threads")
async def create_from_message(call: Call) -> object:
    parent = call.channel()
    if parent.guild is None or parent.type not in (0, 5):
        raise ApiError.of(50024)
    call.need(parent, PUBLIC_THREADS | HISTORY)
    message = call.message(parent)
    if message["id"] in call.world.channels:
        raise ApiError.of(160004)
    accepted = rules.thread_from_message(call.body, parent.data)
    kind = ANNOUNCEMENT_THREAD if parent.type == ANNOUNCEMENT else PUBLIC_THREAD
    thread = add(call, parent, parent.guild, accepted, type=kind, thread_id=message["id"])
    shown = call.sandbox.shapes.thread(thread, call.me.id)
    changes = {"flags": message["flags"] | HAS_THREAD, "thread": shown}
    call.world.edit_message(parent, message, changes, silent=True)
    return Answer(201, shown)


@route("GET", "/guilds/{guild}/threads/active")
async def active(call: Call) -> object:
    guild = call.guild()
    seen = [t for t in guild.threads.values() if not t.archived and call.sandbox.rights.sees(call.me.id, t)]
    return listed(call, sorted(seen, key=lambda t: int(t.id), reverse=True), False)


def listed(call: Call, threads: list[Channel], more: bool) -> Json:
    me = call.me.id
    return {
        "has_more": more,
        "threads": [call.sandbox.shapes.thread(thread, me) for thread in threads],
        "members": [t.thread_members[me] for t in threads if me in t.thread_members],
    }


@route("GET", "/channels/{channel}/threads/archived/public")
async def archived_public(call: Call) -> object:
    return archived(call, (PUBLIC_THREAD, ANNOUNCEMENT_THREAD))


@route("GET", "/channels/{channel}/threads/archived/private")
async def archived_private(call: Call) -> object:
    call.need(call.channel(), MANAGE_THREADS)
    return archived(call, (PRIVATE_THREAD,))


@route("GET", "/channels/{channel}/users/@me/threads/archived/private")
async def archived_mine(call: Call) -> object:
    return archived(call, (PRIVATE_THREAD,))


def archived(call: Call, kinds: tuple[int, ...]) -> Json:
    """Latest archived first, page by page."""
    parent = call.channel()
    call.need(parent, HISTORY)
    if parent.guild is None:
        raise ApiError.of(50024)
    page = page_by_time(call.query, most=100, least=2)
    before, limit = page["before"], page["limit"]
    found = [
        t
        for t in parent.guild.threads.values()
        if t.parent is parent
        and t.archived
        and t.type in kinds
        and (before is None or archived_at(t) < before)
    ]
    found.sort(key=archived_at, reverse=True)
    return listed(call, found[:limit], len(found) > limit)


def archived_at(thread: Channel) -> datetime:
    return datetime.fromisoformat(thread.data["thread_metadata"]["archive_timestamp"])


# --- members of a thread -----------------------------------------------------------------------------------

MEMBERS = "/channels/{channel}/thread-members"


def thread_of(call: Call) -> Channel:
    thread = call.channel()
    if not thread.is_thread:
        raise ApiError.of(50024)
    call.need(thread)
    return thread


def open_thread(call: Call) -> Channel:
    thread = thread_of(call)
    if thread.archived:
        raise ApiError.of(50083)
    return thread


@route("PUT", MEMBERS + "/@me")
async def join(call: Call) -> object:
    call.world.join_thread(open_thread(call), call.me)
    return None


@route("PUT", MEMBERS + "/{user}")
async def add_member(call: Call) -> object:
    thread = open_thread(call)
    user = call.world.users.get(call.params["user"])
    if user is None or thread.guild is None or user.id not in thread.guild.members:
        raise ApiError.of(10007)
    if user.id not in thread.thread_members:
        room_for("thread_members", len(thread.thread_members))
    call.world.join_thread(thread, user)
    return None


@route("DELETE", MEMBERS + "/@me")
async def leave(call: Call) -> object:
    call.world.leave_thread(open_thread(call), call.me)
    return None


@route("DELETE", MEMBERS + "/{user}")
async def remove_member(call: Call) -> object:
    thread = open_thread(call)
    mine = thread.data["owner_id"] == call.me.id and thread.type == PRIVATE_THREAD
    if not mine:
        call.need(thread, MANAGE_THREADS)
    user = call.world.users.get(call.params["user"])
    if user is None:
        raise ApiError.of(10013)
    call.world.leave_thread(thread, user)
    return None


@route("GET", MEMBERS)
async def list_members(call: Call) -> object:
    thread = thread_of(call)
    if "members" not in call.app.intents:
        raise ApiError.of(50001)
    members = list(thread.thread_members.values())
    if call.query.get("with_member", "").lower() in ("1", "true") and thread.guild is not None:
        guild = thread.guild
        return [{**entry, "member": guild.members.get(entry["user_id"])} for entry in members]
    return members


@route("GET", MEMBERS + "/{user}")
async def get_member(call: Call) -> object:
    found = thread_of(call).thread_members.get(call.params["user"])
    if found is None:
        raise ApiError.of(10007)
    return found


@route("GET", MEMBERS + "/@me")
async def get_my_membership(call: Call) -> object:
    found = thread_of(call).thread_members.get(call.me.id)
    if found is None:
        raise ApiError.of(10007)
    return found
