"""Random lives of meetups against a simple model: seats, waiting list and reminders, on both databases.

Whatever is created, edited, moved, skipped, answered, restarted or slept through, and although the platform
loses answers: never a double seat, never a reminder lost, doubled, or of a meetup that moved or is off.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from community import meetups_rules as rules
from community.actors import Actor, Role
from community.delivery import Delivery
from community.meetups_plan import REMINDER
from community.planners import planners
from community.ports import DeliveryError, EventDraft, Failure, Outgoing, Rendered
from prompts import Words
from storage.outbox import Outbox
from tests.community.conftest import Network
from tests.community.meetups import crowd, planned, seats

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

    def render(self, name: str, locale: str, /, **values: Any) -> Rendered:
        return SimpleNamespace(title=name, body=name, note="")


@dataclass
class Planned:
    """What the model knows of a meetup."""

    starts_at: datetime
    capacity: int | None
    series: bool
    on: bool = True
    moves: int = 0
    seated: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    maybe: set[int] = field(default_factory=set)

    def answer(self, member: int, answer: str) -> None:
        if answer == "yes" and (member in self.seated or member in self.waiting):
            return
        self.maybe.discard(member)
        for people in (self.seated, self.waiting):
            if member in people:
                people.remove(member)
        if answer == "maybe":
            self.maybe.add(member)
        elif answer == "yes":
            self.waiting.append(member)
        self.promote()

    def promote(self) -> None:
        while self.waiting and (self.capacity is None or len(self.seated) < self.capacity):
            self.seated.append(self.waiting.pop(0))


class Life:
    """One random life, and the model beside it."""

    def __init__(self, network: Network, people: list[Actor], seed: int) -> None:
        self.network, self.people = network, people
        self.draw = random.Random(seed)
        self.facilitator = network[Role.FACILITATOR]
        self.platform = Platform(self.draw)
        self.meetups: dict[int, Planned] = {}
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
        made = await planned(self.network, after=after, capacity=capacity)
        self.meetups[made.id] = Planned(made.starts_at, made.capacity, series=False)

    async def create_series(self) -> None:
        if len(self.meetups) > 6:
            return
        known = set(self.meetups)
        await planned(self.network, rule="FREQ=WEEKLY;COUNT=3", capacity="2")
        page = await self.network.services.meetups.to_manage(self.facilitator, 200)
        for made in page:
            if made.id not in known and made.series_id is not None:
                self.meetups[made.id] = Planned(made.starts_at, made.capacity, series=True)

    async def capacity(self) -> None:
        if (chosen := self._coming()) is None:
            return
        capacity = self.draw.choice(["", "1", "2", "4"])
        await self.network.services.meetups.edit(
            self.facilitator,
            chosen,
            title="Panel citoyen",
            where="",
            length="2 h",
            capacity=capacity,
            description="",
        )
        self.meetups[chosen].capacity = int(capacity) if capacity else None
        self.meetups[chosen].promote()

    async def move(self) -> None:
        if (chosen := self._coming()) is None:
            return
        starts_at = self.network.clock.now() + timedelta(minutes=self.draw.randint(10, 60 * 24 * 14))
        await self.network.services.meetups.move(self.facilitator, chosen, starts_at)
        if starts_at != self.meetups[chosen].starts_at:
            self.meetups[chosen].starts_at = starts_at
            self.meetups[chosen].moves += 1

    async def cancel(self) -> None:
        if (chosen := self._coming()) is None:
            return
        if self.meetups[chosen].series:
            await self.network.services.meetups.skip(self.facilitator, chosen)
        else:
            await self.network.services.meetups.cancel(self.facilitator, chosen)
        self.meetups[chosen].on = False
        self.meetups[chosen].moves += 1

    async def revive(self) -> None:
        if (chosen := self._coming(on=False)) is None:
            return
        await self.network.services.meetups.revive(self.facilitator, chosen)
        self.meetups[chosen].on = True
        self.meetups[chosen].moves += 1

    async def answer(self) -> None:
        if (chosen := self._coming()) is None:
            return
        who, answer = self.draw.choice(self.people), self.draw.choice(["yes", "yes", "maybe", "no"])
        await self.network.services.registrations.answer(who, chosen, answer)
        self.meetups[chosen].answer(who.member_id or 0, answer)
        await self.check_seats(chosen)

    async def rush(self) -> None:
        """Several at once, in an order that nobody knows: the model learns who came first."""
        if (chosen := self._coming()) is None:
            return
        model = self.meetups[chosen]
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
        await self.check_seats(chosen)

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
        for meetup_id, model in self.meetups.items():
            if not model.on:
                continue
            for reminder in rules.reminders(model.starts_at, "Europe/Paris", OFFSETS, before):
                if reminder.due_at <= now < reminder.expires_at:
                    for member in {*model.seated, *model.maybe}:
                        self.expected[meetup_id, member, reminder.minutes, model.moves] += 1

    def _coming(self, *, on: bool = True) -> int | None:
        now = self.network.clock.now()
        found = [key for key, model in self.meetups.items() if model.on is on and model.starts_at > now]
        return self.draw.choice(found) if found else None

    async def check_seats(self, meetup_id: int) -> None:
        found = await seats(self.network.db, meetup_id)
        model = self.meetups[meetup_id]
        taken = [seat for seat, _ in found.values() if seat is not None]
        assert len(taken) == len(set(taken))
        assert {member for member, (seat, _) in found.items() if seat is not None} == set(model.seated)
        waiting = sorted((ticket, member) for member, (_, ticket) in found.items() if ticket is not None)
        assert [member for _, member in waiting] == model.waiting

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
    for meetup_id in life.meetups:
        await life.check_seats(meetup_id)
    assert sum(life.expected.values()) > 3  # something was at stake
