"""Belonging: who is recognised as what, and what each decision changes, on both databases."""

import asyncio
from dataclasses import replace

import pytest
from sqlmodel import select

from community.actors import Role
from community.errors import NotAllowed, NotFound, NotSetUp
from community.members import NotYourself, WhichNetwork
from community.outbox import Drop, Grant, Plan, Revoke
from community.planners import planners
from prompts import Words
from storage import members as stored
from storage.audit import AuditEntry
from storage.engine import Database
from storage.members import Member
from storage.outbox import Outbox
from tests.community.conftest import ADMIN, OTHER_SERVER, SERVER, Network, standing


async def planned(network: Network, kind: str, subject_id: int | None) -> list[Plan]:
    """What the rows of this kind about somebody would do now."""
    planner = planners(Words())[kind]
    async with network.db.reading() as session:
        rows = await session.exec(select(Outbox).where(Outbox.kind == kind, Outbox.subject_id == subject_id))
        return [await planner.plan(session, row, network.clock.now()) for row in rows.all()]


async def test_a_stranger_leaves_no_trace_until_they_ask(network: Network, db: Database) -> None:
    actor = await network.services.members.identify(standing("77"))
    assert (actor.role, actor.member_id) == (Role.STRANGER, None)
    async with db.reading() as session:
        names = (await session.exec(select(Member.display_name))).all()
    assert "Personne 77" not in names
    await network.services.joining.open(standing("77"))
    assert (await network.services.members.identify(standing("77"))).role is Role.NEWCOMER


async def test_arriving_twice_at_once_is_one_person(network: Network, db: Database) -> None:
    actors = await asyncio.gather(*(network.services.members.arrive(standing("77")) for _ in range(4)))
    assert len({actor.member_id for actor in actors}) == 1


async def test_a_role_put_on_by_hand_is_adopted_and_noted(network: Network, db: Database) -> None:
    role = network.server.roles["member"]
    actor = await network.services.members.identify(standing("77", role_refs=frozenset({role})))
    assert actor.role is Role.MEMBER
    without = await network.services.members.identify(standing("77"))
    assert without.role is Role.MEMBER  # the database remembers
    async with db.reading() as session:
        entries = (await session.exec(select(AuditEntry).where(AuditEntry.action == "member.adopted"))).all()
    assert [entry.subject_id for entry in entries][-1:] == [actor.member_id]


async def test_a_facilitator_by_hand_is_one_as_long_as_the_role_is_worn(network: Network) -> None:
    role = network.server.roles["facilitator"]
    worn = await network.services.members.identify(standing("3", role_refs=frozenset({role})))
    assert worn.role is Role.FACILITATOR
    assert (await network.services.members.identify(standing("3"))).role is Role.MEMBER


async def test_a_suspension_beats_a_role_that_is_still_worn(network: Network) -> None:
    role = network.server.roles["member"]
    member = network[Role.MEMBER]
    await network.services.members.suspend(network[Role.FACILITATOR], member.member_id or 0)
    actor = await network.services.members.identify(standing("3", role_refs=frozenset({role})))
    assert actor.role is Role.STRANGER


async def test_the_platform_follows_the_last_decision(network: Network) -> None:
    members, facilitator = network.services.members, network[Role.FACILITATOR]
    newcomer = network[Role.NEWCOMER].member_id
    await members.admit(facilitator, newcomer or 0)
    plans = await planned(network, "member.grant_role", newcomer)
    role = network.server.roles["member"]
    assert [plan.role_ref for plan in plans if isinstance(plan, Grant)] == [role]
    assert Drop("decided_otherwise") in plans  # the newcomer's role, not given yet, is not due any more
    await members.suspend(facilitator, newcomer or 0)
    assert not any(isinstance(plan, Grant) for plan in await planned(network, "member.grant_role", newcomer))
    revoked = await planned(network, "member.revoke_role", newcomer)
    assert role in [plan.role_ref for plan in revoked if isinstance(plan, Revoke)]


