"""Travelling together: no name before both agree, a seat given once, and all of it erased a week after."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.errors import Invalid, NotFound
from community.outbox import Direct, Drop
from community.planners import planners
from community.travel import NotAgreed, OwnTrip, TravelView, TripTaken
from prompts import Words
from storage.outbox import Outbox
from storage.travel import Match, Trip
from tests.community.conftest import Network
from tests.community.meetups import crowd, planned, rows


async def test_contacts_are_shown_when_both_agreed_only(network: Network, other_admin: Actor) -> None:
    use = network.services.travel
    driver, rider, other = await crowd(network, 3)
    meetup = await planned(network)
    found = await _offer(network, driver, meetup.id, seats="1")
    assert found.mine is not None
    seen = await use.look(rider, meetup.id)
    (trip,) = seen.trips
    assert (trip.start, trip.left, trip.note) == ("Thiers", 1, "En voiture")
    assert "Membre 0" not in str(seen)
    assert "06 11" not in str(seen)
    match = await use.ask(rider, trip.id, "06 22")
    assert (await use.ask(rider, trip.id, "06 22")).id == match.id  # a second click
    (asked,) = await rows(network.db, "travel.asked")
    plan = await _plan(network, asked)
    assert isinstance(plan, Direct)
    assert plan.member_id == driver.member_id
    assert "06 22" not in str(plan)
    assert "Membre 1" not in str(plan)
    for who in (rider, driver):
        with pytest.raises(NotAgreed):
            await use.contact(who, match.id)
    with pytest.raises(NotFound):
        await use.answer(rider, match.id, agree=True)  # one does not accept for the other
    assert (await use.answer(driver, match.id, agree=True)).state == "accepted"
    assert (await use.answer(driver, match.id, agree=False)).state == "accepted"  # decided once
    assert (await use.contact(rider, match.id)).contact == "06 11"
    assert (await use.contact(driver, match.id)).contact == "06 22"
    for reach in (use.contact(other, match.id), use.contact(other_admin, match.id)):
        with pytest.raises(NotFound):
            await reach
    assert (await use.look(other, meetup.id)).trips == ()  # full
    with pytest.raises(TripTaken):
        await use.ask(other, trip.id)
    with pytest.raises(OwnTrip):
        await use.ask(driver, trip.id)
    with pytest.raises(NotFound):
        await use.look(other_admin, meetup.id)


async def test_the_last_seat_is_given_once(network: Network) -> None:
    use = network.services.travel
    driver, *riders = await crowd(network, 4)
    meetup = await planned(network)
    await _offer(network, driver, meetup.id, seats="2")
    (trip,) = (await use.look(riders[0], meetup.id)).trips
    asked = [await use.ask(rider, trip.id) for rider in riders]
    done = await asyncio.gather(
        *(use.answer(driver, match.id, agree=True) for match in asked), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["MatchView", "MatchView", "TripTaken"]
    assert (await use.look(driver, meetup.id)).agreed == tuple(
        match.id for match, one in zip(asked, done, strict=True) if not isinstance(one, Exception)
    )


async def test_a_trip_taken_back_is_told_and_a_refusal_has_no_reason(network: Network) -> None:
    use = network.services.travel
    driver, rider, other = await crowd(network, 3)
    meetup = await planned(network)
    await _offer(network, driver, meetup.id, seats="3")
    (trip,) = (await use.look(rider, meetup.id)).trips
    first, second = await use.ask(rider, trip.id), await use.ask(other, trip.id)
    await use.answer(driver, first.id, agree=True)
    await use.answer(driver, second.id, agree=False)
    assert (await use.look(other, meetup.id)).trips[0].asked == "declined"
    await use.withdraw(driver, meetup.id)
    told = await rows(network.db, "travel.declined")
    assert sorted(row.recipient_id or 0 for row in told) == sorted(
        [rider.member_id or 0, other.member_id or 0]
    )
    assert all([isinstance(await _plan(network, row), Direct) for row in told])
    (accepted,) = await rows(network.db, "travel.accepted")
    assert isinstance(await _plan(network, accepted), Drop)
    with pytest.raises(Invalid):
        await _offer(network, driver, meetup.id, seats="99")
    with pytest.raises(Invalid):
        await use.put(driver, meetup.id, kind="taxi", start="Thiers", seats="1", note="", contact="")


async def test_all_is_erased_a_week_after_by_the_tick(network: Network) -> None:
    use = network.services.travel
    driver, rider = await crowd(network, 2)
    meetup = await planned(network, after=timedelta(days=1))
    off = await planned(network, after=timedelta(days=1), title="Annulée")
    for meetup_id in (meetup.id, off.id):
        await _offer(network, driver, meetup_id, seats="1")
    (trip,) = (await use.look(rider, meetup.id)).trips
    match = await use.ask(rider, trip.id, "06 22")
    await use.answer(driver, match.id, agree=True)
    await network.services.meetups.cancel(network[Role.FACILITATOR], off.id)
    await network.services.meetups_upkeep.run()
    assert await _kept(network) == (1, 1)  # what was called off needs no trip
    network.clock.advance(timedelta(days=8, hours=1))  # seven days after its end: not quite
    await network.services.meetups_upkeep.run()
    assert (await use.contact(rider, match.id)).contact == "06 11"
    network.clock.advance(timedelta(hours=2))
    await network.services.meetups_upkeep.run()
    assert await _kept(network) == (0, 0)
    with pytest.raises(NotFound):
        await use.contact(rider, match.id)


async def test_who_was_erased_is_in_no_trip(network: Network) -> None:
    use = network.services.travel
    driver, rider = await crowd(network, 2)
    meetup = await planned(network)
    await _offer(network, driver, meetup.id, seats="1")
    (trip,) = (await use.look(rider, meetup.id)).trips
    await use.ask(rider, trip.id, "06 22")
    await network.services.privacy.erase(driver)
    assert await _kept(network) == (0, 0)
    (asked,) = await rows(network.db, "travel.asked")
    assert isinstance(await _plan(network, asked), Drop)


async def _offer(network: Network, actor: Actor, meetup_id: int, *, seats: str) -> TravelView:
    return await network.services.travel.put(
        actor, meetup_id, kind="offer", start="Thiers", seats=seats, note="En voiture", contact="06 11"
    )


async def _kept(network: Network) -> tuple[int, int]:
    async with network.db.reading() as session:
        trips, matches = (await session.exec(select(Trip))).all(), (await session.exec(select(Match))).all()
        return len(trips), len(matches)


async def _plan(network: Network, row: Outbox) -> object:
    async with network.db.reading() as session:
        return await planners(Words())[row.kind].plan(session, row, network.clock.now())
