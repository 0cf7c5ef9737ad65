"""Rate limits as Discord tells them: buckets with their headers, the global limit, the invalid requests.

Discord publishes no number per route: all sizes here are settings, with plausible defaults.
``Buckets.off()`` never refuses (tests that are about something else), but still sends the headers.
"""

import hashlib
import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

RATE_LIMITED = "You are being rate limited."
VIA = "1.1 google"


@dataclass(frozen=True)
class Size:
    """``limit`` requests per ``seconds``, counted together for one value of the major parameter."""

    limit: int
    seconds: float


# (method, route template) → size; a route's template is Discord's ("/channels/{channel_id}/messages").
DEFAULT_SIZES: dict[tuple[str, str], Size] = {
    ("POST", "/channels/{channel_id}/messages"): Size(5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): Size(5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): Size(5, 1.0),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"): Size(1, 0.25),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"): Size(1, 0.25),
    ("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"): Size(10, 10.0),
    ("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"): Size(10, 10.0),
    ("PUT", "/applications/{application_id}/commands"): Size(2, 60.0),
    ("PUT", "/applications/{application_id}/guilds/{guild_id}/commands"): Size(2, 60.0),
    ("POST", "/users/@me/channels"): Size(10, 60.0),
    ("POST", "/webhooks/{application_id}/{token}"): Size(5, 2.0),
    ("PATCH", "/channels/{channel_id}"): Size(5, 10.0),
}
ANY_OTHER = Size(50, 1.0)


@dataclass(frozen=True)
class Settings:
    sizes: dict[tuple[str, str], Size] = field(default_factory=lambda: dict(DEFAULT_SIZES))
    other: Size = ANY_OTHER
    global_size: Size | None = field(default_factory=lambda: Size(50, 1.0))
    invalid: Size | None = field(default_factory=lambda: Size(10_000, 600.0))
    enforced: bool = True


@dataclass(frozen=True)
class Verdict:
    """Let it pass, or refuse; in both cases the headers to send."""

    allowed: bool
    headers: dict[str, str]
    body: dict[str, object] | None = None
    scope: str | None = None


class Buckets:
    """One for the whole sandbox. ``who`` is the bot (or the address of an anonymous caller).

    Counts in real time unless told otherwise: bots wait in real time, also while the sandbox's clock
    stands.
    """

    def __init__(self, settings: Settings | None = None, now: Callable[[], datetime] | None = None) -> None:
        self.settings = settings or Settings()
        self._now = now = now or _real
        self.sizes = dict(self.settings.sizes)
        self._windows: dict[tuple[str, str, str], _Window] = {}
        self._globals: dict[str, _Window] = {}
        self.invalid = InvalidRequests(now, self.settings.invalid)
        self.refused = 0

    @classmethod
    def off(cls) -> "Buckets":
        return cls(Settings(global_size=None, invalid=None, enforced=False))

    def size(self, method: str, route: str) -> Size:
        return self.sizes.get((method, route), self.settings.other)

    def set_size(self, method: str, route: str, limit: int, seconds: float) -> None:
        """From now on, for this route; what was counted is forgotten."""
        self.sizes[method, route] = Size(limit, seconds)
        name = bucket_name(method, route)
        for key in [key for key in self._windows if key[1] == name]:
            del self._windows[key]

    def take(self, who: str, method: str, route: str, major: str = "", *, exempt: bool = False) -> Verdict:
        """Count one request. ``exempt``: interaction endpoints stand outside the global limit."""
        now = self._now().timestamp()
        settings = self.settings
        if settings.enforced and settings.global_size is not None and not exempt:
            window = self._globals.setdefault(who, _Window(settings.global_size))
            if not window.take(now):
                self.refused += 1
                return refusal(window.left(now), scope="global")
        name = bucket_name(method, route)
        key = (who, name, major)
        if len(self._windows) > 20_000:
            # Each interaction's token is a major parameter: forget the windows that are over.
            self._windows = {k: window for k, window in self._windows.items() if window.resets > now}
        window = self._windows.get(key) or self._windows.setdefault(key, _Window(self.size(method, route)))
        allowed = window.take(now) or not settings.enforced
        headers = {
            "X-RateLimit-Limit": str(window.size.limit),
            "X-RateLimit-Remaining": str(window.remaining),
            "X-RateLimit-Reset": f"{window.resets:.3f}",
            "X-RateLimit-Reset-After": f"{window.left(now):.3f}",
            "X-RateLimit-Bucket": name,
        }
        if allowed:
            return Verdict(True, headers)
        self.refused += 1
        return refusal(window.left(now), scope="user", headers=headers)

    def forget(self) -> None:
        """Empty every bucket."""
        self._windows.clear()
        self._globals.clear()


