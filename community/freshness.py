"""Whether a resource still holds: a date to ask, somebody who is asked, « à vérifier » when nobody answers.

The ticks are in ``library_care.py``. A doubtful resource is still found, marked; it is suggested no more.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from community.actors import Actor
from community.errors import Invalid, NotFound
from community.policy import Action, require
from community.ports import Clock
from community.resources import PAGE, ResourcePage, ResourceView, view, views
from storage import audit, freshness, library
from storage.engine import Database
from storage.library import Resource, ResourceState

ANSWER_WITHIN = timedelta(days=14)
AGAIN_AFTER = 12  # months, after somebody confirmed
# Kinds that go out of date by themselves -> months.
MONTHS_OF_KIND: Mapping[str, int] = {"offer": 12}
DELAYS: Mapping[str, int | None] = {"six": 6, "twelve": 12, "twenty_four": 24, "never": None}


class Freshness:
    """Use cases on what may be out of date."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def doubtful(self, actor: Actor, page: int = 1) -> ResourcePage:
        """« À vérifier », the longest so first."""
        require(actor, Action.CURATE_LIBRARY)
        page = max(1, page)
        async with self._db.reading() as session:
            found, total = await freshness.doubtful(
                session, actor.network_id, limit=PAGE, offset=(page - 1) * PAGE
            )
            return ResourcePage(await views(session, actor.network_id, found), total, page)

    async def confirm(self, actor: Actor, resource_id: int) -> ResourceView:
        """It still holds, says who proposed it or a facilitator; asked again in a year."""
        require(actor, Action.PROPOSE_RESOURCE)
        return await self._change(actor, resource_id, AGAIN_AFTER, own=True)

    async def ask_in(self, actor: Actor, resource_id: int, delay: str) -> ResourceView:
        """When to ask whether it still holds: a key of ``DELAYS``. It holds today."""
        require(actor, Action.CURATE_LIBRARY)
        if delay not in DELAYS:
            raise Invalid(field="delay", problem="unknown")
        return await self._change(actor, resource_id, DELAYS[delay], own=False)

    async def _change(
        self, actor: Actor, resource_id: int, months_ahead: int | None, *, own: bool
    ) -> ResourceView:
        now = self._clock.now()
        async with self._db.transaction() as session:
            resource = await library.locked(session, actor.network_id, resource_id)
            if resource is None or resource.state != ResourceState.PUBLISHED:
                raise NotFound(kind="resource")
            if not own or resource.proposed_by is None or resource.proposed_by != actor.member_id:
                require(actor, Action.CURATE_LIBRARY)
            if months_ahead is None and resource.kind in MONTHS_OF_KIND:
                raise Invalid(field="delay", problem="goes_out_of_date")
            today = now.astimezone(ZoneInfo(actor.timezone)).date()
            hold(resource, None if months_ahead is None else later(today, months_ahead))
            session.add(resource)
            await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=actor.member_id,
                action="library.confirm",
                subject_kind="resource",
                subject_id=resource_id,
            )
            return await view(session, resource)


def hold(resource: Resource, review_by: date | None) -> None:
    """It is true again until that date."""
    resource.review_by = review_by
    resource.review_asked_at = resource.doubtful_since = None


def later(day: date, months: int) -> date:
    """The same day some months on, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    after = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))


def first_review(resource: Resource, zone: str) -> date:
    """For a kind that goes out of date: counted from its publication."""
    since: datetime = resource.reviewed_at or resource.created_at
    return later(since.astimezone(ZoneInfo(zone)).date(), MONTHS_OF_KIND[resource.kind])
