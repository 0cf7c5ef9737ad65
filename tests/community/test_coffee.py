"""« Café entre pairs » on both databases: rounds, pauses, what each is told and asks a week later."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.coffee import TooFewVolunteers, next_month
from community.coffee_delivery import planners
from community.coffee_tables import QUESTIONS
from community.errors import Invalid, NotFound
from community.french_until import parse_until
from community.outbox import Direct, Drop, Plan, Post
from prompts import Words
from storage import coffee
from storage.coffee import CoffeeGuest
from storage.outbox import Outbox
from tests.community.conftest import Network, standing


async def volunteers(network: Network, count: int) -> list[Actor]:
    """Members who take part; the fixture's own member first."""
    people = [network[Role.MEMBER]]
    for number in range(count - 1):
        account = str(100 + number)
        arrived = await network.services.members.arrive(standing(account))
        await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
        people.append(await network.services.members.identify(standing(account)))
    for person in people:
        await network.services.coffee.join(person)
    return people


async def guests(network: Network) -> list[CoffeeGuest]:
    async with network.db.reading() as session:
        last = await coffee.latest(session, 1)
        return list(await coffee.guests_of(session, 1, [last.id or 0] if last else []))


async def rows(network: Network, kind: str) -> list[Outbox]:
    async with network.db.reading() as session:
        found = await session.exec(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id))  # type: ignore[arg-type]  # a column
        return list(found.all())


async def plan(network: Network, row: Outbox) -> Plan:
    async with network.db.reading() as session:
        return await planners()[row.kind].plan(session, row, network.clock.now())


async def told(network: Network, kind: str) -> dict[int, Plan]:
    """What each recipient would read now."""
    return {row.recipient_id or 0: await plan(network, row) for row in await rows(network, kind)}


async def test_a_round_is_drawn_once_and_each_is_told_why(network: Network) -> None:
    people = await volunteers(network, 4)
    await network.services.profiles.set_exchange(people[0], offers="", seeks="", bio="J’aime les haies.")
    await network.services.profiles.set_consents(people[0], ["bio"])
    offers = await asyncio.gather(
        *(network.services.coffee.propose(network[role], 0) for role in (Role.FACILITATOR, Role.ADMIN)),
        network.services.coffee.propose(network[Role.FACILITATOR], 0),
    )
    assert {(offer.number, offer.groups, offer.trio, offer.available) for offer in offers} == {
        (1, 2, False, 4)
    }
    assert len(await guests(network)) == 4
    plans = await told(network, "coffee.paired")
    assert set(plans) == {person.member_id for person in people}
    bios = []
    for one in plans.values():
        assert isinstance(one, Direct)
        assert isinstance(one.fallback, Post)
        [other] = one.card.values["others"]  # type: ignore[misc]  # a tuple of peers
        bios.append(other.bio)
        assert Words().render("coffee/paired", "fr", **one.card.values).body
    assert sorted(bios) == ["", "", "", "J’aime les haies."]
    views = [await network.services.coffee.mine(person) for person in people]
    assert all(view.table is not None and len(view.table.others) == 1 for view in views)


async def test_nobody_meets_again_before_the_others_round_after_round(network: Network) -> None:
    people = await volunteers(network, 6)
    met: set[frozenset[int]] = set()
    for number in range(5):
        await network.services.coffee.propose(network[Role.FACILITATOR], number)
        tables: dict[int, set[int]] = {}
        for guest in await guests(network):
            tables.setdefault(guest.table_number, set()).add(guest.member_id or 0)
        pairs = {frozenset(table) for table in tables.values()}
        assert not met & pairs
        met |= pairs
    assert len(met) == 15 == len(people) * 5 // 2
    again = await network.services.coffee.propose(network[Role.FACILITATOR], 5)
    assert again.number == 6
    async with network.db.reading() as session:
        last = await coffee.latest(session, 1)
    assert last is not None
    assert (last.cycle, last.turn) == (2, 0)


