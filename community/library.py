"""The library: proposing a resource, reviewing what was proposed, reading what is published.

Only published resources are ever shown to members; ``search.py`` finds them. Each decision is one row lock:
of two facilitators who act at once, the second is told that it is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.policy import Action, allows, require
from community.ports import Clock
from storage import audit, library, members, networks, outbox, search
from storage.engine import Database
from storage.library import Resource, ResourceState
from storage.networks import Theme

# Keys of the label table "choices.resource_kinds".
KINDS = (
    "guide",
    "method",
    "cases",
    "article",
    "training",
    "tool",
    "data",
    "funding",
    "law",
    "portal",
    "other",
)
TITLE_SHORTEST, TITLE_LONGEST = 3, 150
SUMMARY_LONGEST = 1000
PUBLISHER_LONGEST = 100
REASON_SHORTEST, REASON_LONGEST = 3, 500
THEMES_MOST = 5  # what a forum post takes as tags
YEAR_FIRST = 1789
PAGE = 5
PENDING_MOST = 20  # proposals of one member that wait at the same time


class AlreadyThere(DomainError):
    """The address is in the library or in the queue. Details: ``resource_id``, ``title``, ``published``."""

    code = "already_there"


class AlreadyHandled(DomainError):
    """Someone else reviewed it first. Details: ``state``, ``title``."""

    code = "already_handled"


class ChangedMeanwhile(DomainError):
    """The text that the reviewer read is not the text any more. Details: ``resource_id``, ``title``."""

    code = "changed_meanwhile"


class TooManyPending(DomainError):
    """A member has a whole queue of their own. Details: ``limit``."""

    code = "too_many_pending"


@dataclass(frozen=True)
class NewResource:
    """What a form gives, as typed. ``themes`` are ids."""

    title: str
    url: str = ""
    summary: str = ""
    kind: str = "other"
    themes: Sequence[int] = ()
    publisher: str | None = None  # None: as it was
    year: str | None = None


@dataclass(frozen=True)
class ResourceView:
    id: int
    title: str
    summary: str
    url: str | None
    kind: str
    publisher: str
    year: int | None
    themes: Sequence[str]
    theme_ids: Sequence[int]
    state: str
    version: int
    created_at: datetime
    refusal_reason: str | None = None
    author_id: int | None = None
    author_name: str | None = None
    reviewer_name: str | None = None


@dataclass(frozen=True)
class ResourcePage:
    """``page`` counts from 1, as people do."""

    items: Sequence[ResourceView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class _Checked:
    """A resource's fields, clean and within limits."""

    values: Mapping[str, object]
    theme_ids: frozenset[int] = field(default_factory=frozenset)


