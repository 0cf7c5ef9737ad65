"""Reminders of meetups under faults: whatever is planned, changed, answered, and however workers die.

The real worker delivers to the small platform of ``model.py``. What each person received is held against
``meetups_book.py``: every reminder that was due and still right arrived once, or is shown with its reason;
none of a meetup that moved or is off, none to somebody who no longer comes.
"""

import asyncio
import re
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import delete

from community import meetups_rules as rules
from community.actors import Actor, Role
from community.meetups_plan import REMINDER
from community.planners import planners
from community.ports import DeliveryError, EventDraft, Failure, Outgoing
from community.services import services
from community.undelivered import NOTICE
from prompts import Words
from storage.engine import Database
from storage.networks import NetworkPlace, Place
from storage.outbox import Outbox, is_waiting
from storage.schema import METADATA
from tests.community.conftest import Network
from tests.community.meetups_book import Book
from tests.community.server import PaperServer
from tests.conftest import SetClock
from tests.delivery.model import Crash, Platform, make_world

T = TypeVar("T")
Key = tuple[int, int, int, int]  # meetup, member, minutes before, how often the meetup had changed

PEOPLE, WORDS = 4, Words()
WEATHER = {
    "429": ("before", DeliveryError(Failure.RETRY, retry_after=30)),
    "503": ("before", DeliveryError(Failure.RETRY, unsure=True)),
    "503 although it was done": ("after", DeliveryError(Failure.RETRY, unsure=True)),
    "no answer": ("after", TimeoutError()),
    "death before": ("before", Crash()),
    "death after": ("after", Crash()),
}
WHICH, WHO = st.integers(0, 30), st.integers(0, PEOPLE - 1)
CAPACITIES = st.sampled_from(["", "1", "2", "3"])
ANSWERS = st.sampled_from(["yes", "yes", "maybe", "no"])
AFTER = st.integers(20, 60 * 24 * 9).map(lambda minutes: timedelta(minutes=minutes))
LATE = st.sampled_from([0, 0, 1, 10, 59, 60 * 5, 60 * 30]).map(lambda minutes: timedelta(minutes=minutes))
# What goes wrong, at which call, and whether it goes on until the worker stops.
STORMS = st.tuples(st.sampled_from(sorted(WEATHER)), st.integers(0, 6), st.booleans())


class Town(Platform):
    """Also has events, and messages that are edited. Its faults are those of every other call."""

    async def edit(self, channel_ref: str, message_ref: str, message: Outgoing) -> None:
        self.trouble("before", "edit")
        self.trouble("after", "edit")

    async def put_event(self, server_ref: str, event: EventDraft, event_ref: str | None) -> str:
        self.trouble("before", "event")
        self.trouble("after", "event")
        return event_ref or f"event-{event.marker}"

    async def cancel_event(self, server_ref: str, event_ref: str) -> None:
        self.trouble("before", "event")
        self.trouble("after", "event")

    async def find_room(self, server_ref: str, channel_ref: str, name: str, *, since: datetime) -> str | None:
        return await self.open_room(channel_ref, name)

    async def open_room(self, channel_ref: str, name: str) -> str:
        return name

    async def close_room(self, thread_ref: str) -> None: ...


@dataclass
class Owed:
    """A reminder whose hour struck while it was right."""

    expires_at: datetime
    heard: bool = False  # privately, or by the mention of who refuses private messages
    excused: bool = False  # what it would say is no longer so, or its reader withdrew in between
    tried_badly: bool = False  # a worker met with trouble while it was to leave


