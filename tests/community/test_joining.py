"""Joining: the steps, the decision, the way back, vouching, and who is found as a peer; on both databases."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.joining import Incomplete, NotWaiting
from community.members import NotHere
from community.outbox import Card, Direct, Drop, Edit, Plan, Post
from community.planners import planners
from community.profiles import CONSENTS
from community.resources import NewResource
from prompts import Words
from storage.outbox import Outbox
from tests.community.conftest import OTHER_SERVER, SERVER, Network, standing
from tests.community.meetups import planned

MENDITTE, NAVARRENX, CHAMBERY, PARIS = "commune:64378", "commune:64416", "commune:73065", "commune:75056"


async def join(
    network: Network,
    account: str,
    authority: str = MENDITTE,
    *,
    consents: Sequence[str] = CONSENTS,
    offers: str = "Un retour sur le réemploi",
    admit: bool = True,
    **changes: object,
) -> Actor:
    """Somebody who goes through all the steps; admitted unless said otherwise."""
    who = standing(account, **changes)
    await network.services.joining.open(who)
    actor = await network.services.members.identify(who)
    mine = network.services.profiles
    await mine.set_authority(actor, authority)
    themes = await mine.themes(actor)
    await mine.set_about(actor, function="Secrétaire de mairie", theme_ids=[themes[0][0]])
    await mine.set_exchange(actor, offers=offers, seeks="", bio="")
    await mine.set_consents(actor, consents)
    await network.services.joining.send(actor)
    if admit:
        await network.services.members.admit(network[Role.FACILITATOR], actor.member_id or 0)
    return await network.services.members.identify(who)


async def rows_of(network: Network, kind: str, member_id: int | None) -> Sequence[Outbox]:
    async with network.db.reading() as session:
        found = await session.exec(
            select(Outbox).where(Outbox.kind == kind, Outbox.subject_id == member_id).order_by(Outbox.id)  # type: ignore[arg-type]  # a column
        )
        return found.all()


async def plan_of(network: Network, kind: str, member_id: int | None) -> Plan:
    """What the last row of this kind about somebody would do now."""
    row = (await rows_of(network, kind, member_id))[-1]
    async with network.db.reading() as session:
        return await planners(Words())[kind].plan(session, row, network.clock.now())


def written(plan: Plan) -> str:
    """What a planned message says, in French."""
    assert isinstance(plan, Post | Direct), plan
    card: Card = plan.card
    text = Words().render(card.template, card.locale, **card.values)
    return f"{text.title}\n{text.body}\n{text.note}".replace("\u00a0", " ").replace("\u202f", " ")


async def test_each_step_is_kept_and_what_is_missing_is_said(network: Network) -> None:
    joining, mine = network.services.joining, network.services.profiles
    view = await joining.open(standing("77"))
    assert (view.state, view.profile.step) == ("draft", 1)
    assert view.profile.missing == ("organisation", "about", "exchange", "consents")
    actor = await network.services.members.identify(standing("77"))
    with pytest.raises(Incomplete):
        await joining.send(actor)
    await mine.set_authority(actor, CHAMBERY)
    assert (
        await joining.open(standing("77"))
    ).profile.step == 2  # from the database: a restart changes nothing
    after = await mine.set_about(actor, function="Urbaniste", ends="31/03/2028", timezone="Indian/Reunion")
    assert (after.step, after.timezone, after.function_ends is not None) == (3, "Indian/Reunion", True)
    assert (await mine.set_exchange(actor, offers="", seeks="", bio="")).step == 3
    done = await mine.set_consents(actor, ["organisation"])
    assert done.step == 4
    assert (done.complete, done.consents) == (True, ("organisation",))
    sent = await joining.send(actor)
    assert (sent.state, sent.changed) == ("sent", True)
    assert (await joining.send(actor)).changed is False


async def test_the_last_step_says_what_one_brings_and_who_sees_it(network: Network) -> None:
    mine, actor = network.services.profiles, network[Role.NEWCOMER]
    await mine.set_authority(actor, MENDITTE)
    assert (await mine.set_about(actor, function="Maire")).step == 3
    with pytest.raises(Invalid):
        await mine.set_sharing(actor, offers="a" * 601, seeks="", bio="", consents=CONSENTS)
    assert (await mine.mine(actor)).missing == ("exchange", "consents")
    done = await mine.set_sharing(actor, offers="Un broyeur", seeks="", bio="", consents=["offers"])
    assert (done.complete, done.offers, done.consents) == (True, "Un broyeur", ("offers",))
    none = await mine.set_sharing(actor, offers="", seeks="", bio="", consents=[])
    assert (none.complete, none.consents) == (True, ())


async def test_steps_may_come_in_any_order(network: Network) -> None:
    mine = network.services.profiles
    actor = network[Role.NEWCOMER]
    await mine.set_consents(actor, [])
    left = await mine.set_exchange(actor, offers="Du temps", seeks="", bio="")
    assert left.missing == ("organisation", "about")


@pytest.mark.parametrize("wrong", ["", "commune:99999", "Chambéry", "commune-deleguee:", "x" * 200])
async def test_an_authority_that_does_not_exist(network: Network, wrong: str) -> None:
    with pytest.raises(NotFound):
        await network.services.profiles.set_authority(network[Role.NEWCOMER], wrong)


async def test_a_former_commune_becomes_todays(network: Network) -> None:
    view = await network.services.profiles.set_authority(network[Role.NEWCOMER], "commune-deleguee:01015")
    assert view.organisation == "Arboys en Bugey (Ain)"


async def test_an_association_joins_with_a_free_name(network: Network) -> None:
    mine = network.services.profiles
    view = await mine.set_organisation(network[Role.NEWCOMER], "Les Amis du lac", "association", "savoie")
    assert (view.organisation, view.organisation_kind, view.departement) == (
        "Les Amis du lac",
        "association",
        "Savoie",
    )
    for name, kind, territory in (
        ("", "association", ""),
        ("Nom", "mairie", ""),
        ("Nom", "state", "qqqqqqqqq"),
    ):
        with pytest.raises(Invalid):
            await mine.set_organisation(network[Role.NEWCOMER], name, kind, territory)


@pytest.mark.parametrize("ends", ["hier", "31/13/2028", "2028-02-31"])
async def test_a_date_that_is_none(network: Network, ends: str) -> None:
    with pytest.raises(Invalid):
        await network.services.profiles.set_about(network[Role.NEWCOMER], function="Maire", ends=ends)


async def test_the_reason_of_a_refusal_reaches_the_person_who_may_come_back(network: Network) -> None:
    joining, facilitator = network.services.joining, network[Role.FACILITATOR]
    actor = await join(network, "77", admit=False)
    member_id = actor.member_id or 0
    assert "Secrétaire de mairie" in written(await plan_of(network, "member.asks", member_id))
    with pytest.raises(Invalid):
        await joining.refuse(facilitator, member_id, "  ")
    await joining.refuse(facilitator, member_id, "Réservé aux communes de *moins* de 500 habitants.")
    assert "500 habitants" in written(await plan_of(network, "join.refused", member_id))
    assert isinstance(await plan_of(network, "member.asks", member_id), Drop)
    view = await joining.mine(actor)
    assert (view.state, view.reason[:8]) == ("refused", "Réservé ")
    with pytest.raises(NotWaiting):
        await joining.refuse(facilitator, member_id, "Encore")
    assert (await joining.send(actor)).state == "sent"
    assert "avait été refusée" in written(await plan_of(network, "member.asks", member_id))


async def test_a_question_and_its_answer(network: Network) -> None:
    joining = network.services.joining
    actor = await join(network, "77", admit=False)
    with pytest.raises(NotWaiting):
        await joining.answer(actor, "Personne n’a rien demandé")
    await joining.ask(network[Role.FACILITATOR], actor.member_id or 0, "Travaillez-vous pour @everyone ?")
    assert (await joining.mine(actor)).state == "asked"
    assert "@everyone" not in written(await plan_of(network, "join.asked", actor.member_id))
    await joining.answer(actor, "Oui, à mi-temps.")
    assert "Oui, à mi-temps." in written(await plan_of(network, "member.asks", actor.member_id))


async def card_says(network: Network, member_id: int) -> tuple[str, list[str]]:
    """What the request's posted card becomes, and the buttons left on it."""
    [asked] = (await rows_of(network, "member.asks", member_id))[-1:]
    async with network.db.transaction() as session:
        row = await session.get(Outbox, asked.id)
        assert row is not None
        row.state, row.external_ref = "sent", "41"
        session.add(row)
    plan = await plan_of(network, "join.card", member_id)
    assert isinstance(plan, Edit), plan
    text = Words().render(plan.card.template, plan.card.locale, **plan.card.values)
    return f"{text.title} {text.note}", [button.action for row in plan.card.rows for button in row]


