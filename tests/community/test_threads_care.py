"""Questions that nobody answers, threads that nobody writes in, and how long answers take."""

from datetime import timedelta

import pytest

from community.actors import Actor, Role
from community.answer_times import LEAST, answer_times
from community.outbox import Drop, Post
from storage import networks
from storage.networks import Network as NetworkRow
from storage.threads import ThreadState
from tests.community.conftest import Network, standing
from tests.community.threads import DAY, FACILITATOR, HOUR, asked, due, leave, rows, says, stored


async def of(network: Network) -> NetworkRow:
    async with network.db.reading() as session:
        return await networks.get(session, network[Role.MEMBER].network_id)


async def test_without_an_answer_the_thread_is_nudged_then_the_facilitators_told(network: Network) -> None:
    care, here = network.services.thread_care, await of(network)
    theme = (await network.services.networks.themes(network[Role.MEMBER]))[0]
    await peer(network, theme.id)
    await asked(network, theme_ids=(theme.id,))
    network.clock.advance(47 * HOUR)
    assert await care.nudge(here) == 0
    # Two days and an hour: more than 24 hours count in full.
    network.clock.advance(2 * HOUR)
    assert (await care.nudge(here), await care.nudge(here)) == (1, 0)
    (said,) = await leave(network, "thread.nudge")
    assert isinstance(said, Post)
    assert said.card.values["days"] == 2
    assert await care.tell_facilitators(here) == 0  # the peers have the day
    network.clock.advance(DAY)
    assert (await care.tell_facilitators(here), await care.tell_facilitators(here)) == (1, 0)
    (told,) = await leave(network, "thread.unanswered")
    assert isinstance(told, Post)
    (late,) = told.card.values["late"]
    assert (late.thread.title, late.days) == ("Question 700", 3)
    assert [(one.name, list(one.themes)) for one in late.peers] == [("Personne 6", [theme.name])]


async def test_an_answer_in_between_stops_it(network: Network) -> None:
    care, here = network.services.thread_care, await of(network)
    await asked(network)
    await asked(network, "800")
    network.clock.advance(2 * DAY)
    assert await care.nudge(here) == 2
    await says(network, FACILITATOR, 701)
    assert sorted(type(one).__name__ for one in await leave(network, "thread.nudge")) == ["Drop", "Post"]
    network.clock.advance(DAY)
    assert await care.tell_facilitators(here) == 1
    await says(network, FACILITATOR, 801, channel="800")
    assert await leave(network, "thread.unanswered") == [Drop("answered")]


async def test_needs_have_a_card_of_their_own(network: Network) -> None:
    await asked(network, kind="need")
    network.clock.advance(3 * DAY)
    await network.services.thread_care.tend()
    network.clock.advance(DAY)
    await network.services.thread_care.tend()
    assert not await rows(network, "thread.nudge")
    assert not await rows(network, "thread.unanswered")
    assert [one.kind for one in await network.services.threads.unanswered(network[Role.FACILITATOR])] == [
        "need"
    ]


async def test_each_network_has_its_pace(network: Network) -> None:
    care, here = network.services.thread_care, await of(network)
    rules = await network.services.threads.set_rules(network[Role.FACILITATOR], " 12 ", "5")
    assert (rules.nudge_hours, rules.close_days, rules.answered_days) == (12, 5, 5)
    assert await network.services.threads.rules(network[Role.FACILITATOR]) == rules
    await asked(network)
    network.clock.advance(12 * HOUR)
    assert await care.nudge(here) == 1
    network.clock.advance(5 * DAY)
    assert await care.close_idle(here) == 1


