"""How the clocks of a zone change, as RFC 5545 writes it (VTIMEZONE). Pure.

Yearly rules where the zone keeps them, because some calendars read nothing else; else the dates one by one,
as the library writes them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from community.french_days import nth_weekday

if TYPE_CHECKING:
    from icalendar import Timezone

FIRST, LAST = 2020, 2037  # the years whose rule is looked at; a rule found holds on
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_YEARLY = 2  # once forward, once back


@dataclass(frozen=True)
class _Change:
    """``local``: what the clocks showed when they were moved."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str
    saving: bool


def timezone(zone: str) -> "Timezone":
    """The component of a zone. Each caller gets one of its own."""
    from icalendar import Timezone

    made = Timezone.from_ical(_written(zone))
    assert isinstance(made, Timezone)  # noqa: S101 - narrows the type
    return made


@cache
def _written(zone: str) -> str:
    from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

    place = ZoneInfo(zone)
    years = [_changes(place, year) for year in range(FIRST, LAST + 1)]
    made = Timezone()
    made.add("tzid", zone)
    if not any(years):
        start = datetime(FIRST, 1, 1, tzinfo=place)
        fixed = TimezoneStandard()
        fixed.add("dtstart", start.replace(tzinfo=None))
        fixed.add("tzoffsetfrom", start.utcoffset())
        fixed.add("tzoffsetto", start.utcoffset())
        fixed.add("tzname", start.tzname() or zone)
        made.add_component(fixed)
        return str(made.to_ical().decode())
    if any(len(changes) != _YEARLY for changes in years):
        return _listed(zone)
    for index in range(_YEARLY):
        same = [changes[index] for changes in years]
        rule = _rule(same)
        if rule is None:
            return _listed(zone)
        part = TimezoneDaylight() if same[0].saving else TimezoneStandard()
        part.add("dtstart", same[0].local)
        part.add("rrule", rule)
        part.add("tzoffsetfrom", same[0].before)
        part.add("tzoffsetto", same[0].after)
        part.add("tzname", same[0].name)
        made.add_component(part)
    return str(made.to_ical().decode())


def _listed(zone: str) -> str:
    from icalendar import Timezone

    made = Timezone.from_tzid(zone, first_date=date(FIRST, 1, 1), last_date=date(LAST, 12, 31))
    return str(made.to_ical().decode())


def _changes(place: ZoneInfo, year: int) -> list[_Change]:
    """The changes of one year, to the minute."""
    found = []
    start = datetime(year, 1, 1, tzinfo=UTC)
    for day in range(366):
        before, after = start + timedelta(days=day), start + timedelta(days=day + 1)
        if before.year == year and _offset(place, before) != _offset(place, after):
            found.append(_change(place, before, after))
    return found


def _change(place: ZoneInfo, before: datetime, after: datetime) -> _Change:
    old = _offset(place, before)
    at = _first(before, after, lambda moment: _offset(place, moment) != old)
    there = at.astimezone(place)
    return _Change(
        local=(at + old).replace(tzinfo=None),
        before=old,
        after=_offset(place, at),
        name=there.tzname() or place.key,
        saving=bool(there.dst()),
    )


def _first(low: datetime, high: datetime, changed: Callable[[datetime], bool]) -> datetime:
    """The first minute, above ``low``, at which it has changed."""
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        middle -= timedelta(seconds=middle.second, microseconds=middle.microsecond)
        low, high = (low, middle) if changed(middle) else (middle, high)
    return high


def _offset(place: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(place).utcoffset() or timedelta(0)


def _rule(changes: list[_Change]) -> dict[str, str] | None:
    """« the last Sunday of March », when it is so every year, at the same hour and by as much."""
    first = changes[0]
    if {(c.before, c.after, c.local.time(), c.local.month) for c in changes} != {
        (first.before, first.after, first.local.time(), first.local.month)
    }:
        return None
    weekday, month = first.local.weekday(), first.local.month
    for rank in (-1, 1, 2, 3, 4):
        if all(nth_weekday(c.local.year, month, weekday, rank) == c.local.date() for c in changes):
            return {"freq": "yearly", "bymonth": str(month), "byday": f"{rank}{_CODES[weekday]}"}
    return None
