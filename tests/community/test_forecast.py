"""Every message of the next seven days, and how one is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.errors import NotAllowed, NotFound
from community.forecast import SILENT, ForecastLine
from community.meetups_rules import NewMeetup
from community.planners import planners
from prompts import Words
from prompts.labels import packaged
from storage.nudges import BUDGET
from storage.outbox import Outbox, OutboxState
from tests.community.conftest import Network

STARTS = datetime(2026, 3, 6, 13, 0, tzinfo=UTC)


async def planned(network: Network) -> int:
    """A meetup on Friday, to which two come: reminders a day and an hour before."""
    facilitator = network[Role.FACILITATOR]
    draft = await network.services.meetups.draft(facilitator, NewMeetup("Atelier", STARTS))
    await network.services.meetups.publish(facilitator, draft.id)
    for role in (Role.MEMBER, Role.FACILITATOR):
        await network.services.registrations.answer(network[role], draft.id, "yes")
    return draft.id


async def reminders(network: Network) -> list[ForecastLine]:
    found = await network.services.forecasts.coming(network[Role.FACILITATOR])
    every = list(found.items)
    for page in range(2, found.pages + 1):
        every += (await network.services.forecasts.coming(network[Role.FACILITATOR], page)).items
    assert len(every) == found.messages
    assert [line.leaves_at for line in every] == sorted(line.leaves_at for line in every)
    return [line for line in every if line.kind == "meetup.reminder"]


async def test_what_is_due_to_several_is_one_line(network: Network) -> None:
    await planned(network)
    lines = await reminders(network)
    assert [(line.leaves_at, line.number, line.place, line.about) for line in lines] == [
        (STARTS - timedelta(days=1), 2, False, "Atelier"),
        (STARTS - timedelta(hours=1), 2, False, "Atelier"),
    ]


async def test_one_is_cancelled_and_the_others_leave(network: Network) -> None:
    await planned(network)
    first, second = await reminders(network)
    facilitator, forecasts = network[Role.FACILITATOR], network.services.forecasts
    assert (await forecasts.line(facilitator, first.row_id)).number == 2
    assert await forecasts.cancel(facilitator, first.row_id) == 2
    assert await reminders(network) == [second]
    with pytest.raises(NotFound):
        await forecasts.cancel(facilitator, first.row_id)
    async with network.db.reading() as session:
        dropped = (await session.exec(select(Outbox).where(Outbox.reason == "cancelled"))).all()
    assert {row.state for row in dropped if row.due_at == first.leaves_at} == {OutboxState.DROPPED}


async def test_what_is_further_away_or_silent_is_not_listed(network: Network) -> None:
    facilitator = network[Role.FACILITATOR]
    late = NewMeetup("Plus tard", STARTS + timedelta(days=30))
    draft = await network.services.meetups.draft(facilitator, late)
    await network.services.meetups.publish(facilitator, draft.id)
    await network.services.registrations.answer(network[Role.MEMBER], draft.id, "yes")
    assert await reminders(network) == []
    network.clock.jump(late.starts_at - timedelta(days=6))
    assert len(await reminders(network)) >= 2
    every = await network.services.forecasts.coming(facilitator)
    assert not {line.kind for line in every.items} & set(SILENT)
    assert set(SILENT) <= set(planners(Words()))


async def test_it_is_for_the_team_of_the_network(network: Network, other_admin: Actor) -> None:
    await planned(network)
    line = (await reminders(network))[0]
    for reach in (
        network.services.forecasts.line(other_admin, line.row_id),
        network.services.forecasts.cancel(other_admin, line.row_id),
    ):
        with pytest.raises(NotFound):
            await reach
    shown = await network.services.forecasts.coming(other_admin)
    assert "Atelier" not in {one.about for one in shown.items}
    with pytest.raises(NotAllowed):
        await network.services.forecasts.coming(network[Role.MEMBER])


def test_every_message_has_a_name() -> None:
    for kind in planners(Words()):
        assert kind in SILENT or packaged("fr").get(f"delivery.kinds.{kind}"), kind


async def held(network: Network, until: datetime, *members: int) -> None:
    """Follow-ups that were due now and wait for room in the week of each."""
    now = network.clock.now()
    async with network.db.transaction() as session:
        session.add_all(
            Outbox(
                network_id=network[Role.MEMBER].network_id,
                kind="member.nudged",
                recipient_id=member,
                subject_id=7,
                dedupe_key=f"nudged:{until}:{member}",
                due_at=now,
                next_try_at=until + timedelta(seconds=member),
                created_at=now,
                reason=BUDGET,
            )
            for member in members
        )


async def test_what_the_budget_postpones_is_listed_when_it_really_leaves(network: Network) -> None:
    facilitator, forecasts = network[Role.FACILITATOR], network.services.forecasts
    first, second = network[Role.MEMBER].member_id or 0, facilitator.member_id or 0
    soon = network.clock.now() + timedelta(days=3)
    later = network.clock.now() + timedelta(days=5)
    await held(network, soon, first, second)
    await held(network, later, first)
    await held(network, network.clock.now() + timedelta(days=8), second)  # not within seven days
    lines = [line for line in (await forecasts.coming(facilitator)).items if line.kind == "member.nudged"]
    assert [(line.leaves_at, line.number, line.held_back) for line in lines] == [
        (soon + timedelta(seconds=min(first, second)), 2, True),
        (later + timedelta(seconds=first), 1, True),
    ]
    assert (await forecasts.line(facilitator, lines[0].row_id)).number == 2
    assert await forecasts.cancel(facilitator, lines[0].row_id) == 2
    left = [line for line in (await forecasts.coming(facilitator)).items if line.kind == "member.nudged"]
    assert left == lines[1:], "the others wait as before"


async def test_one_that_is_not_held_back_is_cancelled_alone(network: Network) -> None:
    facilitator, forecasts = network[Role.FACILITATOR], network.services.forecasts
    member = network[Role.MEMBER].member_id or 0
    await held(network, network.clock.now() + timedelta(days=1), member)
    async with network.db.transaction() as session:
        row = (await session.exec(select(Outbox).where(Outbox.reason == BUDGET))).one()
        session.add(
            Outbox(
                **row.model_dump(exclude={"id", "reason", "dedupe_key", "recipient_id", "next_try_at"}),
                recipient_id=facilitator.member_id,
                dedupe_key="other",
                next_try_at=row.due_at,
            )
        )
    now, waits = [one for one in (await forecasts.coming(facilitator)).items if one.kind == "member.nudged"]
    assert (now.held_back, waits.held_back) == (False, True)
    assert await forecasts.cancel(facilitator, now.row_id) == 1