class Machine(RuleBasedStateMachine):
    """Steps of people, of time, of the platform and of dying workers, in any order."""

    url: str
    start: datetime

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = SetClock(self.start)
        self.run(self._prepare())
        self.owed: dict[Key, Owed] = {}
        self.read: set[str] = set()

    async def _prepare(self) -> None:
        db = Database(self.url)
        async with db.transaction() as session:
            for table in reversed(METADATA.sorted_tables):
                await session.exec(delete(table))
        self.world = await make_world(db, self.clock)
        async with db.transaction() as session:
            session.add(
                NetworkPlace(network_id=self.world.network_id, place=Place.MEETUPS, channel_ref="news")
            )
        self.world.planners = dict(planners(WORDS))
        self.world.platform = Town(self.clock, self.world.platform.channels)
        facilitator = Actor(self.world.network_id, await self.world.member(99), Role.FACILITATOR)
        self.people = [
            Actor(self.world.network_id, await self.world.member(number), Role.MEMBER)
            for number in range(PEOPLE)
        ]
        self.accounts = {f"account-{number}": actor.member_id for number, actor in enumerate(self.people)}
        made = services(db, self.clock, PaperServer(), WORDS)
        self.book = Book(Network(made, PaperServer(), {Role.FACILITATOR: facilitator}, self.clock, db))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        try:
            self._finish()
        finally:
            self.run(self.world.db.dispose())
            self.runner.close()

    # What people do.

    @initialize(after=AFTER, capacity=CAPACITIES)
    def first(self, after: timedelta, capacity: str) -> None:
        """A series and a meetup, and somebody who comes."""
        self.run(self.book.create_series(timedelta(days=2)))
        self.create(after, capacity)
        for who in range(PEOPLE):
            for which in range(4):
                self.answer(which, who, "yes")

    @rule(after=AFTER, capacity=CAPACITIES)
    def create(self, after: timedelta, capacity: str) -> None:
        self.run(self.book.create(after, capacity))

    @rule(which=WHICH, who=WHO, answer=ANSWERS)
    def answer(self, which: int, who: int, answer: str) -> None:
        if chosen := self._coming(which):
            self.run(self.book.answer(self.people[who], chosen, answer))
            self._excuse()

    @rule(which=WHICH, capacity=CAPACITIES)
    def resize(self, which: int, capacity: str) -> None:
        if chosen := self._coming(which):
            self.run(self.book.resize(chosen, capacity))
            self.run(self.book.check_seats(chosen))

    @rule(which=WHICH, after=AFTER)
    def move(self, which: int, after: timedelta) -> None:
        if chosen := self._coming(which):
            self.run(self.book.move(chosen, self.clock.now() + after))
            self._excuse()

    @rule(which=WHICH)
    def skip(self, which: int) -> None:
        if chosen := self._coming(which):
            self.run(self.book.cancel(chosen))
            self._excuse()

    @rule(which=WHICH)
    def revive(self, which: int) -> None:
        if chosen := self._coming(which, on=False):
            self.run(self.book.revive(chosen))
            self._excuse()

    @rule(which=WHICH)
    def stop(self, which: int) -> None:
        if chosen := self._coming(which, series=True):
            self.run(self.book.stop(chosen))
            self._excuse()

    @rule(which=WHICH)
    def go_on(self, which: int) -> None:
        if chosen := self._coming(which, on=False, series=True):
            self.run(self.book.go_on(chosen))
            self._excuse()

    @rule(who=WHO)
    def refuses_private_messages(self, who: int) -> None:
        self.world.platform.closed ^= {f"account-{who}"}

    def _coming(self, which: int, *, on: bool = True, series: bool = False) -> int | None:
        found = [key for key in self.book.coming(on=on) if self.book.meetups[key].series or not series]
        return found[which % len(found)] if found else None

    # What time and workers do.

    @rule(span=st.sampled_from([1, 7, 400, 60 * 24]).map(lambda minutes: timedelta(minutes=minutes)))
    def time_passes(self, span: timedelta) -> None:
        before = self.clock.now()
        self.clock.advance(span)
        for key, reminder in self._reminders(before):
            if reminder.due_at <= self.clock.now():
                self.owed[key] = Owed(reminder.expires_at)
        if span > timedelta(hours=6):
            self.run(self.book.network.services.meetups_upkeep.run())

    @rule()
    def work(self) -> None:
        """A worker that just started, and nothing in its way: what is due and right arrives."""
        self.run(self.world.worker(lanes=1, openings_per_minute=1000).run_due())
        self._listen()
        now = self.clock.now()
        late = [key for key, owed in self._unheard() if now < owed.expires_at and not owed.tried_badly]
        assert not late, "a reminder was due, and nothing kept it from leaving"

    @rule(late=LATE)
    def at_the_next_hour(self, late: timedelta) -> None:
        """The worker looks when a reminder is due, or somewhat later."""
        self._wait_for_a_reminder(late)
        self.work()

    @rule(late=LATE, storm=STORMS)
    def trouble_at_the_next_hour(self, late: timedelta, storm: tuple[str, int, bool]) -> None:
        self._wait_for_a_reminder(late)
        self.work_badly(storm)

    @rule(weather=st.sampled_from(sorted(WEATHER)), change=st.sampled_from(["move", "skip", "withdraw"]))
    def wrong_after_trouble(self, weather: str, change: str) -> None:
        """Half-way out, then no longer right: it may have arrived before, not after."""
        self._wait_for_a_reminder(timedelta())
        self.work_badly((weather, 0, True))
        live = [key for key, owed in self._unheard() if self.clock.now() < owed.expires_at]
        for meetup_id, member, *_ in live[:1]:
            if change == "move":
                self.run(self.book.move(meetup_id, self.clock.now() + timedelta(days=2, hours=3)))
            elif change == "skip":
                self.run(self.book.cancel(meetup_id))
            else:
                who = next(actor for actor in self.people if actor.member_id == member)
                self.run(self.book.answer(who, meetup_id, "no"))
        self._excuse()
        self.time_passes(timedelta(minutes=7))
        self.work()

    @rule(storm=STORMS)
    def work_badly(self, storm: tuple[str, int, bool]) -> None:
        """From one call on, or at that one only, the platform fails or the worker dies."""
        weather, calls, lasting = storm
        (step, error), left = WEATHER[weather], [calls]

        def trouble(at: str, _call: str) -> None:
            if at == step:
                left[0] -= 1
                if left[0] == -1 or (lasting and left[0] < 0):
                    raise error

        for _, owed in self._unheard():
            owed.tried_badly = True
        self.world.platform.trouble = trouble
        try:
            self.run(self.world.worker(lanes=2, openings_per_minute=1000).run_due())
        except Crash:
            pass
        finally:
            self.world.platform.trouble = Platform.trouble
        self._listen()

    @rule()
    def two_workers(self) -> None:
        async def both() -> None:
            await asyncio.gather(*(self.world.worker(openings_per_minute=1000).run_due() for _ in range(2)))

        self.run(both())
        self._listen()

    def _wait_for_a_reminder(self, late: timedelta) -> None:
        coming = [reminder.due_at for _, reminder in self._reminders(self.clock.now())]
        if coming:
            self.time_passes(min(coming) - self.clock.now() + late)

    def _reminders(self, after: datetime) -> Iterator[tuple[Key, rules.Reminder]]:
        """Those to come after an instant, as the meetups and answers are now."""
        for meetup_id, model in self.book.meetups.items():
            for member in model.concerned if model.on else ():
                for reminder in rules.reminders(
                    model.starts_at, "Europe/Paris", rules.DEFAULT_REMINDERS, after
                ):
                    yield (meetup_id, member, reminder.minutes, model.moves), reminder

    def _unheard(self) -> Iterator[tuple[Key, Owed]]:
        return ((key, owed) for key, owed in self.owed.items() if not owed.heard and not owed.excused)

    def _excuse(self) -> None:
        """What is no longer right need not be said any more."""
        for (meetup_id, member, _, moves), owed in self._unheard():
            model = self.book.meetups[meetup_id]
            owed.excused = not model.on or model.moves != moves or member not in model.concerned

    # What is read.

    def _listen(self) -> None:
        """Each new reminder is right at this instant, and the first of its kind."""
        rows = {row.id: row for row in self.run(self.world.rows(REMINDER))}
        for channel, messages in self.world.platform.channels.items():
            for said in messages:
                row = rows.get(int(said.nonce.split("-")[0], 36))
                if row is None or said.ref in self.read:
                    continue
                self.read.add(said.ref)
                account = said.mentions[0] if said.mentions else channel.removeprefix("dm-")
                self._heard(row, self.accounts[account] or 0, said.text)

    def _heard(self, row: Outbox, member: int, text: str) -> None:
        assert row.subject_id is not None
        model = self.book.meetups[row.subject_id]
        assert member == row.recipient_id
        assert model.on, "a reminder of a meetup that is off"
        assert member in model.concerned, "a reminder to somebody who does not come"
        if "closed_direct" not in text:
            assert repr(model.starts_at) in text, "a reminder of an hour that is no longer right"
        owed = self.owed.get((row.subject_id, member, row.details["minutes"], model.moves))
        assert owed is not None, "a reminder that was not due"
        assert self.clock.now() < owed.expires_at, "a reminder that came too late"
        assert not owed.heard, "a reminder heard twice"
        owed.heard = True

    @precondition(lambda self: self.owed)
    @invariant()
    def nobody_is_told_twice(self) -> None:
        said = [one.nonce for messages in self.world.platform.channels.values() for one in messages]
        assert len(said) == len(set(said))

    def _finish(self) -> None:
        """Good weather until every meetup is over: what nobody heard of was shown to the facilitators."""
        for hours in (1, 5, 18, 48):
            self.time_passes(timedelta(hours=hours))
            self.work()
        while self.book.coming() or self.run(self._busy()):
            self.time_passes(timedelta(days=3))
            self.work()
        rows = self.run(self.world.rows(REMINDER))
        assert {row.state for row in rows} <= {"sent", "dropped", "expired", "given_up"}
        missing = len(list(self._unheard()))
        excused = sum(owed.excused and not owed.heard for owed in self.owed.values())
        assert missing <= self._shown() <= missing + excused, "a reminder was lost, and nobody was told"

    async def _busy(self) -> bool:
        async with self.world.db.reading() as session:
            kinds = (REMINDER, NOTICE)
            return any([await is_waiting(session, self.world.network_id, kind) for kind in kinds])

    def _shown(self) -> int:
        """How many reminders the facilitators read of that did not arrive."""
        text = " ".join(self.world.platform.heard("facilitators"))
        return sum(map(int, re.findall(rf"kind='{REMINDER}', reason='\w+', count=(\d+)", text)))


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_reminders_are_heard_once_whatever_happens(database_url: str, clock: SetClock) -> None:
    machine = type("MachineOnThisDatabase", (Machine,), {"url": database_url, "start": clock.now()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=5 if database_url.startswith("sqlite") else 2,
            stateful_step_count=16,
            deadline=None,
            phases=[Phase.reuse, Phase.generate],  # a shorter example is not worth its minutes
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def machine(database_url: str, clock: SetClock) -> Iterator[Machine]:
    """One whose steps the test chooses; at the end, what is owed was heard or shown."""
    made = type("MachineOfOneStory", (Machine,), {"url": database_url, "start": clock.now()})()
    made.first(timedelta(days=20), "")
    yield made
    made.teardown()


@pytest.mark.parametrize("change", ["move", "skip", "withdraw"])
def test_a_reminder_half_way_out_is_checked_again(machine: Machine, change: str) -> None:
    """Whatever the machine happens to draw: each reason for which a reminder is no longer right."""
    machine.wrong_after_trouble("503", change)


def test_a_series_that_goes_on_reminds_again(machine: Machine) -> None:
    machine.stop(0)
    machine.go_on(0)
    for _ in range(6):
        machine.at_the_next_hour(timedelta())


def test_who_refuses_private_messages_is_reminded_elsewhere(machine: Machine) -> None:
    machine.refuses_private_messages(0)
    machine.at_the_next_hour(timedelta())
    said = [one for messages in machine.world.platform.channels.values() for one in messages]
    assert [one for one in said if one.mentions == ("account-0",)]


def test_a_mention_that_may_have_been_posted_is_looked_for_once_the_door_was_tried_again(
    machine: Machine,
) -> None:
    """It went round a door known to be closed; the door is asked again a day later, and is closed still."""
    second = timedelta(days=20, hours=3)
    machine.create(second, "")
    machine.answer(4, 0, "yes")
    week_before = machine.start + second - timedelta(days=7)
    while machine.clock.now() < week_before - timedelta(hours=4):
        machine.time_passes(timedelta(hours=1))
        machine.work()
    machine.refuses_private_messages(0)
    machine.at_the_next_hour(timedelta())  # the first meetup's: refused, now the door is known
    assert machine.clock.now() == week_before - timedelta(hours=3)
    machine.time_passes(timedelta(hours=3))
    machine.work_badly(("503 although it was done", 0, True))
    machine.time_passes(timedelta(hours=23))
    machine.work()
    machine.nobody_is_told_twice()
