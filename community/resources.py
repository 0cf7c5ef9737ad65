"""What a resource is, may be and looks like: limits, checks, views, and its place in the search index.

Decides nothing and writes nothing but the index; the use cases are in ``library.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.lengths import check_length
from community.near_titles import nearest
from community.policy import Action, allows
from storage import library, links, members, search
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
    "offer",
    "other",
)
TITLE_SHORTEST, TITLE_LONGEST = 3, 150
SUMMARY_LONGEST = 1000
PUBLISHER_LONGEST = 100
REASON_SHORTEST, REASON_LONGEST = 3, 500
THEMES_MOST = 5  # what a forum post takes as tags
YEAR_FIRST = 1789
PAGE = 5
_COMPARED = 20  # best results of a title asked as a question, looked at for near titles
_QUEUE_COMPARED = 500


class AlreadyThere(DomainError):
    """The address is in the library or in the queue. Details: ``resource_id``, ``title``, ``published``."""

    code = "already_there"


class SimilarThere(DomainError):
    """Another resource has nearly this title: perhaps the same. Details: ``titles``, ``waiting`` (a count).

    Titles of what waits for a review are not shown to members: it is only counted.
    """

    code = "similar_there"
    onward = ("library.propose_anyway",)


class AlreadyHandled(DomainError):
    """Someone else reviewed it first. Details: ``state``, ``title``."""

    code = "already_handled"


class ChangedMeanwhile(DomainError):
    """The text that the reviewer read is not the text any more. Details: ``resource_id``, ``title``."""

    code = "changed_meanwhile"
    outdated = True


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
    waiting_days: int = 0  # for a proposal that is being reviewed
    review_by: date | None = None
    doubtful_since: datetime | None = None  # nobody confirmed it in time
    similar: Sequence[str] = ()  # titles so near that it may be a duplicate; for a reviewer
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    link_state: str = "ok"  # "doubtful" or "dead" when the address failed lately


@dataclass(frozen=True)
class ResourcePage:
    """``page`` counts from 1, as people do."""

    items: Sequence[ResourceView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def checked_fields(new: NewResource, now: datetime) -> dict[str, object]:
    """Clean the fields of a resource, or say which one cannot be used and why."""
    title, summary = text.one_line(new.title), text.lines(new.summary)
    check_length("title", title, TITLE_SHORTEST, TITLE_LONGEST)
    check_length("summary", summary, 0, SUMMARY_LONGEST)
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
        check_length("publisher", text.one_line(publisher), 0, PUBLISHER_LONGEST)
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
    failing = await links.failing(session, network_id, [resource.id or 0 for resource in resources])
    return tuple(
        _view(resource, themes.get(resource.id or 0, []), names, failing.get(resource.id or 0, "ok"))
        for resource in resources
    )


async def similar(
    session: AsyncSession, memory: search.Memory, network_id: int, title: str, besides: int = 0
) -> tuple[Sequence[tuple[int, str]], Sequence[tuple[int, str]]]:
    """Ids and titles near this one: of the published, and of those that wait for a review."""
    found = await search.answer(session, memory, network_id, title, kinds=["resource"])
    ids = [hit.item_id for hit in found.hits[:_COMPARED] if hit.item_id != besides]
    published = await library.titles(session, network_id, ids)
    waiting = [
        (resource.id or 0, resource.title)
        for resource in await library.queue(session, network_id, limit=_QUEUE_COMPARED)
        if resource.id != besides
    ]
    ranked = [(resource_id, published[resource_id]) for resource_id in ids if resource_id in published]
    return nearest(title, ranked), nearest(title, waiting)


async def for_review(
    session: AsyncSession, memory: search.Memory, resource: Resource, now: datetime
) -> ResourceView:
    """As a reviewer reads it: how long it has waited, and what it may be a duplicate of."""
    published, waiting = await similar(session, memory, resource.network_id, resource.title, resource.id or 0)
    return replace(
        aged(await view(session, resource), now), similar=tuple(name for _, name in (*published, *waiting))
    )


def aged(shown: ResourceView, now: datetime) -> ResourceView:
    """With the days that it has waited."""
    return replace(shown, waiting_days=max(0, (now - shown.created_at).days))


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
    address: str


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
        body=" ".join(part for part in (resource.body, resource.publisher, resource.address) if part),
        tags=[*resource.tags, *themes],
        facets=[f"kind:{resource.kind}", *(f"theme:{theme_id}" for theme_id in theme_ids)],
    )


def _view(
    resource: Resource, themes: Sequence[Theme], names: Mapping[int, str], link_state: str
) -> ResourceView:
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
        review_by=resource.review_by,
        doubtful_since=resource.doubtful_since,
        address=resource.address,
        latitude=resource.latitude,
        longitude=resource.longitude,
        link_state=link_state,
    )


def may_see(actor: Actor, resource: Resource) -> bool:
    if resource.state == ResourceState.PUBLISHED or allows(actor, Action.REVIEW_RESOURCE):
        return True
    return actor.member_id is not None and resource.proposed_by == actor.member_id


def in_queue(resource: Resource | None, version: int | None = None) -> Resource:
    if resource is None:
        raise NotFound(kind="resource")
    if resource.state != ResourceState.PROPOSED:
        raise AlreadyHandled(state=resource.state, title=resource.title)
    check_version(resource, version)
    return resource


def alive(resource: Resource | None) -> Resource:
    """In the queue or published: what was refused or withdrawn is a closed matter."""
    if resource is None:
        raise NotFound(kind="resource")
    if resource.state not in (ResourceState.PROPOSED, ResourceState.PUBLISHED):
        raise AlreadyHandled(state=resource.state, title=resource.title)
    return resource


def check_version(resource: Resource, version: int | None) -> None:
    if version is not None and version != resource.version:
        raise ChangedMeanwhile(resource_id=resource.id, title=resource.title)


def _year(given: str, now: datetime) -> int | None:
    digits = text.one_line(given)
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()) or not YEAR_FIRST <= int(digits[:5]) <= now.year + 1:
        raise Invalid(field="year", problem="bad_year", first=YEAR_FIRST, last=now.year + 1)
    return int(digits)
