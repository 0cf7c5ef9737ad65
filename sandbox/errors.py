"""What Discord answers when it refuses: the catalogue of codes and the tree of a bad form.

Nothing else in the sandbox writes an error body, so that a client reads the same shapes everywhere. The
status of most codes is not documented; families follow what public reports show.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

Key = str | int
Path = Sequence[Key]

INVALID_FORM = 50035
REQUIRED = "This field is required"

# status → {code: message}; codes are Discord's JSON error codes.
_CATALOGUE: dict[int, dict[int, str]] = {
    400: {
        20012: "You are not authorized to perform this action on this application",
        30001: "Maximum number of guilds reached (100)",
        30003: "Maximum number of pins reached for the channel (250)",
        30005: "Maximum number of guild roles reached (250)",
        30007: "Maximum number of webhooks reached (15)",
        30010: "Maximum number of reactions reached (20)",
        30013: "Maximum number of guild channels reached (500)",
        30015: "Maximum number of attachments in a message reached (10)",
        30030: "Maximum number of server categories has been reached (5)",
        30032: "Maximum number of application commands reached",
        30033: "Maximum number of thread participants has been reached (1000)",
        30034: "Maximum number of daily application command creates has been reached (200)",
        30038: "Maximum number of guild scheduled events reached (100)",
        30047: "Maximum number of pinned threads in a forum channel has been reached",
        30048: "Maximum number of tags in a forum channel has been reached",
        30060: "Maximum number of permission overwrites reached (1000)",
        40007: "The user is banned from this guild",
        40058: "Cannot send a message in a forum channel",
        40060: "Interaction has already been acknowledged.",
        40061: "Tag names must be unique",
        40062: "Service resource is being rate limited.",
        40066: "There are no tags available that can be set by non-moderators",
        40067: "A tag is required to create a forum post in this channel",
        40094: "This interaction has reached the maximum number of follow-up messages",
        50003: "Cannot execute action on a DM channel",
        50006: "Cannot send an empty message",
        50008: "Cannot send messages in a non-text channel",
        50016: "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 "
        "messages to delete",
        50019: "A message can only be pinned to the channel it was sent in",
        50021: "Cannot execute action on a system message",
        50024: "Cannot execute action on this channel type",
        50028: "Invalid role",
        50033: "Invalid recipient(s)",
        50034: "A message provided was too old to bulk delete",
        50035: "Invalid Form Body",
        50041: "Invalid API version provided",
        50045: "File uploaded exceeds the maximum size",
        50046: "Invalid file uploaded",
        50055: "Invalid guild",
        50068: "Invalid message type",
        50074: "Cannot delete a channel required for Community guilds",
        50083: "Thread is archived",
        50084: "Invalid thread notification settings",
        50085: "before value is earlier than the thread creation date",
        50091: "This server cannot start this event",
        50109: "The request body contains invalid JSON.",
        160004: "A thread has already been created for this message",
        160006: "Maximum number of active threads reached",
        180000: "Cannot update a finished event",
        220001: "Webhooks posted to forum channels must have a thread_name or thread_id",
        220003: "Webhooks can only create threads in forum channels",
        350000: "Cannot enable onboarding, requirements are not met",
        350001: "Cannot update onboarding while below requirements",
    },
    401: {
        40001: "Unauthorized. Provide a valid token and try again",
        50014: "Invalid authentication token provided",
        50027: "Invalid Webhook Token",
    },
    403: {
        20001: "Bots cannot use this endpoint",
        20018: "Only the owner of this account can perform this action",
        40003: "You are opening direct messages too fast",
        40333: "internal network error",
        50001: "Missing Access",
        50005: "Cannot edit a message authored by another user",
        50007: "Cannot send messages to this user",
        50013: "Missing Permissions",
        50278: "Cannot send messages to this user due to having no mutual guilds",
        60003: "Two factor is required for this operation",
        160002: "Cannot reply without permission to read message history",
        160005: "Thread is locked",
    },
    404: {
        10002: "Unknown Application",
        10003: "Unknown Channel",
        10004: "Unknown Guild",
        10005: "Unknown Integration",
        10006: "Unknown Invite",
        10007: "Unknown Member",
        10008: "Unknown Message",
        10009: "Unknown Permission Overwrite",
        10011: "Unknown Role",
        10013: "Unknown User",
        10014: "Unknown Emoji",
        10015: "Unknown Webhook",
        10026: "Unknown Ban",
        10057: "Unknown Guild Template",
        10060: "Unknown Sticker",
        10062: "Unknown interaction",
        10063: "Unknown application command",
        10065: "Unknown voice state",
        10066: "Unknown application command permissions",
        10067: "Unknown Stage Instance",
        10070: "Unknown Guild Scheduled Event",
        10071: "Unknown Guild Scheduled Event User",
        10087: "Unknown Tag",
    },
    413: {40005: "Request entity too large. Try sending something smaller in size"},
    429: {
        20016: "This action cannot be performed due to slowmode rate limit",
        20028: "The write action you are performing on the channel has hit the write rate limit",
        20029: "The write action you are performing on the server has hit the write rate limit",
        30046: "Maximum number of edits to messages older than 1 hour reached. Try again later",
        31001: "You are being rate limited.",
    },
    202: {110000: "Index not yet available. Try again later"},
}

CATALOGUE: dict[int, tuple[int, str]] = {
    code: (status, message) for status, family in _CATALOGUE.items() for code, message in family.items()
}


class ApiError(Exception):
    """An answer that is not a success: HTTP status and Discord's JSON body."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        errors: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    @classmethod
    def of(cls, code: int, message: str | None = None, *, status: int | None = None, **extra: Any) -> Self:
        """The catalogue's answer for ``code`` (``ApiError.of(10003)``), with other words or status."""
        usual, words = CATALOGUE[code]
        return cls(status or usual, code, message or words, extra=extra)

    @classmethod
    def form(cls, errors: Mapping[str, Any]) -> Self:
        """50035 with an errors tree already built; ``Form`` builds one."""
        return cls(400, INVALID_FORM, "Invalid Form Body", errors)

    @classmethod
    def leaf(cls, path: Path, code: str, message: str) -> Self:
        """50035 with a single leaf."""
        form = Form()
        form.add(path, code, message)
        return cls.form(form.tree())

    @classmethod
    def not_found(cls) -> Self:
        """A route that Discord does not have."""
        return cls(404, 0, "404: Not Found")

    @classmethod
    def method_not_allowed(cls) -> Self:
        return cls(405, 0, "405: Method Not Allowed")

    @classmethod
    def unauthorized(cls) -> Self:
        return cls(401, 0, "401: Unauthorized")

    @classmethod
    def not_implemented(cls, route: str) -> Self:
        """A route that Discord has and the sandbox lacks: loud, so that the test which needed it fails."""
        return cls(501, 0, f"The sandbox does not serve {route}")

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        answer: dict[str, Any] = {"message": self.message, "code": self.code}
        if self.errors is not None:
            answer["errors"] = self.errors
        return answer | self.extra


