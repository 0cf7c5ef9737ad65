"""Needs: published, answered, closed, on both databases; whom is asked, and whom is not."""

import asyncio
from datetime import timedelta

import pytest

from community import needs_rules as rules
from community.actors import Actor, Role
from community.asking import LOAD_MOST
from community.errors import Invalid, NotFound
from community.needs_rules import NameInText, NeedClosed, NotYours, OwnNeed, TooManyNeeds
from community.outbox import Direct, Drop, Edit, ForumPost, GiveUp, Post
from community.resources import NewResource
from storage.helping import HelpState
from storage.networks import NetworkPlace
from tests.community.conftest import ADMIN, Network
from tests.community.meetups import planned, rows
from tests.community.needs import (
    AIX,
    ANNECY,
    CHAMBERY,
    MEAUX,
    SQUARE,
    VILLAGE,
    asked,
    deliver,
    helpers,
    plan,
    published,
    settle,
    themes,
)


async def test_three_comparable_peers_are_asked_and_the_author_learns_who_accepts(network: Network) -> None:
    nicolas = await settle(network, CHAMBERY)
    borne = await themes(network, 1)
    village, far, near, same, fourth = await helpers(network, [VILLAGE, MEAUX, ANNECY, AIX, CHAMBERY], borne)
    answer = await published(network, themes=borne)
    assert (answer.chosen, answer.willing, answer.need.state) == (3, 5, "open")
    chosen = [one.helper_id for one in await asked(network, answer.need.id)]
    assert fourth.member_id in chosen  # the very same town comes first
    assert village.member_id not in chosen  # the least comparable is not among the three

    questions = await deliver(network, "need.asked")
    assert all(isinstance(one, Direct) for one in questions)
    assert {reason.code for one in questions for reason in one.card.values["reasons"]} >= {"theme", "size"}  # type: ignore[union-attr]
    mine = (await network.services.needs.mine(nicolas)).needs[0]
    assert (mine.asked, mine.accepted) == (3, 0)
    helper = next(one for one in (far, near, same, fourth) if one.member_id == chosen[0])
    assert [one.id for one in (await network.services.needs.mine(helper)).asked] == [answer.need.id]
    await network.services.helping.accept(helper, answer.need.id)
    mine = (await network.services.needs.mine(nicolas)).needs[0]
    assert (mine.asked, mine.accepted) == (3, 1)
    (told,) = await deliver(network, "need.accepted")
    assert isinstance(told, Direct)
    assert told.member_id == nicolas.member_id
    assert told.card.values["peer"].bio.startswith("Présentation de")
    (contact,) = await deliver(network, "need.contact")
    assert isinstance(contact, Direct)
    assert contact.card.values["peer"].member_id == nicolas.member_id
    assert contact.card.values["peer"].organisation.startswith("Chambéry")


async def test_two_peers_accept_at_once(network: Network) -> None:
    borne = await themes(network, 1)
    await settle(network, CHAMBERY)
    pair = await helpers(network, [ANNECY, AIX], borne)
    answer = await published(network, themes=borne)
    await deliver(network, "need.asked")
    await asyncio.gather(
        *(network.services.helping.accept(one, answer.need.id) for one in (*pair, *pair)),
    )
    need = await network.services.needs.need(network[Role.MEMBER], answer.need.id)
    assert (need.asked, need.accepted) == (2, 2)
    assert len(await rows(network.db, "need.accepted")) == 2
    assert len(await rows(network.db, "need.contact")) == 2


async def test_accepting_and_closing_at_once_leaves_one_story(network: Network) -> None:
    borne = await themes(network, 1)
    (helper,) = await helpers(network, [ANNECY], borne)
    answer = await published(network, themes=borne)
    await deliver(network, "need.asked")
    needs, helping = network.services.needs, network.services.helping
    outcomes = await asyncio.gather(
        helping.accept(helper, answer.need.id),
        needs.close(network[Role.MEMBER], answer.need.id, "solved"),
        return_exceptions=True,
    )
    assert all(not isinstance(one, Exception) or isinstance(one, NeedClosed) for one in outcomes)
    accepted = (await asked(network, answer.need.id))[0].state == HelpState.ACCEPTED
    assert (
        len(await rows(network.db, "need.thanks")) == len(await rows(network.db, "need.accepted")) == accepted
    )


