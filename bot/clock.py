"""The real clock. The demo and the tests give the sandbox's virtual one instead."""

from datetime import UTC, datetime


class SystemClock:
    def now(self) -> datetime:
        """The current instant, aware UTC."""
        return datetime.now(UTC)
