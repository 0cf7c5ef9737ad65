"""Links kept alive: what visits over several days mean, what members and facilitators see."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from community.actors import Actor, Role
from community.errors import NotFound
from community.link_rules import AGAIN, Health, correction, judged, next_visit
from community.links import Links
from community.outbox import Drop, Post
from community.planners import planners
from community.ports import Fetched, Outcome, Unreachable, Visit
from community.resources import AlreadyThere, NewResource, ResourceView
from prompts import Words
from storage.links import LinkState
from storage.outbox import Outbox
from tests.community.conftest import Network

DAY = timedelta(days=1)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OLD, NEW = "https://example.org/guide", "https://example.com/nouveau-guide"


@dataclass
class PaperWeb:
    """Pages as the test says; counts the visits."""

    pages: dict[str, Visit] = field(default_factory=lambda: defaultdict(lambda: Visit(Outcome.OK, 200)))
    visited: list[str] = field(default_factory=list)

    async def visit(self, url: str) -> Visit:
        self.visited.append(url)
        return self.pages[url]

    async def read(self, url: str) -> Fetched:
        raise Unreachable(Outcome.GONE)


# The rules.


def lived(*days: tuple[int, Outcome]) -> LinkState:
    health = Health()
    for day, outcome in days:
        health = judged(health, outcome, NOW + day * DAY)
    return health.state


@pytest.mark.parametrize(
    ("days", "state"),
    [
        ([(0, Outcome.GONE)], LinkState.DOUBTFUL),
        ([(0, Outcome.GONE), (1, Outcome.GONE), (2, Outcome.GONE)], LinkState.DOUBTFUL),
        ([(0, Outcome.GONE), (1, Outcome.GONE), (3, Outcome.GONE)], LinkState.DEAD),
        ([(0, Outcome.GONE), (30, Outcome.GONE)], LinkState.DOUBTFUL),
        ([(day, Outcome.FAILING) for day in range(7)], LinkState.DOUBTFUL),
        ([(day, Outcome.FAILING) for day in range(8)], LinkState.DEAD),
        ([(0, Outcome.FAILING), (1, Outcome.OK), (8, Outcome.FAILING)], LinkState.DOUBTFUL),
        ([*((day, Outcome.GONE) for day in range(4)), (5, Outcome.FAILING)], LinkState.DEAD),
        ([*((day, Outcome.GONE) for day in range(4)), (5, Outcome.BUSY)], LinkState.DEAD),
        ([*((day, Outcome.GONE) for day in range(4)), (5, Outcome.OK)], LinkState.OK),
        ([*((day, Outcome.GONE) for day in range(4)), (5, Outcome.REFUSED)], LinkState.OK),
    ],
)
def test_states_over_several_days(days: list[tuple[int, Outcome]], state: LinkState) -> None:
    assert lived(*days) is state


@given(st.lists(st.sampled_from([Outcome.REFUSED, Outcome.BUSY, Outcome.UNASKED, Outcome.OK]), max_size=40))
def test_a_server_that_answers_is_never_dead(outcomes: list[Outcome]) -> None:
    assert lived(*enumerate(outcomes)) is LinkState.OK


@given(st.lists(st.sampled_from(list(Outcome)), min_size=1, max_size=30))
def test_one_answer_mends_and_no_single_failure_kills(outcomes: list[Outcome]) -> None:
    assert lived(*enumerate(outcomes), (40, Outcome.OK)) is LinkState.OK
    assert (
        lived(*enumerate([one for one in outcomes if one is Outcome.OK]), (9, Outcome.GONE))
        is not LinkState.DEAD
    )


def test_the_next_visit_is_sooner_for_a_doubtful_link_and_spread_for_the_others() -> None:
    doubtful = judged(Health(), Outcome.GONE, NOW)
    assert next_visit(doubtful, Outcome.GONE, NOW, 5) == NOW + AGAIN[LinkState.DOUBTFUL]
    days = {next_visit(Health(), Outcome.OK, NOW, number).date() for number in range(200)}
    assert len(days) >= 2


@pytest.mark.parametrize(
    ("url", "moved", "proposed"),
    [
        (OLD, NEW, NEW),
        (OLD, None, None),
        ("http://example.org/guide", "https://www.example.org/guide/", None),
        (OLD, "https://example.org/", None),
        ("https://example.org/", "https://example.com/", "https://example.com/"),
        (OLD, "https://example.org/?p=4", "https://example.org/?p=4"),
        (OLD, "https://x.org/" + "a" * 600, None),
    ],
)
def test_which_redirects_are_proposed(url: str, moved: str | None, proposed: str | None) -> None:
    assert correction(url, Visit(Outcome.OK, 200, moved)) == proposed
    assert correction(url, Visit(Outcome.GONE, 404, moved)) is None


# The use cases.


@pytest.fixture
def web() -> PaperWeb:
    return PaperWeb()


@pytest.fixture
def links(network: Network, web: PaperWeb) -> Links:
    return Links(network.db, network.clock, web)


async def published(network: Network, title: str = "Guide de concertation", url: str = OLD) -> ResourceView:
    proposed = await network.propose(title, url)
    return await network.services.library.publish(network[Role.FACILITATOR], proposed.id)


async def shown(network: Network, resource: ResourceView) -> str:
    return (await network.services.library.resource(network[Role.MEMBER], resource.id)).link_state


async def suggested(network: Network, typed: str) -> int:
    return len(await network.services.search.suggest(network[Role.MEMBER], typed))


async def test_a_dead_link_is_flagged_leaves_suggestions_and_comes_back(
    network: Network, links: Links, web: PaperWeb
) -> None:
    resource = await published(network)
    web.pages[OLD] = Visit(Outcome.GONE, 404)
    for day, state in enumerate(["doubtful", "doubtful", "doubtful", "dead"]):
        assert (await links.check_due()).visited == 1, day
        assert await shown(network, resource) == state
        network.clock.advance(DAY)
    member = network[Role.MEMBER]
    assert [await suggested(network, typed) for typed in ("", "conc")] == [0, 0]
    [found] = (await network.services.search.find(member, "concertation")).results
    assert found.link_state == "dead"
    web.pages[OLD] = Visit(Outcome.OK, 200)
    network.clock.advance(7 * DAY)
    await links.check_due()
    assert await shown(network, resource) == "ok"
    assert [await suggested(network, typed) for typed in ("", "conc")] == [1, 1]


async def test_another_address_begins_anew(network: Network, links: Links, web: PaperWeb) -> None:
    resource = await published(network)
    web.pages[OLD] = Visit(Outcome.GONE, 404)
    await links.check_due()
    assert await shown(network, resource) == "doubtful"
    new = NewResource(resource.title, NEW, "Un résumé utile.")
    await network.services.library.edit(network[Role.FACILITATOR], resource.id, new)
    assert await shown(network, resource) == "ok"
    await links.check_due()
    assert web.visited == [OLD, NEW]


async def test_only_published_links_whose_day_has_come_are_visited(
    network: Network, links: Links, web: PaperWeb, other_admin: Actor
) -> None:
    await network.propose("En attente", "https://example.org/attente")
    await published(network)
    assert (await links.check_due()).visited == 1
    assert (await links.check_due()).visited == 0
    admin = network[Role.ADMIN]
    assert (await links.check(admin)).visited == 0
    seen: list[tuple[int, int]] = []
    assert (await links.check(admin, every=True, progress=lambda *at: seen.append(at))).ok == 1
    assert (seen, web.visited) == ([(1, 1)], [OLD, OLD])
    assert (await links.check(other_admin, every=True)).visited == 0, "not of another network"
    network.clock.advance(17 * DAY)
    assert (await links.check_due()).visited == 1


async def cards(network: Network) -> list[Outbox]:
    async with network.db.reading() as session:
        return list((await session.exec(select(Outbox).where(Outbox.kind == "library.moved"))).all())


async def planned(network: Network, row: Outbox, words: Words) -> object:
    async with network.db.reading() as session:
        return await planners(words)["library.moved"].plan(session, row, network.clock.now())


@pytest.mark.parametrize("locale", ["fr", "en"])
async def test_a_page_that_moved_is_proposed_once_and_followed(
    network: Network, links: Links, web: PaperWeb, words: Words, locale: str
) -> None:
    resource = await published(network)
    web.pages[OLD] = Visit(Outcome.OK, 200, NEW)
    for _ in range(2):
        assert (await links.check(network[Role.ADMIN], every=True)).visited == 1
    [row] = await cards(network)
    plan = await planned(network, row, words)
    assert isinstance(plan, Post)
    actions = [button.action for button in plan.card.rows[0]]
    assert actions == [
        "library.follow",
        "library.open",
        "library.edit",
    ]
    text = words.render(plan.card.template, locale, **plan.card.values)
    assert NEW in text.body
    assert OLD in text.body
    followed = await links.follow(network[Role.FACILITATOR], resource.id)
    assert (followed.url, followed.version) == (NEW, resource.version + 1)
    assert isinstance(await planned(network, row, words), Drop), "a late card is not posted"
    with pytest.raises(NotFound):
        await links.follow(network[Role.FACILITATOR], resource.id)


async def test_a_new_address_that_is_taken(network: Network, links: Links, web: PaperWeb) -> None:
    resource = await published(network)
    await published(network, "Le nouveau guide", NEW)
    web.pages[OLD] = Visit(Outcome.OK, 200, NEW)
    await links.check_due()
    with pytest.raises(AlreadyThere):
        await links.follow(network[Role.FACILITATOR], resource.id)


async def test_a_resource_that_changed_during_the_visit(network: Network, web: PaperWeb) -> None:
    resource = await published(network)

    class Slow(PaperWeb):
        async def visit(self, url: str) -> Visit:
            await network.services.library.withdraw(network[Role.FACILITATOR], resource.id)
            return Visit(Outcome.GONE, 404)

    assert (await Links(network.db, network.clock, Slow()).check_due()).dead == 0
