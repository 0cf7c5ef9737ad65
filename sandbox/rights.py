"""Permission checks that the REST API and the people API share: who may do this, or which error they get."""

from sandbox import permissions as bits
from sandbox.errors import ApiError
from sandbox.world import Channel, Guild, Json, User, World

# Short names for the routes.
VIEW, SEND, HISTORY = bits.VIEW_CHANNEL, bits.SEND_MESSAGES, bits.READ_MESSAGE_HISTORY
MANAGE_CHANNELS, MANAGE_GUILD, MANAGE_MESSAGES = bits.MANAGE_CHANNELS, bits.MANAGE_GUILD, bits.MANAGE_MESSAGES
MENTION_EVERYONE, ADD_REACTIONS = bits.MENTION_EVERYONE, bits.ADD_REACTIONS
EMBED_LINKS, ATTACH_FILES, USE_COMMANDS = bits.EMBED_LINKS, bits.ATTACH_FILES, bits.USE_APPLICATION_COMMANDS
KICK, BAN, ADMINISTRATOR = bits.KICK_MEMBERS, bits.BAN_MEMBERS, bits.ADMINISTRATOR
VIEW_AUDIT_LOG, CHANGE_NICKNAME, MANAGE_NICKNAMES = (
    bits.VIEW_AUDIT_LOG, bits.CHANGE_NICKNAME, bits.MANAGE_NICKNAMES,
)  # fmt: skip
MANAGE_ROLES, MANAGE_WEBHOOKS, MANAGE_EVENTS = bits.MANAGE_ROLES, bits.MANAGE_WEBHOOKS, bits.MANAGE_EVENTS
MANAGE_THREADS, SEND_IN_THREADS = bits.MANAGE_THREADS, bits.SEND_MESSAGES_IN_THREADS
PUBLIC_THREADS, PRIVATE_THREADS = bits.CREATE_PUBLIC_THREADS, bits.CREATE_PRIVATE_THREADS
MODERATE, CREATE_EVENTS, PIN_MESSAGES = bits.MODERATE_MEMBERS, bits.CREATE_EVENTS, bits.PIN_MESSAGES
BYPASS_SLOWMODE = bits.BYPASS_SLOWMODE
#: What both sides of a direct conversation may do there.
IN_DM = VIEW | SEND | HISTORY | ADD_REACTIONS | EMBED_LINKS | ATTACH_FILES | USE_COMMANDS | PIN_MESSAGES


class Rights:
    """Computes permissions, remembering them until the server changes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._shapes: dict[str, tuple[int, Json]] = {}
        self._known: dict[tuple[str, str, str, bool], tuple[int, int]] = {}

    def _shape(self, guild: Guild) -> Json:
        kept = self._shapes.get(guild.id)
        if kept is None or kept[0] != guild.version:
            kept = (guild.version, {**guild.data, "roles": list(guild.roles.values())})
            self._shapes[guild.id] = kept
        return kept[1]

    def of(self, user_id: str, channel: Channel) -> int:
        """The permissions of that account in this channel (a thread uses its parent); 0 for an outsider."""
        if channel.guild is None:
            return IN_DM if any(user.id == user_id for user in channel.recipients) else 0
        place = channel.parent if channel.is_thread else channel
        return self._compute(channel.guild, user_id, place, in_thread=channel.is_thread)

    def in_guild(self, user_id: str, guild: Guild) -> int:
        return self._compute(guild, user_id, None)

    def _compute(
        self, guild: Guild, user_id: str, channel: Channel | None, *, in_thread: bool = False
    ) -> int:
        member = guild.members.get(user_id)
        if member is None:
            return 0
        timed_out = member.get("communication_disabled_until")
        key = (guild.id, user_id, channel.id if channel else "", in_thread)
        kept = self._known.get(key)
        if kept is not None and kept[0] == guild.version and not timed_out:
            return kept[1]
        place = channel.data if channel else None
        value = bits.compute(self._shape(guild), member, place, now=self.world.now(), in_thread=in_thread)
        if len(self._known) > 100_000:
            self._known.clear()
        self._known[key] = (guild.version, value)
        return value

    def sees(self, user_id: str, channel: Channel) -> bool:
        """A private thread is for its members and those who manage threads."""
        value = self.of(user_id, channel)
        if not value & VIEW:
            return False
        if channel.type == 12:
            return user_id in channel.thread_members or bool(value & MANAGE_THREADS)
        return True

    def need(self, user_id: str, channel: Channel, wanted: int = 0) -> int:
        """50001 without the view of the channel, 50013 without the rest; the permissions otherwise."""
        if not self.sees(user_id, channel):
            raise ApiError.of(50001)
        value = self.of(user_id, channel)
        if value & wanted != wanted:
            raise ApiError.of(50013)
        return value

    def need_in_guild(self, user_id: str, guild: Guild, wanted: int = 0) -> int:
        if user_id not in guild.members:
            raise ApiError.of(50001)
        value = self.in_guild(user_id, guild)
        if value & wanted != wanted:
            raise ApiError.of(50013)
        return value

    def need_send(self, user: User, channel: Channel) -> int:
        """May post here: also a thread's own permission, its lock, and forums that take no message."""
        value = self.need(user.id, channel)
        if channel.guild is None:
            return value
        if channel.is_forum:
            raise ApiError.of(40058)
        if channel.type == 4:
            raise ApiError.of(50008)
        if not value & (SEND_IN_THREADS if channel.is_thread else SEND):
            raise ApiError.of(50013)
        if channel.locked and not value & MANAGE_THREADS:
            raise ApiError.of(160005)
        return value

    def top(self, guild: Guild, user_id: str) -> tuple[int, int]:
        """Rank of the highest role: position, then the older role first."""
        return bits.top(self._shape(guild), guild.members[user_id])

    def need_above_role(self, user_id: str, guild: Guild, role: Json) -> None:
        """Only roles strictly below one's own highest one may be touched; the owner is above all."""
        if not bits.is_above_role(self._shape(guild), guild.members[user_id], role):
            raise ApiError.of(50013)

    def need_above_member(self, user_id: str, guild: Guild, target_id: str) -> None:
        if user_id == target_id:
            return
        actor, target = guild.members[user_id], guild.members[target_id]
        if not bits.is_above_member(self._shape(guild), actor, target):
            raise ApiError.of(50013)
