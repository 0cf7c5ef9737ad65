"""Whether the bot can do its work now: what the probes, the metrics and the stop signal share.

discord.py does not watch the answers to its heartbeats, so a half-dead connection looks alive to it:
we note when the gateway last said anything.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

# Discord asks for a heartbeat every 41 s, and answers each: three of them without a word is a dead line.
SILENCE_LIMIT_S = 125.0
LATENCY_LIMIT_S = 15.0


@dataclass
class Gateway:
    """What is known of the connection. ``heard`` is called for every frame, so it must stay cheap."""

    monotonic: Callable[[], float] = time.monotonic
    latency: Callable[[], float] = lambda: math.nan
    ready: bool = False
    down: set[int] = field(default_factory=set)  # shards that lost their line
    last_frame: float | None = None

    def heard(self) -> None:
        """A frame arrived."""
        self.last_frame = self.monotonic()

    @property
    def silence(self) -> float:
        """Seconds since the last frame; infinite when none ever came."""
        return math.inf if self.last_frame is None else self.monotonic() - self.last_frame

    def problems(self) -> list[str]:
        """Codes of what is wrong; empty is well."""
        if not self.ready:
            return ["gateway_not_ready"]
        found = []
        if self.down:
            found.append("gateway_disconnected")
        if self.silence > SILENCE_LIMIT_S:
            found.append("gateway_silent")
        if self.latency() > LATENCY_LIMIT_S:
            found.append("gateway_slow")
        return found
