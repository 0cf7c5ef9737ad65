"""In charge of themes: what one sees and does on them, what stays closed, what one is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from community import charges
from community.actors import Actor, Role
from community.audience import Choice
from community.errors import Invalid, NotAllowed, NotFound
from community.needs_rules import NewNeed
from community.outbox import Direct, Drop, Plan
from community.planners import planners
from community.policy import NEEDED, THEMED, Action, allows, scope
from community.resources import NewResource, ResourceView
from prompts import Words
from storage.outbox import Outbox
from tests.community.conftest import Network, standing
from tests.community.meetups import crowd, rows
from tests.community.test_joining import written
from tests.community.threads import asked

WORDS = Words()
TWO_DAYS = timedelta(hours=49)


async def theme_ids(network: Network) -> list[int]:
    return [theme.id for theme in await network.services.networks.themes(network[Role.MEMBER])]


async def in_charge(network: Network, *theme_ids: int) -> Actor:
    """The member, as they come back after the administrator entrusted them."""
    await network.services.charges.entrust(
        network[Role.ADMIN], network[Role.MEMBER].member_id or 0, theme_ids
    )
    return await network.services.members.identify(standing("3"))


async def proposed(network: Network, *themes: int, title: str = "Guide") -> ResourceView:
    new = NewResource(title, f"https://example.org/{title.replace(' ', '-')}", "Un résumé.", themes=themes)
    return await network.services.library.propose(network[Role.ADMIN], new)


async def plan(network: Network, row: Outbox) -> Plan:
    async with network.db.reading() as session:
        return await planners(WORDS)[row.kind].plan(session, row, network.clock.now())


async def to_whom(network: Network, kind: str) -> Sequence[int | None]:
    return [row.recipient_id for row in await rows(network.db, kind)]


async def test_a_charge_is_of_themes_and_of_nothing_else(network: Network) -> None:
    mine, other, *_ = await theme_ids(network)
    actor = await in_charge(network, mine)
    assert (actor.role, actor.themes) == (Role.MEMBER, {mine})
    for action in Action:
        within = action in THEMED or actor.role >= NEEDED[action]
        assert allows(actor, action, [mine, other]) is within, action
        assert allows(actor, action, [other]) is (actor.role >= NEEDED[action]), action
        assert allows(actor, action) is (actor.role >= NEEDED[action]), action
    assert scope(actor, Action.SEE_DESK) == {mine}
    assert scope(network[Role.FACILITATOR], Action.SEE_DESK) is None
    for refused in (Action.SEE_AUDIT, Action.ADMIT_MEMBER, Action.EXPORT_NETWORK, Action.NAME_FACILITATOR):
        with pytest.raises(NotAllowed):
            scope(actor, refused)
    with pytest.raises(NotAllowed):
        scope(network[Role.MEMBER], Action.SEE_DESK)


async def test_it_is_given_taken_back_noted_and_told(network: Network) -> None:
    use, admin = network.services.charges, network[Role.ADMIN]
    member_id = network[Role.MEMBER].member_id or 0
    first, second, *_ = await theme_ids(network)
    given = await use.entrust(admin, member_id, [first, second])
    assert given.changed
    assert len(given.held) == 2
    assert not (await use.entrust(admin, member_id, [second, first])).changed, "a second click"
    assert (await use.person(admin, member_id)).held == given.held
    (told,) = await rows(network.db, charges.NAMED)
    assert given.held[0] in written(await plan(network, told))
    assert not (await use.entrust(admin, member_id, [])).held
    assert "Plus aucun thème" in written(await plan(network, told)), "as it stands when it leaves"
    assert not (await network.services.members.identify(standing("3"))).themes
    acts = await network.services.audits.acts(admin, family="member")
    assert [act.action for act in acts.items][:2] == ["member.entrust", "member.entrust"]
    with pytest.raises(Invalid):
        await use.entrust(admin, member_id, [999_999])
    with pytest.raises(Invalid) as early:
        await use.entrust(admin, network[Role.NEWCOMER].member_id or 0, [first])
    assert early.value.details["problem"] == "not_admitted"


async def test_a_suspension_and_an_erasure_end_it(network: Network) -> None:
    mine, *_ = await theme_ids(network)
    actor = await in_charge(network, mine)
    await network.services.members.suspend(network[Role.FACILITATOR], actor.member_id or 0)
    assert not (await network.services.members.identify(standing("3"))).themes
    await network.services.members.admit(network[Role.FACILITATOR], actor.member_id or 0)
    assert not (await network.services.members.identify(standing("3"))).themes, "it has to be given anew"
    actor = await in_charge(network, mine)
    assert (await network.services.privacy.mine(actor)).counts["theme_charge"] == 1
    await network.services.privacy.erase(actor)
    assert not (await network.services.charges.person(network[Role.ADMIN], actor.member_id or 0)).held


async def test_another_networks_people_and_themes_cannot_be_meant(
    network: Network, other_admin: Actor
) -> None:
    use = network.services.charges
    mine, *_ = await theme_ids(network)
    with pytest.raises(NotFound):
        await use.entrust(other_admin, network[Role.MEMBER].member_id or 0, [])
    with pytest.raises(NotFound):
        await use.person(other_admin, network[Role.MEMBER].member_id or 0)
    with pytest.raises(Invalid):
        await use.entrust(other_admin, other_admin.member_id or 0, [mine])


async def test_the_queue_of_ones_themes(network: Network) -> None:
    library = network.services.library
    mine, other, *_ = await theme_ids(network)
    theirs = await proposed(network, mine, other, title="Le mien")
    foreign = await proposed(network, other, title="Un autre")
    bare = await proposed(network, title="Sans thème")
    actor = await in_charge(network, mine)
    queue = await library.queue(actor)
    assert ([one.title for one in queue.items], queue.total) == (["Le mien"], 1)
    for one in (foreign, bare):
        new = NewResource(one.title, one.url or "", "Un résumé.")
        for refused in (
            library.to_review(actor, one.id),
            library.to_edit(actor, one.id),
            library.publish(actor, one.id),
            library.refuse(actor, one.id, "Pas pour nous."),
            library.edit(actor, one.id, new),
        ):
            with pytest.raises(NotAllowed):
                await refused
    assert (await library.to_review(actor, theirs.id)).id == theirs.id
    published = await library.publish(actor, theirs.id)
    assert published.state == "published"
    assert (await library.withdraw(actor, theirs.id)).state == "withdrawn"
    await library.publish(network[Role.FACILITATOR], foreign.id)
    with pytest.raises(NotAllowed):
        await library.withdraw(actor, foreign.id)
    with pytest.raises(NotAllowed):
        await library.source(actor, foreign.id, "Pirate", "2020")


async def test_reports_of_ones_themes(network: Network) -> None:
    library, reports = network.services.library, network.services.reports
    mine, other, *_ = await theme_ids(network)
    made = []
    actor = await in_charge(network, mine)
    for themes in ([mine], [other]):
        resource = await proposed(network, *themes, title=f"Guide {themes[0]}")
        await library.publish(network[Role.FACILITATOR], resource.id)
        made.append(await reports.report(network[Role.ADMIN], resource.id, "error", "Une faute."))
    page = await reports.waiting(actor)
    assert ([one.id for one in page.items], page.total) == ([made[0].id], 1)
    for refused in (reports.to_answer(actor, made[1].id), reports.answer(actor, made[1].id, "kept")):
        with pytest.raises(NotAllowed):
            await refused
    assert (await reports.answer(actor, made[0].id, "kept", "Vu.")).state == "kept"
    assert await to_whom(network, charges.REPORT) == [actor.member_id]


async def test_needs_of_ones_themes(network: Network) -> None:
    care = network.services.needs_care
    mine, other, *_ = await theme_ids(network)
    actor = await in_charge(network, mine)
    asks = network[Role.ADMIN]
    ids = []
    for theme in (mine, other):
        new = NewNeed(
            f"Réemploi de matériaux {theme}", "Un contexte assez long pour être compris.", themes=(theme,)
        )
        ids.append((await network.services.needs.publish(asks, new)).need.id)
    network.clock.advance(TWO_DAYS)
    seen = await care.overview(actor)
    assert ([need.id for need in seen.unanswered], list(seen.to_check), seen.outcomes) == ([ids[0]], [], {})
    assert (await care.whom(actor, ids[0])).need.id == ids[0]
    for refused in (care.whom(actor, ids[1]), care.solicit(actor, ids[1], asks.member_id or 0)):
        with pytest.raises(NotAllowed):
            await refused
    for closed in (
        care.approve(actor, ids[0]),
        care.to_check(actor, ids[0]),
        care.refuse(actor, ids[0], "Non."),
    ):
        with pytest.raises(NotAllowed):
            await closed


async def test_threads_of_ones_themes(network: Network) -> None:
    threads = network.services.threads
    mine, other, *_ = await theme_ids(network)
    theirs = await asked(network, "701", author=network[Role.ADMIN], theme_ids=(mine,))
    foreign = await asked(network, "702", author=network[Role.ADMIN], theme_ids=(other,))
    actor = await in_charge(network, mine)
    assert [one.id for one in await threads.unanswered(actor)] == [theirs.id]
    assert (await threads.thread(actor, theirs.id)).may_settle
    assert not (await threads.thread(actor, foreign.id)).may_settle
    assert (await threads.close(actor, theirs.id)).changed
    assert (await threads.reopen(actor, theirs.id)).changed, "what one closed as such, one may open"
    with pytest.raises(Exception, match="not_your_thread"):
        await threads.close(actor, foreign.id)
    with pytest.raises(NotAllowed):
        await threads.rules(actor)


async def test_the_desk_shows_ones_themes(network: Network) -> None:
    mine, other, *_ = await theme_ids(network)
    await proposed(network, mine, title="Le mien")
    await proposed(network, other, title="Un autre")
    await crowd(network, 3)
    actor = await in_charge(network, mine)
    view = await network.services.desk.look(actor)
    assert [(line.key, line.count, list(line.names)) for line in view.lines] == [
        ("proposals", 1, ["Le mien"])
    ]
    assert (view.whole, len(view.themes), view.address) == (False, 1, None)
    assert len(view.gestures) == 3
    for refused in (
        network.services.desk.silent(actor),
        network.services.desk.failed(actor),
        network.services.desk.lists(actor),
        network.services.audits.acts(actor),
    ):
        with pytest.raises(NotAllowed):
            await refused
    everything = await network.services.desk.look(network[Role.FACILITATOR])
    assert dict((line.key, line.count) for line in everything.lines)["proposals"] == 2


async def test_a_facilitator_in_charge_may_look_at_their_themes_only(network: Network) -> None:
    mine, other, *_ = await theme_ids(network)
    await proposed(network, mine, title="Le mien")
    await proposed(network, other, title="Un autre")
    facilitator = network[Role.FACILITATOR]
    await network.services.charges.entrust(network[Role.ADMIN], facilitator.member_id or 0, [mine])
    again = await network.services.members.identify(standing("4"))
    whole, own = await network.services.desk.look(again), await network.services.desk.look(again, mine=True)
    assert (whole.charged, whole.whole, list(whole.themes)) == (True, True, [])
    assert [(line.key, line.count) for line in own.lines] == [("proposals", 1)]
    assert (await network.services.library.queue(again)).total == 2, "it is a filter, not a limit"
    assert await to_whom(network, charges.RESOURCE) == [], "they read the corner"


async def test_one_writes_to_who_follows_ones_themes(network: Network) -> None:
    use = network.services.team_messages
    mine, other, *_ = await theme_ids(network)
    follows, ignores = await crowd(network, 2)
    for person, theme in ((follows, mine), (ignores, other)):
        await network.services.themes.take(person, theme)
    actor = await in_charge(network, mine)
    theirs = await use.write(network[Role.FACILITATOR], 0, "De l’équipe", "Un message assez long.")
    made = await use.write(actor, 0, "Sur mon thème", "Un message assez long.")
    assert (list(made.audience.theme_ids), made.reach.recipients) == ([mine], 1)
    assert [number for number, _name in await use.themes(actor)] == [mine]
    assert [line.id for line in await use.every(actor)] == [made.id]
    assert {line.id for line in await use.every(network[Role.FACILITATOR])} == {made.id, theirs.id}
    with pytest.raises(NotFound):
        await use.message(actor, theirs.id)
    for choice in (Choice("members", [str(other)]), Choice("facilitators"), Choice("stuck_start")):
        with pytest.raises(Invalid) as refusal:
            await use.choose(actor, made.id, choice)
        assert refusal.value.details["problem"] == "not_your_theme"
    wide = await use.choose(actor, made.id, Choice("members"))
    assert list(wide.audience.theme_ids) == [mine], "nobody else by leaving it empty"
    await in_charge(network, other)
    moved = await network.services.members.identify(standing("3"))
    with pytest.raises(Invalid):
        await use.send(moved, wide.id, wide.version)
    again = await in_charge(network, mine)
    await use.send(again, wide.id, wide.version)
    assert await to_whom(network, "message.sent") == [follows.member_id]


async def test_what_ones_themes_need_is_told_once_in_private(network: Network) -> None:
    mine, other, *_ = await theme_ids(network)
    actor = await in_charge(network, mine)
    resource = await proposed(network, mine, other, title="Le mien")
    await proposed(network, other, title="Un autre")
    (row,) = await rows(network.db, charges.RESOURCE)
    said = await plan(network, row)
    assert isinstance(said, Direct)
    assert said.member_id == actor.member_id
    assert "Le mien" in written(said)
    assert not planners(WORDS)[charges.RESOURCE].nudge, "it is their task"
    await in_charge(network, other)
    assert isinstance(await plan(network, row), Direct), "it bears that theme as well"
    await in_charge(network)
    assert await plan(network, row) == Drop("not_concerned")
    await in_charge(network, mine)
    await network.services.library.publish(network[Role.FACILITATOR], resource.id)
    assert await plan(network, row) == Drop("already_handled")


async def test_an_unanswered_need_and_question_are_told_too(network: Network) -> None:
    mine, *_ = await theme_ids(network)
    actor = await in_charge(network, mine)
    new = NewNeed("Réemploi de matériaux", "Un contexte assez long pour être compris.", themes=(mine,))
    await network.services.needs.publish(network[Role.ADMIN], new)
    await asked(network, "701", author=network[Role.ADMIN], theme_ids=(mine,))
    for _ in range(4):
        network.clock.advance(timedelta(days=1))
        await network.services.thread_care.tend()
    (card,) = await rows(network.db, "need.unanswered")
    async with network.db.transaction() as session:
        await planners(WORDS)["need.unanswered"].sent(session, card, "1", network.clock.now())
    assert await to_whom(network, charges.THREAD) == [actor.member_id]
    assert await to_whom(network, charges.NEED) == [actor.member_id]
    for kind in (charges.THREAD, charges.NEED):
        (row,) = await rows(network.db, kind)
        assert isinstance(await plan(network, row), Direct), kind


async def test_a_charge_of_another_network_opens_nothing_here(network: Network, other_admin: Actor) -> None:
    mine, *_ = await theme_ids(network)
    resource = await proposed(network, mine)
    spy = replace(other_admin, role=Role.MEMBER, themes=frozenset({mine}))
    assert (await network.services.library.queue(spy)).total == 0
    with pytest.raises((NotFound, NotAllowed)):
        await network.services.library.publish(spy, resource.id)
