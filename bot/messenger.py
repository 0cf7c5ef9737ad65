"""Discord as delivery sees it: says things once, finds them again, and names what went wrong.

Uses no cache: every reference is enough by itself. Pacing per route is discord.py's.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import aiohttp
import discord
from discord.utils import time_snowflake

from bot import server_rooms as rooms
from bot.forum_tags import tags_for
from bot.server_events import cancel_event, put_event
from bot.server_threads import keep_thread
from cogs.kit.layout import layout, legacy, thread_name
from community.ports import DeliveryError, EventDraft, Failure, Outgoing
from prompts import Words

P = ParamSpec("P")
T = TypeVar("T")

_CLOSED = frozenset({50007, 50278})  # the person refuses private messages, or shares no server with us
_TOO_MANY_OPENINGS = 40003
_TAG_REQUIRED = frozenset({40066, 40067})
_TOO_MANY_THREADS = 160006
_ARCHIVED = 50083
_UNKNOWN_MESSAGE = 10008
_MOST_LOOKED_AT = 300  # messages or threads, when looking for what an earlier try left
_REASON_LIMIT = 512


def failure_of(error: Exception) -> DeliveryError:
    """What a discord.py or network error means for delivery."""
    if isinstance(error, discord.RateLimited):
        return DeliveryError(Failure.RETRY, retry_after=error.retry_after, code="429")
    if not isinstance(error, discord.HTTPException):  # the line broke: the answer may be what was lost
        return DeliveryError(Failure.RETRY, code=type(error).__name__, unsure=True)
    code = str(error.code or error.status)
    if error.status >= 500:
        return DeliveryError(Failure.RETRY, code=code, unsure=True)
    if error.status == 429:
        wait = error.response.headers.get("Retry-After")
        return DeliveryError(Failure.RETRY, retry_after=float(wait) if wait else None, code=code)
    if error.status == 401 or error.code == _TOO_MANY_THREADS:
        return DeliveryError(Failure.RETRY, code=code)
    if error.code in _CLOSED:
        return DeliveryError(Failure.CLOSED, code=code)
    if error.code in _TAG_REQUIRED:
        return DeliveryError(Failure.UNTAGGED, code=code)
    if error.code == _TOO_MANY_OPENINGS:
        return DeliveryError(Failure.SLOW_DOWN, code=code)
    kinds = {403: Failure.FORBIDDEN, 404: Failure.GONE}
    return DeliveryError(kinds.get(error.status, Failure.REJECTED), code=code)


def _named(method: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Turn what discord.py raises into DeliveryError."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await method(*args, **kwargs)
        except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError) as error:
            raise failure_of(error) from error

    return call


def mark_of(nonce: str) -> int:
    """A component id that only our message of this nonce bears.

    Discord keeps the id of a component and shows it to nobody, through restarts and beyond the few minutes
    for which it remembers a nonce. Ids that it gives by itself are small numbers.
    """
    return int.from_bytes(hashlib.blake2s(nonce.encode(), digest_size=4).digest()) & 0x3FFFFFFF | 0x40000000


@dataclass(frozen=True)
class _Untitled:
    """A forum thread's name is its title already."""

    body: str
    note: str
    title: str = ""


