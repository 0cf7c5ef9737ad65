"""The life of a row, from due to ended, on a platform that keeps and breaks its word."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from community.delivery import LEASE, MOST_TRIES_DEFECT, OPENINGS_PAUSE
from community.outbox import Card, Direct, Drop, GiveUp, Plan, Planner, Post
from community.ports import DeliveryError, Failure
from storage import members, outbox
from storage.outbox import BULK, URGENT, Outbox
from tests.delivery.model import Crash, Script, World, in_channel


def once(step: str, call: str, error: BaseException) -> Callable[[str, str], None]:
    """The first such call fails, the next ones do not."""
    left = [error]

    def trouble(at: str, what: str) -> None:
        if (at, what) == (step, call) and left:
            raise left.pop()

    return trouble


async def test_a_due_row_is_posted_once_and_noted_with_its_reference(world: World) -> None:
    news = in_channel("news")
    world.planners["news"] = news
    assert await world.enqueue("news")
    assert not await world.enqueue("news")
    assert await world.worker().run_due() == {"sent": 1}
    assert await world.worker().run_due() == {}
    assert len(world.platform.heard("news")) == 1
    (row,) = await world.rows()
    assert (row.state, row.external_ref) == ("sent", world.platform.channels["news"][0].ref)
    assert news.noted == [(row.id, row.external_ref)]


async def test_a_row_waits_for_its_time(world: World) -> None:
    await world.enqueue("news", due_at=world.clock.now() + timedelta(hours=1))
    assert await world.worker().run_due() == {}
    world.clock.advance(timedelta(hours=1))
    assert await world.worker().run_due() == {"sent": 1}


async def test_two_workers_share_the_rows_and_double_none(world: World) -> None:
    for subject in range(40):
        await world.enqueue("news", subject)
    first, second = await asyncio.gather(world.worker().run_due(), world.worker().run_due())
    assert first["sent"] + second["sent"] == 40
    assert len(set(world.platform.heard("news"))) == len(world.platform.heard("news")) == 40


async def test_the_re_check_drops_what_nobody_needs_any_more(world: World) -> None:
    world.planners["news"] = Script(lambda row: Drop("cancelled"))
    await world.enqueue("news")
    assert await world.worker().run_due() == {"dropped": 1}
    assert await world.states() == [("dropped", "cancelled")]


async def test_cancelling_a_subject_leaves_the_others(world: World) -> None:
    await world.enqueue("news", 1)
    await world.enqueue("news", 2)
    async with world.db.transaction() as session:
        dropped = await outbox.cancel(
            session, network_id=world.network_id, kinds=["news"], subject_id=1, now=world.clock.now()
        )
    assert dropped == 1
    await world.worker().run_due()
    assert await world.states() == [("dropped", "cancelled"), ("sent", None)]


@pytest.mark.parametrize("kind", ["news", "private", "card", "role"])
@pytest.mark.parametrize("pause", [LEASE, timedelta(hours=3)])
async def test_a_crash_after_sending_doubles_nothing(world: World, kind: str, pause: timedelta) -> None:
    recipient = await world.member(1)
    await world.enqueue(kind, recipient_id=recipient)
    call = {"news": "post", "private": "post", "card": "thread", "role": "grant"}[kind]
    world.platform.trouble = once("after", call, Crash())
    with pytest.raises(Crash):
        await world.worker().run_due()
    assert await world.worker().run_due() == {}, "the lease holds"
    world.clock.advance(pause)
    assert await world.worker().run_due() == {"sent": 1}
    heard = [*world.platform.channels.values(), *world.platform.forums.values()]
    assert sum(len(said) for said in heard) + len(world.platform.grants) == 1


async def test_an_answer_that_was_lost_is_looked_for_before_the_next_try(world: World) -> None:
    await world.enqueue("news")
    world.platform.trouble = once("after", "post", DeliveryError(Failure.RETRY, unsure=True))
    assert await world.worker().run_due() == {"retried": 1}
    world.clock.advance(timedelta(hours=2))
    assert await world.worker().run_due() == {"sent": 1}
    assert len(world.platform.heard("news")) == 1


async def test_a_temporary_failure_waits_longer_each_time_and_at_least_what_was_asked(world: World) -> None:
    await world.enqueue("news")
    waits = []
    for _ in range(4):
        world.platform.trouble = once("before", "post", DeliveryError(Failure.RETRY))
        await world.worker().run_due()
        (row,) = await world.rows()
        waits.append((row.next_try_at - world.clock.now()).total_seconds())
        world.clock.jump(row.next_try_at)
    assert waits == [5, 10, 20, 40]
    world.platform.trouble = once("before", "post", DeliveryError(Failure.RETRY, retry_after=500))
    await world.worker().run_due()
    (row,) = await world.rows()
    assert row.next_try_at - world.clock.now() == timedelta(seconds=500)


async def test_closed_private_messages_become_a_mention_that_tells_nothing(world: World) -> None:
    recipient = await world.member(1)
    world.platform.closed.add("account-1")
    await world.enqueue("private", 77, recipient_id=recipient)
    assert await world.worker().run_due() == {"rerouted": 1, "sent": 1}
    (said,) = world.platform.channels["welcome"]
    assert said.mentions == ("account-1",)
    assert "77" not in said.text
    assert await world.states("private") == [("sent", "closed")]


async def test_a_lost_answer_is_found_although_its_reader_refuses_by_now(
    world: World,
) -> None:
    member_id = await world.member(1)
    await world.enqueue("private", 1, recipient_id=member_id)
    world.platform.trouble = once("after", "post", DeliveryError(Failure.RETRY, unsure=True))
    assert await world.worker().run_due() == {"retried": 1}
    world.platform.closed.add("account-1")
    await world.enqueue("private", 2, recipient_id=member_id)
    await world.worker().run_due()  # refused: nobody is asked again for a day
    world.clock.advance(timedelta(minutes=6))
    assert await world.worker().run_due() == {"sent": 1}
    assert len(world.platform.heard("dm-account-1")) == len(world.platform.heard("welcome")) == 1


async def test_someone_who_refuses_is_not_asked_again_for_a_day(world: World) -> None:
    recipient = await world.member(1)
    world.platform.closed.add("account-1")
    await world.enqueue("private", 1, recipient_id=recipient)
    await world.worker().run_due()
    world.platform.closed.clear()
    await world.enqueue("private", 2, recipient_id=recipient)
    await world.worker().run_due()
    assert len(world.platform.heard("welcome")) == 2
    world.clock.advance(timedelta(days=1))
    await world.enqueue("private", 3, recipient_id=recipient)
    await world.enqueue("private", 4, recipient_id=recipient)
    await world.worker().run_due()
    assert len(world.platform.heard("dm-account-1")) == 2


async def test_when_every_way_is_refused_the_facilitators_see_one_notice(world: World) -> None:
    del world.platform.channels["welcome"]
    for number in (1, 2):
        recipient = await world.member(number)
        world.platform.closed.add(f"account-{number}")
        await world.enqueue("private", recipient_id=recipient)
    counts = await world.worker().run_due()
    assert counts == {"rerouted": 2, "given_up": 2}
    assert await world.states("private") == [("given_up", "gone")] * 2
    assert world.platform.heard("facilitators") == []
    world.clock.advance(timedelta(minutes=10))
    assert await world.worker().run_due() == {"sent": 1}
    (notice,) = world.platform.heard("facilitators")
    assert "kind='private', reason='gone', count=2, accounts=('account-1', 'account-2')" in notice


async def test_a_notice_that_cannot_be_posted_makes_no_further_notice(world: World) -> None:
    world.platform.channels.clear()
    await world.enqueue("news")
    await world.worker().run_due()
    world.clock.advance(timedelta(minutes=10))
    assert await world.worker().run_due() == {"given_up": 1}
    assert await world.states() == [("given_up", "gone")] * 2
    async with world.db.transaction() as session:
        assert await outbox.try_again(session, world.network_id, world.clock.now()) == 2
    world.platform.channels = {"news": [], "facilitators": []}
    assert await world.worker().run_due() == {"sent": 1, "dropped": 1}


async def test_what_is_too_late_is_recorded_and_shown(world: World) -> None:
    await world.enqueue("news", expires_at=world.clock.now() + timedelta(hours=1))
    world.clock.advance(timedelta(hours=1))
    assert await world.worker().run_due() == {"expired": 1}
    assert await world.states("news") == [("expired", "late")]
    world.clock.advance(timedelta(minutes=10))
    await world.worker().run_due()
    assert len(world.platform.heard("facilitators")) == 1
    assert world.platform.heard("news") == []


async def test_too_late_after_a_crash_still_knows_that_it_was_sent(world: World) -> None:
    await world.enqueue("news", expires_at=world.clock.now() + timedelta(hours=1))
    world.platform.trouble = once("after", "post", Crash())
    with pytest.raises(Crash):
        await world.worker().run_due()
    world.clock.advance(timedelta(hours=5))
    assert await world.worker().run_due() == {"sent": 1}


async def test_too_late_after_a_crash_before_sending_is_expired(world: World) -> None:
    await world.enqueue("news", expires_at=world.clock.now() + timedelta(hours=1))
    world.platform.trouble = once("before", "post", Crash())
    with pytest.raises(Crash):
        await world.worker().run_due()
    world.clock.advance(timedelta(hours=5))
    assert await world.worker().run_due() == {"expired": 1}
    assert world.platform.heard("news") == []


async def test_private_channels_are_opened_slowly_and_once(world: World) -> None:
    for number in range(5):
        await world.enqueue("private", recipient_id=await world.member(number))
    assert await world.worker(openings_per_minute=2).run_due() == {"sent": 2, "postponed": 3}
    assert await world.worker(openings_per_minute=2).run_due() == {}
    world.clock.advance(timedelta(minutes=1))
    assert await world.worker(openings_per_minute=2).run_due() == {"sent": 2, "postponed": 1}
    world.clock.advance(timedelta(minutes=1))
    assert await world.worker(openings_per_minute=2).run_due() == {"sent": 1}
    assert {row.attempts for row in await world.rows()} == {1}
    await world.enqueue("private", 2, recipient_id=(await world.rows())[0].recipient_id)
    await world.worker().run_due()
    assert len(world.platform.opened) == 5


async def test_too_many_openings_stop_all_of_them_for_ten_minutes(world: World) -> None:
    known = await world.member(0, direct_ref="dm-account-0")
    world.platform.channels["dm-account-0"] = []
    for number in (1, 2, 3):
        await world.enqueue("private", recipient_id=await world.member(number))
    world.platform.trouble = once("before", "open", DeliveryError(Failure.SLOW_DOWN, code="40003"))
    assert await world.worker(lanes=1).run_due() == {"postponed": 3}
    await world.enqueue("private", recipient_id=known)
    assert await world.worker().run_due() == {"sent": 1}, "those already open go on"
    world.clock.advance(OPENINGS_PAUSE - timedelta(seconds=1))
    assert await world.worker().run_due() == {}
    world.clock.advance(timedelta(seconds=1))
    assert await world.worker().run_due() == {"sent": 3}


async def test_a_private_channel_that_is_gone_is_opened_anew(world: World) -> None:
    recipient = await world.member(1, direct_ref="dm-forgotten")
    await world.enqueue("private", recipient_id=recipient)
    assert await world.worker().run_due() == {"retried": 1, "sent": 1}
    assert len(world.platform.heard("dm-account-1")) == 1


async def test_someone_without_an_account_is_shown_to_the_facilitators(world: World) -> None:
    recipient = await world.member(1)
    async with world.db.transaction() as session:
        identity = await members.identity(session, world.network_id, recipient)
        await session.delete(identity)
    await world.enqueue("private", recipient_id=recipient)
    assert await world.worker().run_due() == {"given_up": 1}
    assert await world.states("private") == [("given_up", "no_account")]


class Broken(Planner):
    async def plan(self, session: object, row: Outbox, now: object) -> Plan:
        raise ZeroDivisionError


async def test_a_planner_with_a_defect_stops_no_other_row(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.planners["broken"] = Broken()
    await world.enqueue("broken")
    await world.enqueue("unheard_of")
    await world.enqueue("news")
    assert await world.worker().run_due() == {"retried": 2, "sent": 1}
    assert "planner failed outbox=1 kind=broken attempt=1" in caplog.text
    for _ in range(MOST_TRIES_DEFECT - 1):
        world.clock.advance(timedelta(minutes=2))
        await world.worker().run_due()
    assert await world.states("broken") == [("given_up", "defect")]
    assert await world.states("unheard_of") == [("given_up", "defect")]


async def test_a_note_that_fails_after_sending_does_not_send_again(world: World) -> None:
    class Forgetful(Script):
        async def sent(self, *_: object) -> None:
            raise ZeroDivisionError

    world.planners["news"] = Forgetful(in_channel("news").answer)
    await world.enqueue("news")
    assert await world.worker().run_due() == {"sent": 1}
    assert await world.worker().run_due() == {}


async def test_what_is_urgent_overtakes_what_is_many(world: World) -> None:
    for subject in range(20):
        await world.enqueue("news", subject, priority=BULK)
    await world.enqueue("role", 1, priority=URGENT)
    await world.worker(lanes=1).run_due(limit=2)
    assert world.platform.grants == [("account-1", "role")]


async def test_a_slow_place_does_not_hold_what_is_urgent(world: World) -> None:
    """Every ordinary lane waits at the slow place; the urgent one goes by."""
    full, release = asyncio.Barrier(3), asyncio.Event()
    post = world.platform.post

    async def slow(*args: object, **options: object) -> str:
        if not release.is_set():
            await full.wait()
        await release.wait()
        return await post(*args, **options)  # type: ignore[arg-type]  # handed through

    world.platform.post = slow  # type: ignore[method-assign]  # the place is slow
    for subject in range(10):
        await world.enqueue("news", subject, priority=BULK)
    run = asyncio.create_task(world.worker(lanes=2).run_due())
    await full.wait()
    await world.enqueue("role", 1, priority=URGENT)
    other = world.worker(lanes=0)
    assert await other.run_due() == {"sent": 1}
    release.set()
    assert (await run)["sent"] == 10


async def test_stopping_finishes_the_row_in_hand_and_claims_no_other(world: World) -> None:
    worker = world.worker(lanes=1)
    world.platform.trouble = lambda step, call: worker.stop() if step == "after" else None
    for subject in range(3):
        await world.enqueue("news", subject)
    assert await worker.run_due() == {"sent": 1}
    assert sorted(state for state, _ in await world.states()) == ["due", "due", "sent"]


async def test_a_worker_that_lost_its_lease_leaves_the_row_to_the_other(world: World) -> None:
    """The first sends for longer than its lease: the second finds the message, and notes it."""
    await world.enqueue("news")
    slow, other = world.worker(lanes=1), world.worker()
    outcome = []
    post = world.platform.post

    async def overtaken(*args: object, **options: object) -> str:
        ref = await post(*args, **options)  # type: ignore[arg-type]  # handed through
        world.clock.advance(LEASE)
        outcome.append(await other.run_due())
        return ref

    world.platform.post = overtaken  # type: ignore[method-assign]  # the network stalls
    assert await slow.run_due() == {"lost": 1}
    assert outcome == [{"sent": 1}]
    assert len(world.platform.heard("news")) == 1


async def test_a_planner_may_say_that_the_place_was_never_set_up(world: World) -> None:
    world.planners["news"] = Script(lambda row: GiveUp("no_place"))
    await world.enqueue("news")
    assert await world.worker().run_due() == {"given_up": 1}


async def test_a_planner_may_name_the_fallback(world: World) -> None:
    card, private = Card("short", "fr"), Card("long", "fr")
    world.planners["private"] = Script(
        lambda row: Direct(row.recipient_id or 0, private, fallback=Post("news", card))
    )
    recipient = await world.member(1)
    world.platform.closed.add("account-1")
    await world.enqueue("private", recipient_id=recipient)
    await world.worker().run_due()
    assert world.platform.heard("news") == ["fr short []"]


async def test_old_rows_are_forgotten_after_ninety_days(world: World) -> None:
    await world.enqueue("news", 1)
    await world.worker().run_due()
    world.clock.advance(timedelta(days=89))
    await world.enqueue("news", 2)
    assert await world.worker().purge() == 0
    world.clock.advance(timedelta(days=1, seconds=1))
    assert await world.worker().purge() == 1
    assert [row.subject_id for row in await world.rows()] == [2]
