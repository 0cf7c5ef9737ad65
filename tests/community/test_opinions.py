"""Ratings, what people keep, and what was searched for in vain, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.opinions import OwnResource
from community.resources import NewResource, ResourceView
from tests.community.conftest import Network, standing


async def shared(network: Network, title: str = "Guide de la concertation") -> ResourceView:
    """Proposed by the one who manages, so that the others may rate it."""
    new = NewResource(title, f"https://example.org/{title.replace(' ', '-')}", "Un résumé utile.")
    made = await network.services.library.propose(network[Role.ADMIN], new, anyway=True)
    return await network.services.library.publish(network[Role.FACILITATOR], made.id)


async def another_member(network: Network, account: str) -> Actor:
    arrived = await network.services.members.arrive(standing(account))
    await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
    return await network.services.members.identify(standing(account))


async def test_an_average_is_shown_from_five_ratings_on(network: Network) -> None:
    opinions, resource = network.services.opinions, await shared(network)
    member, facilitator = network[Role.MEMBER], network[Role.FACILITATOR]
    await opinions.rate(member, resource.id, 1, "Trop long.")
    await opinions.rate(member, resource.id, 2, " Utile. ")  # the latest word replaces the former
    await opinions.rate(facilitator, resource.id, 4)
    about = await opinions.about(member, resource.id)
    assert (about.average, about.ratings, about.mine) == (None, 2, 2)
    for account in ("8", "9"):
        await opinions.rate(await another_member(network, account), resource.id, 3)
    assert (await opinions.about(facilitator, resource.id)).average is None
    await opinions.rate(await another_member(network, "10"), resource.id, 3)
    assert (await opinions.about(facilitator, resource.id)).average == 3.0
    [comment] = (await opinions.of(facilitator, resource.id)).comments
    assert (comment.comment, comment.stars, comment.author_name) == ("Utile.", 2, "Personne 3")


async def test_a_comment_is_hidden_by_the_owner_or_a_facilitator(network: Network) -> None:
    opinions, resource = network.services.opinions, await shared(network)
    other = await another_member(network, "8")
    await opinions.rate(network[Role.MEMBER], resource.id, 1, "Mauvais mots.")
    [comment] = (await opinions.of(other, resource.id)).comments
    with pytest.raises(NotAllowed):
        await opinions.hide(other, comment.id)
    assert await opinions.hide(network[Role.ADMIN], comment.id) == resource.id
    assert await opinions.hide(network[Role.FACILITATOR], comment.id) == resource.id  # twice is once
    assert (await opinions.of(other, resource.id)).comments == []
    rated = await opinions.rate(network[Role.MEMBER], resource.id, 1, "Encore.")
    assert rated.hidden
    assert (await opinions.of(other, resource.id)).comments == []


async def test_what_cannot_be_rated(network: Network, other_admin: Actor) -> None:
    opinions, resource = network.services.opinions, await shared(network)
    with pytest.raises(OwnResource):
        await opinions.rate(network[Role.ADMIN], resource.id, 4)
    for stars in (0, 5):
        with pytest.raises(Invalid):
            await opinions.rate(network[Role.MEMBER], resource.id, stars)
    for reach in (
        opinions.rate(other_admin, resource.id, 4),
        opinions.of(other_admin, resource.id),
        opinions.keep(other_admin, resource.id),
        opinions.hide(other_admin, 1),
        opinions.rate(network[Role.MEMBER], (await network.propose("En attente")).id, 4),
    ):
        with pytest.raises(NotFound):
            await reach


async def test_what_is_kept_is_ones_own(network: Network) -> None:
    opinions, member = network.services.opinions, network[Role.MEMBER]
    first, second = await shared(network), await shared(network, "Jardins partagés")
    for resource in (first, second, first):
        await opinions.keep(member, resource.id)
        network.clock.advance(timedelta(minutes=1))
    assert [one.id for one in (await opinions.kept(member)).items] == [second.id, first.id]
    assert (await opinions.kept(network[Role.FACILITATOR])).total == 0
    await network.services.library.withdraw(network[Role.FACILITATOR], second.id)
    assert [one.id for one in (await opinions.kept(member)).items] == [first.id]
    for _ in range(2):
        await opinions.keep(member, first.id, wanted=False)
    assert (await opinions.kept(member)).total == 0


async def test_what_was_searched_for_in_vain_is_counted_without_names(
    network: Network, other_admin: Actor
) -> None:
    find = network.services.search.find
    for role, query in (
        (Role.MEMBER, "téléphérique"),
        (Role.FACILITATOR, "Telepherique !"),
        (Role.MEMBER, "ballon dirigeable"),
    ):
        network.clock.advance(timedelta(minutes=1))
        await find(network[role], query)
    found = await network.services.alerts.in_vain(network[Role.FACILITATOR])
    assert [(one.query, one.count) for one in found] == [("Telepherique !", 2), ("ballon dirigeable", 1)]
    assert not await network.services.alerts.in_vain(other_admin)
    spy = replace(other_admin, member_id=network[Role.MEMBER].member_id)
    assert not await network.services.alerts.mine(spy)