class DiscordMessenger:
    """Implements ``community.ports.Messenger`` on a discord.py client that is logged in."""

    def __init__(self, client: discord.Client, words: Words) -> None:
        self._client = client
        self._words = words

    @_named
    async def post(self, channel_ref: str, message: Outgoing, *, nonce: str) -> str:
        view = layout(message.text, message.rows, self._words, message.locale)
        view.written[0]["id"] = mark_of(nonce)
        try:
            sent = await self._channel(channel_ref).send(
                view=view, nonce=nonce, allowed_mentions=_pinged(message)
            )
        except discord.NotFound as error:
            if error.code == _UNKNOWN_MESSAGE:
                return ""  # the nonce is known and its message was deleted since
            raise
        return str(sent.id)

    @_named
    async def find_post(self, channel_ref: str, nonce: str, *, since: datetime) -> str | None:
        after = discord.Object(time_snowflake(since))
        history = self._channel(channel_ref).history(limit=_MOST_LOOKED_AT, after=after, oldest_first=False)
        async for message in history:
            if self._is_ours(message) and _bears(message, nonce):
                return str(message.id)
        return None

    @_named
    async def edit(self, channel_ref: str, message_ref: str, message: Outgoing) -> None:
        partial = self._channel(channel_ref).get_partial_message(int(message_ref))
        changes: dict[str, Any] = {"allowed_mentions": discord.AllowedMentions.none()}
        if message_ref == channel_ref:  # a forum thread's first message has its thread's id
            text = _Untitled(message.text.body, message.text.note)
            content, plain_view = legacy(text, message.rows, self._words, message.locale)
            changes |= {"content": content, "view": plain_view}
        else:
            changes["view"] = layout(message.text, message.rows, self._words, message.locale)
        try:
            await partial.edit(**changes)
        except discord.HTTPException as error:
            if error.code != _ARCHIVED:
                raise
            await self._client.http.edit_channel(int(channel_ref), archived=False)
            await partial.edit(**changes)

    @_named
    async def open_direct(self, account_ref: str) -> str:
        channel = await self._client.create_dm(discord.Object(int(account_ref)))
        return str(channel.id)

    @_named
    async def find_thread(self, forum_ref: str, marker: str, *, since: datetime) -> str | None:
        forum = await self._forum(forum_ref)
        async for thread in _threads(forum, since):
            if thread.owner_id != self._me:
                continue
            try:
                starter = await thread.fetch_message(thread.id)
            except discord.NotFound:
                continue  # its first message was deleted
            if _bears(starter, marker):
                return str(thread.id)
        return None

    @_named
    async def open_thread(self, forum_ref: str, message: Outgoing, *, marker: str) -> str:
        forum = await self._forum(forum_ref)
        text = _Untitled(message.text.body, message.text.note)
        # Components v2 are not documented for a forum's first message.
        content, view = legacy(text, message.rows, self._words, message.locale)
        options: dict[str, Any] = {"view": view} if view.written else {"embed": _footer(marker)}
        for row in view.written[:1]:
            row["components"][0]["id"] = mark_of(marker)
        other = self._words.label("server.other_tag", message.locale)
        tags = await tags_for(forum, message.tags, other)
        created = await forum.create_thread(
            name=thread_name(message.text),
            content=content,
            applied_tags=tags,
            allowed_mentions=_pinged(message),
            **options,
        )
        return str(created.thread.id)

    @_named
    async def grant_role(self, server_ref: str, account_ref: str, role_ref: str, *, reason: str) -> None:
        await self._client.http.add_role(
            int(server_ref), int(account_ref), int(role_ref), reason=reason[:_REASON_LIMIT]
        )

    @_named
    async def revoke_role(self, server_ref: str, account_ref: str, role_ref: str, *, reason: str) -> None:
        await self._client.http.remove_role(
            int(server_ref), int(account_ref), int(role_ref), reason=reason[:_REASON_LIMIT]
        )

    @_named
    async def put_event(self, server_ref: str, event: EventDraft, event_ref: str | None) -> str:
        return await put_event(self._client.http, int(server_ref), event, event_ref, self._me)

    @_named
    async def cancel_event(self, server_ref: str, event_ref: str) -> None:
        await cancel_event(self._client.http, int(server_ref), int(event_ref))

    @_named
    async def keep_thread(
        self, channel_ref: str, *, archived: bool, locked: bool, tags: Mapping[str, bool]
    ) -> None:
        await keep_thread(self._client.http, int(channel_ref), archived=archived, locked=locked, tags=tags)

    @_named
    async def find_room(self, server_ref: str, channel_ref: str, name: str, *, since: datetime) -> str | None:
        http = self._client.http
        return await rooms.find_room(http, int(server_ref), int(channel_ref), name, since, self._me)

    @_named
    async def open_room(self, channel_ref: str, name: str) -> str:
        return await rooms.open_room(self._client.http, int(channel_ref), name)

    @_named
    async def admit(self, thread_ref: str, account_ref: str) -> None:
        await rooms.admit(self._client.http, int(thread_ref), int(account_ref))

    @_named
    async def close_room(self, thread_ref: str) -> None:
        await rooms.close_room(self._client.http, int(thread_ref))

    @_named
    async def find_role(self, server_ref: str, name: str, *, since: datetime) -> str | None:
        return await rooms.find_role(self._client.http, int(server_ref), name, since)

    @_named
    async def make_role(self, server_ref: str, name: str, *, reason: str) -> str:
        return await rooms.make_role(self._client.http, int(server_ref), name, reason)

    @_named
    async def end_role(self, server_ref: str, role_ref: str, *, reason: str) -> None:
        await rooms.end_role(self._client.http, int(server_ref), int(role_ref), reason)

    @property
    def _me(self) -> int | None:
        return self._client.user.id if self._client.user else None

    def _channel(self, channel_ref: str) -> discord.PartialMessageable:
        if self._client.is_closed():
            raise DeliveryError(Failure.RETRY, code="closed_client")
        return self._client.get_partial_messageable(int(channel_ref))

    async def _forum(self, forum_ref: str) -> discord.ForumChannel:
        channel = self._client.get_channel(int(forum_ref)) or await self._client.fetch_channel(int(forum_ref))
        if not isinstance(channel, discord.ForumChannel):
            raise DeliveryError(Failure.GONE, code="not_a_forum")
        return channel

    def _is_ours(self, message: discord.Message) -> bool:
        return message.author.id == self._me


def _pinged(message: Outgoing) -> discord.AllowedMentions:
    accounts = [discord.Object(int(account)) for account in message.mentions]
    return discord.AllowedMentions(everyone=False, roles=False, users=accounts, replied_user=False)


def _footer(marker: str) -> discord.Embed:
    return discord.Embed().set_footer(text=marker)


def _bears(message: discord.Message, nonce: str) -> bool:
    if any(embed.footer.text == nonce for embed in message.embeds):
        return True
    return mark_of(nonce) in _component_ids(message.components)


def _component_ids(components: Iterable[Any]) -> set[int]:
    found: set[int] = set()
    for component in components:
        found.add(component.id)
        found |= _component_ids(getattr(component, "children", ()))
    return found


async def _threads(forum: discord.ForumChannel, since: datetime) -> AsyncIterator[discord.Thread]:
    """Those opened since then, archived ones too: an empty one may be archived within the hour."""
    for thread in await forum.guild.active_threads():
        if thread.parent_id == forum.id and discord.utils.snowflake_time(thread.id) >= since:
            yield thread
    async for thread in forum.archived_threads(limit=_MOST_LOOKED_AT):
        if discord.utils.snowflake_time(thread.id) >= since:
            yield thread
