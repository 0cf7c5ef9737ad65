"""Scheduled events and those who said « Intéressé »."""

from datetime import datetime, timedelta

from sandbox.rules import events as rules
from sandbox.world.base import iso
from sandbox.world.entities import Guild, Json, User
from sandbox.world.talk import Talk

SCHEDULED, ACTIVE, COMPLETED, CANCELED = 1, 2, 3, 4
EXTERNAL = 3


class Agenda(Talk):
    """Scheduled events."""

    def add_event(self, guild: Guild, creator: User, fields: Json) -> Json:
        """By default somewhere, in a day, for an hour."""
        start = self.now() + timedelta(days=1)
        event: Json = {
            "id": self.new_id(),
            "guild_id": guild.id,
            "channel_id": None,
            "creator_id": creator.id,
            "creator": creator.data,
            "name": "",
            "description": None,
            "image": None,
            "scheduled_start_time": iso(start),
            "scheduled_end_time": iso(start + timedelta(hours=1)),
            "privacy_level": 2,
            "status": SCHEDULED,
            "entity_type": EXTERNAL,
            "entity_id": None,
            "entity_metadata": {"location": guild.name},
            "recurrence_rule": None,
            "user_count": 0,
            "sku_ids": [],
            "guild_scheduled_event_exceptions": [],
        }
        event.update(fields)
        guild.events[event["id"]] = event
        guild.subscribers[event["id"]] = {}
        self.emit("GUILD_SCHEDULED_EVENT_CREATE", event_object(event), guild=guild)
        self._plan(guild, event)
        return event

    def edit_event(self, guild: Guild, event: Json, changes: Json) -> Json:
        event.update(changes)
        self.emit("GUILD_SCHEDULED_EVENT_UPDATE", event_object(event), guild=guild)
        if "scheduled_start_time" in changes or "scheduled_end_time" in changes:
            self._plan(guild, event)
        return event

    def delete_event(self, guild: Guild, event: Json) -> None:
        guild.events.pop(event["id"], None)
        guild.subscribers.pop(event["id"], None)
        self.emit("GUILD_SCHEDULED_EVENT_DELETE", event_object(event), guild=guild)

    def subscribe(self, guild: Guild, event: Json, user: User) -> None:
        who = guild.subscribers[event["id"]]
        if user.id not in who:
            who[user.id] = self.stamp()
            event["user_count"] = len(who)
            self._tell_subscriber("GUILD_SCHEDULED_EVENT_USER_ADD", guild, event, user)

    def unsubscribe(self, guild: Guild, event: Json, user: User) -> None:
        who = guild.subscribers[event["id"]]
        if who.pop(user.id, None) is not None:
            event["user_count"] = len(who)
            self._tell_subscriber("GUILD_SCHEDULED_EVENT_USER_REMOVE", guild, event, user)

    def _tell_subscriber(self, t: str, guild: Guild, event: Json, user: User) -> None:
        ids = {"guild_scheduled_event_id": event["id"], "user_id": user.id, "guild_id": guild.id}
        self.emit(t, ids, guild=guild)

    def _plan(self, guild: Guild, event: Json) -> None:
        """An external event starts and ends by itself, as Discord does it."""
        if event["entity_type"] != EXTERNAL:
            return
        for key in ("scheduled_start_time", "scheduled_end_time"):
            if event[key]:
                due = datetime.fromisoformat(event[key])
                self.clock.call_at(due, lambda: self._tick(guild, event))

    def _tick(self, guild: Guild, event: Json) -> None:
        if guild.events.get(event["id"]) is not event:
            return
        now = self.now()
        if event["status"] == SCHEDULED and now >= datetime.fromisoformat(event["scheduled_start_time"]):
            self.edit_event(guild, event, {"status": ACTIVE})
        end = event["scheduled_end_time"]
        if event["status"] == ACTIVE and end and now >= datetime.fromisoformat(end):
            self._ended(guild, event)

    def _ended(self, guild: Guild, event: Json) -> None:
        rule = event["recurrence_rule"]
        start = datetime.fromisoformat(event["scheduled_start_time"])
        following = rules.next_occurrence(rule, start) if rule else None
        if following is None:
            self.edit_event(guild, event, {"status": COMPLETED})
            return
        length = datetime.fromisoformat(event["scheduled_end_time"]) - start
        changes = {"scheduled_start_time": iso(following), "scheduled_end_time": iso(following + length)}
        self.edit_event(guild, event, {"status": SCHEDULED, **changes})


def event_object(event: Json, *, with_count: bool = False) -> Json:
    return {key: value for key, value in event.items() if with_count or key != "user_count"}
