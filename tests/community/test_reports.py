"""What members report, and what nobody confirms any more, on both databases."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.curation_delivery import planners
from community.errors import Invalid, NotAllowed, NotFound
from community.freshness import ANSWER_WITHIN, later
from community.outbox import Direct, Drop, Post
from community.reports import AlreadyReported
from community.reports import ReportAnswered as AnsweredFirst
from community.resources import NewResource, ResourceView
from storage.library import Resource
from storage.outbox import Outbox
from tests.community.conftest import Network


async def published(
    network: Network, title: str = "Guide de la concertation", kind: str = "guide"
) -> ResourceView:
    url = f"https://example.org/{title.replace(' ', '-')}"
    new = NewResource(title, url, "Un résumé utile.", kind)
    made = await network.services.library.propose(network[Role.MEMBER], new, anyway=True)
    return await network.services.library.publish(network[Role.FACILITATOR], made.id)


async def row(network: Network, kind: str) -> Outbox:
    async with network.db.reading() as session:
        found = (await session.exec(select(Outbox).where(Outbox.kind == kind))).all()
    assert len(found) == 1, kind
    return found[0]


async def plan(network: Network, kind: str) -> object:
    due = await row(network, kind)
    async with network.db.reading() as session:
        return await planners()[kind].plan(session, due, network.clock.now())


async def test_a_report_is_answered_and_its_author_told(network: Network) -> None:
    reports, member, facilitator = network.services.reports, network[Role.MEMBER], network[Role.FACILITATOR]
    resource = await published(network)
    made = await reports.report(member, resource.id, "obsolete", " Le décret a changé. ")
    assert (made.state, made.comment) == ("open", "Le décret a changé.")
    with pytest.raises(AlreadyReported):
        await reports.report(member, resource.id, "error")
    assert isinstance(await plan(network, "report.made"), Post)
    assert [one.id for one in (await reports.waiting(facilitator)).items] == [made.id]
    network.clock.advance(timedelta(days=2))
    answered = await reports.answer(facilitator, made.id, "corrected", "Merci !")
    assert answered.processed_at == network.clock.now()
    told = await plan(network, "report.answered")
    assert isinstance(told, Direct)
    assert told.card.values["report"] == answered
    assert await plan(network, "report.made") == Drop("already_handled")
    with pytest.raises(AnsweredFirst):
        await reports.answer(facilitator, made.id, "kept")
    assert (await reports.waiting(facilitator)).total == 0
    await reports.report(member, resource.id, "error")  # another matter, another report


async def test_two_facilitators_answer_once(network: Network) -> None:
    reports = network.services.reports
    made = await reports.report(network[Role.MEMBER], (await published(network)).id, "duplicate")
    outcomes = await asyncio.gather(
        *(reports.answer(network[role], made.id, "kept") for role in (Role.FACILITATOR, Role.ADMIN)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, AnsweredFirst) for one in outcomes) == 1
    await row(network, "report.answered")


async def test_removing_a_resource_answers_its_reports(network: Network) -> None:
    resource = await published(network)
    await network.services.reports.report(network[Role.MEMBER], resource.id, "inappropriate")
    await network.services.library.withdraw(network[Role.FACILITATOR], resource.id)
    told = await plan(network, "report.answered")
    assert isinstance(told, Direct)
    assert told.card.values["report"].state == "removed"
    with pytest.raises(NotFound):
        await network.services.reports.report(network[Role.MEMBER], resource.id, "error")


async def test_what_cannot_be_reported(network: Network, other_admin: Actor) -> None:
    reports, resource = network.services.reports, await published(network)
    with pytest.raises(Invalid):
        await reports.report(network[Role.MEMBER], resource.id, "boring")
    with pytest.raises(Invalid):
        await reports.report(network[Role.MEMBER], resource.id, "error", "x" * 501)
    with pytest.raises(NotFound):
        await reports.report(other_admin, resource.id, "error")
    waiting = await network.propose("Encore en attente")
    with pytest.raises(NotFound):
        await reports.report(network[Role.FACILITATOR], waiting.id, "error")
    made = await reports.report(network[Role.MEMBER], resource.id, "error")
    with pytest.raises(NotFound):
        await reports.answer(other_admin, made.id, "kept")
    with pytest.raises(Invalid):
        await reports.answer(network[Role.FACILITATOR], made.id, "removed")
    assert (await reports.waiting(other_admin)).total == 0


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 15), 24, date(2028, 12, 15)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
    ],
)
def test_months_later(day: date, months: int, then: date) -> None:
    assert later(day, months) == then


async def suggested(network: Network) -> list[str]:
    return [one.label for one in await network.services.search.suggest(network[Role.MEMBER], "prêt")]


async def test_an_offer_unconfirmed_for_a_year_is_asked_about_then_marked(network: Network) -> None:
    care, member = network.services.library_care, network[Role.MEMBER]
    offer = await published(network, "Prêt de vaisselle", "offer")
    await published(network, "Prêt de livres", "guide")
    network.clock.jump(datetime(2027, 3, 1, 12, tzinfo=UTC))
    assert await care.ask_owners() == 0
    network.clock.advance(timedelta(days=1))
    assert await care.ask_owners() == 1
    assert await care.ask_owners() == 0
    asked = await plan(network, "library.still_true")
    assert isinstance(asked, Direct)
    assert asked.member_id == member.member_id
    assert sorted(await suggested(network)) == ["Prêt de livres", "Prêt de vaisselle"]
    network.clock.advance(ANSWER_WITHIN + timedelta(minutes=1))
    assert await care.ask_owners() == 1
    assert isinstance(await plan(network, "library.doubtful"), Post)
    assert await suggested(network) == ["Prêt de livres"]
    [found] = (await network.services.search.find(member, "vaisselle")).results
    assert found.doubtful
    [waiting] = (await network.services.freshness.doubtful(network[Role.FACILITATOR])).items
    assert waiting.id == offer.id
    confirmed = await network.services.freshness.confirm(member, offer.id)
    assert (confirmed.doubtful_since, confirmed.review_by) == (None, date(2028, 3, 16))
    assert "Prêt de vaisselle" in await suggested(network)
    assert await plan(network, "library.still_true") == Drop("already_handled")
    assert await plan(network, "library.doubtful") == Drop("already_handled")


async def test_without_an_owner_the_facilitators_are_asked(network: Network) -> None:
    offer = await published(network, "Prêt de vaisselle", "offer")
    await network.services.members.suspend(network[Role.FACILITATOR], network[Role.MEMBER].member_id or 0)
    network.clock.advance(timedelta(days=366))
    assert await network.services.library_care.ask_owners() == 1
    async with network.db.reading() as session:
        kept = await session.get_one(Resource, offer.id)
    assert kept.doubtful_since == network.clock.now()
    assert isinstance(await plan(network, "library.doubtful"), Post)


async def test_only_owner_and_facilitators_confirm_or_remove(network: Network) -> None:
    fresh, library = network.services.freshness, network.services.library
    new = NewResource("Proposé par l’équipe", "https://example.org/equipe", "Résumé.")
    made = await library.propose(network[Role.FACILITATOR], new)
    await library.publish(network[Role.ADMIN], made.id)
    for refused in (fresh.confirm, library.withdraw):
        with pytest.raises(NotAllowed):
            await refused(network[Role.MEMBER], made.id)
    dated = await fresh.ask_in(network[Role.ADMIN], made.id, "six")
    assert dated.review_by == date(2026, 9, 2)
    assert (await fresh.ask_in(network[Role.ADMIN], made.id, "never")).review_by is None
    mine = await published(network, "Prêt de vaisselle", "offer")
    with pytest.raises(Invalid):
        await fresh.ask_in(network[Role.ADMIN], mine.id, "never")
    assert (await library.withdraw(network[Role.MEMBER], mine.id)).state == "withdrawn"
    with pytest.raises(NotFound):
        await fresh.confirm(network[Role.MEMBER], mine.id)
