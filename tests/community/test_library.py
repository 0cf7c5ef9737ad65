"""Rules and use cases of the library, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from community import resources as rules
from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed, NotFound
from community.library import PENDING_MOST
from community.library_delivery import Decided
from community.outbox import Drop
from community.resources import (
    AlreadyHandled,
    AlreadyThere,
    ChangedMeanwhile,
    NewResource,
    TooManyPending,
    checked_fields,
)
from storage.audit import AuditEntry
from storage.engine import Database
from storage.outbox import Outbox
from tests.community.conftest import Network

GOOD = NewResource("Guide de la concertation", "https://example.org/guide", "Un résumé.")


async def kinds_of(db: Database) -> list[str]:
    async with db.reading() as session:
        return sorted(row.kind for row in await session.exec(select(Outbox)))


async def test_a_proposal_waits_and_is_reviewed(network: Network, db: Database) -> None:
    proposed = await network.services.library.propose(network[Role.MEMBER], GOOD)
    assert (proposed.state, proposed.version, proposed.author_name) == ("proposed", 1, "Personne 3")
    queue = await network.services.library.queue(network[Role.FACILITATOR])
    assert [item.id for item in queue.items] == [proposed.id]
    published = await network.services.library.publish(network[Role.FACILITATOR], proposed.id, 1)
    assert (published.state, published.version, published.reviewer_name) == ("published", 2, "Personne 4")
    found = await network.services.search.find(network[Role.MEMBER], "guides concertation")
    assert [result.id for result in found.results] == [proposed.id]
    queued = await kinds_of(db)
    assert queued.count("library.proposed") == 1
    assert queued.count("library.decided") == 1


async def test_every_act_leaves_a_trace_without_words(network: Network, db: Database) -> None:
    proposed = await network.services.library.propose(network[Role.MEMBER], GOOD)
    await network.services.library.refuse(network[Role.FACILITATOR], proposed.id, "Déjà connue.")
    async with db.reading() as session:
        entries = (await session.exec(select(AuditEntry).where(AuditEntry.subject_kind == "resource"))).all()
    assert [(entry.member_id, entry.action) for entry in entries] == [
        (network[Role.MEMBER].member_id, "library.propose"),
        (network[Role.FACILITATOR].member_id, "library.review"),
    ]
    assert all("connue" not in str(entry.details) for entry in entries)


async def test_of_two_facilitators_at_once_one_decides(network: Network) -> None:
    proposed = await network.propose()
    library = network.services.library
    outcomes = await asyncio.gather(
        *(library.publish(network[role], proposed.id) for role in (Role.FACILITATOR, Role.ADMIN) * 3),
        *(library.refuse(network[Role.FACILITATOR], proposed.id, "Non, merci.") for _ in range(3)),
        return_exceptions=True,
    )
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)} == {AlreadyHandled}


async def test_the_same_address_at_once_is_taken_once(network: Network) -> None:
    library = network.services.library
    outcomes = await asyncio.gather(
        *(
            library.propose(network[role], replace(GOOD, url=url))
            for role in (Role.MEMBER, Role.FACILITATOR)
            for url in ("https://example.org/guide", "http://www.example.org/guide/?utm_source=x#partie")
        ),
        return_exceptions=True,
    )
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)} == {AlreadyThere}


async def test_a_duplicate_in_the_queue_does_not_say_what_others_proposed(network: Network) -> None:
    await network.propose(url="https://example.org/guide")
    with pytest.raises(AlreadyThere) as told:
        await network.services.library.propose(network[Role.FACILITATOR], GOOD)
    assert told.value.details["title"] == "Guide de la concertation"  # a reviewer sees the queue
    other = replace(network[Role.MEMBER], member_id=network[Role.NEWCOMER].member_id)
    with pytest.raises(AlreadyThere) as hidden:
        await network.services.library.propose(other, GOOD)
    assert hidden.value.details["title"] is None


async def test_what_was_refused_may_be_proposed_again(network: Network) -> None:
    proposed = await network.propose(url="https://example.org/guide")
    await network.services.library.refuse(network[Role.FACILITATOR], proposed.id, "Pas encore.")
    again = await network.services.library.propose(network[Role.MEMBER], GOOD)
    assert again.id != proposed.id


async def test_a_decision_on_another_text_than_the_one_that_was_read(network: Network) -> None:
    proposed = await network.propose()
    await network.services.library.edit(
        network[Role.FACILITATOR], proposed.id, replace(GOOD, title="Autre titre")
    )
    with pytest.raises(ChangedMeanwhile):
        await network.services.library.publish(network[Role.FACILITATOR], proposed.id, proposed.version)


async def test_editing_what_is_published_changes_what_is_found(network: Network) -> None:
    facilitator, library, search = (
        network[Role.FACILITATOR],
        network.services.library,
        network.services.search,
    )
    proposed = await network.propose()
    await library.publish(facilitator, proposed.id)
    await library.edit(facilitator, proposed.id, replace(GOOD, title="Manuel du débat"))
    assert not (await search.find(facilitator, "guide")).results
    assert [result.title for result in (await search.find(facilitator, "manuels")).results] == [
        "Manuel du débat"
    ]
    await library.withdraw(facilitator, proposed.id)
    assert not (await search.find(facilitator, "manuels")).results
    another = replace(network[Role.MEMBER], member_id=network[Role.NEWCOMER].member_id)
    with pytest.raises(NotFound):
        await library.resource(another, proposed.id)


async def test_editing_keeps_what_the_form_does_not_show(network: Network) -> None:
    facilitator, library = network[Role.FACILITATOR], network.services.library
    proposed = await network.propose()
    await library.source(network[Role.MEMBER], proposed.id, " Cerema ", "2024")
    edited = await library.edit(facilitator, proposed.id, GOOD)
    assert (edited.publisher, edited.year) == ("Cerema", 2024)


async def test_the_source_is_the_authors_until_the_decision(network: Network) -> None:
    library, member = network.services.library, network[Role.MEMBER]
    proposed = await network.propose()
    stranger = replace(member, member_id=network[Role.NEWCOMER].member_id)
    with pytest.raises(NotFound):
        await library.source(stranger, proposed.id, "Cerema", "")
    await library.publish(network[Role.FACILITATOR], proposed.id)
    with pytest.raises(NotAllowed):
        await library.source(member, proposed.id, "Cerema", "")


async def test_the_oldest_proposal_comes_first_and_pages_follow(network: Network) -> None:
    for number in range(rules.PAGE + 2):
        await network.propose(f"Titre {number}")
        network.clock.advance(timedelta(hours=1))
    first = await network.services.library.queue(network[Role.FACILITATOR])
    second = await network.services.library.queue(network[Role.FACILITATOR], 2)
    titles = [item.title for item in (*first.items, *second.items)]
    assert titles == [f"Titre {number}" for number in range(rules.PAGE + 2)]
    assert (first.total, first.pages) == (rules.PAGE + 2, 2)


@pytest.mark.parametrize("waiting", [PENDING_MOST - 1, PENDING_MOST])
async def test_one_member_does_not_fill_the_queue(network: Network, waiting: int) -> None:
    for number in range(waiting):
        await network.propose(f"Titre {number}")
    if waiting < PENDING_MOST:
        await network.propose("Encore une")
    else:
        with pytest.raises(TooManyPending):
            await network.propose("Une de trop")


async def test_themes_are_those_of_the_network(network: Network, other_admin: Actor) -> None:
    elsewhere = (await network.services.networks.themes(other_admin))[0]
    for themes in ([elsewhere.id], [999_999], [-1]):
        with pytest.raises(Invalid) as refused:
            await network.services.library.propose(network[Role.MEMBER], replace(GOOD, themes=themes))
        assert refused.value.details["field"] == "themes"
    own = [theme.id for theme in await network.services.networks.themes(network[Role.MEMBER])]
    with pytest.raises(Invalid):
        await network.services.library.propose(network[Role.MEMBER], replace(GOOD, themes=own[:6]))
    kept = await network.services.library.propose(network[Role.MEMBER], replace(GOOD, themes=own[:5]))
    assert list(kept.theme_ids) == own[:5]


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"title": "  "}, "title", "missing"),
        ({"title": "ab"}, "title", "too_short"),
        ({"title": "é" * 151}, "title", "too_long"),
        ({"summary": "é" * 1001}, "summary", "too_long"),
        ({"url": "pas une adresse"}, "url", "bad_url"),
        ({"url": "javascript:alert(1)"}, "url", "bad_url"),
        ({"url": "https://moi:secret@example.org/"}, "url", "bad_url"),
        ({"url": "https://example.org/" + "a" * 493}, "url", "bad_url"),
        ({"url": "", "summary": ""}, "url", "url_or_summary"),
        ({"kind": "poem"}, "kind", "unknown"),
        ({"year": "vingt"}, "year", "bad_year"),
        ({"year": "²⁰²⁴"}, "year", "bad_year"),
        ({"year": "2099"}, "year", "bad_year"),
        ({"publisher": "é" * 101}, "publisher", "too_long"),
    ],
)
def test_what_cannot_be_used_is_named(
    changes: dict[str, str], field: str, problem: str, clock: object
) -> None:
    with pytest.raises(Invalid) as refused:
        checked_fields(replace(GOOD, **changes), datetime(2026, 3, 2, tzinfo=UTC))  # type: ignore[arg-type]  # fields of NewResource
    assert (refused.value.details["field"], refused.value.details["problem"]) == (field, problem)


def test_limits_are_inclusive() -> None:
    at_limits = NewResource(
        "é" * 150, "https://example.org/" + "a" * 492, "é" * 1000, publisher="é" * 100, year="2027"
    )
    fields = checked_fields(at_limits, datetime(2026, 3, 2, tzinfo=UTC))
    assert (fields["title"], fields["year"]) == ("é" * 150, 2027)


async def test_an_author_who_left_is_not_written_to(network: Network, db: Database) -> None:
    proposed = await network.propose()
    await network.services.library.publish(network[Role.FACILITATOR], proposed.id)
    await network.services.members.depart("discord", "1000", "3")
    async with db.reading() as session:
        row = (await session.exec(select(Outbox).where(Outbox.kind == "library.decided"))).one()
        assert await Decided().plan(session, row, network.clock.now()) == Drop("not_active")
