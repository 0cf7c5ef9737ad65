"""What the use cases need from outside; ``bot`` supplies it. References are text, never Discord ints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from community.actors import Standing


class Clock(Protocol):
    def now(self) -> datetime:
        """The current instant, aware UTC."""
        ...


class Rendered(Protocol):
    """Words ready to send, in Markdown."""

    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def note(self) -> str: ...


class Renderer(Protocol):
    def variant(self, name: str, /, *, short: bool) -> str:
        """The template to fill for this reader: the short version, where it is wanted and there is one."""
        ...

    def render(self, name: str, locale: str, /, **values: Any) -> Rendered:
        """Fill the template ``name`` ("library/decided") in ``locale``."""
        ...

    def render_parts(self, parts: Mapping[str, str], locale: str, /, **values: Any) -> Rendered:
        """Fill a network's own words for a template."""
        ...


class Labels(Protocol):
    """Short words that end up on the platform itself: names of channels, of roles, of themes."""

    def label(self, key: str, locale: str, /, **values: Any) -> str: ...

    def table(self, prefix: str, locale: str, /) -> dict[str, str]:
        """Every label under ``prefix``, in the order of the file."""
        ...


class Broken(Protocol):
    """What is wrong with words that a network wrote: ``problem`` is a code."""

    part: str
    line: int
    problem: str
    name: str


class Templates(Protocol):
    """The words as they are shipped, and what may stand for them."""

    def shipped(self, name: str, locale: str, /) -> dict[str, str]: ...
    def fault(self, name: str, locale: str, parts: Mapping[str, str], /) -> Broken | None: ...
    def values_of(self, name: str, /) -> list[str]: ...
    def sample(self, name: str, locale: str, parts: Mapping[str, str], /) -> Rendered: ...


class Wording(Labels, Renderer, Templates, Protocol):
    """All of it, as ``prompts.Words`` is."""


@dataclass(frozen=True)
class Button:
    """A button under a message: an action's name ("library.approve") and the subject's id, nothing else.

    ``extra`` is one more small number where the action needs it (a page, a rating). ``label``: what the
    network calls it; without one, the words of the action.
    """

    action: str
    subject_id: int = 0
    extra: int = 0
    style: str = "secondary"  # primary, secondary, success, danger
    url: str | None = None  # a link button has an address instead of an action
    label: str = ""


@dataclass(frozen=True)
class Outgoing:
    """A message for the platform. ``mentions`` are the only accounts that may be pinged."""

    text: Rendered
    locale: str
    rows: Sequence[Sequence[Button]] = ()
    mentions: Sequence[str] = ()
    tags: Sequence[str] = ()  # theme names, for a forum post


class Failure(StrEnum):
    """Why the platform did not take it. Only ``RETRY`` is worth another try at the same place."""

    RETRY = "retry"
    CLOSED = "closed"  # the person refuses private messages
    FORBIDDEN = "forbidden"  # the bot may not do it here
    GONE = "gone"  # the channel, message or person is no more
    SLOW_DOWN = "slow_down"  # private channels were opened too fast: stop opening for a while
    UNTAGGED = "untagged"  # the forum wants a tag on each post, and has none for this one
    REJECTED = "rejected"  # the platform found the message itself invalid: a defect of ours


class DeliveryError(Exception):
    """Raised by a Messenger. ``retry_after`` is in seconds where the platform said so.

    ``unsure``: the platform may have done it all the same (the answer was lost).
    """

    def __init__(
        self, failure: Failure, *, retry_after: float | None = None, code: str = "", unsure: bool = False
    ) -> None:
        super().__init__(f"{failure} {code}".strip())
        self.failure = failure
        self.retry_after = retry_after
        self.code = code
        self.unsure = unsure


@dataclass(frozen=True)
class EventDraft:
    """One of the platform's own events, in plain text. ``marker`` is in its description: we find it by it."""

    name: str
    description: str
    location: str
    starts_at: datetime
    ends_at: datetime
    marker: str


