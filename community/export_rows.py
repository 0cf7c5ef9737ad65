"""The rows of each table that facilitators may take along: what a line says, and what it never says.

Members: only what each agreed to show. Needs and cards without a name: nothing that tells whose they are.
Figures: nothing about fewer than five people, and no sum from which a hidden one could be worked out.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community import practice_cards
from community.actors import Actor, Role
from community.directory import departement_name
from community.health import Health, Measure
from community.ports import Labels
from community.profiles import peer_view
from community.resource_rows import joined
from storage import exports, library, members, needs, networks, practices, profiles, registrations
from storage.engine import Database
from storage.meetups import Meetup
from storage.members import Member
from storage.profiles import Profile

BATCH = 200
_MOST_WEEKS = 53
# « sans nom »: everybody's view, so that a card tells its facilitators no more on paper than it tells all.
_ANYBODY = Role.MEMBER

Cell = str | int | float | date | None
Row = Mapping[str, Cell]
Batches = AsyncGenerator[Sequence[Row], None]


@dataclass(frozen=True)
class Source:
    """Whose rows, for whom, since when; and the words for what is kept as a code."""

    db: Database
    labels: Labels
    health: Health
    actor: Actor
    now: datetime
    since: datetime | None

    @property
    def network_id(self) -> int:
        return self.actor.network_id

    def said(self, key: str) -> str:
        return self.labels.label(key, self.actor.locale)

    def known(self, key: str, code: str) -> str:
        """The words of a code; nothing for an empty one, the code itself where it has no words (any more)."""
        try:
            return self.said(f"{key}.{code}") if code else ""
        except KeyError:
            return code

    def local(self, instant: datetime | None) -> datetime | None:
        """On the clock of whoever reads."""
        return instant and instant.astimezone(ZoneInfo(self.actor.timezone))


async def members_rows(source: Source) -> Batches:
    """Who is here. Who does not want to be found is a name and nothing more."""
    last = 0
    while True:
        async with source.db.reading() as session:
            found = await exports.members(session, source.network_id, last, source.since, limit=BATCH)
            ids = [member.id or 0 for member, _profile in found]
            agreed = await profiles.granted(session, source.network_id, ids)
            themes = await profiles.themes_by_member(session, source.network_id, ids)
        yield [
            _member(
                source,
                member,
                profile,
                agreed.get(member.id or 0, frozenset()),
                [theme.name for theme in themes.get(member.id or 0, ())],
            )
            for member, profile in found
        ]
        if len(found) < BATCH:
            return
        last = ids[-1]


def _member(
    source: Source, member: Member, profile: Profile | None, agreed: frozenset[str], themes: Sequence[str]
) -> Row:
    shown = agreed if "listed" in agreed else frozenset()
    row: dict[str, Cell] = {
        "name": member.display_name,
        "state": source.known("choices.member_states", member.state),
        "arrived": source.local(member.arrived_at),
        "admitted": source.local(member.admitted_at),
        "listed": source.said(f"exports.listed.{'yes' if 'listed' in agreed else 'no'}"),
    }
    if profile is None:
        return row
    seen = peer_view(profile, member.display_name, "", themes, shown, ())
    kind = profile.organisation_kind if "organisation" in shown else ""
    return row | {
        "organisation": seen.organisation,
        "organisation_kind": source.known("choices.organisation_kinds", kind),
        "departement": seen.departement,
        "population": seen.population or None,
        "function": seen.function,
        "themes": ", ".join(seen.themes),
        "offers": seen.offers,
        "seeks": seen.seeks,
        "bio": seen.bio,
    }


async def needs_rows(source: Source) -> Batches:
    """What was published. Who asked without their name stays without it."""
    last = 0
    while True:
        async with source.db.reading() as session:
            found = await exports.needs(session, source.network_id, last, source.since, limit=BATCH)
            ids = [need.id or 0 for need in found]
            themes = await needs.themes_of(session, source.network_id, ids)
            answers = await exports.first_answers(session, source.network_id, ids)
            signed = {need.author_id for need in found if need.author_id and not need.nameless}
            names = await members.names(session, source.network_id, signed)
        yield [
            {
                "number": need.id,
                "title": need.title,
                "state": source.known("choices.need_states", need.state),
                "context": need.context,
                "themes": ", ".join(theme.name for theme in themes.get(need.id or 0, ())),
                "territory": "" if need.nameless else need.territory,
                "author": "" if need.nameless else names.get(need.author_id or 0, ""),
                "nameless": source.said(f"exports.yes_no.{'yes' if need.nameless else 'no'}"),
                "published": source.local(need.published_at),
                "deadline": need.deadline,
                "first_answer": source.local(answers.get(need.id or 0)),
                "closed": source.local(need.closed_at),
                "outcome": source.known("choices.need_outcomes", need.outcome or ""),
            }
            for need in found
        ]
        if len(found) < BATCH:
            return
        last = ids[-1]


async def practices_rows(source: Source) -> Batches:
    """Published cards, as any member reads them."""
    anybody = replace(source.actor, role=_ANYBODY, member_id=None)
    last = 0
    while True:
        async with source.db.reading() as session:
            found = await exports.practices(session, source.network_id, last, source.since, limit=BATCH)
            views = await practice_cards.views(session, source.network_id, found, anybody)
        yield [
            {
                "number": card.id,
                **{name: getattr(view, name) for name in practices.TEXTS},
                "themes": ", ".join(view.themes),
                "authority": view.authority,
                "population": view.population or None,
                "departement": _departement(card.departement) if view.authority else "",
                "period": view.period,
                "author": view.author_name,
                "published": source.local(view.published_at),
                "standing": source.known("practice_standing", view.standing),
                "reuses": len(view.reuses),
                "source": view.source_title,
                "url": view.source_url,
            }
            for card, view in zip(found, views, strict=True)
        ]
        if len(found) < BATCH:
            return
        last = found[-1].id or 0


def _departement(code: str) -> str:
    return departement_name(code) if code else ""


async def resources_rows(source: Source) -> Batches:
    """The library. The columns have the names by which a file is imported: it may come back changed."""
    last = 0
    while True:
        async with source.db.reading() as session:
            found = await exports.resources(session, source.network_id, last, source.since, limit=BATCH)
            ids = [one.id or 0 for one in found]
            themes = await library.themes_of(session, source.network_id, ids)
        yield [
            {
                "id": one.ref,
                "title": one.title,
                "summary": one.summary,
                "body": one.body,
                "url": one.url,
                "tags": joined(one.tags),
                "kind": one.kind,
                "nature": source.known("choices.resource_kinds", one.kind),
                "themes": joined([theme.name for theme in themes.get(one.id or 0, ())]),
                "publisher": one.publisher,
                "year": one.year,
                "language": one.language,
                "licence": one.licence,
                "address": one.address,
                "latitude": one.latitude,
                "longitude": one.longitude,
                "added": source.local(one.created_at),
            }
            for one in found
        ]
        if len(found) < BATCH:
            return
        last = ids[-1]


async def meetups_rows(source: Source) -> Batches:
    """Past and coming, with how many answered. The link is for those registered: it is not here."""

    async def rows(session: AsyncSession, found: Sequence[Meetup]) -> Sequence[Row]:
        ids = [meetup.id or 0 for meetup in found]
        counts = await registrations.counts(session, source.network_id, ids)
        there = [meetup_id for meetup_id, *_ in await exports.present(session, source.network_id, ids)]
        themes = {theme.id: theme.name for theme in await networks.all_themes(session, source.network_id)}
        return [
            {
                "number": meetup.id,
                "title": meetup.title,
                "starts": meetup.starts_at.astimezone(ZoneInfo(meetup.timezone)),
                "timezone": meetup.timezone,
                "minutes": meetup.minutes,
                "state": source.known("exports.meetup_states", meetup.state),
                "reason": meetup.reason,
                "theme": themes.get(meetup.theme_id, ""),
                "place": meetup.place,
                "capacity": meetup.capacity,
                **{
                    answer: counts[meetup.id or 0].get(answer, 0)
                    for answer in ("yes", "waiting", "maybe", "no")
                },
                "present": there.count(meetup.id or 0),
            }
            for meetup in found
        ]

    async for batch in _of_meetups(source, rows):
        yield batch


async def registrations_rows(source: Source) -> Batches:
    """Who answered what, and who was there. What somebody needs to come is erased after: it is not here."""

    async def rows(session: AsyncSession, found: Sequence[Meetup]) -> Sequence[Row]:
        ids = [meetup.id or 0 for meetup in found]
        answered = await exports.registrations(session, source.network_id, ids)
        there = await exports.present(session, source.network_id, ids)
        return [row for meetup in found for row in _answers(source, meetup, answered, there)]

    async for batch in _of_meetups(source, rows):
        yield batch


def _answers(
    source: Source,
    meetup: Meetup,
    answered: Sequence[tuple[registrations.Registration, str]],
    there: Sequence[tuple[int, int, str]],
) -> Sequence[Row]:
    present = {member_id: name for meetup_id, member_id, name in there if meetup_id == meetup.id}
    about: Row = {
        "number": meetup.id,
        "meetup": meetup.title,
        "starts": meetup.starts_at.astimezone(ZoneInfo(meetup.timezone)),
    }
    mine = [(row, name) for row, name in answered if row.meetup_id == meetup.id]
    rows: list[Row] = [
        {
            **about,
            "name": name,
            "answer": source.said(f"exports.answers.{'waiting' if row.ticket is not None else row.answer}"),
            "answered": source.local(row.answered_at),
            "present": source.said("exports.yes_no.yes") if row.member_id in present else "",
        }
        for row, name in mine
    ]
    known = {row.member_id for row, _name in mine}
    return rows + [
        {**about, "name": name, "answer": "", "answered": None, "present": source.said("exports.yes_no.yes")}
        for member_id, name in present.items()
        if member_id not in known
    ]


async def _of_meetups(
    source: Source, make: Callable[[AsyncSession, Sequence[Meetup]], Awaitable[Sequence[Row]]]
) -> Batches:
    last: tuple[datetime, int] | None = None
    while True:
        async with source.db.reading() as session:
            found = await exports.meetups(session, source.network_id, last, source.since, limit=BATCH)
            rows = await make(session, found)
        yield rows
        if len(found) < BATCH:
            return
        last = found[-1].starts_at, found[-1].id or 0


async def audit_rows(source: Source) -> Batches:
    """Who did what to whom, never what was written."""
    last = 0
    while True:
        async with source.db.reading() as session:
            found = await exports.acts(session, source.network_id, last, source.since, limit=BATCH)
            subjects = {act.subject_id for act in found if act.subject_kind == "member"}
            named = {one for one in subjects | {act.member_id for act in found} if one}
            names = await members.names(session, source.network_id, named)
        yield [
            {
                "at": source.local(act.at),
                "who": names.get(act.member_id, "") if act.member_id else source.said("exports.itself"),
                "act": _act(source, act.action),
                "about": names.get(act.subject_id or 0, "") if act.subject_kind == "member" else "",
            }
            for act in found
        ]
        if len(found) < BATCH:
            return
        last = found[-1].id or 0


def _act(source: Source, action: str) -> str:
    """An act of an earlier version of the program has no words any more."""
    try:
        return source.said(f"acts.{action}")
    except KeyError:
        return source.said("acts.other")


async def figures_rows(source: Source) -> Batches:
    """Week by week and département by département."""
    view = await source.health.figures(source.actor, weeks=_weeks(source))
    rows: list[Row] = [row for measure in view.measures for row in _measure(source, measure)]
    few = source.said("exports.few")
    name = source.said("exports.by_departement")
    areas = [(area.name, area.count) for area in view.map.areas] + [(area.name, few) for area in view.map.few]
    yield rows + [{"measure": name, "of": place, "value": count} for place, count in areas]


def _measure(source: Source, measure: Measure) -> Sequence[Row]:
    unit = source.said("exports.hours") if measure.hours else ""
    return [
        {
            "measure": source.said(f"health.names.{measure.key}"),
            "of": week.starts_on,
            "value": source.said("exports.few") if week.figure.value is None else week.figure.value,
            "unit": unit,
            "note": source.said("exports.going_on") if week.going_on else "",
        }
        for week in measure.weeks
        if week.figure.value or not measure.hours  # no answer took no time
    ]


def _weeks(source: Source) -> int:
    if source.since is None:
        return _MOST_WEEKS
    return max(3, min(_MOST_WEEKS, -(-(source.now - source.since) // timedelta(weeks=1)) + 1))


# Kind -> its columns in the order of the table, and where its rows come from.
TABLES: Mapping[str, tuple[Sequence[str], Callable[[Source], Batches]]] = {
    "members": (
        (
            *("name", "state", "arrived", "admitted", "listed", "organisation", "organisation_kind"),
            *("departement", "population", "function", "themes", "offers", "seeks", "bio"),
        ),
        members_rows,
    ),
    "needs": (
        (
            *("number", "title", "state", "context", "themes", "territory", "author", "nameless"),
            *("published", "deadline", "first_answer", "closed", "outcome"),
        ),
        needs_rows,
    ),
    "practices": (
        (
            *("number", "title", "themes", "authority", "departement", "population", "context", "done"),
            *("results", "obstacles", "failures", "cost", "duration", "period", "territory", "contact"),
            *("author", "published", "standing", "reuses", "source", "url"),
        ),
        practices_rows,
    ),
    "resources": (
        (
            *("id", "title", "summary", "body", "url", "tags", "kind", "nature", "themes", "publisher"),
            *("year", "language", "licence", "address", "latitude", "longitude", "added"),
        ),
        resources_rows,
    ),
    "meetups": (
        (
            *("number", "title", "starts", "timezone", "minutes", "state", "reason", "theme", "place"),
            *("capacity", "yes", "waiting", "maybe", "no", "present"),
        ),
        meetups_rows,
    ),
    "registrations": (
        ("number", "meetup", "starts", "name", "answer", "answered", "present"),
        registrations_rows,
    ),
    "audit": (("at", "who", "act", "about"), audit_rows),
    "figures": (("measure", "of", "value", "unit", "note"), figures_rows),
}
