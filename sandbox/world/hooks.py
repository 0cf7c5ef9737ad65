"""Webhooks of channels."""

import secrets

from sandbox.world.entities import Channel, Json, User
from sandbox.world.rooms import Rooms


class Hooks(Rooms):
    """Webhooks of channels."""

    def webhooks_of(self, channel: Channel) -> list[Json]:
        return [hook for hook in self.webhooks.values() if hook["channel_id"] == channel.id]

    def add_webhook(
        self, channel: Channel, name: str, user: User, *, application_id: str | None = None
    ) -> Json:
        hook: Json = {
            "id": self.new_id(),
            "type": 1,
            "name": name,
            "avatar": None,
            "channel_id": channel.id,
            "guild_id": channel.guild.id if channel.guild else None,
            "application_id": application_id,
            "token": secrets.token_urlsafe(51),
            "user": user.data,
        }
        self.webhooks[hook["id"]] = hook
        self._tell_webhooks(channel)
        return hook

    def edit_webhook(self, hook: Json, changes: Json) -> Json:
        hook.update(changes)
        self._tell_webhooks(self.channels[hook["channel_id"]])
        return hook

    def delete_webhook(self, hook: Json) -> None:
        del self.webhooks[hook["id"]]
        self._tell_webhooks(self.channels[hook["channel_id"]])

    def _tell_webhooks(self, channel: Channel) -> None:
        if channel.guild is not None:
            ids: Json = {"guild_id": channel.guild.id, "channel_id": channel.id}
            self.emit("WEBHOOKS_UPDATE", ids, guild=channel.guild, channel=channel)
