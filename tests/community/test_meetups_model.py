"""Random lives of meetups against a simple model: seats, waiting list and reminders, on both databases.

Whatever is created, edited, moved, skipped, answered, restarted or slept through, and although the platform
loses answers: never a double seat, never a reminder lost, doubled, or of a meetup that moved or is off.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from community import meetups_rules as rules
from community.actors import Actor
from community.delivery import Delivery
from community.meetups_plan import REMINDER
from community.planners import planners
from community.ports import DeliveryError, EventDraft, Failure, Outgoing, Rendered
from prompts import Words
from storage.outbox import Outbox
from tests.community.conftest import Network
from tests.community.meetups import crowd, seats
from tests.community.meetups_book import Book

STEPS = 25
OFFSETS = rules.DEFAULT_REMINDERS


class Platform:
    """Takes every message; now and then its answer is lost although it took it."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self.nonces: dict[str, str] = {}

    async def post(self, channel_ref: str, message: Outgoing, *, nonce: str) -> str:
        if nonce not in self.nonces:
            self.nonces[nonce] = str(len(self.nonces) + 1)
            if self._draw.random() < 0.2:
                raise DeliveryError(Failure.RETRY, unsure=True)
        return self.nonces[nonce]

    async def find_post(self, channel_ref: str, nonce: str, *, since: datetime) -> str | None:
        return self.nonces.get(nonce)

    async def open_direct(self, account_ref: str) -> str:
        return f"dm-{account_ref}"

    async def put_event(self, server_ref: str, event: EventDraft, event_ref: str | None) -> str:
        return event_ref or f"event-{event.marker}"

    async def find_room(self, server_ref: str, channel_ref: str, name: str, *, since: datetime) -> str | None:
        return None

    async def open_room(self, channel_ref: str, name: str) -> str:
        return f"room-{name}"

    async def find_role(self, server_ref: str, name: str, *, since: datetime) -> str | None: ...
    async def make_role(self, server_ref: str, name: str, *, reason: str) -> str:
        raise NotImplementedError

    async def end_role(self, server_ref: str, role_ref: str, *, reason: str) -> None: ...
    async def admit(self, thread_ref: str, account_ref: str) -> None: ...
    async def close_room(self, thread_ref: str) -> None: ...
    async def edit(self, channel_ref: str, message_ref: str, message: Outgoing) -> None: ...
    async def keep_thread(
        self, channel_ref: str, *, archived: bool, locked: bool, tags: Mapping[str, bool]
    ) -> None: ...

    async def cancel_event(self, server_ref: str, event_ref: str) -> None: ...
    async def grant_role(self, server_ref: str, account_ref: str, role_ref: str, *, reason: str) -> None: ...
    async def revoke_role(self, server_ref: str, account_ref: str, role_ref: str, *, reason: str) -> None: ...
    async def find_thread(self, forum_ref: str, marker: str, *, since: datetime) -> str | None: ...
    async def open_thread(self, forum_ref: str, message: Outgoing, *, marker: str) -> str:
        raise NotImplementedError


class Plain:
    """Words do not matter here."""

    def variant(self, name: str, /, *, short: bool) -> str:
        return name

    def render(self, name: str, locale: str, /, **values: Any) -> Rendered:
        return SimpleNamespace(title=name, body=name, note="")