class Messenger(Protocol):
    """One platform. Every method is idempotent, or says how to reconcile. All raise DeliveryError."""

    async def post(self, channel_ref: str, message: Outgoing, *, nonce: str) -> str:
        """Post and return the message's reference. The same nonce within minutes posts once.

        Empty when it was posted by an earlier try and somebody deleted it since.
        """
        ...

    async def find_post(self, channel_ref: str, nonce: str, *, since: datetime) -> str | None:
        """Our message of that nonce, looked for among those since then: a nonce is forgotten in minutes."""
        ...

    async def edit(self, channel_ref: str, message_ref: str, message: Outgoing) -> None: ...

    async def open_direct(self, account_ref: str) -> str:
        """The private channel's reference. Rationed by the platform: keep the answer."""
        ...

    async def find_thread(self, forum_ref: str, marker: str, *, since: datetime) -> str | None:
        """The thread opened since then whose first message carries ``marker``, open or archived."""
        ...

    async def open_thread(self, forum_ref: str, message: Outgoing, *, marker: str) -> str:
        """Open a forum thread. No nonce exists for this: call ``find_thread`` before a second try."""
        ...

    async def grant_role(self, server_ref: str, account_ref: str, role_ref: str, *, reason: str) -> None: ...

    async def revoke_role(self, server_ref: str, account_ref: str, role_ref: str, *, reason: str) -> None: ...

    async def find_room(self, server_ref: str, channel_ref: str, name: str, *, since: datetime) -> str | None:
        """Our private thread of that name in the channel, opened since then."""
        ...

    async def open_room(self, channel_ref: str, name: str) -> str:
        """Open a private thread. No nonce exists for this: call ``find_room`` before a second try."""
        ...

    async def admit(self, thread_ref: str, account_ref: str) -> None:
        """Let somebody into a private thread; an archived one is opened again."""
        ...

    async def close_room(self, thread_ref: str) -> None:
        """Archive a thread; one that is gone is left."""
        ...

    async def find_role(self, server_ref: str, name: str, *, since: datetime) -> str | None:
        """The role of that name and without rights that was made since then."""
        ...

    async def make_role(self, server_ref: str, name: str, *, reason: str) -> str:
        """A role without any right. Call ``find_role`` before a second try."""
        ...

    async def end_role(self, server_ref: str, role_ref: str, *, reason: str) -> None:
        """Delete a role that ``make_role`` made; one that is gone is left."""
        ...

    async def put_event(self, server_ref: str, event: EventDraft, event_ref: str | None) -> str:
        """Bring the event up to date, or make it; looked for by its marker first: a second try makes none."""
        ...

    async def keep_thread(
        self, channel_ref: str, *, archived: bool, locked: bool, tags: Mapping[str, bool]
    ) -> None:
        """Archive and lock a thread or the reverse, put on and take off tags where its forum has them."""
        ...

    async def cancel_event(self, server_ref: str, event_ref: str) -> None:
        """It does not take place; one that is over or gone is left."""
        ...


@dataclass(frozen=True)
class WantedRole:
    """A role without any right. ``known_name``: what we called the role of that reference last."""

    name: str
    known_ref: str | None = None
    known_name: str = ""


@dataclass(frozen=True)
class StandingRole:
    """``adopted``: it was there before us. ``made``: by this very run."""

    ref: str
    name: str  # as we called it last
    adopted: bool = False
    made: bool = False


class PlatformDown(Exception):
    """The platform cannot be asked now."""


class Roster(Protocol):
    """Whom a platform's servers show now."""

    async def standing(self, server_ref: str, account_ref: str) -> Standing | None:
        """Somebody on a server, with the roles that they wear; None when they are not there.

        Raises PlatformDown.
        """
        ...


