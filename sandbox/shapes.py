"""Objects as one reader sees them: what depends on who looks, and in which envelope.

The world keeps one object for everybody; here it becomes the READY guild of a bot, a message without its
content for a bot that may not read it, a channel with the reader's own permissions.
"""

from sandbox.rights import Rights
from sandbox.world import App, Channel, Guild, Json, User

HIDDEN: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def presence(user_id: str, status: str, guild_id: str) -> Json:
    """Who is there; nothing of what they do."""
    client: Json = {"web": status} if status != "offline" else {}
    return {
        "user": {"id": user_id},
        "guild_id": guild_id,
        "status": status,
        "activities": [],
        "client_status": client,
    }


class Shapes:
    """Builds them; holds no state but the means to compute permissions."""

    def __init__(self, rights: Rights) -> None:
        self.rights = rights

    def thread(self, thread: Channel, reader_id: str) -> Json:
        """With the reader's own membership, as bots get it."""
        data: Json = {**thread.data, "thread_metadata": dict(thread.data["thread_metadata"])}
        membership = thread.thread_members.get(reader_id)
        if membership is not None:
            data["member"] = membership
        return data

    def channel(self, channel: Channel, reader: User) -> Json:
        if channel.recipients:
            others = [user.data for user in channel.recipients if user.id != reader.id]
            return {**channel.data, "recipients": others}
        if channel.is_thread:
            return self.thread(channel, reader.id)
        return dict(channel.data)

    def guild_create(self, guild: Guild, app: App, *, presences: bool, joining: bool = False) -> Json:
        """Without presences a bot gets only itself in `members`; the rest it asks for (op 8)."""
        me = app.user.id
        members = list(guild.members.values()) if presences else [guild.members[me]]
        created: Json = {
            **guild.data,
            "roles": list(guild.roles.values()),
            "joined_at": guild.members[me]["joined_at"],
            "large": len(guild.members) > 250,
            "member_count": len(guild.members),
            "voice_states": [],
            "members": members,
            "channels": [dict(channel.data) for channel in guild.channels.values()],
            "threads": [
                self.thread(thread, me)
                for thread in guild.threads.values()
                if not thread.archived and self.rights.sees(me, thread)
            ],
            "presences": [
                presence(user_id, "online", guild.id)
                for user_id in (sorted(self.rights.world.online) if presences else ())
                if user_id in guild.members
            ],
            "stage_instances": [],
            "guild_scheduled_events": [event for event in guild.events.values() if event["status"] in (1, 2)],
            "soundboard_sounds": [],
        }
        if not joining:
            created["unavailable"] = False
        return created

    @staticmethod
    def reads(app: App, message: Json, *, in_guild: bool, toggle: bool) -> bool:
        """May this bot read the text: its own, direct, addressed to it, or with the privileged intent."""
        me = app.user.id
        return (
            toggle
            or not in_guild
            or message["author"]["id"] == me
            or any(user["id"] == me for user in message["mentions"])
        )

    def message(self, app: App, message: Json, *, in_guild: bool, toggle: bool) -> Json:
        if "mentions" not in message or self.reads(app, message, in_guild=in_guild, toggle=toggle):
            return message
        hidden = {**message, **HIDDEN}
        hidden.pop("poll", None)
        return hidden
