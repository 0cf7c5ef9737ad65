"""Messages, reactions and pins."""

from datetime import timedelta

from sandbox.world.base import iso
from sandbox.world.entities import EPHEMERAL, Channel, Json, User
from sandbox.world.hooks import Hooks

NONCE_WINDOW = timedelta(seconds=300)
CHANNEL_PINNED, THREAD_CREATED, REPLY = 6, 18, 19


class Talk(Hooks):
    """Messages, reactions and pins."""

    #: "The past few minutes" during which `enforce_nonce` remembers; the figure is not published.
    nonce_window = NONCE_WINDOW

    def post(
        self,
        channel: Channel,
        author: User,
        content: str = "",
        *,
        message_id: str | None = None,
        reader: User | None = None,
        **fields: object,
    ) -> Json:
        """A message. With `reader`, it is ephemeral: theirs and the author's alone.

        `fields` are Discord's own (embeds, components, flags, attachments, mentions, message_reference …).
        """
        message: Json = {
            "id": message_id or self.new_id(),
            "channel_id": channel.id,
            "type": 0,
            "author": author.data,
            "content": content,
            "timestamp": self.stamp(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "components": [],
            "pinned": False,
            "flags": 0,
        }
        message.update(fields)
        if reader is not None:
            message["flags"] |= EPHEMERAL
            channel.notes.setdefault(reader.id, {})[message["id"]] = message
            self.emit("MESSAGE_CREATE", dict(message), channel=channel, users=[reader.id, author.id])
            return message
        if channel.archived and message["type"] == 0:
            self.edit_thread(channel, {"archived": False})
        channel.messages.add(message)
        channel.data["last_message_id"] = message["id"]
        if channel.is_thread:
            self._counted(channel, author, message)
        self._emit_message("MESSAGE_CREATE", channel, message, author)
        return message

    def _counted(self, thread: Channel, author: User, message: Json) -> None:
        starter = message["id"] == thread.id
        if not starter:
            thread.data["message_count"] += 1
            thread.data["total_message_sent"] += 1
            message["position"] = thread.data["message_count"] - 1
        else:
            message["position"] = 0
        if author.id in self.users:
            self.join_thread(thread, author)
        self._plan_archive(thread)

    def _emit_message(self, t: str, channel: Channel, message: Json, author: User | None) -> None:
        payload = dict(message)
        if channel.guild is not None:
            payload["guild_id"] = channel.guild.id
            member = channel.guild.members.get(author.id) if author else None
            if member is not None:
                payload["member"] = {key: value for key, value in member.items() if key != "user"}
        payload["channel_type"] = channel.type
        self.emit(t, payload, guild=channel.guild, channel=channel, users=self._private(channel))

    @staticmethod
    def _private(channel: Channel) -> list[str] | None:
        """The readers of a direct conversation; None where permissions decide."""
        return [user.id for user in channel.recipients] if channel.recipients else None

    def edit_message(self, channel: Channel, message: Json, changes: Json, *, silent: bool = False) -> Json:
        """Change a message (an ephemeral one too). `silent` keeps `edited_timestamp` as it is."""
        message.update(changes)
        if not silent:
            message["edited_timestamp"] = self.stamp()
        if message["flags"] & EPHEMERAL:
            users = [reader for reader, notes in channel.notes.items() if message["id"] in notes]
            self.emit(
                "MESSAGE_UPDATE", dict(message), channel=channel, users=[*users, message["author"]["id"]]
            )
        else:
            self._emit_message("MESSAGE_UPDATE", channel, message, self.users.get(message["author"]["id"]))
        return message

    def delete_message(self, channel: Channel, message_id: str) -> Json | None:
        for reader, notes in channel.notes.items():
            note = notes.pop(message_id, None)
            if note is not None:
                gone: Json = {"id": message_id, "channel_id": channel.id}
                self.emit("MESSAGE_DELETE", gone, channel=channel, users=[reader, note["author"]["id"]])
                return note
        message = channel.messages.remove(message_id)
        if message is None:
            return None
        channel.pins.pop(message_id, None)
        if channel.is_thread and message_id != channel.id:
            channel.data["message_count"] = max(0, channel.data["message_count"] - 1)
        self.emit(
            "MESSAGE_DELETE",
            self._placed(channel, {"id": message_id}),
            guild=channel.guild,
            channel=channel,
            users=self._private(channel),
        )
        return message

    def delete_messages(self, channel: Channel, ids: list[str]) -> None:
        gone = [message_id for message_id in ids if channel.messages.remove(message_id) is not None]
        for message_id in gone:
            channel.pins.pop(message_id, None)
        payload = self._placed(channel, {"ids": gone})
        self.emit("MESSAGE_DELETE_BULK", payload, guild=channel.guild, channel=channel)

    @staticmethod
    def _placed(channel: Channel, payload: Json) -> Json:
        payload["channel_id"] = channel.id
        if channel.guild is not None:
            payload["guild_id"] = channel.guild.id
        return payload

    # --- nonces ------------------------------------------------------------------------------------------

    def remembered(self, author: User, nonce: str) -> tuple[str, str] | None:
        """(message id, channel id) of what this author posted with this nonce a moment ago, anywhere."""
        found = self.nonces.get((author.id, nonce))
        if found is None or self.now() - found[2] > self.nonce_window:
            return None
        return found[0], found[1]

    def remember(self, author: User, nonce: str, message: Json) -> None:
        if len(self.nonces) > 20_000:
            limit = self.now() - self.nonce_window
            self.nonces = {key: value for key, value in self.nonces.items() if value[2] > limit}
        self.nonces[(author.id, nonce)] = (message["id"], message["channel_id"], self.now())

    # --- reactions ---------------------------------------------------------------------------------------

    def reactors(self, message: Json, emoji: str) -> dict[str, None]:
        """Who reacted with that emoji, in order."""
        who: dict[str, dict[str, None]] = self.reactions.setdefault(message["id"], {})
        return who.setdefault(emoji, {})

    def react(self, channel: Channel, message: Json, user: User, emoji: str) -> None:
        who = self.reactors(message, emoji)
        if user.id in who:
            return
        who[user.id] = None
        self._show_reactions(message)
        self._tell_reaction("MESSAGE_REACTION_ADD", channel, message, user, emoji)

    def unreact(self, channel: Channel, message: Json, user_id: str, emoji: str) -> None:
        who = self.reactors(message, emoji)
        if who.pop(user_id, 0) == 0:
            return
        self._show_reactions(message)
        self._tell_reaction("MESSAGE_REACTION_REMOVE", channel, message, self.users[user_id], emoji)

    def clear_reactions(self, channel: Channel, message: Json, emoji: str | None = None) -> None:
        if emoji is None:
            self.reactions.pop(message["id"], None)
        else:
            self.reactions.get(message["id"], {}).pop(emoji, None)
        self._show_reactions(message)
        payload = self._placed(channel, {"message_id": message["id"]})
        t = "MESSAGE_REACTION_REMOVE_ALL"
        if emoji is not None:
            t, payload["emoji"] = "MESSAGE_REACTION_REMOVE_EMOJI", emoji_object(emoji)
        self.emit(t, payload, guild=channel.guild, channel=channel, users=self._private(channel))

    def _show_reactions(self, message: Json) -> None:
        shown = [
            {
                "emoji": emoji_object(emoji),
                "count": len(who),
                "count_details": {"burst": 0, "normal": len(who)},
                "me": False,
                "me_burst": False,
                "burst_colors": [],
            }
            for emoji, who in self.reactions.get(message["id"], {}).items()
            if who
        ]
        if shown:
            message["reactions"] = shown
        else:
            message.pop("reactions", None)

    def _tell_reaction(self, t: str, channel: Channel, message: Json, user: User, emoji: str) -> None:
        payload = self._placed(
            channel,
            {
                "user_id": user.id,
                "message_id": message["id"],
                "emoji": emoji_object(emoji),
                "burst": False,
                "type": 0,
            },
        )
        if t.endswith("ADD"):
            payload["message_author_id"] = message["author"]["id"]
            if channel.guild is not None and user.id in channel.guild.members:
                payload["member"] = channel.guild.members[user.id]
        self.emit(t, payload, guild=channel.guild, channel=channel, users=self._private(channel))

    # --- pins --------------------------------------------------------------------------------------------

    def pin(self, channel: Channel, message: Json, by: User) -> None:
        if message["id"] in channel.pins:
            return
        channel.pins[message["id"]] = self.stamp()
        self.edit_message(channel, message, {"pinned": True}, silent=True)
        self._tell_pins(channel)
        reference = self._placed(channel, {"message_id": message["id"], "type": 0})
        self.post(channel, by, type=CHANNEL_PINNED, message_reference=reference)

    def unpin(self, channel: Channel, message: Json) -> None:
        if channel.pins.pop(message["id"], None) is not None:
            self.edit_message(channel, message, {"pinned": False}, silent=True)
            self._tell_pins(channel)

    def _tell_pins(self, channel: Channel) -> None:
        payload = self._placed(channel, {"last_pin_timestamp": next(reversed(channel.pins.values()), None)})
        self.emit(
            "CHANNEL_PINS_UPDATE",
            payload,
            guild=channel.guild,
            channel=channel,
            users=self._private(channel),
        )

    def typing(self, channel: Channel, user: User) -> None:
        payload = self._placed(channel, {"user_id": user.id, "timestamp": int(self.now().timestamp())})
        if channel.guild is not None and user.id in channel.guild.members:
            payload["member"] = channel.guild.members[user.id]
        self.emit(
            "TYPING_START",
            payload,
            guild=channel.guild,
            channel=channel,
            users=self._private(channel),
        )


def emoji_object(emoji: str) -> Json:
    """`name:id` is a custom emoji, anything else a Unicode one."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}


__all__ = ["REPLY", "THREAD_CREATED", "Talk", "emoji_object", "iso"]
