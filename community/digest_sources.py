"""What a digest can speak of: one small source for each kind of thing, asked twice.

First for candidates, light enough for ten thousand of them; then, when something is shown, for what it says
at that moment: what was erased, withdrawn or hidden meanwhile is simply not there any more.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from sqlalchemy import union_all
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from storage import library, needs, networks, practices, profiles, registrations
from storage.library import Resource, ResourceState, ResourceTheme
from storage.meetups import Meetup, MeetupState
from storage.members import Member, MemberState
from storage.needs import Need, NeedState
from storage.networks import Network, Place
from storage.opinions import KeptResource, ResourceRating
from storage.practice_reuse import PracticeHeart, PracticeReuse
from storage.practices import Practice, PracticeState
from storage.profiles import Profile, ProfileTheme
from storage.threads import Thread

NEEDS_STAY = timedelta(days=30)
POOL = 200  # candidates of a kind that are worth a look
SERVER_ADDRESS = "https://discord.com/channels"

Key = tuple[str, int]


@dataclass(frozen=True)
class Window:
    """News since ``start`` until ``end``, and what begins before ``horizon``."""

    start: datetime
    end: datetime
    horizon: datetime


@dataclass(frozen=True)
class Candidate:
    """``voices``: how many distinct authorities took part. ``owner``: whose it is, who need not be told."""

    kind: str
    id: int
    at: datetime
    authority: str = ""
    departement: str = ""
    region: str = ""
    voices: int = 1
    owner: int | None = None
    themes: frozenset[int] = field(default_factory=frozenset)

    @cached_property
    def key(self) -> Key:
        return self.kind, self.id


@dataclass(frozen=True)
class Item:
    """As the words need it. ``by``: an authority, a publisher, or what a person agreed to show."""

    kind: str
    id: int
    title: str
    at: datetime
    url: str | None = None
    by: str = ""
    summary: str = ""
    starts_at: datetime | None = None
    theme: str = ""
    theme_id: int = 0
    changed_at: datetime | None = None  # what happens later was announced earlier

    @property
    def key(self) -> Key:
        return self.kind, self.id


class Source(Protocol):
    """One kind of thing."""

    kind: str

    async def candidates(
        self, session: AsyncSession, network_id: int, window: Window, limit: int
    ) -> list[Candidate]:
        """At most ``limit``, those with most voices first, then the newest."""
        ...

    async def items(
        self, session: AsyncSession, network: Network, ids: Collection[int]
    ) -> Mapping[int, Item]:
        """Those that every member may see now."""
        ...


class Resources:
    """Published resources; who keeps and who rates them are its voices."""

    kind = "resource"

    async def candidates(
        self, session: AsyncSession, network_id: int, window: Window, limit: int
    ) -> list[Candidate]:
        at = func.coalesce(Resource.reviewed_at, Resource.created_at)
        voices = _voices(network_id)
        said = func.coalesce(voices.c.voices, 0)
        query = (
            select(Resource.id, at, Resource.proposed_by, said)
            .join(voices, voices.c.resource_id == Resource.id, isouter=True)
            .where(Resource.network_id == network_id, Resource.state == ResourceState.PUBLISHED)
            .where(at >= window.start, at < window.end)
            .order_by(said.desc(), at.desc(), col(Resource.id).desc())
            .limit(limit)
        )
        rows = (await session.exec(query)).all()
        themes = await _themes_of(session, [row[0] or 0 for row in rows])
        owners = await places_of(session, network_id, {row[2] for row in rows if row[2] is not None})
        return [
            Candidate(
                self.kind,
                resource_id or 0,
                since,
                *owners.get(owner or 0, ("", "", "")),
                voices=1 + count,
                owner=owner,
                themes=themes.get(resource_id or 0, frozenset()),
            )
            for resource_id, since, owner, count in rows
        ]

    async def items(
        self, session: AsyncSession, network: Network, ids: Collection[int]
    ) -> Mapping[int, Item]:
        network_id = network.id or 0
        query = select(Resource).where(
            Resource.network_id == network_id,
            Resource.state == ResourceState.PUBLISHED,
            col(Resource.id).in_(ids),
        )
        found = (await session.exec(query)).all()
        themes = await library.themes_of(session, network_id, [one.id or 0 for one in found])
        return {
            one.id or 0: Item(
                self.kind,
                one.id or 0,
                one.title,
                one.reviewed_at or one.created_at,
                one.url,
                one.publisher,
                one.summary,
                theme=next((theme.name for theme in themes.get(one.id or 0, ())), ""),
                theme_id=next((theme.id or 0 for theme in themes.get(one.id or 0, ())), 0),
            )
            for one in found
        }


class PracticeCards:
    """Published practices; who takes one up and who likes it are its voices."""

    kind = "practice"

    async def candidates(
        self, session: AsyncSession, network_id: int, window: Window, limit: int
    ) -> list[Candidate]:
        voices = _practice_voices(network_id)
        said = func.coalesce(voices.c.voices, 0)
        query = (
            select(Practice.id, said)
            .join(voices, voices.c.practice_id == Practice.id, isouter=True)
            .where(Practice.network_id == network_id, Practice.state == PracticeState.PUBLISHED)
            .where(col(Practice.published_at) >= window.start, col(Practice.published_at) < window.end)
            .order_by(said.desc(), col(Practice.published_at).desc(), col(Practice.id).desc())
            .limit(limit)
        )
        voiced = {practice_id or 0: count for practice_id, count in (await session.exec(query)).all()}
        themes = await practices.themes_of(session, network_id, list(voiced))
        whole = select(Practice).where(Practice.network_id == network_id, col(Practice.id).in_(list(voiced)))
        found = {one.id or 0: one for one in await session.exec(whole)}
        return [
            Candidate(
                self.kind,
                practice_id,
                one.published_at or one.created_at,
                # Of a nameless card nobody may guess whose it is, not even from why it is shown.
                "" if one.nameless else one.authority_id or one.authority,
                "" if one.nameless else one.departement,
                "" if one.nameless else one.region,
                1 + voiced[practice_id],
                one.author_id,
                frozenset(theme.id or 0 for theme in themes.get(practice_id, ())),
            )
            for practice_id in voiced
            for one in [found[practice_id]]
        ]

    async def items(
        self, session: AsyncSession, network: Network, ids: Collection[int]
    ) -> Mapping[int, Item]:
        network_id = network.id or 0
        cards = await practices.cards(session, network_id, list(ids))
        themes = await practices.themes_of(session, network_id, list(cards))
        query = select(Practice.id, Practice.published_at).where(
            Practice.network_id == network_id, col(Practice.id).in_(list(cards))
        )
        since = {practice_id or 0: at for practice_id, at in (await session.exec(query)).all()}
        return {
            card.id: Item(
                self.kind,
                card.id,
                card.title,
                since.get(card.id) or network.created_at,
                address(network, card.thread_ref),
                card.authority,
                card.summary,
                theme=next((theme.name for theme in themes.get(card.id, ())), ""),
                theme_id=next((theme.id or 0 for theme in themes.get(card.id, ())), 0),
            )
            for card in cards.values()
        }


class Unanswered:
    """Needs without an answer yet, those of the last weeks too: a digest is where they find somebody."""

    kind = "need"

    async def candidates(
        self, session: AsyncSession, network_id: int, window: Window, limit: int
    ) -> list[Candidate]:
        query = (
            _without_answer(network_id)
            .where(col(Need.published_at) >= window.start - NEEDS_STAY, col(Need.published_at) < window.end)
            .order_by(col(Need.published_at).desc(), col(Need.id).desc())
            .limit(limit)
        )
        found = (await session.exec(query)).all()
        themes = await needs.themes_of(session, network_id, [one.id or 0 for one in found])
        # Where its author works is told by what they wrote in it, or not at all.
        return [
            Candidate(
                self.kind,
                one.id or 0,
                one.published_at or one.created_at,
                owner=one.author_id,
                themes=frozenset(theme.id or 0 for theme in themes.get(one.id or 0, ())),
            )
            for one in found
        ]

    async def items(
        self, session: AsyncSession, network: Network, ids: Collection[int]
    ) -> Mapping[int, Item]:
        network_id = network.id or 0
        found = (await session.exec(_without_answer(network_id).where(col(Need.id).in_(ids)))).all()
        themes = await needs.themes_of(session, network_id, [one.id or 0 for one in found])
        return {
            one.id or 0: Item(
                self.kind,
                one.id or 0,
                one.title,
                one.published_at or one.created_at,
                address(network, one.thread_ref),
                one.territory,
                one.context,
                theme=next((theme.name for theme in themes.get(one.id or 0, ())), ""),
                theme_id=next((theme.id or 0 for theme in themes.get(one.id or 0, ())), 0),
            )
            for one in found
        }


class Meetups:
    """What comes before the next digest, soonest first."""

    kind = "meetup"

    async def candidates(
        self, session: AsyncSession, network_id: int, window: Window, limit: int
    ) -> list[Candidate]:
        query = (
            select(Meetup)
            .where(Meetup.network_id == network_id, Meetup.state == MeetupState.PLANNED)
            .where(col(Meetup.starts_at) > window.end, col(Meetup.starts_at) <= window.horizon)
            .order_by(col(Meetup.starts_at), col(Meetup.id))
            .limit(limit)
        )
        return [
            Candidate(
                self.kind,
                one.id or 0,
                one.starts_at,
                owner=one.created_by,
                themes=frozenset(() if one.theme_id is None else (one.theme_id,)),
            )
            for one in await session.exec(query)
        ]

    async def items(
        self, session: AsyncSession, network: Network, ids: Collection[int]
    ) -> Mapping[int, Item]:
        network_id = network.id or 0
        query = select(Meetup).where(
            Meetup.network_id == network_id,
            Meetup.state == MeetupState.PLANNED,
            col(Meetup.id).in_(ids),
        )
        place = (await networks.places(session, network_id)).get(Place.MEETUPS)
        names = {theme.id: theme.name for theme in await networks.all_themes(session, network_id)}
        return {
            one.id or 0: Item(
                self.kind,
                one.id or 0,
                one.title,
                one.starts_at,
                address(network, place.channel_ref if place else None, one.card_ref),
                one.place,
                one.description,
                one.starts_at,
                names.get(one.theme_id, ""),
                one.theme_id or 0,
                one.changed_at,
            )
            for one in await session.exec(query)
        }


class Newcomers:
    """New members who let the others know that they are here; of each, only what they agreed to show."""

    kind = "member"

    async def candidates(
        self, session: AsyncSession, network_id: int, window: Window, limit: int
    ) -> list[Candidate]:
        query = (
            select(Member.id, Member.admitted_at, Profile)
            .join(Profile, col(Profile.member_id) == Member.id)
            .where(Member.network_id == network_id, Member.state == MemberState.ACTIVE, col(Profile.listed))
            .where(col(Member.admitted_at) >= window.start, col(Member.admitted_at) < window.end)
            .order_by(col(Member.admitted_at).desc(), col(Member.id).desc())
            .limit(limit)
        )
        rows = (await session.exec(query)).all()
        ids = [row[0] or 0 for row in rows]
        granted = await profiles.granted(session, network_id, ids)
        follows = await followed(session, network_id, ids)
        found = []
        for member_id, admitted_at, profile in rows:
            shows = granted.get(member_id or 0, frozenset())
            place = "organisation" in shows  # else a territory would say what they keep to themselves
            found.append(
                Candidate(
                    self.kind,
                    member_id or 0,
                    admitted_at or window.start,
                    _authority(profile) if place else "",
                    owner=member_id,
                    departement=profile.departement if place else "",
                    region=profile.region if place else "",
                    themes=follows.get(member_id or 0, frozenset()) if "themes" in shows else frozenset(),
                )
            )
        return found

    async def items(
        self, session: AsyncSession, network: Network, ids: Collection[int]
    ) -> Mapping[int, Item]:
        network_id = network.id or 0
        query = (
            select(Member, Profile)
            .join(Profile, col(Profile.member_id) == Member.id)
            .where(Member.network_id == network_id, Member.state == MemberState.ACTIVE, col(Profile.listed))
            .where(col(Member.id).in_(ids))
        )
        rows = (await session.exec(query)).all()
        granted = await profiles.granted(session, network_id, [member.id or 0 for member, _ in rows])
        found = {}
        for member, profile in rows:
            shows = granted.get(member.id or 0, frozenset())
            said = [
                value
                for name, value in (("function", profile.function), ("organisation", profile.organisation))
                if name in shows and value
            ]
            found[member.id or 0] = Item(
                self.kind,
                member.id or 0,
                member.display_name,
                member.admitted_at or member.arrived_at,
                by=", ".join(said),
                summary=profile.offers if "offers" in shows else "",
            )
        return found


# In the order in which a digest shows them.
SOURCES: tuple[Source, ...] = (Unanswered(), Meetups(), PracticeCards(), Resources(), Newcomers())
KINDS = tuple(source.kind for source in SOURCES)


async def candidates(
    session: AsyncSession, network_id: int, window: Window, limit: int = POOL
) -> dict[str, list[Candidate]]:
    """By kind, those without any left out."""
    found = {source.kind: await source.candidates(session, network_id, window, limit) for source in SOURCES}
    return {kind: several for kind, several in found.items() if several}


async def read(session: AsyncSession, network: Network, keys: Sequence[Key]) -> list[Item]:
    """What these say now, in their order; those that nobody may see any more are left out."""
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for kind, item_id in keys:
        by_kind[kind].append(item_id)
    found: dict[Key, Item] = {}
    for source in SOURCES:
        if ids := by_kind.get(source.kind):
            items = await source.items(session, network, ids)
            found |= {(source.kind, item_id): item for item_id, item in items.items()}
    return [found[key] for key in keys if key in found]


async def joined(session: AsyncSession, network_id: int, member_ids: Collection[int]) -> dict[int, set[Key]]:
    """Member -> what they know already: meetups answered, resources kept or rated."""
    found: defaultdict[int, set[Key]] = defaultdict(set)
    registration = registrations.Registration
    answered = select(registration.member_id, registration.meetup_id).where(
        registration.network_id == network_id, col(registration.member_id).in_(member_ids)
    )
    for member_id, meetup_id in await session.exec(answered):
        found[member_id].add(("meetup", meetup_id))
    for table in (KeptResource, ResourceRating):
        judged = select(table.member_id, table.resource_id).where(
            table.network_id == network_id, col(table.member_id).in_(member_ids)
        )
        for judge, resource_id in await session.exec(judged):
            found[judge or 0].add(("resource", resource_id))
    for taken in (PracticeReuse, PracticeHeart):
        known = select(taken.member_id, taken.practice_id).where(
            taken.network_id == network_id, col(taken.member_id).in_(member_ids)
        )
        for reader, practice_id in await session.exec(known):
            found[reader or 0].add(("practice", practice_id))
    return found


def address(network: Network, channel_ref: str | None, message_ref: str | None = None) -> str | None:
    """Where it is on the server: opens from an e-mail or a page as well."""
    if network.server_ref is None or channel_ref is None:
        return None
    tail = f"/{message_ref}" if message_ref else ""
    return f"{SERVER_ADDRESS}/{network.server_ref}/{channel_ref}{tail}"


def _voices(network_id: int):  # type: ignore[no-untyped-def]  # a subquery's own type says nothing
    """Resource -> how many distinct authorities keep or rate it."""
    took_part = union_all(
        *(
            select(
                col(table.resource_id).label("resource_id"), col(table.member_id).label("member_id")
            ).where(table.network_id == network_id)
            for table in (KeptResource, ResourceRating)
        )
    ).subquery()
    authority = func.coalesce(Profile.authority_id, Profile.organisation)
    return (
        select(took_part.c.resource_id, func.count(func.distinct(authority)).label("voices"))
        .join(Profile, col(Profile.member_id) == took_part.c.member_id)
        .group_by(took_part.c.resource_id)
        .subquery()
    )


async def places_of(
    session: AsyncSession, network_id: int, member_ids: Collection[int]
) -> dict[int, tuple[str, str, str]]:
    """Member -> authority, département, région: to rank by, never to show."""
    query = select(Profile).where(Profile.network_id == network_id, col(Profile.member_id).in_(member_ids))
    return {
        profile.member_id: (_authority(profile), profile.departement, profile.region)
        for profile in await session.exec(query)
    }


def _practice_voices(network_id: int):  # type: ignore[no-untyped-def]  # a subquery's own type says nothing
    """Practice -> how many distinct authorities take it up or like it."""
    took_part = union_all(
        *(
            select(
                col(table.practice_id).label("practice_id"), col(table.authority_key).label("authority")
            ).where(table.network_id == network_id)
            for table in (PracticeReuse, PracticeHeart)
        )
    ).subquery()
    return (
        select(took_part.c.practice_id, func.count(func.distinct(took_part.c.authority)).label("voices"))
        .group_by(took_part.c.practice_id)
        .subquery()
    )


def _without_answer(network_id: int) -> SelectOfScalar[Need]:
    """Open needs in whose thread nobody has written."""
    answered = select(Thread.subject_id).where(
        Thread.network_id == network_id, Thread.kind == "need", col(Thread.first_answer_at).is_not(None)
    )
    return select(Need).where(
        Need.network_id == network_id,
        Need.state == NeedState.OPEN,
        col(Need.thread_ref).is_not(None),
        col(Need.id).not_in(answered.where(col(Thread.subject_id).is_not(None))),
    )


def _authority(profile: Profile | None) -> str:
    return (profile.authority_id or profile.organisation) if profile else ""


async def _themes_of(session: AsyncSession, resource_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    query = select(ResourceTheme.resource_id, ResourceTheme.theme_id).where(
        col(ResourceTheme.resource_id).in_(resource_ids)
    )
    return _grouped((await session.exec(query)).all())


async def followed(
    session: AsyncSession, network_id: int, member_ids: Collection[int]
) -> dict[int, frozenset[int]]:
    query = select(ProfileTheme.member_id, ProfileTheme.theme_id).where(
        ProfileTheme.network_id == network_id, col(ProfileTheme.member_id).in_(member_ids)
    )
    return _grouped((await session.exec(query)).all())


def _grouped(pairs: Sequence[tuple[int, int]]) -> dict[int, frozenset[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for holder, theme_id in pairs:
        found[holder].add(theme_id)
    return {holder: frozenset(themes) for holder, themes in found.items()}


__all__ = ["KINDS", "SOURCES", "Candidate", "Item", "Key", "Window", "candidates", "joined", "read"]
