"""The library: proposing a resource, reviewing what was proposed, reading what is published.

Only published resources are ever shown to members; ``search.py`` finds them. Each decision is one row lock:
of two facilitators who act at once, the second is told that it is done. See ``resources.py`` for the limits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from community import charges, text
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.geography import checked_place
from community.lengths import check_length
from community.policy import Action, require, scope
from community.ports import Clock
from community.reports import settle
from community.resources import (
    PAGE,
    REASON_LONGEST,
    REASON_SHORTEST,
    THEMES_MOST,
    AlreadyHandled,
    AlreadyThere,
    NewResource,
    ResourcePage,
    ResourceView,
    SimilarThere,
    TooManyPending,
    aged,
    alive,
    check_version,
    checked_fields,
    checked_source,
    for_review,
    in_queue,
    index,
    may_see,
    similar,
    view,
    views,
)
from storage import audit, library, networks, outbox, search
from storage.engine import Database
from storage.library import Resource, ResourceState

PENDING_MOST = 20  # proposals of one member that wait at the same time


@dataclass(frozen=True)
class _Checked:
    """A resource's fields, clean and within limits."""

    values: Mapping[str, object]
    theme_ids: frozenset[int] = field(default_factory=frozenset)


class Library:
    """Use cases on resources."""

    def __init__(self, db: Database, clock: Clock, memory: search.Memory | None = None) -> None:
        self._db = db
        self._clock = clock
        self._memory = memory or search.Memory()

    async def propose(self, actor: Actor, new: NewResource, *, anyway: bool = False) -> ResourceView:
        """A member proposes; the facilitators get a card to review.

        A near title stops it once: ``anyway`` says that the member has seen it and means another resource.
        """
        require(actor, Action.PROPOSE_RESOURCE)
        now = self._clock.now()
        near = await self._near(actor, new, anyway=anyway)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            checked = await self._check(session, actor, new)
            if actor.member_id is not None:
                mine = await library.count_pending(session, actor.network_id, actor.member_id)
                if mine >= PENDING_MOST:
                    raise TooManyPending(limit=PENDING_MOST)
            resource = Resource(
                network_id=actor.network_id,
                ref=uuid4().hex,
                title="",
                language=actor.locale,
                proposed_by=actor.member_id,
                created_at=now,
                updated_at=now,
            )
            resource.sqlmodel_update(dict(checked.values))
            session.add(resource)
            await session.flush()
            await library.set_themes(session, resource.id or 0, checked.theme_ids)
            await self._note(session, actor, Action.PROPOSE_RESOURCE, resource)
            await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind="library.proposed",
                dedupe_key=f"library.proposed:{resource.id}",
                subject_id=resource.id,
                details={"similar": near},
                due_at=now,
                now=now,
            )
            await charges.alert(
                session,
                actor.network_id,
                charges.RESOURCE,
                resource.id or 0,
                checked.theme_ids,
                now,
                details={"similar": near},
            )
            return await view(session, resource)

    async def resource(self, actor: Actor, resource_id: int) -> ResourceView:
        """A published resource for members; one in the queue for reviewers and for who proposed it."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            resource = await library.get(session, actor.network_id, resource_id)
            if resource is None or not may_see(actor, resource):
                raise NotFound(kind="resource")
            return await view(session, resource)

    async def browse(
        self, actor: Actor, *, theme_id: int | None = None, kind: str | None = None, page: int = 1
    ) -> ResourcePage:
        """Published resources of a theme or a kind, newest first."""
        require(actor, Action.SEARCH_LIBRARY)
        page = max(1, page)
        async with self._db.reading() as session:
            found, total = await library.browse(
                session, actor.network_id, theme_id=theme_id, kind=kind, limit=PAGE, offset=(page - 1) * PAGE
            )
            return ResourcePage(await views(session, actor.network_id, found), total, page)

    async def proposals(self, actor: Actor, limit: int = 10) -> Sequence[ResourceView]:
        """What the actor proposed, the latest first, with what became of it."""
        require(actor, Action.PROPOSE_RESOURCE)
        async with self._db.reading() as session:
            found = await library.proposed_by(session, actor.network_id, actor.member_id or 0, limit=limit)
            return await views(session, actor.network_id, found)

    async def queue(self, actor: Actor, page: int = 1) -> ResourcePage:
        """What waits for a review, the longest wait first."""
        themes = scope(actor, Action.REVIEW_RESOURCE)
        page = max(1, page)
        async with self._db.reading() as session:
            total = await library.count_queue(session, actor.network_id, themes)
            found = await library.queue(
                session, actor.network_id, limit=PAGE, offset=(page - 1) * PAGE, theme_ids=themes
            )
            shown = await views(session, actor.network_id, found)
            return ResourcePage([aged(one, self._clock.now()) for one in shown], total, page)

    async def to_review(self, actor: Actor, resource_id: int) -> ResourceView:
        """One of the queue, to decide on it."""
        scope(actor, Action.REVIEW_RESOURCE)
        async with self._db.reading() as session:
            await _may_review(session, actor, resource_id)
            resource = in_queue(await library.get(session, actor.network_id, resource_id))
            return await for_review(session, self._memory, resource, self._clock.now())

    async def to_edit(self, actor: Actor, resource_id: int) -> ResourceView:
        """One whose text can still be changed: in the queue or published."""
        scope(actor, Action.REVIEW_RESOURCE)
        async with self._db.reading() as session:
            await _may_review(session, actor, resource_id)
            resource = await library.get(session, actor.network_id, resource_id)
            return await view(session, alive(resource))

    async def publish(self, actor: Actor, resource_id: int, version: int | None = None) -> ResourceView:
        """Members find it from now on, and its author is told. ``version`` is the text that was read."""
        scope(actor, Action.REVIEW_RESOURCE)
        async with self._db.transaction() as session:
            await _may_review(session, actor, resource_id)
            resource = in_queue(await library.locked(session, actor.network_id, resource_id), version)
            self._decide(resource, actor, ResourceState.PUBLISHED)
            await self._announce(session, actor, resource)
            published = await view(session, resource)
            await index(session, resource, published)  # the index wants to be the last to write
            return published

    async def refuse(
        self, actor: Actor, resource_id: int, reason: str, version: int | None = None
    ) -> ResourceView:
        """Not for this library; the author reads why."""
        scope(actor, Action.REVIEW_RESOURCE)
        reason = text.lines(reason)
        check_length("reason", reason, REASON_SHORTEST, REASON_LONGEST)
        async with self._db.transaction() as session:
            await _may_review(session, actor, resource_id)
            resource = in_queue(await library.locked(session, actor.network_id, resource_id), version)
            self._decide(resource, actor, ResourceState.REFUSED)
            resource.refusal_reason = reason
            await self._announce(session, actor, resource)
            return await view(session, resource)

    async def edit(
        self, actor: Actor, resource_id: int, new: NewResource, version: int | None = None
    ) -> ResourceView:
        """A facilitator betters the text of a resource, in the queue or published."""
        scope(actor, Action.REVIEW_RESOURCE)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            await _may_review(session, actor, resource_id)
            resource = await library.locked(session, actor.network_id, resource_id)
            resource = alive(resource)
            check_version(resource, version)
            checked = await self._check(session, actor, new, resource_id)
            resource.sqlmodel_update(dict(checked.values))
            await library.set_themes(session, resource_id, checked.theme_ids)
            return await self._changed(session, actor, resource)

    async def source(self, actor: Actor, resource_id: int, publisher: str, year: str) -> ResourceView:
        """Say who published a resource and when: its author while it waits, a facilitator at any time."""
        require(actor, Action.PROPOSE_RESOURCE)
        async with self._db.transaction() as session:
            resource = await _detailed_by(session, actor, resource_id)
            resource.sqlmodel_update(checked_source(publisher, year, self._clock.now()))
            return await self._changed(session, actor, resource)

    async def place(self, actor: Actor, resource_id: int, address: str, coordinates: str) -> ResourceView:
        """Say where an offer is: its author while it waits, a facilitator at any time."""
        require(actor, Action.PROPOSE_RESOURCE)
        async with self._db.transaction() as session:
            resource = await _detailed_by(session, actor, resource_id)
            resource.sqlmodel_update(checked_place(address, coordinates))
            return await self._changed(session, actor, resource)

    async def withdraw(self, actor: Actor, resource_id: int) -> ResourceView:
        """Take a published resource out: a facilitator, or who proposed it. It is found no more."""
        require(actor, Action.PROPOSE_RESOURCE)
        async with self._db.transaction() as session:
            resource = await library.locked(session, actor.network_id, resource_id)
            if resource is None or not may_see(actor, resource):
                raise NotFound(kind="resource")
            if resource.proposed_by is None or resource.proposed_by != actor.member_id:
                await _may_review(session, actor, resource_id)
            if resource.state != ResourceState.PUBLISHED:
                raise AlreadyHandled(state=resource.state, title=resource.title)
            self._decide(resource, actor, ResourceState.WITHDRAWN)
            await self._note(session, actor, "library.withdraw", resource)
            await settle(session, resource_id, actor, self._clock.now())
            await search.remove(session, actor.network_id, "resource", resource_id)
            return await view(session, resource)

    async def _changed(self, session: AsyncSession, actor: Actor, resource: Resource) -> ResourceView:
        """Another version of the text: what shows it follows."""
        resource.version += 1
        resource.updated_at = self._clock.now()
        session.add(resource)
        act = await self._note(session, actor, "library.edit", resource)
        await self._refresh_card(session, resource, act)
        changed = await view(session, resource)
        if resource.state == ResourceState.PUBLISHED:
            await index(session, resource, changed)
        return changed

    async def _refresh_card(self, session: AsyncSession, resource: Resource, act: int) -> None:
        """The card in the facilitators' corner shows the text and the decision as they are now."""
        now = self._clock.now()
        await outbox.enqueue(
            session,
            network_id=resource.network_id,
            kind="library.card",
            dedupe_key=f"library.card:{act}",
            subject_id=resource.id,
            due_at=now,
            now=now,
        )

    def _decide(self, resource: Resource, actor: Actor, state: ResourceState) -> None:
        now = self._clock.now()
        resource.state = state
        resource.reviewed_by, resource.reviewed_at = actor.member_id, now
        resource.version += 1
        resource.updated_at = now

    async def _announce(self, session: AsyncSession, actor: Actor, resource: Resource) -> None:
        """The act is noted, and who proposed the resource is told."""
        session.add(resource)
        act = await self._note(session, actor, Action.REVIEW_RESOURCE, resource)
        await self._refresh_card(session, resource, act)
        if resource.proposed_by is None:
            return
        now = self._clock.now()
        await outbox.enqueue(
            session,
            network_id=actor.network_id,
            kind="library.decided",
            dedupe_key=f"library.decided:{resource.id}:{resource.version}",
            subject_id=resource.id,
            recipient_id=resource.proposed_by,
            due_at=now,
            now=now,
        )

    async def _note(self, session: AsyncSession, actor: Actor, action: str, resource: Resource) -> int:
        return await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="resource",
            subject_id=resource.id,
            details={"state": str(resource.state)},
        )

    async def _near(self, actor: Actor, new: NewResource, *, anyway: bool) -> list[int]:
        """Read apart, before anything is locked: it is a hint, two at the same instant may both pass."""
        async with self._db.reading() as session:
            checked = await self._check(session, actor, new)  # what is plainly wrong is told first
            published, waiting = await similar(
                session, self._memory, actor.network_id, str(checked.values["title"])
            )
        if (published or waiting) and not anyway:
            raise SimilarThere(titles=[title for _, title in published], waiting=len(waiting))
        return [resource_id for resource_id, _ in (*published, *waiting)]

    async def _check(
        self, session: AsyncSession, actor: Actor, new: NewResource, resource_id: int | None = None
    ) -> _Checked:
        """Everything that depends on the network (themes, duplicates) after everything that does not."""
        values = checked_fields(new, self._clock.now())
        offered = {theme.id for theme in await networks.themes(session, actor.network_id)}
        if resource_id is not None:
            bearing = await library.themes_of(session, actor.network_id, [resource_id])
            offered |= {theme.id for theme in bearing.get(resource_id, [])}
        wanted = frozenset(new.themes)
        if not wanted <= offered:
            raise Invalid(field="themes", problem="unknown")
        if len(wanted) > THEMES_MOST:
            raise Invalid(field="themes", problem="too_many", limit=THEMES_MOST)
        url_key = values["url_key"]
        if isinstance(url_key, str):
            twin = await library.standing_at(session, actor.network_id, url_key, besides=resource_id)
            if twin is not None:
                published = twin.state == ResourceState.PUBLISHED
                raise AlreadyThere(
                    resource_id=twin.id,
                    published=published,
                    # What waits in the queue is for its author and the reviewers only.
                    title=twin.title if may_see(actor, twin) else None,
                )
        return _Checked(values, wanted)


async def _detailed_by(session: AsyncSession, actor: Actor, resource_id: int) -> Resource:
    """The resource, locked, to complete: by its author while it waits, by a facilitator at any time."""
    resource = await library.locked(session, actor.network_id, resource_id)
    if resource is None or not may_see(actor, resource):
        raise NotFound(kind="resource")
    if resource.state != ResourceState.PROPOSED:
        await _may_review(session, actor, resource_id)
    return alive(resource)


async def _may_review(session: AsyncSession, actor: Actor, resource_id: int) -> None:
    """Every resource, or those of the themes that one is in charge of: asked before anything is told."""
    borne = await library.themes_of(session, actor.network_id, [resource_id]) if actor.themes else {}
    theme_ids = [theme.id or 0 for theme in borne.get(resource_id, ())]
    require(actor, Action.REVIEW_RESOURCE, theme_ids)