async def test_nobody_gets_more_than_two_requests_a_month_however_many_ask_at_once(network: Network) -> None:
    borne = await themes(network, 1)
    await helpers(network, [ANNECY], borne)
    askers = await helpers(network, [CHAMBERY, AIX, MEAUX, VILLAGE, CHAMBERY], willing=False)
    await asyncio.gather(*(published(network, actor=one, themes=borne) for one in askers))
    assert len(await rows(network.db, "need.asked")) == LOAD_MOST
    network.clock.advance(timedelta(days=31, seconds=-1))
    late = await published(network, actor=askers[0], title="Une autre question, plus tard", themes=borne)
    assert late.chosen == 0  # not a day before the month is over
    network.clock.advance(timedelta(seconds=1))
    assert (await published(network, actor=askers[1], title="Encore une question", themes=borne)).chosen == 1


async def test_requests_go_round_among_comparable_peers(network: Network) -> None:
    borne = await themes(network, 1)
    peers = await helpers(network, [ANNECY, ANNECY, ANNECY, ANNECY, ANNECY, ANNECY], borne)
    first = await published(network, themes=borne)
    second = await published(network, title="Une autre question sur la place", themes=borne)
    turns = [one.helper_id for need in (first, second) for one in await asked(network, need.need.id)]
    assert sorted(turns) == sorted(peer.member_id or 0 for peer in peers)


async def test_who_left_between_the_choice_and_the_message_is_not_written_to(network: Network) -> None:
    """Nor who opted out, nor who is on a pause; the next one is asked, and nobody is told why."""
    borne = await themes(network, 1)
    leaves, opts_out, pauses, *others = await helpers(network, [AIX] * 6, borne)
    answer = await published(network, themes=borne)
    assert answer.chosen == 3
    await network.services.members.suspend(network[Role.FACILITATOR], leaves.member_id or 0)
    await network.services.helping.set_availability(opts_out, False)
    await network.services.helping.set_availability(pauses, True, "dans 3 semaines")
    plans = await deliver(network, "need.asked")
    assert plans == [Drop("not_available")] * 3
    assert await network.services.needs_upkeep.run() == 1
    assert all(isinstance(one, Direct) for one in await deliver(network, "need.asked"))
    need = await network.services.needs.need(network[Role.MEMBER], answer.need.id)
    assert (need.asked, need.accepted) == (3, 0)
    assert {one.helper_id for one in await asked(network, answer.need.id) if one.state == "asked"} == {
        one.member_id for one in others
    }


async def test_a_no_and_a_silence_are_passed_on_to_the_next_and_to_nobody_else(network: Network) -> None:
    borne = await themes(network, 1)
    await settle(network, CHAMBERY)
    await helpers(network, [AIX] * 8, borne)
    answer = await published(network, themes=borne)
    await deliver(network, "need.asked")
    first = (await asked(network, answer.need.id))[0]
    helper = Actor(first.network_id, first.helper_id, Role.MEMBER)
    await network.services.helping.decline(helper, answer.need.id)
    await network.services.helping.decline(helper, answer.need.id)
    assert len(await deliver(network, "need.asked")) == 1
    need = await network.services.needs.need(network[Role.MEMBER], answer.need.id)
    assert (need.asked, need.accepted) == (3, 0)
    assert not await rows(network.db, "need.accepted")
    network.clock.advance(timedelta(days=5))
    await network.services.needs_upkeep.run()
    states = [one.state for one in await asked(network, answer.need.id)]
    assert states.count("silent") == 3
    assert states.count("chosen") == 2  # six in all: a need is no chain letter
    assert await network.services.needs_upkeep.run() == 0
    # Who was silent may still say yes: nothing was taken from them but the waiting.
    late = next(one for one in await asked(network, answer.need.id) if one.state == "silent")
    accepted = await network.services.helping.accept(
        Actor(late.network_id, late.helper_id, Role.MEMBER), answer.need.id
    )
    assert accepted.accepted == 1


async def test_only_willing_members_who_know_of_it_are_asked(network: Network) -> None:
    one, other = await themes(network, 2)
    await helpers(network, [AIX], [other])
    await helpers(network, [AIX], [one], willing=False)
    assert (await published(network, title="Rénover une piscine municipale", themes=[one])).chosen == 0
    said = await published(network)  # no theme: the words of what they offer
    assert said.chosen == 1


