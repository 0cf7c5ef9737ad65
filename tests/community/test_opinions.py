"""Ratings, what people keep, and what was searched for in vain, on both databases."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.opinions import NOT_USED, USES_SHOWN, OwnResource
from community.packing import JSON_NAME
from community.resources import NewResource, ResourceView
from prompts import Words
from storage.opinions import ResourceRating
from tests.community.conftest import Network, standing
from tests.community.practices import people_of

THIERS, VAISON = "commune:63430", "commune:84137"
NEIGHBOURS = (35238, 54547, 69123, 77284, 84137, 63430, 73065)  # as their authorities joined


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


async def test_uses_are_counted_by_authority_with_the_latest_word(network: Network) -> None:
    opinions, resource = network.services.opinions, await shared(network)
    thiers, colleague, vaison = await people_of(network, THIERS, THIERS, VAISON)
    await opinions.used(thiers, resource.id, "unsuited", "Trop tôt.")
    network.clock.advance(timedelta(minutes=1))
    await opinions.used(vaison, resource.id, "useful")
    network.clock.advance(timedelta(minutes=1))
    await opinions.used(colleague, resource.id, "adapted", " Avec\nnos mots. ")
    about = await opinions.about(network[Role.MEMBER], resource.id)
    assert [(one.authority, one.outcome, one.comment) for one in about.uses] == [
        ("Thiers (Puy-de-Dôme)", "adapted", "Avec nos mots."),
        ("Vaison-la-Romaine (Vaucluse)", "useful", ""),
    ]
    assert (about.used_by, about.ratings, about.average) == (2, 0, None)
    [found] = (await network.services.search.find(vaison, "concertation")).results
    assert found.uses == 2
    await opinions.used(thiers, resource.id, NOT_USED)
    await opinions.used(colleague, resource.id, NOT_USED)
    assert (await opinions.about(vaison, resource.id)).used_by == 1
    assert await opinions.use(thiers, resource.id) is None  # nothing is left of it


async def test_a_use_and_a_rating_are_one_opinion(network: Network) -> None:
    opinions, resource, member = network.services.opinions, await shared(network), network[Role.MEMBER]
    await opinions.used(member, resource.id, "adapted", "Bien.")
    rated = await opinions.rate(member, resource.id, 4, "Très bien.")
    assert (rated.stars, rated.outcome) == (4, "adapted")
    [comment] = (await opinions.of(member, resource.id)).comments
    assert (comment.stars, comment.outcome, comment.comment) == (4, "adapted", "Très bien.")
    await opinions.hide(network[Role.FACILITATOR], comment.id)
    [use] = (await opinions.about(member, resource.id)).uses
    assert (use.authority, use.comment) == ("", "")
    assert (await opinions.used(member, resource.id, NOT_USED)).stars == 4


async def test_who_proposed_a_resource_may_have_used_it(network: Network, other_admin: Actor) -> None:
    opinions, resource = network.services.opinions, await shared(network)
    assert (await opinions.used(network[Role.ADMIN], resource.id, "useful")).outcome == "useful"
    with pytest.raises(Invalid):
        await opinions.used(network[Role.MEMBER], resource.id, "wonderful")
    for reach in (
        opinions.use(other_admin, resource.id),
        opinions.used(other_admin, resource.id, "useful"),
        opinions.used(network[Role.MEMBER], (await network.propose("En attente")).id, "useful"),
    ):
        with pytest.raises(NotFound):
            await reach
    [seen] = (await network.services.search.find(network[Role.MEMBER], "concertation")).results
    assert seen.uses == 1


async def test_the_card_names_the_latest_authorities_and_counts_the_others(
    network: Network, words: Words
) -> None:
    opinions, resource = network.services.opinions, await shared(network)
    for person in await people_of(network, *(f"commune:{number}" for number in NEIGHBOURS)):
        network.clock.advance(timedelta(minutes=1))
        await opinions.used(person, resource.id, "useful")
    about = await opinions.about(network[Role.MEMBER], resource.id)
    assert about.used_by == len(NEIGHBOURS) == USES_SHOWN + 2
    assert [one.authority.split(" ")[0] for one in about.uses] == [
        "Chambéry",
        "Thiers",
        "Vaison-la-Romaine",
        "Meaux",
        "Lyon",
    ]
    for locale, counted, rest in (
        ("fr", "**Utilisée par 7\u00a0collectivités**", "- et 2 autres"),
        ("en", "**Used by 7 authorities**", "- and 2 others"),
    ):
        card = words.render("library/resource", locale, resource=resource, opinion=about).body
        assert counted.replace("\u00a0", " ") in card.replace("\u00a0", " ")
        assert rest in card.replace("\u00a0", " ")


async def test_an_erased_member_s_use_counts_without_a_name(network: Network) -> None:
    opinions, resource = network.services.opinions, await shared(network)
    thiers, vaison = await people_of(network, THIERS, VAISON)
    for person in (thiers, vaison):
        await opinions.used(person, resource.id, "useful", "Utile.")
    with zipfile.ZipFile(io.BytesIO(await network.services.privacy.export(thiers))) as archive:
        handed_over = json.loads(archive.read(JSON_NAME))
    assert [row["authority"] for row in handed_over["resource_rating"]] == ["Thiers (Puy-de-Dôme)"]
    await network.services.privacy.erase(thiers)
    about = await opinions.about(vaison, resource.id)
    assert sorted(one.authority for one in about.uses) == ["", "Vaison-la-Romaine (Vaucluse)"]
    async with network.db.reading() as session:
        rows = (await session.exec(select(ResourceRating).order_by(col(ResourceRating.id)))).all()
    assert [row.authority_id for row in rows] == [None, VAISON]
    assert all("Thiers" not in row.authority and THIERS not in row.authority_key for row in rows)


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
