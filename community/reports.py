"""A member says that something is wrong with a resource; the facilitators answer, the member is told.

Nothing is changed by a report alone: people decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import charges, text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.lengths import check_length
from community.policy import Action, require, scope
from community.ports import Clock
from community.resources import ResourceView, view
from storage import audit, library, members, outbox, reports
from storage.engine import Database
from storage.library import ResourceState
from storage.reports import ReportReason, ReportState, ResourceReport

COMMENT_LONGEST = 500
ANSWER_LONGEST = 500
PAGE = 5
# What a facilitator may say became of it; « removed » follows from the removal itself.
OUTCOMES = (ReportState.CORRECTED, ReportState.KEPT)


class AlreadyReported(DomainError):
    """The same member's report on it has no answer yet. Details: ``title``."""

    code = "already_reported"


class ReportAnswered(DomainError):
    """Somebody answered first. Details: ``state``, ``at``."""

    code = "report_answered"


@dataclass(frozen=True)
class ReportView:
    id: int
    resource: ResourceView
    reason: str
    comment: str
    state: str
    created_at: datetime
    reporter_name: str | None
    answer: str
    processed_at: datetime | None
    processor_name: str | None


@dataclass(frozen=True)
class ReportPage:
    items: Sequence[ReportView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


class Reports:
    """Use cases on reports."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def report(self, actor: Actor, resource_id: int, reason: str, comment: str = "") -> ReportView:
        """Something is wrong with it; the facilitators get a card."""
        require(actor, Action.JUDGE_RESOURCE)
        comment = text.lines(comment)
        check_length("comment", comment, 0, COMMENT_LONGEST)
        if reason not in set(ReportReason):
            raise Invalid(field="reason", problem="unknown")
        now = self._clock.now()
        async with self._db.transaction() as session:
            resource = await library.locked(session, actor.network_id, resource_id)
            if resource is None or resource.state != ResourceState.PUBLISHED:
                raise NotFound(kind="resource")
            standing = await reports.open_on(session, actor.network_id, resource_id)
            if actor.member_id is not None and any(one.reported_by == actor.member_id for one in standing):
                raise AlreadyReported(title=resource.title)
            made = ResourceReport(
                network_id=actor.network_id,
                resource_id=resource_id,
                reported_by=actor.member_id,
                reason=reason,
                comment=comment,
                created_at=now,
            )
            session.add(made)
            await session.flush()
            await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind="report.made",
                dedupe_key=f"report.made:{made.id}",
                subject_id=made.id,
                due_at=now,
                now=now,
            )
            theme_ids = await _themes(session, actor, resource_id)
            await charges.alert(session, actor.network_id, charges.REPORT, made.id or 0, theme_ids, now)
            return await shown(session, made)

    async def waiting(self, actor: Actor, page: int = 1) -> ReportPage:
        """Those without an answer, the oldest first."""
        themes = scope(actor, Action.HANDLE_REPORTS)
        page = max(1, page)
        async with self._db.reading() as session:
            found, total = await reports.waiting(
                session, actor.network_id, limit=PAGE, offset=(page - 1) * PAGE, theme_ids=themes
            )
            return ReportPage([await shown(session, one) for one in found], total, page)

    async def to_answer(self, actor: Actor, report_id: int) -> ReportView:
        """One that waits for an answer."""
        scope(actor, Action.HANDLE_REPORTS)
        async with self._db.reading() as session:
            report = await reports.get(session, actor.network_id, report_id)
            await _may_handle(session, actor, report)
            return await shown(session, _waiting(report))

    async def answer(self, actor: Actor, report_id: int, outcome: str, words: str = "") -> ReportView:
        """What became of it; who reported is told, with the date and these words."""
        scope(actor, Action.HANDLE_REPORTS)
        words = text.lines(words)
        check_length("answer", words, 0, ANSWER_LONGEST)
        if outcome not in OUTCOMES:
            raise Invalid(field="outcome", problem="unknown")
        async with self._db.transaction() as session:
            found = await reports.locked(session, actor.network_id, report_id)
            await _may_handle(session, actor, found)
            report = _waiting(found)
            report.answer = words
            await close(session, report, ReportState(outcome), actor, self._clock.now())
            return await shown(session, report)


async def close(
    session: AsyncSession, report: ResourceReport, state: ReportState, actor: Actor, now: datetime
) -> None:
    """Answered: the card in the corner follows, and who reported is told."""
    report.state, report.processed_by, report.processed_at = state, actor.member_id, now
    session.add(report)
    await audit.record(
        session,
        network_id=report.network_id,
        at=now,
        member_id=actor.member_id,
        action=Action.CURATE_LIBRARY,
        subject_kind="report",
        subject_id=report.id,
        details={"state": str(state)},
    )
    told = {"report.card": None, "report.answered": report.reported_by}
    for kind, recipient in told.items():
        if kind == "report.card" or recipient is not None:
            await outbox.enqueue(
                session,
                network_id=report.network_id,
                kind=kind,
                dedupe_key=f"{kind}:{report.id}",
                subject_id=report.id,
                recipient_id=recipient,
                due_at=now,
                now=now,
            )


async def settle(session: AsyncSession, resource_id: int, actor: Actor, now: datetime) -> None:
    """The resource was removed: whatever was reported of it has its answer."""
    for report in await reports.open_on(session, actor.network_id, resource_id):
        await close(session, report, ReportState.REMOVED, actor, now)


async def shown(session: AsyncSession, report: ResourceReport) -> ReportView:
    """As the words need it."""
    resource = await library.get(session, report.network_id, report.resource_id)
    if resource is None:
        raise NotFound(kind="resource")
    people = [one for one in (report.reported_by, report.processed_by) if one is not None]
    names = await members.names(session, report.network_id, people)
    return ReportView(
        id=report.id or 0,
        resource=await view(session, resource),
        reason=report.reason,
        comment=report.comment,
        state=report.state,
        created_at=report.created_at,
        reporter_name=names.get(report.reported_by or 0),
        answer=report.answer,
        processed_at=report.processed_at,
        processor_name=names.get(report.processed_by or 0),
    )


def _waiting(report: ResourceReport | None) -> ResourceReport:
    if report is None:
        raise NotFound(kind="report")
    if report.state != ReportState.OPEN:
        raise ReportAnswered(state=report.state, at=report.processed_at)
    return report


async def _may_handle(session: AsyncSession, actor: Actor, report: ResourceReport | None) -> None:
    """Every report, or those on resources of the themes that one is in charge of."""
    theme_ids = await _themes(session, actor, report.resource_id) if report is not None else []
    require(actor, Action.HANDLE_REPORTS, theme_ids if report is not None else actor.themes)


async def _themes(session: AsyncSession, actor: Actor, resource_id: int) -> list[int]:
    borne = await library.themes_of(session, actor.network_id, [resource_id])
    return [theme.id or 0 for theme in borne.get(resource_id, ())]