class Library:
    """Use cases on resources."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def propose(self, actor: Actor, new: NewResource) -> ResourceView:
        """A member proposes; the facilitators get a card to review."""
        require(actor, Action.PROPOSE_RESOURCE)
        now = self._clock.now()
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
                due_at=now,
                now=now,
            )
            return await view(session, resource)

    async def resource(self, actor: Actor, resource_id: int) -> ResourceView:
        """A published resource for members; one in the queue for reviewers and for who proposed it."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            resource = await library.get(session, actor.network_id, resource_id)
            if resource is None or not _may_see(actor, resource):
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
        require(actor, Action.REVIEW_RESOURCE)
        page = max(1, page)
        async with self._db.reading() as session:
            total = (await library.count_by_state(session, actor.network_id)).get(ResourceState.PROPOSED, 0)
            found = await library.queue(session, actor.network_id, limit=PAGE, offset=(page - 1) * PAGE)
            return ResourcePage(await views(session, actor.network_id, found), total, page)

    async def to_review(self, actor: Actor, resource_id: int) -> ResourceView:
        """One of the queue, to decide on it."""
        require(actor, Action.REVIEW_RESOURCE)
        async with self._db.reading() as session:
            resource = await library.get(session, actor.network_id, resource_id)
            return await view(session, _in_queue(resource))

    async def to_edit(self, actor: Actor, resource_id: int) -> ResourceView:
        """One whose text can still be changed: in the queue or published."""
        require(actor, Action.REVIEW_RESOURCE)
        async with self._db.reading() as session:
            resource = await library.get(session, actor.network_id, resource_id)
            return await view(session, _alive(resource))

    async def publish(self, actor: Actor, resource_id: int, version: int | None = None) -> ResourceView:
        """Members find it from now on, and its author is told. ``version`` is the text that was read."""
        require(actor, Action.REVIEW_RESOURCE)
        async with self._db.transaction() as session:
            resource = _in_queue(await library.locked(session, actor.network_id, resource_id), version)
            self._decide(resource, actor, ResourceState.PUBLISHED)
            await self._announce(session, actor, resource)
            published = await view(session, resource)
            await index(session, resource, published)  # the index wants to be the last to write
            return published

    async def refuse(
        self, actor: Actor, resource_id: int, reason: str, version: int | None = None
    ) -> ResourceView:
        """Not for this library; the author reads why."""
        require(actor, Action.REVIEW_RESOURCE)
        reason = text.lines(reason)
        _check_length("reason", reason, REASON_SHORTEST, REASON_LONGEST)
        async with self._db.transaction() as session:
            resource = _in_queue(await library.locked(session, actor.network_id, resource_id), version)
            self._decide(resource, actor, ResourceState.REFUSED)
            resource.refusal_reason = reason
            await self._announce(session, actor, resource)
            return await view(session, resource)

    async def edit(
        self, actor: Actor, resource_id: int, new: NewResource, version: int | None = None
    ) -> ResourceView:
        """A facilitator betters the text of a resource, in the queue or published."""
        require(actor, Action.REVIEW_RESOURCE)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            resource = await library.locked(session, actor.network_id, resource_id)
            resource = _alive(resource)
            _check_version(resource, version)
            checked = await self._check(session, actor, new, resource_id)
            resource.sqlmodel_update(dict(checked.values))
            await library.set_themes(session, resource_id, checked.theme_ids)
            return await self._changed(session, actor, resource)

    async def source(self, actor: Actor, resource_id: int, publisher: str, year: str) -> ResourceView:
        """Say who published a resource and when: its author while it waits, a facilitator at any time."""
        require(actor, Action.PROPOSE_RESOURCE)
        async with self._db.transaction() as session:
            resource = await library.locked(session, actor.network_id, resource_id)
            if resource is None or not _may_see(actor, resource):
                raise NotFound(kind="resource")
            if resource.state != ResourceState.PROPOSED:
                require(actor, Action.REVIEW_RESOURCE)
            resource = _alive(resource)
            resource.sqlmodel_update(checked_source(publisher, year, self._clock.now()))
            return await self._changed(session, actor, resource)

    async def withdraw(self, actor: Actor, resource_id: int) -> ResourceView:
        """Take a published resource out; it is found no more."""
        require(actor, Action.REVIEW_RESOURCE)
        async with self._db.transaction() as session:
            resource = await library.locked(session, actor.network_id, resource_id)
            if resource is None:
                raise NotFound(kind="resource")
            if resource.state != ResourceState.PUBLISHED:
                raise AlreadyHandled(state=resource.state, title=resource.title)
            self._decide(resource, actor, ResourceState.WITHDRAWN)
            await self._note(session, actor, "library.withdraw", resource)
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
                    title=twin.title if _may_see(actor, twin) else None,
                )
        return _Checked(values, wanted)


def checked_fields(new: NewResource, now: datetime) -> dict[str, object]:
    """Clean the fields of a resource, or say which one cannot be used and why."""
    title, summary = text.one_line(new.title), text.lines(new.summary)
    _check_length("title", title, TITLE_SHORTEST, TITLE_LONGEST)
    _check_length("summary", summary, 0, SUMMARY_LONGEST)
    url = text.address(new.url) if new.url.strip() else None
    if url is None and new.url.strip():
        raise Invalid(field="url", problem="bad_url")
    if url is None and not summary:
        raise Invalid(field="url", problem="url_or_summary")
    if new.kind not in KINDS:
        raise Invalid(field="kind", problem="unknown")
    values: dict[str, object] = {
        "title": title,
        "summary": summary,
        "url": url,
        "url_key": text.address_key(url) if url else None,
        "kind": new.kind,
    }
    return values | checked_source(new.publisher, new.year, now)


def checked_source(publisher: str | None, year: str | None, now: datetime) -> dict[str, object]:
    """Who published it and when; what is None is left as it was."""
    values: dict[str, object] = {}
    if publisher is not None:
        values["publisher"] = text.one_line(publisher)
        _check_length("publisher", text.one_line(publisher), 0, PUBLISHER_LONGEST)
    if year is not None:
        values["year"] = _year(year, now)
    return values


