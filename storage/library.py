"""Resources of the library: the rows, and the named queries on them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint, insert
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage import direct
from storage.networks import Theme


class ResourceState(StrEnum):
    PROPOSED = "proposed"  # in the review queue
    PUBLISHED = "published"  # the only state that search, autocomplete and digests may show
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Resource(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    ref: str  # the id given at import, kept; or one of ours
    title: str
    summary: str = ""
    body: str = ""
    url: str | None = None
    url_key: str | None = None  # the normalised address, to find duplicates
    kind: str = "other"  # a key of the label table "resource_kinds"
    publisher: str = ""
    year: int | None = None
    language: str = "fr"
    licence: str = ""
    address: str = ""  # of an offer: where it is, as people write it
    latitude: float | None = None
    longitude: float | None = None
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    state: str = ResourceState.PROPOSED
    proposed_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    reviewed_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    reviewed_at: datetime | None = None
    refusal_reason: str | None = None
    review_by: date | None = None  # when who proposed it is asked whether it still holds
    review_asked_at: datetime | None = None  # that question was sent and waits for an answer
    doubtful_since: datetime | None = None  # nobody confirmed it in time: « à vérifier »
    version: int = 1  # optimistic lock: two facilitators may act at once
    created_at: datetime
    updated_at: datetime

    __table_args__ = (
        UniqueConstraint("network_id", "ref"),
        Index("ix_resource_url_key", "network_id", "url_key"),
        Index("ix_resource_queue", "network_id", "state", "created_at"),
        Index("ix_resource_review_by", "network_id", "review_by"),
        CheckConstraint(
            "state IN ('proposed', 'published', 'refused', 'withdrawn')", name="resource_state_known"
        ),
    )


class ResourceTheme(SQLModel, table=True):
    __tablename__ = "resource_theme"

    resource_id: int = Field(foreign_key="resource.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True, index=True)


async def get(session: AsyncSession, network_id: int, resource_id: int) -> Resource | None:
    """Whatever its state: the use case decides who may see it."""
    query = select(Resource).where(Resource.network_id == network_id, Resource.id == resource_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, resource_id: int) -> Resource | None:
    """As ``get``; two facilitators who act on the same resource take turns."""
    query = select(Resource).where(Resource.network_id == network_id, Resource.id == resource_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def standing_at(
    session: AsyncSession, network_id: int, url_key: str, *, besides: int | None = None
) -> Resource | None:
    """The resource, published or in the queue, that already has this address; a published one first."""
    query = select(Resource).where(
        Resource.network_id == network_id,
        Resource.url_key == url_key,
        col(Resource.state).in_([ResourceState.PUBLISHED, ResourceState.PROPOSED]),
        col(Resource.id) != (besides or 0),
    )
    return (await session.exec(query.order_by(col(Resource.state).desc(), col(Resource.id)))).first()


async def queue(
    session: AsyncSession,
    network_id: int,
    *,
    limit: int,
    offset: int = 0,
    theme_ids: Collection[int] | None = None,
) -> Sequence[Resource]:
    """What waits for a review, the longest wait first; of one of these themes, where some are given."""
    query = _to_review(network_id, theme_ids).order_by(col(Resource.created_at), col(Resource.id))
    return (await session.exec(query.limit(limit).offset(offset))).all()


async def count_queue(
    session: AsyncSession, network_id: int, theme_ids: Collection[int] | None = None
) -> int:
    """How many ``queue`` would give without a limit."""
    query = select(func.count()).select_from(_to_review(network_id, theme_ids).subquery())
    return (await session.exec(query)).one()


def _to_review(network_id: int, theme_ids: Collection[int] | None) -> SelectOfScalar[Resource]:
    query = select(Resource).where(
        Resource.network_id == network_id, Resource.state == ResourceState.PROPOSED
    )
    return query if theme_ids is None else query.where(bears(col(Resource.id), theme_ids))


def bears(resource_id: Any, theme_ids: Collection[int]) -> Any:
    """The condition that a resource has one of these themes."""
    bearing = select(ResourceTheme.resource_id).where(col(ResourceTheme.theme_id).in_(theme_ids))
    return resource_id.in_(bearing)


async def proposed_by(
    session: AsyncSession, network_id: int, member_id: int, *, limit: int
) -> Sequence[Resource]:
    """What a member proposed, the latest first, with what became of it."""
    query = (
        select(Resource)
        .where(Resource.network_id == network_id, Resource.proposed_by == member_id)
        .order_by(col(Resource.created_at).desc(), col(Resource.id).desc())
    )
    return (await session.exec(query.limit(limit))).all()


async def count_pending(session: AsyncSession, network_id: int, member_id: int) -> int:
    """How many proposals of a member wait for a review."""
    query = select(func.count()).where(
        Resource.network_id == network_id,
        Resource.proposed_by == member_id,
        Resource.state == ResourceState.PROPOSED,
    )
    return (await session.exec(query)).one()


async def count_by_state(session: AsyncSession, network_id: int) -> dict[str, int]:
    """States without any resource are absent."""
    query = (
        select(Resource.state, func.count())
        .where(Resource.network_id == network_id)
        .group_by(col(Resource.state))
    )
    return {state: count for state, count in (await session.exec(query)).all()}


async def browse(
    session: AsyncSession,
    network_id: int,
    *,
    theme_id: int | None,
    kind: str | None,
    limit: int,
    offset: int,
) -> tuple[Sequence[Resource], int]:
    """A page of published resources, newest first, and how many there are in all."""
    query = select(Resource).where(
        Resource.network_id == network_id, Resource.state == ResourceState.PUBLISHED
    )
    if kind is not None:
        query = query.where(Resource.kind == kind)
    if theme_id is not None:
        bearing = select(ResourceTheme.resource_id).where(ResourceTheme.theme_id == theme_id)
        query = query.where(col(Resource.id).in_(bearing))
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    newest = query.order_by(col(Resource.created_at).desc(), col(Resource.id).desc())
    return (await session.exec(newest.limit(limit).offset(offset))).all(), total


async def published_per_theme(session: AsyncSession, network_id: int) -> dict[int, int]:
    """How many published resources bear each theme; themes without any are absent."""
    query = (
        select(ResourceTheme.theme_id, func.count())
        .join(Resource, col(Resource.id) == ResourceTheme.resource_id)
        .where(Resource.network_id == network_id, Resource.state == ResourceState.PUBLISHED)
        .group_by(col(ResourceTheme.theme_id))
    )
    return {theme_id: count for theme_id, count in (await session.exec(query)).all()}


async def themes_of(
    session: AsyncSession, network_id: int, resource_ids: Sequence[int]
) -> dict[int, list[Theme]]:
    """The themes of several resources at once, in the network's order."""
    query = (
        select(ResourceTheme.resource_id, Theme)
        .join(Theme, col(Theme.id) == ResourceTheme.theme_id)
        .where(Theme.network_id == network_id, col(ResourceTheme.resource_id).in_(resource_ids))
        .order_by(col(Theme.position), col(Theme.id))
    )
    found: dict[int, list[Theme]] = {}
    for resource_id, theme in (await session.exec(query)).all():
        found.setdefault(resource_id, []).append(theme)
    return found