async def test_m_pauses_until_the_fifth_of_january_and_is_left_alone(network: Network) -> None:
    """S7."""
    network.clock.jump(datetime(2026, 12, 1, 9, tzinfo=UTC))
    mine, other, third = await volunteers(network, 3)
    await network.services.coffee.leave(third)
    await network.services.coffee.propose(network[Role.FACILITATOR], 0)
    view = await network.services.coffee.pause(mine, "pause jusqu’au 5 janvier")
    assert view.paused_until == datetime(2027, 1, 5, 23, tzinfo=UTC)  # midnight in Paris
    assert (await told(network, "coffee.paired"))[mine.member_id or 0] == Drop("stepped_back")
    alone = (await told(network, "coffee.paired"))[other.member_id or 0]
    assert isinstance(alone, Direct)
    assert (alone.card.template, alone.card.values["others"]) == ("coffee/gone", ())
    network.clock.advance(timedelta(days=8))
    assert set((await told(network, "coffee.asked")).values()) == {Drop("stepped_back"), Drop("alone")}
    with pytest.raises(TooFewVolunteers) as refused:
        await network.services.coffee.propose(network[Role.FACILITATOR], 1)
    assert refused.value.details == {"available": 1, "paused": 1}
    network.clock.jump(datetime(2027, 1, 5, 22, 59, tzinfo=UTC))
    assert (await network.services.coffee.mine(mine)).paused_until is not None
    network.clock.jump(datetime(2027, 1, 5, 23, tzinfo=UTC))
    assert (await network.services.coffee.mine(mine)).paused_until is None
    assert (await network.services.coffee.propose(network[Role.FACILITATOR], 1)).groups == 1
    assert isinstance((await told(network, "coffee.paired"))[mine.member_id or 0], Direct)


async def test_two_remain_when_the_third_leaves_after_they_were_told(network: Network) -> None:
    people = await volunteers(network, 3)
    await network.services.coffee.propose(network[Role.FACILITATOR], 0)
    async with network.db.transaction() as session:
        for row in (await session.exec(select(Outbox).where(Outbox.kind == "coffee.paired"))).all():
            row.state, row.ended_at = "sent", network.clock.now()
            session.add(row)
    await network.services.coffee.leave(people[2])
    await network.services.coffee.leave(people[2])
    plans = await told(network, "coffee.gone")
    assert set(plans) == {people[0].member_id, people[1].member_id}
    for one in plans.values():
        assert isinstance(one, Direct)
        assert len(one.card.values["others"]) == 1
    await network.services.members.suspend(network[Role.ADMIN], people[1].member_id or 0)
    [gone] = [one for one in (await told(network, "coffee.gone")).values() if isinstance(one, Direct)]
    assert gone.card.values["others"] == ()


async def test_a_week_later_one_click_says_whether_they_met(network: Network) -> None:
    one, other = await volunteers(network, 2)
    service = network.services.coffee
    await service.propose(network[Role.FACILITATOR], 0)
    asked = await rows(network, "coffee.asked")
    assert {row.due_at for row in asked} == {network.clock.now() + timedelta(days=7)}
    places = {guest.member_id: guest.id or 0 for guest in await guests(network)}
    with pytest.raises(NotFound):
        await service.answer(one, places[other.member_id], "met")
    with pytest.raises(Invalid):
        await service.answer(one, places[one.member_id], "perhaps")
    await asyncio.gather(*(service.answer(one, places[one.member_id], "later") for _ in range(2)))
    assert len(await rows(network, "coffee.asked")) == 3
    await service.answer(one, places[one.member_id], "met")
    plans = [await plan(network, row) for row in await rows(network, "coffee.asked")]
    assert plans.count(Drop("answered")) == 2
    assert (await service.offer(network[Role.FACILITATOR])).met == {
        "asked": 2,
        "met": 1,
        "later": 0,
        "not_met": 0,
    }
    await service.pause(other, "3 semaines")  # they met: nobody has to be told
    assert not await rows(network, "coffee.gone")


