"""The body of INTERACTION_CREATE: what a bot is told of a click, a command, a form."""

from typing import Any

from sandbox.errors import ApiError
from sandbox.rights import Rights
from sandbox.world import App, Channel, Guild, Json, User, World

ATTACHMENT_LIMIT = 10 * 1024 * 1024
USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT = 6, 7, 8, 9, 11
#: Select menu type → what its values are.
SELECTS = {5: USER, 6: ROLE, 7: MENTIONABLE, 8: CHANNEL}


class Payloads:
    """Builds the envelope and what `data` refers to."""

    def __init__(self, world: World, rights: Rights) -> None:
        self.world = world
        self.rights = rights
        #: Files chosen by people before the form or command that uses them.
        self.uploads: dict[str, Json] = {}

    def envelope(self, app: App, user: User, channel: Channel, kind: int, data: Json) -> Json:
        """Everything but `id`, `token` and `message`."""
        guild = channel.guild
        member = guild.members.get(user.id) if guild else None
        mine = str(self.rights.of(app.user.id, channel))
        theirs = str(self.rights.of(user.id, channel))
        payload: Json = {
            "application_id": app.id,
            "type": kind,
            "version": 1,
            "data": data,
            "channel": {**self._channel(channel, app), "permissions": theirs},
            "channel_id": channel.id,
            "locale": user.locale,
            "app_permissions": mine,
            "entitlements": [],
            "attachment_size_limit": ATTACHMENT_LIMIT,
            "authorizing_integration_owners": {"0": guild.id if guild else "0"},
            "context": 0 if guild else 1,
        }
        if guild is not None and member is not None:
            payload["guild_id"] = guild.id
            payload["guild_locale"] = guild.data["preferred_locale"]
            locale, features = guild.data["preferred_locale"], guild.data["features"]
            payload["guild"] = {"id": guild.id, "locale": locale, "features": features}
            payload["member"] = {**member, "permissions": theirs}
        else:
            payload["user"] = user.data
        return payload

    def _channel(self, channel: Channel, app: App) -> Json:
        if channel.recipients:
            others = [user.data for user in channel.recipients if user is not app.user]
            return {**channel.data, "recipients": others}
        return dict(channel.data)

    def resolve(self, refs: list[tuple[int, str]], app: App, user: User, channel: Channel) -> Json:
        """The `resolved` object of these references (kind of option, id)."""
        resolved: Json = {}
        guild = channel.guild
        for kind, item in refs:
            if kind in (USER, MENTIONABLE) and item in self.world.users:
                self._user(resolved, guild, item, channel)
            elif kind in (ROLE, MENTIONABLE) and guild is not None and item in guild.roles:
                resolved.setdefault("roles", {})[item] = guild.roles[item]
            elif kind == CHANNEL and item in self.world.channels:
                found = self.world.channels[item]
                resolved.setdefault("channels", {})[item] = {
                    **found.data,
                    "permissions": str(self.rights.of(user.id, found)),
                    "app_permissions": str(self.rights.of(app.user.id, found)),
                }
            elif kind == ATTACHMENT and item in self.uploads:
                resolved.setdefault("attachments", {})[item] = self.uploads[item]
            else:
                raise ApiError.leaf(("data",), "ENTITY_UNKNOWN", f"Unknown reference {item}")
        return resolved

    def _user(self, resolved: Json, guild: Guild | None, item: str, channel: Channel) -> None:
        resolved.setdefault("users", {})[item] = self.world.users[item].data
        member = guild.members.get(item) if guild else None
        if member is not None:
            shown = {key: value for key, value in member.items() if key not in ("user", "deaf", "mute")}
            shown["permissions"] = str(self.rights.of(item, channel))
            resolved.setdefault("members", {})[item] = shown

    # --- commands ----------------------------------------------------------------------------------------

    def command(
        self, command: Json, sent: Json, app: App, user: User, channel: Channel, *, typing: bool
    ) -> Json:
        """`data` of a command (or, while `typing`, of its autocompletion)."""
        data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
        if command.get("guild_id"):
            data["guild_id"] = command["guild_id"]
        if command["type"] != 1:
            data |= self._target(command, sent, app, user, channel)
            return data
        refs: list[tuple[int, str]] = []
        options = _options(command.get("options") or [], sent.get("options") or [], refs, typing=typing)
        data["options"] = options
        resolved = self.resolve(refs, app, user, channel)
        if resolved:
            data["resolved"] = resolved
        return data

    def _target(self, command: Json, sent: Json, app: App, user: User, channel: Channel) -> Json:
        target = str(sent.get("target_id"))
        if command["type"] == 2:
            return {"target_id": target, "resolved": self.resolve([(USER, target)], app, user, channel)}
        message = channel.message(target)
        if message is None:
            raise ApiError.of(10008)
        return {"target_id": target, "resolved": {"messages": {target: message}}}

    # --- components and forms ----------------------------------------------------------------------------

    def values(self, component: Json, sent: Json, app: App, user: User, channel: Channel) -> Json:
        """`data` of a click or a choice."""
        data: Json = {
            "custom_id": component["custom_id"],
            "component_type": component["type"],
            "id": component.get("id", 0),
        }
        if component["type"] == 2:
            return data
        values = [str(value) for value in sent.get("values") or ()]
        low, high = component.get("min_values", 1), component.get("max_values", 1)
        low = 1 if low is None else low
        high = 1 if high is None else high
        if not low <= len(values) <= high:
            raise ApiError.leaf(
                ("data", "values"), "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length."
            )
        if component["type"] == 3:
            known = {option["value"] for option in component["options"]}
            if not known.issuperset(values):
                raise ApiError.leaf(("data", "values"), "BASE_TYPE_CHOICES", "Unknown option")
        data["values"] = values
        kind = SELECTS.get(component["type"])
        if kind is not None:
            data["resolved"] = self.resolve([(kind, value) for value in values], app, user, channel)
        return data


