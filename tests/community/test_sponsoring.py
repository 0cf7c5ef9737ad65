"""A newcomer and who accompanies them: consent of both, one at a time, a month, silence; both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from community import access
from community.actors import Actor, Role
from community.errors import NotFound
from community.outbox import Direct, Drop, Post
from community.planners import planners
from community.sponsoring import AlreadyAccompanied, SponsorLoaded, SponsorTaken, TooManyAsked
from prompts import Words
from storage.outbox import OutboxState
from tests.community.conftest import SERVER, Network, standing
from tests.community.threads import DAY, leave, rows

RURAL, CITY = "commune:73010", "commune:69123"


async def member(network: Network, account: str, place: str = "") -> Actor:
    """Somebody who was admitted, and shows where they work."""
    arrived = await network.services.members.arrive(standing(account))
    await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
    found = await network.services.members.identify(standing(account))
    if place:
        await network.services.profiles.set_authority(found, place)
        await network.services.profiles.set_consents(found, ["listed", "organisation", "themes"])
    return found


async def begun(network: Network, sponsor: Actor, newcomer: Actor) -> int:
    """A pair that both agreed to."""
    await network.services.sponsoring.offer(sponsor)
    await network.services.sponsoring.ask(newcomer, sponsor.member_id or 0)
    (request,) = (await network.services.sponsoring.mine(sponsor)).requests
    return (await network.services.sponsoring.accept(sponsor, request.id)).id


async def test_the_nearest_stratum_is_proposed_first_and_only_who_offered(network: Network) -> None:
    sponsoring = network.services.sponsoring
    newcomer = await member(network, "30", RURAL)
    far, near, silent = [
        await member(network, str(31 + index), place) for index, place in enumerate((CITY, RURAL, RURAL))
    ]
    assert not await sponsoring.find(newcomer)
    await sponsoring.offer(far)
    await sponsoring.offer(near)
    found = await sponsoring.find(newcomer)
    assert [peer.member_id for peer in found] == [near.member_id, far.member_id]
    assert silent.member_id not in {peer.member_id for peer in found}
    assert found[0].reasons[0].code in ("rural", "size")
    await sponsoring.withdraw(near)
    assert [peer.member_id for peer in await sponsoring.find(newcomer)] == [far.member_id]
    assert not await sponsoring.find(far)  # never oneself


async def test_between_equals_a_shared_theme_decides(network: Network) -> None:
    sponsoring, profiles = network.services.sponsoring, network.services.profiles
    theme, _name = (await profiles.themes(network[Role.MEMBER]))[0]
    newcomer, other, alike = [await member(network, str(30 + index), RURAL) for index in range(3)]
    for person in (newcomer, alike):
        await profiles.set_about(person, function="Chargée de mission", theme_ids=[theme])
    await sponsoring.offer(other)
    await sponsoring.offer(alike)
    found = await sponsoring.find(newcomer)
    assert [peer.member_id for peer in found] == [alike.member_id, other.member_id]
    assert "theme" in [reason.code for reason in found[0].reasons]


async def test_both_agree_then_three_words_to_each_and_it_is_over(network: Network) -> None:
    sponsoring, newcomer, sponsor = (
        network.services.sponsoring,
        network[Role.MEMBER],
        await member(network, "30"),
    )
    await sponsoring.offer(sponsor)
    await sponsoring.ask(newcomer, sponsor.member_id or 0)
    await sponsoring.ask(newcomer, sponsor.member_id or 0)  # a second click
    assert (await sponsoring.mine(newcomer)).waiting == 1
    (asked,) = await leave(network, "sponsor.asked")
    assert isinstance(asked, Direct)
    assert asked.member_id == sponsor.member_id
    (request,) = (await sponsoring.mine(sponsor)).requests
    assert request.peer.member_id == newcomer.member_id
    await sponsoring.accept(sponsor, request.id)
    await sponsoring.accept(sponsor, request.id)
    (told,) = await leave(network, "sponsor.begun")
    assert isinstance(told, Direct)
    assert told.member_id == newcomer.member_id
    words = await rows(network, "sponsor.word")
    assert sorted((row.due_at - network.clock.now()).days for row in words) == [3, 3, 14, 14, 30, 30]
    assert planners(Words())["sponsor.word"].nudge
    assert (await sponsoring.mine(newcomer)).has_guide
    with pytest.raises(AlreadyAccompanied):
        await sponsoring.ask(newcomer, sponsor.member_id or 0)
    network.clock.advance(30 * DAY)
    assert not (await sponsoring.mine(newcomer)).has_guide
    assert all(isinstance(word, Direct) and word.quiet for word in await leave(network, "sponsor.word"))


async def test_one_at_a_time_unless_they_say_two(network: Network) -> None:
    sponsoring, sponsor = network.services.sponsoring, network[Role.FACILITATOR]
    second, third, late = [await member(network, str(30 + index)) for index in range(3)]
    await sponsoring.offer(sponsor)
    for person in (second, third):
        await sponsoring.ask(person, sponsor.member_id or 0)
    one, two = (await sponsoring.mine(sponsor)).requests
    await sponsoring.accept(sponsor, one.id)
    with pytest.raises(SponsorLoaded):
        await sponsoring.accept(sponsor, two.id)
    assert not await sponsoring.find(late)
    with pytest.raises(SponsorTaken):
        await sponsoring.ask(late, sponsor.member_id or 0)
    assert (await sponsoring.offer(sponsor, 2)).most == 2
    await sponsoring.accept(sponsor, two.id)
    assert len((await sponsoring.mine(sponsor)).pairs) == 2
    assert not await sponsoring.find(late)
    network.clock.advance(30 * DAY)
    assert len(await sponsoring.find(late)) == 1  # the month is over: there is room again


async def test_two_who_accept_at_once_leave_one_sponsor(network: Network) -> None:
    sponsoring, newcomer = network.services.sponsoring, network[Role.MEMBER]
    both = [await member(network, str(30 + index)) for index in range(2)]
    requests = []
    for sponsor in both:
        await sponsoring.offer(sponsor)
        await sponsoring.ask(newcomer, sponsor.member_id or 0)
        requests.append((await sponsoring.mine(sponsor)).requests[0].id)
    done = await asyncio.gather(
        *(sponsoring.accept(sponsor, number) for sponsor, number in zip(both, requests, strict=True)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, AlreadyAccompanied) for one in done) == 1
    assert len((await sponsoring.mine(newcomer)).pairs) == 1


async def test_a_refusal_is_silent_and_not_asked_again(network: Network) -> None:
    sponsoring, newcomer = network.services.sponsoring, network[Role.MEMBER]
    people = [await member(network, str(30 + index)) for index in range(4)]
    for sponsor in people:
        await sponsoring.offer(sponsor)
    for sponsor in people[:3]:
        await sponsoring.ask(newcomer, sponsor.member_id or 0)
    with pytest.raises(TooManyAsked):
        await sponsoring.ask(newcomer, people[3].member_id or 0)
    (request,) = (await sponsoring.mine(people[0])).requests
    assert not (await sponsoring.decline(people[0], request.id)).requests
    assert not await rows(network, "sponsor.ended")
    assert people[0].member_id not in {peer.member_id for peer in await sponsoring.find(newcomer)}
    with pytest.raises(NotFound):
        await sponsoring.accept(people[0], request.id)
    assert Drop("decided_otherwise") in await leave(network, "sponsor.asked")
    assert (await sponsoring.mine(newcomer)).waiting == 3  # a refusal does not show
    network.clock.advance(timedelta(days=8))
    (late,) = [one for one in await rows(network, "sponsor.asked") if one.recipient_id == people[1].member_id]
    with pytest.raises(NotFound):  # the request waited a week
        await sponsoring.accept(people[1], late.subject_id or 0)
    assert (await sponsoring.mine(newcomer)).waiting == 0


async def test_either_stops_and_the_other_is_told(network: Network) -> None:
    sponsoring, newcomer, sponsor = (
        network.services.sponsoring,
        network[Role.MEMBER],
        await member(network, "30"),
    )
    number = await begun(network, sponsor, newcomer)
    for stranger in (network[Role.FACILITATOR], network[Role.ADMIN]):
        with pytest.raises(NotFound):
            await sponsoring.stop(stranger, number)
    assert not (await sponsoring.stop(newcomer, number)).pairs
    (told,) = await leave(network, "sponsor.ended")
    assert isinstance(told, Direct)
    assert told.member_id == sponsor.member_id
    assert {row.state for row in await rows(network, "sponsor.word")} == {OutboxState.DROPPED}


@pytest.mark.parametrize("way", ["left", "suspended", "erased"])
async def test_when_one_leaves_it_stops_and_the_other_is_told(network: Network, way: str) -> None:
    services, newcomer, sponsor = network.services, network[Role.MEMBER], await member(network, "30")
    await begun(network, sponsor, newcomer)
    if way == "left":
        await services.members.depart("discord", SERVER, "30")
    elif way == "suspended":
        await services.members.suspend(network[Role.ADMIN], sponsor.member_id or 0)
    else:
        assert (await services.privacy.mine(sponsor)).counts["sponsorship"] == 1
        await services.privacy.erase(sponsor)
    assert not (await services.sponsoring.mine(newcomer)).pairs
    assert {row.state for row in await rows(network, "sponsor.word")} == {OutboxState.DROPPED}
    (told,) = await leave(network, "sponsor.ended")
    assert isinstance(told, Direct)
    assert told.member_id == newcomer.member_id


async def test_the_welcome_offers_it_when_somebody_is_there(network: Network) -> None:
    sponsor = await member(network, "30")
    for account, offered in (("40", False), ("41", True)):
        if offered:
            await network.services.sponsoring.offer(sponsor)
        arrived = await member(network, account, RURAL)
        async with network.db.transaction() as session:
            await access.welcome(session, network.clock.now(), arrived.network_id, arrived.member_id or 0)
        welcomes = [plan for plan in await leave(network, "member.welcome") if isinstance(plan, Post)]
        actions = [button.action for row in welcomes[-1].card.rows for button in row]
        assert ("sponsor.find" in actions) is offered


async def test_nothing_of_it_is_reached_from_another_network(network: Network, other_admin: Actor) -> None:
    sponsoring, sponsor, newcomer = (
        network.services.sponsoring,
        await member(network, "30"),
        network[Role.MEMBER],
    )
    number = await begun(network, sponsor, newcomer)
    await sponsoring.offer(sponsor, 2)
    assert not await sponsoring.find(other_admin)
    with pytest.raises(SponsorTaken):
        await sponsoring.ask(other_admin, sponsor.member_id or 0)
    spy = replace(other_admin, member_id=sponsor.member_id)
    assert not (await sponsoring.mine(spy)).pairs
    for use in (sponsoring.accept, sponsoring.decline, sponsoring.stop):
        with pytest.raises(NotFound):
            await use(spy, number)
    assert len((await sponsoring.mine(sponsor)).pairs) == 1
