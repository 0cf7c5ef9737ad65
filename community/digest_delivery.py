"""What the digests' due rows become. Each is read again as it leaves: what was erased is not told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import digest_editions as editions
from community import texts
from community.digest_issues import IssueView, opened, view_of
from community.digests import send_page
from community.library_delivery import to_facilitators
from community.outbox import Card, Direct, Drop, GiveUp, Plan, Planner, Post, SendMail
from community.ports import Button, Mail, Renderer
from storage import digests, members, networks
from storage.digests import Frequency, IssueState, PersonalDigest, RunState
from storage.members import MemberState
from storage.networks import Network, Place
from storage.outbox import Outbox


def planners(renderer: Renderer, public_url: str | None = None) -> Mapping[str, Planner]:
    """Kind of row -> its planner. ``public_url``: where people reach the web server, if they do."""
    return {
        "digest.page": Page(renderer),
        "digest.to_approve": ToApprove(renderer),
        "digest.personal": Personal(renderer, public_url),
        "digest.mail": Mailed(renderer, public_url),
        "digest.code": Code(),
    }


class Page(Planner):
    """One page of the network's digest, in the place of announcements; then the next one."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        run = await digests.run(session, row.network_id, row.subject_id or 0)
        number = int(row.details["page"])
        if run is None or run.state not in (RunState.APPROVED, RunState.SENT) or number > len(run.pages):
            return Drop("decided_otherwise")
        place = (await networks.places(session, row.network_id)).get(Place.ANNOUNCEMENTS)
        if place is None:
            return GiveUp("no_place")
        network = await networks.get(session, row.network_id)
        frequency = await _frequency(session, network)
        if not (await editions.of_run(session, network, frequency, run)).items:
            return Drop("nothing_left")
        page = await editions.page_of_run(session, self._renderer, network, frequency, run, number)
        values = {"digest": page, "timezone": network.timezone}
        last = number == len(run.pages)
        rows = ((Button("digest.mine", style="primary"), Button("digest.catch_up")),) if last else ()
        return Post(place.channel_ref, Card(editions.TEMPLATE, network.locale, values, rows))

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        run = await digests.locked_run(session, row.network_id, row.subject_id or 0)
        if run is None:
            return
        if run.state == RunState.APPROVED:
            run.state, run.sent_at = RunState.SENT, now
            session.add(run)
        if (number := int(row.details["page"]) + 1) <= len(run.pages):
            await send_page(session, run, number, now)


class ToApprove(Planner):
    """A digest is ready: its first page and the decisions, for the facilitators."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        run = await digests.run(session, row.network_id, row.subject_id or 0)
        if run is None or run.state != RunState.WAITING or not run.pages:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        frequency = await _frequency(session, network)
        page = await editions.page_of_run(session, self._renderer, network, frequency, run, 1)
        values = {"digest": page, "timezone": network.timezone}
        return await to_facilitators(
            session, network, "digests/to_approve", values, approval_rows(run.id or 0)
        )


class Personal(Planner):
    """One's own digest, as a private message: only to who still wants it, and what may still be seen."""

    def __init__(self, renderer: Renderer, public_url: str | None) -> None:
        self._renderer = renderer
        self._public_url = public_url

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _wanted(session, row, self._renderer, self._public_url)
        if isinstance(found, Drop):
            return found
        issue, locale, timezone, _ = found
        buttons = [
            Button("digest.less", issue.id),
            Button("digest.mine", issue.id),
            Button("digest.stop", issue.id, style="danger"),
        ]
        card = Card("digests/personal", locale, {"issue": issue, "timezone": timezone}, (tuple(buttons),))
        return Direct(row.recipient_id or 0, card, quiet=True)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        issue = await digests.issue(session, row.network_id, row.subject_id or 0)
        if issue is not None:
            issue.state = IssueState.SENT
            session.add(issue)
        found = await _wanted(session, row, self._renderer, self._public_url)
        if not isinstance(found, Drop) and found[0].opening.failed:
            await texts.failed(session, row.network_id, editions.PERSONAL_OPENING, found[1], now)


class Mailed(Personal):
    """The same by e-mail, while the address is confirmed."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        found = await _wanted(session, row, self._renderer, self._public_url)
        if isinstance(found, Drop):
            return found
        issue, locale, timezone, kept = found
        address = await digests.address(session, row.network_id, row.recipient_id or 0)
        if address is None or address.confirmed_at is None or not kept.by_mail or issue.stop_url is None:
            return Drop("not_by_mail")
        values = {"issue": issue, "timezone": timezone, "stop_url": issue.stop_url}
        template = self._renderer.variant("digests/personal", short=issue.short)
        return SendMail(Mail(address.address, template, locale, values, issue.stop_url))


class Code(Planner):
    """The code that shows whose address it is: the last one that was asked for, while it is good."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        address = await digests.address(session, row.network_id, row.recipient_id or 0)
        member = await members.get(session, row.network_id, row.recipient_id or 0)
        if address is None or not address.code or member is None or member.state != MemberState.ACTIVE:
            return Drop("not_waiting")
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        values = {"code": address.code, "network": network.name, "stop_url": None}
        return SendMail(Mail(address.address, "digests/code", locale, values))


async def _wanted(
    session: AsyncSession, row: Outbox, renderer: Renderer, public_url: str | None
) -> tuple[IssueView, str, str, PersonalDigest] | Drop:
    """The issue as it is now, the reader's language and zone, and their choices: all read again."""
    found = await digests.for_reader(session, row.network_id, row.subject_id or 0)
    if found is None or found[1].next_at is None or found[1].member_id != row.recipient_id:
        return Drop("stopped")
    issue, kept, member, network = found
    if member.state != MemberState.ACTIVE:
        return Drop("not_active")
    shown = await view_of(session, network, issue, kept, public_url)
    muted = (await digests.mutes(session, row.network_id, [kept.member_id])).get(kept.member_id, set())
    entries = [one for one in shown.entries if (one.item.kind, one.item.theme_id) not in muted]
    if not entries:
        return Drop("nothing_left")
    locale = await members.language(session, member, network.locale)
    shown = replace(shown, entries=entries, short=member.short_sentences)
    timezone = member.timezone or network.timezone
    shown = await opened(session, renderer, network.id or 0, shown, locale, timezone)
    return shown, locale, timezone, kept


def approval_rows(run_id: int) -> tuple[tuple[Button, ...], ...]:
    """What can be done with a digest that waits."""
    return (
        (
            Button("digest.approve", run_id, style="success"),
            Button("digest.read", run_id),
            Button("digest.word", run_id),
            Button("digest.cancel", run_id, style="danger"),
        ),
    )


async def _frequency(session: AsyncSession, network: Network) -> str:
    kept = await digests.settings(session, network.id or 0)
    return Frequency.WEEKLY if kept is None or kept.frequency == Frequency.OFF else kept.frequency
