"""What a member says of themselves, which of it others may see, and how peers are found.

What search needs of the authority (people, département, région, group) is copied here: one query ranks ten
thousand members. ``likeness.py`` in community/ says the same in words.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Case, ColumnElement, Index, case, literal
from sqlmodel import Field, SQLModel, col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Identity, Member, MemberState
from storage.networks import Theme

# Upper bounds of the strata of population that make two territories comparable.
STRATA = (2_000, 3_500, 10_000, 20_000, 50_000, 100_000)
UNKNOWN_STRATUM = -9  # as far as can be from any other
_FAR = 90
_CONSIDERED = 60

PlaceColumn = Literal["authority_id", "epci", "departement", "region"]


class Profile(SQLModel, table=True):
    member_id: int = Field(primary_key=True, foreign_key="member.id")
    network_id: int = Field(foreign_key="network.id")
    authority_id: str | None = None  # of the national register: "commune:73065"
    organisation: str = ""  # shown name: the authority's, or a free one
    organisation_kind: str = ""  # a key of the label table "organisation_kinds"
    population: int = 0
    stratum: int = UNKNOWN_STRATUM
    departement: str = ""
    region: str = ""
    epci: str = ""
    function: str = ""
    function_ends: date | None = None
    ends_asked: date | None = None  # the end that its holder was asked about already
    offers: str = ""
    seeks: str = ""
    bio: str = ""
    step: int = 0  # the last step of joining that was gone through
    listed: bool = False  # found by peers: the consent of that name
    stems: str = ""  # what peers' words are compared with: of the fields that others may see, nothing else
    followed_up: bool = True  # wants the words of J+1, J+7 and J+30
    updated_at: datetime

    __table_args__ = (
        # Covers the ranking of peers: the rows themselves are read only for those that are shown.
        Index(
            "ix_profile_listed",
            "network_id",
            "listed",
            "organisation_kind",
            "stratum",
            "epci",
            "departement",
            "region",
            "member_id",
        ),
    )


class ProfileTheme(SQLModel, table=True):
    __tablename__ = "profile_theme"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    theme_id: int = Field(foreign_key="theme.id", primary_key=True, index=True)
    network_id: int = Field(foreign_key="network.id")


class Consent(SQLModel, table=True):
    """One field, for one purpose, since when. A withdrawal is a row too: it says when."""

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    field: str = Field(primary_key=True)  # a key of the label table "consents"
    network_id: int = Field(foreign_key="network.id")
    purpose: str = "peers"
    granted: bool
    at: datetime


@dataclass(frozen=True)
class Wanted:
    """What peers are ranked by. ``stems``: every one must be there; ``place``: a column and its code."""

    member_id: int
    stratum: int
    kind: str
    epci: str
    departement: str
    region: str
    theme_ids: Sequence[int]
    stems: Sequence[str] = ()
    theme_id: int | None = None
    place: tuple[PlaceColumn, str] | None = None


def stratum_of(population: int) -> int:
    """0 below 2,000 inhabitants; unknown when nobody knows."""
    if population <= 0:
        return UNKNOWN_STRATUM
    return next((place for place, bound in enumerate(STRATA) if population < bound), len(STRATA))


async def get(session: AsyncSession, network_id: int, member_id: int) -> Profile | None:
    """Somebody's own profile."""
    query = select(Profile).where(Profile.network_id == network_id, Profile.member_id == member_id)
    return (await session.exec(query)).first()


async def ensure(session: AsyncSession, network_id: int, member_id: int, now: datetime) -> Profile:
    """Somebody's profile, begun when there is none."""
    found = await get(session, network_id, member_id)
    if found is None:
        found = Profile(member_id=member_id, network_id=network_id, updated_at=now)
        session.add(found)
        await session.flush()
    return found


async def themes_of(session: AsyncSession, network_id: int, member_id: int) -> Sequence[Theme]:
    """Those that a member follows, in the network's order."""
    query = (
        select(Theme)
        .join(ProfileTheme, col(ProfileTheme.theme_id) == Theme.id)
        .where(ProfileTheme.network_id == network_id, ProfileTheme.member_id == member_id)
    )
    return (await session.exec(query.order_by(col(Theme.position), col(Theme.id)))).all()


async def themes_by_member(
    session: AsyncSession, network_id: int, member_ids: Collection[int]
) -> dict[int, list[Theme]]:
    """Those of several members; who follows none is absent."""
    query = (
        select(ProfileTheme.member_id, Theme)
        .join(Theme, col(ProfileTheme.theme_id) == Theme.id)
        .where(ProfileTheme.network_id == network_id, col(ProfileTheme.member_id).in_(member_ids))
    )
    found: dict[int, list[Theme]] = {}
    for member_id, theme in (await session.exec(query.order_by(col(Theme.position)))).all():
        found.setdefault(member_id, []).append(theme)
    return found


async def set_themes(
    session: AsyncSession, network_id: int, member_id: int, theme_ids: Collection[int]
) -> None:
    """Follow these and no other; ids of another network are left out."""
    await session.exec(
        delete(ProfileTheme).where(
            col(ProfileTheme.network_id) == network_id, col(ProfileTheme.member_id) == member_id
        )
    )
    known = select(Theme.id).where(Theme.network_id == network_id, col(Theme.id).in_(theme_ids))
    for theme_id in (await session.exec(known)).all():
        session.add(ProfileTheme(member_id=member_id, theme_id=theme_id or 0, network_id=network_id))
    await session.flush()


