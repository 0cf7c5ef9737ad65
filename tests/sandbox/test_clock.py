"""The clock: frozen, moved, waited on."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sandbox.clock import VirtualClock

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START, frozen=True)


def test_a_frozen_clock_stands_until_moved(clock: VirtualClock) -> None:
    assert clock.now() == START
    clock.advance(HOUR)
    assert clock.now() == START + HOUR
    clock.jump(datetime(2027, 1, 1, tzinfo=timezone(HOUR)))
    assert clock.now() == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_a_running_clock_keeps_its_offset() -> None:
    clock = VirtualClock(START)
    assert START <= clock.now() < START + timedelta(seconds=5)
    clock.advance(HOUR)
    assert clock.now() >= START + HOUR
    clock.freeze()
    stood = clock.now()
    clock.unfreeze()
    assert clock.now() >= stood


def test_it_freezes_at_an_instant(clock: VirtualClock) -> None:
    clock.unfreeze()
    clock.freeze(START + HOUR)
    assert (clock.frozen, clock.now()) == (True, START + HOUR)


def test_an_instant_needs_its_offset(clock: VirtualClock) -> None:
    with pytest.raises(ValueError, match="offset"):
        clock.jump(START.replace(tzinfo=None))


def test_timers_fire_in_order_each_at_its_own_instant(clock: VirtualClock) -> None:
    fired: list[tuple[str, datetime]] = []
    for name, hours in (("c", 3), ("a", 1), ("b", 1), ("late", 9)):
        clock.call_at(START + hours * HOUR, lambda name=name: fired.append((name, clock.now())))  # type: ignore[misc]
    clock.advance(3 * HOUR)
    assert fired == [("a", START + HOUR), ("b", START + HOUR), ("c", START + 3 * HOUR)]
    assert clock.now() == START + 3 * HOUR


def test_a_cancelled_timer_stays_silent(clock: VirtualClock) -> None:
    fired: list[int] = []
    clock.call_later(1, lambda: fired.append(1)).cancel()
    clock.advance(HOUR)
    assert fired == []


def test_a_timer_set_by_a_timer_fires_on_the_same_way(clock: VirtualClock) -> None:
    fired: list[datetime] = []

    def again() -> None:
        fired.append(clock.now())
        if len(fired) < 3:
            clock.call_later(60, again)

    clock.call_later(60, again)
    clock.advance(HOUR)
    assert [at - START for at in fired] == [timedelta(minutes=n) for n in (1, 2, 3)]


def test_one_timer_that_fails_does_not_keep_the_others(
    clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    fired: list[int] = []
    clock.call_later(1, lambda: 1 / 0)
    clock.call_later(2, lambda: fired.append(2))
    clock.advance(HOUR)
    assert fired == [2]
    assert "timer failed" in caplog.text


def test_jumping_back_only_makes_timers_wait_longer(clock: VirtualClock) -> None:
    fired: list[datetime] = []
    clock.call_at(START + HOUR, lambda: fired.append(clock.now()))
    clock.jump(START - HOUR)
    assert (fired, clock.now()) == ([], START - HOUR)
    clock.advance(2 * HOUR)
    assert fired == [START + HOUR]


def test_watchers_hear_of_every_move(clock: VirtualClock) -> None:
    heard: list[tuple[datetime, bool]] = []
    clock.watch(lambda moved: heard.append((moved.now(), moved.frozen)))
    clock.advance(HOUR)
    clock.unfreeze()
    assert heard[0] == (START + HOUR, True)
    assert heard[1][1] is False


async def test_sleepers_wake_in_the_clocks_time(clock: VirtualClock) -> None:
    week = asyncio.create_task(clock.sleep(7 * 24 * 3600))
    await asyncio.sleep(0)
    clock.advance(timedelta(days=6))
    await asyncio.sleep(0)
    assert not week.done()
    await clock.travel(timedelta(days=1))
    assert week.done()
    await clock.sleep(0)


async def test_travelling_lets_tasks_act_at_each_stop(clock: VirtualClock) -> None:
    beats: list[datetime] = []

    async def beat() -> None:
        while True:
            await clock.sleep(60)
            beats.append(clock.now())

    task = asyncio.create_task(beat())
    await asyncio.sleep(0)
    await clock.travel(HOUR)
    task.cancel()
    assert len(beats) == 60
    assert beats[-1] == START + HOUR


async def test_coroutine_functions_are_started(clock: VirtualClock) -> None:
    done = asyncio.Event()

    async def act() -> None:
        done.set()

    clock.call_later(1, act)
    await clock.travel(HOUR)
    assert done.is_set()


async def test_a_running_clock_fires_by_itself() -> None:
    clock = VirtualClock(START)
    done = asyncio.Event()
    clock.call_later(0.01, done.set)
    await asyncio.wait_for(done.wait(), 5)
    clock.freeze()
    clock.call_later(0.01, done.clear)
    await asyncio.sleep(0.03)
    assert done.is_set()
    clock.unfreeze()
    await asyncio.sleep(0.05)
    assert not done.is_set()
    clock.close()


async def test_waiting_ends_in_the_clocks_time(clock: VirtualClock) -> None:
    never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(clock.wait_for(never, 3))
    await asyncio.sleep(0)
    await clock.travel(timedelta(seconds=3))
    with pytest.raises(TimeoutError):
        await waiting
    soon: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    soon.set_result(7)
    assert await clock.wait_for(soon, 3) == 7


async def test_a_wait_that_is_cancelled_is_not_a_timeout(clock: VirtualClock) -> None:
    never: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(clock.wait_for(never, 3))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
