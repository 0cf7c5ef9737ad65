"""Servers: their roles and members."""

from sandbox.world.base import iso
from sandbox.world.entities import App, Channel, Guild, Json, User
from sandbox.world.people import People

#: What a new server lets @everyone do (Discord's own default).
EVERYONE = 2_107_735_977_479_745


class Guilds(People):
    """Servers, roles and members."""

    def add_guild(self, name: str, *, owner: User | None = None, locale: str = "fr") -> Guild:
        """A server with an owner, the @everyone role and one text channel, « général »."""
        owner = owner or self.add_user(f"{name} – propriétaire")
        guild_id = self.new_id()
        guild = Guild(guild_object(guild_id, name, owner.id, locale))
        guild.roles[guild_id] = role_object(guild_id, "@everyone", EVERYONE, 0)
        self.guilds[guild_id] = guild
        self.join(guild, owner)
        self.add_channel(guild, "général")
        return guild

    def add_channel(self, guild: Guild, name: str) -> Channel:
        raise NotImplementedError

    def edit_guild(self, guild: Guild, changes: Json) -> Json:
        guild.data.update(changes)
        guild.version += 1
        self.emit("GUILD_UPDATE", self.guild_object(guild), guild=guild)
        return self.guild_object(guild)

    def guild_object(self, guild: Guild) -> Json:
        return {**guild.data, "roles": list(guild.roles.values())}

    def outage(self, guild: Guild, *, over: bool = False) -> None:
        """The server becomes unavailable to its bots, or comes back."""
        bots = [app.user.id for app in self.apps.values() if app.user.id in guild.members]
        if over:
            self.emit("GUILD_CREATE", {"id": guild.id, "unavailable": False}, guild=guild, users=bots)
        else:
            self.emit("GUILD_DELETE", {"id": guild.id, "unavailable": True}, guild=guild, users=bots)

    # --- members -----------------------------------------------------------------------------------------

    def join(
        self,
        guild: Guild,
        user: User,
        *,
        roles: list[str] | None = None,
        nick: str | None = None,
        pending: bool = False,
    ) -> Json:
        """The account becomes a member (again: roles are not remembered). Returns the member object."""
        if user.id in guild.members:
            return guild.members[user.id]
        member: Json = {
            "user": user.data,
            "nick": nick,
            "avatar": None,
            "banner": None,
            "roles": [guild.role(role)["id"] for role in roles or ()],
            "joined_at": self.stamp(),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "pending": pending,
            "flags": 0,
            "communication_disabled_until": None,
        }
        guild.members[user.id] = member
        guild.version += 1
        self.emit("GUILD_MEMBER_ADD", {**member, "guild_id": guild.id}, guild=guild)
        # Each reader gets the server in their own shape.
        self.emit("GUILD_CREATE", {"id": guild.id}, guild=guild, users=[user.id])
        return member

    def leave(self, guild: Guild, user: User) -> None:
        if guild.members.pop(user.id, None) is None:
            return
        guild.version += 1
        for thread in guild.threads.values():
            thread.thread_members.pop(user.id, None)
        gone: Json = {"guild_id": guild.id, "user": user.data}
        self.emit("GUILD_MEMBER_REMOVE", gone, guild=guild)
        if user.bot:
            self.emit("GUILD_DELETE", {"id": guild.id}, guild=guild, users=[user.id])
            for role in [r for r in guild.roles.values() if (r.get("tags") or {}).get("bot_id") == user.id]:
                self.delete_role(guild, role["id"])
        else:
            self.emit("GUILD_DELETE", {"id": guild.id}, guild=guild, users=[user.id])

    def edit_member(self, guild: Guild, user_id: str, changes: Json) -> Json:
        member = guild.members[user_id]
        member.update(changes)
        guild.version += 1
        self.emit("GUILD_MEMBER_UPDATE", {**member, "guild_id": guild.id}, guild=guild)
        return member

    def give_role(self, guild: Guild, user_id: str, role: str) -> None:
        role_id, member = guild.role(role)["id"], guild.members[user_id]
        if role_id not in member["roles"]:
            self.edit_member(guild, user_id, {"roles": [*member["roles"], role_id]})

    def take_role(self, guild: Guild, user_id: str, role: str) -> None:
        role_id, member = guild.role(role)["id"], guild.members[user_id]
        if role_id in member["roles"]:
            kept = [held for held in member["roles"] if held != role_id]
            self.edit_member(guild, user_id, {"roles": kept})

    def invite(self, app: App, guild: Guild, *, permissions: int = 0) -> Json:
        """The bot joins with its own managed role, as the OAuth2 page does it."""
        role = None
        if permissions and app.user.id not in guild.members:
            role = self.add_role(
                guild, app.name, permissions=permissions, managed=True, tags={"bot_id": app.user.id}
            )
        if app.user.id in guild.members:
            return guild.members[app.user.id]
        return self.join(guild, app.user, roles=[role["id"]] if role else None)

    def ban(self, guild: Guild, user: User, reason: str | None = None) -> None:
        guild.bans[user.id] = {"reason": reason, "user": user.data}
        self.emit("GUILD_BAN_ADD", {"guild_id": guild.id, "user": user.data}, guild=guild)
        self.leave(guild, user)

    def unban(self, guild: Guild, user: User) -> None:
        guild.bans.pop(user.id, None)
        self.emit("GUILD_BAN_REMOVE", {"guild_id": guild.id, "user": user.data}, guild=guild)

    # --- roles -------------------------------------------------------------------------------------------

    def add_role(
        self,
        guild: Guild,
        name: str,
        *,
        permissions: int = 0,
        color: int = 0,
        hoist: bool = False,
        mentionable: bool = False,
        managed: bool = False,
        tags: Json | None = None,
        **others: object,
    ) -> Json:
        """A role just above @everyone; those above move up. `others` are fields of Discord's role object."""
        for role in guild.roles.values():
            if role["position"] >= 1:
                role["position"] += 1
        role = role_object(self.new_id(), name, permissions, 1)
        role |= {"color": color, "hoist": hoist, "mentionable": mentionable, "managed": managed}
        role["colors"]["primary_color"] = color
        role.update(others)
        role["color"] = role["colors"]["primary_color"] or color
        if tags:
            role["tags"] = tags
        guild.roles[role["id"]] = role
        guild.version += 1
        self.emit("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": dict(role)}, guild=guild)
        return role

    def edit_role(self, guild: Guild, role_id: str, changes: Json) -> Json:
        role = guild.roles[role_id]
        role.update(changes)
        if "color" in changes and "colors" not in changes:
            role["colors"] = {**role["colors"], "primary_color": changes["color"]}
        elif "colors" in changes:
            role["color"] = role["colors"].get("primary_color") or 0
        guild.version += 1
        self.emit("GUILD_ROLE_UPDATE", {"guild_id": guild.id, "role": dict(role)}, guild=guild)
        return role

    def move_roles(self, guild: Guild, positions: dict[str, int]) -> None:
        """Put roles at these positions and close the gaps; @everyone stays at 0."""
        before = {role_id: role["position"] for role_id, role in guild.roles.items()}
        wanted = {role_id: positions.get(role_id, before[role_id]) for role_id in guild.roles}
        # A moved role goes past the one that held the place, in the direction of its move.
        order = sorted(
            (role_id for role_id in guild.roles if role_id != guild.id),
            key=lambda r: (wanted[r] + (0.5 if wanted[r] > before[r] else -0.5) * (r in positions), int(r)),
        )
        for place, role_id in enumerate(order, start=1):
            if guild.roles[role_id]["position"] != place:
                self.edit_role(guild, role_id, {"position": place})

    def delete_role(self, guild: Guild, role_id: str) -> None:
        role = guild.roles.pop(role_id)
        for other in guild.roles.values():
            if other["position"] > role["position"]:
                other["position"] -= 1
        for user_id, member in guild.members.items():
            if role_id in member["roles"]:
                kept = [held for held in member["roles"] if held != role_id]
                self.edit_member(guild, user_id, {"roles": kept})
        for channel in guild.channels.values():
            overwrites = channel.data.get("permission_overwrites", [])
            if any(entry["id"] == role_id for entry in overwrites):
                channel.data["permission_overwrites"] = [e for e in overwrites if e["id"] != role_id]
        guild.version += 1
        self.emit("GUILD_ROLE_DELETE", {"guild_id": guild.id, "role_id": role_id}, guild=guild)

    # --- audit -------------------------------------------------------------------------------------------

    def note_audit(
        self, guild: Guild, action: int, user_id: str, target_id: str | None, reason: str | None
    ) -> None:
        """Remember who changed what (Get Guild Audit Log, newest first)."""
        entry: Json = {
            "id": self.new_id(),
            "user_id": user_id,
            "target_id": target_id,
            "action_type": action,
            "changes": [],
        }
        if reason:
            entry["reason"] = reason
        guild.audit.append(entry)
        self.emit("GUILD_AUDIT_LOG_ENTRY_CREATE", {**entry, "guild_id": guild.id}, guild=guild)


def role_object(role_id: str, name: str, permissions: int, position: int) -> Json:
    return {
        "id": role_id,
        "name": name,
        "description": None,
        "permissions": str(permissions),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def guild_object(guild_id: str, name: str, owner_id: str, locale: str) -> Json:
    return {
        "id": guild_id,
        "name": name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": owner_id,
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


__all__ = ["EVERYONE", "Guilds", "guild_object", "iso", "role_object"]
