"""Who gets into the web pages, on both databases: facilitators, as long as they are."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.web_sessions import IDLE, LASTS, WebSessions
from storage.web_sessions import WebSession
from tests.community.conftest import ADMIN, OTHER_SERVER, Network, standing

FACILITATOR = "4"  # the account of ``network[Role.FACILITATOR]``


async def opened(network: Network, account: str = FACILITATOR) -> str:
    secret = await network.services.web_sessions.open(account)
    assert secret is not None
    return secret


async def kept(network: Network) -> list[WebSession]:
    async with network.db.reading() as session:
        return list((await session.exec(select(WebSession))).all())


@pytest.mark.parametrize("account", ["1", "2", "3", "5", "unknown", ""])
async def test_only_those_who_were_named_facilitators_enter(network: Network, account: str) -> None:
    assert await network.services.web_sessions.open(account) is None
    assert await network.services.web_sessions.open(FACILITATOR, "matrix") is None
    assert await kept(network) == []


async def test_a_visitor_is_who_they_are_in_the_network(network: Network, other_admin: Actor) -> None:
    secret = await opened(network)
    visitor = await network.services.web_sessions.visitor(secret)
    assert visitor is not None
    assert [one.name for one in visitor.networks] == ["Territoires en commun"]
    actor = visitor.networks[0].actor
    assert actor == network[Role.FACILITATOR]
    assert visitor.network(other_admin.network_id) is None
    assert visitor.sent_this(visitor.form_key)
    assert not visitor.sent_this("")
    assert not visitor.sent_this("é")
    assert secret not in str([row.model_dump() for row in await kept(network)])


@pytest.mark.parametrize("secret", ["", "x", "é" * 40])
async def test_nobody_enters_without_the_secret(network: Network, secret: str) -> None:
    await opened(network)
    assert await network.services.web_sessions.visitor(secret) is None


async def test_several_networks_are_offered_to_who_helps_several(
    network: Network, other_admin: Actor
) -> None:
    there = standing(FACILITATOR, server_ref=OTHER_SERVER)
    arrived = await network.services.members.arrive(there)
    secret = await opened(network)
    sessions = network.services.web_sessions
    assert len((await sessions.visitor(secret) or _nobody()).networks) == 1
    await network.services.members.name_facilitator(other_admin, arrived.member_id or 0)
    visitor = await sessions.visitor(secret)
    assert visitor is not None
    assert {one.id for one in visitor.networks} == {1, other_admin.network_id}
    await network.services.members.suspend(network[Role.ADMIN], network[Role.FACILITATOR].member_id or 0)
    visitor = await sessions.visitor(secret)
    assert visitor is not None
    assert [one.id for one in visitor.networks] == [other_admin.network_id]


@pytest.mark.parametrize("how", ["dismissed", "suspended", "gone", "erased", "removed"])
async def test_who_loses_the_role_is_out_at_once(network: Network, how: str) -> None:
    secret, sessions = await opened(network), network.services.web_sessions
    member = network[Role.FACILITATOR].member_id or 0
    match how:
        case "dismissed":
            await network.services.members.dismiss_facilitator(network[Role.ADMIN], member)
        case "suspended":
            await network.services.members.suspend(network[Role.ADMIN], member)
        case "gone":
            await network.services.members.depart("discord", "1000", FACILITATOR)
        case "erased":
            await network.services.privacy.erase(network[Role.FACILITATOR])
        case "removed":
            await network.services.privacy.removed("discord", "1000")
    assert await sessions.visitor(secret) is None
    assert await kept(network) == []
    if how == "dismissed":  # named again: the old session does not come back to life
        await network.services.members.name_facilitator(network[Role.ADMIN], member)
        assert await sessions.visitor(secret) is None


async def test_a_session_ends(network: Network) -> None:
    sessions, clock = network.services.web_sessions, network.clock
    secret = await opened(network)
    for _hours in range(LASTS // timedelta(hours=1) - 1):
        clock.advance(timedelta(hours=1))
        assert await sessions.visitor(secret) is not None
    clock.advance(timedelta(hours=1))
    assert await sessions.visitor(secret) is None
    secret = await opened(network)
    clock.advance(IDLE)
    assert await sessions.visitor(secret) is None
    assert await sessions.purge() == 2
    assert await kept(network) == []


async def test_logging_out_here_or_everywhere(network: Network) -> None:
    sessions = network.services.web_sessions
    first, second, third = [await opened(network) for _ in range(3)]
    await sessions.close(first)
    await sessions.close(first)
    assert await sessions.visitor(first) is None
    assert await sessions.visitor(second) is not None
    await sessions.close_everywhere("unknown")
    await sessions.close_everywhere(third)
    assert await kept(network) == []


async def test_two_requests_at_once_are_no_trouble(network: Network) -> None:
    secret = await opened(network)
    network.clock.advance(timedelta(minutes=10))
    found = await asyncio.gather(*(network.services.web_sessions.visitor(secret) for _ in range(3)))
    assert None not in found


async def test_the_language_is_the_persons(network: Network) -> None:
    await network.services.members.identify(replace(standing(FACILITATOR), locale="en"))
    visitor = await network.services.web_sessions.visitor(await opened(network))
    assert visitor is not None
    assert visitor.locale == "en"
    assert ADMIN.account_ref != FACILITATOR


def _nobody() -> WebSessions:
    raise AssertionError("no visitor")
