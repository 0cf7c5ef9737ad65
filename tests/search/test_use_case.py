"""What members find: pages that never repeat, drafts that never show, nobody else's search."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.importer import Importer
from community.library import Library
from community.resources import NewResource
from community.search import PAGE, Search
from community.sheets import Row
from storage.engine import Database
from storage.members import Member
from storage.search import SearchSession
from tests.conftest import SetClock
from tests.search.conftest import new_network


@pytest.fixture
def search(db: Database, clock: SetClock) -> Search:
    return Search(db, clock)


@pytest.fixture
def operator(network_id: int) -> Actor:
    return Actor.operator(network_id)


async def fill(db: Database, clock: SetClock, actor: Actor, *rows: dict[str, object]) -> None:
    report = await Importer(db, clock).resources(
        actor, [Row(line, row) for line, row in enumerate(rows, start=2)]
    )
    assert report.problems == []


async def member(db: Database, clock: SetClock, network_id: int) -> Actor:
    async with db.transaction() as session:
        row = Member(network_id=network_id, display_name="Ada", state="active", arrived_at=clock.now())
        session.add(row)
        await session.flush()
    return Actor(network_id=network_id, member_id=row.id, role=Role.MEMBER)


async def test_a_member_reads_what_is_needed_to_choose(
    db: Database, clock: SetClock, search: Search, operator: Actor
) -> None:
    await fill(
        db,
        clock,
        operator,
        {
            "id": "r1",
            "title": "Guide de la concertation",
            "summary": "Associer les habitants.",
            "url": "https://exemple.fr/guide",
            "kind": "guide",
            "themes": "Participation citoyenne",
            "publisher": "Une agence",
            "year": "2024",
        },
    )
    view = await search.find(await member(db, clock, operator.network_id), "concertations avec l'habitant")
    [found] = view.results
    assert (found.ref, found.kind, found.url, found.year) == ("r1", "guide", "https://exemple.fr/guide", 2024)
    assert list(found.themes) == ["Participation citoyenne"]
    assert [piece.text for piece in found.title_pieces if piece.hit] == ["concertation"]
    assert [piece.text for piece in found.passage if piece.hit] == ["habitants"]
    assert (view.total, view.page, view.pages, view.session_id) == (1, 1, 1, None)


async def test_pages_never_repeat_even_when_the_library_changes(
    db: Database, clock: SetClock, search: Search, operator: Actor
) -> None:
    await fill(
        db, clock, operator, *({"title": f"Jardin partagé numéro {n}", "id": f"j{n}"} for n in range(13))
    )
    ada = await member(db, clock, operator.network_id)
    first = await search.find(ada, "jardin")
    assert first.session_id is not None
    assert (len(first.results), first.total, first.pages) == (PAGE, 13, 3)
    await fill(db, clock, operator, {"title": "Jardin", "id": "better"})
    restarted = Search(db, clock)
    pages = [first, *[await restarted.page(ada, first.session_id, number) for number in (2, 3)]]
    refs = [result.ref for page in pages for result in page.results]
    assert sorted(refs) == sorted(f"j{n}" for n in range(13))
    assert (await restarted.page(ada, first.session_id, 99)).page == 3
    assert (await restarted.page(ada, first.session_id, 1)).results == first.results


async def test_a_page_leaves_out_what_was_withdrawn_since(
    db: Database, clock: SetClock, search: Search, operator: Actor
) -> None:
    await fill(db, clock, operator, *({"title": f"Jardin {n}"} for n in range(7)))
    view = await search.find(operator, "jardin")
    assert view.session_id is not None
    second = await search.page(operator, view.session_id, 2)
    await Library(db, clock).withdraw(operator, second.results[0].id)
    assert len((await search.page(operator, view.session_id, 2)).results) == len(second.results) - 1


async def test_a_search_belongs_to_who_made_it(
    db: Database, clock: SetClock, search: Search, operator: Actor
) -> None:
    await fill(db, clock, operator, *({"title": f"Jardin {n}"} for n in range(7)))
    ada = await member(db, clock, operator.network_id)
    bob = await member(db, clock, operator.network_id)
    view = await search.find(ada, "jardin")
    assert view.session_id is not None
    stranger = Actor(network_id=await new_network(db, "Autre"), member_id=ada.member_id, role=Role.MEMBER)
    for other in (bob, stranger):
        with pytest.raises(NotFound):
            await search.page(other, view.session_id, 2)
    with pytest.raises(NotFound):
        await search.page(ada, 10**9, 1)


@pytest.mark.parametrize("role", [Role.STRANGER, Role.NEWCOMER])
async def test_only_members_search(search: Search, network_id: int, role: Role) -> None:
    actor = Actor(network_id=network_id, member_id=None, role=role)
    for attempt in (
        search.find(actor, "x"),
        search.suggest(actor, "x"),
        search.page(actor, 1, 1),
        search.bare(actor, "x"),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_a_search_without_result_is_noted_without_the_person(
    db: Database, clock: SetClock, search: Search, operator: Actor
) -> None:
    view = await search.find(await member(db, clock, operator.network_id), "  licorne\n")
    assert (view.total, view.results) == (0, ())
    async with db.reading() as session:
        [noted] = (await session.exec(select(SearchSession))).all()
    assert (noted.query, noted.results, noted.member_id, noted.at) == ("licorne", 0, None, clock.now())


async def test_an_empty_question_is_refused_kindly(search: Search, operator: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        await search.find(operator, " \n ")
    assert refused.value.details == {"field": "query", "problem": "missing"}


async def test_filters_by_kind_and_theme(
    db: Database, clock: SetClock, search: Search, operator: Actor
) -> None:
    await fill(
        db,
        clock,
        operator,
        {"id": "a", "title": "Eau : guide", "kind": "guide", "themes": "Eau et forêts"},
        {"id": "b", "title": "Eau : outil", "kind": "tool", "themes": "Numérique"},
    )
    [found] = (await search.find(operator, "eau", kinds=["tool"])).results
    assert found.ref == "b"
    resource = await Library(db, clock).resource(operator, found.id)
    [same] = (await search.find(operator, "eau", themes=resource.theme_ids)).results
    assert same.ref == "b"
    assert (await search.find(operator, "eau", kinds=["guide"], themes=resource.theme_ids)).total == 0


async def test_suggestions_begin_as_typed_and_lead_to_the_resource(
    db: Database, clock: SetClock, search: Search, operator: Actor
) -> None:
    long = "Concertation " + "très longue " * 15
    await fill(
        db,
        clock,
        operator,
        {"id": "a", "title": "Guide de la concertation"},
        {"id": "b", "title": "Concertation numérique"},
        {"id": "c", "title": long.strip()},
    )
    found = await search.suggest(operator, "conc")
    assert {found[0].label, found[1].label[:12]} == {"Concertation numérique", "Concertation"}
    assert found[2].label == "Guide de la concertation"
    assert all(len(one.label) <= 100 for one in found)
    assert all(one.label.endswith("…") for one in found if one.label.startswith("Concertation très"))
    answer = await search.find(operator, found[2].ref)
    [chosen] = answer.results
    assert chosen.ref == "a"
    assert answer.query == chosen.title  # what the person chose, not what the menu carried
    assert len(await search.suggest(operator, "")) == 3
    with pytest.raises(NotFound):
        await search.find(operator, "resource:999999")


async def test_a_search_session_outlives_nothing_it_should_not(
    db: Database, clock: SetClock, search: Search, operator: Actor
) -> None:
    await search.find(operator, "licorne")
    clock.advance(timedelta(days=91))
    await search.find(operator, "dragon")
    assert await search.purge() == 1
    async with db.reading() as session:
        assert [noted.query for noted in (await session.exec(select(SearchSession))).all()] == ["dragon"]


acts = st.lists(
    st.tuples(st.sampled_from(["propose", "publish", "refuse", "withdraw", "edit"]), st.integers(0, 3)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
async def test_what_is_not_published_is_never_found(
    db: Database, clock: SetClock, search: Search, history: list[tuple[str, int]]
) -> None:
    """Whatever happens to resources, search and completion show the published ones and no others."""
    actor = Actor.operator(await new_network(db, "Réseau"))
    library = Library(db, clock)
    states: dict[int, str] = {}
    for act, which in history:
        if act == "propose":
            made = await library.propose(
                actor, NewResource(title=f"Jardin secret {len(states)}", summary="Un essai"), anyway=True
            )
            states[made.id] = "proposed"
            continue
        wanted = {"publish": "proposed", "refuse": "proposed", "withdraw": "published"}.get(act)
        able = [
            one
            for one, state in states.items()
            if wanted in (state, None) and state != "refused" and state != "withdrawn"
        ]
        if not able:
            continue
        chosen = able[which % len(able)]
        if act == "publish":
            await library.publish(actor, chosen)
            states[chosen] = "published"
        elif act == "refuse":
            await library.refuse(actor, chosen, "Hors sujet")
            states[chosen] = "refused"
        elif act == "withdraw":
            await library.withdraw(actor, chosen)
            states[chosen] = "withdrawn"
        else:
            await library.edit(
                actor, chosen, NewResource(title=f"Jardin secret {chosen} corrigé", summary="Un essai")
            )
    published = {one for one, state in states.items() if state == "published"}
    view = await search.find(actor, "jardin secret")  # the words that all have
    found = [result.id for result in view.results]
    for number in range(2, view.pages + 1):
        found += [result.id for result in (await search.page(actor, view.session_id or 0, number)).results]
    assert sorted(found) == sorted(published)
    assert {
        int(one.ref.removeprefix("resource:")) for one in await search.suggest(actor, "jard")
    } == published