class Life:
    """One random life, and the model beside it."""

    def __init__(self, network: Network, people: list[Actor], seed: int) -> None:
        self.network, self.people = network, people
        self.draw = random.Random(seed)
        self.platform = Platform(self.draw)
        self.book = Book(network)
        self.expected: Counter[tuple[int, int, int, int]] = Counter()
        self.restart()

    def restart(self) -> None:
        """Another process takes over; what the first had in hand is in the database."""
        self.delivery = Delivery(
            self.network.db,
            self.network.clock,
            self.platform,
            Plain(),
            planners(Words()),
            openings_per_minute=10_000,
            lanes=1,
            draw=lambda: 0.0,
        )

    async def step(self) -> None:
        acts = [self.create, self.create_series, self.capacity, self.move, self.cancel, self.revive]
        acts += [self.answer] * 10 + [self.rush] * 2 + [self.jump] * 4 + [self.sleep_and_restart]
        await self.draw.choice(acts)()

    async def create(self) -> None:
        capacity = self.draw.choice(["", "1", "2", "3"])
        after = timedelta(minutes=self.draw.randint(30, 60 * 24 * 14))
        await self.book.create(after, capacity)

    async def create_series(self) -> None:
        if len(self.book.meetups) <= 6:
            await self.book.create_series()

    async def capacity(self) -> None:
        if (chosen := self._coming()) is not None:
            await self.book.resize(chosen, self.draw.choice(["", "1", "2", "4"]))

    async def move(self) -> None:
        if (chosen := self._coming()) is None:
            return
        starts_at = self.network.clock.now() + timedelta(minutes=self.draw.randint(10, 60 * 24 * 14))
        await self.book.move(chosen, starts_at)

    async def cancel(self) -> None:
        if (chosen := self._coming()) is not None:
            await self.book.cancel(chosen)

    async def revive(self) -> None:
        if (chosen := self._coming(on=False)) is not None:
            await self.book.revive(chosen)

    async def answer(self) -> None:
        if (chosen := self._coming()) is None:
            return
        who, answer = self.draw.choice(self.people), self.draw.choice(["yes", "yes", "maybe", "no"])
        await self.book.answer(who, chosen, answer)

    async def rush(self) -> None:
        """Several at once, in an order that nobody knows: the model learns who came first."""
        if (chosen := self._coming()) is None:
            return
        model = self.book.meetups[chosen]
        acts = [(who, self.draw.choice(["yes", "no"])) for who in self.draw.sample(self.people, 4)]
        use = self.network.services.registrations
        await asyncio.gather(*(use.answer(who, chosen, answer) for who, answer in acts))
        for who, answer in acts:
            model.answer(who.member_id or 0, answer)
        found = await seats(self.network.db, chosen)
        seated = {member for member, (seat, _) in found.items() if seat is not None}
        assert set(found) == {*model.seated, *model.waiting}
        assert len(seated) == len(model.seated)
        model.seated = sorted(seated, key=lambda member: found[member][0] or 0)
        model.waiting = sorted(set(found) - seated, key=lambda member: found[member][1] or 0)
        await self.book.check_seats(chosen)

    async def jump(self) -> None:
        minutes = self.draw.choice([7, 31, 61, 60 * 5, 60 * 24])
        await self.pass_time(timedelta(minutes=minutes))
        await self.check_reminders()

    async def sleep_and_restart(self) -> None:
        await self.pass_time(timedelta(minutes=self.draw.choice([1, 60, 60 * 24, 60 * 24 * 4])))
        self.restart()
        await self.check_reminders()

    async def pass_time(self, span: timedelta) -> None:
        """The worker looks at the end of the span, and again until nothing is to be tried once more."""
        for pause in (span, timedelta(seconds=40)):
            before = self.network.clock.now()
            self.network.clock.advance(pause)
            self._expect(before, self.network.clock.now())
            await self.delivery.run_due()
        await self.network.services.meetups_upkeep.run()

    def _expect(self, before: datetime, now: datetime) -> None:
        for meetup_id, model in self.book.meetups.items():
            if not model.on:
                continue
            for reminder in rules.reminders(model.starts_at, "Europe/Paris", OFFSETS, before):
                if reminder.due_at <= now < reminder.expires_at:
                    for member in model.concerned:
                        self.expected[meetup_id, member, reminder.minutes, model.moves] += 1

    def _coming(self, *, on: bool = True) -> int | None:
        found = self.book.coming(on=on)
        return self.draw.choice(found) if found else None

    async def check_reminders(self) -> None:
        left: Counter[tuple[int, int, int, int]] = Counter()
        async with self.network.db.reading() as session:
            for nonce in self.platform.nonces:
                row = await session.get_one(Outbox, int(nonce.split("-")[0], 36))
                if row.kind == REMINDER:
                    details = row.details
                    left[
                        row.subject_id or 0, row.recipient_id or 0, details["minutes"], details["moves"]
                    ] += 1
        assert left == self.expected
        assert set(self.expected.values()) <= {1}


@pytest.mark.parametrize("seed", range(2))
async def test_a_random_life_keeps_every_promise(network: Network, seed: int) -> None:
    life = Life(network, await crowd(network, 6), seed)
    for _ in range(4):
        await life.create()
    for _ in range(STEPS):
        await life.step()
    for _ in range(8):
        await life.pass_time(timedelta(hours=23))
    await life.check_reminders()
    for meetup_id in life.book.meetups:
        await life.book.check_seats(meetup_id)
    assert sum(life.expected.values()) > 3  # something was at stake
