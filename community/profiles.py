"""What members say of themselves, field by field what others may see of it, and finding peers.

Must not show a field that was not agreed to: every view of somebody else is made by ``peer_view``.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import available_timezones

from sqlmodel.ext.asyncio.session import AsyncSession

from community import directory, text, theme_wearing
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.french_days import day_said
from community.likeness import Reason, reasons
from community.policy import Action, require
from community.ports import Clock
from community.time_words import MONTHS, folded
from storage import members, networks, profiles, theme_roles
from storage.engine import Database
from storage.profiles import Consent, PlaceColumn, Profile, Wanted
from storage.search.analysis import analyser

NAME_LONGEST = 100
FUNCTION_LONGEST = 100
TEXT_LONGEST = 600
MOST_THEMES = 8
MOST_PEERS = 10
QUERY_LONGEST = 100
# What a member decides on: to be found at all, then each field.
CONSENTS = ("listed", "organisation", "function", "themes", "offers", "seeks", "bio")
STEPS = ("organisation", "about", "exchange", "consents")
LAST_STEP = 3  # what one brings and what others see are asked in one go, and are two things to correct
ORGANISATION_KINDS = ("association", "state", "agency", "company", "other")
LOCALES = ("fr", "en")


_MONTH_AND_YEAR = re.compile(rf"(?:fin\s+|end\s+of\s+)?(?P<m>{'|'.join(MONTHS)})\.?\s+(?P<y>20\d\d)")


@dataclass(frozen=True)
class ProfileView:
    """Somebody's own profile: everything."""

    member_id: int
    name: str
    organisation: str
    organisation_kind: str
    population: int
    departement: str
    function: str
    function_ends: date | None
    themes: Sequence[str]
    theme_ids: Sequence[int]
    offers: str
    seeks: str
    bio: str
    locale: str
    timezone: str
    short_sentences: bool
    consents: Sequence[str]
    asked_consents: bool
    step: int  # the next one, from 1 to ``LAST_STEP``; one more when all is done
    missing: Sequence[str]  # steps, by name

    @property
    def complete(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class PeerView:
    """Somebody else: a field that they keep to themselves is empty."""

    member_id: int
    name: str
    account_ref: str
    organisation: str
    population: int
    departement: str
    function: str
    themes: Sequence[str]
    offers: str
    seeks: str
    bio: str
    reasons: Sequence[Reason]


class Profiles:
    """Use cases on profiles."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def mine(self, actor: Actor) -> ProfileView:
        """One's own profile, with what is missing."""
        require(actor, Action.EDIT_PROFILE)
        async with self._db.reading() as session:
            return await view(session, actor)

    async def themes(self, actor: Actor) -> Sequence[tuple[int, str]]:
        """Those that may be followed, in the network's order."""
        require(actor, Action.EDIT_PROFILE)
        async with self._db.reading() as session:
            found = await networks.themes(session, actor.network_id)
            return tuple((theme.id or 0, theme.name) for theme in found)

    async def set_authority(self, actor: Actor, authority_id: str) -> ProfileView:
        """One's local authority, from the national register."""
        require(actor, Action.EDIT_PROFILE)
        found = directory.known(authority_id)
        if found is None:
            raise NotFound(kind="authority")
        async with self._db.transaction() as session:
            mine = await self._own(session, actor)
            _place(mine, found)
            mine.authority_id, mine.organisation, mine.organisation_kind = found.id, found.label, found.kind
            return await self._keep(session, actor, mine, "organisation")

    async def set_organisation(self, actor: Actor, name: str, kind: str, territory: str) -> ProfileView:
        """An association, a service of the State…: a free name, and the territory it works on."""
        require(actor, Action.EDIT_PROFILE)
        name = _checked("organisation", name, 2, NAME_LONGEST)
        if kind not in ORGANISATION_KINDS:
            raise Invalid(field="organisation_kind", problem="unknown_choice")
        place = next(iter(directory.look_up(territory, limit=1)), None) if territory.strip() else None
        if territory.strip() and place is None:
            raise Invalid(field="territory", problem="no_such_territory")
        async with self._db.transaction() as session:
            mine = await self._own(session, actor)
            _place(mine, place)
            mine.authority_id, mine.organisation, mine.organisation_kind = None, name, kind
            return await self._keep(session, actor, mine, "organisation")

    async def set_about(
        self,
        actor: Actor,
        *,
        function: str,
        ends: str = "",
        theme_ids: Sequence[int] = (),
        timezone: str = "",
        locale: str | None = None,
    ) -> ProfileView:
        """What one does, until when, the themes followed; the time zone and language of messages."""
        require(actor, Action.EDIT_PROFILE)
        function = _checked("function", function, 2, FUNCTION_LONGEST)
        until = end_day(ends, self._clock.now().date())
        if timezone and timezone not in available_timezones():
            raise Invalid(field="timezone", problem="unknown")
        if len(theme_ids) > MOST_THEMES:
            raise Invalid(field="themes", problem="too_many", limit=MOST_THEMES)
        async with self._db.transaction() as session:
            mine = await self._own(session, actor)
            member = await members.get(session, actor.network_id, mine.member_id)
            if member is not None:
                member.timezone = timezone or member.timezone
                member.locale = locale if locale in LOCALES else member.locale
                session.add(member)
            mine.function, mine.function_ends = function, until
            worn = await theme_roles.worn(session, actor.network_id, mine.member_id)
            await profiles.set_themes(session, actor.network_id, mine.member_id, theme_ids)
            now = self._clock.now()
            await theme_wearing.followed(session, now, actor.network_id, mine.member_id, worn)
            return await self._keep(session, actor, mine, "about")

    async def set_exchange(self, actor: Actor, *, offers: str, seeks: str, bio: str) -> ProfileView:
        """What one can bring, what one looks for, and a word on oneself. All may be empty."""
        require(actor, Action.EDIT_PROFILE)
        given = _exchanged(offers, seeks, bio)
        async with self._db.transaction() as session:
            mine = await self._own(session, actor)
            mine.offers, mine.seeks, mine.bio = given
            return await self._keep(session, actor, mine, "exchange")

    async def set_consents(self, actor: Actor, fields: Collection[str]) -> ProfileView:
        """What others may see; each change is dated."""
        require(actor, Action.EDIT_PROFILE)
        async with self._db.transaction() as session:
            mine = await self._own(session, actor)
            await self._consent(session, mine, fields)
            return await self._keep(session, actor, mine, "consents")

    async def set_sharing(
        self, actor: Actor, *, offers: str, seeks: str, bio: str, consents: Collection[str]
    ) -> ProfileView:
        """The last step of who arrives: what one brings, and who may see what, decided with it in view."""
        require(actor, Action.EDIT_PROFILE)
        given = _exchanged(offers, seeks, bio)
        async with self._db.transaction() as session:
            mine = await self._own(session, actor)
            mine.offers, mine.seeks, mine.bio = given
            await self._consent(session, mine, consents)
            return await self._keep(session, actor, mine, "exchange", "consents")

    async def set_short_sentences(self, actor: Actor, *, wanted: bool) -> ProfileView:
        """How the messages for oneself are written; nobody else sees the choice."""
        require(actor, Action.EDIT_PROFILE)
        async with self._db.transaction() as session:
            mine = await self._own(session, actor)
            member = await members.get(session, actor.network_id, mine.member_id)
            if member is not None:
                member.short_sentences = wanted
                session.add(member)
                await session.flush()
            return await view(session, actor)

    async def find_peers(
        self, actor: Actor, query: str = "", *, theme_id: int | None = None, place: str = ""
    ) -> Sequence[PeerView]:
        """Comparable territories first. ``place``: an authority's id, or what somebody types for one."""
        require(actor, Action.FIND_PEERS)
        stems = [word.stem for word in analyser().analyse(query[:QUERY_LONGEST])]
        where = where_typed(place)
        async with self._db.reading() as session:
            mine = await profiles.get(session, actor.network_id, actor.member_id or 0)
            followed = await profiles.themes_of(session, actor.network_id, actor.member_id or 0)
            wanted = wanted_of(
                actor.member_id or 0,
                mine,
                [theme.id or 0 for theme in followed],
                stems=stems,
                theme_id=theme_id,
                where=where,
            )
            found = await profiles.peers(session, actor.network_id, wanted, MOST_PEERS)
            return await peer_views(session, actor.network_id, mine, {t.name for t in followed}, found)

    async def _consent(self, session: AsyncSession, mine: Profile, fields: Collection[str]) -> None:
        known = await profiles.consents(session, mine.network_id, mine.member_id)
        for field in CONSENTS:
            _decide(session, mine, known.get(field), field, field in fields, self._clock.now())
        mine.listed = "listed" in fields
        await session.flush()

    async def _own(self, session: AsyncSession, actor: Actor) -> Profile:
        if actor.member_id is None:
            raise NotFound(kind="member")
        if await members.locked(session, actor.network_id, actor.member_id) is None:
            raise NotFound(kind="member")
        return await profiles.ensure(session, actor.network_id, actor.member_id, self._clock.now())

    async def _keep(self, session: AsyncSession, actor: Actor, mine: Profile, *steps: str) -> ProfileView:
        for step in steps:
            if _in_order(mine, step):
                mine.step = max(mine.step, STEPS.index(step) + 1)
        await refresh(session, mine, self._clock.now())
        return await view(session, actor)


async def begin(
    session: AsyncSession,
    actor: Actor,
    now: datetime,
    authority_id: str | None,
    *,
    organisation: str,
    function: str,
) -> None:
    """What others wrote of somebody begins their profile; what they wrote themselves stays."""
    mine = await profiles.ensure(session, actor.network_id, actor.member_id or 0, now)
    found = directory.known(authority_id) if authority_id else None
    if not mine.organisation and (found or organisation):
        _place(mine, found)
        mine.authority_id = found.id if found else None
        mine.organisation = found.label if found else organisation
        mine.organisation_kind = found.kind if found else "other"
    mine.function = mine.function or function
    session.add(mine)
    await session.flush()


async def refresh(session: AsyncSession, mine: Profile, now: datetime) -> None:
    """After a change: what peers' words are compared with follows it."""
    fields = (await profiles.granted(session, mine.network_id, [mine.member_id])).get(
        mine.member_id, frozenset()
    )
    themes = await profiles.themes_of(session, mine.network_id, mine.member_id)
    mine.stems = stems_of(mine, [theme.name for theme in themes], fields)
    mine.updated_at = now
    session.add(mine)
    await session.flush()


async def view(session: AsyncSession, actor: Actor) -> ProfileView:
    """The actor's own profile as it stands."""
    member = await members.get(session, actor.network_id, actor.member_id or 0)
    if member is None:
        raise NotFound(kind="member")
    network = await networks.get(session, actor.network_id)
    mine = await profiles.get(session, actor.network_id, member.id or 0)
    if mine is None:
        mine = _nowhere(actor.network_id)
    followed = await profiles.themes_of(session, actor.network_id, member.id or 0)
    decided = await profiles.consents(session, actor.network_id, member.id or 0)
    asked = any(field in decided for field in CONSENTS)
    missing = _missing(mine, asked=asked)
    return ProfileView(
        member.id or 0,
        member.display_name,
        mine.organisation,
        mine.organisation_kind,
        mine.population,
        directory.departement_name(mine.departement) if mine.departement else "",
        mine.function,
        mine.function_ends,
        tuple(theme.name for theme in followed),
        tuple(theme.id or 0 for theme in followed),
        mine.offers,
        mine.seeks,
        mine.bio,
        actor.locale if member.locale is None else member.locale,
        member.timezone or network.timezone,
        member.short_sentences,
        tuple(field for field in CONSENTS if field in decided and decided[field].granted),
        asked,
        min(STEPS.index(missing[0]) + 1, LAST_STEP) if missing else LAST_STEP + 1,
        missing,
    )


async def peer_views(
    session: AsyncSession,
    network_id: int,
    mine: Profile | None,
    followed: Collection[str],
    found: Sequence[tuple[Profile, str, str]],
    *,
    visible_of_mine: Collection[str] | None = None,
) -> Sequence[PeerView]:
    """Others, with only what each agreed to, and why they are there."""
    ids = [profile.member_id for profile, _name, _account in found]
    agreed = await profiles.granted(session, network_id, ids)
    themes = await profiles.themes_by_member(session, network_id, ids)
    views = []
    for profile, name, account in found:
        visible = agreed.get(profile.member_id, frozenset())
        names = [theme.name for theme in themes.get(profile.member_id, ())]
        why = reasons(
            mine,
            profile,
            shared=[theme for theme in names if theme in followed],
            visible=visible,
            visible_of_mine=visible_of_mine,
        )
        views.append(peer_view(profile, name, account, names, visible, why))
    return tuple(views)


def peer_view(
    profile: Profile,
    name: str,
    account: str,
    themes: Sequence[str],
    visible: Collection[str],
    why: Sequence[Reason],
) -> PeerView:
    """What others may read of somebody."""
    shows_place = "organisation" in visible
    return PeerView(
        profile.member_id,
        name,
        account,
        profile.organisation if shows_place else "",
        profile.population if shows_place else 0,
        directory.departement_name(profile.departement) if shows_place and profile.departement else "",
        profile.function if "function" in visible else "",
        tuple(themes) if "themes" in visible else (),
        profile.offers if "offers" in visible else "",
        profile.seeks if "seeks" in visible else "",
        profile.bio if "bio" in visible else "",
        tuple(why),
    )


def stems_of(profile: Profile, themes: Sequence[str], visible: Collection[str]) -> str:
    """What may be searched: nothing that the member keeps to themselves."""
    place = directory.departement_name(profile.departement) if profile.departement else ""
    said = {
        "organisation": f"{profile.organisation} {place}",
        "function": profile.function,
        "themes": " ".join(themes),
        "offers": profile.offers,
        "seeks": profile.seeks,
        "bio": profile.bio,
    }
    words = analyser().analyse(" ".join(value for field, value in said.items() if field in visible))
    return "".join(f" {stem}" for stem in dict.fromkeys(word.stem for word in words))


def wanted_of(
    member_id: int,
    mine: Profile | None,
    theme_ids: Sequence[int],
    *,
    stems: Sequence[str] = (),
    theme_id: int | None = None,
    where: "directory.AuthorityView | None" = None,
) -> Wanted:
    """Peers of this member: what their profile makes comparable, and what they typed."""
    near = mine or _nowhere(0)
    return Wanted(
        member_id=member_id,
        stratum=near.stratum,
        kind=near.organisation_kind or "commune",
        epci=near.epci,
        departement=near.departement,
        region=near.region,
        theme_ids=theme_ids,
        stems=stems,
        theme_id=theme_id,
        place=place_sought(where) if where else None,
    )


def place_sought(where: "directory.AuthorityView") -> "tuple[PlaceColumn, str]":
    """The column of a profile, and the code in it, by which a territory's members are found."""
    code = where.id.partition(":")[2]
    match where.kind:
        case "departement":
            return "departement", code
        case "region":
            return "region", code
        case "epci":
            return "epci", code
    return "authority_id", where.id


def _nowhere(network_id: int) -> Profile:
    """Of who said nothing yet."""
    return Profile(member_id=0, network_id=network_id, updated_at=datetime.now(UTC))


def where_typed(place: str) -> "directory.AuthorityView | None":
    """The territory that was typed or picked; None when nothing was."""
    if not place.strip():
        return None
    found = directory.known(place) or next(iter(directory.look_up(place, limit=1)), None)
    if found is None:
        raise Invalid(field="place", problem="no_such_territory")
    return found


def _place(mine: Profile, found: "directory.AuthorityView | None") -> None:
    """Copy what peers are ranked by."""
    mine.population = found.population if found else 0
    mine.stratum = profiles.stratum_of(mine.population)
    mine.departement = found.departement if found else ""
    mine.region = found.region if found else ""
    mine.epci = found.id.partition(":")[2] if found and found.kind == "epci" else found.epci if found else ""


def _decide(
    session: AsyncSession, mine: Profile, row: Consent | None, field: str, granted: bool, now: datetime
) -> None:
    if row is None:
        row = Consent(
            member_id=mine.member_id, field=field, network_id=mine.network_id, granted=granted, at=now
        )
    elif row.granted != granted:
        row.granted, row.at = granted, now
    session.add(row)


def _missing(mine: Profile, *, asked: bool) -> tuple[str, ...]:
    done = {
        "organisation": bool(mine.organisation),
        "about": bool(mine.function),
        "exchange": mine.step >= STEPS.index("exchange") + 1,
        "consents": asked,
    }
    return tuple(step for step in STEPS if not done[step])


def _in_order(mine: Profile, step: str) -> bool:
    """Only « exchange » may be left empty: that it was gone through must be remembered."""
    return step == "exchange" or mine.step >= STEPS.index("exchange") + 1


def _exchanged(offers: str, seeks: str, bio: str) -> tuple[str, str, str]:
    given = {"offers": text.lines(offers), "seeks": text.lines(seeks), "bio": text.lines(bio)}
    for field, value in given.items():
        if len(value) > TEXT_LONGEST:
            raise Invalid(field=field, problem="too_long", given=len(value), limit=TEXT_LONGEST)
    return given["offers"], given["seeks"], given["bio"]


def _checked(field: str, typed: str, shortest: int, longest: int) -> str:
    value = text.one_line(typed)
    if len(value) < shortest:
        raise Invalid(field=field, problem="too_short", given=len(value), limit=shortest)
    if len(value) > longest:
        raise Invalid(field=field, problem="too_long", given=len(value), limit=longest)
    return value


def end_day(typed: str, today: date) -> date | None:
    """« 31/03/2028 », « mars 2028 », « 31 mars 2028 »… ; None when nothing was typed."""
    try:
        return _day(typed)
    except Invalid:
        said = folded(text.one_line(typed))
        if month := _MONTH_AND_YEAR.fullmatch(said):
            return date(int(month["y"]), MONTHS[month["m"]], 1)
        day = day_said(said, today)
        if isinstance(day, date):
            return day
        raise


def _day(typed: str) -> date | None:
    """« 31/03/2028 », « 2028-03-31 » or « 03/2028 »; None when nothing was typed."""
    value = text.one_line(typed)
    if not value:
        return None
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%m/%Y", "%Y"):
        try:
            return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise Invalid(field="ends", problem="bad_day")
