"""Two networks on one database: nothing of one is ever reached from the other (S10, J6)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from community.actors import Actor, Role
from community.errors import NotFound
from community.needs_rules import NewNeed
from community.resources import NewResource
from tests.community.conftest import OTHER_SERVER, Network, standing
from tests.community.meetups import planned

NEW = NewResource("Secret du premier réseau", "https://example.org/secret", "Concertation.")


async def test_a_resource_is_known_in_its_network_only(network: Network, other_admin: Actor) -> None:
    library, search = network.services.library, network.services.search
    published = await library.propose(network[Role.MEMBER], NEW)
    await library.publish(network[Role.FACILITATOR], published.id)
    waiting = await network.propose("Encore en attente", "https://example.org/attente")
    theme = (await network.services.networks.themes(network[Role.MEMBER]))[0]

    assert not (await search.find(other_admin, "secret réseau concertation")).results
    assert not await search.suggest(other_admin, "secret")
    assert not await search.suggest(other_admin, "")
    assert not await search.bare(other_admin, "secret")
    with pytest.raises(NotFound):
        await search.find(other_admin, f"resource:{published.id}")
    assert (await library.browse(other_admin)).total == 0
    assert (await library.browse(other_admin, theme_id=theme.id)).total == 0
    assert (await library.queue(other_admin)).total == 0
    assert not await library.proposals(replace(other_admin, member_id=network[Role.MEMBER].member_id))
    for reach in (
        library.resource(other_admin, published.id),
        library.to_review(other_admin, waiting.id),
        library.to_edit(other_admin, published.id),
        library.publish(other_admin, waiting.id),
        library.refuse(other_admin, waiting.id, "Par ici."),
        library.edit(other_admin, published.id, NEW),
        library.source(other_admin, published.id, "Pirate", ""),
        library.withdraw(other_admin, published.id),
    ):
        with pytest.raises(NotFound):
            await reach
    kept = await library.resource(network[Role.MEMBER], published.id)
    assert (kept.title, kept.publisher, kept.state) == (NEW.title, "", "published")


async def test_the_same_address_may_be_in_both(network: Network, other_admin: Actor) -> None:
    await network.services.library.propose(network[Role.MEMBER], NEW)
    assert (await network.services.library.propose(other_admin, NEW)).state == "proposed"


async def test_another_networks_search_cannot_be_paged(network: Network, other_admin: Actor) -> None:
    for number in range(7):
        made = await network.propose(f"Concertation {number}")
        await network.services.library.publish(network[Role.FACILITATOR], made.id)
    found = await network.services.search.find(network[Role.MEMBER], "concertation")
    assert found.session_id is not None
    with pytest.raises(NotFound):
        await network.services.search.page(
            replace(other_admin, member_id=network[Role.MEMBER].member_id), found.session_id, 2
        )


async def test_people_are_decided_on_in_their_network_only(network: Network, other_admin: Actor) -> None:
    members = network.services.members
    member = network[Role.MEMBER].member_id or 0
    assert not await members.find(other_admin, "Personne 3")
    for reach in (
        members.member(other_admin, member),
        members.admit(other_admin, member),
        members.suspend(other_admin, member),
        members.name_facilitator(other_admin, member),
        members.dismiss_facilitator(other_admin, member),
    ):
        with pytest.raises(NotFound):
            await reach
    assert (await members.identify(standing("3", server_ref=OTHER_SERVER))).role is Role.STRANGER


async def test_themes_settings_and_drafts_are_of_their_network(network: Network, other_admin: Actor) -> None:
    networks, drafts = network.services.networks, network.services.drafts
    theme = (await networks.themes(network[Role.MEMBER]))[0]
    with pytest.raises(NotFound):
        await networks.archive_theme(other_admin, theme.id)
    await networks.change(other_admin, name="Renommé")
    assert (await networks.settings(network[Role.ADMIN])).name == "Territoires en commun"
    await drafts.save(network[Role.MEMBER], "library.propose", 0, {"name": "Brouillon"})
    spy = replace(other_admin, member_id=network[Role.MEMBER].member_id)
    assert await drafts.load(spy, "library.propose", 0) is None
    await drafts.clear(spy, "library.propose", 0)
    assert await drafts.load(network[Role.MEMBER], "library.propose", 0) == {"name": "Brouillon"}


async def test_counts_are_of_one_network(network: Network, other_admin: Actor) -> None:
    await network.propose()
    status = await network.services.networks.status(other_admin)
    assert (status.resources, status.oldest_proposal_at, status.undelivered) == ({}, None, 0)
    assert status.members == {"active": 1}


async def test_meetups_are_of_their_network(network: Network, other_admin: Actor) -> None:
    meetups, registrations = network.services.meetups, network.services.registrations
    mine = await planned(network, rule="FREQ=WEEKLY;COUNT=3")
    member = network[Role.MEMBER].member_id or 0
    await registrations.answer(network[Role.MEMBER], mine.id, "yes")
    assert (await meetups.coming(other_admin)).total == 0
    assert not await meetups.suggest(other_admin, "")
    assert not await meetups.to_manage(other_admin)
    spy = replace(other_admin, member_id=member)
    for reach in (
        meetups.meetup(other_admin, mine.id),
        meetups.to_change(other_admin, mine.id),
        meetups.dates(other_admin, mine.id),
        meetups.publish(other_admin, mine.id),
        meetups.describe(other_admin, mine.id, "Pirate", None),
        meetups.move(other_admin, mine.id, mine.starts_at + timedelta(hours=1)),
        meetups.cancel(other_admin, mine.id, scope="following"),
        meetups.skip(other_admin, mine.id),
        meetups.revive(other_admin, mine.id),
        registrations.answer(spy, mine.id, "no"),
        registrations.answer_following(spy, mine.id, "no"),
        registrations.answer_for(other_admin, mine.id, member, "no"),
        registrations.attending(other_admin, mine.id),
        registrations.show_name(spy, mine.id, True),
        registrations.ask(spy, mine.id, "Rampe", ""),
    ):
        with pytest.raises(NotFound):
            await reach
    await meetups.discard(other_admin, mine.id)
    await registrations.set_network_reminders(other_admin, "")
    assert (await registrations.reminders(network[Role.MEMBER])).network == (10080, 1440, 60)
    assert (await meetups.meetup(network[Role.MEMBER], mine.id)).mine == "yes"


async def test_needs_are_of_their_network(network: Network, other_admin: Actor) -> None:
    services = network.services
    answer = await services.needs.publish(network[Role.MEMBER], NewNeed("Secret du premier réseau"))
    await services.helping.set_availability(network[Role.FACILITATOR], True)
    need_id, member_id = answer.need.id, network[Role.FACILITATOR].member_id or 0
    assert (await services.needs.waiting(other_admin)).total == 0
    assert not await services.needs.suggest(other_admin, "")
    spy = replace(other_admin, member_id=network[Role.MEMBER].member_id)
    assert not (await services.needs.mine(spy)).needs
    assert (await services.needs.publish(other_admin, NewNeed("Secret du second réseau"))).willing == 0
    for reach in (
        services.needs.need(spy, need_id),
        services.needs.closest(spy, need_id),
        services.needs.to_close(spy, need_id),
        services.needs.close(spy, need_id, "solved"),
        services.needs.keep_open(spy, need_id),
        services.needs.reply(spy, need_id, "Je suis là."),
        services.helping.accept(replace(other_admin, member_id=member_id), need_id),
        services.helping.decline(replace(other_admin, member_id=member_id), need_id),
        services.helping.offer(other_admin, need_id),
        services.helping.react(other_admin, need_id, "done_here"),
        services.needs_care.approve(other_admin, need_id),
        services.needs_care.refuse(other_admin, need_id, "Non."),
        services.needs_care.whom(other_admin, need_id),
        services.needs_care.solicit(other_admin, need_id, member_id),
    ):
        with pytest.raises(NotFound):
            await reach
    assert (await services.needs.need(network[Role.MEMBER], need_id)).state == "open"
