"""Who may do what: permission bits, computing with overwrites and time-outs, and the hierarchy of roles.

Works on plain JSON objects of Discord's shapes, so that it serves the world and captured payloads alike:
``guild`` has ``id``, ``owner_id`` and ``roles`` (a list, or a mapping by id); ``member`` has ``roles`` and
``user``; ``channel`` has ``permission_overwrites``. For a thread, pass its parent and ``in_thread=True``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]

CREATE_INSTANT_INVITE = 1 << 0
KICK_MEMBERS = 1 << 1
BAN_MEMBERS = 1 << 2
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
VIEW_AUDIT_LOG = 1 << 7
PRIORITY_SPEAKER = 1 << 8
STREAM = 1 << 9
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
SEND_TTS_MESSAGES = 1 << 12
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
VIEW_GUILD_INSIGHTS = 1 << 19
CONNECT = 1 << 20
SPEAK = 1 << 21
MUTE_MEMBERS = 1 << 22
DEAFEN_MEMBERS = 1 << 23
MOVE_MEMBERS = 1 << 24
USE_VAD = 1 << 25
CHANGE_NICKNAME = 1 << 26
MANAGE_NICKNAMES = 1 << 27
MANAGE_ROLES = 1 << 28
MANAGE_WEBHOOKS = 1 << 29
MANAGE_GUILD_EXPRESSIONS = 1 << 30
USE_APPLICATION_COMMANDS = 1 << 31
REQUEST_TO_SPEAK = 1 << 32
MANAGE_EVENTS = 1 << 33
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
USE_EXTERNAL_STICKERS = 1 << 37
SEND_MESSAGES_IN_THREADS = 1 << 38
USE_EMBEDDED_ACTIVITIES = 1 << 39
MODERATE_MEMBERS = 1 << 40
VIEW_CREATOR_MONETIZATION_ANALYTICS = 1 << 41
USE_SOUNDBOARD = 1 << 42
CREATE_GUILD_EXPRESSIONS = 1 << 43
CREATE_EVENTS = 1 << 44
USE_EXTERNAL_SOUNDS = 1 << 45
SEND_VOICE_MESSAGES = 1 << 46
SET_VOICE_CHANNEL_STATUS = 1 << 48
SEND_POLLS = 1 << 49
USE_EXTERNAL_APPS = 1 << 50
PIN_MESSAGES = 1 << 51
BYPASS_SLOWMODE = 1 << 52

NAMES: dict[str, int] = {
    name: value for name, value in list(globals().items()) if name.isupper() and isinstance(value, int)
}
ALL = sum(NAMES.values())
NONE = 0

# What @everyone has in a new server.
DEFAULT = (
    CREATE_INSTANT_INVITE | ADD_REACTIONS | STREAM | VIEW_CHANNEL | SEND_MESSAGES | SEND_TTS_MESSAGES
    | EMBED_LINKS | ATTACH_FILES | READ_MESSAGE_HISTORY | MENTION_EVERYONE | USE_EXTERNAL_EMOJIS | CONNECT
    | SPEAK | USE_VAD | CHANGE_NICKNAME | USE_APPLICATION_COMMANDS | REQUEST_TO_SPEAK | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS | USE_EXTERNAL_STICKERS | SEND_MESSAGES_IN_THREADS | USE_EMBEDDED_ACTIVITIES
    | USE_SOUNDBOARD | USE_EXTERNAL_SOUNDS | SEND_VOICE_MESSAGES | SEND_POLLS | USE_EXTERNAL_APPS
)  # fmt: skip

# What a person has in a direct conversation.
DIRECT = (
    ADD_REACTIONS | VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_MESSAGE_HISTORY
    | MENTION_EVERYONE | USE_EXTERNAL_EMOJIS | CONNECT | SPEAK | STREAM | USE_VAD | USE_APPLICATION_COMMANDS
    | USE_EXTERNAL_STICKERS | SEND_VOICE_MESSAGES | SEND_POLLS | USE_EXTERNAL_APPS | PIN_MESSAGES
)  # fmt: skip

_WITHOUT_SENDING = MENTION_EVERYONE | SEND_TTS_MESSAGES | ATTACH_FILES | EMBED_LINKS
_TIMED_OUT = VIEW_CHANNEL | READ_MESSAGE_HISTORY


def names(bits: int) -> list[str]:
    """The names of the bits set, lowest first."""
    return [name for name, value in NAMES.items() if bits & value]


def parse(value: object) -> int:
    """A bit set as Discord writes it (decimal text) or as an integer."""
    return int(value) if isinstance(value, (int, str)) else 0


def base(guild: Json, member: Json, *, now: datetime | None = None) -> int:
    """The member's permissions in the server as a whole."""
    if _user_id(member) == str(guild["owner_id"]):
        return ALL
    held = set(member.get("roles", ()))
    held.add(str(guild["id"]))
    bits = 0
    for role in _roles(guild):
        if role["id"] in held:
            bits |= parse(role["permissions"])
    if bits & ADMINISTRATOR:
        return ALL
    return bits & _TIMED_OUT if is_timed_out(member, now) else bits


