"""Ticks: the policy when late, one leader, no overlap, a failure is not the end, and a kind stop."""

import asyncio
import inspect
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot import ticks
from bot.clock import SystemClock
from bot.scheduler import LEASE, MISFIRE_POLICY, RETRY, Scheduler, Tick
from prompts import Words
from storage import ticks as stored
from storage.engine import Database
from storage.ticks import TickOutcome
from tests.conftest import SetClock

SOON = timedelta(milliseconds=10)
GRACE = timedelta(seconds=1)
Run = Callable[[], Awaitable[object]]


def hurried(scheduler: Scheduler) -> None:
    """Do not spread the first runs: a test has no time for that."""
    for job in scheduler._scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(UTC))


@pytest.fixture
async def started(sqlite_db: Database) -> AsyncIterator[Callable[[Run], Awaitable[Scheduler]]]:
    made: list[Scheduler] = []

    async def start(run: Run) -> Scheduler:
        scheduler = Scheduler(sqlite_db, SystemClock(), [Tick("library", SOON, run)])
        made.append(scheduler)
        await scheduler.start()
        hurried(scheduler)
        return scheduler

    yield start
    for scheduler in made:
        await scheduler.stop(grace=GRACE)


async def rows(db: Database) -> dict[str, stored.Tick]:
    async with db.reading() as session:
        return {row.name: row for row in await stored.every_tick(session)}