async def test_a_pause_ends_by_itself(network: Network) -> None:
    borne = await themes(network, 1)
    (helper,) = await helpers(network, [AIX], borne)
    helping = network.services.helping
    paused = await helping.set_availability(helper, True, "jusqu’au 5 mars")
    assert (paused.willing, f"{paused.paused_until}") == (True, "2026-03-05")
    assert (await published(network, themes=borne)).chosen == 0
    network.clock.advance(timedelta(days=2, hours=14))  # 5 March, 00:00 in Paris
    assert (await helping.availability(helper)).paused_until is None
    assert (await published(network, title="Une question plus tard", themes=borne)).chosen == 1
    with pytest.raises(Invalid):
        await helping.set_availability(helper, False, "5 mars")
    with pytest.raises(Invalid):
        await helping.set_availability(helper, True, "quand les poules auront des dents")


async def test_the_thread_opens_under_its_tags_and_follows_what_happens(network: Network) -> None:
    borne = await themes(network, 2)
    answer = await published(
        network, themes=borne, context="Des riverains s’opposent.", deadline="dans 2 mois"
    )
    assert f"{answer.need.deadline}" == "2026-05-02"
    (post,) = await deliver(network, "need.thread", ref="4242")
    assert isinstance(post, ForumPost)
    assert set(answer.need.themes) <= set(post.tags)
    helper = (await helpers(network, [AIX]))[0]
    await network.services.helping.react(helper, answer.need.id, "done_here")
    await network.services.helping.react(helper, answer.need.id, "done_here")
    cards = await deliver(network, "need.card")
    assert isinstance(cards[-1], Edit)
    assert (cards[-1].channel_ref, cards[-1].card.values["need"].done_here) == ("4242", 1)
    with pytest.raises(OwnNeed):
        await network.services.helping.react(network[Role.MEMBER], answer.need.id, "done_here")
    await network.services.needs.close(network[Role.MEMBER], answer.need.id, "done", "met")
    (closed,) = await deliver(network, "need.card")
    assert isinstance(closed, Edit)
    assert closed.card.rows == ()  # nothing is left to click
    with pytest.raises(NeedClosed):
        await network.services.helping.offer(helper, answer.need.id)


async def test_a_forum_that_is_gone_is_told_and_the_need_waits_for_it(network: Network) -> None:
    answer = await published(network)
    network.server.channels.pop("needs")
    async with network.db.transaction() as session:
        place = await session.get(NetworkPlace, (network[Role.MEMBER].network_id, "needs"))
        await session.delete(place)
    (row,) = await rows(network.db, "need.thread")
    assert await plan(network, row) == GiveUp("no_place")
    await network.services.networks.set_up(ADMIN, name="Territoires en commun")
    assert isinstance(await plan(network, row), ForumPost)
    assert (await network.services.needs.need(network[Role.MEMBER], answer.need.id)).thread_ref is None


async def test_an_offer_in_the_thread_reaches_who_asks(network: Network) -> None:
    answer = await published(network)
    (helper,) = await helpers(network, [AIX], willing=False)
    await network.services.helping.offer(helper, answer.need.id, " Appelez-moi mardi. ")
    await network.services.helping.offer(helper, answer.need.id, "Appelez-moi mardi.")
    (told,) = await deliver(network, "need.accepted")
    assert isinstance(told, Direct)
    assert (told.card.values["words"], told.card.values["offered"]) == ("Appelez-moi mardi.", True)
    mine = (await network.services.needs.mine(network[Role.MEMBER])).needs[0]
    assert (mine.asked, mine.accepted) == (0, 1)  # an offer is no request


async def test_two_days_without_an_answer_call_the_facilitators(network: Network) -> None:
    borne = await themes(network, 1)
    await settle(network, CHAMBERY)
    await helpers(network, [AIX] * 6, borne)
    answer = await published(network, themes=borne)
    network.clock.advance(timedelta(hours=47, minutes=59))
    assert await deliver(network, "need.unanswered") == []
    assert not (await network.services.needs_care.overview(network[Role.FACILITATOR])).unanswered
    network.clock.advance(timedelta(minutes=1))
    (told,) = await deliver(network, "need.unanswered")
    assert isinstance(told, Post)
    assert told.card.values["need"].title == SQUARE
    assert len(told.card.values["peers"]) == 3
    care = network.services.needs_care
    assert [one.id for one in (await care.overview(network[Role.FACILITATOR])).unanswered] == [answer.need.id]
    whom = await care.whom(network[Role.FACILITATOR], answer.need.id)
    await care.solicit(network[Role.FACILITATOR], answer.need.id, whom.peers[0].member_id)
    for wrong in (whom.peers[0].member_id, network[Role.FACILITATOR].member_id or 0):
        with pytest.raises(Invalid):
            await care.solicit(network[Role.FACILITATOR], answer.need.id, wrong)