async def test_every_month_by_itself_once_whatever_runs_and_however_late(network: Network) -> None:
    await volunteers(network, 2)
    service = network.services.coffee
    offer = await service.set_monthly(network[Role.FACILITATOR], True)
    assert offer.next_at == datetime(2026, 4, 1, 7, tzinfo=UTC)
    assert await service.run() == 0
    network.clock.jump(datetime(2026, 6, 20, tzinfo=UTC))  # it was down for months
    assert sum(await asyncio.gather(service.run(), service.run(), service.run())) == 1
    after = await service.offer(network[Role.FACILITATOR])
    assert (after.number, after.next_at) == (1, datetime(2026, 7, 1, 7, tzinfo=UTC))
    assert (await service.set_monthly(network[Role.FACILITATOR], False)).next_at is None


async def test_too_few_this_month_is_not_an_error(network: Network) -> None:
    await volunteers(network, 1)
    await network.services.coffee.set_monthly(network[Role.ADMIN], True)
    network.clock.jump(datetime(2026, 4, 2, tzinfo=UTC))
    assert await network.services.coffee.run() == 0
    assert (await network.services.coffee.offer(network[Role.ADMIN])).number == 0


async def test_coffees_stay_in_their_network(network: Network, other_admin: Actor) -> None:
    await volunteers(network, 2)
    await network.services.coffee.propose(network[Role.FACILITATOR], 0)
    offer = await network.services.coffee.offer(other_admin)
    assert (offer.available, offer.number, offer.met["asked"]) == (0, 0, 0)
    for guest in await guests(network):
        with pytest.raises(NotFound):
            await network.services.coffee.answer(other_admin, guest.id or 0, "met")


async def test_erasure_takes_somebody_out(network: Network) -> None:
    people = await volunteers(network, 3)
    await network.services.coffee.propose(network[Role.FACILITATOR], 0)
    await network.services.privacy.erase(people[0])
    assert len(await guests(network)) == 2
    assert (await network.services.coffee.propose(network[Role.FACILITATOR], 1)).groups == 1


@pytest.mark.parametrize(
    ("typed", "last"),
    [
        ("5 janvier", (2027, 1, 5)),
        ("pause jusqu’au 5 janvier", (2027, 1, 5)),
        ("jusqu'au lundi 4 janvier 2027 inclus", (2027, 1, 4)),
        ("until 5 January", (2027, 1, 5)),
        ("demain", (2026, 12, 2)),
        ("trois semaines", (2026, 12, 22)),
        ("pendant 2 mois", (2027, 2, 1)),
        ("10/01/2027", (2027, 1, 10)),
        ("le 5 janvier à 14 h", (2027, 1, 5)),
        ("aujourd’hui", (2026, 12, 1)),
    ],
)
def test_until_when(typed: str, last: tuple[int, int, int]) -> None:
    found = parse_until(typed, datetime(2026, 12, 1, 9, tzinfo=UTC), "Europe/Paris")
    assert found == datetime(*last, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "until_unclear"),
        ("quand je peux", "until_unclear"),
        ("hier", "until_past"),
        ("31 février", "until_unclear"),
    ],
)
def test_until_nothing_that_we_understand(typed: str, problem: str) -> None:
    assert parse_until(typed, datetime(2026, 12, 1, 9, tzinfo=UTC), "Europe/Paris") == problem


@pytest.mark.parametrize(
    ("now", "zone", "then"),
    [
        (datetime(2026, 12, 15, tzinfo=UTC), "Europe/Paris", datetime(2027, 1, 4, 8, tzinfo=UTC)),
        (datetime(2027, 4, 15, tzinfo=UTC), "Europe/Paris", datetime(2027, 5, 3, 7, tzinfo=UTC)),
        (datetime(2026, 3, 1, tzinfo=UTC), "Indian/Reunion", datetime(2026, 4, 1, 5, tzinfo=UTC)),
    ],
)
def test_the_first_working_day_of_the_month(now: datetime, zone: str, then: datetime) -> None:
    assert next_month(now, zone) == then


def test_every_question_has_words() -> None:
    for locale in ("fr", "en"):
        assert list(Words().table("icebreakers", locale)) == [f"q{one}" for one in range(1, QUESTIONS + 1)]
