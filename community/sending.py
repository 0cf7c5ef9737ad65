"""One try at one way: opens the private channel where needed, renders, calls the platform.

Knows nothing of tries, leases and states: that is ``delivery.py``.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import texts
from community.outbox import (
    Admit,
    CancelEvent,
    Card,
    CloseRoom,
    Direct,
    Edit,
    EndRole,
    ForumPost,
    GiveUp,
    Grant,
    KeepThread,
    MakeRole,
    OpenRoom,
    Plan,
    Post,
    PutEvent,
    Revoke,
    RoomWay,
    SendMail,
)
from community.ports import Clock, DeliveryError, Failure, Mailer, Messenger, Outgoing, Renderer
from storage import members, networks, outbox
from storage import texts as stored_texts
from storage.engine import Database
from storage.members import Identity
from storage.networks import Place
from storage.outbox import Outbox

Way = (
    Post
    | Direct
    | ForumPost
    | Edit
    | Grant
    | Revoke
    | PutEvent
    | CancelEvent
    | KeepThread
    | SendMail
    | RoomWay
)

DIRECT_RETRIED_AFTER = timedelta(days=1)  # someone who refused private messages may have changed their mind
_CLOCKS_DIFFER = timedelta(minutes=5)  # between the platform's instants and ours
log = logging.getLogger(__name__)

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


# (template, language) -> the parts that the network wrote for itself.
OwnWords = Mapping[tuple[str, str], Mapping[str, str]]


class Postponed(Exception):
    """Nothing was tried: private channels are opened slowly, and this minute's share is used up."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"until {until.isoformat()}")
        self.until = until


@dataclass(frozen=True)
class Itinerary:
    """The ways of a row, best first, and the account of the person where one of them is private."""

    ways: tuple[Way, ...]
    identity: Identity | None = None
    start: int = 0  # 1 when the person is known to refuse private messages
    quiet: bool = False  # not arriving is no one's concern
    own_words: OwnWords = field(default_factory=dict)

    def way(self, fallback: int) -> tuple[int, Way] | None:
        """The way to try after ``fallback`` refusals, and its place in the list."""
        index = max(fallback, self.start)
        return (index, self.ways[index]) if index < len(self.ways) else None


def nonce_of(row: Outbox, index: int) -> str:
    """One per row, recipient and way, the same at every try; at most 25 characters.

    The instant of creation keeps apart the rows of a database that was started anew.
    """
    parts = (row.id or 0, row.recipient_id or 0, index, int(row.created_at.timestamp()))
    return "-".join(_base36(part) for part in parts)