async def test_the_card_of_a_newcomer_who_left_offers_nothing_to_decide(network: Network) -> None:
    joining, members = network.services.joining, network.services.members
    actor = await join(network, "77", admit=False)
    member_id = actor.member_id or 0
    await members.depart("discord", SERVER, "77")
    said, buttons = await card_says(network, member_id)
    assert "Personne 77 a quitté le serveur" in said
    assert buttons == []
    with pytest.raises(NotHere):  # the card of before, still on somebody's screen
        await members.admit(network[Role.FACILITATOR], member_id)
    view = await joining.open(standing("77"))
    assert (view.access, view.state, view.profile.missing) == ("newcomer", "draft", ())
    back = await members.identify(standing("77"))
    assert (await joining.send(back)).state == "sent"
    assert "Elle est revenue" in written(await plan_of(network, "member.asks", member_id))


async def test_a_member_who_left_may_ask_again(network: Network) -> None:
    joining, members = network.services.joining, network.services.members
    actor = await join(network, "77")
    await members.depart("discord", SERVER, "77")
    assert (await joining.open(standing("77"))).state == "draft"
    actor = await members.identify(standing("77"))
    assert (await joining.send(actor)).changed
    assert "Elle est revenue" in written(await plan_of(network, "member.asks", actor.member_id))