async def set_themes(session: AsyncSession, resource_id: int, theme_ids: Iterable[int]) -> None:
    """Replaces the themes. The ids were checked to be of the resource's network."""
    await session.exec(delete(ResourceTheme).where(col(ResourceTheme.resource_id) == resource_id))
    for theme_id in sorted(set(theme_ids)):
        session.add(ResourceTheme(resource_id=resource_id, theme_id=theme_id))


class Card(NamedTuple):
    """What a list of results shows of a resource."""

    id: int
    ref: str
    kind: str
    title: str
    summary: str
    body: str  # its beginning: as much as a passage is looked for in
    url: str | None
    publisher: str
    year: int | None
    doubtful: bool  # « à vérifier »
    uses: int  # by how many authorities
    link_state: str  # "ok" too where nobody looked at the present address
    themes: Sequence[str]  # in the network's order


def _cards(themes: str) -> str:
    """``themes``: the names that the database at hand makes one value of."""
    names = (
        "SELECT theme.name FROM resource_theme JOIN theme ON theme.id = resource_theme.theme_id"
        " WHERE resource_theme.resource_id = resource.id ORDER BY theme.position, theme.id"
    )
    return (
        "SELECT id, ref, kind, title, summary, substr(body, 1, 12000), url, publisher, year,"  # noqa: S608
        " doubtful_since IS NOT NULL,"
        " (SELECT count(DISTINCT authority_key) FROM resource_rating"
        "  WHERE resource_id = resource.id AND outcome <> ''),"
        " COALESCE((SELECT link_check.state FROM link_check"
        "  WHERE link_check.resource_id = resource.id AND link_check.url = resource.url), 'ok'),"
        f" {themes.format(names)} FROM resource"
        " WHERE network_id = :network AND state = 'published' AND id {ids}"
    )


_CARDS_ON_SQLITE = _cards("(SELECT json_group_array(name) FROM ({}))")
_CARDS_ON_POSTGRESQL = _cards("ARRAY({})")
_THEME_NAMES = (
    "SELECT resource_theme.resource_id, theme.name FROM resource_theme"
    " JOIN theme ON theme.id = resource_theme.theme_id"
    " WHERE theme.network_id = :network AND resource_theme.resource_id {ids}"
    " ORDER BY theme.position, theme.id"
)


async def cards(source: direct.Source, network_id: int, resource_ids: Sequence[int]) -> dict[int, Card]:
    """Those of the ids that members may read."""
    if not resource_ids:
        return {}
    statement = _CARDS_ON_POSTGRESQL if direct.on_postgresql(source) else _CARDS_ON_SQLITE
    found = await direct.of_ids(source, statement, resource_ids, network=network_id)
    return {row[0]: Card._make((*row[:-1], direct.from_json(row[-1]))) for row in found}


