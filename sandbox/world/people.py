"""Accounts: people, bots and their applications."""

import base64
import re
import secrets
import unicodedata
from collections.abc import Iterable

from sandbox.world.base import Base
from sandbox.world.entities import App, Channel, Guild, Json, User

GATEWAY_MEMBERS_LIMITED, GATEWAY_PRESENCE_LIMITED, GATEWAY_CONTENT_LIMITED = 1 << 15, 1 << 13, 1 << 19


class People(Base):
    """People and bots."""

    def add_user(self, name: str, *, locale: str = "fr", bot: bool = False, dm_policy: str = "open") -> User:
        data: Json = {
            "id": self.new_id(),
            "username": self._username(name),
            "global_name": None if bot else name,
            "discriminator": "0000" if bot else "0",
            "avatar": None,
            "banner": None,
            "accent_color": None,
            "avatar_decoration_data": None,
            "collectibles": None,
            "display_name_styles": None,
            "primary_guild": None,
            "clan": None,
            "public_flags": 0,
            "flags": 0,
        }
        if bot:
            data["bot"] = True
            data["username"] = name
        user = User(data, locale=locale, dm_policy=dm_policy)
        self.users[user.id] = user
        return user

    def add_app(
        self,
        name: str,
        *,
        token: str | None = None,
        intents: set[str] | frozenset[str] = frozenset(),
        owner: User | None = None,
        redirect_uris: Iterable[str] = (),
    ) -> App:
        """A bot as the developer portal makes it. `intents` are the privileged toggles switched on,
        `redirect_uris` where its web login may send people back."""
        user = self.add_user(name, bot=True)
        head = base64.urlsafe_b64encode(user.id.encode()).decode().rstrip("=")
        token = token or f"{head}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(27)}"
        owner = owner or self.add_user(f"{name} – équipe")
        data: Json = {
            "id": user.id,
            "name": name,
            "icon": None,
            "description": "",
            "summary": "",
            "type": None,
            "bot": user.data,
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": owner.data,
            "verify_key": secrets.token_hex(32),
            "flags": 0,
            "flags_new": "0",
            "approximate_user_authorization_count": 0,
            "explicit_content_filter": 0,
            "eligible_oauth2_scopes": ["bot", "applications.commands", "identify"],
            "role_connections_verification_url": None,
            "team": None,
            "tags": [],
            "interactions_endpoint_url": None,
            "redirect_uris": list(redirect_uris),
            "integration_types_config": {"0": {}},
        }
        app = App(data, user, token, set(intents), secret=secrets.token_urlsafe(24))
        self.set_intents(app, set(intents))
        self.apps[app.id] = app
        self.tokens[token] = app
        return app

    def set_intents(self, app: App, intents: set[str]) -> None:
        """Switch the privileged toggles: "members", "presences", "message_content"."""
        app.intents = {"message_content" if name == "content" else name for name in intents}
        app.data["flags"] = (
            (GATEWAY_MEMBERS_LIMITED if "members" in app.intents else 0)
            | (GATEWAY_PRESENCE_LIMITED if "presences" in app.intents else 0)
            | (GATEWAY_CONTENT_LIMITED if "message_content" in app.intents else 0)
        )
        app.data["flags_new"] = str(app.data["flags"])

    def edit_user(self, user: User, **changes: object) -> None:
        user.data.update(changes)
        for guild in self.guilds_of(user.id):
            self.emit("GUILD_MEMBER_UPDATE", {**guild.members[user.id], "guild_id": guild.id}, guild=guild)
        self.emit("USER_UPDATE", dict(user.data), users=[user.id])

    def guilds_of(self, user_id: str) -> list[Guild]:
        return [guild for guild in self.guilds.values() if user_id in guild.members]

    def dm(self, one: User, other: User) -> Channel:
        """The direct conversation of two accounts, opened if need be."""
        key = frozenset({one.id, other.id})
        channel = self.dms.get(key)
        if channel is None:
            data: Json = {"id": self.new_id(), "type": 1, "last_message_id": None, "flags": 0}
            channel = Channel(data, recipients=(one, other))
            self.dms[key] = self.channels[channel.id] = channel
            for user in (one, other):
                self.emit("CHANNEL_CREATE", self.dm_object(channel, user), channel=channel, users=[user.id])
        return channel

    @staticmethod
    def dm_object(channel: Channel, reader: User) -> Json:
        """A DM as one of the two sees it: `recipients` is the other one."""
        others = [user.data for user in channel.recipients if user.id != reader.id]
        return {**channel.data, "recipients": others}

    def _username(self, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
        base = re.sub(r"[^a-z0-9_.]+", "_", plain).strip("_")[:24] or "membre"
        number = self.names.get(base, 0) + 1
        self.names[base] = number
        return base if number == 1 else f"{base}{number}"
