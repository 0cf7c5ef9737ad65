"""Theme roles: turned on, taken, worn, coherent with the profile, and taken back; on both databases."""

import json
from datetime import timedelta

import pytest
from sqlmodel import col, select

from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound, NotSetUp
from community.outbox import Drop, Edit, EndRole, Grant, Plan, Post, Revoke
from community.planners import planners
from community.ports import ServerPlan, ServerState
from community.profiles import MOST_THEMES
from community.themes import ThemesFull
from prompts import Words
from storage import networks
from storage import theme_roles as stored
from storage.outbox import Outbox, OutboxState
from tests.community.conftest import Network, standing
from tests.community.test_privacy import everything


async def waiting(network: Network, *kinds: str) -> list[Outbox]:
    async with network.db.reading() as session:
        query = select(Outbox).where(col(Outbox.kind).in_(kinds), Outbox.state == OutboxState.DUE)
        return list((await session.exec(query.order_by(col(Outbox.id)))).all())


async def plan_of(network: Network, row: Outbox) -> Plan:
    async with network.db.reading() as session:
        return await planners(Words())[row.kind].plan(session, row, network.clock.now())


async def deliver(network: Network) -> list[Plan]:
    """What the rows of theme roles become, each marked sent; then what they caused, until nothing waits."""
    plans: list[Plan] = []
    kinds = ("theme.role_give", "theme.role_take", "theme.role_end", "theme.panel", "theme.panel_changed")
    while rows := await waiting(network, *kinds):
        for row in rows:
            plan = await plan_of(network, row)
            plans.append(plan)
            async with network.db.transaction() as session:
                held = await session.get_one(Outbox, row.id)
                held.state = OutboxState.DROPPED if isinstance(plan, Drop) else OutboxState.SENT
                session.add(held)
                if not isinstance(plan, Drop):
                    ref = "900" if isinstance(plan, Post) else ""
                    await planners(Words())[row.kind].sent(session, held, ref, network.clock.now())
    network.clock.advance(timedelta(seconds=1))
    network.server.panels.add("900")
    return plans


def done(plans: list[Plan]) -> list[tuple[str, str]]:
    """Grants and revocations, as (what, role)."""
    return [
        (type(plan).__name__.lower(), plan.role_ref) for plan in plans if isinstance(plan, Grant | Revoke)
    ]


async def theme_ids(network: Network) -> list[int]:
    return [theme.id for theme in (await network.services.themes.mine(network[Role.MEMBER])).themes]


@pytest.fixture
async def on(network: Network) -> Network:
    """Theme roles are on, and their message stands."""
    await network.services.theme_roles.turn_on(network[Role.FACILITATOR])
    await deliver(network)
    return network


async def test_off_at_first_and_following_works_all_the_same(network: Network) -> None:
    view = await network.services.theme_roles.state(network[Role.FACILITATOR])
    assert not view.enabled
    assert {line.role_ref for line in view.lines} == {None}
    first, *_ = await theme_ids(network)
    mine = await network.services.themes.take(network[Role.MEMBER], first)
    assert ([theme.id for theme in mine.followed], mine.roles, mine.asks) == ([first], False, False)
    assert await waiting(network, "theme.role_give", "theme.panel") == []
    assert (await network.services.profiles.mine(network[Role.MEMBER])).theme_ids == (first,)


async def test_turned_on_once_with_a_role_a_theme_and_one_message(network: Network) -> None:
    roles = network.services.theme_roles
    view = await roles.turn_on(network[Role.FACILITATOR])
    assert (view.enabled, view.changed, dict(view.troubles)) == (True, True, {})
    refs = [line.role_ref for line in view.lines]
    assert len(set(refs)) == 20
    assert None not in refs
    again = await roles.turn_on(network[Role.ADMIN])
    assert (again.changed, [line.role_ref for line in again.lines]) == (False, refs)
    [post] = await deliver(network)
    assert isinstance(post, Post)
    assert post.channel_ref == network.server.channels["welcome"]
    buttons = [button for row in post.card.rows for button in row]
    assert [button.action for button in buttons] == ["theme.take"] * 20 + ["theme.mine"]
    assert buttons[0].label == "Participation citoyenne"
    await network.services.networks.repair(network[Role.ADMIN])
    assert await deliver(network) == []


async def test_the_message_that_leaves_while_roles_are_made_is_not_posted_again(
    network: Network,
) -> None:
    """The worker may post it between the look at the server and the note of what was found there."""
    build = network.server.build

    async def slow(server_ref: str, plan: ServerPlan) -> ServerState:
        state = await build(server_ref, plan)
        posts.extend(await deliver(network))
        return state

    posts: list[Plan] = []
    network.server.build = slow  # type: ignore[method-assign]
    await network.services.theme_roles.turn_on(network[Role.FACILITATOR])
    posts += await deliver(network)
    assert len([plan for plan in posts if isinstance(plan, Post)]) == 1


