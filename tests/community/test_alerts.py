"""Saved searches tell what is new, once, and nothing else, on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from community.actors import Actor, Role
from community.alerts import AlertView
from community.curation_delivery import planners
from community.errors import NotFound
from community.importer import Importer
from community.outbox import Direct, Drop
from community.resources import NewResource, ResourceView
from community.sheets import Row
from storage.library import Resource, ResourceState
from storage.outbox import Outbox
from tests.community import practices
from tests.community.conftest import Network

DAY = timedelta(days=1)


async def shared(network: Network, title: str = "Jardins nourriciers", by: Role = Role.ADMIN) -> ResourceView:
    """A published resource."""
    new = NewResource(title, f"https://example.org/{title.replace(' ', '-')}", "Un résumé utile.")
    made = await network.services.library.propose(network[by], new, anyway=True)
    return await network.services.library.publish(network[Role.FACILITATOR], made.id)


async def told_by_admin(network: Network, title: str) -> int:
    """A published practice of somebody else than the member."""
    return (await practices.shared(network, network[Role.ADMIN], title=title, context="", done="Fait.")).id


async def saved(network: Network, query: str = "jardins", kinds: Sequence[str] = ()) -> AlertView:
    """The member's, a minute after what was there before."""
    network.clock.advance(timedelta(minutes=1))
    view = await network.services.search.find(network[Role.MEMBER], query, kinds=kinds, keep=True)
    return await network.services.alerts.save(network[Role.MEMBER], view.session_id or 0, view.ticket)


async def sent(network: Network) -> list[Outbox]:
    async with network.db.reading() as session:
        query = select(Outbox).where(Outbox.kind == "alert.found").order_by(col(Outbox.id))
        return list((await session.exec(query)).all())


async def planned(network: Network, row: Outbox) -> object:
    async with network.db.reading() as session:
        return await planners()["alert.found"].plan(session, row, network.clock.now())


async def next_day(network: Network) -> list[list[object]]:
    """What the saved searches find a day later: one list per message, of kinds and ids."""
    before = len(await sent(network))
    network.clock.advance(DAY)
    told = await network.services.alerts.look()
    rows = (await sent(network))[before:]
    assert told == len(rows)
    return [row.details["items"] for row in rows]


async def test_an_alert_says_what_is_new_and_nothing_when_nothing_is(network: Network) -> None:
    alerts, member = network.services.alerts, network[Role.MEMBER]
    await shared(network, "Jardins partagés au pied des immeubles")
    network.clock.advance(timedelta(minutes=1))
    view = await network.services.search.find(member, "jardins", keep=True)
    assert view.session_id is not None
    alert = await alerts.save(member, view.session_id, view.ticket)
    assert await alerts.save(member, view.session_id, view.ticket) == alert
    network.clock.advance(DAY)
    assert await alerts.look() == 0
    new = await shared(network)
    await shared(network, "Concertation locale")
    assert await alerts.look() == 0  # once a day
    assert await next_day(network) == [[["resource", new.id]]]
    assert await alerts.look() == 0
    [row] = await sent(network)
    told = await planned(network, row)
    assert isinstance(told, Direct)
    assert told.card.rows[0][0].action == "alert.again"
    assert await next_day(network) == []
    await network.services.library.withdraw(network[Role.FACILITATOR], new.id)
    assert await planned(network, row) == Drop("nothing_new")
    for reach in (alerts.stop, alerts.alert):
        with pytest.raises(NotFound):
            await reach(network[Role.FACILITATOR], alert.id)
    await alerts.stop(member, alert.id)
    assert await planned(network, row) == Drop("stopped")
    assert await alerts.mine(member) == []


async def test_a_fruitless_search_is_saved_by_its_asker_only(network: Network) -> None:
    alerts, member = network.services.alerts, network[Role.MEMBER]
    view = await network.services.search.find(member, "téléphérique urbain")
    assert view.session_id is not None
    with pytest.raises(NotFound):
        await alerts.save(network[Role.FACILITATOR], view.session_id, view.ticket + 1)
    assert (await alerts.save(member, view.session_id, view.ticket)).query == "téléphérique urbain"
    network.clock.advance(DAY)
    await shared(network, "Un téléphérique urbain")
    assert await alerts.look() == 1


