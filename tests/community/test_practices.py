"""Sharing a practice, changing it, finding it, taking it up: on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.outbox import Direct, Drop, Edit, ForumPost, GiveUp
from community.practice_cards import PracticeChanged, PracticeClosed
from community.practice_reuses import OwnPractice, TakenUpAlready
from community.practice_sharing import DRAFTS_KEPT, DRAFTS_MOST, CrowdTooSmall, TooManyDrafts
from storage.networks import NetworkPlace
from storage.practices import Practice, PracticeVersion
from tests.community.conftest import Network
from tests.community.practices import TEXTS, people_of, plans, posted, shared, theme_ids

THIERS, VAISON, VANDOEUVRE, BELLEGARDE = "commune:63430", "commune:84137", "commune:54547", "commune:23020"


async def found(network: Network, query: str, who: Role = Role.MEMBER) -> list[str]:
    return [one.title for one in (await network.services.search.find(network[who], query)).results]


async def test_a_card_is_its_authors_until_it_is_published(network: Network) -> None:
    sharing, author = network.services.sharing, (await people_of(network, THIERS))[0]
    draft = await sharing.begin(author, {"title": TEXTS["title"], "done": ""}, (await theme_ids(network))[:1])
    assert (draft.practice.state, draft.missing) == ("draft", ["done"])
    assert await found(network, "marché") == []
    for other in (network[Role.MEMBER], network[Role.ADMIN]):
        with pytest.raises(NotFound):
            await network.services.practices.practice(other, draft.practice.id)
        with pytest.raises(NotFound):
            await sharing.write(other, draft.practice.id, {"done": "Piraté"})
    with pytest.raises(Invalid):
        await sharing.publish(author, draft.practice.id)
    assert [one.id for one in await sharing.drafts(author)] == [draft.practice.id]
    await sharing.write(author, draft.practice.id, {"done": TEXTS["done"], "cost": " 300  € "})
    published = (await sharing.publish(author, draft.practice.id)).practice
    assert (published.authority, published.population, published.cost) == (
        "Thiers (Puy-de-Dôme)",
        11637,
        "300 €",
    )
    assert await found(network, "marché") == [TEXTS["title"]]
    assert await sharing.drafts(author) == ()
    with pytest.raises(PracticeClosed):
        await sharing.publish(author, draft.practice.id)


async def test_a_form_says_what_is_wrong_and_how_many_drafts_are_many(network: Network) -> None:
    sharing, member = network.services.sharing, network[Role.MEMBER]
    for texts in ({**TEXTS, "title": "x"}, {**TEXTS, "done": "x" * 1201}):
        with pytest.raises(Invalid):
            await sharing.begin(member, texts)
    with pytest.raises(Invalid):
        await sharing.begin(member, TEXTS, [999_999])
    with pytest.raises(Invalid):
        await sharing.begin(member, TEXTS, (await theme_ids(network))[:6])
    for number in range(DRAFTS_MOST):
        await sharing.begin(member, {**TEXTS, "title": f"Brouillon {number}"})
    with pytest.raises(TooManyDrafts):
        await sharing.begin(member, TEXTS)
    await sharing.discard(member, (await sharing.drafts(member))[0].id)
    await sharing.begin(member, TEXTS, (await theme_ids(network))[:3])
    network.clock.advance(DRAFTS_KEPT + timedelta(days=1))
    assert await sharing.purge() == DRAFTS_MOST
    assert await sharing.drafts(member) == ()


async def test_two_who_write_at_once_do_not_undo_each_other(network: Network) -> None:
    sharing, author = network.services.sharing, network[Role.MEMBER]
    card = await shared(network)
    outcomes = await asyncio.gather(
        sharing.write(author, card.id, {"results": "Cent avis."}, version=card.version),
        sharing.write(network[Role.FACILITATOR], card.id, {"results": "Mille."}, version=card.version),
        return_exceptions=True,
    )
    assert sum(isinstance(one, PracticeChanged) for one in outcomes) == 1
    last = await network.services.practices.practice(author, card.id)
    again = await sharing.write(author, card.id, {"results": "Deux cents."}, version=last.version)
    assert again.version == last.version + 1
    same = await sharing.write(author, card.id, {"results": "Deux cents."}, version=again.version)
    assert same.version == again.version  # nothing new, nothing kept
    other = (await people_of(network, VAISON))[0]
    with pytest.raises(NotAllowed):
        await sharing.write(other, card.id, {"results": "Non."})
    with pytest.raises(Invalid):
        await sharing.write(author, card.id, {"done": ""})


async def test_who_changed_what_is_kept(network: Network) -> None:
    sharing, themes = network.services.sharing, await theme_ids(network)
    card = await shared(network, theme_ids=themes[:1])
    network.clock.advance(timedelta(days=1))
    await sharing.write(network[Role.FACILITATOR], card.id, {"cost": "300 €"}, themes[1:2])
    history = await network.services.practices.history(network[Role.MEMBER], card.id)
    [change] = history.changes
    assert (change.name, change.at, change.number) == ("Personne 4", network.clock.now(), 3)
    assert change.before == {"cost": "", "themes": card.themes[0]}
    assert await found(network, "300") == [card.title]


async def test_its_thread_has_card_and_tags_and_only_those_who_asked_are_told(network: Network) -> None:
    themes = await theme_ids(network)
    author, told, other, colleague = await people_of(network, THIERS, VAISON, VANDOEUVRE, THIERS)
    for person, wanted in ((told, themes[:2]), (other, themes[3:4]), (author, themes[:1])):
        await network.services.reuses.set_notices(person, wanted)
    card = await shared(network, author, themes[:5])
    [plan] = await plans(network, "practice.thread")
    assert isinstance(plan, ForumPost)
    # A forum that has none of these tags may have one near a theme's whole name.
    assert list(plan.tags) == [*card.tags, *card.themes]
    assert len(card.tags) == 5
    assert [button.action for row in plan.card.rows for button in row] == [
        "practice.take_up",
        "practice.heart",
        "practice.show",
    ]
    await posted(network)
    assert await plans(network, "practice.thread") == [Drop("already_handled")]
    news = await plans(network, "practice.news")
    assert {one.member_id for one in news if isinstance(one, Direct)} == {told.member_id, other.member_id}
    await network.services.reuses.set_notices(other, [])
    assert Drop("stopped") in await plans(network, "practice.news")
    assert colleague.member_id not in {one.member_id for one in news if isinstance(one, Direct)}
    shown = await network.services.practices.practice(author, card.id)
    assert (shown.thread_ref, shown.card_ref) == ("7770", "7770")


async def test_without_a_forum_the_facilitators_are_told_and_it_can_be_tried_again(network: Network) -> None:
    async with network.db.transaction() as session:
        place = (await session.exec(select(NetworkPlace).where(NetworkPlace.place == "practices"))).one()
        await session.delete(place)
    card = await shared(network)
    assert await plans(network, "practice.thread") == [GiveUp("no_place")]
    assert await found(network, "marché") == [card.title]
    network.clock.advance(timedelta(hours=2))
    [late] = await network.services.practices.without_thread(network[Role.FACILITATOR])
    assert late.id == card.id
    async with network.db.transaction() as session:
        session.add(
            NetworkPlace(network_id=network[Role.MEMBER].network_id, place="practices", channel_ref="55")
        )
    await network.services.sharing.open_thread(network[Role.MEMBER], card.id)
    await posted(network)
    assert not await network.services.practices.without_thread(network[Role.FACILITATOR])


async def test_a_withdrawn_card_is_found_no_more_and_says_so(network: Network) -> None:
    card = await shared(network)
    await posted(network)
    with pytest.raises(NotAllowed):
        await network.services.sharing.withdraw((await people_of(network, VAISON))[0], card.id)
    await network.services.sharing.withdraw(network[Role.FACILITATOR], card.id)
    assert await found(network, "marché") == []
    *_, last = await plans(network, "practice.card")
    assert isinstance(last, Edit)
    assert (last.message_ref, last.card.rows) == ("7770", ())
    with pytest.raises(NotFound):
        await network.services.reuses.take_up(network[Role.FACILITATOR], card.id)
    with pytest.raises(PracticeClosed):
        await network.services.sharing.write(network[Role.MEMBER], card.id, {"cost": "1"})


async def test_similar_cards_are_shown_while_writing_with_the_reasons(network: Network) -> None:
    author, near, far = await people_of(network, BELLEGARDE, "commune:23076", "commune:13055")
    themes = await theme_ids(network)
    await shared(network, near, themes[:1], title="Un centre de santé tenu à tour de rôle")
    await shared(network, far, title="Un centre de santé municipal")
    await shared(network, far, title="Des nichoirs dans les écoles")
    for number in range(3):
        await shared(network, far, title=f"Centre de santé de quartier {number}")
    draft = await network.services.sharing.begin(
        author, {**TEXTS, "title": "Ouvrir un centre de santé"}, themes[:1]
    )
    assert len(draft.similar) == 3
    first = draft.similar[0]
    assert first.card.title == "Un centre de santé tenu à tour de rôle"
    assert [one.code for one in first.reasons] == ["rural", "departement", "theme", "words"]
    assert "Des nichoirs dans les écoles" not in [one.card.title for one in draft.similar]
    again = await network.services.sharing.draft(author, draft.practice.id)
    assert again.similar == draft.similar


async def test_hearts_are_counted_by_authority(network: Network) -> None:
    reuses = network.services.reuses
    author, one, colleague, other = await people_of(network, THIERS, VAISON, VAISON, VANDOEUVRE)
    card = await shared(network, author)
    for person in (one, colleague, other, network[Role.MEMBER]):
        await reuses.heart(person, card.id)
    assert (await reuses.heart(other, card.id)).hearts == 2  # given, then taken back
    assert not await reuses.has_heart(other, card.id)
    with pytest.raises(OwnPractice):
        await reuses.heart(author, card.id)
    await posted(network)
    await reuses.heart(other, card.id)
    [follows] = await plans(network, "practice.card")
    assert isinstance(follows, Edit)
    assert follows.card.values["practice"].hearts == 3


async def test_a_reuse_is_asked_about_at_three_and_nine_months(network: Network) -> None:
    reuses = network.services.reuses
    author, mayor, colleague = await people_of(network, THIERS, VAISON, VAISON)
    card = await shared(network, author)
    await posted(network)
    taken = await reuses.take_up(mayor, card.id)
    assert taken.new
    assert not (await reuses.take_up(mayor, card.id)).new
    for person, refusal in ((colleague, TakenUpAlready), (author, OwnPractice)):
        with pytest.raises(refusal):
            await reuses.take_up(person, card.id)
    [told] = await plans(network, "reuse.declared")
    assert isinstance(told, Direct)
    assert (told.member_id, told.card.values["reuse"].authority) == (
        author.member_id,
        "Vaison-la-Romaine (Vaucluse)",
    )
    network.clock.advance(timedelta(days=90))
    asked = await plans(network, "reuse.asked")
    assert [one.member_id for one in asked if isinstance(one, Direct)] == [mayor.member_id] * 2
    [standing] = await plans(network, "practice.standing")
    assert isinstance(standing, Direct)
    assert standing.member_id == author.member_id
    await reuses.answer(mayor, taken.reuse.id, "ongoing")
    assert await plans(network, "reuse.asked") == [Drop("answered")] * 2
    await reuses.standing(author, card.id, "continues")
    assert await plans(network, "practice.standing") == [Drop("answered")]
    network.clock.advance(timedelta(days=180))
    assert any(isinstance(one, Direct) for one in await plans(network, "reuse.asked"))
    done = await reuses.answer(mayor, taken.reuse.id, "abandoned", "Pas de marché chez nous.")
    assert done.practice.reused == {"abandoned": 1}
    assert done.practice.standing == "continues"
    [reuse] = done.practice.reuses
    assert (reuse.state, reuse.why) == ("abandoned", "Pas de marché chez nous.")
    for person in (author, colleague):
        with pytest.raises(NotFound):
            await reuses.answer(person, taken.reuse.id, "adopted")
    with pytest.raises(Invalid):
        await reuses.answer(mayor, taken.reuse.id, "boring")
    assert [one.state for _card, one in await reuses.taken_up(mayor)] == ["abandoned"]


async def test_clicks_at_once_declare_one_reuse(network: Network) -> None:
    author, mayor, colleague = await people_of(network, THIERS, VAISON, VAISON)
    card = await shared(network, author)
    take_up = network.services.reuses.take_up
    outcomes = await asyncio.gather(
        *(take_up(person, card.id) for person in (mayor, colleague, mayor)), return_exceptions=True
    )
    assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, TakenUpAlready)]
    shown = await network.services.practices.practice(author, card.id)
    assert shown.reused == {"ongoing": 1}


async def test_where_a_practice_went_is_told_as_a_tree(network: Network) -> None:
    sharing, reuses = network.services.sharing, network.services.reuses
    author, mayor, third = await people_of(network, THIERS, VAISON, VANDOEUVRE)
    card = await shared(network, author)
    taken = await reuses.take_up(mayor, card.id)
    await reuses.answer(mayor, taken.reuse.id, "adapted")
    await reuses.take_up(third, card.id)
    begun = await sharing.begin(mayor, {**TEXTS, "title": "Au marché de Vaison"}, derived_from=card.id)
    own = (await sharing.publish(mayor, begun.practice.id)).practice
    assert own.derived_title == card.title
    lineage = await network.services.practices.lineage(mayor, own.id)
    told = [
        (one.depth, one.parent, one.authority.split(" ")[0], one.title, one.state, one.here)
        for one in lineage.branches
    ]
    assert told == [
        (0, None, "Thiers", card.title, "", False),
        (1, 0, "Vaison-la-Romaine", "Au marché de Vaison", "adapted", True),
        (1, 0, "Vandœuvre-lès-Nancy", "", "ongoing", False),
    ]


async def test_an_erased_member_leaves_cards_and_reuses_without_a_name(network: Network) -> None:
    author, mayor = await people_of(network, THIERS, VAISON)
    card = await shared(network, author, contact="Ada, 06 12 34 56 78")
    await posted(network)
    await network.services.sharing.write(author, card.id, {"contact": "Ada, le matin"})
    await network.services.sharing.begin(author, {**TEXTS, "title": "Brouillon d’Ada"})
    await network.services.reuses.take_up(mayor, card.id)
    for person in (author, mayor):
        await network.services.privacy.erase(person)
    shown = await network.services.practices.practice(network[Role.MEMBER], card.id)
    assert (shown.author_name, shown.contact) == ("Ancien membre", "")
    [reuse] = shown.reuses
    assert (reuse.authority, reuse.state) == ("", "ongoing")
    async with network.db.reading() as session:
        assert len((await session.exec(select(Practice))).all()) == 1
        assert [one.before for one in (await session.exec(select(PracticeVersion))).all()] == [{}]
    assert await plans(network, "reuse.asked") == [Drop("not_active")] * 2


async def test_nothing_of_it_is_reached_from_another_network(network: Network, other_admin: Actor) -> None:
    card = await shared(network)
    spy = replace(other_admin, member_id=network[Role.MEMBER].member_id)
    taken = await network.services.reuses.take_up((await people_of(network, VAISON))[0], card.id)
    sharing, reuses, reading = (
        network.services.sharing,
        network.services.reuses,
        network.services.practices,
    )
    for reach in (
        reading.practice(spy, card.id),
        reading.history(spy, card.id),
        reading.lineage(spy, card.id),
        sharing.draft(spy, card.id),
        sharing.write(spy, card.id, {"cost": "1"}),
        sharing.publish(spy, card.id),
        sharing.discard(spy, card.id),
        sharing.withdraw(spy, card.id),
        sharing.open_thread(spy, card.id),
        sharing.hide_name(spy, card.id, True),
        reuses.take_up(spy, card.id),
        reuses.heart(spy, card.id),
        reuses.has_heart(spy, card.id),
        reuses.standing(spy, card.id, "stopped"),
        reuses.reuse(spy, taken.reuse.id),
        reuses.answer(spy, taken.reuse.id, "adopted"),
    ):
        with pytest.raises(NotFound):
            await reach
    assert not await reading.suggest(spy, "marché")
    assert not await reading.mine(spy)
    assert not await sharing.drafts(spy)
    assert not await reuses.taken_up(spy)
    with pytest.raises(Invalid):
        await reuses.set_notices(other_admin, await theme_ids(network))
    derived = await sharing.begin(other_admin, TEXTS, derived_from=card.id)
    assert derived.practice.derived_title == ""


# « Droit à l'erreur ».


async def test_a_failure_is_told_without_a_name_where_five_are_alike(network: Network) -> None:
    sharing, author = network.services.sharing, (await people_of(network, BELLEGARDE))[0]
    draft = await sharing.begin(author, {**TEXTS, "title": "Un compost qui sentait"})
    hidden = await sharing.hide_name(author, draft.practice.id, True)
    assert hidden.practice.nameless
    card = (await sharing.publish(author, draft.practice.id)).practice
    for person in (network[Role.MEMBER], (await people_of(network, THIERS))[0]):
        seen = await network.services.practices.practice(person, card.id)
        assert (seen.authority, seen.author_name, seen.population) == ("", "", 0)
        assert seen.crowd is not None
        assert (seen.crowd.rural, seen.crowd.region, seen.crowd.count >= 5) == (
            True,
            "Nouvelle-Aquitaine",
            True,
        )
    known = await network.services.practices.practice(network[Role.FACILITATOR], card.id)
    assert (known.author_name, known.authority) != ("", "")
    [result] = (await network.services.search.find(network[Role.MEMBER], "compost")).results
    assert (result.publisher, result.nameless) == ("", True)
    assert await found(network, "Bellegarde") == []
    [plan] = await plans(network, "practice.thread")
    assert isinstance(plan, ForumPost)
    assert plan.card.values["practice"].authority == ""
    with pytest.raises(PracticeClosed):
        await sharing.hide_name(author, card.id, False)


async def test_it_is_not_published_where_too_few_are_alike(network: Network) -> None:
    sharing = network.services.sharing
    free = network[Role.MEMBER]
    await network.services.profiles.set_organisation(free, "Les Amis du compost", "association", "")
    draft = await sharing.begin(free, TEXTS)
    with pytest.raises(CrowdTooSmall) as refused:
        await sharing.hide_name(free, draft.practice.id, True)
    assert refused.value.details == {"count": 0, "least": 5, "known": False}
    moved = (await people_of(network, BELLEGARDE))[0]
    mine = await sharing.begin(moved, TEXTS)
    await sharing.hide_name(moved, mine.practice.id, True)
    await network.services.profiles.set_organisation(moved, "Une association", "association", "")
    with pytest.raises(CrowdTooSmall):
        await sharing.publish(moved, mine.practice.id)
    assert (await sharing.drafts(moved))[0].state == "draft"


async def test_a_name_in_the_text_is_pointed_out_once(network: Network) -> None:
    sharing, author = network.services.sharing, (await people_of(network, BELLEGARDE))[0]
    draft = await sharing.begin(
        author,
        {
            **TEXTS,
            "context": "À Bellegarde-en-Marche, Mme Durand voulait un compost.",
            "done": "Écrivez à mairie@exemple.fr ou au 05 55 12 34 56, dans la Creuse.",
        },
    )
    await sharing.hide_name(author, draft.practice.id, True)
    stopped = await sharing.publish(author, draft.practice.id)
    assert {(one.field, one.kind, one.words) for one in stopped.clues} == {
        ("context", "place", "Bellegarde en Marche"),
        ("context", "person", "Mme Durand"),
        ("done", "mail", "mairie@exemple.fr"),
        ("done", "phone", "05 55 12 34 56"),
        ("done", "place", "Creuse"),
    }
    assert stopped.practice.state == "draft"
    assert (await sharing.publish(author, draft.practice.id, anyway=True)).practice.state == "published"