async def test_taking_a_role_is_following_its_theme_and_twice_is_once(on: Network) -> None:
    member, themes = on[Role.MEMBER], on.services.themes
    first, second, *_ = await theme_ids(on)
    mine = await themes.take(member, first)
    assert (mine.wears, [theme.id for theme in mine.followed]) == (True, [first])
    assert (await themes.take(member, first)).followed == mine.followed
    assert done(await deliver(on)) == [("grant", on.server.theme_roles[first])]
    assert (await on.services.profiles.mine(member)).themes == ("Participation citoyenne",)
    await themes.take(member, second)
    await themes.leave(member, first)
    await themes.leave(member, first)
    given = done(await deliver(on))
    assert sorted(given) == [
        ("grant", on.server.theme_roles[second]),
        ("revoke", on.server.theme_roles[first]),
    ]


async def test_the_profile_leads_to_the_same_roles(on: Network) -> None:
    member = on[Role.MEMBER]
    first, second, third, *_ = await theme_ids(on)
    await on.services.themes.take(member, first)
    await deliver(on)
    await on.services.profiles.set_about(member, function="Maire", theme_ids=[second, third])
    given = done(await deliver(on))
    assert sorted(given) == sorted(
        [
            ("revoke", on.server.theme_roles[first]),
            ("grant", on.server.theme_roles[second]),
            ("grant", on.server.theme_roles[third]),
        ]
    )
    await on.services.profiles.set_about(member, function="Adjointe", theme_ids=[second, third])
    assert await deliver(on) == []


async def test_themes_kept_to_oneself_are_shown_by_a_role_only_after_asking(on: Network) -> None:
    member, themes = on[Role.MEMBER], on.services.themes
    first, second, *_ = await theme_ids(on)
    await on.services.profiles.set_about(member, function="Maire", theme_ids=[first])
    mine = await themes.take(member, second)
    assert (mine.asks, mine.wears) == (True, None)
    assert done(await deliver(on)) == []
    assert (await themes.wear(member, True)).wears
    assert len(done(await deliver(on))) == 2
    assert not (await themes.wear(member, False)).wears
    assert {what for what, _role in done(await deliver(on))} == {"revoke"}
    assert (await themes.take(member, second)).asks  # they said no: asked again, never presumed
    assert done(await deliver(on)) == []


async def test_who_shows_their_themes_already_is_not_asked(on: Network) -> None:
    member, (first, second, *_) = on[Role.MEMBER], await theme_ids(on)
    await on.services.profiles.set_about(member, function="Maire", theme_ids=[first])
    await on.services.profiles.set_consents(member, ["listed", "themes"])
    mine = await on.services.themes.take(member, second)
    assert (mine.asks, mine.wears) == (False, True)
    assert len(done(await deliver(on))) == 2


async def test_wearing_roles_is_no_answer_to_what_peers_may_read(on: Network) -> None:
    """The consent is of another purpose: the step of joining is still to be gone through."""
    first, *_ = await theme_ids(on)
    await on.services.themes.take(on[Role.MEMBER], first)
    mine = await on.services.profiles.mine(on[Role.MEMBER])
    assert "consents" in mine.missing
    assert mine.consents == ()


async def test_eight_at_most_and_only_themes_of_this_network(on: Network, other_admin: Actor) -> None:
    member, themes, known = on[Role.MEMBER], on.services.themes, await theme_ids(on)
    await themes.choose(member, known[:MOST_THEMES])
    with pytest.raises(ThemesFull):
        await themes.take(member, known[MOST_THEMES])
    with pytest.raises(ThemesFull):
        await themes.choose(member, known)
    theirs = (await themes.mine(other_admin)).themes[0].id
    with pytest.raises(NotFound):
        await themes.take(member, theirs)
    await themes.choose(member, [theirs])
    assert (await themes.mine(member)).followed == ()
    assert not (await themes.mine(other_admin)).roles
    assert not (await on.services.theme_roles.state(other_admin)).enabled


async def test_a_newcomer_gets_none_and_a_suspension_takes_them(on: Network) -> None:
    member, themes = on[Role.MEMBER], on.services.themes
    first, *_ = await theme_ids(on)
    with pytest.raises(NotAllowed):
        await themes.take(on[Role.NEWCOMER], first)
    await themes.take(member, first)
    await deliver(on)
    await on.services.members.suspend(on[Role.FACILITATOR], member.member_id or 0)
    assert done(await deliver(on)) == [("revoke", on.server.theme_roles[first])]
    await on.services.members.admit(on[Role.FACILITATOR], member.member_id or 0)
    assert done(await deliver(on)) == [("grant", on.server.theme_roles[first])]