async def test_what_is_over_closes_and_opens_again_by_itself(network: Network) -> None:
    care, here = network.services.thread_care, await of(network)
    await asked(network)
    await asked(network, "800")
    await asked(network, "900", asks=False)  # a practice is no question: it stays
    await says(network, FACILITATOR, 701)
    await network.services.threads.accept_reply(network[Role.MEMBER], 1)
    network.clock.advance(7 * DAY)
    assert (await care.close_idle(here), await care.close_idle(here)) == (1, 0)
    network.clock.advance(23 * DAY - HOUR)
    assert await care.close_idle(here) == 0
    network.clock.advance(HOUR)
    assert await care.close_idle(here) == 1
    assert [(await stored(network, ref)).state for ref in ("700", "800", "900")] == [
        ThreadState.CLOSED,
        ThreadState.CLOSED,
        ThreadState.OPEN,
    ]
    assert len(await due(network, "thread.notice")) == 2
    await says(network, FACILITATOR, 702)
    assert (await stored(network)).state == ThreadState.ANSWERED
    # Opened again by a button, it has its whole time again.
    await network.services.threads.reopen(network[Role.MEMBER], (await stored(network, "800")).id or 0)
    assert await care.close_idle(here) == 0


async def test_figures_are_shown_from_five_people_on(network: Network) -> None:
    figures, facilitator = network.services.answer_figures, network[Role.FACILITATOR]
    theme, other = (await network.services.networks.themes(network[Role.MEMBER]))[:2]
    start = network.clock.now()
    waits = (1, 2, 3, 50, None)
    for number, wait in enumerate(waits):
        channel = str(1000 * (number + 1))
        network.clock.jump(start)
        themes = (theme.id, other.id) if number < LEAST - 1 else (theme.id,)
        await asked(network, channel, author=await asker(network, number), theme_ids=themes)
        if number == LEAST - 1:
            assert (await figures.times(facilitator)).total is None
        if wait is not None:
            network.clock.advance(timedelta(hours=wait))
            await says(network, "99", int(channel) + 1, channel, person=False)
            await says(network, FACILITATOR, int(channel) + 2, channel)
    network.clock.jump(start + 2 * DAY - HOUR)
    assert (await figures.times(facilitator)).total is None  # the fifth may still be answered in time
    network.clock.jump(start + 3 * DAY)
    found = await figures.times(facilitator)
    assert found.total is not None
    assert (found.total.questions, found.total.answered) == (5, 4)
    assert (found.total.median_hours, found.total.soon_percent) == (3, 60)
    assert [one.theme for one in found.themes] == [theme.name]
    assert found.hidden == 1
    async with network.db.reading() as session:
        much_later = network.clock.now() + timedelta(days=400)
        assert (await answer_times(session, facilitator.network_id, much_later)).total is None


async def test_one_person_who_asks_a_lot_is_no_figure(network: Network) -> None:
    for number in range(LEAST + 1):
        await asked(network, str(1000 + number))
    network.clock.advance(3 * DAY)
    assert (await network.services.answer_figures.times(network[Role.FACILITATOR])).total is None


@pytest.mark.parametrize("nameless", [True])
async def test_nameless_questions_count_as_so_many_people(network: Network, nameless: bool) -> None:
    for number in range(LEAST):
        await asked(network, str(1000 + number), nameless=nameless)
    network.clock.advance(3 * DAY)
    found = await network.services.answer_figures.times(network[Role.FACILITATOR])
    assert found.total is not None
    assert (found.total.median_hours, found.total.soon_percent) == (None, 0)


async def asker(network: Network, number: int) -> Actor:
    arrived = await network.services.members.arrive(standing(f"50{number}"))
    await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
    return await network.services.members.identify(standing(f"50{number}"))


async def peer(network: Network, theme_id: int) -> None:
    """Somebody who follows the theme and agreed to be found."""
    arrived = await network.services.members.arrive(standing("6"))
    await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
    actor = await network.services.members.identify(standing("6"))
    await network.services.profiles.set_authority(actor, "commune:73065")
    await network.services.profiles.set_about(actor, function="Maire", theme_ids=[theme_id])
    await network.services.profiles.set_consents(actor, ["listed", "themes"])
