"""Practices: cards that tell what an authority did, in whose words, and the named queries on them.

What members find are published cards only. ``practice_reuse.py`` has who took one up, and who liked it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Index,
    UniqueConstraint,
    insert,
)
from sqlmodel import Field, SQLModel, col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import direct
from storage.networks import Theme

# What a person writes on a card, in the order of the card.
TEXTS = (
    "title",
    "context",
    "done",
    "results",
    "obstacles",
    "failures",
    "cost",
    "duration",
    "territory",
    "contact",
)


class PracticeState(StrEnum):
    DRAFT = "draft"  # its author's alone
    PUBLISHED = "published"  # the only state that search, suggestions and digests may show
    WITHDRAWN = "withdrawn"


class Practice(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    ref: str  # the id given at import, kept; or one of ours
    state: str = PracticeState.DRAFT
    title: str = ""
    context: str = ""
    done: str = ""
    results: str = ""
    obstacles: str = ""
    failures: str = ""  # what did not work
    cost: str = ""
    duration: str = ""  # the real one
    territory: str = ""  # what of the authority, in its own words
    contact: str = ""
    authority_id: str | None = None  # of the national register: "commune:73065"
    authority: str = ""  # shown name
    authority_kind: str = ""  # "commune", "epci"… or a key of the label table "organisation_kinds"
    population: int = 0
    departement: str = ""
    region: str = ""
    period: str = ""  # as written: "2013-2015"
    source_url: str | None = None
    source_title: str = ""
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    language: str = "fr"
    adjusted: bool = False  # told to have failed in part, or to have been put right on the way
    nameless: bool = False  # « droit à l'erreur »: facilitators alone know whose it is
    standing: str = ""  # as its author said last: a key of the label table "practice_standing"
    standing_at: datetime | None = None
    derived_from: int | None = Field(default=None, foreign_key="practice.id", index=True)
    origin_ref: str | None = None  # the thread that it was told in, when it was a message first
    thread_ref: str | None = None  # where it is discussed, once its thread is open
    card_ref: str | None = None  # the message that shows it there
    author_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    version: int = 1  # optimistic lock: two people may write at once
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("network_id", "ref"),
        Index("ix_practice_shelf", "network_id", "state", "published_at"),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="practice_state_known"),
    )


class PracticeTheme(SQLModel, table=True):
    __tablename__ = "practice_theme"

    practice_id: int = Field(foreign_key="practice.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True, index=True)


class PracticeVersion(SQLModel, table=True):
    """What one change replaced: the fields as they were before it, and who made it."""

    __tablename__ = "practice_version"

    practice_id: int = Field(foreign_key="practice.id", primary_key=True)
    number: int = Field(primary_key=True)  # of the version that came out of the change
    network_id: int = Field(foreign_key="network.id")
    edited_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    at: datetime
    before: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


async def get(session: AsyncSession, network_id: int, practice_id: int) -> Practice | None:
    """Whatever its state: the use case decides who may see it."""
    query = select(Practice).where(Practice.network_id == network_id, Practice.id == practice_id)
    return (await session.exec(query)).first()


async def locked(session: AsyncSession, network_id: int, practice_id: int) -> Practice | None:
    """As ``get``; two people who act on the same card take turns."""
    query = select(Practice).where(Practice.network_id == network_id, Practice.id == practice_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def of_author(
    session: AsyncSession, network_id: int, member_id: int, *, state: PracticeState | None = None, limit: int
) -> Sequence[Practice]:
    """A member's cards, drafts too, the latest touched first."""
    query = select(Practice).where(Practice.network_id == network_id, Practice.author_id == member_id)
    if state is not None:
        query = query.where(Practice.state == state)
    latest = query.order_by(col(Practice.updated_at).desc(), col(Practice.id).desc())
    return (await session.exec(latest.limit(limit))).all()


async def forget_threads(session: AsyncSession, network_id: int, channel_ref: str | None = None) -> None:
    """The thread of that reference, or all of them, are gone from the platform."""
    gone = update(Practice).where(
        col(Practice.network_id) == network_id, col(Practice.thread_ref).is_not(None)
    )
    if channel_ref is not None:
        gone = gone.where(col(Practice.thread_ref) == channel_ref)
    await session.exec(gone.values(thread_ref=None, card_ref=None))


