"""The loop around delivery: it wakes when something is written, survives failures, and stops kindly."""

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from bot.outbox_worker import OutboxWorker
from community.delivery import Counts, Delivery
from storage.engine import Database
from tests.conftest import SetClock
from tests.delivery.model import World, make_world

NEVER_S = 3600.0


@pytest.fixture
async def quiet_world(sqlite_db: Database, clock: SetClock) -> World:
    return await make_world(sqlite_db, clock)


async def at_once() -> None:
    """The platform is ready."""


def worker(world: World, delivery: Delivery, **options: object) -> OutboxWorker:
    return OutboxWorker(delivery, world.db, **{"ready": at_once, "every_s": NEVER_S, **options})  # type: ignore[arg-type]  # handed through


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - the model platform has no events
            await asyncio.sleep(0.01)


async def test_a_commit_wakes_it(quiet_world: World) -> None:
    loop = worker(quiet_world, quiet_world.worker())
    running = asyncio.create_task(loop.run())
    for number in range(3):
        await quiet_world.enqueue("news", number)
        await until(lambda expected=number + 1: len(quiet_world.platform.heard("news")) == expected)  # type: ignore[misc]  # bound now
    loop.stop()
    await running


async def test_nothing_leaves_before_the_platform_is_ready(quiet_world: World) -> None:
    ready = asyncio.Event()
    loop = worker(quiet_world, quiet_world.worker(), ready=ready.wait)
    await quiet_world.enqueue("news")
    running = asyncio.create_task(loop.run())
    for _ in range(20):
        await asyncio.sleep(0)
    assert quiet_world.platform.heard("news") == []
    ready.set()
    await until(lambda: quiet_world.platform.heard("news") != [])
    loop.stop()
    await running


async def test_a_run_that_fails_is_logged_and_tried_again(
    quiet_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    delivery = quiet_world.worker()
    failures = [OSError("the disk is full")]
    run_due = delivery.run_due

    async def failing(limit: int = 500) -> Counts:
        if failures:
            raise failures.pop()
        return await run_due(limit)

    delivery.run_due = failing  # type: ignore[method-assign]  # the database fails once
    loop = worker(quiet_world, delivery, every_s=0.01)
    await quiet_world.enqueue("news")
    running = asyncio.create_task(loop.run())
    await until(lambda: quiet_world.platform.heard("news") != [])
    loop.stop()
    await running
    assert "delivery run failed" in caplog.text


async def test_stopping_ends_it_even_while_it_waits(quiet_world: World) -> None:
    total: Counts = Counter()
    loop = worker(quiet_world, quiet_world.worker(), counted=total.update)
    await quiet_world.enqueue("news")
    running = asyncio.create_task(loop.run())
    await until(lambda: total["sent"] == 1)
    loop.stop()
    loop.stop()
    async with asyncio.timeout(30):
        await running
