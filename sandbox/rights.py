"""Permission checks that the REST API and the people API share: who may do this, or which error they get."""

from sandbox import permissions as bits
from sandbox.errors import ApiError
from sandbox.world import Channel, Guild, Json, User, World

VIEW, SEND, HISTORY = 1 << 10, 1 << 11, 1 << 16
MANAGE_CHANNELS, MANAGE_GUILD, MANAGE_MESSAGES, MENTION_EVERYONE = 1 << 4, 1 << 5, 1 << 13, 1 << 17
ADD_REACTIONS, EMBED_LINKS, ATTACH_FILES, USE_COMMANDS = 1 << 6, 1 << 14, 1 << 15, 1 << 31
KICK, BAN, ADMINISTRATOR, VIEW_AUDIT_LOG = 1 << 1, 1 << 2, 1 << 3, 1 << 7
CHANGE_NICKNAME, MANAGE_NICKNAMES, MANAGE_ROLES, MANAGE_WEBHOOKS = 1 << 26, 1 << 27, 1 << 28, 1 << 29
MANAGE_EVENTS, MANAGE_THREADS, PUBLIC_THREADS, PRIVATE_THREADS = 1 << 33, 1 << 34, 1 << 35, 1 << 36
SEND_IN_THREADS, MODERATE, CREATE_EVENTS, PIN_MESSAGES = 1 << 38, 1 << 40, 1 << 44, 1 << 51
BYPASS_SLOWMODE = 1 << 52
#: What both sides of a direct conversation may do there.
IN_DM = VIEW | SEND | HISTORY | ADD_REACTIONS | EMBED_LINKS | ATTACH_FILES | USE_COMMANDS | PIN_MESSAGES


class Rights:
    """Computes permissions, remembering them until the server changes."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._shapes: dict[str, tuple[int, Json]] = {}
        self._known: dict[tuple[str, str, str], tuple[int, int]] = {}

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
        return self._compute(channel.guild, user_id, channel.parent if channel.is_thread else channel)

    def in_guild(self, user_id: str, guild: Guild) -> int:
        return self._compute(guild, user_id, None)

    def _compute(self, guild: Guild, user_id: str, channel: Channel | None) -> int:
        member = guild.members.get(user_id)
        if member is None:
            return 0
        timed_out = member.get("communication_disabled_until")
        key = (guild.id, user_id, channel.id if channel else "")
        kept = self._known.get(key)
        if kept is not None and kept[0] == guild.version and not timed_out:
            return kept[1]
        value = bits.compute(
            self._shape(guild), member, channel.data if channel else None, now=self.world.now()
        )
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
        held = [guild.roles[r] for r in guild.members[user_id]["roles"] if r in guild.roles]
        return max(((role["position"], -int(role["id"])) for role in held), default=(0, 0))

    def need_above_role(self, user_id: str, guild: Guild, role: Json) -> None:
        """Only roles strictly below one's own highest one may be touched; the owner is above all."""
        if guild.owner_id != user_id and (role["position"], -int(role["id"])) >= self.top(guild, user_id):
            raise ApiError.of(50013)

    def need_above_member(self, user_id: str, guild: Guild, target_id: str) -> None:
        if user_id == target_id or guild.owner_id == user_id:
            return
        if guild.owner_id == target_id or self.top(guild, target_id) >= self.top(guild, user_id):
            raise ApiError.of(50013)