async def without_thread(session: AsyncSession, network_id: int, before: datetime) -> Sequence[Practice]:
    """Members' cards that were published before then and stand in no thread yet: the forum may be gone."""
    query = select(Practice).where(
        Practice.network_id == network_id,
        Practice.state == PracticeState.PUBLISHED,
        col(Practice.card_ref).is_(None),
        col(Practice.author_id).is_not(None),
        col(Practice.published_at) < before,
    )
    return (await session.exec(query.order_by(col(Practice.id)).limit(25))).all()


async def derived_from(
    session: AsyncSession, network_id: int, practice_ids: Collection[int]
) -> dict[int, list[Practice]]:
    """By card, the published ones that say they come from it, the oldest first."""
    query = select(Practice).where(
        Practice.network_id == network_id,
        col(Practice.derived_from).in_(practice_ids),
        Practice.state == PracticeState.PUBLISHED,
    )
    found: dict[int, list[Practice]] = {}
    for one in (await session.exec(query.order_by(col(Practice.id)))).all():
        found.setdefault(one.derived_from or 0, []).append(one)
    return found


async def drafts_before(session: AsyncSession, before: datetime) -> Sequence[Practice]:
    """Drafts of every network that nobody touched since then."""
    query = select(Practice).where(Practice.state == PracticeState.DRAFT, col(Practice.updated_at) < before)
    return (await session.exec(query.order_by(col(Practice.id)).limit(200))).all()


async def browse(
    session: AsyncSession, network_id: int, *, theme_id: int | None, limit: int, offset: int
) -> tuple[Sequence[Practice], int]:
    """A page of published cards, newest first, and how many there are in all."""
    query = select(Practice).where(
        Practice.network_id == network_id, Practice.state == PracticeState.PUBLISHED
    )
    if theme_id is not None:
        bearing = select(PracticeTheme.practice_id).where(PracticeTheme.theme_id == theme_id)
        query = query.where(col(Practice.id).in_(bearing))
    total = (await session.exec(select(func.count()).select_from(query.subquery()))).one()
    newest = query.order_by(col(Practice.published_at).desc(), col(Practice.id).desc())
    return (await session.exec(newest.limit(limit).offset(offset))).all(), total


async def themes_of(
    session: AsyncSession, network_id: int, practice_ids: Sequence[int]
) -> dict[int, list[Theme]]:
    """The themes of several cards at once, in the network's order."""
    query = (
        select(PracticeTheme.practice_id, Theme)
        .join(Theme, col(Theme.id) == PracticeTheme.theme_id)
        .where(Theme.network_id == network_id, col(PracticeTheme.practice_id).in_(practice_ids))
        .order_by(col(Theme.position), col(Theme.id))
    )
    found: dict[int, list[Theme]] = {}
    for practice_id, theme in (await session.exec(query)).all():
        found.setdefault(practice_id, []).append(theme)
    return found


async def bear_themes(session: AsyncSession, wanted: Mapping[int, Iterable[int]]) -> None:
    """Replaces the themes of several cards. The ids were checked to be of the cards' network."""
    if not wanted:
        return
    await session.exec(delete(PracticeTheme).where(col(PracticeTheme.practice_id).in_(list(wanted))))
    session.add_all(
        PracticeTheme(practice_id=practice_id, theme_id=theme_id)
        for practice_id, theme_ids in wanted.items()
        for theme_id in sorted(set(theme_ids))
    )
    await session.flush()


async def versions(
    session: AsyncSession, network_id: int, practice_id: int, *, limit: int
) -> Sequence[PracticeVersion]:
    """The latest change first."""
    query = select(PracticeVersion).where(
        PracticeVersion.network_id == network_id, PracticeVersion.practice_id == practice_id
    )
    return (await session.exec(query.order_by(col(PracticeVersion.number).desc()).limit(limit))).all()


class PracticeCard(NamedTuple):
    """What a list shows of a published card. A nameless one has no authority here, nor any place."""

    id: int
    ref: str
    title: str
    context: str
    done: str
    authority_id: str | None
    authority: str
    authority_kind: str
    population: int
    departement: str
    region: str
    period: str
    nameless: bool
    adjusted: bool
    thread_ref: str | None
    source_url: str | None
    themes: Sequence[str] = ()

    @property
    def summary(self) -> str:
        """What a list of cards says below the title."""
        return self.context or self.done