async def test_practices_are_news_too_and_filters_hold(network: Network) -> None:
    for kinds in ((), ("practice",), ("other",)):
        await saved(network, kinds=kinds)
    resource = ["resource", (await shared(network)).id]
    practice = ["practice", await told_by_admin(network, "Jardins ouvriers")]
    everything, cards, others = await next_day(network)
    assert sorted(map(str, everything)) == sorted(map(str, (resource, practice)))
    assert (cards, others) == ([practice], [resource])
    await practices.posted(network)
    told = await planned(network, (await sent(network))[0])
    assert isinstance(told, Direct)
    lines = {(one.kind, one.title): one for one in told.card.values["news"]}
    assert lines["practice", "Jardins ouvriers"].thread_ref == "7770"
    assert lines["other", "Jardins nourriciers"].url == "https://example.org/Jardins-nourriciers"


async def test_nothing_is_told_twice(network: Network) -> None:
    await shared(network, "Jardins anciens")
    await saved(network)
    new = await shared(network)
    assert await next_day(network) == [[["resource", new.id]]]
    at_once = await shared(network, "Jardins en pente")  # at the instant of the look
    assert await next_day(network) == [[["resource", at_once.id]]]
    async with network.db.transaction() as session:  # taken out and put back, the old one too
        again = update(Resource).values(reviewed_at=network.clock.now() + timedelta(hours=1))
        await session.exec(again.where(col(Resource.state) == ResourceState.PUBLISHED))
    assert await next_day(network) == []


async def test_what_was_published_by_a_long_transaction_is_not_missed(network: Network) -> None:
    await saved(network)
    assert await next_day(network) == []
    late = await shared(network)
    began = network.clock.now() - timedelta(minutes=5)  # before the look that could not see it
    async with network.db.transaction() as session:
        await session.exec(update(Resource).where(col(Resource.id) == late.id).values(reviewed_at=began))
    assert await next_day(network) == [[["resource", late.id]]]


async def test_ones_own_is_no_news(network: Network) -> None:
    await saved(network)
    await shared(network, by=Role.MEMBER)
    await practices.shared(network, network[Role.MEMBER], title="Jardins ouvriers")
    assert await next_day(network) == []


async def test_news_are_found_below_many_better_pages(network: Network) -> None:
    rows = [Row(line, {"title": f"Jardins {line}", "summary": "Jardins."}) for line in range(60)]
    operator = Actor.operator(network[Role.ADMIN].network_id)
    await Importer(network.db, network.clock).resources(operator, rows)
    await saved(network)
    new = await shared(network, "Un long titre de tout autre chose et de quelques jardins loin du centre")
    assert (await network.services.search.find(network[Role.MEMBER], "jardins")).total < 61
    assert await next_day(network) == [[["resource", new.id]]]


async def test_other_networks_are_silent(network: Network, other_admin: Actor) -> None:
    await saved(network)
    services = network.services
    theirs = await services.library.propose(other_admin, NewResource("Jardins", "https://example.org/x", "x"))
    await services.library.publish(other_admin, theirs.id)
    draft = await services.sharing.begin(other_admin, {**practices.TEXTS, "title": "Jardins"})
    await services.sharing.publish(other_admin, draft.practice.id)
    assert await next_day(network) == []
    [alert] = await services.alerts.mine(network[Role.MEMBER])
    spy = replace(other_admin, member_id=network[Role.MEMBER].member_id)
    assert not await services.alerts.mine(spy)
    with pytest.raises(NotFound):
        await services.alerts.alert(spy, alert.id)


async def test_what_was_withdrawn_before_it_is_sent_is_left_out(network: Network) -> None:
    await saved(network)
    gone, stays = await shared(network), await shared(network, "Jardins en pente")
    practice = await told_by_admin(network, "Jardins ouvriers")
    await next_day(network)
    await network.services.library.withdraw(network[Role.FACILITATOR], gone.id)
    await network.services.sharing.withdraw(network[Role.FACILITATOR], practice)
    [row] = await sent(network)
    told = await planned(network, row)
    assert isinstance(told, Direct)
    assert [one.title for one in told.card.values["news"]] == [stays.title]
    assert told.card.values["total"] == 1


async def test_two_processes_that_look_at_once_tell_once(network: Network) -> None:
    await saved(network)
    await shared(network)
    network.clock.advance(DAY)
    assert sum(await asyncio.gather(network.services.alerts.look(), network.services.alerts.look())) == 1
    assert len(await sent(network)) == 1


async def test_a_row_of_an_older_version_is_still_told(network: Network) -> None:
    await saved(network)
    new = await shared(network)
    await next_day(network)
    [row] = await sent(network)
    row.details = {"resources": [new.id]}
    told = await planned(network, row)
    assert isinstance(told, Direct)
    assert [one.title for one in told.card.values["news"]] == [new.title]
