"""The nudge budget at delivery: so many a week for each member, over every feature, however they leave."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from community.delivery import Delivery
from community.nudges import PATIENCE, PER_WEEK, WEEK
from community.ports import DeliveryError, Failure
from storage import nudges
from storage.outbox import OutboxState
from tests.delivery.model import DirectPlanner, World


class Bother(DirectPlanner):
    nudge = True


@pytest.fixture
def delivery(world: World) -> Delivery:
    world.planners |= {"bother": Bother(), "other": Bother()}
    return world.worker(openings_per_minute=1000)


async def enqueue(
    world: World, member: int, kind: str, count: int, *, lasts: timedelta | None = None
) -> None:
    expires = None if lasts is None else world.clock.now() + lasts
    for number in range(count):
        key = f"{kind}:{member}:{number}:{world.clock.now()}"
        await world.enqueue(kind, number, recipient_id=member, dedupe_key=key, expires_at=expires)


async def test_the_week_has_room_for_so_many_and_the_rest_waits(world: World, delivery: Delivery) -> None:
    member = await world.member(1)
    await enqueue(world, member, "bother", PER_WEEK)
    await enqueue(world, member, "other", 2)
    assert (await delivery.run_due())["sent"] == PER_WEEK
    waiting = [row for row in await world.rows() if row.state == OutboxState.DUE]
    assert {(row.reason, row.next_try_at, row.attempts) for row in waiting} == {
        (nudges.BUDGET, world.clock.now() + WEEK, 0)
    }
    world.clock.advance(WEEK - timedelta(seconds=1))
    assert not (await delivery.run_due())["sent"]
    world.clock.advance(timedelta(seconds=1))
    assert (await delivery.run_due())["sent"] == 2


async def test_answers_and_other_people_are_not_held_back(world: World, delivery: Delivery) -> None:
    first, second = await world.member(1), await world.member(2)
    await enqueue(world, first, "bother", PER_WEEK)
    await delivery.run_due()
    await enqueue(world, first, "private", 5)
    await enqueue(world, second, "bother", 1)
    assert (await delivery.run_due())["sent"] == 6


async def test_what_would_come_too_late_is_dropped_and_says_why(world: World, delivery: Delivery) -> None:
    member = await world.member(1)
    await enqueue(world, member, "bother", PER_WEEK)
    await delivery.run_due()
    await enqueue(world, member, "other", 1, lasts=timedelta(days=2))
    assert (await delivery.run_due())["dropped"] == 1
    assert await world.states("other") == [(OutboxState.DROPPED, nudges.BUDGET)]
    async with world.db.reading() as session:
        assert await nudges.held_back(session, world.network_id, world.clock.now() - WEEK) == (0, 1)


async def test_what_waited_until_too_late_is_let_go_as_well(world: World, delivery: Delivery) -> None:
    """The bot was stopped in between: there was no room in time, and nothing is to be mended."""
    member = await world.member(1)
    await enqueue(world, member, "bother", PER_WEEK)
    await delivery.run_due()
    await enqueue(world, member, "other", 1, lasts=WEEK + timedelta(days=1))
    await delivery.run_due()
    world.clock.advance(2 * WEEK)
    await delivery.run_due()
    assert await world.states("other") == [(OutboxState.DROPPED, nudges.BUDGET)]


async def test_no_budget_at_all_sends_none(world: World, delivery: Delivery) -> None:
    member = await world.member(1)
    async with world.db.transaction() as session:
        await nudges.set_per_week(session, world.network_id, 0)
    await enqueue(world, member, "bother", 1)
    await enqueue(world, member, "private", 1)
    counts = await delivery.run_due()
    assert (counts["sent"], counts["dropped"]) == (1, 1)


async def test_nothing_waits_for_ever(world: World, delivery: Delivery) -> None:
    """Ten for one person: three leave each week while they are still worth saying, then none."""
    member = await world.member(1)
    await enqueue(world, member, "bother", 10)
    sent = 0
    for _ in range(PATIENCE // WEEK + 1):
        sent += (await delivery.run_due())["sent"]
        world.clock.advance(WEEK)
    assert sent == PER_WEEK * (PATIENCE // WEEK)
    assert {row.state for row in await world.rows("bother")} == {OutboxState.SENT, OutboxState.DROPPED}


def once(failure: Failure) -> Callable[[str, str], None]:
    tries: list[str] = []

    def trouble(step: str, call: str) -> None:
        if (step, call) == ("before", "post"):
            tries.append(call)
            if len(tries) == 1:
                raise DeliveryError(failure)

    return trouble


async def test_a_second_try_counts_once(world: World, delivery: Delivery) -> None:
    member = await world.member(1)
    world.platform.trouble = once(Failure.RETRY)
    await enqueue(world, member, "bother", PER_WEEK)
    assert (await delivery.run_due())["retried"] == 1
    world.clock.advance(timedelta(hours=2))
    assert (await delivery.run_due())["sent"] == 1
    async with world.db.reading() as session:
        mine = await nudges.recent(session, world.network_id, member, world.clock.now() - WEEK)
    assert len(mine) == PER_WEEK