async def test_whoever_left_and_is_back_unseen_is_admitted_by_the_command(network: Network) -> None:
    members, facilitator = network.services.members, network[Role.FACILITATOR]
    await join(network, "77", admit=False)
    await members.depart("discord", SERVER, "77")
    found = await members.known(facilitator, standing("77"))  # picked in Discord's list: they are there
    assert (await members.admit(facilitator, found.id)).changed


@pytest.mark.parametrize(
    ("decide", "outcome"),
    [("suspend", "accès suspendu"), ("name_facilitator", "a accès au réseau")],
)
async def test_the_card_follows_what_else_settles_a_request(
    network: Network, decide: str, outcome: str
) -> None:
    actor = await join(network, "77", admit=False)
    await getattr(network.services.members, decide)(network[Role.ADMIN], actor.member_id or 0)
    said, buttons = await card_says(network, actor.member_id or 0)
    assert outcome in said
    assert buttons == []


async def test_the_card_follows_a_role_put_on_by_hand(network: Network) -> None:
    actor = await join(network, "77", admit=False)
    member_role = network.server.roles["member"]
    await network.services.members.identify(standing("77", role_refs=frozenset({member_role})))
    said, buttons = await card_says(network, actor.member_id or 0)
    assert "a accès au réseau" in said
    assert buttons == []


async def test_facilitators_are_reminded_and_see_the_age(network: Network) -> None:
    actor = await join(network, "77", admit=False)
    network.clock.advance(timedelta(days=3))
    queue = await network.services.joining.queue(network[Role.FACILITATOR])
    assert (queue[0].name, queue[0].days, queue[0].state) == ("Personne 77", 3, "sent")
    [row] = await rows_of(network, "join.waits", actor.member_id)
    assert "attend depuis 3" in written(await plan_of(network, "join.waits", actor.member_id))
    async with network.db.transaction() as session:
        await planners(Words())["join.waits"].sent(session, row, "1", network.clock.now())
    assert len(await rows_of(network, "join.waits", actor.member_id)) == 2
    await network.services.members.admit(network[Role.FACILITATOR], actor.member_id or 0)
    assert isinstance(await plan_of(network, "join.waits", actor.member_id), Drop)