def test_a_late_tick_still_runs_once() -> None:
    assert MISFIRE_POLICY == {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


async def test_a_tick_that_fails_comes_again(
    started: Callable[[Run], Awaitable[Scheduler]], caplog: pytest.LogCaptureFixture
) -> None:
    enough = asyncio.Event()
    runs = 0

    async def tick() -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            enough.set()
        raise ValueError("Nicolas")

    await started(tick)
    await enough.wait()
    assert "tick failed tick=library" in caplog.text


async def test_a_blocked_loop_costs_one_run_not_many(started: Callable[[Run], Awaitable[Scheduler]]) -> None:
    """Ticks missed while the loop was busy are caught up by a single one, and never overlap."""
    runs, together, most = 0, 0, 0
    twice = asyncio.Event()

    async def tick() -> None:
        nonlocal runs, together, most
        runs += 1
        together += 1
        most = max(most, together)
        await asyncio.sleep(0.05)
        together -= 1
        if runs == 2:
            twice.set()

    await started(tick)
    await twice.wait()
    assert most == 1


async def test_stop_lets_the_running_tick_finish_and_starts_no_other(
    started: Callable[[Run], Awaitable[Scheduler]],
) -> None:
    began, go, finished = asyncio.Event(), asyncio.Event(), []

    async def tick() -> None:
        began.set()
        await go.wait()
        finished.append(scheduler.stopping)

    scheduler = await started(tick)
    await began.wait()
    stopping = asyncio.create_task(scheduler.stop(grace=timedelta(seconds=30)))
    await asyncio.sleep(0.05)
    assert not stopping.done()
    go.set()
    await stopping
    assert finished == [True]
    await asyncio.sleep(0.05)
    assert finished == [True]


async def test_nothing_ticks_before_start(sqlite_db: Database) -> None:
    ran = asyncio.Event()

    async def tick() -> None:
        ran.set()

    scheduler = Scheduler(sqlite_db, SystemClock(), [Tick("library", SOON, tick)])
    await asyncio.sleep(0.05)
    assert not ran.is_set()
    await scheduler.stop(grace=GRACE)


# One leader, on both databases.


class Counted:
    """A tick that counts how often it ran, in whatever process."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1
        await asyncio.sleep(0)


def process(db: Database, clock: SetClock, run: Run, *, every: timedelta = timedelta(hours=1)) -> Scheduler:
    """As another process would have it: an owner of its own, on the same rows."""
    return Scheduler(db, clock, [Tick("library", every, run)])


async def test_of_many_processes_one_runs_the_tick(db: Database, clock: SetClock) -> None:
    ran = Counted()
    processes = [process(db, clock, ran) for _ in range(6)]
    led = await asyncio.gather(*(one.run("library") for one in processes))
    assert (sorted(led), ran.runs) == ([False] * 5 + [True], 1)
    clock.advance(timedelta(minutes=59, seconds=40))  # clocks of two machines differ a little
    led = await asyncio.gather(*(one.run("library") for one in processes))
    assert (sum(led), ran.runs) == (1, 2)
    row = (await rows(db))["library"]
    assert (row.outcome, row.failures, row.lease_owner) == (TickOutcome.DONE, 0, None)


async def test_a_leader_that_died_leaves_its_place_when_the_lease_runs_out(
    db: Database, clock: SetClock
) -> None:
    ran = Counted()
    async with db.transaction() as session:
        assert await stored.claim(
            session, "library", owner="dead", now=clock.now(), every=timedelta(minutes=1), lease=LEASE
        )
    alive = process(db, clock, ran, every=timedelta(minutes=1))
    clock.advance(LEASE - timedelta(seconds=1))
    assert not await alive.run("library")
    clock.advance(timedelta(seconds=1))
    assert await alive.run("library")
    async with db.transaction() as session:  # the dead one comes back: it has nothing to say any more
        assert not await stored.renew(session, "library", owner="dead", until=clock.now() + LEASE)
        await stored.finish(session, "library", owner="dead", now=clock.now(), outcome=TickOutcome.FAILED)
    assert (await rows(db))["library"].outcome == TickOutcome.DONE


async def test_a_failure_is_noted_and_tried_again_soon(db: Database, clock: SetClock) -> None:
    async def fails() -> None:
        raise ValueError

    one = process(db, clock, fails, every=timedelta(hours=6))
    assert await one.run("library")
    row = (await rows(db))["library"]
    assert (row.outcome, row.failures, row.next_at) == (TickOutcome.FAILED, 1, clock.now() + RETRY)


@pytest.mark.parametrize(
    "down",
    [timedelta(hours=1), timedelta(days=1), timedelta(days=31), timedelta(days=200), -timedelta(days=14)],
    ids=["an hour", "a day", "a month", "over a change of clocks", "a clock put back"],
)
async def test_after_a_stop_each_tick_runs_once(db: Database, clock: SetClock, down: timedelta) -> None:
    ran = Counted()
    assert await process(db, clock, ran, every=timedelta(minutes=30)).run("library")
    clock.advance(down)
    after = process(db, clock, ran, every=timedelta(minutes=30))
    assert await after._waits(clock.now()) == {
        "library": timedelta() if down > timedelta() else timedelta(minutes=30)
    }
    assert await after.run("library")
    assert not await after.run("library")
    assert ran.runs == 2
    assert (await rows(db))["library"].next_at == clock.now() + timedelta(minutes=30)


async def test_a_new_tick_waits_its_time_and_an_old_one_is_forgotten(db: Database, clock: SetClock) -> None:
    async with db.transaction() as session:
        await stored.ensure(session, "of another time", clock.now())
    assert await process(db, clock, Counted())._waits(clock.now()) == {"library": timedelta(hours=1)}
    assert set(await rows(db)) == {"library"}


async def test_a_clock_that_leaps_wakes_every_tick(sqlite_db: Database, clock: SetClock) -> None:
    ran = Counted()
    scheduler = process(sqlite_db, clock, ran)
    await scheduler.start()
    try:
        clock.advance(timedelta(weeks=2))
        await scheduler._watch()
        job = scheduler._scheduler.get_job("library")
        assert job is not None
        assert job.next_run_time <= datetime.now(UTC)
        clock.advance(timedelta(seconds=1))
        later = job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=1)).next_run_time
        await scheduler._watch()
        assert job.next_run_time == later
    finally:
        await scheduler.stop(grace=GRACE)


def test_every_tick_has_its_words() -> None:
    """Read from the table's own code: the network's status names each of them, in both languages."""
    names = re.findall(r'Tick\("(\w+)"', inspect.getsource(ticks))
    assert len(names) > 8
    assert sorted(set(names) - set(Words().table("ticks", "fr"))) == []
