"""Threads and forums deleted by hand: nothing points at them any more, the desk says it, a click mends it."""

from datetime import timedelta

from community.actors import Role
from community.desk_lines import DeskLine
from community.outbox import ForumPost
from community.ports import Button
from community.practice_cards import THREAD_WITHIN
from storage.outbox import OutboxState
from tests.community.conftest import SERVER, Network
from tests.community.meetups import rows
from tests.community.needs import AIX, CHAMBERY, deliver, helpers, published, settle
from tests.community.practices import people_of, plans, posted, shared

THIERS = "commune:63430"


async def line(network: Network) -> DeskLine | None:
    found = (await network.services.desk.look(network[Role.FACILITATOR])).lines
    return next((one for one in found if one.key == "unthreaded"), None)


async def lose(network: Network, *places: str) -> None:
    """Deleted by hand, then put back."""
    for place in places:
        del network.server.channels[place]
    await network.services.networks.repair(network[Role.ADMIN])


async def test_a_card_without_a_thread_is_on_the_desk_until_it_has_one(network: Network) -> None:
    (author,) = await people_of(network, THIERS)
    card = await shared(network, author)
    network.clock.advance(THREAD_WITHIN)
    assert await line(network) is None, "an hour to the second is not late"
    network.clock.advance(timedelta(seconds=1))
    assert await line(network) == DeskLine(
        "unthreaded", 1, Button("practice.unthreaded"), [card.title], card.published_at
    )
    gestures = (await network.services.desk.look(network[Role.FACILITATOR])).gestures
    assert gestures[0].key == "unthreaded"
    await posted(network)
    assert await line(network) is None


async def test_a_thread_deleted_by_hand_is_no_more_pointed_at(network: Network) -> None:
    (author,) = await people_of(network, THIERS)
    card, other = await shared(network, author), await shared(network, author, title="Une autre fiche")
    need = await published(network)
    await posted(network)
    await deliver(network, "need.thread", ref="4242")
    network.clock.advance(THREAD_WITHIN + timedelta(seconds=1))
    for ref in ("7770", "4242"):
        await network.services.thread_ears.deleted("discord", SERVER, ref)
    reading = network.services.practices
    shown = await reading.practice(author, card.id)
    assert (shown.thread_ref, shown.card_ref) == (None, None)
    assert (await reading.practice(author, other.id)).thread_ref == "7771"
    assert (await network.services.needs.need(author, need.need.id)).thread_ref is None
    assert await deliver(network, "need.thread") == []  # whoever deleted it meant to
    assert [one.id for one in await reading.without_thread(network[Role.FACILITATOR])] == [card.id]
    await network.services.sharing.open_thread(author, card.id)
    assert isinstance((await plans(network, "practice.thread"))[-1], ForumPost)


async def test_a_forum_made_again_gives_open_needs_their_threads_back(network: Network) -> None:
    author = await settle(network, CHAMBERY)
    (after,) = await helpers(network, [AIX], willing=False)
    solved = await published(network, title="Une question résolue")
    await deliver(network, "need.thread", ref="4240")
    await network.services.needs.close(author, solved.need.id, "solved")
    need = await published(network)
    await deliver(network, "need.thread", ref="4241")
    await network.services.handover.pass_on(author, "Pair 0")
    network.clock.advance(timedelta(days=1))
    await lose(network, "needs")
    (again,) = await deliver(network, "need.thread", ref="999")
    assert isinstance(again, ForumPost)
    assert again.forum_ref == network.server.channels["needs"]
    reading = network.services.needs
    assert (await reading.need(author, need.need.id)).thread_ref == "999"
    assert (await reading.need(author, solved.need.id)).thread_ref is None
    # Who took it over still follows it up.
    assert [one.id for one in (await reading.mine(after)).kept] == [need.need.id]
    assert not (await reading.mine(author)).kept


async def test_a_need_whose_thread_was_not_open_yet_gets_one_thread(network: Network) -> None:
    await published(network)
    await lose(network, "needs")
    assert len(await rows(network.db, "need.thread", state=OutboxState.DUE)) == 1


async def test_a_forum_made_again_asks_about_its_cards(network: Network) -> None:
    (author,) = await people_of(network, THIERS)
    card = await shared(network, author)
    await posted(network)
    network.clock.advance(THREAD_WITHIN + timedelta(seconds=1))
    await lose(network, "practices")
    late = await line(network)
    assert late is not None
    assert late.count == 1
    sharing, facilitator = network.services.sharing, network[Role.FACILITATOR]
    assert [one.id for one in await sharing.open_threads(facilitator)] == [card.id]
    asked = len(await rows(network.db, "practice.thread"))
    await sharing.open_threads(facilitator)  # two facilitators, two clicks
    assert len(await rows(network.db, "practice.thread")) == asked
    await posted(network, "888")
    assert await line(network) is None
    assert await sharing.open_threads(facilitator) == ()


async def test_other_places_made_again_lose_nothing(network: Network) -> None:
    (author,) = await people_of(network, THIERS)
    card = await shared(network, author)
    await posted(network)
    await lose(network, "meetups", "facilitators")
    assert (await network.services.practices.practice(author, card.id)).thread_ref == "7770"