async def followers(
    session: AsyncSession, network_id: int, theme_id: int, member_id: int, *, limit: int
) -> Sequence[Profile]:
    """Of those who follow a theme, in the order of their ids, from there on: batch by batch."""
    query = (
        select(Profile)
        .join(ProfileTheme, col(ProfileTheme.member_id) == Profile.member_id)
        .where(
            Profile.network_id == network_id,
            ProfileTheme.theme_id == theme_id,
            col(Profile.member_id) > member_id,
        )
    )
    return (await session.exec(query.order_by(col(Profile.member_id)).limit(limit))).all()


async def consents(session: AsyncSession, network_id: int, member_id: int) -> dict[str, Consent]:
    """By field; a field that was never asked about is absent."""
    query = select(Consent).where(Consent.network_id == network_id, Consent.member_id == member_id)
    return {row.field: row for row in (await session.exec(query)).all()}


async def granted(
    session: AsyncSession, network_id: int, member_ids: Collection[int]
) -> dict[int, frozenset[str]]:
    """The fields that several members let others see."""
    query = select(Consent.member_id, Consent.field).where(
        Consent.network_id == network_id, col(Consent.member_id).in_(member_ids), col(Consent.granted)
    )
    found: dict[int, set[str]] = {}
    for member_id, field in (await session.exec(query)).all():
        found.setdefault(member_id, set()).add(field)
    return {member_id: frozenset(fields) for member_id, fields in found.items()}


async def peers(
    session: AsyncSession, network_id: int, wanted: Wanted, limit: int
) -> Sequence[tuple[Profile, str, str]]:
    """The most comparable listed members first, each with their name and account. Never who asks.

    First the same kind of place and the nearest stratum of population, then the same group, département,
    région. Among the nearest, shared themes decide between equals.
    """
    away, close = far(wanted), near(wanted)
    query = (
        select(Profile.member_id, away, close)
        .join(Member, col(Member.id) == Profile.member_id)
        .where(
            Profile.network_id == network_id,
            col(Profile.listed),
            Profile.member_id != wanted.member_id,
            Member.state == MemberState.ACTIVE,
        )
    )
    for stem in wanted.stems:
        query = query.where(col(Profile.stems).contains(f" {stem}", autoescape=True))
    if wanted.theme_id is not None:
        of_theme = select(ProfileTheme.member_id).where(ProfileTheme.theme_id == wanted.theme_id)
        query = query.where(col(Profile.member_id).in_(of_theme))
    if wanted.place:
        query = query.where(getattr(Profile, wanted.place[0]) == wanted.place[1])
    query = query.order_by(away, close.desc(), col(Profile.member_id)).limit(max(limit, _CONSIDERED))
    nearest = (await session.exec(query)).all()
    ids = [member_id for member_id, _far_off, _near_by in nearest]
    shared = await _shared(session, network_id, ids, wanted.theme_ids)
    ranked = sorted(nearest, key=lambda row: (row[1], -row[2], -shared.get(row[0], 0), row[0]))
    return await with_names(session, network_id, [member_id for member_id, *_ in ranked[:limit]])


def far(wanted: Wanted) -> Case[int]:
    """How many strata apart; another kind of place is further than any of them."""
    distance = func.abs(col(Profile.stratum) - literal(wanted.stratum))
    return case((col(Profile.organisation_kind) == wanted.kind, distance), else_=_FAR)


def near(wanted: Wanted) -> ColumnElement[int]:
    """The narrower what they share, the more."""
    parts = [
        case((column == code, weight), else_=0)
        for column, code, weight in (
            (col(Profile.epci), wanted.epci, 4),
            (col(Profile.departement), wanted.departement, 2),
            (col(Profile.region), wanted.region, 1),
        )
        if code
    ]
    return sum(parts[1:], start=parts[0]) if parts else literal(0)


async def _shared(
    session: AsyncSession, network_id: int, member_ids: Sequence[int], theme_ids: Sequence[int]
) -> dict[int, int]:
    """How many of these themes each follows."""
    if not theme_ids:
        return {}
    query = (
        select(ProfileTheme.member_id, func.count())
        .where(
            ProfileTheme.network_id == network_id,
            col(ProfileTheme.member_id).in_(member_ids),
            col(ProfileTheme.theme_id).in_(theme_ids),
        )
        .group_by(col(ProfileTheme.member_id))
    )
    return dict((await session.exec(query)).all())


async def with_names(
    session: AsyncSession, network_id: int, member_ids: Sequence[int]
) -> Sequence[tuple[Profile, str, str]]:
    """In the order of the ids."""
    query = (
        select(Profile, Member.display_name, Identity.account_ref)
        .join(Member, col(Member.id) == Profile.member_id)
        .join(Identity, col(Identity.member_id) == Profile.member_id)
        .where(Profile.network_id == network_id, col(Profile.member_id).in_(member_ids))
    )
    found = {
        profile.member_id: (profile, name, account) for profile, name, account in await session.exec(query)
    }
    return [found[member_id] for member_id in member_ids if member_id in found]


async def count_listed(session: AsyncSession, network_id: int) -> int:
    """How many may be found."""
    query = select(func.count()).where(Profile.network_id == network_id, col(Profile.listed))
    return (await session.exec(query)).one()
