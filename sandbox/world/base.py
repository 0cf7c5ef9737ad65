"""State and small services that every part of the world shares."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from sandbox.clock import Timer, VirtualClock
from sandbox.snowflake import Snowflakes
from sandbox.world.entities import App, Channel, Event, Guild, Json, User

Listener = Callable[[Event], None]


class Base:
    """Holds everything; the parts (`Guilds`, `Channels`, …) add the methods."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.snowflakes = Snowflakes(clock.now)
        self.users: dict[str, User] = {}
        self.guilds: dict[str, Guild] = {}
        self.apps: dict[str, App] = {}
        self.tokens: dict[str, App] = {}
        #: Every channel of every server, every thread, every direct conversation.
        self.channels: dict[str, Channel] = {}
        #: Message id → emoji → who reacted, in order.
        self.reactions: dict[str, dict[str, dict[str, None]]] = {}
        self.dms: dict[frozenset[str], Channel] = {}
        #: Thread id → the timer that will archive it.
        self.quiet_timers: dict[str, Timer] = {}
        #: How many accounts asked for each username.
        self.names: dict[str, int] = {}
        #: People who have a page open.
        self.online: set[str] = set()
        #: Webhooks of channels, with their tokens.
        self.webhooks: dict[str, Json] = {}
        self.files: dict[str, tuple[bytes, str]] = {}
        self.listeners: list[Listener] = []
        #: (author, nonce) → (message id, channel id, instant)
        self.nonces: dict[tuple[str, str], tuple[str, str, datetime]] = {}
        #: Addresses of attachments start with this; the server sets it.
        self.cdn = "http://127.0.0.1/cdn"

    def now(self) -> datetime:
        return self.clock.now()

    def stamp(self) -> str:
        return iso(self.now())

    def new_id(self) -> str:
        return self.snowflakes.next()

    def emit(
        self,
        t: str,
        d: Json,
        *,
        guild: Guild | None = None,
        channel: Channel | None = None,
        users: Iterable[str] | None = None,
    ) -> None:
        """Tell the listeners. `d` is sent as it is now: pass a copy when the object goes on changing."""
        event = Event(t, d, guild, channel, None if users is None else frozenset(users))
        for listener in self.listeners:
            listener(event)


def iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