async def theme_names(
    source: direct.Source, network_id: int, resource_ids: Sequence[int]
) -> dict[int, list[str]]:
    """The names of the themes of several resources at once, in the network's order."""
    if not resource_ids:
        return {}
    names: dict[int, list[str]] = {}
    for resource_id, name in await direct.of_ids(source, _THEME_NAMES, resource_ids, network=network_id):
        names.setdefault(resource_id, []).append(name)
    return names


_REFERENCES = (
    "SELECT id, ref, title FROM resource WHERE network_id = :network AND state = 'published' AND id {ids}"
)


async def references(
    source: direct.Source, network_id: int, resource_ids: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Reference and title of each published one."""
    if not resource_ids:
        return {}
    found = await direct.of_ids(source, _REFERENCES, resource_ids, network=network_id)
    return {resource_id: (ref, title) for resource_id, ref, title in found}


async def titles(source: direct.Source, network_id: int, resource_ids: Sequence[int]) -> dict[int, str]:
    """The title of each published one."""
    found = await references(source, network_id, resource_ids)
    return {resource_id: title for resource_id, (_, title) in found.items()}


# What may be suggested: nobody doubts it, and its address answers.
_SURE = (
    "SELECT id, title, created_at FROM resource"
    " WHERE network_id = :network AND state = 'published' AND doubtful_since IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM link_check WHERE link_check.resource_id = resource.id"
    "  AND link_check.url = resource.url AND link_check.state = 'dead')"
)


async def sure_titles(source: direct.Source, network_id: int, resource_ids: Sequence[int]) -> dict[int, str]:
    """The title of each of them that may be suggested."""
    if not resource_ids:
        return {}
    found = await direct.of_ids(source, f"{_SURE} AND id {{ids}}", resource_ids, network=network_id)
    return {resource_id: title for resource_id, title, _ in found}


async def newest_sure(
    source: direct.Source, network_id: int, *, limit: int
) -> Sequence[tuple[int, str, datetime]]:
    """Of what may be suggested, the newest: id, title, since when."""
    newest = f"{_SURE} ORDER BY created_at DESC, id DESC LIMIT :limit"
    found = await direct.run(source, newest, network=network_id, limit=limit)
    return [(resource_id, title, direct.moment(at)) for resource_id, title, at in found]


async def standing_titles(
    session: AsyncSession, network_id: int, resource_ids: Sequence[int]
) -> tuple[str, ...]:
    """The titles of those that are published or wait for a review: for reviewers."""
    if not resource_ids:
        return ()
    query = select(Resource.title).where(
        Resource.network_id == network_id,
        col(Resource.id).in_(resource_ids),
        col(Resource.state).in_([ResourceState.PUBLISHED, ResourceState.PROPOSED]),
    )
    return tuple((await session.exec(query.order_by(col(Resource.id)))).all())


async def known(
    session: AsyncSession, network_id: int, refs: Sequence[str], url_keys: Sequence[str]
) -> dict[str, Resource]:
    """Resources by reference, whatever their state, and those reviewed by normalised address; for change."""
    query = select(Resource).where(Resource.network_id == network_id, col(Resource.ref).in_(refs))
    found = {one.ref: one for one in (await session.exec(query.with_for_update(key_share=True))).all()}
    if url_keys:
        query = select(Resource).where(Resource.network_id == network_id, col(Resource.url_key).in_(url_keys))
        for one in (
            await session.exec(query.order_by(col(Resource.id).desc()).with_for_update(key_share=True))
        ).all():
            found.setdefault(one.url_key or "", one)
    return found


async def bear_themes(session: AsyncSession, wanted: Mapping[int, Iterable[int]]) -> None:
    """As ``set_themes``, for many resources at once."""
    if not wanted:
        return
    bearing = col(ResourceTheme.resource_id).in_(list(wanted))
    await session.exec(delete(ResourceTheme).where(bearing))
    session.add_all(
        ResourceTheme(resource_id=resource_id, theme_id=theme_id)
        for resource_id, theme_ids in wanted.items()
        for theme_id in sorted(theme_ids)
    )
    await session.flush()


async def after(
    session: AsyncSession, network_id: int, resource_id: int, *, limit: int, theme_id: int | None = None
) -> Sequence[Resource]:
    """Published resources in the order of their ids, from there on: to go through them batch by batch."""
    query = select(Resource).where(
        Resource.network_id == network_id,
        Resource.state == ResourceState.PUBLISHED,
        col(Resource.id) > resource_id,
    )
    if theme_id is not None:
        bearing = select(ResourceTheme.resource_id).where(ResourceTheme.theme_id == theme_id)
        query = query.where(col(Resource.id).in_(bearing))
    return (await session.exec(query.order_by(col(Resource.id)).limit(limit))).all()


async def add_many(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """New resources of one network, by column; the id that each reference was given."""
    if not rows:
        return {}
    added = insert(Resource).returning(col(Resource.ref), col(Resource.id))
    return {
        ref: resource_id or 0
        for ref, resource_id in (await (await session.connection()).execute(added, rows)).all()
    }