class Form:
    """Collects what is wrong with a body, leaf by leaf; ``check`` raises it all at once as Discord does."""

    def __init__(self) -> None:
        self._leaves: list[tuple[tuple[str, ...], str, str]] = []

    def __bool__(self) -> bool:
        """True when something is wrong."""
        return bool(self._leaves)

    def __len__(self) -> int:
        return len(self._leaves)

    def add(self, path: Path, code: str, message: str) -> None:
        """One complaint at ``path``: ``form.add(("embeds", 0, "title"), "BASE_TYPE_REQUIRED", …)``."""
        self._leaves.append((tuple(str(key) for key in path), code, message))

    def required(self, path: Path) -> None:
        self.add(path, "BASE_TYPE_REQUIRED", REQUIRED)

    def too_long(self, path: Path, limit: int) -> None:
        self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")

    def bad_length(self, path: Path, least: int, most: int) -> None:
        self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")

    def not_one_of(self, path: Path, allowed: Iterable[object]) -> None:
        listed = ", ".join(str(value) for value in allowed)
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {{{listed}}}.")

    def has_errors_under(self, path: Path) -> bool:
        prefix = tuple(str(key) for key in path)
        return any(leaf[: len(prefix)] == prefix for leaf, _, _ in self._leaves)

    def tree(self) -> dict[str, Any]:
        """The ``errors`` object: keys mirror the request, array indexes are strings."""
        root: dict[str, Any] = {}
        for path, code, message in self._leaves:
            node = root
            for key in path:
                node = node.setdefault(key, {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return root

    def check(self) -> None:
        """Raise 50035 if anything was added."""
        if self._leaves:
            raise ApiError.form(self.tree())
