"""A small platform in memory that keeps Discord's promises about nonces, and the parts around it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from community.delivery import Delivery
from community.outbox import Card, Direct, Drop, ForumPost, Grant, Plan, Planner, Post
from community.ports import DeliveryError, EventDraft, Failure, Outgoing
from storage import members, outbox
from storage.engine import Database
from storage.members import Identity, Member, MemberState
from storage.networks import Network, NetworkPlace, Place
from storage.outbox import Outbox
from tests.conftest import SetClock

NONCE_WINDOW = timedelta(minutes=5)


class Crash(BaseException):
    """The process dies here: nobody catches it."""


@dataclass(frozen=True)
class Said:
    ref: str
    nonce: str
    text: str
    at: datetime
    mentions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    title: str
    body: str
    note: str = ""


class PlainRenderer:
    """Shows the template and its values: the words themselves have their own tests."""

    def variant(self, name: str, /, *, short: bool) -> str:
        return name

    def render(self, name: str, locale: str, /, **values: Any) -> Words:
        return Words(name, f"{locale} {name} {sorted(values.items())}")


@dataclass
class Platform:
    """Channels, forums, private channels and roles. ``trouble(step, call)`` may raise before or after."""

    clock: SetClock
    channels: dict[str, list[Said]] = field(default_factory=dict)
    forums: dict[str, list[Said]] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)  # accounts that refuse private messages
    grants: list[tuple[str, str]] = field(default_factory=list)
    opened: list[tuple[datetime, str]] = field(default_factory=list)
    trouble: Callable[[str, str], None] = lambda step, call: None
    _next: int = 1000

    def heard(self, channel: str) -> list[str]:
        return [said.text for said in self.channels[channel]]

    async def post(self, channel_ref: str, message: Outgoing, *, nonce: str) -> str:
        self.trouble("before", "post")
        if channel_ref not in self.channels:
            raise DeliveryError(Failure.GONE, code="10003")
        if channel_ref.removeprefix("dm-") in self.closed:
            raise DeliveryError(Failure.CLOSED, code="50007")
        for said in (said for messages in self.channels.values() for said in messages):
            if said.nonce == nonce and self.clock.now() - said.at < NONCE_WINDOW:
                return said.ref
        said = self._said(nonce, message)
        self.channels[channel_ref].append(said)
        self.trouble("after", "post")
        return said.ref

    async def find_post(self, channel_ref: str, nonce: str, *, since: datetime) -> str | None:
        self.trouble("before", "find")
        if channel_ref not in self.channels:
            raise DeliveryError(Failure.GONE, code="10003")
        found = [said.ref for said in self.channels[channel_ref] if said.nonce == nonce and said.at >= since]
        return found[0] if found else None

    async def edit(self, channel_ref: str, message_ref: str, message: Outgoing) -> None:
        raise NotImplementedError

    async def open_direct(self, account_ref: str) -> str:
        self.trouble("before", "open")
        self.opened.append((self.clock.now(), account_ref))
        self.channels.setdefault(f"dm-{account_ref}", [])
        self.trouble("after", "open")
        return f"dm-{account_ref}"

    async def find_thread(self, forum_ref: str, marker: str, *, since: datetime) -> str | None:
        self.trouble("before", "find")
        if forum_ref not in self.forums:
            raise DeliveryError(Failure.GONE, code="10003")
        found = [said.ref for said in self.forums[forum_ref] if said.nonce == marker and said.at >= since]
        return found[0] if found else None

    async def open_thread(self, forum_ref: str, message: Outgoing, *, marker: str) -> str:
        self.trouble("before", "thread")
        if forum_ref not in self.forums:
            raise DeliveryError(Failure.GONE, code="10003")
        said = self._said(marker, message)
        self.forums[forum_ref].append(said)
        self.trouble("after", "thread")
        return said.ref

    async def grant_role(self, server_ref: str, account_ref: str, role_ref: str, *, reason: str) -> None:
        self.trouble("before", "grant")
        if (account_ref, role_ref) not in self.grants:
            self.grants.append((account_ref, role_ref))
        self.trouble("after", "grant")

    async def revoke_role(self, server_ref: str, account_ref: str, role_ref: str, *, reason: str) -> None:
        raise NotImplementedError

    async def put_event(self, server_ref: str, event: EventDraft, event_ref: str | None) -> str:
        raise NotImplementedError

    async def keep_thread(
        self, channel_ref: str, *, archived: bool, locked: bool, tags: Mapping[str, bool]
    ) -> None: ...

    async def cancel_event(self, server_ref: str, event_ref: str) -> None:
        raise NotImplementedError

    def _said(self, nonce: str, message: Outgoing) -> Said:
        self._next += 1
        return Said(str(self._next), nonce, message.text.body, self.clock.now(), tuple(message.mentions))


@dataclass
class Script(Planner):
    """A planner that a test writes in one line; ``noted`` is what it was told after sending."""

    answer: Callable[[Outbox], Plan]
    noted: list[tuple[int | None, str]] = field(default_factory=list)

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        return self.answer(row)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        self.noted.append((row.id, ref))


class DirectPlanner(Planner):
    """As a real one does: the person must still be a member."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        assert row.recipient_id is not None
        member = await members.get(session, row.network_id, row.recipient_id)
        if member is None or member.state != MemberState.ACTIVE:
            return Drop("not_member")
        return Direct(row.recipient_id, Card("reminder", "fr", {"subject": row.subject_id}))


