"""Channels, forums and threads."""

from datetime import datetime, timedelta

from sandbox.snowflake import created_at
from sandbox.world.entities import (
    CATEGORY,
    FORUMS,
    GUILD_TEXT,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    Channel,
    Guild,
    Json,
    User,
)
from sandbox.world.guilds import Guilds

TEXTUAL = frozenset({0, 2, 5, 13})


class Rooms(Guilds):
    """Channels, forums and threads."""

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        type: int = GUILD_TEXT,
        parent: Channel | None = None,
        overwrites: list[Json] | None = None,
        **fields: object,
    ) -> Channel:
        """A channel of any kind but a thread; `fields` are Discord's own (topic, available_tags …)."""
        data: Json = {
            "id": self.new_id(),
            "type": type,
            "guild_id": guild.id,
            "name": name,
            "position": sum(1 for c in guild.channels.values() if (c.type == CATEGORY) == (type == CATEGORY)),
            "permission_overwrites": overwrites or [],
            "parent_id": parent.id if parent else None,
            "flags": 0,
            "nsfw": False,
        }
        if type != CATEGORY:
            data |= {"topic": None, "last_message_id": None, "rate_limit_per_user": 0}
        if type in FORUMS:
            data |= {
                "available_tags": [],
                "template": "",
                "default_reaction_emoji": None,
                "default_sort_order": None,
                "default_forum_layout": 0,
            }
        if type in (2, 13):
            data |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        data.update({key: value for key, value in fields.items() if value is not None})
        for tag in data.get("available_tags", ()):
            self._complete_tag(tag)
        channel = Channel(data, guild=guild, parent=parent)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        guild.version += 1
        self.emit("CHANNEL_CREATE", dict(data), guild=guild, channel=channel)
        return channel

    def edit_channel(self, channel: Channel, changes: Json) -> Channel:
        """Change fields of a channel that is not a thread."""
        for tag in changes.get("available_tags") or ():
            self._complete_tag(tag)
        channel.data.update(changes)
        if "parent_id" in changes:
            parent_id = changes["parent_id"]
            channel.parent = self.channels.get(parent_id) if parent_id else None
        if channel.guild is not None:
            channel.guild.version += 1
        self.emit("CHANNEL_UPDATE", dict(channel.data), guild=channel.guild, channel=channel)
        return channel

    def delete_channel(self, channel: Channel) -> None:
        guild = channel.guild
        if channel.is_thread:
            self._delete_thread(channel)
            return
        if guild is None:
            return
        for thread in [t for t in guild.threads.values() if t.parent is channel]:
            self._delete_thread(thread)
        for child in guild.channels.values():
            if child.parent is channel:
                self.edit_channel(child, {"parent_id": None})
        for hook in [h for h in self.webhooks.values() if h["channel_id"] == channel.id]:
            del self.webhooks[hook["id"]]
        self.emit("CHANNEL_DELETE", dict(channel.data), guild=guild, channel=channel)
        guild.channels.pop(channel.id, None)
        self.channels.pop(channel.id, None)
        guild.version += 1

    def set_overwrite(self, channel: Channel, entry: Json) -> None:
        kept = [e for e in channel.data["permission_overwrites"] if e["id"] != entry["id"]]
        self.edit_channel(channel, {"permission_overwrites": [*kept, entry]})

    def remove_overwrite(self, channel: Channel, target_id: str) -> None:
        kept = [e for e in channel.data["permission_overwrites"] if e["id"] != target_id]
        self.edit_channel(channel, {"permission_overwrites": kept})

    def _complete_tag(self, tag: Json) -> None:
        tag["id"] = str(tag.get("id") or self.new_id())
        tag.setdefault("moderated", False)
        tag.setdefault("emoji_id", None)
        tag.setdefault("emoji_name", None)

    # --- threads -----------------------------------------------------------------------------------------

    def add_thread(
        self,
        parent: Channel,
        name: str,
        owner: User,
        *,
        type: int = PUBLIC_THREAD,
        thread_id: str | None = None,
        auto_archive_duration: int | None = None,
        rate_limit_per_user: int | None = None,
        applied_tags: list[str] | None = None,
        invitable: bool = True,
    ) -> Channel:
        """A thread with its maker in it. For a forum post, post the starter next with the thread's own id."""
        guild = parent.guild
        if guild is None:
            raise ValueError("a thread needs a server")
        duration = auto_archive_duration or parent.data.get("default_auto_archive_duration") or 4320
        slow = rate_limit_per_user
        data: Json = {
            "id": thread_id or self.new_id(),
            "type": type,
            "guild_id": guild.id,
            "parent_id": parent.id,
            "owner_id": owner.id,
            "name": name,
            "last_message_id": None,
            "message_count": 0,
            "total_message_sent": 0,
            "member_count": 0,
            "flags": 0,
            "rate_limit_per_user": parent.data.get("default_thread_rate_limit_per_user", 0)
            if slow is None
            else slow,
            "thread_metadata": {
                "archived": False,
                "archive_timestamp": self.stamp(),
                "auto_archive_duration": duration,
                "locked": False,
                "create_timestamp": self.stamp(),
            },
        }
        if parent.is_forum:
            data["applied_tags"] = list(applied_tags or ())
        if type == PRIVATE_THREAD:
            data["thread_metadata"]["invitable"] = invitable
        thread = Channel(data, guild=guild, parent=parent)
        guild.threads[thread.id] = self.channels[thread.id] = thread
        if parent.is_forum:
            parent.data["last_message_id"] = thread.id
        if owner.id in self.users:  # a webhook has no account
            self._enter(thread, owner)
        created = {**data, "thread_metadata": dict(data["thread_metadata"]), "newly_created": True}
        self.emit("THREAD_CREATE", created, guild=guild, channel=thread)
        if owner.id in self.users:
            self._tell_members(thread, added=[owner])
        self._plan_archive(thread)
        return thread

    def edit_thread(self, thread: Channel, changes: Json, *, by: User | None = None) -> Channel:
        """`changes` may hold fields of the thread and of its metadata, side by side as in Modify Channel."""
        metadata = thread.data["thread_metadata"]
        was_archived = metadata["archived"]
        for key in ("archived", "locked", "auto_archive_duration", "invitable"):
            if key in changes:
                metadata[key] = changes[key]
        rest = {
            k: v
            for k, v in changes.items()
            if k not in ("archived", "locked", "auto_archive_duration", "invitable")
        }
        thread.data.update(rest)
        if metadata["archived"] != was_archived:
            metadata["archive_timestamp"] = self.stamp()
            if metadata["archived"]:
                thread.data["flags"] &= ~2
        self.emit("THREAD_UPDATE", self._thread_copy(thread), guild=thread.guild, channel=thread)
        if was_archived and not metadata["archived"]:
            self._reopened(thread)
        if not metadata["archived"]:
            self._replan_archive(thread)
        return thread

    def join_thread(self, thread: Channel, user: User) -> None:
        if user.id not in thread.thread_members:
            self._enter(thread, user)
            self._tell_members(thread, added=[user])

    def leave_thread(self, thread: Channel, user: User) -> None:
        if thread.thread_members.pop(user.id, None) is not None:
            thread.data["member_count"] = min(50, len(thread.thread_members))
            self._tell_members(thread, removed=[user])

    def _enter(self, thread: Channel, user: User) -> None:
        thread.thread_members[user.id] = {
            "id": thread.id,
            "user_id": user.id,
            "join_timestamp": self.stamp(),
            "flags": 1,
        }
        thread.data["member_count"] = min(50, len(thread.thread_members))

    def _tell_members(
        self, thread: Channel, *, added: list[User] | None = None, removed: list[User] | None = None
    ) -> None:
        guild = thread.guild
        if guild is None:
            return
        payload: Json = {
            "id": thread.id,
            "guild_id": guild.id,
            "member_count": thread.data["member_count"],
            "added_members": [
                {**thread.thread_members[u.id], "member": guild.members.get(u.id)} for u in added or ()
            ],
            "removed_member_ids": [u.id for u in removed or ()],
        }
        self.emit("THREAD_MEMBERS_UPDATE", payload, guild=guild, channel=thread)

    def _reopened(self, thread: Channel) -> None:
        for user_id, entry in thread.thread_members.items():
            self.emit(
                "THREAD_MEMBER_UPDATE",
                {**entry, "guild_id": thread.data["guild_id"]},
                guild=thread.guild,
                channel=thread,
                users=[user_id],
            )

    def _delete_thread(self, thread: Channel) -> None:
        payload = {key: thread.data[key] for key in ("id", "guild_id", "parent_id", "type")}
        self.emit("THREAD_DELETE", payload, guild=thread.guild, channel=thread)
        if thread.guild is not None:
            thread.guild.threads.pop(thread.id, None)
        self.channels.pop(thread.id, None)

    @staticmethod
    def _thread_copy(thread: Channel) -> Json:
        return {**thread.data, "thread_metadata": dict(thread.data["thread_metadata"])}

    def _plan_archive(self, thread: Channel) -> None:
        """Archive after the thread's own duration in silence (Discord's real rule depends on its load).

        One timer a thread: when it fires too early, because somebody wrote, it is set again.
        """
        if thread.id not in self.quiet_timers:
            timer = self.clock.call_at(self._quiet_at(thread), lambda: self._archive_if_quiet(thread))
            self.quiet_timers[thread.id] = timer

    def _replan_archive(self, thread: Channel) -> None:
        timer = self.quiet_timers.pop(thread.id, None)
        if timer is not None:
            timer.cancel()
        self._plan_archive(thread)

    def _quiet_at(self, thread: Channel) -> datetime:
        metadata = thread.data["thread_metadata"]
        written = created_at(thread.messages.last_id() or thread.id)
        reopened = datetime.fromisoformat(metadata["archive_timestamp"])
        return max(written, reopened) + timedelta(minutes=metadata["auto_archive_duration"])

    def _archive_if_quiet(self, thread: Channel) -> None:
        self.quiet_timers.pop(thread.id, None)
        if thread.id not in self.channels or thread.archived or thread.data["flags"] & 2:
            return
        if self.now() >= self._quiet_at(thread):
            self.edit_thread(thread, {"archived": True})
        else:
            self._plan_archive(thread)