async def test_an_answer_keeps_the_facilitators_from_being_called(network: Network) -> None:
    answer = await published(network)
    (helper,) = await helpers(network, [AIX], willing=False)
    await network.services.helping.offer(helper, answer.need.id)
    network.clock.advance(timedelta(hours=48))
    assert await deliver(network, "need.unanswered") == [Drop("answered")]
    assert not (await network.services.needs_care.overview(network[Role.FACILITATOR])).unanswered


async def test_six_weeks_of_silence_ask_once_and_activity_puts_it_off(
    network: Network, other_admin: Actor
) -> None:
    answer = await published(network)
    needs, upkeep = network.services.needs, network.services.needs_upkeep
    (helper,) = await helpers(network, [AIX], willing=False)
    network.clock.advance(timedelta(weeks=4))
    await network.services.helping.react(helper, answer.need.id, "done_here")
    elsewhere = await published(network, actor=other_admin, title="Le besoin d’un autre réseau")
    network.clock.advance(timedelta(weeks=2))
    assert await deliver(network, "need.follow_up") == [Drop("active")]
    network.clock.advance(timedelta(hours=2))
    await upkeep.run()
    await needs.close(other_admin, elsewhere.need.id, "withdrawn")  # stops nothing here
    network.clock.advance(timedelta(weeks=4))
    (told,) = await deliver(network, "need.follow_up")
    assert isinstance(told, Direct)
    assert told.member_id == network[Role.MEMBER].member_id
    network.clock.advance(timedelta(weeks=10))
    await upkeep.run()
    assert await deliver(network, "need.follow_up") == []
    await needs.keep_open(network[Role.MEMBER], answer.need.id)
    await needs.close(network[Role.MEMBER], answer.need.id, "solved", "useful")
    network.clock.advance(timedelta(weeks=7))
    await upkeep.run()
    assert await deliver(network, "need.follow_up") == []


async def test_solved_thanks_those_who_helped_and_counts_the_outcome(network: Network) -> None:
    care, needs = network.services.needs_care, network.services.needs
    (helper,) = await helpers(network, [AIX], willing=False)
    for number, outcome in enumerate(["useful", "useful", "met", "not_met", None]):
        answer = await published(network, title=f"Question numéro {number}")
        await network.services.helping.offer(helper, answer.need.id)
        before = (await care.overview(network[Role.FACILITATOR])).outcomes
        assert before == {}  # nothing is said of fewer than five
        await needs.close(network[Role.MEMBER], answer.need.id, "solved", outcome)
    told = await deliver(network, "need.thanks")
    assert {one.member_id for one in told if isinstance(one, Direct)} == {helper.member_id}
    assert len(told) == 5
    counted = (await care.overview(network[Role.FACILITATOR])).outcomes
    assert counted == {"useful": 2, "met": 1, "not_met": 1, "unsaid": 1}
    with pytest.raises(NeedClosed):
        await needs.close(network[Role.MEMBER], answer.need.id, "solved")
    draft = await needs.to_practice(network[Role.MEMBER], answer.need.id)
    assert (draft.practice.title, draft.missing) == ("Question numéro 4", ["done"])
    assert (await needs.to_practice(network[Role.MEMBER], answer.need.id)).practice.id == draft.practice.id
    with pytest.raises(NotYours):
        await needs.to_practice(helper, answer.need.id)


async def test_who_may_close_a_need(network: Network) -> None:
    answer = await published(network)
    (other,) = await helpers(network, [AIX])
    with pytest.raises(NotYours):
        await network.services.needs.close(other, answer.need.id, "solved")
    with pytest.raises(Invalid):
        await network.services.needs.close(network[Role.MEMBER], answer.need.id, "open")
    closed = await network.services.needs.close(network[Role.FACILITATOR], answer.need.id, "unconcerned")
    assert closed.state == "unconcerned"


