"""The containers of the world. Leaves (roles, members, messages …) are plain dicts in Discord's own shape, so
that nothing has to be translated on the way out; containers add the indexes that keep lookups fast.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

GUILD_TEXT, DM, GUILD_VOICE, CATEGORY, ANNOUNCEMENT, STAGE, FORUM, MEDIA = 0, 1, 2, 4, 5, 13, 15, 16
ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD = 10, 11, 12
THREADS = frozenset({ANNOUNCEMENT_THREAD, PUBLIC_THREAD, PRIVATE_THREAD})
FORUMS = frozenset({FORUM, MEDIA})
EPHEMERAL, LOADING = 1 << 6, 1 << 7


@dataclass(slots=True, eq=False)
class User:
    """A person, or the account of a bot. `dm_policy` says whether bots may write to them."""

    data: Json
    locale: str = "fr"
    dm_policy: str = "open"

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def name(self) -> str:
        return str(self.data.get("global_name") or self.data["username"])

    @property
    def bot(self) -> bool:
        return bool(self.data.get("bot"))


class Messages:
    """The messages of one channel, in order; a page costs the page, not the channel."""

    __slots__ = ("_by_id", "_ids")

    def __init__(self) -> None:
        self._by_id: dict[str, Json] = {}
        self._ids: list[int] = []

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Json]:
        return (self._by_id[str(number)] for number in self._ids)

    def get(self, message_id: str) -> Json | None:
        return self._by_id.get(message_id)

    def add(self, message: Json) -> None:
        number = int(message["id"])
        self._by_id[message["id"]] = message
        if not self._ids or number > self._ids[-1]:
            self._ids.append(number)
        else:
            insort(self._ids, number)

    def remove(self, message_id: str) -> Json | None:
        message = self._by_id.pop(message_id, None)
        if message is not None:
            del self._ids[bisect_left(self._ids, int(message_id))]
        return message

    def last_id(self) -> str | None:
        return str(self._ids[-1]) if self._ids else None

    def page(
        self,
        limit: int,
        *,
        before: int | None = None,
        after: int | None = None,
        around: int | None = None,
    ) -> list[Json]:
        """Newest first, as Discord lists them."""
        ids = self._ids
        if around is not None:
            middle = bisect_left(ids, around)
            low = max(0, middle - limit // 2)
            chosen = ids[low : low + limit]
        elif after is not None:
            low = bisect_left(ids, after + 1)
            chosen = ids[low : low + limit]
        else:
            high = len(ids) if before is None else bisect_left(ids, before)
            chosen = ids[max(0, high - limit) : high]
        return [self._by_id[str(number)] for number in reversed(chosen)]


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, category, forum, thread or direct conversation."""

    data: Json
    guild: Guild | None = None
    parent: Channel | None = None
    messages: Messages = field(default_factory=Messages)
    #: Notes that one reader alone sees, by reader then by message id.
    notes: dict[str, dict[str, Json]] = field(default_factory=dict)
    #: Pinned message id → instant of pinning, oldest first.
    pins: dict[str, str] = field(default_factory=dict)
    #: Thread member objects by user id.
    thread_members: dict[str, Json] = field(default_factory=dict)
    #: When each person last wrote here, where slow mode counts.
    spoke: dict[str, datetime] = field(default_factory=dict)
    #: The two people of a direct conversation.
    recipients: tuple[User, ...] = ()

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def name(self) -> str:
        return str(self.data.get("name") or "")

    @property
    def type(self) -> int:
        return int(self.data["type"])

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def is_forum(self) -> bool:
        return self.type in FORUMS

    @property
    def archived(self) -> bool:
        return self.is_thread and bool(self.data["thread_metadata"]["archived"])

    @property
    def locked(self) -> bool:
        return self.is_thread and bool(self.data["thread_metadata"].get("locked"))

    def message(self, message_id: str) -> Json | None:
        """A message that everybody here may see."""
        return self.messages.get(message_id)

    def note(self, message_id: str) -> Json | None:
        """A message that one person alone may see."""
        return next((notes[message_id] for notes in self.notes.values() if message_id in notes), None)


@dataclass(slots=True, eq=False)
class Guild:
    """A server. `data` is its object without the collections, which are beside it."""

    data: Json
    roles: dict[str, Json] = field(default_factory=dict)
    members: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    threads: dict[str, Channel] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    subscribers: dict[str, dict[str, str]] = field(default_factory=dict)
    bans: dict[str, Json] = field(default_factory=dict)
    audit: list[Json] = field(default_factory=list)
    onboarding: Json | None = None
    #: Grows with every change of a role, member or overwrite: what was computed before is stale.
    version: int = 0

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def name(self) -> str:
        return str(self.data["name"])

    @property
    def owner_id(self) -> str:
        return str(self.data["owner_id"])

    def role(self, name: str) -> Json:
        """The role of that name or id; KeyError when there is none."""
        if name in self.roles:
            return self.roles[name]
        for role in self.roles.values():
            if role["name"] == name:
                return role
        raise KeyError(name)

    def channel(self, name: str) -> Channel:
        """The channel or thread of that name or id; KeyError when there is none."""
        found = self.channels.get(name) or self.threads.get(name)
        if found is not None:
            return found
        for channel in (*self.channels.values(), *self.threads.values()):
            if channel.name == name:
                return channel
        raise KeyError(name)


@dataclass(slots=True, eq=False)
class App:
    """A bot: its application, account, token and what the developer portal allows it."""

    data: Json
    user: User
    token: str
    #: Privileged toggles: "members", "presences", "message_content".
    intents: set[str] = field(default_factory=set)
    commands: dict[str, Json] = field(default_factory=dict)
    guild_commands: dict[str, dict[str, Json]] = field(default_factory=dict)
    #: Server → command (or the application itself) → who may use it, as set on the server.
    overrides: dict[str, dict[str, list[Json]]] = field(default_factory=dict)
    creations: dict[str, int] = field(default_factory=dict)
    identifies: int = 0
    #: What the application's web login proves itself with (OAuth2).
    secret: str = ""

    @property
    def id(self) -> str:
        return str(self.data["id"])

    @property
    def name(self) -> str:
        return str(self.data["name"])


@dataclass(slots=True, frozen=True)
class Event:
    """One thing that happened, and who may know. `users` narrows it to those accounts."""

    t: str
    d: Json
    guild: Guild | None = None
    channel: Channel | None = None
    users: frozenset[str] | None = None
