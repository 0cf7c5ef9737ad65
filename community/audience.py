"""Whom a message of the team is for: what was chosen, how many that finds, and who cannot be reached at once.

Tells numbers only, never who: what members keep to themselves may be among the criteria.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community import directory, nudges
from community.aggregates import too_few
from community.errors import Invalid
from community.funnel import PERIOD
from community.meetups_days import LOOKED_BACK
from community.profiles import place_sought, where_typed
from community.text import row_id
from storage import meetup_days, meetups, networks, team_messages
from storage.meetups import MeetupState
from storage.team_messages import Circle, Found, Sought

KINDS = (
    *("commune", "epci", "ept", "departement", "region"),
    *("association", "state", "agency", "company", "other"),
)
DAYS_MOST = 3650
_DAYS = re.compile(r"([0-9]{1,5})\s*(?:j|jours?|d|days?)?")
MEETUPS_MOST = 24  # a menu takes one more: any


@dataclass(frozen=True)
class Choice:
    """As it was typed and picked in the form."""

    circle: str | None
    themes: Sequence[str] = ()
    place: str = ""
    kinds: Sequence[str] = ()
    silent: str = ""


@dataclass(frozen=True)
class AudienceView:
    """What was chosen, in words. ``place`` is as the register writes it."""

    circle: str
    theme_ids: Sequence[int]
    themes: Sequence[str]
    place: str
    kinds: Sequence[str]
    silent: int  # days; 0: whoever it is
    meetup_id: int
    meetup: str


@dataclass(frozen=True)
class Reach:
    """``recipients``: who gets it. The three others are part of whom the choice finds; under five people
    they are not told, for each would tell of somebody.
    """

    recipients: int
    told: bool
    refused: int = 0  # want no message of the team: they get none
    closed: int = 0  # private messages closed at the last try: a mention in the welcome place instead
    waiting: int = 0  # had their share of this week: theirs leaves when there is room


async def chosen(session: AsyncSession, network_id: int, choice: Choice) -> dict[str, Any]:
    """Checked, and as it is kept; the meetup is chosen apart."""
    if choice.circle not in set(Circle):
        raise Invalid(field="circle", problem="unknown_choice")
    known = {theme.id for theme in await networks.themes(session, network_id)}
    theme_ids = [row_id(typed) for typed in choice.themes]
    if not set(theme_ids) <= known:
        raise Invalid(field="themes", problem="unknown_choice")
    if not set(choice.kinds) <= set(KINDS):
        raise Invalid(field="kinds", problem="unknown_choice")
    where = where_typed(choice.place)
    kept = {
        "circle": choice.circle,
        "themes": theme_ids,
        "place": where.id if where else "",
        "kinds": list(choice.kinds),
        "silent": _days(choice.silent),
    }
    return {key: value for key, value in kept.items() if value}


def sought(kept: Mapping[str, Any], now: datetime) -> Sought:
    """The question to the database."""
    place = str(kept.get("place", ""))
    where = directory.known(place) if place else None
    return Sought(
        circle=str(kept.get("circle", Circle.MEMBERS)),
        theme_ids=tuple(kept.get("themes", ())),
        # A territory that is no more finds nobody, rather than everybody.
        place=place_sought(where) if where else ("authority_id", place) if place else None,
        kinds=tuple(kept.get("kinds", ())),
        silent_since=now - timedelta(days=kept["silent"]) if kept.get("silent") else None,
        meetup_id=kept.get("meetup"),
        arrived_since=now - PERIOD,
    )


async def view(session: AsyncSession, network_id: int, kept: Mapping[str, Any]) -> AudienceView:
    """What was chosen, with today's names."""
    names = {theme.id: theme.name for theme in await networks.all_themes(session, network_id)}
    theme_ids = tuple(kept.get("themes", ()))
    where = directory.known(str(kept["place"])) if kept.get("place") else None
    meetup = await meetups.get(session, network_id, kept.get("meetup", 0))
    return AudienceView(
        str(kept.get("circle", Circle.MEMBERS)),
        theme_ids,
        tuple(names[theme_id] for theme_id in theme_ids if theme_id in names),
        where.label if where else "",
        tuple(kept.get("kinds", ())),
        int(kept.get("silent", 0)),
        meetup.id or 0 if meetup else 0,
        meetup.title if meetup else "",
    )


def limited(kept: Mapping[str, Any], within: Collection[int] | None) -> dict[str, Any]:
    """Who has but some themes writes to those who follow them; without a theme, to those of all of theirs."""
    if within is None:
        return dict(kept)
    if kept.get("circle", Circle.MEMBERS) not in (Circle.MEMBERS, Circle.ELECTED):
        raise Invalid(field="circle", problem="not_your_theme")
    if not set(kept.get("themes", ())) <= set(within):
        raise Invalid(field="themes", problem="not_your_theme")
    return {**kept, "themes": list(kept.get("themes", ())) or sorted(within)}


async def recipients(
    session: AsyncSession, network_id: int, kept: Mapping[str, Any], now: datetime, *, but: int | None
) -> Sequence[Found]:
    """Everybody whom the choice finds, except who writes: also those who want nothing."""
    found = await team_messages.choose(session, network_id, sought(kept, now))
    return [one for one in found if one.account and one.member_id != but]


async def reach(session: AsyncSession, network_id: int, found: Sequence[Found], now: datetime) -> Reach:
    """How many get it, and how."""
    there = [one for one in found if not one.refused]
    if too_few(len(found)):
        return Reach(len(there), told=False)
    limit = await nudges.limit(session, network_id)
    full = await team_messages.used_up(session, network_id, now - nudges.WEEK, limit) if limit else set()
    return Reach(
        len(there),
        told=bool(found),
        refused=len(found) - len(there),
        closed=sum(one.closed_at is not None for one in there),
        waiting=sum(one.member_id in full for one in there),
    )


async def meetups_offered(
    session: AsyncSession, network_id: int, now: datetime
) -> Sequence[tuple[int, str, datetime]]:
    """Those whose people may be written to: to come, then the latest that took place."""
    coming = await meetups.coming(session, network_id, now, limit=MEETUPS_MOST)
    ended = await meetup_days.ended_between(session, network_id, now - LOOKED_BACK, now, MEETUPS_MOST)
    return [(one.id or 0, one.title, one.starts_at) for one in (*coming, *ended)][:MEETUPS_MOST]


async def with_meetup(
    session: AsyncSession, network_id: int, kept: Mapping[str, Any], meetup_id: int
) -> dict[str, Any]:
    """Only those registered for it; 0: whoever it is."""
    rest = {key: value for key, value in kept.items() if key != "meetup"}
    if not meetup_id:
        return rest
    meetup = await meetups.get(session, network_id, meetup_id)
    if meetup is None or meetup.state == MeetupState.DRAFT:
        raise Invalid(field="meetup", problem="unknown_choice")
    return {**rest, "meetup": meetup_id}


def _days(typed: str) -> int:
    """« 60 », « 60 jours »; nothing: however long."""
    said = _DAYS.fullmatch(typed.strip().casefold())
    if not typed.strip():
        return 0
    if said is None or not 1 <= int(said[1]) <= DAYS_MOST:
        raise Invalid(field="silent", problem="bad_days", limit=DAYS_MOST)
    return int(said[1])