async def test_a_question_without_a_name(network: Network) -> None:
    nicolas, facilitator = await settle(network, CHAMBERY), network[Role.FACILITATOR]
    borne = await themes(network, 1)
    (helper,) = await helpers(network, [AIX], borne)
    needs, care = network.services.needs, network.services.needs_care
    with pytest.raises(NameInText) as pointed:
        await published(network, title="À Chambery, un conflit avec nos élus", nameless=True)
    assert pointed.value.details["found"] == ("Chambery",)
    answer = await published(network, title="Un conflit avec nos élus", nameless=True, themes=borne)
    assert (answer.need.state, answer.chosen, answer.need.territory) == ("waiting", 0, "")
    assert not await rows(network.db, "need.thread")
    with pytest.raises(NotFound):
        await needs.need(helper, answer.need.id)  # not there yet
    (card,) = await deliver(network, "need.to_check")
    assert isinstance(card, Post)
    assert card.card.values["author"] == "Personne 3"
    both = await asyncio.gather(
        care.approve(facilitator, answer.need.id),
        care.refuse(network[Role.ADMIN], answer.need.id, "Reformulez."),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Exception) for one in both) == 1
    if (await needs.need(nicolas, answer.need.id)).state == "refused":
        return
    (post,) = await deliver(network, "need.thread")
    assert isinstance(post, ForumPost)
    assert (post.card.values["need"].author_name, post.card.values["need"].territory) == ("", "")
    (question,) = await deliver(network, "need.asked")
    assert isinstance(question, Direct)
    assert {reason.code for reason in question.card.values["reasons"]} == {
        "theme"
    }  # says nothing of the place
    assert (await needs.need(helper, answer.need.id)).author_ref == ""
    await network.services.helping.accept(helper, answer.need.id)
    (contact,) = await deliver(network, "need.contact")
    assert isinstance(contact, Direct)
    assert contact.card.values["peer"] is None
    await needs.reply(nicolas, answer.need.id, "Merci, c’est une commune de taille moyenne.")
    (said,) = await deliver(network, "need.reply")
    assert isinstance(said, Post)
    assert said.channel_ref == "5000"
    with pytest.raises(NotYours):
        await needs.reply(helper, answer.need.id, "Je réponds pour elle.")


async def test_a_search_in_vain_becomes_a_need(network: Network, other_admin: Actor) -> None:
    search, needs = network.services.search, network.services.needs
    found = await search.find(network[Role.MEMBER], "téléphérique urbain", keep=True)
    session_id = found.session_id or 0
    assert await needs.from_search(network[Role.MEMBER], session_id, found.ticket) == "téléphérique urbain"
    assert await needs.from_search(network[Role.FACILITATOR], session_id, 0) == "téléphérique urbain"
    for actor, ticket in ((network[Role.MEMBER], found.ticket + 1), (other_admin, found.ticket)):
        with pytest.raises(NotFound):
            await needs.from_search(actor, session_id, ticket)


async def test_what_cannot_be_published(network: Network) -> None:
    borne = await themes(network, 4)
    for wrong in (
        {"title": "Court"},
        {"title": "x" * 101},
        {"context": "x" * 1501},
        {"themes": borne},
        {"themes": [999_999]},
        {"deadline": "hier"},
        {"deadline": "bientôt"},
    ):
        with pytest.raises(Invalid):
            await published(network, **{"title": SQUARE, **wrong})  # type: ignore[arg-type]  # fields of NewNeed
    for number in range(rules.OPEN_MOST):
        await published(network, title=f"Question numéro {number}")
    with pytest.raises(TooManyNeeds):
        await published(network)


async def test_the_first_answer_has_resources_offers_and_the_next_meetup(network: Network) -> None:
    borne = await themes(network, 1)
    guide = await network.propose("Concertation sur un espace public")
    await network.services.library.publish(network[Role.FACILITATOR], guide.id)
    meetup = await planned(network, title="Atelier concertation")
    await network.services.meetups.describe(network[Role.FACILITATOR], meetup.id, "", borne[0])
    answer = await published(network, themes=borne)
    assert [one.id for one in answer.closest.resources] == [guide.id]
    assert answer.closest.meetup is not None
    assert (answer.closest.meetup.id, answer.closest.meetup.on_theme) == (meetup.id, True)
    again = await network.services.needs.closest(network[Role.MEMBER], answer.need.id)
    assert again.again
    assert again.closest == answer.closest


