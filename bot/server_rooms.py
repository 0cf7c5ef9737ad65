"""Private threads and passing roles on a Discord server, without any cache."""

from datetime import datetime
from typing import Literal

import discord
from discord.http import HTTPClient

_PRIVATE: Literal[12] = 12
_WEEK_MIN: Literal[10080] = 10080
_NAME_LIMIT = 100
_REASON_LIMIT = 512
_ARCHIVED = 50083
_UNKNOWN_CHANNEL, _UNKNOWN_ROLE = 10003, 10011


async def find_room(
    http: HTTPClient, server: int, channel: int, name: str, since: datetime, me: int | None
) -> str | None:
    """Ours, active, of that name: an earlier try left it minutes ago."""
    active = await http.get_active_threads(server)
    for thread in active["threads"]:
        ours = str(thread["owner_id"]) == str(me) and str(thread["parent_id"]) == str(channel)
        fresh = discord.utils.snowflake_time(int(thread["id"])) >= since
        if ours and fresh and thread["name"] == name[:_NAME_LIMIT]:
            return str(thread["id"])
    return None


async def open_room(http: HTTPClient, channel: int, name: str) -> str:
    """Only those who were let in see it; they cannot let in others."""
    made = await http.start_thread_without_message(
        channel, name=name[:_NAME_LIMIT], type=_PRIVATE, auto_archive_duration=_WEEK_MIN, invitable=False
    )
    return str(made["id"])


async def admit(http: HTTPClient, thread: int, account: int) -> None:
    """Discord lets nobody into an archived thread: it is opened first."""
    try:
        await http.add_user_to_thread(thread, account)
    except discord.HTTPException as error:
        if error.code != _ARCHIVED:
            raise
        await http.edit_channel(thread, archived=False)
        await http.add_user_to_thread(thread, account)


async def close_room(http: HTTPClient, thread: int) -> None:
    """Archived: what was said can be read by those who were in."""
    try:
        await http.edit_channel(thread, archived=True)
    except discord.HTTPException as error:
        if error.code not in (_UNKNOWN_CHANNEL, _ARCHIVED):
            raise


async def find_role(http: HTTPClient, server: int, name: str, since: datetime) -> str | None:
    """Made since then and without rights: a role that people made is never taken for ours."""
    for role in await http.get_roles(server):
        fresh = discord.utils.snowflake_time(int(role["id"])) >= since
        if fresh and role["name"] == name[:_NAME_LIMIT] and role["permissions"] == "0":
            return str(role["id"])
    return None


async def make_role(http: HTTPClient, server: int, name: str, reason: str) -> str:
    """It opens nothing: it only lets those registered be called together."""
    made = await http.create_role(
        server, reason=reason[:_REASON_LIMIT], name=name[:_NAME_LIMIT], permissions="0", mentionable=False
    )
    return str(made["id"])


async def end_role(http: HTTPClient, server: int, role: int, reason: str) -> None:
    """Everybody loses it."""
    try:
        await http.delete_role(server, role, reason=reason[:_REASON_LIMIT])
    except discord.HTTPException as error:
        if error.code != _UNKNOWN_ROLE:
            raise