async def test_a_neighbour_vouches_once(network: Network) -> None:
    actor = await join(network, "77", admit=False)
    member_id = actor.member_id or 0
    joining = network.services.joining
    assert [one.name for one in await joining.vouchable(network[Role.MEMBER])] == ["Personne 77"]
    outcomes = await asyncio.gather(
        *(joining.vouch(network[Role.MEMBER], member_id) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotWaiting", "NotWaiting", "Waiting"]
    assert (await network.services.members.identify(standing("77"))).role is Role.MEMBER
    assert "Personne 3 parraine" in written(await plan_of(network, "join.vouched", member_id))
    with pytest.raises(NotWaiting):  # never sent a request
        await joining.vouch(network[Role.MEMBER], network[Role.NEWCOMER].member_id or 0)
    with pytest.raises(NotAllowed):
        await joining.vouch(network[Role.NEWCOMER], member_id)


async def effective(network: Network, actor: Actor) -> None:
    """The member's role is on: delivery says so."""
    granted = (await rows_of(network, "member.grant_role", actor.member_id))[-1]
    async with network.db.transaction() as session:
        await planners(Words())["member.grant_role"].sent(session, granted, "", network.clock.now())


async def test_the_welcome_shows_what_was_agreed_to_and_three_peers(network: Network) -> None:
    for number in range(4):
        await join(network, f"9{number}", NAVARRENX)
    hidden = await join(network, "98", NAVARRENX, consents=[])
    actor = await join(network, "77", consents=["listed", "organisation", "themes"])
    await effective(network, actor)
    said = written(await plan_of(network, "member.welcome", actor.member_id))
    assert "Menditte" in said
    assert "Secrétaire" not in said.split("Des pairs")[0]
    assert "réemploi" not in said
    assert said.count("commune rurale comme la vôtre ; même département") == 3
    assert hidden.member_id is not None
    assert "Personne 98" not in said


async def test_the_welcome_tells_of_the_next_meetup(network: Network) -> None:
    later = await planned(network, title="Deuxième panel")
    actor = await join(network, "77")
    await effective(network, actor)
    said = written(await plan_of(network, "member.welcome", actor.member_id))
    assert "La prochaine rencontre" in said
    assert later.title in said
    await planned(network, after=timedelta(days=3), title="Premier panel")
    said = written(await plan_of(network, "member.welcome", actor.member_id))
    assert "Premier panel" in said
    assert later.title not in said
    network.clock.advance(timedelta(days=60))  # all are over
    assert "La prochaine rencontre" not in written(await plan_of(network, "member.welcome", actor.member_id))


async def test_who_agrees_to_nothing_is_only_greeted(network: Network) -> None:
    await join(network, "90", NAVARRENX)
    actor = await join(network, "77", consents=[])
    await effective(network, actor)
    said = written(await plan_of(network, "member.welcome", actor.member_id))
    assert "nous rejoint" in said
    for kept in ("Menditte", "Secrétaire", "réemploi", "Des pairs", "Suit"):
        assert kept not in said


async def test_welcomed_once_in_a_life(network: Network) -> None:
    actor = await join(network, "77")
    await effective(network, actor)
    [row] = await rows_of(network, "member.welcome", actor.member_id)
    async with network.db.transaction() as session:
        await planners(Words())["member.welcome"].sent(session, row, "5", network.clock.now())
    await network.services.members.depart("discord", "1000", "77")
    await network.services.members.arrive(standing("77"))
    await network.services.members.admit(network[Role.FACILITATOR], actor.member_id or 0)
    await effective(network, actor)
    assert len(await rows_of(network, "member.welcome", actor.member_id)) == 1
    assert isinstance(await plan_of(network, "member.welcome", actor.member_id), Drop)


async def test_comparable_territories_come_first_with_their_reason(network: Network) -> None:
    me = await join(network, "77", MENDITTE)
    await join(network, "90", PARIS, offers="Réemploi des matériaux")
    await join(network, "91", CHAMBERY, offers="Réemploi de matériaux")
    await join(network, "92", NAVARRENX, offers="réemploi, matériaux du bâtiment")
    await join(network, "93", NAVARRENX, consents=[field for field in CONSENTS if field != "listed"])
    await join(network, "94", NAVARRENX, consents=["listed"])  # found, but what they offer is theirs
    found = await network.services.profiles.find_peers(me, "le réemploi des materiaux")
    assert [peer.name for peer in found] == ["Personne 92", "Personne 91", "Personne 90"]
    assert [reason.code for reason in found[0].reasons] == ["rural", "departement", "theme"]
    assert all(peer.reasons for peer in found)
    everyone = await network.services.profiles.find_peers(me)
    assert "Personne 93" not in [peer.name for peer in everyone]
    mute = next(peer for peer in everyone if peer.name == "Personne 94")
    assert (mute.organisation, mute.offers, mute.themes, mute.population) == ("", "", (), 0)
    assert [reason.code for reason in mute.reasons] == ["member"]
    in_savoie = await network.services.profiles.find_peers(me, place="savoie")
    assert [peer.name for peer in in_savoie] == ["Personne 91"]


async def test_withdrawing_a_consent_is_effective_at_once(network: Network) -> None:
    me = await join(network, "77")
    peer = await join(network, "90", NAVARRENX, offers="Une grainothèque")
    profiles = network.services.profiles
    assert await profiles.find_peers(me, "grainothèque")
    await profiles.set_consents(peer, ["listed"])
    assert not await profiles.find_peers(me, "grainothèque")
    await profiles.set_consents(peer, [])
    assert not await profiles.find_peers(me)


async def test_two_networks_know_nothing_of_each_other(network: Network, other_admin: Actor) -> None:
    joining, profiles = network.services.joining, network.services.profiles
    waiting = await join(network, "77", admit=False)
    await join(network, "90")
    there = standing("77", server_ref=OTHER_SERVER)
    assert (await joining.open(there)).profile.organisation == ""  # one person, two networks, two profiles
    assert [one.state for one in await joining.queue(other_admin)] == ["draft"]
    assert not await joining.vouchable(other_admin)
    assert not await profiles.find_peers(other_admin)
    theirs = {number for number, _name in await profiles.themes(other_admin)}
    assert theirs.isdisjoint(number for number, _name in await profiles.themes(waiting))
    member_id = waiting.member_id or 0
    for reach in (
        joining.ask(other_admin, member_id, "Qui ?"),
        joining.refuse(other_admin, member_id, "Non."),
        joining.vouch(other_admin, member_id),
        profiles.mine(replace(other_admin, member_id=member_id)),
        profiles.set_authority(replace(other_admin, member_id=member_id), PARIS),
    ):
        with pytest.raises(NotFound):
            await reach
    followed = await profiles.set_about(
        await network.services.members.identify(there),
        function="Maire",
        theme_ids=[number for number, _name in await profiles.themes(waiting)][:2],
    )
    assert not followed.themes  # the first network's themes are not ours


async def test_follow_ups_are_for_who_does_nothing(network: Network) -> None:
    actor = await join(network, "77")
    rows = await rows_of(network, "member.follow_up", actor.member_id)
    assert [row.details["days"] for row in rows] == [1, 7, 30]
    assert "trouver" in written(await plan_of(network, "member.follow_up", actor.member_id))
    await network.services.library.propose(actor, NewResource("Un guide", "https://example.org/guide"))
    assert await plan_of(network, "member.follow_up", actor.member_id) == Drop("already_active")


async def test_follow_ups_wait_and_stop_when_asked(network: Network) -> None:
    actor = await join(network, "77")
    await network.services.joining.snooze(actor)
    await network.services.joining.snooze(actor)  # a double click
    rows = await rows_of(network, "member.follow_up", actor.member_id)
    assert len(rows) == 4
    assert rows[-1].due_at == network.clock.now() + timedelta(days=7)
    await network.services.joining.stop_follow_ups(actor)
    assert await plan_of(network, "member.follow_up", actor.member_id) == Drop("not_wanted")


async def test_an_empty_profile_is_asked_for_first(network: Network) -> None:
    actor = network[Role.MEMBER]  # admitted by a facilitator's command
    said = written(await plan_of(network, "member.follow_up", actor.member_id))
    assert "profil" in said
