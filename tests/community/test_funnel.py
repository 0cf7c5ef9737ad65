"""Where newcomers stand, and the word that helps, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from community import threads
from community.actors import Actor, Role
from community.errors import NotFound
from community.funnel import MOST_NAMED, NudgedAlready
from community.funnel_delivery import planners
from community.outbox import Direct, Drop
from community.resources import NewResource
from storage.members import Member
from storage.outbox import Outbox
from storage.threads import Thread
from tests.community.conftest import Network, standing
from tests.community.test_territories import CHAMBERY, settle


async def arrive(network: Network, account: int) -> Actor:
    return await network.services.members.arrive(standing(str(account)))


async def complete(network: Network, account: int) -> Actor:
    actor = await settle(network, account, CHAMBERY)
    await network.services.profiles.set_about(actor, function="Chargée de mission")
    return actor


async def ask(network: Network, actor: Actor, channel: str) -> None:
    async with network.db.transaction() as session:
        await threads.opened(
            session,
            network.clock.now(),
            network_id=actor.network_id,
            channel_ref=channel,
            kind="need",
            subject_id=None,
            author_id=actor.member_id,
            asks=True,
        )


async def answered(network: Network, channel: str) -> None:
    async with network.db.transaction() as session:
        thread = (await session.exec(select(Thread).where(Thread.channel_ref == channel))).one()
        thread.first_answer_at = network.clock.now()
        session.add(thread)


async def plan(network: Network) -> object:
    async with network.db.reading() as session:
        row = (await session.exec(select(Outbox).where(Outbox.kind == "member.nudged"))).one()
        return await planners()["member.nudged"].plan(session, row, network.clock.now())


async def test_each_stands_at_their_first_missing_step(network: Network, other_admin: Actor) -> None:
    facilitator = network[Role.FACILITATOR]
    before = {step.key: step.count for step in (await network.services.funnels.funnel(facilitator)).steps}
    await arrive(network, 100)
    await complete(network, 101)
    acted, asked, done = [await complete(network, account) for account in (102, 103, 104)]
    await network.services.library.propose(acted, _resource("Une ressource"))
    await ask(network, asked, "9001")
    await ask(network, done, "9002")
    await answered(network, "9002")
    network.clock.advance(timedelta(days=3))
    found = await network.services.funnels.funnel(facilitator)
    now = {step.key: step.count - before[step.key] for step in found.steps}
    assert now == {"arrived": 5, "profile": 4, "act": 3, "answer": 1}
    stuck = {one.name: (one.step, one.days, one.thread_ref) for one in found.stuck}
    assert stuck["Personne 100"] == ("arrived", 3, "")
    assert stuck["Personne 101"] == ("profile", 3, "")
    assert "Personne 102" not in stuck  # did something and waits for nobody
    assert stuck["Personne 103"] == ("act", 3, "9001")
    assert "Personne 104" not in stuck
    elsewhere = await network.services.funnels.funnel(other_admin)
    assert [one.name for one in elsewhere.stuck] == ["Personne 1"]
    with pytest.raises(NotFound):
        await network.services.funnels.person(other_admin, done.member_id or 0)
    with pytest.raises(NotFound):
        await network.services.funnels.nudge(other_admin, done.member_id or 0)


async def test_who_left_or_came_long_ago_is_not_of_it(network: Network) -> None:
    gone = await arrive(network, 100)
    await network.services.members.depart("discord", "1000", "100")
    network.clock.advance(timedelta(days=91))
    recent = await arrive(network, 101)
    found = await network.services.funnels.funnel(network[Role.FACILITATOR])
    assert [one.member_id for one in found.stuck] == [recent.member_id]
    with pytest.raises(NotFound):
        await network.services.funnels.person(network[Role.FACILITATOR], gone.member_id or 0)


async def test_a_menu_has_room_for_all_who_are_named(network: Network) -> None:
    async with network.db.transaction() as session:
        for number in range(MOST_NAMED + 5):
            member = Member(network_id=1, display_name=f"N{number}", arrived_at=network.clock.now())
            session.add(member)
    step = (await network.services.funnels.funnel(network[Role.FACILITATOR])).steps[0]
    assert len(step.stuck) == MOST_NAMED
    assert step.more == step.stuck_total - MOST_NAMED > 0


async def test_one_word_a_week_whoever_asks(network: Network) -> None:
    stuck = await complete(network, 100)
    funnels, member_id = network.services.funnels, stuck.member_id or 0
    outcomes = await asyncio.gather(
        *(funnels.nudge(network[role], member_id) for role in (Role.FACILITATOR, Role.ADMIN)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, NudgedAlready) for one in outcomes) == 1
    planned = await plan(network)
    assert isinstance(planned, Direct)
    assert (planned.card.values["complete"], planned.card.values["admitted"]) == (True, True)
    network.clock.advance(timedelta(days=7))
    await funnels.nudge(network[Role.FACILITATOR], member_id)


async def test_the_word_is_dropped_when_it_is_needed_no_more(network: Network) -> None:
    stuck = await complete(network, 100)
    await network.services.funnels.nudge(network[Role.FACILITATOR], stuck.member_id or 0)
    await network.services.library.propose(stuck, _resource("Un premier geste"))
    assert await plan(network) == Drop("already_active")
    await network.services.joining.stop_follow_ups(stuck)
    assert await plan(network) == Drop("not_wanted")
    await network.services.members.suspend(network[Role.ADMIN], stuck.member_id or 0)
    assert await plan(network) == Drop("not_active")


async def test_who_waits_for_others_gets_no_word(network: Network) -> None:
    facilitator, funnels = network[Role.FACILITATOR], network.services.funnels
    asked = await complete(network, 100)
    await ask(network, asked, "9001")
    assert not (await funnels.person(facilitator, asked.member_id or 0)).may_be_nudged
    with pytest.raises(NotFound):
        await funnels.nudge(facilitator, asked.member_id or 0)
    waits = await arrive(network, 101)
    await network.services.profiles.set_authority(waits, CHAMBERY)
    await network.services.profiles.set_about(waits, function="Élue")
    await network.services.profiles.set_consents(waits, [])
    assert (await funnels.person(facilitator, waits.member_id or 0)).waits_for_us


def _resource(title: str) -> NewResource:
    return NewResource(title, f"https://example.org/{title.replace(' ', '-')}", "Un résumé.")