def compute(
    guild: Json,
    member: Json,
    channel: Json | None = None,
    *,
    now: datetime | None = None,
    in_thread: bool = False,
) -> int:
    """The member's permissions in ``channel``, or in the server when there is none.

    Without VIEW_CHANNEL nothing else counts, so the answer is 0. A timed-out member keeps seeing and
    reading.
    """
    bits = base(guild, member, now=now)
    if channel is None or bits == ALL:
        return bits
    bits = _overwritten(
        bits, channel.get("permission_overwrites") or (), str(guild["id"]), set(member.get("roles", ())),
        _user_id(member),
    )  # fmt: skip
    if is_timed_out(member, now):
        bits &= _TIMED_OUT
    return implied(bits, in_thread=in_thread)


def implied(bits: int, *, in_thread: bool = False) -> int:
    """What remains once the permissions that need another one are taken away."""
    if not bits & VIEW_CHANNEL:
        return NONE
    if not bits & (SEND_MESSAGES_IN_THREADS if in_thread else SEND_MESSAGES):
        bits &= ~_WITHOUT_SENDING
    return bits


def _overwritten(bits: int, overwrites: Iterable[Json], guild_id: str, roles: set[str], user_id: str) -> int:
    """@everyone's overwrite first, then all role denies, then all role allows, then the member's own."""
    deny = allow = 0
    mine: Json | None = None
    for overwrite in overwrites:
        target = str(overwrite["id"])
        if target == guild_id:
            bits = (bits & ~parse(overwrite["deny"])) | parse(overwrite["allow"])
        elif int(overwrite["type"]) == 0:
            if target in roles:
                deny |= parse(overwrite["deny"])
                allow |= parse(overwrite["allow"])
        elif target == user_id:
            mine = overwrite
    everyone_first = (bits & ~deny) | allow
    if mine is not None:
        return (everyone_first & ~parse(mine["deny"])) | parse(mine["allow"])
    return everyone_first


def is_timed_out(member: Json, now: datetime | None) -> bool:
    until = member.get("communication_disabled_until")
    return bool(until) and now is not None and datetime.fromisoformat(str(until)) > now


# Hierarchy ------------------------------------------------------------------------------------------------


def rank(role: Json) -> tuple[int, int]:
    """Orders roles: the greater, the higher. At the same position the older role (smaller id) is higher."""
    return int(role["position"]), -int(role["id"])


def top(guild: Json, member: Json) -> tuple[int, int]:
    """The rank of the member's highest role; @everyone's when they have none."""
    held = set(member.get("roles", ()))
    held.add(str(guild["id"]))
    return max((rank(role) for role in _roles(guild) if role["id"] in held), default=(0, 0))


def is_owner(guild: Json, member: Json) -> bool:
    return _user_id(member) == str(guild["owner_id"])


def is_above_role(guild: Json, actor: Json, role: Json) -> bool:
    """Only ownership lifts the hierarchy; ADMINISTRATOR does not."""
    return is_owner(guild, actor) or top(guild, actor) > rank(role)


def is_above_member(guild: Json, actor: Json, target: Json) -> bool:
    if is_owner(guild, target):
        return False
    return is_owner(guild, actor) or top(guild, actor) > top(guild, target)


def _roles(guild: Json) -> Iterable[Json]:
    roles = guild["roles"]
    return roles.values() if isinstance(roles, Mapping) else roles


def _user_id(member: Json) -> str:
    user = member.get("user")
    return str(user["id"]) if user else ""
