"""A thread's state on the platform: archived, locked, tagged.

Asks how it stands first, then changes what differs: an archived thread takes no other change, so it is opened
for it and archived again.
"""

from collections.abc import Mapping
from typing import Any

import discord
from discord.http import HTTPClient

_MOST_TAGS = 5


async def keep_thread(
    http: HTTPClient, thread: int, *, archived: bool, locked: bool, tags: Mapping[str, bool]
) -> None:
    standing: Mapping[str, Any] = await http.get_channel(thread)
    state = standing["thread_metadata"]
    changes: dict[str, Any] = {}
    if bool(state.get("locked")) != locked:
        changes["locked"] = locked
    kept, (wanted, required) = list(standing.get("applied_tags") or ()), await _wanted(http, standing, tags)
    after = [tag for tag in kept if wanted.get(tag, True)]
    after += [tag for tag, on in wanted.items() if on and tag not in kept]
    if after != kept and len(after) <= _MOST_TAGS and (after or not required):
        changes["applied_tags"] = after
    if changes:
        await http.edit_channel(thread, archived=False, **changes)
    if archived and (changes or not state["archived"]):
        await http.edit_channel(thread, archived=True)
    elif not archived and not changes and state["archived"]:
        await http.edit_channel(thread, archived=False)


async def _wanted(
    http: HTTPClient, standing: Mapping[str, Any], tags: Mapping[str, bool]
) -> tuple[dict[str, bool], bool]:
    """Tags of its forum, by id, without those that it does not have; whether each thread must bear one."""
    if not tags:
        return {}, False
    try:
        forum: Mapping[str, Any] = await http.get_channel(int(standing["parent_id"]))
    except discord.Forbidden:
        return {}, False
    known = {tag["name"].casefold(): tag["id"] for tag in forum.get("available_tags") or ()}
    wanted = {known[name.casefold()]: on for name, on in tags.items() if name.casefold() in known}
    return wanted, bool(int(forum.get("flags") or 0) & discord.ChannelFlags.require_tag.flag)
