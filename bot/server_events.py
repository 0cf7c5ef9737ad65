"""Discord's scheduled events, by its plain interface: no cache, no library object that forgets a field."""

from typing import Any, cast

import discord
from discord.http import HTTPClient

from community.ports import EventDraft

_EXTERNAL, _SERVER_ONLY = 3, 2
_SCHEDULED, _CANCELED = 1, 4
_UNKNOWN_EVENT, _FINISHED = 10070, 180000


async def put_event(
    http: HTTPClient, server: int, event: EventDraft, event_ref: str | None, me: int | None
) -> str:
    """The event's id. One that we forgot is found by its marker; one that was deleted is made anew."""
    standing = await _standing(http, server, event, event_ref, me)
    payload: dict[str, Any] = {
        "name": event.name,
        "description": event.description,
        "entity_metadata": {"location": event.location},
        "scheduled_end_time": event.ends_at.isoformat(),
    }
    if standing is None:
        made = await http.create_guild_scheduled_event(
            server,
            **payload,
            scheduled_start_time=event.starts_at.isoformat(),
            entity_type=_EXTERNAL,
            privacy_level=_SERVER_ONLY,
        )
        return str(made["id"])
    if standing["status"] == _SCHEDULED:  # the start of a running event cannot be sent, even unchanged
        payload["scheduled_start_time"] = event.starts_at.isoformat()
    try:
        await http.edit_scheduled_event(server, int(standing["id"]), **payload)
    except discord.HTTPException as error:
        if error.code != _FINISHED:
            raise
    return str(standing["id"])


async def cancel_event(http: HTTPClient, server: int, event_id: int) -> None:
    """Called off; deleted where it has begun already, which Discord does not let be called off."""
    try:
        current = await http.get_scheduled_event(server, event_id, with_user_count=False)
        if current["status"] == _SCHEDULED:
            await http.edit_scheduled_event(server, event_id, status=_CANCELED)
    except discord.HTTPException as error:
        if error.code not in (_UNKNOWN_EVENT, _FINISHED):
            raise


async def _standing(
    http: HTTPClient, server: int, event: EventDraft, event_ref: str | None, me: int | None
) -> dict[str, Any] | None:
    if event_ref is not None:
        try:
            known = await http.get_scheduled_event(server, int(event_ref), with_user_count=False)
        except discord.NotFound:
            return None
        return cast("dict[str, Any]", known)
    for found in await http.get_scheduled_events(server, with_user_count=False):
        ours = str(found.get("creator_id")) == str(me)
        if ours and event.marker in (found.get("description") or ""):
            return cast("dict[str, Any]", found)
    return None
