"""The thread and the role of those registered: while a meetup is near, again when it is back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.errors import NotFound
from community.meetups_days import WrongCode
from community.meetups_plan import ROLE_GIVE, ROLE_TAKE
from community.meetups_rooms import CLOSE, ENTER, INTRO, OPEN, ROLE, ROLE_END, NoRoom
from community.meetups_views import MeetupView
from community.outbox import CloseRoom, Drop, EndRole, Grant, MakeRole, OpenRoom, Post, Revoke
from storage.meetup_days import Attendance, MeetupRoom
from tests.community.conftest import OTHER_SERVER, Network
from tests.community.meetups import crowd, planned
from tests.community.threads import due, leave


async def room_of(network: Network, meetup: MeetupView) -> MeetupRoom:
    async with network.db.reading() as session:
        return (await session.exec(select(MeetupRoom).where(MeetupRoom.meetup_id == meetup.id))).one()


async def near(network: Network, *, roles: bool) -> MeetupView:
    """In five days, with the network's wish; the member comes."""
    await network.services.meetup_models.set(
        network[Role.FACILITATOR], departement="", threads=True, roles=roles
    )
    meetup = await planned(network, after=timedelta(days=5))
    await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    return meetup


async def test_a_role_is_given_to_those_registered_and_ends(network: Network) -> None:
    meetup, answers = await near(network, roles=True), network.services.registrations
    await network.services.rooms.tend()
    await network.services.rooms.tend()  # the next minute changes nothing
    (made,) = await leave(network, ROLE, "role-1")
    assert isinstance(made, MakeRole)
    assert "Panel citoyen" in made.name
    (late,) = await crowd(network, 1)
    await answers.answer(late, meetup.id, "maybe")
    given = await leave(network, ROLE_GIVE)
    assert all(isinstance(one, Grant) and one.role_ref == "role-1" for one in given)
    assert len(given) == 2
    await answers.answer(late, meetup.id, "no")
    (taken,) = await leave(network, ROLE_TAKE)
    assert isinstance(taken, Revoke)
    assert taken.account_ref == f"9{late.member_id:05}"
    network.clock.advance(timedelta(days=8))
    await network.services.meetups_upkeep.run()
    (ended,) = await leave(network, ROLE_END)
    assert isinstance(ended, EndRole)
    assert (await room_of(network, meetup)).role_ref is None


async def test_without_the_networks_wish_nobody_gets_a_role(network: Network) -> None:
    await near(network, roles=False)
    await network.services.rooms.tend()
    assert not await due(network, ROLE)


async def test_somebody_who_changed_their_mind_before_the_role_came_has_none(network: Network) -> None:
    meetup = await near(network, roles=True)
    await network.services.rooms.tend()
    await leave(network, ROLE, "role-1")
    await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "no")
    outcome = [type(one) for one in await leave(network, ROLE_GIVE)]
    assert outcome.count(Drop) == 1


async def test_a_thread_is_archived_when_all_is_over(network: Network) -> None:
    meetup = await near(network, roles=False)
    await network.services.rooms.tend()
    (opened,) = await leave(network, OPEN, "thread-1")
    assert isinstance(opened, OpenRoom)
    (intro,) = await leave(network, INTRO, "1")
    assert isinstance(intro, Post)
    network.clock.advance(timedelta(days=6))
    await network.services.meetups_upkeep.run()
    assert not await due(network, CLOSE)  # its two days of talk are not over
    assert (await network.services.rooms.enter(network[Role.MEMBER], meetup.id)).thread_ref == "thread-1"
    network.clock.advance(timedelta(days=1, hours=3))
    await network.services.meetups_upkeep.run()
    assert await leave(network, CLOSE) == [CloseRoom("thread-1")]
    with pytest.raises(NoRoom):
        await network.services.rooms.enter(network[Role.MEMBER], meetup.id)


async def test_a_meetup_that_is_back_finds_its_thread_and_a_role_again_each_time(network: Network) -> None:
    use, facilitator = network.services.meetups, network[Role.FACILITATOR]
    meetup = await near(network, roles=True)
    await network.services.rooms.tend()
    await leave(network, OPEN, "thread-1")
    await leave(network, ROLE, "role-1")
    for number in (2, 3):  # called off and back, twice: nothing of the first time stands in the way
        await use.cancel(facilitator, meetup.id)
        await network.services.rooms.tend()
        assert await leave(network, CLOSE) == [CloseRoom("thread-1")]
        assert [type(one) for one in await leave(network, ROLE_END)] == [EndRole]
        network.clock.advance(timedelta(minutes=5))
        await use.revive(facilitator, meetup.id)
        await network.services.rooms.tend()
        assert not await due(network, OPEN)
        assert [type(one) for one in await leave(network, ROLE, f"role-{number}")] == [MakeRole]
        room = await room_of(network, meetup)
        assert (room.thread_ref, room.role_ref, room.closed_at) == ("thread-1", f"role-{number}", None)
        grants = [one for one in await leave(network, ROLE_GIVE) if isinstance(one, Grant)]
        assert f"role-{number}" in {one.role_ref for one in grants}
    entered = await network.services.rooms.enter(network[Role.MEMBER], meetup.id)
    assert entered.thread_ref == "thread-1"


async def test_a_meetup_back_before_its_role_ended_keeps_it(network: Network) -> None:
    use, facilitator = network.services.meetups, network[Role.FACILITATOR]
    meetup = await near(network, roles=True)
    await network.services.rooms.tend()
    await leave(network, OPEN, "thread-1")
    await leave(network, ROLE, "role-1")
    await use.cancel(facilitator, meetup.id)
    await network.services.rooms.tend()
    await use.revive(facilitator, meetup.id)
    await network.services.rooms.tend()
    assert [type(one) for one in [*await leave(network, CLOSE), *await leave(network, ROLE_END)]] == [
        Drop
    ] * 2
    room = await room_of(network, meetup)
    assert (room.thread_ref, room.role_ref, room.closed_at) == ("thread-1", "role-1", None)


async def test_the_day_and_the_thread_are_of_their_network(network: Network, other_admin: Actor) -> None:
    services, facilitator = network.services, network[Role.FACILITATOR]
    meetup = await planned(network, after=timedelta(minutes=30))
    member_id = network[Role.MEMBER].member_id or 0
    await services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    await services.rooms.tend()
    await leave(network, OPEN, "thread-1")
    code = (await services.days.show_code(facilitator, meetup.id)).code
    spy = replace(other_admin, member_id=member_id)
    for reach in (
        services.days.show_code(other_admin, meetup.id),
        services.days.sheet(other_admin, meetup.id),
        services.days.file(other_admin, meetup.id),
        services.days.note(other_admin, meetup.id, [other_admin.member_id or 0]),
        services.days.rate(spy, meetup.id, "great"),
        services.notes.read(other_admin, meetup.id),
        services.notes.write(spy, meetup.id, "Pirate", 0),
        services.rooms.enter(other_admin, meetup.id),
        services.rooms.enter(spy, meetup.id),
    ):
        with pytest.raises(NotFound):
            await reach
    with pytest.raises(WrongCode):
        await services.days.check_in(other_admin, code)  # the right digits, of somewhere else
    assert not await services.rooms.thread_gone("discord", OTHER_SERVER, "thread-1")
    assert not await due(network, ENTER)
    async with network.db.reading() as session:
        there = (await session.exec(select(Attendance.member_id))).all()
    assert list(there) == [facilitator.member_id]
    assert (await room_of(network, meetup)).thread_ref == "thread-1"