@dataclass(frozen=True)
class ServerPlan:
    """What ``ServerBuilder`` must make or adopt: names come from the words, in the network's language."""

    role_names: Mapping[str, str]  # RoleName -> shown name, from the highest to the lowest
    channel_names: Mapping[str, str]  # Place -> shown name
    channel_topics: Mapping[str, str]
    category_name: str
    theme_names: Sequence[str]  # as the tags of forums
    known_roles: Mapping[str, str] = field(
        default_factory=dict
    )  # RoleName -> reference to keep if it still exists
    known_channels: Mapping[str, str] = field(default_factory=dict)
    renamed_tags: Mapping[str, str] = field(default_factory=dict)  # as the forum has them -> as they are now
    other_tag: str = ""  # for what fits no theme, where a forum wants a tag on each post
    known_panel: str | None = None  # the permanent message in the welcome place
    theme_roles: Mapping[int, WantedRole] | None = None  # by theme; None: the network wants none
    known_theme_panel: str | None = None  # the message there that they are taken from


@dataclass(frozen=True)
class ServerState:
    """What stands on the server after set-up or at a check."""

    roles: Mapping[str, str]
    channels: Mapping[str, str]
    missing_permissions: Mapping[str, Sequence[str]] = field(
        default_factory=dict
    )  # place or "server" -> permissions
    created: Sequence[str] = ()
    adopted: Sequence[str] = ()
    # Places and roles that do not exist, "panel" and "theme_panel" for the permanent messages.
    missing: Sequence[str] = ()
    theme_roles: Mapping[int, StandingRole] = field(default_factory=dict)
    theme_troubles: Mapping[str, Sequence[int]] = field(default_factory=dict)  # what is wrong -> which themes


@dataclass(frozen=True)
class Mail:
    """An e-mail to one person: a template, sent as text and as HTML. ``stop_url``: one click ends it."""

    to: str
    template: str
    locale: str
    values: Mapping[str, Any]
    stop_url: str | None = None


class Mailer(Protocol):
    """Sends e-mail. Raises DeliveryError."""

    async def send(self, mail: Mail, *, nonce: str) -> str:
        """Hand it over; its reference. The same nonce is the same message, should it be sent twice."""
        ...


class ServerBuilder(Protocol):
    """Makes and checks roles, channels and forums of a server."""

    async def build(self, server_ref: str, plan: ServerPlan) -> ServerState:
        """Create or adopt all; running it twice changes nothing the second time."""
        ...

    async def check(self, server_ref: str, plan: ServerPlan) -> ServerState:
        """Look only."""
        ...


class Outcome(StrEnum):
    """What a visit of a web page met."""

    OK = "ok"
    REFUSED = "refused"  # somebody answers, and does not want us: 401, 403, 405, 451…
    BUSY = "busy"  # 429: nothing is known
    UNASKED = "unasked"  # robots.txt asks not to
    GONE = "gone"  # 404, 410
    FAILING = (
        "failing"  # no answer, or a broken one: name, connection, certificate, time, 5xx, endless redirects
    )


@dataclass(frozen=True)
class Visit:
    """``moved_to``: where every redirect on the way was permanent, the last address."""

    outcome: Outcome
    status: int = 0  # 0: there was no answer
    moved_to: str | None = None


@dataclass(frozen=True)
class Fetched:
    """The beginning of a page (or a whole small file), as bytes. ``complete`` is False when cut short."""

    url: str
    content_type: str  # without parameters, in lower case
    charset: str | None
    body: bytes
    complete: bool
    facts: Mapping[str, str] = field(default_factory=dict)  # what a PDF says of itself: "title"…


class Unreachable(Exception):
    """A page that cannot be read. ``outcome`` says why, as a visit would."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


class WebReader(Protocol):
    """Reads the public web, politely, and never the operator's own network."""

    async def visit(self, url: str) -> Visit:
        """Whether the page is there. Never raises: what goes wrong is an outcome."""
        ...

    async def read(self, url: str) -> Fetched:
        """The page's beginning, or the whole document when it is small. Raises Unreachable."""
        ...