def in_channel(channel: str) -> Script:
    return Script(lambda row: Post(channel, Card("news", "fr", {"subject": row.subject_id})))


def in_forum(forum: str) -> Script:
    return Script(lambda row: ForumPost(forum, Card("card", "fr", {"subject": row.subject_id})))


def role() -> Script:
    return Script(lambda row: Grant("1", f"account-{row.subject_id}", "role", "accueil"))


@dataclass
class World:
    """One network on the platform, and its database."""

    db: Database
    clock: SetClock
    platform: Platform
    network_id: int
    planners: dict[str, Planner]

    def worker(self, **options: Any) -> Delivery:
        """Another process: it shares nothing but the database and the platform."""
        return Delivery(
            self.db, self.clock, self.platform, PlainRenderer(), self.planners, draw=lambda: 0.5, **options
        )

    async def member(self, number: int, *, direct_ref: str | None = None) -> int:
        async with self.db.transaction() as session:
            member = Member(
                network_id=self.network_id,
                display_name=f"Membre {number}",
                state=MemberState.ACTIVE,
                arrived_at=self.clock.now(),
            )
            session.add(member)
            await session.flush()
            assert member.id is not None
            session.add(
                Identity(
                    network_id=self.network_id,
                    member_id=member.id,
                    account_ref=f"account-{number}",
                    direct_ref=direct_ref,
                )
            )
            return member.id

    async def enqueue(self, kind: str, subject_id: int = 1, **options: Any) -> bool:
        async with self.db.transaction() as session:
            return await outbox.enqueue(
                session,
                **{
                    "network_id": self.network_id,
                    "kind": kind,
                    "dedupe_key": f"{kind}:{subject_id}:{options.get('recipient_id', 0)}",
                    "subject_id": subject_id,
                    "due_at": self.clock.now(),
                    "now": self.clock.now(),
                    **options,
                },
            )

    async def rows(self, kind: str | None = None) -> list[Outbox]:
        async with self.db.reading() as session:
            rows = (await session.exec(select(Outbox).order_by(Outbox.id))).all()  # type: ignore[arg-type]  # a column
        return [row for row in rows if kind is None or row.kind == kind]

    async def states(self, kind: str | None = None) -> list[tuple[str, str | None]]:
        return [(row.state, row.reason) for row in await self.rows(kind)]


async def make_world(db: Database, clock: SetClock) -> World:
    """A network with its usual places; kinds: news, private, card, role."""
    async with db.transaction() as session:
        network = Network(name="Réseau", server_ref="1", created_at=datetime(2026, 1, 1, tzinfo=UTC))
        session.add(network)
        await session.flush()
        assert network.id is not None
        for place in (Place.WELCOME, Place.FACILITATORS):
            session.add(NetworkPlace(network_id=network.id, place=place, channel_ref=place))
    channels = [Place.WELCOME, Place.FACILITATORS, "news"]
    platform = Platform(clock, {str(name): [] for name in channels}, {"forum": []})
    planners: dict[str, Planner] = {
        "news": in_channel("news"),
        "private": DirectPlanner(),
        "card": in_forum("forum"),
        "role": role(),
    }
    return World(db, clock, platform, network.id, planners)
