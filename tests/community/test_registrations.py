"""Seats, waiting list, names and reminders: right under any interleaving, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from community.actors import Role
from community.errors import Invalid, NotFound
from community.meetups_rules import NotInSeries, NotPlanned
from community.registrations import NotRegistered
from storage.engine import Database
from tests.community.conftest import Network
from tests.community.meetups import crowd, planned, rows, seats


async def test_the_101st_reads_that_it_is_first_in_the_waiting_list(network: Network) -> None:
    people = await crowd(network, 102)
    meetup = await planned(network, capacity="100")
    use = network.services.registrations
    for actor in people[:100]:
        assert (await use.answer(actor, meetup.id, "yes")).meetup.position is None
    first = await use.answer(people[100], meetup.id, "yes")
    assert (first.meetup.position, first.meetup.yes, first.meetup.left) == (1, 100, 0)
    assert (await use.answer(people[101], meetup.id, "yes")).meetup.position == 2
    await use.answer(people[7], meetup.id, "no")
    taken = await seats(network.db, meetup.id)
    assert taken[people[100].member_id or 0] == (8, None)  # the seat that was freed
    assert [row.recipient_id for row in await rows(network.db, "meetup.promoted")] == [people[100].member_id]
    after = await network.services.meetups.meetup(people[101], meetup.id)
    assert after.position == 1


async def test_two_withdrawals_and_three_clicks_at_once_give_each_seat_once(network: Network) -> None:
    people = await crowd(network, 7)
    meetup = await planned(network, capacity="4")
    use = network.services.registrations
    for actor in people[:4]:
        await use.answer(actor, meetup.id, "yes")
    await asyncio.gather(
        *(use.answer(actor, meetup.id, "no") for actor in people[:2]),
        *(use.answer(actor, meetup.id, "yes") for actor in people[4:]),
    )
    taken = await seats(network.db, meetup.id)
    assert sorted(seat for seat, _ in taken.values() if seat) == [1, 2, 3, 4]
    assert len([ticket for _, ticket in taken.values() if ticket]) == 1
    promoted = {row.recipient_id for row in await rows(network.db, "meetup.promoted")}
    assert promoted <= {actor.member_id for actor in people[4:]}


async def test_many_clicks_at_once_never_seat_more_than_there_are_seats(network: Network) -> None:
    people = await crowd(network, 12)
    meetup = await planned(network, capacity="5")
    use = network.services.registrations
    await asyncio.gather(*(use.answer(actor, meetup.id, "yes") for actor in people for _ in range(2)))
    taken = await seats(network.db, meetup.id)
    assert sorted(seat for seat, _ in taken.values() if seat) == [1, 2, 3, 4, 5]
    assert sorted(ticket for _, ticket in taken.values() if ticket) == list(range(1, 8))


async def test_more_capacity_promotes_in_order_and_less_puts_nobody_out(network: Network) -> None:
    people = await crowd(network, 5)
    meetup = await planned(network, capacity="1")
    use, meetups = network.services.registrations, network.services.meetups
    for actor in people:
        await use.answer(actor, meetup.id, "yes")
    await _capacity(network, meetup.id, "3")
    assert [row.recipient_id for row in await rows(network.db, "meetup.promoted")] == [
        actor.member_id for actor in people[1:3]
    ]
    await _capacity(network, meetup.id, "2")
    view = await meetups.meetup(people[0], meetup.id)
    assert (view.yes, view.waiting, view.left) == (3, 2, 0)
    await use.answer(people[0], meetup.id, "no")  # three were seated for two seats: nobody moves up
    assert (await meetups.meetup(people[3], meetup.id)).position == 1
    await _capacity(network, meetup.id, "")
    assert (await meetups.meetup(people[4], meetup.id)).waiting == 0


async def test_maybe_takes_no_seat_and_a_second_click_changes_nothing(network: Network) -> None:
    member = network[Role.MEMBER]
    meetup = await planned(network, capacity="1")
    use = network.services.registrations
    assert (await use.answer(member, meetup.id, "maybe")).meetup.left == 1
    assert (await use.answer(member, meetup.id, "yes")).changed
    second = await use.answer(member, meetup.id, "yes")
    assert (second.changed, second.meetup.yes) == (False, 1)
    with pytest.raises(Invalid):
        await use.answer(member, meetup.id, "perhaps")


async def test_names_are_shown_only_of_those_who_agree(network: Network) -> None:
    people = await crowd(network, 3)
    meetup = await planned(network)
    use = network.services.registrations
    for actor in people:
        await use.answer(actor, meetup.id, "yes")
    await use.show_name(people[1], meetup.id, True)
    seen = await use.attending(people[0], meetup.id)
    assert [person.name for person in seen.people] == ["Membre 1"]
    await use.ask(people[2], meetup.id, "Rampe d’accès", "Sans gluten")
    prepared = await use.attending(network[Role.FACILITATOR], meetup.id)
    assert len(prepared.people) == 3
    assert [person.meal for person in prepared.people if person.meal] == ["Sans gluten"]
    assert all(not person.access for person in (await use.attending(people[2], meetup.id)).people)
    await use.answer(people[1], meetup.id, "no")
    assert (await use.attending(people[0], meetup.id)).people == ()


async def test_needs_are_asked_of_those_who_come_and_forgotten_after(network: Network) -> None:
    member = network[Role.MEMBER]
    meetup = await planned(network)
    use = network.services.registrations
    with pytest.raises(NotRegistered):
        await use.ask(member, meetup.id, "Boucle magnétique", "")
    await use.answer(member, meetup.id, "yes")
    await use.ask(member, meetup.id, "Boucle magnétique", "")
    network.clock.advance(timedelta(days=12))
    await network.services.meetups_upkeep.run()
    kept = await use.attending(network[Role.FACILITATOR], meetup.id)
    assert [person.access for person in kept.people] == ["Boucle magnétique"]
    network.clock.advance(timedelta(days=7))
    await network.services.meetups_upkeep.run()
    gone = await use.attending(network[Role.FACILITATOR], meetup.id)
    assert [person.access for person in gone.people] == [""]


async def test_a_facilitator_registers_who_phoned(network: Network) -> None:
    member, facilitator = network[Role.MEMBER], network[Role.FACILITATOR]
    meetup = await planned(network)
    use = network.services.registrations
    done = await use.answer_for(facilitator, meetup.id, member.member_id or 0, "yes")
    assert (done.name, done.meetup.mine) == ("Personne 3", "yes")
    with pytest.raises(NotFound):  # not admitted yet
        await use.answer_for(facilitator, meetup.id, network[Role.NEWCOMER].member_id or 0, "yes")


async def test_an_answer_for_all_the_following_dates(network: Network) -> None:
    member = network[Role.MEMBER]
    first = await planned(network, rule="FREQ=WEEKLY;COUNT=5")
    use, meetups = network.services.registrations, network.services.meetups
    dates = (await meetups.coming(member)).items
    done = await use.answer_following(member, dates[2].id, "yes")
    assert done.dates == 3
    assert [date.mine for date in (await meetups.coming(member)).items] == [None, None, "yes", "yes", "yes"]
    await use.answer(member, dates[3].id, "no")
    assert [date.mine for date in (await meetups.coming(member)).items][2:] == ["yes", "no", "yes"]
    single = await planned(network)
    with pytest.raises(NotInSeries):
        await use.answer_following(member, single.id, "yes")
    assert first.series_id is not None


async def test_dates_made_later_take_the_answer_for_the_series(network: Network) -> None:
    member = network[Role.MEMBER]
    first = await planned(network, rule="FREQ=MONTHLY")
    await network.services.registrations.answer_following(member, first.id, "yes")
    before = (await network.services.meetups.coming(member)).total
    network.clock.advance(timedelta(days=100))
    await network.services.meetups_upkeep.run()
    page = await network.services.meetups.coming(member, 2)
    assert page.total >= before - 1
    assert {date.mine for date in page.items} == {"yes"}
    made = await rows(network.db, "meetup.reminder")
    assert {row.subject_id for row in made} >= {date.id for date in page.items}


async def test_nobody_answers_for_what_is_over_or_cancelled(network: Network) -> None:
    member = network[Role.MEMBER]
    meetup = await planned(network)
    use = network.services.registrations
    await network.services.meetups.cancel(network[Role.FACILITATOR], meetup.id, "Neige")
    with pytest.raises(NotPlanned):
        await use.answer(member, meetup.id, "yes")
    other = await planned(network, after=timedelta(hours=1))
    network.clock.advance(timedelta(hours=4))
    with pytest.raises(NotPlanned):
        await use.answer(member, other.id, "yes")


async def test_reminders_are_chosen_by_network_and_by_member(network: Network, db: Database) -> None:
    member, facilitator = network[Role.MEMBER], network[Role.FACILITATOR]
    meetup = await planned(network)
    use = network.services.registrations
    await use.answer(member, meetup.id, "yes")
    await use.answer(facilitator, meetup.id, "maybe")
    assert await _waiting(db) == {
        member.member_id: [10080, 1440, 60],
        facilitator.member_id: [10080, 1440, 60],
    }
    await use.set_network_reminders(facilitator, "J-2, H-3")
    await use.set_reminders(member, "J-1")
    assert await _waiting(db) == {member.member_id: [1440], facilitator.member_id: [2880, 180]}
    own = await use.reminders(member)
    assert (own.minutes, own.own, own.network) == ([1440], True, [2880, 180])
    await use.set_reminders(member, "aucun")
    assert await _waiting(db) == {facilitator.member_id: [2880, 180]}
    await use.answer(facilitator, meetup.id, "no")
    assert await _waiting(db) == {}
    await use.answer(facilitator, meetup.id, "yes")  # back again
    assert await _waiting(db) == {facilitator.member_id: [2880, 180]}
    with pytest.raises(Invalid):
        await use.set_reminders(member, "trois jours avant")


async def _capacity(network: Network, meetup_id: int, capacity: str) -> None:
    meetup = await network.services.meetups.meetup(network[Role.FACILITATOR], meetup_id)
    await network.services.meetups.edit(
        network[Role.FACILITATOR],
        meetup_id,
        title=meetup.title,
        where=f"{meetup.place}, {meetup.url}",
        length="2 h",
        capacity=capacity,
        description="",
    )


async def _waiting(db: Database) -> dict[int | None, list[int]]:
    """Member -> the reminders that will leave."""
    found: dict[int | None, list[int]] = {}
    for row in await rows(db, "meetup.reminder", state="due"):
        found.setdefault(row.recipient_id, []).append(row.details["minutes"])
    return {member: sorted(minutes, reverse=True) for member, minutes in found.items()}
