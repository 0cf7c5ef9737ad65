"""What who is in charge of a theme is told in private: the same cards as in the facilitators' corner."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.charges import NAMED, NEED, REPORT, RESOURCE, THREAD
from community.curation_delivery import ReportMade
from community.library_delivery import ToReview
from community.needs_delivery import Unanswered as UnansweredNeed
from community.outbox import Card, Direct, Drop, Plan, Planner, Post
from community.ports import Button
from community.threads_delivery import Unanswered as UnansweredThreads
from storage import charges, library, members, needs, networks, reports, threads
from storage.members import MemberState
from storage.outbox import Outbox

ThemesOf = Callable[[AsyncSession, Outbox], Awaitable[set[int]]]


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        NAMED: Named(),
        RESOURCE: OfTheme(ToReview(), _of_resource),
        REPORT: OfTheme(ReportMade(), _of_report),
        NEED: OfTheme(UnansweredNeed(), _of_need),
        THREAD: OfTheme(UnansweredThreads(), _of_thread),
    }


class Named(Planner):
    """What somebody is in charge of from now on, or that they are not any more."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.recipient_id or 0)
        if member is None or member.state != MemberState.ACTIVE:
            return Drop("not_active")
        network = await networks.get(session, row.network_id)
        held = await charges.of_member(session, row.network_id, member.id or 0)
        names = [one.name for one in await networks.all_themes(session, row.network_id) if one.id in held]
        locale = await members.language(session, member, network.locale)
        rows = ((Button("desk.show", style="primary"), Button("help.show")),) if names else ()
        values = {"network": network.name, "themes": names}
        return Direct(member.id or 0, Card("members/in_charge", locale, values, rows))


class OfTheme(Planner):
    """The card of the corner, while it still waits and is still of one of the reader's themes."""

    def __init__(self, told: Planner, themes_of: ThemesOf) -> None:
        self._told = told
        self._themes_of = themes_of

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.recipient_id or 0)
        if member is None or member.state != MemberState.ACTIVE:
            return Drop("not_active")
        held = await charges.of_member(session, row.network_id, member.id or 0)
        if held.isdisjoint(await self._themes_of(session, row)):
            return Drop("not_concerned")
        plan = await self._told.plan(session, row, now)
        if not isinstance(plan, Post):
            return plan
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        values = {**plan.card.values, "timezone": member.timezone or network.timezone}
        return Direct(member.id or 0, replace(plan.card, locale=locale, values=values))


async def _of_resource(session: AsyncSession, row: Outbox) -> set[int]:
    key = row.subject_id or 0
    found = await library.themes_of(session, row.network_id, [key])
    return {theme.id or 0 for theme in found.get(key, ())}


async def _of_report(session: AsyncSession, row: Outbox) -> set[int]:
    report = await reports.get(session, row.network_id, row.subject_id or 0)
    if report is None:
        return set()
    found = await library.themes_of(session, row.network_id, [report.resource_id])
    return {theme.id or 0 for theme in found.get(report.resource_id, ())}


async def _of_need(session: AsyncSession, row: Outbox) -> set[int]:
    key = row.subject_id or 0
    found = await needs.themes_of(session, row.network_id, [key])
    return {theme.id or 0 for theme in found.get(key, ())}


async def _of_thread(session: AsyncSession, row: Outbox) -> set[int]:
    return set(await threads.themes_of(session, row.network_id, row.subject_id or 0))
