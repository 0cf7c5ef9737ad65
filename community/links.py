"""Keeps the library's links alive: visits them in turn, remembers how they are, proposes new addresses.

The visits happen outside every transaction. What a visit means is ``link_rules.py``.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import NotFound
from community.link_rules import Health, correction, judged, next_visit
from community.policy import Action, require
from community.ports import Clock, Fetched, Outcome, Unreachable, Visit, WebReader
from community.resources import AlreadyThere, ResourceView, alive, view
from storage import audit, library, links, outbox
from storage.engine import Database
from storage.library import Resource, ResourceState
from storage.links import Due, LinkCheck, LinkState

BATCH = 200  # links read at once; each host among them is visited one page at a time
HOSTS_AT_ONCE = 20
_LEASE = timedelta(hours=1)  # another process leaves a batch alone that long
_EVER = timedelta(days=10_000)


class Nowhere:
    """A ``WebReader`` that goes nowhere, and learns nothing."""

    async def visit(self, url: str) -> Visit:
        return Visit(Outcome.BUSY)

    async def read(self, url: str) -> Fetched:
        raise Unreachable(Outcome.FAILING)


@dataclass
class LinksReport:
    """How a round went: how many were visited, and how they are now."""

    visited: int = 0
    ok: int = 0
    doubtful: int = 0
    dead: int = 0
    moved: int = 0

    def note(self, state: LinkState, *, moved: bool) -> None:
        self.visited += 1
        self.moved += moved
        setattr(self, state.value, getattr(self, state.value) + 1)


class Links:
    """Use cases on links."""

    def __init__(self, db: Database, clock: Clock, web: WebReader) -> None:
        self._db = db
        self._clock = clock
        self._web = web

    async def check_due(self, limit: int = 25) -> LinksReport:
        """The application's own tick, for every network: a few of the links whose day has come."""
        report = LinksReport()
        batch = await self._claim(limit, None, self._clock.now())
        await self._visit_all(batch, report, lambda: None)
        return report

    async def check(
        self,
        actor: Actor,
        *,
        every: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> LinksReport:
        """All links of the network that are due, or every one; ``progress`` is told how far it is."""
        require(actor, Action.CHECK_LINKS)
        report = LinksReport()
        now = self._clock.now()
        before = now + _EVER if every else now
        async with self._db.reading() as session:
            total = await links.count_linked(session, actor.network_id)
        last = 0
        while batch := await self._claim(BATCH, actor.network_id, before, last):
            last = batch[-1].resource_id
            await self._visit_all(batch, report, lambda: progress(report.visited, total))
        return report

    async def follow(self, actor: Actor, resource_id: int) -> ResourceView:
        """A facilitator accepts the address where the page moved to."""
        require(actor, Action.REVIEW_RESOURCE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            resource = alive(await library.locked(session, actor.network_id, resource_id))
            known = await links.locked(session, actor.network_id, resource_id)
            if known is None or known.moved_to is None or known.url != resource.url:
                raise NotFound(kind="correction")
            key = text.address_key(known.moved_to)
            twin = await library.standing_at(session, actor.network_id, key, besides=resource_id)
            if twin is not None:
                published = twin.state == ResourceState.PUBLISHED
                raise AlreadyThere(resource_id=twin.id, published=published, title=twin.title)
            resource.sqlmodel_update(
                {"url": known.moved_to, "url_key": key, "version": resource.version + 1, "updated_at": now}
            )
            known.sqlmodel_update({"url": known.moved_to, "moved_to": None})
            session.add_all([resource, known])
            await audit.record(
                session,
                network_id=actor.network_id,
                at=now,
                member_id=actor.member_id,
                action="library.follow",
                subject_kind="resource",
                subject_id=resource_id,
            )
            return await view(session, resource)

    async def _claim(
        self, limit: int, network_id: int | None, before: datetime, after: int = 0
    ) -> Sequence[Due]:
        async with self._db.transaction() as session:
            batch = await links.due(session, before, limit=limit, network_id=network_id, after=after)
            ids = [one.resource_id for one in batch]
            await links.put_off(session, ids, self._clock.now() + _LEASE)
            return batch

    async def _visit_all(self, batch: Sequence[Due], report: LinksReport, told: Callable[[], None]) -> None:
        """Hosts side by side, the pages of one host in turn."""
        by_host: dict[str, list[Due]] = {}
        for one in batch:
            by_host.setdefault(urlsplit(one.url).hostname or "", []).append(one)
        room = asyncio.Semaphore(HOSTS_AT_ONCE)

        async def of_host(pages: list[Due]) -> None:
            async with room:
                for one in pages:
                    visit = await self._web.visit(one.url)
                    state, moved = await self._remember(one, visit)
                    report.note(state, moved=moved)
                    told()

        async with asyncio.TaskGroup() as group:
            for pages in by_host.values():
                group.create_task(of_host(pages))

    async def _remember(self, one: Due, visit: Visit) -> tuple[LinkState, bool]:
        """The health after the visit, and whether another address was proposed."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            resource = await library.locked(session, one.network_id, one.resource_id)
            if resource is None or resource.url != one.url or resource.state != ResourceState.PUBLISHED:
                return LinkState.OK, False  # changed while we were away: its turn comes
            known = await links.locked(session, one.network_id, one.resource_id)
            before = _health(known, one.url)
            health = judged(before, visit.outcome, now)
            moved = correction(one.url, visit)
            proposed = moved is not None and (
                known is None or known.url != one.url or known.moved_to != moved
            )
            if known is None:
                known = LinkCheck(
                    resource_id=one.resource_id, network_id=one.network_id, url=one.url, due_at=now
                )
            kept = known.moved_to if known.url == one.url and visit.outcome is not Outcome.OK else None
            known.sqlmodel_update(
                {
                    "url": one.url,
                    "state": health.state.value,
                    "outcome": visit.outcome.value,
                    "failures": health.failures,
                    "failing_since": health.failing_since,
                    "checked_at": now,
                    "due_at": next_visit(health, visit.outcome, now, one.resource_id),
                    "moved_to": moved or kept,
                }
            )
            session.add(known)
            if proposed:
                await self._propose(session, resource, moved or "", now)
            return health.state, proposed

    async def _propose(self, session: AsyncSession, resource: Resource, moved: str, now: datetime) -> None:
        """A card for the facilitators, once for each new address."""
        mark = hashlib.blake2b(moved.encode(), digest_size=6).hexdigest()
        await outbox.enqueue(
            session,
            network_id=resource.network_id,
            kind="library.moved",
            dedupe_key=f"library.moved:{resource.id}:{mark}",
            subject_id=resource.id,
            due_at=now,
            now=now,
        )


def _health(known: LinkCheck | None, url: str) -> Health:
    if known is None or known.url != url:
        return Health()
    return Health(LinkState(known.state), known.failures, known.failing_since)