async def test_who_left_gets_nothing_until_they_are_back(on: Network) -> None:
    member = on[Role.MEMBER]
    first, *_ = await theme_ids(on)
    await on.services.themes.take(member, first)
    await on.services.members.depart("discord", "1000", "3")
    assert await deliver(on) == [Drop("left")]
    await on.services.members.arrive(standing("3"))
    assert await deliver(on) == []
    await on.services.members.admit(on[Role.FACILITATOR], member.member_id or 0)
    assert done(await deliver(on)) == [("grant", on.server.theme_roles[first])]


async def test_a_change_of_mind_on_the_way_wins(on: Network) -> None:
    """The role was being given when the member left the theme: it is taken back after."""
    member, themes = on[Role.MEMBER], on.services.themes
    first, *_ = await theme_ids(on)
    await themes.take(member, first)
    [give] = await waiting(on, "theme.role_give")
    assert isinstance(await plan_of(on, give), Grant)
    on.clock.advance(timedelta(seconds=1))
    await themes.leave(member, first)
    async with on.db.transaction() as session:
        for row in await session.exec(select(Outbox).where(col(Outbox.kind).startswith("theme.role_"))):
            row.state = OutboxState.SENT  # both were sent, in whatever order
            session.add(row)
        on.clock.advance(timedelta(seconds=1))
        await planners(Words())["theme.role_give"].sent(session, give, "", on.clock.now())
    assert done(await deliver(on)) == [("revoke", on.server.theme_roles[first])]


async def test_a_theme_that_goes_takes_its_role_along_and_comes_back_with_another(on: Network) -> None:
    admin, first = on[Role.ADMIN], (await theme_ids(on))[0]
    await on.services.themes.take(on[Role.MEMBER], first)
    await deliver(on)
    role = on.server.theme_roles[first]
    await on.services.networks.archive_theme(admin, first)
    plans = await deliver(on)
    assert [plan.role_ref for plan in plans if isinstance(plan, EndRole)] == [role]
    [shown] = [plan for plan in plans if isinstance(plan, Edit)]
    assert first not in [button.subject_id for row in shown.card.rows for button in row]
    async with on.db.reading() as session:
        assert first not in await stored.every(session, admin.network_id)
    del on.server.theme_roles[first]
    await on.services.networks.add_theme(admin, "Participation citoyenne")
    plans = await deliver(on)
    assert done(plans) == [("grant", on.server.theme_roles[first])]  # who wore it wears it again
    assert on.server.theme_roles[first] != role


async def test_a_theme_archived_by_mistake_keeps_its_role(on: Network) -> None:
    admin, first = on[Role.ADMIN], (await theme_ids(on))[0]
    await on.services.networks.archive_theme(admin, first)
    await on.services.networks.add_theme(admin, "Participation citoyenne")
    assert not [plan for plan in await deliver(on) if isinstance(plan, EndRole)]


async def test_a_role_deleted_by_hand_is_missed_then_made_anew(on: Network) -> None:
    member, facilitator, roles = on[Role.MEMBER], on[Role.FACILITATOR], on.services.theme_roles
    first, second, *_ = await theme_ids(on)
    await on.services.themes.choose(member, [first, second])
    await on.services.themes.wear(member, True)
    await deliver(on)
    gone = on.server.theme_roles.pop(first)
    assert await roles.role_gone("discord", "1000", gone)
    assert not await roles.role_gone("discord", "1000", gone)
    assert not await roles.role_gone("discord", "9999", gone)
    await on.services.themes.leave(member, first)
    await on.services.themes.take(member, first)
    assert done(await deliver(on)) == []  # nothing to give, nothing to show as undelivered
    assert dict((await roles.state(facilitator)).troubles) == {"missing": ["Participation citoyenne"]}
    status = await on.services.networks.status(facilitator)
    assert (status.well, dict(status.theme_troubles)) == (False, {"missing": ["Participation citoyenne"]})
    await on.services.networks.repair(on[Role.ADMIN])
    assert done(await deliver(on)) == [("grant", on.server.theme_roles[first])]
    status = await on.services.networks.status(facilitator)
    assert ("theme_panel" in status.missing, dict(status.theme_troubles)) == (False, {})


async def test_a_deletion_that_nobody_saw_is_mended_by_a_repair_too(on: Network) -> None:
    first, *_ = await theme_ids(on)
    await on.services.themes.take(on[Role.MEMBER], first)
    await deliver(on)
    del on.server.theme_roles[first]
    await on.services.networks.repair(on[Role.ADMIN])
    assert done(await deliver(on)) == [("grant", on.server.theme_roles[first])]