async def test_deciding_twice_decides_once(network: Network, db: Database) -> None:
    newcomer = network[Role.NEWCOMER].member_id or 0
    both = await asyncio.gather(
        *(network.services.members.admit(network[role], newcomer) for role in (Role.FACILITATOR, Role.ADMIN))
    )
    assert sorted(decision.changed for decision in both) == [False, True]
    async with db.reading() as session:
        told = (await session.exec(select(Outbox).where(Outbox.kind == "member.admitted"))).all()
    assert [row.recipient_id for row in told].count(newcomer) == 1


async def test_facilitators_do_not_suspend_one_another_nor_themselves(network: Network) -> None:
    members = network.services.members
    facilitator = network[Role.FACILITATOR]
    with pytest.raises(NotYourself):
        await members.suspend(facilitator, facilitator.member_id or 0)
    await members.name_facilitator(network[Role.ADMIN], network[Role.MEMBER].member_id or 0)
    with pytest.raises(NotAllowed):
        await members.suspend(facilitator, network[Role.MEMBER].member_id or 0)
    suspended = await members.suspend(network[Role.ADMIN], network[Role.MEMBER].member_id or 0)
    assert (suspended.member.state, suspended.member.facilitator) == ("suspended", False)


async def test_naming_and_dismissing_a_facilitator(network: Network) -> None:
    members, admin = network.services.members, network[Role.ADMIN]
    newcomer = network[Role.NEWCOMER].member_id or 0
    named = await members.name_facilitator(admin, newcomer)
    assert (named.changed, named.member.state, named.member.facilitator) == (True, "active", True)
    assert (await members.name_facilitator(admin, newcomer)).changed is False
    assert (await members.identify(standing("2"))).role is Role.FACILITATOR
    await members.dismiss_facilitator(admin, newcomer)
    assert (await members.identify(standing("2"))).role is Role.MEMBER


async def test_who_leaves_and_comes_back_waits_again(network: Network) -> None:
    members = network.services.members
    await members.depart("discord", SERVER, "3")
    assert (await members.identify(standing("3"))).role is Role.STRANGER
    back = await members.arrive(standing("3"))
    assert (back.role, back.member_id) == (Role.NEWCOMER, network[Role.MEMBER].member_id)
    await members.depart("discord", SERVER, "never seen")
    await members.depart("discord", "no such server", "3")


async def test_leaving_does_not_lift_a_suspension(network: Network) -> None:
    members = network.services.members
    await members.suspend(network[Role.FACILITATOR], network[Role.MEMBER].member_id or 0)
    await members.depart("discord", SERVER, "3")
    assert (await members.arrive(standing("3"))).role is Role.STRANGER


async def test_in_private_the_only_network_is_meant(network: Network) -> None:
    members = network.services.members
    private = standing("3", server_ref=None)
    assert (await members.identify(private)).role is Role.MEMBER
    with pytest.raises(NotSetUp):
        await members.identify(standing("77", server_ref=None))
    await network.services.networks.set_up(replace(ADMIN, server_ref=OTHER_SERVER), name="Autre")
    await members.arrive(standing("3", server_ref=OTHER_SERVER))
    with pytest.raises(WhichNetwork):
        await members.identify(private)


async def test_finding_somebody_however_their_name_is_typed(network: Network) -> None:
    members, facilitator = network.services.members, network[Role.FACILITATOR]
    await members.arrive(standing("88", display_name="Zoé Émilien"))
    for typed in ("zoe", "EMIL", "é E", "Zoé Émilien"):
        assert [found.name for found in await members.find(facilitator, typed)] == ["Zoé Émilien"], typed
    assert not await members.find(facilitator, "   ")
    with pytest.raises(NotFound):
        await members.member(facilitator, 999_999)


async def test_the_language_of_later_messages_is_that_of_the_client(network: Network, db: Database) -> None:
    await network.services.members.identify(standing("3", locale="en"))
    async with db.reading() as session:
        member = await stored.get(
            session, network[Role.MEMBER].network_id, network[Role.MEMBER].member_id or 0
        )
        assert member is not None
        assert await stored.language(session, member, "fr") == "en"
