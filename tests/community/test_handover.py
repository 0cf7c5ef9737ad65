"""Threads whose author left, successors, functions that end, campaigns; on both databases."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from community.actors import Role
from community.errors import Invalid
from community.handover import AuthorIsHere
from community.mandates import CampaignGoesOn
from community.outbox import Direct, Drop, Post
from community.profiles import end_day
from storage.outbox import Outbox
from tests.community.conftest import SERVER, Network, standing
from tests.community.threads import ASKS, DAY, asked, leave, rows, says, stored

TODAY = date(2026, 3, 2)


async def test_who_leaves_is_named_and_their_threads_offered(network: Network) -> None:
    await asked(network)
    await asked(network, "800", kind="need")
    await network.services.threads.close(network[Role.MEMBER], (await asked(network, "900")).id)
    await network.services.members.depart("discord", SERVER, ASKS)
    (told,) = await leave(network, "thread.orphaned")
    assert isinstance(told, Post)
    assert told.card.values["name"] == "Personne 3"
    assert [one.channel_ref for one in told.card.values["threads"]] == ["700", "800"]
    handover, facilitator = network.services.handover, network[Role.FACILITATOR]
    left = network[Role.MEMBER].member_id or 0
    shown = await handover.orphans(facilitator, left)
    assert (await handover.take_over(facilitator, shown.threads[0].id)).count == 1
    with pytest.raises(AuthorIsHere):
        await handover.take_over(network[Role.ADMIN], shown.threads[0].id)
    assert (await handover.take_over_all(network[Role.ADMIN], left)).count == 1
    assert (await stored(network)).author_id == facilitator.member_id
    await says(network, "1", 701)
    (row,) = await rows(network, "thread.first_reply")
    assert row.recipient_id == facilitator.member_id


async def test_two_facilitators_take_over_and_each_thread_has_one_of_them(network: Network) -> None:
    await asked(network)
    await network.services.members.depart("discord", SERVER, ASKS)
    left = network[Role.MEMBER].member_id or 0
    done = await asyncio.gather(
        *(
            network.services.handover.take_over_all(network[role], left)
            for role in (Role.FACILITATOR, Role.ADMIN)
        )
    )
    assert sorted(one.count for one in done) == [0, 1]


async def test_who_comes_back_or_is_erased(network: Network) -> None:
    await asked(network)
    await network.services.members.depart("discord", SERVER, ASKS)
    await network.services.members.arrive(standing(ASKS))
    assert await leave(network, "thread.orphaned") == [Drop("came_back")]
    network.clock.advance(DAY)
    member = await network.services.members.identify(standing(ASKS))
    await network.services.privacy.erase(member)
    (told,) = await leave(network, "thread.orphaned")
    assert isinstance(told, Post)
    assert told.card.values["name"] == "Ancien membre"


async def test_nobody_is_told_of_nothing(network: Network) -> None:
    await network.services.members.depart("discord", SERVER, ASKS)
    assert not await rows(network, "thread.orphaned")
    with pytest.raises(AuthorIsHere):
        await network.services.handover.take_over_all(
            network[Role.ADMIN], network[Role.FACILITATOR].member_id or 0
        )


async def test_threads_go_to_the_successor(network: Network) -> None:
    await asked(network)
    handover, member = network.services.handover, network[Role.MEMBER]
    for name, problem in (("Personne", "several_members"), ("Inconnue", "no_such_member")):
        with pytest.raises(Invalid) as refused:
            await handover.pass_on(member, name)
        assert refused.value.details["problem"] == problem
    passed = await handover.pass_on(member, " personne 4 ")
    assert (passed.name, passed.count) == ("Personne 4", 1)
    (told,) = await leave(network, "thread.passed")
    assert isinstance(told, Direct)
    assert (told.member_id, told.card.values["giver"]) == (network[Role.FACILITATOR].member_id, "Personne 3")
    assert not (await network.services.threads.show(member, "700")).may_settle
    assert (await handover.pass_on(member, "Personne 4")).count == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", None),
        ("31/03/2028", date(2028, 3, 31)),
        ("2028-03-31", date(2028, 3, 31)),
        ("mars 2028", date(2028, 3, 1)),
        ("fin mars 2028", date(2028, 3, 1)),
        ("31 mars 2028", date(2028, 3, 31)),
        ("le 1er avril 2027", date(2027, 4, 1)),
        ("March 2032", date(2032, 3, 1)),
    ],
)
def test_the_end_is_typed_as_people_write(typed: str, meant: date | None) -> None:
    assert end_day(typed, TODAY) == meant


@pytest.mark.parametrize("typed", ["bientôt", "31/02/2028", "le 31 avril 2027", "13/2028"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        end_day(typed, TODAY)


async def test_at_its_end_a_function_is_asked_about_once(network: Network) -> None:
    profiles, mandates, member = network.services.profiles, network.services.mandates, network[Role.MEMBER]
    await profiles.set_about(member, function="Adjointe au maire", ends="15 mars 2026")
    assert await mandates.ask_ended() == 0
    network.clock.jump(datetime(2026, 3, 15, 6, tzinfo=UTC))
    assert await mandates.ask_ended() == 0  # nobody is woken
    network.clock.advance(timedelta(hours=4))
    assert (await mandates.ask_ended(), await mandates.ask_ended()) == (1, 0)
    assert (await mandates.mine(member)).over
    (told,) = await leave(network, "mandate.ended")
    assert isinstance(told, Direct)
    assert told.card.values["function"] == "Adjointe au maire"
    again = await mandates.still(member, "mars 2032")
    assert (again.ends, again.over) == (date(2032, 3, 1), False)
    network.clock.advance(DAY)
    assert await mandates.ask_ended() == 0


async def test_an_answer_given_first_is_not_asked_for(network: Network) -> None:
    profiles, mandates, member = network.services.profiles, network.services.mandates, network[Role.MEMBER]
    await profiles.set_about(member, function="Maire", ends="02/03/2026")
    assert await mandates.ask_ended() == 1
    await mandates.still(member)
    assert await leave(network, "mandate.ended") == [Drop("not_active")]


async def test_a_campaign_asks_those_concerned_and_leaves_those_who_answered(network: Network) -> None:
    profiles, mandates = network.services.profiles, network.services.mandates
    member, facilitator = network[Role.MEMBER], network[Role.FACILITATOR]
    await profiles.set_about(member, function="Maire", ends="mars 2032")
    before = await mandates.campaign(facilitator)
    assert (before.started_at, before.everybody, before.elected) == (None, 3, 1)
    network.clock.advance(DAY)
    begun = await mandates.start(facilitator, elected_only=True)
    assert (begun.asked, begun.silent, list(begun.names)) == (1, 1, ["Personne 3"])
    with pytest.raises(CampaignGoesOn):
        await mandates.start(network[Role.ADMIN], elected_only=False)
    assert (await mandates.mine(member)).asked
    first, reminder = await rows(network, "mandate.asked")
    assert reminder.due_at - first.due_at == timedelta(days=14)
    network.clock.advance(DAY)
    await mandates.still(member, "mars 2032")
    assert await leave(network, "mandate.asked") == [Drop("answered"), Drop("answered")]
    after = await mandates.campaign(facilitator)
    assert (after.asked, after.silent) == (1, 0)
    assert (await mandates.close(facilitator)).started_at is None
    assert (await mandates.start(facilitator, elected_only=False)).asked == 3


async def test_a_closed_campaign_asks_nobody(network: Network) -> None:
    mandates, facilitator = network.services.mandates, network[Role.FACILITATOR]
    await mandates.start(facilitator, elected_only=False)
    await mandates.close(facilitator)
    assert set(await leave(network, "mandate.asked")) == {Drop("closed")}


async def test_two_facilitators_start_one_campaign(network: Network) -> None:
    done = await asyncio.gather(
        *(
            network.services.mandates.start(network[role], elected_only=False)
            for role in (Role.FACILITATOR, Role.ADMIN)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, CampaignGoesOn) for one in done) == 1
    async with network.db.reading() as session:
        found = (await session.exec(select(Outbox).where(Outbox.kind == "mandate.asked"))).all()
    assert len(found) == 6
