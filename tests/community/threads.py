"""Threads on paper: opened, and written in, as the platform would tell."""

from datetime import timedelta

from sqlmodel import select

from community.actors import Actor, Role
from community.outbox import Plan
from community.planners import planners
from community.thread_listening import Heard
from community.thread_views import MessageSeen, ThreadView, view
from community.threads import opened
from prompts import Words
from storage import threads
from storage.outbox import Outbox, OutboxState
from storage.threads import Thread
from tests.community.conftest import SERVER, Network

CHANNEL = "700"
# Accounts: 3 is the member who asks in these tests, 4 a facilitator, 1 the administrator.
ASKS, FACILITATOR, ADMIN = "3", "4", "1"


async def asked(
    network: Network,
    channel: str = CHANNEL,
    *,
    kind: str = "practice",
    author: Actor | None = None,
    asks: bool = True,
    theme_ids: tuple[int, ...] = (),
    nameless: bool = False,
) -> ThreadView:
    """A thread that the bot opened for the member."""
    who = author or network[Role.MEMBER]
    async with network.db.transaction() as session:
        await opened(
            session,
            network.clock.now(),
            network_id=who.network_id,
            channel_ref=channel,
            kind=kind,
            subject_id=1,
            author_id=None if nameless else who.member_id,
            asks=asks,
            title=f"Question {channel}",
            theme_ids=theme_ids,
        )
        thread = await threads.by_channel(session, who.network_id, channel)
        assert thread is not None
        return await view(session, thread, who)


async def says(
    network: Network, account: str, number: int, channel: str = CHANNEL, *, person: bool = True, **more: str
) -> None:
    """Somebody writes in it, now."""
    told = Heard(
        server_ref=more.get("server", SERVER),
        channel_ref=channel,
        message_ref=str(number),
        account_ref=account,
        person=person,
        at=network.clock.now(),
        title=more.get("title", ""),
    )
    await network.services.thread_ears.heard(told)


def pointed(network: Network, number: int, account: str = FACILITATOR, **more: object) -> MessageSeen:
    """A message as its menu shows it."""
    return MessageSeen(
        channel_ref=str(more.get("channel", CHANNEL)),
        message_ref=str(number),
        account_ref=account,
        person=bool(more.get("person", True)),
        at=network.clock.now(),
    )


async def stored(network: Network, channel: str = CHANNEL) -> Thread:
    async with network.db.reading() as session:
        found = await threads.by_channel(session, network[Role.MEMBER].network_id, channel)
    assert found is not None
    return found


async def rows(network: Network, kind: str) -> list[Outbox]:
    async with network.db.reading() as session:
        query = select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id)  # type: ignore[arg-type]  # a column
        return list((await session.exec(query)).all())


async def due(network: Network, kind: str) -> list[Outbox]:
    return [row for row in await rows(network, kind) if row.state == OutboxState.DUE]


async def plan(network: Network, row: Outbox) -> Plan:
    async with network.db.reading() as session:
        return await planners(Words())[row.kind].plan(session, row, network.clock.now())


async def leave(network: Network, kind: str, ref: str = "") -> list[Plan]:
    """Every waiting row of a kind leaves, as delivery would have it; what each became."""
    done = []
    for row in await due(network, kind):
        made = await plan(network, row)
        done.append(made)
        async with network.db.transaction() as session:
            held = await session.get_one(Outbox, row.id)
            dropped = type(made).__name__ in ("Drop", "GiveUp")
            held.state = OutboxState.DROPPED if dropped else OutboxState.SENT
            session.add(held)
            if not dropped:
                await planners(Words())[kind].sent(session, held, ref, network.clock.now())
    return done


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
