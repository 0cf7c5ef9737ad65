"""Discord's identifiers, made from the sandbox's clock.

They sort by time, like the real ones: the message list, paging and `created_at` all rely on it. They never
repeat and never go back, even when the clock is moved backwards.
"""

from collections.abc import Callable
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Gives one new identifier after another."""

    def __init__(self, now: Callable[[], datetime], last: int = 0) -> None:
        self._now = now
        self.last = last

    def next(self) -> str:
        milliseconds = int(self._now().timestamp() * 1000) - EPOCH_MS
        self.last = max(milliseconds << 22, self.last + 1)
        return str(self.last)


def created_at(snowflake: str | int) -> datetime:
    """The instant that an identifier carries."""
    return datetime.fromtimestamp(((int(snowflake) >> 22) + EPOCH_MS) / 1000, UTC)
