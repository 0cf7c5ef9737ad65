"""What the application does of itself for the library: reminders, and what people are told."""

from datetime import timedelta

import pytest
from sqlmodel import select

from community.actors import Role
from community.library_delivery import Waiting
from community.near_titles import near
from community.outbox import Drop, Post
from community.resources import NewResource, SimilarThere
from storage.engine import Database
from storage.outbox import Outbox
from tests.community.conftest import Network


async def rows(db: Database, kind: str) -> list[Outbox]:
    async with db.reading() as session:
        return list(await session.exec(select(Outbox).where(Outbox.kind == kind).order_by("id")))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Guide de la concertation locale", "Guide de la concertation locale", True),
        ("GUIDE DE LA CONCERTATION LOCALE", "Guide de la concertation  locale !", True),
        ("La démarche participative", "La demarche participative", True),
        ("Guide de la concertation", "Guide de la concertationn", True),
        ("Concertation locale : le guide", "Le guide : concertation locale", True),
        ("Guide de la concertation", "Guide de la biodiversité", False),
        ("Bilan 2023", "Bilan 2024", False),
        ("Bilan 2023 de la concertation locale", "Bilan 2024 de la concertation locale", False),
        ("", "", False),
        ("…", "…", False),
    ],
)
def test_titles_that_a_person_may_take_for_one_another(one: str, other: str, alike: bool) -> None:
    assert near(one, other) is alike
    assert near(other, one) is alike


async def test_a_near_title_stops_a_proposal_once(network: Network) -> None:
    library, member = network.services.library, network[Role.MEMBER]
    first = await network.propose("Guide de la concertation locale", "https://example.org/un")
    twin = NewResource("Guide de la concertation locales", "https://example.org/deux", "Un autre résumé.")
    with pytest.raises(SimilarThere) as waiting:
        await library.propose(member, twin)
    # What waits is not named to those who may not see it.
    assert waiting.value.details == {"titles": [], "waiting": 1}
    await library.publish(network[Role.FACILITATOR], first.id)
    with pytest.raises(SimilarThere) as published:
        await library.propose(member, twin)
    assert published.value.details == {"titles": ["Guide de la concertation locale"], "waiting": 0}
    made = await library.propose(member, twin, anyway=True)
    reviewed = await library.to_review(network[Role.FACILITATOR], made.id)
    assert reviewed.similar == ("Guide de la concertation locale",)
    assert (await rows(network.db, "library.proposed"))[-1].details == {"similar": [first.id]}


async def test_another_networks_titles_are_no_matter(network: Network, other_admin: object) -> None:
    await network.propose("Guide de la concertation locale")
    there = NewResource("Guide de la concertation locale", "https://example.org/la-bas")
    made = await network.services.library.propose(other_admin, there)  # type: ignore[arg-type]  # an Actor
    assert made.state == "proposed"


async def test_reviewers_are_reminded_once_a_day_of_what_waits_for_long(network: Network) -> None:
    care, clock = network.services.library_care, network.clock
    proposed = await network.propose()
    clock.advance(timedelta(days=3))
    assert await care.remind_reviewers() == 0  # three days are not more than three days
    clock.advance(timedelta(minutes=1))
    assert await care.remind_reviewers() == 1
    assert await care.remind_reviewers() == 0
    clock.advance(timedelta(days=1))
    assert await care.remind_reviewers() == 1
    queue = await network.services.library.queue(network[Role.FACILITATOR])
    assert [one.waiting_days for one in queue.items] == [4]
    sent = (await rows(network.db, "library.waiting"))[-1]
    async with network.db.reading() as session:
        assert isinstance(await Waiting().plan(session, sent, clock.now()), Post)
    await network.services.library.publish(network[Role.FACILITATOR], proposed.id)
    async with network.db.reading() as session:
        assert await Waiting().plan(session, sent, clock.now()) == Drop("already_handled")
    clock.advance(timedelta(days=1))
    assert await care.remind_reviewers() == 0


async def test_nobody_is_reminded_before_the_morning(network: Network) -> None:
    await network.propose()
    network.clock.advance(timedelta(days=5) - timedelta(hours=4))  # six in the morning in Paris
    assert await network.services.library_care.remind_reviewers() == 0
