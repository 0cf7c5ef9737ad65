"""What is worth a second look before a date is published: public and school holidays, clashes. Pure.

Cautions forbid nothing: those who plan know best. The calendars come with a library, overseas and
Alsace-Moselle included; school holidays are given where it knows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

# Where a time zone alone says which holidays hold.
_BY_ZONE = {
    "America/Guadeloupe": "971",
    "America/Martinique": "972",
    "America/Cayenne": "973",
    "Indian/Reunion": "974",
    "Indian/Mayotte": "976",
    "America/St_Barthelemy": "BL",
    "America/Marigot": "MF",
    "America/Miquelon": "PM",
    "Pacific/Noumea": "NC",
    "Pacific/Tahiti": "PF",
    "Pacific/Marquesas": "PF",
    "Pacific/Gambier": "PF",
    "Pacific/Wallis": "WF",
}
_BY_DEPARTEMENT = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    **{code: code for code in ("971", "972", "973", "974", "976")},
    "975": "PM",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
# School zones of metropolitan France, by département of their académies (Corsica has its own calendar).
_SCHOOL_A = frozenset(
    {
        *("01", "03", "07", "15", "16", "17", "19", "21", "23", "24", "25", "26", "33", "38", "39", "40"),
        *("42", "43", "47", "58", "63", "64", "69", "70", "71", "73", "74", "79", "86", "87", "89", "90"),
    }
)
_SCHOOL_C = frozenset(
    {
        *("09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66"),
        *("75", "77", "78", "81", "82", "91", "92", "93", "94", "95"),
    }
)
_NO_SCHOOL = frozenset(("2A", "2B", "20"))
_SATURDAY = 5
EARLIEST, LATEST = 8, 21  # hours at which a meetup usually begins


@dataclass(frozen=True)
class Other:
    """Another meetup of the network."""

    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Caution:
    """``code``: holiday, bridge, weekend, hour, school, clash. ``name``: of the holiday or of the meetup."""

    code: str
    day: date
    name: str = ""
    zones: tuple[str, ...] = ()  # school zones, when not all of the place's are meant


def cautions(
    starts_at: datetime,
    ends_at: datetime,
    zone: str,
    departement: str | None,
    others: Sequence[Other],
    locale: str = "fr",
) -> tuple[Caution, ...]:
    """``departement``: where the network is, when it is in one (« 67 », « 974 »); else the zone decides."""
    local = starts_at.astimezone(ZoneInfo(zone))
    day, found = local.date(), []
    where = _place(zone, departement)
    if where is not None:
        holidays = _public(where, day.year, locale)
        if day in holidays:
            found.append(Caution("holiday", day, holidays[day]))
        elif (name := _bridge(day, holidays)) is not None:
            found.append(Caution("bridge", day, name))
        found += _school(day, departement, locale) if where in ("", "57", "6AE") else []
    if day.weekday() >= _SATURDAY and not any(caution.code == "holiday" for caution in found):
        found.append(Caution("weekend", day))
    if not EARLIEST <= local.hour < LATEST:
        found.append(Caution("hour", day))
    clashing = [other for other in others if other.starts_at < ends_at and starts_at < other.ends_at]
    found += [Caution("clash", day, other.title) for other in clashing]
    return tuple(found)


def _place(zone: str, departement: str | None) -> str | None:
    """The library's subdivision, "" for all of France, None outside of it."""
    if departement:
        return _BY_DEPARTEMENT.get(departement.upper(), "")
    return "" if zone == "Europe/Paris" else _BY_ZONE.get(zone)


def _bridge(day: date, holidays: dict[date, str]) -> str | None:
    """The holiday that a Friday or a Monday ties to the weekend."""
    beside = {4: day - timedelta(days=1), 0: day + timedelta(days=1)}.get(day.weekday())
    return holidays.get(beside) if beside else None


def _school(day: date, departement: str | None, locale: str) -> list[Caution]:
    if departement in _NO_SCHOOL:
        return []
    if departement is not None:
        zone = "A" if departement in _SCHOOL_A else "C" if departement in _SCHOOL_C else "B"
        name = _school_days(zone, day.year, locale).get(day)
        return [Caution("school", day, name)] if name else []
    names = {zone: name for zone in "ABC" if (name := _school_days(zone, day.year, locale).get(day))}
    if not names:
        return []
    zones = () if len(names) == 3 else tuple(names)
    return [Caution("school", day, next(iter(names.values())), zones)]


@cache
def _public(where: str, year: int, locale: str) -> dict[date, str]:
    return _from_library(where or None, year, locale, "public")


@cache
def _school_days(zone: str, year: int, locale: str) -> dict[date, str]:
    return _from_library(f"Zone {zone}", year, locale, "school")


def _from_library(subdivision: str | None, year: int, locale: str, category: str) -> dict[date, str]:
    from holidays.countries.france import France  # weighs a lot: only those who plan pay for it

    language = "fr" if locale == "fr" else "en_US"
    found = France(  # type: ignore[no-untyped-call]  # the library's classes are half typed
        subdiv=subdivision, years=year, language=language, categories=category
    )
    return {day: name.replace("'", "’") for day, name in found.items()}
