"""What a due row becomes: a planner re-checks it, then says where it goes, with which words and buttons.

One planner per kind of row, beside the use cases that enqueue it. It reads, and never calls the platform:
``delivery.py`` renders, sends and keeps the score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community.ports import Button, EventDraft, Mail, Rendered
from storage.outbox import Outbox


@dataclass(frozen=True)
class Card:
    """The words to render when the row leaves: a template, its values, the buttons below.

    ``mentions`` are the account references that may be pinged; nobody else is.
    """

    template: str
    locale: str
    values: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Sequence[Button]] = ()
    mentions: Sequence[str] = ()
    said: Rendered | None = None  # filled already, with the network's own words
    short: bool = False  # its reader wants short sentences


@dataclass(frozen=True)
class Post:
    """A message in a channel or thread."""

    channel_ref: str
    card: Card
    fallback: "Post | None" = None  # where to say it when this place is forbidden or gone


@dataclass(frozen=True)
class Direct:
    """A private message. When the person refuses those, ``fallback``; without one, a mention in the welcome
    place that says that there is news, never what (others read it).

    ``quiet``: not worth a mention in public; it does not reach who refuses private messages, and all is well.
    """

    member_id: int
    card: Card
    fallback: Post | None = None
    quiet: bool = False


@dataclass(frozen=True)
class ForumPost:
    """A thread in a forum; the card's title is its name. ``tags`` are names of themes' tags."""

    forum_ref: str
    card: Card
    tags: Sequence[str] = ()
    fallback: Post | None = None


@dataclass(frozen=True)
class Edit:
    """Replace a message that an earlier row posted."""

    channel_ref: str
    message_ref: str
    card: Card
    fallback: Post | None = None


@dataclass(frozen=True)
class Grant:
    """Give a role on the platform. Doing it twice changes nothing."""

    server_ref: str
    account_ref: str
    role_ref: str
    reason: str  # shown in the server's audit log: plain text in the network's language


@dataclass(frozen=True)
class Revoke:
    """Take a role back."""

    server_ref: str
    account_ref: str
    role_ref: str
    reason: str


@dataclass(frozen=True)
class PutEvent:
    """Make one of the platform's own events, or bring it up to date."""

    server_ref: str
    event: EventDraft
    event_ref: str | None


@dataclass(frozen=True)
class CancelEvent:
    """It does not take place."""

    server_ref: str
    event_ref: str


@dataclass(frozen=True)
class SendMail:
    """An e-mail to an address that its owner confirmed, or the code that confirms it."""

    mail: Mail


@dataclass(frozen=True)
class KeepThread:
    """Bring a thread's state on the platform up to date. ``tags``: name of a forum's tag -> on or off, where
    the forum has such a tag.
    """

    channel_ref: str
    archived: bool
    locked: bool
    tags: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class OpenRoom:
    """Make a private thread in a channel. ``name`` is how an earlier try is found again."""

    server_ref: str
    channel_ref: str
    name: str


@dataclass(frozen=True)
class Admit:
    """Let somebody into a private thread."""

    thread_ref: str
    account_ref: str


@dataclass(frozen=True)
class CloseRoom:
    """Archive a thread."""

    thread_ref: str


@dataclass(frozen=True)
class MakeRole:
    """A role without any right."""

    server_ref: str
    name: str
    reason: str


@dataclass(frozen=True)
class EndRole:
    """Delete a role that we made."""

    server_ref: str
    role_ref: str
    reason: str


RoomWay = OpenRoom | Admit | CloseRoom | MakeRole | EndRole


@dataclass(frozen=True)
class Drop:
    """Nobody needs it any more: cancelled, already done, the person left. Nobody is told."""

    reason: str


@dataclass(frozen=True)
class GiveUp:
    """It is needed and cannot be done (the place was never set up): the facilitators are told."""

    reason: str


Act = Grant | Revoke | PutEvent | CancelEvent | KeepThread | SendMail | RoomWay
Plan = Post | Direct | ForumPost | Edit | Act | Drop | GiveUp


class Planner:
    """Says what a row of one kind is now. ``plan`` runs in a reading block at each try."""

    nudge = False  # True: its recipient asked for nothing, and the weekly budget of nudges counts it

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        """Reload, re-check (still planned? still a member? still wanted? may this place still see it?)."""
        raise NotImplementedError

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        """Runs in the transaction that marks the row sent: note ``ref`` where later edits look for it.

        ``ref`` is empty for roles and edits, or when the message was deleted meanwhile.
        """
