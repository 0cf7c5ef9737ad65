"""Ticks: the policy when late, no overlap, a failure is not the end, and a kind stop."""

import asyncio
from datetime import timedelta

import pytest

from bot.scheduler import MISFIRE_POLICY, Scheduler

SOON = timedelta(milliseconds=10)


def test_a_late_tick_still_runs_once() -> None:
    assert MISFIRE_POLICY == {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}


async def test_a_tick_that_fails_comes_again(caplog: pytest.LogCaptureFixture) -> None:
    enough = asyncio.Event()
    runs = 0

    async def tick() -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            enough.set()
        raise ValueError("Nicolas")

    scheduler = Scheduler()
    scheduler.every(SOON, "deliver", tick)
    scheduler.start()
    await enough.wait()
    await scheduler.stop(grace=timedelta(seconds=1))
    assert "tick failed tick=deliver" in caplog.text


async def test_a_blocked_loop_costs_one_run_not_many() -> None:
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

    scheduler = Scheduler()
    scheduler.every(SOON, "deliver", tick)
    scheduler.start()
    await twice.wait()
    await scheduler.stop(grace=timedelta(seconds=1))
    assert most == 1


async def test_stop_lets_the_running_tick_finish_and_starts_no_other() -> None:
    began, go, finished = asyncio.Event(), asyncio.Event(), []

    async def tick() -> None:
        began.set()
        await go.wait()
        finished.append(scheduler.stopping)

    scheduler = Scheduler()
    scheduler.every(SOON, "deliver", tick)
    scheduler.start()
    await began.wait()
    stopping = asyncio.create_task(scheduler.stop(grace=timedelta(seconds=30)))
    await asyncio.sleep(0.05)
    assert not stopping.done()
    go.set()
    await stopping
    assert finished == [True]
    await asyncio.sleep(0.05)
    assert finished == [True]


async def test_nothing_ticks_before_start() -> None:
    ran = asyncio.Event()

    async def tick() -> None:
        ran.set()

    scheduler = Scheduler()
    scheduler.every(SOON, "deliver", tick)
    await asyncio.sleep(0.05)
    assert not ran.is_set()
    await scheduler.stop(grace=timedelta(seconds=1))
