"""Small things that many routes share: the audit reason, and how much fits in a place."""

from urllib.parse import unquote

from sandbox.errors import ApiError

REASON = 512
# What there may be at most, and the code of the refusal.
LIMITS: dict[str, tuple[int, int]] = {
    "pins": (250, 30003),
    "roles": (250, 30005),
    "reactions": (20, 30010),
    "channels": (500, 30013),
    "attachments": (10, 30015),
    "thread_members": (1000, 30033),
    "command_creates": (200, 30034),
    "events": (100, 30038),
    "pinned_posts": (1, 30047),
    "tags": (20, 30048),
    "overwrites": (1000, 30060),
    "active_threads": (1000, 160006),
    "followups": (5, 40094),
}
IN_CATEGORY = 50


def audit_reason(header: str | None) -> str | None:
    """``X-Audit-Log-Reason`` decoded; 1 to 512 characters, cut beyond as the log does."""
    if not header:
        return None
    reason = unquote(header, errors="replace").strip()
    return reason[:REASON] or None


def room_for(what: str, count: int) -> None:
    """Refuse one more of ``what`` when ``count`` are there."""
    most, code = LIMITS[what]
    if count >= most:
        raise ApiError.of(code)


def room_in_category(count: int) -> None:
    """50 channels in a category; told on the field."""
    if count >= IN_CATEGORY:
        words = f"Maximum number of channels in category reached ({IN_CATEGORY})"
        raise ApiError.leaf(("parent_id",), "CHANNEL_PARENT_MAX_CHANNELS", words)
