"""The bot was down: what each thing that time does becomes when it is back, late, once, or not at all."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from community.actors import Role
from community.delivery import Delivery
from community.outbox import Post
from community.planners import planners
from community.undelivered import UndeliveredNotice
from prompts import Words
from storage.outbox import OutboxState
from tests.community.conftest import Network
from tests.community.meetups import planned, rows
from tests.delivery.model import PlainRenderer, Platform

PARIS = ZoneInfo("Europe/Paris")
HOUR, DAY, MONTH = timedelta(hours=1), timedelta(days=1), timedelta(days=31)


def delivery(network: Network) -> Delivery:
    return Delivery(
        network.db, network.clock, Platform(network.clock), PlainRenderer(), planners(Words()), lanes=1
    )


@pytest.mark.parametrize(
    ("down", "became"),
    [
        (HOUR, {"sent": 1}),  # late and still useful
        (3 * HOUR, {"expired": 1}),  # the meetup is over: shown to the facilitators, never sent
        (DAY, {"expired": 1}),
        (MONTH, {"expired": 1}),
    ],
)
async def test_a_reminder_that_waited(network: Network, down: timedelta, became: dict[str, int]) -> None:
    meetup = await planned(network, after=timedelta(hours=3))
    await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    due = [row for row in await rows(network.db, "meetup.reminder") if row.due_at > network.clock.now()]
    assert len(due) == 1
    network.clock.jump(due[0].due_at - timedelta(minutes=1))  # the bot stops here
    network.clock.advance(down)
    await delivery(network).run_due()
    states = [row.state for row in await rows(network.db, "meetup.reminder") if row.id == due[0].id]
    assert states == list(became)
    await delivery(network).run_due()
    assert [row.state for row in await rows(network.db, "meetup.reminder") if row.id == due[0].id] == states


@pytest.mark.parametrize("down", [HOUR, DAY, MONTH])
async def test_daily_looks_are_not_made_up_for(network: Network, down: timedelta) -> None:
    """However long the bot was away, reviewers are reminded once, of what waits now."""
    care = network.services.library_care
    await network.propose()
    network.clock.advance(timedelta(days=4))
    await care.tend()
    network.clock.advance(down)
    before = len(await rows(network.db, "library.waiting"))
    assert before == 1
    await care.tend()
    await care.tend()
    assert len(await rows(network.db, "library.waiting")) == before + (down > HOUR)


@pytest.mark.parametrize(
    ("too_early", "morning"),
    [
        # 29 March 2026: Paris goes from UTC+1 to UTC+2 at 1:00 UTC; 25 October: back.
        (datetime(2026, 3, 28, 7, 59, tzinfo=UTC), datetime(2026, 3, 28, 8, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 6, 59, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 6, 59, tzinfo=UTC), datetime(2026, 10, 24, 7, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 7, 59, tzinfo=UTC), datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),
    ],
)
async def test_nine_in_the_morning_stays_nine(
    network: Network, too_early: datetime, morning: datetime
) -> None:
    await network.propose()
    network.clock.jump(too_early)
    assert await network.services.library_care.remind_reviewers() == 0
    network.clock.jump(morning)
    assert await network.services.library_care.remind_reviewers() == 1


@pytest.mark.parametrize("change", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
async def test_a_series_goes_on_at_its_hour_after_a_stop_over_the_change(
    network: Network, change: datetime
) -> None:
    """Down from before the change until after it: dates made since are at the same hour of the wall."""
    network.clock.jump(change - timedelta(days=20))
    first = (change - timedelta(days=10)).replace(hour=13)
    await planned(network, at=first, rule="FREQ=WEEKLY")
    network.clock.jump(change + timedelta(days=150))
    await network.services.meetups_upkeep.run()
    ended = await network.services.meetups_upkeep.run()
    assert ended == 0, "a second look has nothing left to do"
    coming = (await network.services.meetups.coming(network[Role.MEMBER])).items
    assert coming
    assert {view.starts_at.astimezone(PARIS).hour for view in coming} == {first.astimezone(PARIS).hour}


async def test_nothing_given_up_is_lost_in_between(network: Network) -> None:
    """Rows that became too old wait in the facilitators' notice, one for all of them."""
    for number in range(3):
        meetup = await planned(network, after=timedelta(hours=3), title=f"Panel {number}")
        await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    network.clock.advance(MONTH)
    await delivery(network).run_due()
    late = await rows(network.db, "meetup.reminder", state=OutboxState.EXPIRED)
    notices = await rows(network.db, "delivery.undelivered")
    assert len(late) >= 3
    assert len(notices) == 1
    network.clock.advance(timedelta(minutes=10))
    async with network.db.reading() as session:
        plan = await UndeliveredNotice().plan(session, notices[0], network.clock.now())
    assert isinstance(plan, Post)
    only_late = {**plan.card.values, "troubles": [], "total": 0}
    told = Words().render(plan.card.template, "fr", **only_late)
    assert told.title.startswith("Trop tard pour ")
    assert "Leur heure était passée" in told.body
    assert "/réseau réparer" not in told.note
