"""« En faire une fiche »: with its author's agreement, or not at all, on both databases."""

from dataclasses import replace

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.errors import NotFound
from community.outbox import Direct, Drop
from community.practice_cards import DONE_LONGEST
from community.practice_requests import KEPT_FOR, AuthorUnknown, MessageWithoutWords, Told
from storage.card_requests import CardRequest
from storage.networks import NetworkPlace
from tests.community.conftest import Network
from tests.community.practices import plans

TOLD = Told("900", "3", "Nous avons posé une table au marché.\nCent avis en un mois.", "50")


async def request(network: Network) -> CardRequest:
    async with network.db.reading() as session:
        return (await session.exec(select(CardRequest))).one()


async def test_the_author_agrees_and_has_a_draft(network: Network) -> None:
    requests, author = network.services.card_requests, network[Role.MEMBER]
    for _twice in range(2):
        assert await requests.ask(network[Role.FACILITATOR], TOLD) == 0
    [asked] = await plans(network, "card_request.asked")
    assert isinstance(asked, Direct)
    assert asked.member_id == author.member_id
    kept = await request(network)
    for other in (network[Role.FACILITATOR], network[Role.ADMIN]):
        with pytest.raises(NotFound):
            await requests.accept(other, kept.id or 0)
    draft = await network.services.sharing.draft(author, await requests.accept(author, kept.id or 0))
    assert (draft.practice.title, draft.practice.done) == (TOLD.text.splitlines()[0], TOLD.text)
    assert draft.practice.author_id == author.member_id
    assert (await request(network)).text == ""
    assert await plans(network, "card_request.asked") == [Drop("already_handled")]
    with pytest.raises(NotFound):
        await requests.accept(author, kept.id or 0)


async def test_a_refusal_is_told_to_nobody_and_silence_forgets(network: Network) -> None:
    requests, author = network.services.card_requests, network[Role.MEMBER]
    await requests.ask(network[Role.FACILITATOR], TOLD)
    await requests.decline(author, (await request(network)).id or 0)
    assert (await request(network)).text == ""
    assert await requests.ask(network[Role.FACILITATOR], TOLD) == 0  # the same answer, and no new question
    assert await plans(network, "card_request.asked") == [Drop("already_handled")]
    await requests.ask(network[Role.FACILITATOR], replace(TOLD, message_ref="901"))
    assert await requests.purge() == 0
    network.clock.advance(KEPT_FOR * 2)
    assert await requests.purge() == 1
    assert await network.services.sharing.drafts(author) == ()


async def test_ones_own_message_becomes_a_draft_at_once(network: Network) -> None:
    requests, author = network.services.card_requests, network[Role.MEMBER]
    async with network.db.reading() as session:
        forum = (await session.exec(select(NetworkPlace).where(NetworkPlace.place == "practices"))).one()
    mine = replace(TOLD, text="x" * 4000, forum_ref=forum.channel_ref, thread_title="Au marché")
    draft = await network.services.sharing.draft(author, await requests.ask(author, mine))
    assert (draft.practice.title, len(draft.practice.done)) == ("Au marché", DONE_LONGEST)
    assert draft.practice.thread_ref == "50"  # told in the practices forum: the card stands there


async def test_what_cannot_become_a_card(network: Network, other_admin: Actor) -> None:
    requests = network.services.card_requests
    with pytest.raises(MessageWithoutWords):
        await requests.ask(network[Role.FACILITATOR], replace(TOLD, text="  "))
    for nobody in ("2", "5", "999"):  # a newcomer, a stranger, a bot
        with pytest.raises(AuthorUnknown):
            await requests.ask(network[Role.FACILITATOR], replace(TOLD, author_ref=nobody))
    with pytest.raises(AuthorUnknown):
        await requests.ask(other_admin, TOLD)
    await requests.ask(network[Role.FACILITATOR], TOLD)
    spy = replace(other_admin, member_id=network[Role.MEMBER].member_id)
    for reach in (requests.accept, requests.decline):
        with pytest.raises(NotFound):
            await reach(spy, (await request(network)).id or 0)