async def view(session: AsyncSession, resource: Resource) -> ResourceView:
    """A resource as the words need it."""
    return (await views(session, resource.network_id, [resource]))[0]


async def views(
    session: AsyncSession, network_id: int, resources: Sequence[Resource]
) -> Sequence[ResourceView]:
    """Several at once: two queries whatever their number."""
    themes = await library.themes_of(session, network_id, [resource.id or 0 for resource in resources])
    people = {person for resource in resources for person in (resource.proposed_by, resource.reviewed_by)}
    names = await members.names(session, network_id, [person for person in people if person is not None])
    return tuple(_view(resource, themes.get(resource.id or 0, []), names) for resource in resources)


async def index(session: AsyncSession, resource: Resource, shown: ResourceView) -> None:
    """Put a published resource in the search index, in the transaction that publishes it."""
    await search.put(
        session,
        document(resource.network_id, resource.id or 0, resource, shown.themes, shown.theme_ids),
    )


class Findable(Protocol):
    """What search needs to know of a resource."""

    title: str
    summary: str
    body: str
    publisher: str
    kind: str
    tags: list[str]


def document(
    network_id: int, resource_id: int, resource: Findable, themes: Sequence[str], theme_ids: Sequence[int]
) -> search.Document:
    """A resource as search sees it."""
    return search.Document(
        network_id=network_id,
        kind="resource",
        item_id=resource_id,
        title=resource.title,
        summary=resource.summary,
        body=" ".join(part for part in (resource.body, resource.publisher) if part),
        tags=[*resource.tags, *themes],
        facets=[f"kind:{resource.kind}", *(f"theme:{theme_id}" for theme_id in theme_ids)],
    )


def _view(resource: Resource, themes: Sequence[Theme], names: Mapping[int, str]) -> ResourceView:
    return ResourceView(
        id=resource.id or 0,
        title=resource.title,
        summary=resource.summary,
        url=resource.url,
        kind=resource.kind,
        publisher=resource.publisher,
        year=resource.year,
        themes=tuple(theme.name for theme in themes),
        theme_ids=tuple(theme.id or 0 for theme in themes),
        state=resource.state,
        version=resource.version,
        created_at=resource.created_at,
        refusal_reason=resource.refusal_reason,
        author_id=resource.proposed_by,
        author_name=names.get(resource.proposed_by or 0),
        reviewer_name=names.get(resource.reviewed_by or 0),
    )


def _may_see(actor: Actor, resource: Resource) -> bool:
    if resource.state == ResourceState.PUBLISHED or allows(actor, Action.REVIEW_RESOURCE):
        return True
    return actor.member_id is not None and resource.proposed_by == actor.member_id


def _in_queue(resource: Resource | None, version: int | None = None) -> Resource:
    if resource is None:
        raise NotFound(kind="resource")
    if resource.state != ResourceState.PROPOSED:
        raise AlreadyHandled(state=resource.state, title=resource.title)
    _check_version(resource, version)
    return resource


def _alive(resource: Resource | None) -> Resource:
    """In the queue or published: what was refused or withdrawn is a closed matter."""
    if resource is None:
        raise NotFound(kind="resource")
    if resource.state not in (ResourceState.PROPOSED, ResourceState.PUBLISHED):
        raise AlreadyHandled(state=resource.state, title=resource.title)
    return resource


def _check_version(resource: Resource, version: int | None) -> None:
    if version is not None and version != resource.version:
        raise ChangedMeanwhile(resource_id=resource.id, title=resource.title)


def _check_length(field_name: str, value: str, shortest: int, longest: int) -> None:
    if shortest and not value:
        raise Invalid(field=field_name, problem="missing")
    if len(value) < shortest:
        raise Invalid(field=field_name, problem="too_short", limit=shortest, given=len(value))
    if len(value) > longest:
        raise Invalid(field=field_name, problem="too_long", limit=longest, given=len(value))


def _year(given: str, now: datetime) -> int | None:
    digits = text.one_line(given)
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()) or not YEAR_FIRST <= int(digits[:5]) <= now.year + 1:
        raise Invalid(field="year", problem="bad_year", first=YEAR_FIRST, last=now.year + 1)
    return int(digits)