async def test_offers_of_the_basin_come_first_then_those_of_its_neighbours(network: Network) -> None:
    """S10: M of the basin of Meaux. By who proposed the offer, or by the postcode of an imported one."""
    await settle(network, MEAUX)
    near, far = await helpers(network, [MEAUX, CHAMBERY], willing=False)
    places = {"Savoie": far, "Meaux": near, "Melun": None, "Brest": None}
    addresses = {"Melun": "Halle, 77000 Melun", "Brest": "Quai, 29200 Brest"}
    ids = {}
    for name, actor in places.items():
        new = NewResource(
            f"Prêt d’une salle de concertation, {name}", f"https://example.org/{name}", "Salle.", "offer"
        )
        made = await network.services.library.propose(actor or network[Role.FACILITATOR], new, anyway=True)
        await network.services.library.publish(network[Role.FACILITATOR], made.id)
        if name in addresses:
            await network.services.library.place(network[Role.FACILITATOR], made.id, addresses[name], "")
        ids[made.id] = name
    answer = await published(network, title="Une salle de concertation à emprunter")
    found = [(ids[one.id], [reason.code for reason in one.reasons]) for one in answer.closest.offers]
    assert found[:2] == [("Meaux", ["epci"]), ("Melun", ["departement"])]
    assert len(found) == 3
    assert not answer.closest.resources  # an offer is told once


async def test_one_word_in_common_is_no_reason_to_ask_who_follows_another_theme(network: Network) -> None:
    one, other = await themes(network, 2)
    await helpers(network, [AIX], [other])  # offers « Concertation à Aix-les-Bains »
    assert (await published(network, themes=[one])).chosen == 0
    said = await published(network, title="Concertation avec Aix, qui l’a menée ?", themes=[one])
    assert said.chosen == 1


async def test_who_is_erased_leaves_the_question_without_name_nor_place(network: Network) -> None:
    nicolas = await settle(network, CHAMBERY)
    answer = await published(network)
    assert answer.need.territory == "Chambéry (Savoie)"
    await deliver(network, "need.thread", ref="4242")
    await deliver(network, "need.card")
    await network.services.privacy.erase(nicolas)
    (card,) = await deliver(network, "need.card")
    assert isinstance(card, Edit)
    shown = card.card.values["need"]
    assert (shown.territory, shown.author_ref, shown.title) == ("", "", SQUARE)
    network.clock.advance(timedelta(weeks=6))
    assert await deliver(network, "need.follow_up") == []  # nothing more is sent to them


async def test_the_next_meetup_is_said_even_when_none_is_on_the_theme(network: Network) -> None:
    (borne,) = await themes(network, 1)
    meetup = await planned(network, title="Café du réseau")
    for wanted in ([borne], []):
        answer = await published(network, title=f"Une question à {len(wanted)} thème", themes=wanted)
        assert answer.closest.meetup is not None
        assert (answer.closest.meetup.id, answer.closest.meetup.on_theme) == (meetup.id, False)
        assert answer.closest.nothing


async def test_without_a_theme_a_need_takes_that_of_what_is_nearest(network: Network) -> None:
    first, other = await themes(network, 2)
    facilitator = network[Role.FACILITATOR]
    for number in range(3):
        new = NewResource(f"Concertation et espace public, guide {number}", summary="Guide.", themes=(first,))
        made = await network.services.library.propose(facilitator, new, anyway=True)
        await network.services.library.publish(facilitator, made.id)
    unlike = NewResource("Budget annexe de l’eau", summary="Guide.", themes=(other,))
    made = await network.services.library.propose(facilitator, unlike, anyway=True)
    await network.services.library.publish(facilitator, made.id)
    await helpers(network, [ANNECY], [first])
    await helpers(network, [AIX], [other])

    answer = await published(network)
    assert (answer.guessed, answer.need.theme_ids, answer.chosen) == (True, (first,), 1)
    chosen = await published(network, title="Concertation dans un espace public", themes=[other])
    assert (chosen.guessed, chosen.need.theme_ids) == (False, (other,))
    vague = await published(network, title="Bonjour à tous")
    assert (vague.guessed, vague.need.theme_ids) == (False, ())
