"""A network's own words: drafted, used, put back; and what is sent when they fail."""

from datetime import timedelta

import pytest

from community.actors import Actor, Role
from community.delivery import Delivery
from community.errors import Invalid, NotFound
from community.planners import planners
from community.texts import EDITABLE, FAILED, text_id
from prompts import Words
from storage import texts as stored
from tests.community.conftest import Network, standing
from tests.community.meetups import planned, rows
from tests.delivery.model import Platform

NUMBER = next(number for number, name in EDITABLE.items() if name == "meetups/reminder")
REMINDER = text_id(NUMBER, "fr")
OURS = "On se voit bientôt pour {{ meetup.title }}"


async def reminded(network: Network) -> list[str]:
    """What is said privately when a reminder leaves."""
    meetup = await planned(network, after=timedelta(days=3))
    await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    network.clock.advance(timedelta(days=2, hours=12))
    platform = Platform(network.clock)
    words = Words()
    await Delivery(
        network.db, network.clock, platform, words, planners(words), lanes=1, openings_per_minute=99
    ).run_due()
    return [
        said.text for name, heard in platform.channels.items() if name.startswith("dm-") for said in heard
    ]


async def ours(network: Network, body: str = OURS) -> None:
    texts, actor = network.services.texts, network[Role.FACILITATOR]
    await texts.draft(actor, REMINDER, "Bientôt", body, "")
    await texts.use(actor, REMINDER)


async def test_a_draft_is_seen_and_not_sent(network: Network) -> None:
    view = await network.services.texts.draft(network[Role.FACILITATOR], REMINDER, "Bientôt", OURS, "")
    assert view.line.state == "draft"
    assert "On se voit bientôt pour" in view.preview.body
    assert "meetup.title" in view.values
    assert not any("On se voit bientôt" in said for said in await reminded(network))


async def test_words_in_use_are_sent(network: Network) -> None:
    await ours(network)
    said = await reminded(network)
    assert any("On se voit bientôt pour Panel citoyen" in text for text in said)


async def test_who_reads_short_sentences_gets_those_whatever_the_network_wrote(network: Network) -> None:
    await ours(network)
    member, profiles = network[Role.MEMBER], network.services.profiles
    assert (await profiles.set_short_sentences(member, wanted=True)).short_sentences
    said = await reminded(network)
    assert not any("On se voit bientôt" in text for text in said)
    assert any("Vous avez dit oui." in text for text in said)
    assert (await network.services.members.identify(standing("3"))).short_sentences
    assert not (await profiles.set_short_sentences(member, wanted=False)).short_sentences
    assert not (await network.services.members.identify(standing("3"))).short_sentences


async def test_the_shipped_words_come_back(network: Network) -> None:
    await ours(network)
    view = await network.services.texts.reset(network[Role.FACILITATOR], REMINDER)
    assert view.line.state == "shipped"
    assert view.parts == Words().shipped("meetups/reminder", "fr")
    assert not any("On se voit bientôt" in text for text in await reminded(network))


async def test_what_is_broken_is_refused_and_changes_nothing(network: Network) -> None:
    await ours(network)
    texts, actor = network.services.texts, network[Role.FACILITATOR]
    for broken in ("{{ meetup.", "{{ nobody }}", "{{ meetup.__class__ }}", "{{ range(10**9) }}"):
        with pytest.raises(Invalid) as refusal:
            await texts.draft(actor, REMINDER, "Bientôt", f"Bonjour\n{broken}", "")
        assert refusal.value.details["field"] == "body"
        assert refusal.value.details["line"] == 2
    assert (await texts.text(actor, REMINDER)).line.state == "own"


async def test_words_that_fail_when_sent_give_way_and_are_told_of_once(network: Network) -> None:
    """Values change between versions of the program: what passed its check may fail one day."""
    await ours(network)
    async with network.db.transaction() as session:
        row = await stored.get(session, network[Role.ADMIN].network_id, "meetups/reminder", "fr", in_use=True)
        assert row is not None
        row.body = "{{ meetup.gone }}"
        session.add(row)
    said = await reminded(network)
    assert any("Quand" in text for text in said), "the shipped words left in their place"
    assert len(await rows(network.db, FAILED)) == 1
    view = await network.services.texts.text(network[Role.FACILITATOR], REMINDER)
    assert view.line.state == "failed"
    await ours(network)
    assert (await network.services.texts.text(network[Role.FACILITATOR], REMINDER)).line.state == "own"


async def test_words_are_of_their_network(network: Network, other_admin: Actor) -> None:
    await ours(network)
    assert (await network.services.texts.text(other_admin, REMINDER)).line.state == "shipped"
    with pytest.raises(NotFound):
        await network.services.texts.use(other_admin, REMINDER)
    for unknown in (0, 5, 9999, REMINDER + 7):
        with pytest.raises(NotFound):
            await network.services.texts.text(other_admin, unknown)
