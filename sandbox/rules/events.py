"""Scheduled events: their fields by kind, the moves of their status."""

import re
from datetime import datetime
from typing import Any

from sandbox.errors import ApiError, Form
from sandbox.rules.fields import Body, Json, Reader, as_instant, iso
from sandbox.rules.recurrence import next_occurrence, read_rule

STAGE, VOICE, EXTERNAL = 1, 2, 3
SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
MOVES = {SCHEDULED: (ACTIVE, CANCELED), ACTIVE: (COMPLETED,)}
NAME, DESCRIPTION, LOCATION = 100, 1000, 100
GUILD_ONLY = 2
_IMAGE = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]+")


def event_create(body: Any, now: datetime) -> Body:
    """All fields of a new event."""
    form = Form()
    reader = Reader(form, body)
    start, end = reader.instant("scheduled_start_time", required=True), reader.instant("scheduled_end_time")
    kind = reader.one_of("entity_type", (STAGE, VOICE, EXTERNAL), required=True)
    found: Body = {
        "name": reader.text("name", least=1, most=NAME, required=True, strip=True),
        "description": reader.text("description", least=1, most=DESCRIPTION),
        "privacy_level": reader.one_of("privacy_level", (GUILD_ONLY,), required=True),
        "entity_type": kind,
        "channel_id": reader.snowflake("channel_id"),
        "entity_metadata": _metadata(reader),
        "scheduled_start_time": iso(start),
        "scheduled_end_time": iso(end),
        "image": _image(reader),
        "recurrence_rule": read_rule(reader),
        "status": SCHEDULED,
    }
    _not_past(reader, start, now)
    _in_order(reader, start, end)
    _fits_kind(reader, found)
    form.check()
    return found


def event_edit(body: Any, current: Json, now: datetime) -> Body:
    """Only the keys that change, moves of status included. Raises 180000 once the event is over."""
    form = Form()
    reader = Reader(form, body)
    form.check()
    status = int(current["status"])
    if status not in MOVES:
        raise ApiError.of(180000)
    found = _changed(reader)
    _move(reader, found, status)
    if reader.has("scheduled_start_time"):
        start = reader.instant("scheduled_start_time", required=True)
        found["scheduled_start_time"] = iso(start)
        if status == ACTIVE:
            code = "GUILD_SCHEDULED_EVENT_SCHEDULE_INVALID_START_BY_STATUS"
            reader.complain("scheduled_start_time", code, "Cannot change the start of an event that started.")
        else:
            _not_past(reader, start, now)
    if reader.has("scheduled_end_time"):
        found["scheduled_end_time"] = iso(reader.instant("scheduled_end_time"))
    merged = {**current, **found}
    _in_order(
        reader, as_instant(merged["scheduled_start_time"]), as_instant(merged.get("scheduled_end_time"))
    )
    if reader.given("entity_type") or set(found) & {"channel_id", "entity_metadata", "scheduled_end_time"}:
        _fits_kind(reader, merged)
    form.check()
    return found


def _changed(reader: Reader) -> Body:
    found: Body = {}
    if reader.given("name"):
        found["name"] = reader.text("name", least=1, most=NAME, strip=True)
    if reader.has("description"):
        found["description"] = reader.text("description", most=DESCRIPTION) or None
    if reader.given("privacy_level"):
        found["privacy_level"] = reader.one_of("privacy_level", (GUILD_ONLY,))
    if reader.given("entity_type"):
        found["entity_type"] = reader.one_of("entity_type", (STAGE, VOICE, EXTERNAL))
    if reader.has("channel_id"):
        found["channel_id"] = reader.snowflake("channel_id")
    if reader.has("entity_metadata"):
        found["entity_metadata"] = _metadata(reader)
    if reader.has("image"):
        found["image"] = _image(reader)
    if reader.has("recurrence_rule"):
        found["recurrence_rule"] = read_rule(reader)
    return found


def _move(reader: Reader, found: Body, status: int) -> None:
    """1→2, 2→3, 1→4 only; a refused move is told at ``status``."""
    wanted = reader.one_of("status", (SCHEDULED, ACTIVE, COMPLETED, CANCELED))
    if wanted is None or wanted == status:
        return
    if wanted not in MOVES[status]:
        reader.form.not_one_of(reader.at("status"), MOVES[status])
    found["status"] = wanted


def _metadata(reader: Reader) -> Body | None:
    part = reader.child("entity_metadata")
    if part is None:
        return None
    location = part.text("location", least=1 if part.given("location") else 0, most=LOCATION, strip=True)
    return {"location": location} if location else None


def _fits_kind(reader: Reader, event: Json) -> None:
    """A place outside needs an address and an end; a stage or voice channel needs the channel and nothing
    else.
    """
    form, kind = reader.form, event["entity_type"]
    if kind == EXTERNAL:
        if event.get("channel_id") is not None:
            form.add(reader.at("channel_id"), "BASE_TYPE_CHOICES", "Value must be one of {None}.")
        at = reader.at("entity_metadata", "location")
        if not event.get("entity_metadata") and not form.has_errors_under(reader.at("entity_metadata")):
            form.required(at)
        if not event.get("scheduled_end_time") and not form.has_errors_under(reader.at("scheduled_end_time")):
            form.required(reader.at("scheduled_end_time"))
    elif kind is not None:
        if event.get("channel_id") is None and not form.has_errors_under(reader.at("channel_id")):
            form.required(reader.at("channel_id"))
        if event.get("entity_metadata"):
            words = "Value must be one of {None}."
            form.add(reader.at("entity_metadata"), "BASE_TYPE_CHOICES", words)


def _not_past(reader: Reader, start: datetime | None, now: datetime) -> None:
    if start is not None and start <= now:
        words = "Cannot schedule event in the past."
        reader.complain("scheduled_start_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST", words)


def _in_order(reader: Reader, start: datetime | None, end: datetime | None) -> None:
    if start is not None and end is not None and end <= start:
        words = "The end of the event must be after its start."
        reader.complain("scheduled_end_time", "GUILD_SCHEDULED_EVENT_SCHEDULE_END_BEFORE_START", words)


def _image(reader: Reader) -> str | None:
    value = reader.text("image")
    if value is not None and not _IMAGE.fullmatch(value):
        reader.complain("image", "IMAGE_INVALID", "Invalid image data")
    return value


__all__ = ["event_create", "event_edit", "next_occurrence"]
