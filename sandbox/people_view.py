"""What one person sees: servers, channels, messages, posts, commands, in the shapes of the people API."""

from typing import TYPE_CHECKING

from sandbox.rights import HISTORY, USE_COMMANDS
from sandbox.world import App, Channel, Guild, Json, User

if TYPE_CHECKING:
    from sandbox.server import Sandbox

#: Discord's own fallbacks between near languages.
FALLBACK = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}


class View:
    """The sandbox through one person's eyes."""

    def __init__(self, sandbox: "Sandbox", reader: User) -> None:
        self.sandbox = sandbox
        self.reader = reader
        self.rights = sandbox.rights

    def everything(self) -> Json:
        world, me = self.sandbox.world, self.reader
        return {
            **self.sandbox.person_object(me),
            "guilds": [self.guild(guild) for guild in world.guilds_of(me.id)],
            "joinable": [
                {"id": guild.id, "name": guild.name}
                for guild in world.guilds.values()
                if me.id not in guild.members and me.id not in guild.bans
            ],
            "dms": [self.channel(c) for c in world.dms.values() if me in c.recipients],
            "clock": self.sandbox.clock_object(),
        }

    def guild(self, guild: Guild) -> Json:
        seen = [c for c in guild.channels.values() if self.rights.sees(self.reader.id, c)]
        threads = [
            t for t in guild.threads.values() if not t.archived and self.rights.sees(self.reader.id, t)
        ]
        return {
            **guild.data,
            "permissions": str(self.rights.in_guild(self.reader.id, guild)),
            "roles": list(guild.roles.values()),
            "member_count": len(guild.members),
            "members": list(guild.members.values()),
            "channels": [self.channel(channel) for channel in seen],
            "threads": [self.channel(thread) for thread in threads],
            "guild_scheduled_events": [self.event(guild, e) for e in guild.events.values()],
        }

    def event(self, guild: Guild, event: Json) -> Json:
        return {**event, "interested": self.reader.id in guild.subscribers.get(event["id"], {})}

    def channel(self, channel: Channel) -> Json:
        shown = self.sandbox.shapes.channel(channel, self.reader)
        shown["permissions"] = str(self.rights.of(self.reader.id, channel))
        return shown

    def messages(self, channel: Channel, page: Json) -> list[Json]:
        """Newest first, with the reader's own ephemeral ones in their place."""
        if channel.guild is not None and not self.rights.of(self.reader.id, channel) & HISTORY:
            return []
        numbers = {key: int(page[key]) if page.get(key) else None for key in ("before", "after", "around")}
        found = channel.messages.page(page["limit"], **numbers)
        notes = list(channel.notes.get(self.reader.id, {}).values())
        if notes:
            before, after = numbers["before"], numbers["after"]
            notes = [
                n
                for n in notes
                if (before is None or int(n["id"]) < before) and (after is None or int(n["id"]) > after)
            ]
            found = sorted([*found, *notes], key=lambda m: int(m["id"]), reverse=True)
            found = found[-page["limit"] :] if after is not None else found[: page["limit"]]
        return [self.message(message) for message in found]

    def message(self, message: Json) -> Json:
        """With `me` on the reactions of the reader."""
        if "reactions" not in message:
            return message
        table = self.sandbox.world.reactions.get(message["id"], {})
        shown = []
        for reaction in message["reactions"]:
            emoji = reaction["emoji"]
            key = f"{emoji['name']}:{emoji['id']}" if emoji["id"] else emoji["name"]
            shown.append({**reaction, "me": self.reader.id in table.get(key, {})})
        return {**message, "reactions": shown}

    def posts(self, forum: Channel) -> list[Json]:
        guild = forum.guild
        if guild is None:
            return []
        threads = [t for t in guild.threads.values() if t.parent is forum]
        return [{**self.channel(t), "message": t.message(t.id)} for t in reversed(threads)]

    # --- commands ----------------------------------------------------------------------------------------

    def commands(self, channel: Channel) -> list[Json]:
        """Those of every bot here that this person may use, in their language."""
        guild, mine = channel.guild, self.rights.of(self.reader.id, channel)
        if guild is not None and not mine & USE_COMMANDS:
            return []
        shown: list[Json] = []
        for app in self.apps(channel):
            own = app.guild_commands.get(guild.id, {}) if guild else {}
            taken = {(c["type"], c["name"]) for c in own.values()}
            for command in [*own.values(), *app.commands.values()]:
                shadowed = not command.get("guild_id") and (command["type"], command["name"]) in taken
                if not shadowed and self.may_use(command, channel, mine, app):
                    shown.append(
                        {**localized(command, self.reader.locale), "application": self.application(app)}
                    )
        return shown

    def apps(self, channel: Channel) -> list[App]:
        members = channel.guild.members if channel.guild else {user.id for user in channel.recipients}
        return [app for app in self.sandbox.world.apps.values() if app.user.id in members]

    def may_use(self, command: Json, channel: Channel, mine: int, app: App) -> bool:
        guild = channel.guild
        contexts = command.get("contexts")
        if guild is None:
            allowed = contexts is None or 1 in contexts
            return allowed and command.get("dm_permission") is not False and not command.get("guild_id")
        if contexts is not None and 0 not in contexts and not command.get("guild_id"):
            return False
        administrator = bool(mine & (1 << 3))
        tables = app.overrides.get(guild.id, {})
        entries = tables.get(command["id"]) or tables.get(app.id) or []
        set_there = overridden(entries, guild, channel, guild.members[self.reader.id]) if entries else None
        if administrator or set_there is not None:
            return administrator or bool(set_there)
        wanted = command.get("default_member_permissions")
        return wanted is None or (int(wanted) != 0 and mine & int(wanted) == int(wanted))

    @staticmethod
    def application(app: App) -> Json:
        return {"id": app.id, "name": app.name, "icon": app.data["icon"], "bot": app.user.data}


def overridden(entries: list[Json], guild: Guild, channel: Channel, member: Json) -> bool | None:
    """What the server set for this command, here, for this member; None where it set nothing.

    A channel that is shut is shut to everyone; then the member's own entry counts, then any of their roles'
    that opens, then any that shuts, then @everyone's.
    """
    table = {(entry["type"], entry["id"]): bool(entry["permission"]) for entry in entries}
    place = channel.parent if channel.is_thread and channel.parent else channel
    everywhere = str(int(guild.id) - 1)
    if not table.get((3, place.id), table.get((3, everywhere), True)):
        return False
    if (2, member["user"]["id"]) in table:
        return table[2, member["user"]["id"]]
    mine = [table[1, role] for role in member["roles"] if (1, role) in table]
    return any(mine) if mine else table.get((1, guild.id))


def localized(item: Json, locale: str) -> Json:
    """`name_localized` and `description_localized`, all the way down."""
    shown = dict(item)
    for key in ("name", "description"):
        if key in item:
            shown[f"{key}_localized"] = pick(item.get(f"{key}_localizations"), item[key], locale)
    for key in ("options", "choices"):
        if item.get(key):
            shown[key] = [localized(child, locale) for child in item[key]]
    return shown


def pick(table: Json | None, default: str, locale: str) -> str:
    """The text of that language or of its nearest."""
    for key in (locale, FALLBACK.get(locale, "")):
        if table and table.get(key):
            return str(table[key])
    return default
