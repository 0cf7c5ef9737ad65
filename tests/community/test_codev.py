"""Codéveloppement on both databases: roles, six timed steps, people who leave in the middle."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from community import codev_rules as rules
from community.actors import Actor, Role
from community.codev import CodevFull, CodevNotReady, CodevOver
from community.codev_delivery import planners
from community.codev_rules import Seat, Wish
from community.codev_views import CodevView
from community.errors import Invalid, NotAllowed, NotFound
from community.outbox import Drop, ForumPost, Plan, Post
from storage.codev import CodevRole, CodevSession
from storage.outbox import Outbox
from tests.community.conftest import Network, standing

WISHES = st.lists(st.tuples(st.sampled_from(list(CodevRole)), st.booleans()), min_size=4, max_size=10)


def check_seats(seats: tuple[Seat, ...]) -> None:
    roles = [seat.role for seat in seats]
    assert roles.count(CodevRole.CLIENT) == roles.count(CodevRole.FACILITATOR) == 1
    assert set(roles) <= {CodevRole.CLIENT, CodevRole.FACILITATOR, CodevRole.CONSULTANT}
    assert [seat.role for seat in seats if seat.keeps_time] == [CodevRole.CONSULTANT]
    for step in range(1, rules.STEPS + 1):
        order = rules.speaking(seats, step)
        assert len(order) == len(set(order)) > 0
    everyone = {seat.id for seat in seats}
    assert set(rules.speaking(seats, rules.STEPS)) == everyone
    assert set(rules.speaking(seats, rules.CONSULTATION)) == {
        seat.id for seat in seats if seat.role == CodevRole.CONSULTANT
    }


@given(WISHES, st.integers(0, 1000), st.data())
def test_roles_are_drawn_among_volunteers_and_pass_on(
    wishes: list[tuple[CodevRole, bool]], seed: int, data: st.DataObject
) -> None:
    people = [Wish(one, wish, subject) for one, (wish, subject) in enumerate(wishes, start=1)]
    if not any(one.has_subject for one in people):
        with pytest.raises(LookupError):
            rules.draw(people, seed)
        return
    seats = rules.draw(people, seed)
    assert seats == rules.draw(list(reversed(people)), seed)
    assert {seat.id for seat in seats} == {one.id for one in people}
    check_seats(seats)
    by_id = {one.id: one for one in people}
    assert by_id[seats[0].id].has_subject
    if any(one.wish == CodevRole.FACILITATOR and one.id != seats[0].id for one in people):
        assert by_id[seats[1].id].wish == CodevRole.FACILITATOR
    while True:
        gone = data.draw(st.sampled_from([seat.id for seat in seats]))
        client, many = seats[0].id, len(seats) > rules.FEWEST_LEFT
        left = rules.without(seats, gone)
        assert (left is not None) is (many and gone != client)
        if left is None:
            return
        check_seats(left)
        seats = left


async def group(network: Network, count: int, *, session_id: int) -> list[Actor]:
    """People who come: the first brings a subject, the second would facilitate."""
    people = []
    for number in range(count):
        account = str(200 + number)
        arrived = await network.services.members.arrive(standing(account))
        await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
        person = await network.services.members.identify(standing(account))
        wish = {0: "client", 1: "facilitator"}.get(number, "consultant")
        await network.services.codev.join(person, session_id, wish, "Mon école" if number == 0 else "")
        people.append(person)
    return people


async def begun(network: Network, count: int = 5) -> tuple[CodevView, list[Actor]]:
    made = await network.services.codev.propose(network[Role.FACILITATOR], "Codev de mars")
    people = await group(network, count, session_id=made.id)
    async with network.db.transaction() as session:
        found = await session.get_one(CodevSession, made.id)
        found.thread_ref = "777"
        session.add(found)
    return await network.services.codev.start(network[Role.FACILITATOR], made.id), people


async def plans(network: Network, kind: str) -> list[Plan]:
    async with network.db.reading() as session:
        rows = (await session.exec(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id))).all()  # type: ignore[arg-type]  # a column
        return [await planners()[kind].plan(session, row, network.clock.now()) for row in rows]


async def test_six_steps_with_their_timers_and_one_line(network: Network) -> None:
    sessions = network.services.codev
    shown, people = await begun(network)
    assert [one.role for one in shown.people[:2]] == ["client", "facilitator"]
    assert (shown.people[0].member_id, shown.people[1].member_id) == (
        people[0].member_id,
        people[1].member_id,
    )
    leader = people[1]
    for step in range(1, rules.STEPS + 1):
        minutes = timedelta(minutes=rules.MINUTES[step - 1])
        assert (shown.step, shown.ends_at) == (step, network.clock.now() + minutes)
        last = (await plans(network, "codev.step"))[-1]
        assert isinstance(last, Post)
        assert (last.channel_ref, last.card.template) == ("777", "codev/step")
        assert last.fallback is not None
        network.clock.advance(minutes)
        assert isinstance((await plans(network, "codev.over"))[-1], Post)
        both = await asyncio.gather(*(sessions.next_step(leader, shown.id, step) for _ in range(2)))
        shown = both[0]
        assert {one.step for one in both} <= {step, step + 1}
    assert shown.state == "done"
    assert len(await plans(network, "codev.step")) == rules.STEPS
    assert set(await plans(network, "codev.over")) == {Drop("time_changed")}
    with pytest.raises(NotAllowed):
        await sessions.conclude(people[3], shown.id, "Une phrase")
    assert (await sessions.conclude(people[0], shown.id, " Un pas : inviter l’école. ")).outcome == (
        "Un pas : inviter l’école."
    )
    assert len(await plans(network, "codev.outcome")) == 1


async def test_time_is_extended_paused_and_resumed_once_a_click(network: Network) -> None:
    sessions, (shown, people) = network.services.codev, await begun(network)
    leader, start = people[1], network.clock.now()
    await asyncio.gather(*(sessions.extend(leader, shown.id, shown.version) for _ in range(3)))
    extended = await sessions.session(leader, shown.id)
    assert extended.ends_at == start + timedelta(minutes=15)
    assert [isinstance(one, Post) for one in await plans(network, "codev.soon")] == [False, True]
    network.clock.advance(timedelta(minutes=3))
    await asyncio.gather(*(sessions.pause(leader, shown.id) for _ in range(2)))
    assert set(await plans(network, "codev.over")) == {Drop("time_changed")}
    network.clock.advance(timedelta(hours=2))
    resumed = await sessions.resume(leader, shown.id)
    assert resumed.ends_at == network.clock.now() + timedelta(minutes=12)
    assert (await sessions.resume(leader, shown.id)).version == resumed.version


async def test_somebody_leaves_in_the_middle(network: Network) -> None:
    sessions, (shown, people) = network.services.codev, await begun(network, 6)
    await sessions.leave(people[1], shown.id)  # who facilitates
    changed = await sessions.session(network[Role.MEMBER], shown.id)
    assert [one.role for one in changed.people].count("facilitator") == 1
    assert isinstance((await plans(network, "codev.changed"))[0], Post)
    suspended = next(one for one in changed.people if one.keeps_time)
    await network.services.members.suspend(network[Role.ADMIN], suspended.member_id)
    after = await sessions.next_step(network[Role.FACILITATOR], shown.id, 1)
    assert (len(after.people), after.step, sum(one.keeps_time for one in after.people)) == (4, 2, 1)
    await sessions.leave(people[0], shown.id)  # who brought the subject
    stopped = await sessions.session(network[Role.MEMBER], shown.id)
    assert stopped.state == "stopped"
    assert len(await plans(network, "codev.ended")) == 1
    with pytest.raises(CodevOver):
        await sessions.next_step(network[Role.FACILITATOR], shown.id, 2)


async def test_an_erased_client_ends_it_at_the_next_step(network: Network) -> None:
    sessions, (shown, people) = network.services.codev, await begun(network)
    await network.services.privacy.erase(people[0])
    assert (await sessions.next_step(people[1], shown.id, 1)).state == "stopped"


async def test_who_may_come_and_begin(network: Network, other_admin: Actor) -> None:
    sessions = network.services.codev
    made = await sessions.propose(network[Role.FACILITATOR], "Codev de mars")
    assert isinstance((await plans(network, "codev.opened"))[0], ForumPost)
    with pytest.raises(Invalid):
        await sessions.join(network[Role.MEMBER], made.id, "client")
    with pytest.raises(CodevNotReady) as refused:
        await sessions.start(network[Role.FACILITATOR], made.id)
    assert refused.value.details == {"people": 0, "fewest": 4, "most": 10, "subjects": 0}
    people = await group(network, 10, session_id=made.id)
    with pytest.raises(CodevFull):
        await sessions.join(network[Role.MEMBER], made.id, "consultant")
    await sessions.leave(people[9], made.id)
    outcomes = await asyncio.gather(
        sessions.join(network[Role.MEMBER], made.id, "consultant"),
        sessions.join(people[9], made.id, "consultant"),
        return_exceptions=True,
    )
    assert sum(isinstance(one, CodevFull) for one in outcomes) == 1
    with pytest.raises(NotAllowed):
        await sessions.start(people[0], made.id)
    await asyncio.gather(*(sessions.start(network[role], made.id) for role in (Role.FACILITATOR, Role.ADMIN)))
    assert len(await plans(network, "codev.step")) == 1
    with pytest.raises(CodevOver):
        await sessions.join(network[Role.MEMBER], made.id, "consultant")
    assert not (await sessions.coming(other_admin)).items
    for reach in (
        sessions.session(other_admin, made.id),
        sessions.join(other_admin, made.id, "consultant"),
        sessions.leave(other_admin, made.id),
        sessions.next_step(other_admin, made.id, 1),
        sessions.stop(other_admin, made.id),
        sessions.conclude(other_admin, made.id, "Pirate"),
    ):
        with pytest.raises(NotFound):
            await reach
