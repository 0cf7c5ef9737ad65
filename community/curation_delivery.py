"""What rows about curation become: reports, the question whether a resource still holds, alerts.

Must not decide anything new: a row whose cause is gone is dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import resources as rules
from community.alerts import NEWS_MOST
from community.alerts import view as alert_view
from community.library_delivery import Rows, open_link, to_facilitators
from community.outbox import Card, Direct, Drop, Edit, Plan, Planner
from community.ports import Button
from community.reports import ReportView, shown
from storage import alerts, freshness, library, members, networks, outbox, practices, reports
from storage.library import ResourceState
from storage.members import Member, MemberState
from storage.networks import Network, Place
from storage.outbox import Outbox
from storage.reports import ReportState


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        "report.made": ReportMade(),
        "report.card": ReportCardFollows(),
        "report.answered": ReportAnswered(),
        "library.still_true": StillTrue(),
        "library.doubtful": Doubtful(),
        "alert.found": AlertFound(),
    }


def report_rows(report: ReportView) -> Rows:
    """What a facilitator may do about it."""
    resource = report.resource
    if report.state != ReportState.OPEN:
        return ()
    if resource.state != ResourceState.PUBLISHED:
        return ((Button("report.answer", report.id, style="primary"),),)
    return (
        (
            Button("library.edit", resource.id, resource.version),
            Button("library.withdraw", resource.id, style="danger"),
            Button("report.answer", report.id, style="primary"),
            *open_link(resource),
        ),
    )


class ReportMade(Planner):
    """A card in the facilitators' corner."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        report = await reports.get(session, row.network_id, row.subject_id or 0)
        if report is None or report.state != ReportState.OPEN:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        view = await shown(session, report)
        values = {"report": view, "timezone": network.timezone}
        return await to_facilitators(session, network, "reports/to_answer", values, report_rows(view))


class ReportCardFollows(Planner):
    """Once answered, the card says how, and its buttons are gone."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        report = await reports.get(session, row.network_id, row.subject_id or 0)
        corner = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        card = await outbox.sent_ref(session, row.network_id, f"report.made:{row.subject_id}")
        if report is None or report.state == ReportState.OPEN or corner is None or card is None:
            return Drop("no_card")
        network = await networks.get(session, row.network_id)
        values = {"report": await shown(session, report), "timezone": network.timezone}
        return Edit(corner.channel_ref, card, Card("reports/answered", network.locale, values))


class ReportAnswered(Planner):
    """What became of a report, for who made it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        report = await reports.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if report is None or report.state == ReportState.OPEN or member is None:
            return Drop("not_active")
        view = await shown(session, report)
        network = await networks.get(session, row.network_id)
        return await _direct(session, member, network, "reports/told", {"report": view})


class StillTrue(Planner):
    """Who proposed a resource is asked whether it still holds."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        resource = await library.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if resource is None or member is None or resource.state != ResourceState.PUBLISHED:
            return Drop("not_active")
        if resource.review_asked_at is None or resource.proposed_by != member.id:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        view = await rules.view(session, resource)
        rows = (
            (
                Button("library.confirm", view.id, style="success"),
                Button("report.make", view.id),
                Button("library.withdraw", view.id, style="danger"),
                *open_link(view),
            ),
        )
        return await _direct(session, member, network, "library/still_true", {"resource": view}, rows)


class Doubtful(Planner):
    """Nobody confirmed these: the facilitators look."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found, total = await freshness.doubtful(session, row.network_id, limit=rules.PAGE)
        if not found:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        page = rules.ResourcePage(await rules.views(session, row.network_id, found), total, 1)
        values = {"page": page, "timezone": network.timezone}
        rows = ((Button("library.doubtful", style="primary"),),)
        return await to_facilitators(session, network, "library/doubtful", values, rows)


@dataclass(frozen=True)
class News:
    """One line of an alert. ``kind``: a key of the label table "search_kinds"; ``by``: whose it is."""

    kind: str
    title: str
    url: str | None
    by: str
    thread_ref: str | None = None


class AlertFound(Planner):
    """Something new for a saved search; what was withdrawn meanwhile is left out."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        alert = await alerts.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if alert is None or member is None or alert.member_id != member.id:
            return Drop("stopped")
        # Rows of an older version have resources only.
        before = [("resource", one) for one in row.details.get("resources", ())]
        found = await _news(session, row.network_id, [*before, *row.details.get("items", ())])
        if not found:
            return Drop("nothing_new")
        network = await networks.get(session, row.network_id)
        values = {
            "alert": await alert_view(session, alert),
            "total": len(found),
            "news": found[:NEWS_MOST],
        }
        again = Button("alert.again", alert.id or 0, style="primary")
        rows = ((again, Button("alert.stop", alert.id or 0), Button("alert.list")),)
        return await _direct(session, member, network, "alerts/found", values, rows)


async def _news(session: AsyncSession, network_id: int, items: Sequence[tuple[str, int]]) -> Sequence[News]:
    """Those that members may still read, in their order."""
    ids: dict[str, list[int]] = {"resource": [], "practice": []}
    for kind, item_id in items:
        ids[kind].append(item_id)
    resources = await library.cards(session, network_id, ids["resource"])
    shared = await practices.cards(session, network_id, ids["practice"])
    lines = {
        ("resource", one.id): News(one.kind, one.title, one.url, one.publisher) for one in resources.values()
    } | {
        ("practice", one.id): News("practice", one.title, None, one.authority, one.thread_ref)
        for one in shared.values()
    }
    return [lines[kind, item_id] for kind, item_id in items if (kind, item_id) in lines]


async def _active(session: AsyncSession, row: Outbox) -> Member | None:
    member = await members.get(session, row.network_id, row.recipient_id or 0)
    return member if member is not None and member.state == MemberState.ACTIVE else None


async def _direct(
    session: AsyncSession,
    member: Member,
    network: Network,
    template: str,
    values: Mapping[str, object],
    rows: Rows = (),
) -> Plan:
    """In private, in the member's language and time zone."""
    locale = await members.language(session, member, network.locale)
    zone = member.timezone or network.timezone
    filled = {**values, "network": network.name, "timezone": zone}
    return Direct(member.id or 0, Card(template, locale, filled, rows))