class InvalidRequests:
    """401, 403 and 429 (a shared 429 is not counted) per address; beyond the limit, a temporary ban."""

    def __init__(self, now: Callable[[], datetime], size: Size | None) -> None:
        self.size = size
        self._now = now
        self._times: dict[str, deque[float]] = {}

    def note(self, who: str, status: int, *, scope: str | None = None) -> None:
        if status in (401, 403) or (status == 429 and scope != "shared"):
            self._times.setdefault(who, deque()).append(self._now().timestamp())

    def count(self, who: str) -> int:
        """In the window that ends now."""
        times = self._times.get(who)
        if not times:
            return 0
        oldest = self._now().timestamp() - (self.size.seconds if self.size else 600.0)
        while times and times[0] <= oldest:
            times.popleft()
        return len(times)

    def total(self) -> int:
        return sum(self.count(who) for who in list(self._times))

    def is_banned(self, who: str) -> bool:
        """A banned caller gets 429, an HTML body and no Via: see ``faults.BAN_PAGE``."""
        return self.size is not None and self.count(who) >= self.size.limit

    def forget(self) -> None:
        self._times.clear()


def refusal(
    retry_after: float,
    *,
    scope: str,
    headers: dict[str, str] | None = None,
    via: bool = True,
    code: int | None = None,
) -> Verdict:
    """A 429 as Discord writes it. Without ``Via`` clients take it for a ban of the address."""
    retry_after = max(0.001, round(retry_after, 3))
    told = dict(headers or {})
    told["Retry-After"] = str(math.ceil(retry_after))
    told["X-RateLimit-Scope"] = scope
    if scope == "global":
        told["X-RateLimit-Global"] = "true"
    if via:
        told["Via"] = VIA
    body: dict[str, object] = {
        "message": RATE_LIMITED,
        "retry_after": retry_after,
        "global": scope == "global",
    }
    if code is not None:
        body["code"] = code
    return Verdict(False, told, body, scope)


def bucket_name(method: str, route: str) -> str:
    """The opaque name of a route's bucket, stable between runs."""
    return hashlib.sha256(f"{method} {route}".encode()).hexdigest()[:32]


def major(params: dict[str, str], names: Iterable[str] = ("channel_id", "guild_id", "webhook_id")) -> str:
    """The major parameter of a request's path parameters; webhooks and interactions add their token."""
    for name in names:
        if name in params:
            return params[name]
    return ":".join(
        params[name] for name in ("application_id", "token", "interaction_token") if name in params
    )


def _real() -> datetime:
    return datetime.now(UTC)


class _Window:
    """A fixed window that opens with its first request."""

    __slots__ = ("resets", "size", "used")

    def __init__(self, size: Size) -> None:
        self.size = size
        self.used = 0
        self.resets = 0.0

    @property
    def remaining(self) -> int:
        return max(0, self.size.limit - self.used)

    def left(self, now: float) -> float:
        return max(0.0, self.resets - now)

    def take(self, now: float) -> bool:
        if now >= self.resets or self.resets - now > self.size.seconds:
            self.used = 0
            self.resets = now + self.size.seconds
        if self.used >= self.size.limit:
            return False
        self.used += 1
        return True