class Sender:
    """Calls the messenger. Every method raises DeliveryError, or Postponed."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        messenger: Messenger,
        renderer: Renderer,
        *,
        platform: str,
        openings_per_minute: int,
        mailer: Mailer | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._messenger = messenger
        self._renderer = renderer
        self._platform = platform
        self._openings_per_minute = openings_per_minute
        self._mailer = mailer

    async def find(self, row: Outbox, way: Way, identity: Identity | None, nonce: str) -> str | None:
        """What an earlier try of this way left on the platform, if anything."""
        since = (row.first_tried_at or row.created_at) - _CLOCKS_DIFFER
        match way:
            case Post():
                return await self._messenger.find_post(way.channel_ref, nonce, since=since)
            case Direct() if identity is not None and identity.direct_ref is not None:
                return await self._messenger.find_post(identity.direct_ref, nonce, since=since)
            case ForumPost():
                return await self._messenger.find_thread(way.forum_ref, nonce, since=since)
            case OpenRoom():
                return await self._messenger.find_room(way.server_ref, way.channel_ref, way.name, since=since)
            case MakeRole():
                return await self._messenger.find_role(way.server_ref, way.name, since=since)
        return None  # nothing was posted, or doing it again changes nothing

    async def own_words(self, planned: Itinerary, index: int, network_id: int) -> Way:
        """The way, filled with the network's own words where it has some that work; else as it is."""
        way = planned.ways[index]
        if not isinstance(way, Post | Direct | ForumPost | Edit):
            return way
        card = way.card
        parts = planned.own_words.get((card.template, card.locale))
        if parts is None or self._name_of(card) != card.template:  # who needs short sentences gets those
            return way
        try:
            said = self._renderer.render_parts(parts, card.locale, **card.values)
        except Exception:
            # Whatever it is: what members get must not depend on it.
            log.warning("own words failed network=%s template=%s", network_id, card.template, exc_info=True)
            async with self._db.transaction() as session:
                await texts.failed(session, network_id, card.template, card.locale, self._clock.now())
            return way
        return replace(way, card=replace(card, said=said))

    async def send(self, way: Way, identity: Identity | None, nonce: str) -> str:
        """Do it; the platform's reference, empty where there is none."""
        match way:
            case Post():
                return await self._messenger.post(way.channel_ref, self._render(way.card), nonce=nonce)
            case Direct():
                channel_ref = await self._direct_channel(identity)
                return await self._messenger.post(channel_ref, self._render(way.card), nonce=nonce)
            case ForumPost():
                message = self._render(way.card, tags=tuple(way.tags))
                return await self._messenger.open_thread(way.forum_ref, message, marker=nonce)
            case Edit():
                await self._messenger.edit(way.channel_ref, way.message_ref, self._render(way.card))
            case Grant():
                await self._messenger.grant_role(
                    way.server_ref, way.account_ref, way.role_ref, reason=way.reason
                )
            case Revoke():
                await self._messenger.revoke_role(
                    way.server_ref, way.account_ref, way.role_ref, reason=way.reason
                )
            case PutEvent():
                return await self._messenger.put_event(way.server_ref, way.event, way.event_ref)
            case KeepThread():
                await self._messenger.keep_thread(
                    way.channel_ref, archived=way.archived, locked=way.locked, tags=way.tags
                )
            case CancelEvent():
                await self._messenger.cancel_event(way.server_ref, way.event_ref)
            case SendMail():
                if self._mailer is None:
                    raise DeliveryError(Failure.FORBIDDEN, code="no_smtp")
                return await self._mailer.send(way.mail, nonce=nonce)
            case OpenRoom() | Admit() | CloseRoom() | MakeRole() | EndRole():
                return await self._room(way)
        return ""

    async def _room(self, way: RoomWay) -> str:
        match way:
            case OpenRoom():
                return await self._messenger.open_room(way.channel_ref, way.name)
            case Admit():
                await self._messenger.admit(way.thread_ref, way.account_ref)
            case CloseRoom():
                await self._messenger.close_room(way.thread_ref)
            case MakeRole():
                return await self._messenger.make_role(way.server_ref, way.name, reason=way.reason)
            case EndRole():
                await self._messenger.end_role(way.server_ref, way.role_ref, reason=way.reason)
        return ""

    def _render(self, card: Card, *, tags: tuple[str, ...] = ()) -> Outgoing:
        text = card.said or self._renderer.render(self._name_of(card), card.locale, **card.values)
        return Outgoing(text, card.locale, card.rows, card.mentions, tags)

    def _name_of(self, card: Card) -> str:
        return self._renderer.variant(card.template, short=card.short)

    async def _direct_channel(self, identity: Identity | None) -> str:
        if identity is None:
            raise DeliveryError(Failure.GONE, code="no_account")
        if identity.direct_ref is not None:
            return identity.direct_ref
        now = self._clock.now()
        async with self._db.transaction() as session:
            wait_until = await outbox.take_opening(
                session, self._platform, now, per_minute=self._openings_per_minute
            )
        if wait_until is not None:
            raise Postponed(wait_until)
        channel_ref = await self._messenger.open_direct(identity.account_ref)
        async with self._db.transaction() as session:
            await members.keep_direct(session, identity, channel_ref)
        return channel_ref


async def itinerary(
    session: AsyncSession, plan: Plan, row: Outbox, *, platform: str, now: datetime
) -> Itinerary | GiveUp:
    """Spell out the ways of a plan. A private message without a fallback gets the general one."""
    own = await _own_words(session, plan, row.network_id)
    if not isinstance(plan, Direct):
        return Itinerary(_chain(plan), own_words=own)
    identity = await members.identity(session, row.network_id, plan.member_id, platform)
    reader = await members.get(session, row.network_id, plan.member_id)
    if reader is not None and reader.short_sentences:
        plan = replace(plan, card=replace(plan.card, short=True))
    welcome = (await networks.places(session, row.network_id)).get(Place.WELCOME)
    if identity is None:
        return GiveUp("no_account")
    fallback = plan.fallback
    if fallback is None and welcome is not None and not plan.quiet:
        fallback = Post(
            welcome.channel_ref,
            Card(
                "delivery/closed_direct",
                plan.card.locale,
                {"account": identity.account_ref},
                mentions=(identity.account_ref,),
            ),
        )
    closed_at = identity.direct_closed_at
    closed = closed_at is not None and now < closed_at + DIRECT_RETRIED_AFTER
    return Itinerary(
        (plan, *_chain(fallback)), identity, start=1 if closed else 0, quiet=plan.quiet, own_words=own
    )


async def _own_words(session: AsyncSession, plan: Plan, network_id: int) -> OwnWords:
    """Asked for only where a network may have some."""
    card = getattr(plan, "card", None)
    if not isinstance(card, Card) or not texts.editable(card.template):
        return {}
    return await stored_texts.used(session, network_id)


def _chain(plan: Plan | None) -> tuple[Way, ...]:
    match plan:
        case Post() | ForumPost() | Edit():
            return (plan, *_chain(plan.fallback))
        case Grant() | Revoke() | PutEvent() | CancelEvent() | KeepThread() | SendMail():
            return (plan,)
        case OpenRoom() | Admit() | CloseRoom() | MakeRole() | EndRole():
            return (plan,)
    return ()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