async def test_what_is_refused_is_named_and_completed_later(network: Network) -> None:
    facilitator, ids = network[Role.FACILITATOR], await theme_ids(network)
    network.server.theme_troubles = {"too_many_roles": ids}
    view = await network.services.theme_roles.turn_on(facilitator)
    assert len(view.troubles["too_many_roles"]) == 20
    assert {line.role_ref for line in view.lines} == {None}
    done_ = await network.services.networks.repair(network[Role.ADMIN])
    assert not done_.complete
    network.server.theme_troubles = {}
    view = await network.services.theme_roles.turn_on(facilitator)
    assert (dict(view.troubles), None in [line.role_ref for line in view.lines]) == ({}, False)


async def test_turned_off_the_roles_that_we_made_go_and_the_others_are_taken_back(network: Network) -> None:
    facilitator, themes = network[Role.FACILITATOR], network.services.themes
    first, second, *_ = await theme_ids(network)
    network.server.adopts["Participation citoyenne"] = "4242"
    await network.services.theme_roles.turn_on(facilitator)
    await themes.take(network[Role.MEMBER], first)
    await themes.take(network[Role.MEMBER], second)
    assert ("grant", "4242") in done(await deliver(network))
    view = await network.services.theme_roles.turn_off(facilitator)
    assert (view.enabled, view.changed) == (False, True)
    plans = await deliver(network)
    assert done(plans) == [("revoke", "4242")]
    ended = {plan.role_ref for plan in plans if isinstance(plan, EndRole)}
    assert ended == set(network.server.theme_roles.values()) - {"4242"}
    [closed] = [plan for plan in plans if isinstance(plan, Edit)]
    assert [button.action for row in closed.card.rows for button in row] == ["theme.mine"]
    mine = await themes.mine(network[Role.MEMBER])
    assert ([theme.id for theme in mine.followed], mine.roles) == ([first, second], False)
    assert not (await network.services.theme_roles.turn_off(facilitator)).changed
    network.server.theme_roles = {first: "4242"}
    await network.services.theme_roles.turn_on(facilitator)  # everyone gets theirs back
    back = done(await deliver(network))
    assert ("grant", network.server.theme_roles[second]) in back


async def test_an_adopted_role_is_given_back_when_all_is_turned_on_again(network: Network) -> None:
    facilitator, first = network[Role.FACILITATOR], (await theme_ids(network))[0]
    network.server.adopts["Participation citoyenne"] = "4242"
    await network.services.theme_roles.turn_on(facilitator)
    await network.services.themes.take(network[Role.MEMBER], first)
    await deliver(network)
    await network.services.theme_roles.turn_off(facilitator)
    await deliver(network)
    await network.services.theme_roles.turn_on(facilitator)
    assert done(await deliver(network)) == [("grant", "4242")]


async def test_erasure_takes_the_roles_and_forgets_the_account(on: Network) -> None:
    member, first = on[Role.MEMBER], (await theme_ids(on))[0]
    await on.services.themes.take(member, first)
    await deliver(on)
    await on.services.privacy.erase(member)
    rows = await waiting(on, "privacy.take_role")
    revoked = []
    for row in rows:
        plan = await plan_of(on, row)
        assert isinstance(plan, Revoke)
        revoked.append(plan.role_ref)
        async with on.db.transaction() as session:
            held = await session.get_one(Outbox, row.id)
            await planners(Words())["privacy.take_role"].sent(session, held, "", on.clock.now())
            assert "account" not in held.details
    assert revoked == [on.server.roles["member"], on.server.theme_roles[first]]
    left = await everything(on.db)
    assert not [row for row in left["consent"] if row["member_id"] == member.member_id]
    assert '"account": "3"' not in json.dumps(left["outbox"], default=str)


async def test_a_role_that_anybody_may_take_gives_no_right_in_the_network(on: Network) -> None:
    first, *_ = await theme_ids(on)
    with pytest.raises(Invalid):
        await on.services.networks.set_role(on[Role.ADMIN], "facilitator", on.server.theme_roles[first])


async def test_a_network_without_a_server_has_no_roles(on: Network) -> None:
    async with on.db.transaction() as session:
        network = await networks.get(session, on[Role.ADMIN].network_id)
        network.server_ref = None
        session.add(network)
    with pytest.raises(NotSetUp):
        await on.services.theme_roles.turn_on(on[Role.ADMIN])


async def test_counts_are_of_this_network_and_of_members_only(on: Network) -> None:
    first, *_ = await theme_ids(on)
    for role in (Role.MEMBER, Role.FACILITATOR):
        await on.services.themes.take(on[role], first)
    view = await on.services.theme_roles.state(on[Role.FACILITATOR])
    assert [line.wearers for line in view.lines][:2] == [2, 0]
    await on.services.members.suspend(on[Role.ADMIN], on[Role.MEMBER].member_id or 0)
    view = await on.services.theme_roles.state(on[Role.FACILITATOR])
    assert view.lines[0].wearers == 1