_COLUMNS = PracticeCard._fields[:-1]
_CARDS = (
    f"SELECT {', '.join(_COLUMNS)} FROM practice"  # noqa: S608 - our own names
    " WHERE network_id = :network AND state = 'published' AND id {ids}"
)
_THEME_NAMES = (
    "SELECT practice_theme.practice_id, theme.name FROM practice_theme"
    " JOIN theme ON theme.id = practice_theme.theme_id"
    " WHERE theme.network_id = :network AND practice_theme.practice_id {ids}"
    " ORDER BY theme.position, theme.id"
)
_HIDDEN: Mapping[str, Any] = {
    "authority_id": None,
    "authority": "",
    "authority_kind": "",
    "population": 0,
    "departement": "",
    "region": "",
}


async def cards(
    source: direct.Source, network_id: int, practice_ids: Sequence[int]
) -> dict[int, PracticeCard]:
    """Those of the ids that members may read, with the names of their themes."""
    if not practice_ids:
        return {}
    names: dict[int, list[str]] = {}
    for practice_id, name in await direct.of_ids(source, _THEME_NAMES, practice_ids, network=network_id):
        names.setdefault(practice_id, []).append(name)
    found: dict[int, PracticeCard] = {}
    for row in await direct.of_ids(source, _CARDS, practice_ids, network=network_id):
        card = PracticeCard(*row)
        card = card._replace(
            themes=tuple(names.get(card.id, ())),
            nameless=bool(card.nameless),  # SQLite has no truth values
            adjusted=bool(card.adjusted),
        )
        found[card.id] = card._replace(**_HIDDEN) if card.nameless else card
    return found


_REFERENCES = (
    "SELECT id, ref, title FROM practice WHERE network_id = :network AND state = 'published' AND id {ids}"
)
_NEWEST = (
    "SELECT id, title, COALESCE(published_at, created_at) FROM practice"
    " WHERE network_id = :network AND state = 'published'"
    " ORDER BY published_at DESC, id DESC LIMIT :limit"
)


async def references(
    source: direct.Source, network_id: int, practice_ids: Sequence[int]
) -> dict[int, tuple[str, str]]:
    """Reference and title of each published one."""
    if not practice_ids:
        return {}
    found = await direct.of_ids(source, _REFERENCES, practice_ids, network=network_id)
    return {practice_id: (ref, title) for practice_id, ref, title in found}


async def newest(
    source: direct.Source, network_id: int, *, limit: int
) -> Sequence[tuple[int, str, datetime]]:
    """The latest published ones: id, title, since when."""
    found = await direct.run(source, _NEWEST, network=network_id, limit=limit)
    return [(practice_id, title, direct.moment(at)) for practice_id, title, at in found]


async def known(session: AsyncSession, network_id: int, refs: Sequence[str]) -> dict[str, Practice]:
    """By reference, whatever their state; for change."""
    query = select(Practice).where(Practice.network_id == network_id, col(Practice.ref).in_(refs))
    return {one.ref: one for one in (await session.exec(query.with_for_update(key_share=True))).all()}


async def add_many(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """New cards of one network, by column; the id that each reference was given."""
    if not rows:
        return {}
    added = insert(Practice).returning(col(Practice.ref), col(Practice.id))
    return {
        ref: practice_id or 0
        for ref, practice_id in (await (await session.connection()).execute(added, rows)).all()
    }


async def after(
    session: AsyncSession, network_id: int, practice_id: int, *, limit: int, theme_id: int | None = None
) -> Sequence[Practice]:
    """Published cards in the order of their ids, from there on: to index them batch by batch."""
    query = select(Practice).where(
        Practice.network_id == network_id,
        Practice.state == PracticeState.PUBLISHED,
        col(Practice.id) > practice_id,
    )
    if theme_id is not None:
        bearing = select(PracticeTheme.practice_id).where(PracticeTheme.theme_id == theme_id)
        query = query.where(col(Practice.id).in_(bearing))
    return (await session.exec(query.order_by(col(Practice.id)).limit(limit))).all()


async def count_published(session: AsyncSession, network_id: int) -> int:
    """How many cards members can read."""
    query = select(func.count()).where(
        Practice.network_id == network_id, Practice.state == PracticeState.PUBLISHED
    )
    return (await session.exec(query)).one()
