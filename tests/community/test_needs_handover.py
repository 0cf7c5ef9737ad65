"""Who follows a need up when its author passes on or leaves; peers who were asked; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from community.actors import Actor, Role
from community.errors import NotFound
from community.needs_rules import NotYours
from community.outbox import Direct
from storage.helping import HelpState
from tests.community.conftest import SERVER, Network
from tests.community.needs import (
    AIX,
    ANNECY,
    CHAMBERY,
    MEAUX,
    asked,
    deliver,
    helpers,
    published,
    rows,
    settle,
    themes,
)
from tests.community.threads import ASKS

WEEKS = timedelta(weeks=6)


async def test_a_successor_is_asked_and_says_that_it_is_solved(network: Network) -> None:
    author = await settle(network, CHAMBERY)
    (after,) = await helpers(network, [AIX], willing=False)
    answer = await published(network)
    await deliver(network, "need.thread", ref="4242")
    needs = network.services.needs
    with pytest.raises(NotYours):
        await needs.close(after, answer.need.id, "solved")
    network.clock.advance(timedelta(weeks=3))
    assert (await network.services.handover.pass_on(author, "Pair 0")).count == 1
    network.clock.advance(WEEKS - timedelta(seconds=1))
    assert await deliver(network, "need.follow_up") == []
    network.clock.advance(timedelta(seconds=1))
    (told,) = await deliver(network, "need.follow_up")
    assert isinstance(told, Direct)
    assert told.member_id == after.member_id
    kept = await needs.keep_open(after, answer.need.id)
    assert not kept.mine
    assert (await needs.close(after, answer.need.id, "solved")).state == "solved"


async def test_what_one_took_over_is_among_ones_needs(network: Network) -> None:
    author = await settle(network, CHAMBERY)
    (after, last) = await helpers(network, [AIX, ANNECY], willing=False)
    answer = await published(network)
    await deliver(network, "need.thread", ref="4242")
    needs = network.services.needs

    async def kept(actor: Actor) -> list[int]:
        mine = await needs.mine(actor)
        assert not set(mine.kept) & set(mine.needs)
        return [need.id for need in mine.kept]

    assert await kept(author) == await kept(after) == []
    await network.services.handover.pass_on(author, "Pair 0")
    assert (await kept(author), await kept(after), await kept(last)) == ([], [answer.need.id], [])
    assert [need.id for need in (await needs.mine(author)).needs] == [answer.need.id]  # still their question
    await network.services.handover.pass_on(after, "Pair 1")
    assert (await kept(after), await kept(last)) == ([], [answer.need.id])
    await needs.close(last, answer.need.id, "solved")
    assert await kept(last) == []


async def test_a_question_without_a_name_is_not_passed_on(network: Network) -> None:
    author = await settle(network, CHAMBERY)
    await helpers(network, [AIX], willing=False)
    answer = await published(network, nameless=True)
    await network.services.needs_care.approve(network[Role.FACILITATOR], answer.need.id)
    await deliver(network, "need.thread", ref="4242")
    assert (await network.services.handover.pass_on(author, "Pair 0")).count == 0
    network.clock.advance(WEEKS)
    (told,) = await deliver(network, "need.follow_up")
    assert isinstance(told, Direct)
    assert told.member_id == author.member_id


@pytest.mark.parametrize("erased", [False, True], ids=["leaves", "erased"])
async def test_peers_of_who_leaves_need_not_answer(network: Network, erased: bool) -> None:
    borne = await themes(network, 1)
    author = await settle(network, CHAMBERY)
    first, second, later = await helpers(network, [ANNECY, AIX, MEAUX], borne)
    answer = await published(network, themes=borne)
    await deliver(network, "need.thread", ref="4242")
    await deliver(network, "need.asked")
    await network.services.helping.decline(second, answer.need.id)  # nobody is left to ask instead
    if erased:
        await network.services.privacy.erase(author)
    else:
        await network.services.members.depart("discord", SERVER, ASKS)
    told = await deliver(network, "need.called_off")
    assert {one.member_id for one in told if isinstance(one, Direct)} == {first.member_id, later.member_id}
    states = {one.helper_id: one.state for one in await asked(network, answer.need.id)}
    assert states[first.member_id] == HelpState.SKIPPED
    assert states[second.member_id] == HelpState.DECLINED
    with pytest.raises(NotFound):
        await network.services.helping.accept(first, answer.need.id)

    facilitator = network[Role.FACILITATOR]
    assert (await network.services.handover.take_over_all(facilitator, author.member_id or 0)).count == 1
    await network.services.helping.offer(replace(second), answer.need.id, "Avec plaisir.")
    (accepted,) = await deliver(network, "need.accepted")
    assert isinstance(accepted, Direct)
    assert accepted.member_id == facilitator.member_id


async def test_the_departure_of_who_asks_without_a_name_is_told_to_no_peer(network: Network) -> None:
    borne = await themes(network, 1)
    await settle(network, CHAMBERY)
    await helpers(network, [ANNECY], borne)
    answer = await published(network, themes=borne, nameless=True)
    await network.services.needs_care.approve(network[Role.FACILITATOR], answer.need.id)
    await deliver(network, "need.asked")
    await network.services.members.depart("discord", SERVER, ASKS)
    assert [one.state for one in await asked(network, answer.need.id)] == [HelpState.SKIPPED]
    assert await rows(network.db, "need.called_off") == []
    network.clock.advance(timedelta(days=6))
    await network.services.needs_upkeep.run()
    assert len(await asked(network, answer.need.id)) == 1
