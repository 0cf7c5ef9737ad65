"""Which bot is told what: membership, view of the channel, intents, and the text it may read."""

from sandbox.shapes import Shapes
from sandbox.world import App, Event, Json

GUILDS, MEMBERS, MODERATION, INVITES, PRESENCES = 1, 1 << 1, 1 << 2, 1 << 6, 1 << 8
WEBHOOKS = 1 << 5
MESSAGES, REACTIONS, TYPING = 1 << 9, 1 << 10, 1 << 11
DM_MESSAGES, DM_REACTIONS, DM_TYPING, CONTENT, SCHEDULED = 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16
VALID_INTENTS = 53_608_447

#: event → (intent in a server, intent in a direct conversation); 0: always told.
INTENTS: dict[str, tuple[int, int]] = {
    "GUILD_CREATE": (GUILDS, 0),
    "GUILD_UPDATE": (GUILDS, 0),
    "GUILD_DELETE": (GUILDS, 0),
    "GUILD_ROLE_CREATE": (GUILDS, 0),
    "GUILD_ROLE_UPDATE": (GUILDS, 0),
    "GUILD_ROLE_DELETE": (GUILDS, 0),
    "CHANNEL_CREATE": (GUILDS, 0),
    "CHANNEL_UPDATE": (GUILDS, 0),
    "CHANNEL_DELETE": (GUILDS, 0),
    "CHANNEL_PINS_UPDATE": (GUILDS, DM_MESSAGES),
    "THREAD_CREATE": (GUILDS, 0),
    "THREAD_UPDATE": (GUILDS, 0),
    "THREAD_DELETE": (GUILDS, 0),
    "THREAD_LIST_SYNC": (GUILDS, 0),
    "THREAD_MEMBER_UPDATE": (GUILDS, 0),
    "THREAD_MEMBERS_UPDATE": (GUILDS, 0),
    "GUILD_MEMBER_ADD": (MEMBERS, 0),
    "GUILD_MEMBER_UPDATE": (MEMBERS, 0),
    "GUILD_MEMBER_REMOVE": (MEMBERS, 0),
    "GUILD_AUDIT_LOG_ENTRY_CREATE": (MODERATION, 0),
    "GUILD_BAN_ADD": (MODERATION, 0),
    "GUILD_BAN_REMOVE": (MODERATION, 0),
    "WEBHOOKS_UPDATE": (WEBHOOKS, 0),
    "INVITE_CREATE": (INVITES, 0),
    "INVITE_DELETE": (INVITES, 0),
    "PRESENCE_UPDATE": (PRESENCES, 0),
    "MESSAGE_CREATE": (MESSAGES, DM_MESSAGES),
    "MESSAGE_UPDATE": (MESSAGES, DM_MESSAGES),
    "MESSAGE_DELETE": (MESSAGES, DM_MESSAGES),
    "MESSAGE_DELETE_BULK": (MESSAGES, DM_MESSAGES),
    "MESSAGE_REACTION_ADD": (REACTIONS, DM_REACTIONS),
    "MESSAGE_REACTION_REMOVE": (REACTIONS, DM_REACTIONS),
    "MESSAGE_REACTION_REMOVE_ALL": (REACTIONS, DM_REACTIONS),
    "MESSAGE_REACTION_REMOVE_EMOJI": (REACTIONS, DM_REACTIONS),
    "TYPING_START": (TYPING, DM_TYPING),
    "GUILD_SCHEDULED_EVENT_CREATE": (SCHEDULED, 0),
    "GUILD_SCHEDULED_EVENT_UPDATE": (SCHEDULED, 0),
    "GUILD_SCHEDULED_EVENT_DELETE": (SCHEDULED, 0),
    "GUILD_SCHEDULED_EVENT_USER_ADD": (SCHEDULED, 0),
    "GUILD_SCHEDULED_EVENT_USER_REMOVE": (SCHEDULED, 0),
    "USER_UPDATE": (0, 0),
}
#: A bot gets every channel of its servers, seen or not; what happens inside only where it can see.
PRIVATE = ("MESSAGE_", "THREAD_", "TYPING_", "CHANNEL_PINS")
TEXT = ("MESSAGE_CREATE", "MESSAGE_UPDATE")


class Filter:
    """Decides, and strips what the reader may not read."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def see(self, app: App, intents: int, event: Event) -> Json | None:
        """The event's body for this bot, or None when it is not told. The body may be `event.d` itself."""
        me = app.user.id
        if event.users is not None and me not in event.users:
            return None
        if event.guild is not None and me not in event.guild.members and event.t != "GUILD_DELETE":
            return None
        if not self._wants(me, intents, event):
            return None
        channel = event.channel
        private = channel is not None and event.t.startswith(PRIVATE) and event.users is None
        if private and channel is not None and not self.shapes.rights.sees(me, channel):
            return None
        if event.t in TEXT:
            toggle = bool(intents & CONTENT) and "message_content" in app.intents
            return self.shapes.message(app, event.d, in_guild=event.guild is not None, toggle=toggle)
        if event.t == "GUILD_CREATE" and event.guild is not None:
            presences = bool(intents & PRESENCES)
            return self.shapes.guild_create(
                event.guild, app, presences=presences, joining="unavailable" not in event.d
            )
        if event.t in ("THREAD_CREATE", "THREAD_UPDATE") and channel is not None:
            membership = channel.thread_members.get(me)
            return {**event.d, "member": membership} if membership else event.d
        return event.d

    @staticmethod
    def _wants(me: str, intents: int, event: Event) -> bool:
        known = INTENTS.get(event.t)
        if known is None:
            return event.guild is None or event.users is not None
        intent = known[0] if event.guild is not None else known[1]
        if intent and not intents & intent:
            return event.t == "GUILD_MEMBER_UPDATE" and event.d["user"]["id"] == me
        if event.t == "CHANNEL_CREATE" and event.guild is None:
            return False
        if event.t == "GUILD_MEMBER_ADD" and event.d["user"]["id"] == me:
            return False
        if event.t == "THREAD_MEMBERS_UPDATE" and not intents & MEMBERS:
            added = any(entry["user_id"] == me for entry in event.d["added_members"])
            return added or me in event.d["removed_member_ids"]
        return not (event.t == "USER_UPDATE" and event.users is None)