def _options(
    defined: list[Json], sent: list[Any], refs: list[tuple[int, str]], *, typing: bool
) -> list[Json]:
    """What was filled in, with types from the definition; refuses what a client would not let pass."""
    by_name = {option["name"]: option for option in defined}
    filled: list[Json] = []
    for item in sent:
        option = by_name.get(str(item.get("name"))) if isinstance(item, dict) else None
        if option is None:
            raise ApiError.leaf(("data", "options"), "APPLICATION_COMMAND_UNKNOWN_OPTION", "Unknown option")
        entry: Json = {"name": option["name"], "type": option["type"]}
        if option["type"] in (1, 2):
            inner = _options(option.get("options") or [], item.get("options") or [], refs, typing=typing)
            entry["options"] = inner
        else:
            entry["value"] = _value(option, item.get("value"), typing=typing)
            if typing and item.get("focused"):
                entry["focused"] = True
            if option["type"] in (USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT) and not typing:
                refs.append((option["type"], str(entry["value"])))
        filled.append(entry)
    names = {item["name"] for item in filled}
    missing = [o["name"] for o in defined if o.get("required") and o["name"] not in names]
    if missing and not typing:
        raise ApiError.leaf(("data", "options", missing[0]), "BASE_TYPE_REQUIRED", "This field is required")
    return filled


def _value(option: Json, value: Any, *, typing: bool) -> Any:
    kind = option["type"]
    if typing:
        return value if value is not None else ""
    path = ("data", "options", option["name"])
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise ApiError.leaf(path, "APPLICATION_COMMAND_INVALID_CHOICE", "Not one of the choices")
    try:
        if kind == 4:
            value = int(value)
        elif kind == 10:
            value = float(value)
        elif kind == 5:
            value = value if isinstance(value, bool) else str(value).lower() in ("true", "1", "vrai")
        else:
            value = str(value)
    except (TypeError, ValueError):
        raise ApiError.leaf(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.') from None
    size = len(value) if isinstance(value, str) else value
    least, most = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    low, high = option.get(least), option.get(most)
    if kind != 5 and ((low is not None and size < low) or (high is not None and size > high)):
        raise ApiError.leaf(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high}.")
    return value
