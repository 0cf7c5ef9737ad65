"""Setting up, settings and repair of a network, on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.outbox import Drop, Edit, GiveUp, Plan, Post
from community.planners import planners
from community.resources import NewResource
from community.settings import TAG_LONGEST, THEMES_MOST, OnlyInServer, shortened
from prompts import Words
from storage import networks as stored
from storage import ticks
from storage.engine import Database
from storage.networks import Network as StoredNetwork
from storage.outbox import Outbox, OutboxState
from tests.community.conftest import ADMIN, Network, standing
from tests.community.test_joining import join


async def rows_of(db: Database, kind: str) -> list[Outbox]:
    async with db.reading() as session:
        found = await session.exec(select(Outbox).where(Outbox.kind == kind).order_by(col(Outbox.id)))
        return list(found.all())


async def plan_of(network: Network, row: Outbox) -> Plan:
    async with network.db.reading() as session:
        return await planners(Words())[row.kind].plan(session, row, network.clock.now())


async def test_set_up_makes_everything_once(network: Network, db: Database) -> None:
    again = await network.services.networks.set_up(ADMIN, name="Un autre nom")
    assert again.complete
    assert not again.first_time
    assert again.settings.name == "Territoires en commun"
    assert set(again.settings.places) == {
        "welcome",
        "announcements",
        "meetups",
        "facilitators",
        "practices",
        "needs",
    }
    assert set(again.settings.roles) == {"newcomer", "member", "facilitator"}
    assert len(again.settings.themes) == 20
    assert all(len(theme.tag) <= TAG_LONGEST for theme in again.settings.themes)


async def test_two_set_ups_at_once_are_one_network(network: Network, db: Database) -> None:
    fresh = replace(ADMIN, server_ref="3000")
    await asyncio.gather(*(network.services.networks.set_up(fresh, name="Neuf") for _ in range(3)))
    async with db.reading() as session:
        made = (await session.exec(select(StoredNetwork).where(StoredNetwork.server_ref == "3000"))).all()
    assert len(made) == 1


async def test_set_up_needs_a_server_and_somebody_who_runs_it(network: Network) -> None:
    with pytest.raises(OnlyInServer):
        await network.services.networks.set_up(replace(ADMIN, server_ref=None), name="X")
    with pytest.raises(NotAllowed):
        await network.services.networks.set_up(standing("3"), name="X")


async def test_a_refusal_midway_is_resumed(network: Network, db: Database) -> None:
    network.server.channels.clear()
    network.server.refuses["practices"] = "manage_channels"
    fresh = replace(ADMIN, server_ref="3000")
    first = await network.services.networks.set_up(fresh, name="Neuf")
    assert (first.complete, list(first.missing)) == (False, ["practices"])
    assert first.missing_permissions == {"practices": ("manage_channels",)}
    kept = dict(first.settings.places)
    network.server.refuses.clear()
    second = await network.services.networks.set_up(fresh, name="Neuf")
    assert (second.complete, second.first_time, list(second.created)) == (True, True, ["practices"])
    assert {**second.settings.places, **kept} == dict(second.settings.places)


async def test_repair_puts_back_what_was_deleted_and_tries_again(network: Network, db: Database) -> None:
    """A forum and the corner were deleted by hand, and a card could not be delivered meanwhile."""
    del network.server.channels["needs"], network.server.channels["facilitators"]
    status = await network.services.networks.status(network[Role.FACILITATOR])
    assert set(status.missing) == {"needs", "facilitators", "panel"}
    await network.propose()
    async with db.transaction() as session:
        for row in await session.exec(select(Outbox).where(Outbox.kind == "library.proposed")):
            row.state, row.reason, row.ended_at = OutboxState.GIVEN_UP, "gone", network.clock.now()
            session.add(row)
    done = await network.services.networks.repair(network[Role.ADMIN])
    assert set(done.created) == {"needs", "facilitators"}
    assert done.tried_again == 1
    [card] = await rows_of(db, "library.proposed")
    plan = await plan_of(network, card)
    assert isinstance(plan, Post)
    assert plan.channel_ref == network.server.channels["facilitators"]


async def test_the_panel_is_posted_once_and_again_when_it_is_gone(network: Network, db: Database) -> None:
    await network.services.networks.set_up(ADMIN, name="Encore")  # the first panel has still to leave
    [panel] = await rows_of(db, "network.panel")
    plan = await plan_of(network, panel)
    assert isinstance(plan, Post)
    assert plan.channel_ref == network.server.channels["welcome"]
    async with db.transaction() as session:
        await planners(Words())["network.panel"].sent(session, panel, "42", network.clock.now())
        panel.state = OutboxState.SENT
        await session.merge(panel)
    network.server.panels.add("42")
    await network.services.networks.repair(network[Role.ADMIN])
    assert len(await rows_of(db, "network.panel")) == 1
    network.server.panels.clear()
    await network.services.networks.repair(network[Role.ADMIN])
    assert len(await rows_of(db, "network.panel")) == 2


async def test_the_panel_follows_the_language(network: Network, db: Database) -> None:
    await network.services.networks.change(network[Role.ADMIN], locale="en")
    [changed] = await rows_of(db, "network.panel_changed")
    assert await plan_of(network, changed) == Drop("no_panel")  # not posted yet: it will be in English
    async with db.transaction() as session:
        await stored.put_panel(session, network[Role.ADMIN].network_id, "42")
    plan = await plan_of(network, changed)
    assert isinstance(plan, Edit)
    assert (plan.message_ref, plan.card.locale) == ("42", "en")


async def test_without_a_place_the_row_is_given_up_for_all_to_see(network: Network, db: Database) -> None:
    await network.propose()
    async with db.transaction() as session:
        place = (await stored.places(session, network[Role.ADMIN].network_id))["facilitators"]
        await session.delete(place)
    [card] = await rows_of(db, "library.proposed")
    assert await plan_of(network, card) == GiveUp("no_place")


async def test_settings_change_one_by_one(network: Network) -> None:
    admin, networks = network[Role.ADMIN], network.services.networks
    assert (await networks.change(admin, name="  Réseau   neuf ")).name == "Réseau neuf"
    assert (await networks.change(admin, timezone="indian/reunion")).timezone == "Indian/Reunion"
    assert (await networks.set_place(admin, "meetups", "99")).places["meetups"] == "99"
    assert (await networks.set_role(admin, "member", "98")).roles["member"] == "98"
    for changes in ({"name": " "}, {"name": "x" * 101}, {"locale": "br"}, {"timezone": "Brest"}):
        with pytest.raises(Invalid):
            await networks.change(admin, **changes)
    for wrong in (networks.set_place(admin, "kitchen", "1"), networks.set_role(admin, "king", "1")):
        with pytest.raises(Invalid):
            await wrong


async def test_themes_come_and_go(network: Network) -> None:
    admin, networks = network[Role.ADMIN], network.services.networks
    added = await networks.add_theme(admin, "Culture et patrimoine local")
    theme = added.themes[-1]
    assert (theme.name, theme.tag) == ("Culture et patrimoine local", "Culture et")
    with pytest.raises(Invalid):
        await networks.add_theme(admin, "CULTURE ET PATRIMOINE LOCAL")
    with pytest.raises(Invalid):
        await networks.add_theme(admin, "Autre", "Culture et")
    gone = await networks.archive_theme(admin, theme.id)
    assert theme.id not in [one.id for one in gone.themes]
    with pytest.raises(NotFound):
        await networks.archive_theme(admin, theme.id)
    back = await networks.add_theme(admin, "Culture et patrimoine local", "Culture")
    assert (back.themes[-1].id, back.themes[-1].tag) == (theme.id, "Culture")
    for number in range(THEMES_MOST - len(back.themes)):
        await networks.add_theme(admin, f"Thème {number}")
    with pytest.raises(Invalid):
        await networks.add_theme(admin, "De trop")


async def test_a_theme_gets_another_name_and_is_found_by_it(network: Network) -> None:
    admin, member, networks = network[Role.ADMIN], network[Role.MEMBER], network.services.networks
    theme = (await networks.settings(admin)).themes[0]
    resource = await network.services.library.propose(
        member, NewResource("Guide", "https://example.org/guide", "Utile.", themes=[theme.id])
    )
    await network.services.library.publish(network[Role.FACILITATOR], resource.id)
    other = await join(network, "77", consents=["listed", "themes"])
    await network.services.profiles.set_about(other, function="Maire", theme_ids=[theme.id])
    found = await network.services.search.find(member, "participation citoyenne")
    assert [hit.id for hit in found.results] == [resource.id]

    view = await networks.rename_theme(admin, theme.id, "Démocratie ouverte")
    assert (view.themes[0].id, view.themes[0].name) == (theme.id, "Démocratie ouverte")
    assert view.themes[0].tag == "Démocratie ouverte"
    assert not (await network.services.search.find(member, "participation citoyenne")).results
    found = await network.services.search.find(member, "democratie ouverte")
    assert [hit.id for hit in found.results] == [resource.id]
    [peer] = await network.services.profiles.find_peers(member, "démocratie")
    assert peer.themes == ("Démocratie ouverte",)
    assert network.server.renamed == {"Participation": "Démocratie ouverte"}


async def test_a_name_is_of_one_theme_only(network: Network, other_admin: Actor) -> None:
    admin, networks = network[Role.ADMIN], network.services.networks
    first, second, third, *_ = (await networks.settings(admin)).themes
    same = await networks.rename_theme(admin, first.id, first.name.upper(), first.tag)
    assert same.themes[0].name == first.name.upper()
    for name, tag in ((second.name.lower(), ""), ("Autre", second.tag), (" ", ""), ("x" * 81, "")):
        with pytest.raises(Invalid):
            await networks.rename_theme(admin, first.id, name, tag)
    await networks.archive_theme(admin, second.id)
    with pytest.raises(Invalid):  # what bears the archived one still shows its name
        await networks.rename_theme(admin, first.id, second.name)
    for actor, theme in ((admin, second), (other_admin, third)):
        with pytest.raises(NotFound):
            await networks.rename_theme(actor, theme.id, "Ailleurs")


async def test_the_last_theme_stays(network: Network) -> None:
    admin, networks = network[Role.ADMIN], network.services.networks
    *others, last = (await networks.settings(admin)).themes
    for theme in others:
        await networks.archive_theme(admin, theme.id)
    with pytest.raises(Invalid):
        await networks.archive_theme(admin, last.id)


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("Habitat", "Habitat"),
        ("Climat et résilience", "Climat et résilience"),
        ("Vieillissement et handicap", "Vieillissement et"),
        ("A" * 30, "A" * 20),
        ("Exactement vingt car x", "Exactement vingt car"),
    ],
)
def test_a_short_form_keeps_whole_words(name: str, tag: str) -> None:
    assert shortened(name) == tag


async def test_the_status_tells_of_the_background_work(network: Network) -> None:
    now, every = network.clock.now(), timedelta(hours=1)
    async with network.db.transaction() as session:
        await ticks.ensure(session, "library", now + every)
        for name in ("alerts", "links"):
            assert await ticks.claim(session, name, owner="a", now=now, every=every, lease=every)
        await ticks.finish(session, "alerts", owner="a", now=now, outcome=ticks.TickOutcome.FAILED)
    shown = (await network.services.networks.status(network[Role.FACILITATOR])).ticks
    assert {tick.name: (tick.outcome, tick.running, tick.next_at - now) for tick in shown} == {
        "library": (None, False, every),
        "alerts": ("failed", False, every),
        "links": (None, True, every),
    }
