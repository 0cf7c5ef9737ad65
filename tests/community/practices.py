"""Practices for tests: people of a place, and a card in one line."""

from collections.abc import Sequence

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor, Role
from community.outbox import Plan
from community.practice_cards import PracticeView
from community.practices_delivery import planners
from storage.outbox import Outbox, OutboxState, end
from tests.community.conftest import Network
from tests.community.meetups import crowd

TEXTS = {
    "title": "Aller vers les inaudibles au marché",
    "context": "Les réunions publiques n’attiraient que les mêmes.",
    "done": "Une table et trois questions, chaque jeudi, au marché.",
}


async def people_of(network: Network, *authorities: str) -> list[Actor]:
    """One more member of each authority."""
    people = await crowd(network, len(authorities))
    for person, authority in zip(people, authorities, strict=True):
        await network.services.profiles.set_authority(person, authority)
    return people


async def shared(
    network: Network, actor: Actor | None = None, theme_ids: Sequence[int] = (), **texts: str
) -> PracticeView:
    """A published card."""
    sharing, actor = network.services.sharing, actor or network[Role.MEMBER]
    draft = await sharing.begin(actor, {**TEXTS, **texts}, theme_ids)
    return (await sharing.publish(actor, draft.practice.id)).practice


async def theme_ids(network: Network) -> list[int]:
    return [theme.id for theme in await network.services.networks.themes(network[Role.MEMBER])]


async def due(session: AsyncSession, kind: str) -> Sequence[Outbox]:
    """What the outbox holds of a kind, oldest first."""
    return (await session.exec(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id))).all()  # type: ignore[arg-type]  # a column


async def plans(network: Network, kind: str) -> list[Plan]:
    """What each row of a kind becomes now."""
    async with network.db.reading() as session:
        found = await due(session, kind)
        return [await planners()[kind].plan(session, row, network.clock.now()) for row in found]


async def posted(network: Network, ref: str = "777") -> None:
    """The threads that are due are opened, as delivery does."""
    async with network.db.transaction() as session:
        for number, row in enumerate(await due(session, "practice.thread")):
            await planners()["practice.thread"].sent(session, row, f"{ref}{number}", network.clock.now())
            end(row, OutboxState.SENT, network.clock.now(), ref=f"{ref}{number}")
            session.add(row)
