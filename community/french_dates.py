"""Reads a date as French people write it (« jeudi 14h30 », « le 3 mars à 9 h », « midi »). Pure.

Never guesses in silence: a date without a year is the next one to come, one that is past is said to be, and
what is not understood whole is not understood. What was understood is read back before anything is published.
(General parsers take « demain 18 h » for eighteen hours later: hence this one.)
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from community.time_words import (
    MONTH,
    MONTHS,
    NUMBER,
    RANK,
    RANKS,
    WEEKDAY,
    WEEKDAYS,
    folded,
    number,
)

FARTHEST = timedelta(days=5 * 366)
LONGEST = 100  # characters that are looked at


@dataclass(frozen=True)
class When:
    """What was understood. ``notes`` are codes of what the reader should look at twice.

    ``twice``: this hour exists twice that night (clocks go back), the first was taken.
    """

    starts_at: datetime  # aware UTC
    zone: str
    notes: tuple[str, ...] = ()

    @property
    def local(self) -> datetime:
        """The wall time of the place, without zone: what a recurrence is anchored on."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


@dataclass(frozen=True)
class Unclear:
    """Why no date was taken. Words: label ``problems.when_<code>``, filled with ``details``."""

    code: str  # empty, not_understood, no_time, no_day, past, too_far, gap, no_such_day, weekday, midnight
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """For ``Invalid(field=…, problem=…, **details)``."""
        return f"when_{self.code}"


class _Refused(Exception):
    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.unclear = Unclear(code, details)


@dataclass(frozen=True)
class _Said:
    """The days that the words may mean, soonest first; ``explicit``: they name one day, even if past."""

    days: Iterator[date]
    explicit: bool = False
    weekday: int | None = None  # said as well: must agree


_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(z|[+-]\d\d:?\d\d)?")
_LATER = re.compile(
    rf"(?:dans|d'ici|in)\s+({NUMBER})\s*(h|heures?|hours?|min|mn|minutes?)(?:\s*(\d\d))?(?:\s+from\s+now)?"
)
_AT = r"(?:^|(?<=[\s,]))(?:(?:a|at|vers|des|from)\s+|@\s*)?"
_PART = r"(?:\s*(?P<part>du matin|de l'apres-midi|du soir|am|pm|a\.m\.?|p\.m\.?)(?=$|[\s,]))"
_TIMES = (
    re.compile(
        rf"{_AT}(?P<h>{NUMBER})\s*(?:h|heures?|hrs?)(?:\s*(?P<m>\d\d)(?:\s*min)?"
        rf"|\s*(?P<words>et\s+demie?|et\s+quart|moins\s+le\s+quart))?(?!\w){_PART}?"
    ),
    re.compile(rf"{_AT}(?P<h>\d{{1,2}})[:](?P<m>\d\d)(?::00)?(?!\d){_PART}?"),
    re.compile(rf"{_AT}(?P<h>\d{{1,2}}){_PART}"),
    re.compile(rf"{_AT}(?P<noon>midi|noon)(?:\s*(?P<m>\d\d)|\s+(?P<words>et\s+demie?|et\s+quart))?(?!\w)"),
    re.compile(rf"{_AT}(?P<midnight>minuit|midnight)(?!\w)"),
)
_WORDED_MINUTES = {"et demi": 30, "et demie": 30, "et quart": 15, "moins le quart": -15}
_FILLER = re.compile(r"(?:^|(?<=\s))(?:le|la|l'|ce|cet|cette|on|the|de|du|des|of|a|at|pour|for)(?=\s|$)")
_PART_OF_DAY = re.compile(r"(?:\b(cet?|this)\s+)?\b(matin|soir|apres-midi|morning|afternoon|evening)\s*$")


def parse_when(typed: str, now: datetime, zone: str) -> When | Unclear:
    """The instant that the words mean in ``zone``, always after ``now``; or what is missing or wrong."""
    said = folded(typed)[:LONGEST].strip(" .,;!?")
    if not said:
        return Unclear("empty")
    try:
        found = _instant(said, now) or _wall(said, now.astimezone(ZoneInfo(zone)), ZoneInfo(zone))
    except _Refused as refused:
        return refused.unclear
    except (ValueError, OverflowError):
        return Unclear("no_such_day")
    starts_at, notes = found
    if starts_at <= now:
        return Unclear("past", {"day": _day(starts_at.astimezone(ZoneInfo(zone)))})
    if starts_at - now > FARTHEST:
        return Unclear("too_far")
    return When(starts_at, zone, notes)


def settle(local: datetime, zone: str) -> When | Unclear:
    """The instant of a wall time: a skipped hour is none, of a doubled one it is the first."""
    try:
        starts_at, notes = _settled(local, ZoneInfo(zone))
    except _Refused as refused:
        return refused.unclear
    return When(starts_at, zone, notes)


def _settled(local: datetime, zone: ZoneInfo) -> tuple[datetime, tuple[str, ...]]:
    first = local.replace(tzinfo=zone, fold=0)
    starts_at = first.astimezone(UTC)
    if starts_at.astimezone(zone).replace(tzinfo=None) != local:
        raise _Refused("gap", hour=f"{local:%H:%M}", day=_day(local))
    twice = first.utcoffset() != first.replace(fold=1).utcoffset()
    return starts_at, ("twice",) if twice else ()


def _instant(said: str, now: datetime) -> tuple[datetime, tuple[str, ...]] | None:
    """Where the words name an instant by themselves: with an offset, or counted from now."""
    if (iso := _ISO.fullmatch(said)) and iso[3]:
        offset = "+00:00" if iso[3] == "z" else iso[3]
        return datetime.fromisoformat(f"{iso[1]}T{iso[2]}{offset}").astimezone(UTC), ()
    if later := _LATER.fullmatch(said):
        count, more = number(later[1]), int(later[3] or 0)
        span = timedelta(hours=count, minutes=more) if later[2][0] == "h" else timedelta(minutes=count)
        return (now + span).replace(second=0, microsecond=0).astimezone(UTC), ()
    return None


def _wall(said: str, here: datetime, zone: ZoneInfo) -> tuple[datetime, tuple[str, ...]]:
    if iso := _ISO.fullmatch(said):
        return _settled(datetime.fromisoformat(f"{iso[1]}T{iso[2]}"), zone)
    clock, rest = _time(said)
    if part := _PART_OF_DAY.search(rest):
        clock = _in_part(clock, part[2]) if clock else None
        rest = rest[: part.start()] + ("today" if part[1] else "")
    rest = " ".join(_FILLER.sub(" ", rest.replace(",", " ").replace(". ", " ").rstrip(".")).split())
    meant = _said(rest, here.date())
    if clock is None:
        raise _Refused("no_time", day=_day(next(meant.days)))
    return _first_after(meant, clock, here, zone)


def _first_after(
    meant: _Said, clock: time, here: datetime, zone: ZoneInfo
) -> tuple[datetime, tuple[str, ...]]:
    """The soonest of the days on which that hour is still to come."""
    for day in meant.days:
        if meant.weekday is not None and day.weekday() != meant.weekday and not meant.explicit:
            if datetime.combine(day, clock) <= here.replace(tzinfo=None):
                continue
            raise _Refused("weekday", day=_day(day))
        if meant.weekday is not None and day.weekday() != meant.weekday:
            raise _Refused("weekday", day=_day(day))
        local = datetime.combine(day, clock)
        if meant.explicit or local > here.replace(tzinfo=None):
            return _settled(local, zone)
    raise _Refused("no_such_day")


def _time(said: str) -> tuple[time | None, str]:
    """The hour, and what is left of the words without it."""
    for pattern in _TIMES:
        if match := pattern.search(said):
            groups = match.groupdict()
            if groups.get("midnight"):
                raise _Refused("midnight")
            hour = 12 if groups.get("noon") else number(groups["h"])
            minute = int(groups.get("m") or 0)
            minute += _WORDED_MINUTES.get(" ".join((groups.get("words") or "").split()), 0)
            part = groups.get("part")
            if not 0 <= hour <= 23 or minute > 59:
                raise _Refused("no_such_hour", given=match[0].strip())
            moment = datetime.combine(date.min, time(hour)) + timedelta(days=1, minutes=minute)
            clock = moment.time()
            return (_in_part(clock, part) if part else clock), said[: match.start()] + said[match.end() :]
    return None, said


def _in_part(clock: time, part: str) -> time:
    """« 2 h de l’après-midi », « 9 pm »: on a clock of twelve hours."""
    morning = part.endswith(("matin", "morning")) or part.startswith("a")
    if part.endswith("apres-midi") or part == "afternoon":
        morning = False
    if morning:
        return clock.replace(hour=0) if clock.hour == 12 and part.startswith("a") else clock
    return clock.replace(hour=clock.hour + 12) if clock.hour < 12 else clock


# The days. Each reader takes the whole of what is left, or nothing.

_YEAR = r"(?:\s+(?P<y>\d{4}))?"
_WEEKDAY_FIRST = rf"(?:(?P<w>{WEEKDAY})\.?\s+)?"
_NEXT = r"(?:prochaine?|qui vient|next)"


def _said(rest: str, today: date) -> _Said:
    for pattern, reader in _READERS:
        if match := pattern.fullmatch(rest):
            return reader(match, today)
    raise _Refused("not_understood")


def _any_day(_match: re.Match[str], today: date) -> _Said:
    return _Said(iter((today, today + timedelta(days=1))))


def _relative(days: int) -> Callable[[re.Match[str], date], _Said]:
    return lambda _match, today: _Said(iter((today + timedelta(days=days),)), explicit=True)


def _in_days(match: re.Match[str], today: date) -> _Said:
    count, unit = number(match["n"].replace("quinzaine", "15")), match["unit"] or "j"
    if unit.startswith("mo"):
        return _Said(iter((_months_later(today, count),)), explicit=True)
    days = count * (7 if unit.startswith(("s", "w")) else 1)
    return _Said(iter((today + timedelta(days=days),)), explicit=True)


def _weekday(match: re.Match[str], today: date) -> _Said:
    """« jeudi » may be today, « jeudi prochain » never is; « en huit » is a week after the next one."""
    groups = match.groupdict()
    ahead = (WEEKDAYS[match["w"]] - today.weekday()) % 7
    if groups.get("next") and ahead == 0:
        ahead = 7
    if groups.get("in"):
        ahead = (ahead or 7) + (7 if groups["in"] in ("huit", "8") else 14)
    if groups.get("week"):
        monday = today - timedelta(days=today.weekday())
        return _Said(iter((monday + timedelta(days=7 + WEEKDAYS[match["w"]]),)), explicit=True)
    first = today + timedelta(days=ahead)
    return _Said(iter((first, first + timedelta(days=7))))


def _day_month(match: re.Match[str], today: date) -> _Said:
    return _dated(int(match["d"]), MONTHS[match["mo"]], match, today)


def _numeric(match: re.Match[str], today: date) -> _Said:
    return _dated(int(match["d"]), int(match["mo"]), match, today)


def _dated(day: int, month: int, match: re.Match[str], today: date) -> _Said:
    groups = match.groupdict()
    weekday = WEEKDAYS[groups["w"]] if groups.get("w") else None
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise _Refused("no_such_day")
    if year := groups.get("y"):
        full = int(year) + (2000 if len(year) == 2 else 0)
        return _Said(iter((date(full, month, day),)), explicit=True, weekday=weekday)
    coming = (_day_of(today.year + ahead, month, day) for ahead in range(9))
    return _Said((found for found in coming if found and found >= today), weekday=weekday)


def _day_only(match: re.Match[str], today: date) -> _Said:
    """« le 15 »: of this month, or of the next one that has such a day."""
    months = (_months_later(today.replace(day=1), ahead) for ahead in range(13))
    coming = (_day_of(first.year, first.month, int(match["d"])) for first in months)
    weekday = WEEKDAYS[match["w"]] if match["w"] else None
    return _Said((found for found in coming if found and found >= today), weekday=weekday)


def _ranked(match: re.Match[str], today: date) -> _Said:
    """« premier mardi du mois », « dernier vendredi de juin »."""
    groups, rank, weekday = match.groupdict(), RANKS[match["rank"]], WEEKDAYS[match["w"]]
    start = today.replace(day=1)
    if groups.get("mo"):
        first = date(int(groups["y"] or today.year), MONTHS[match["mo"]], 1)
        months = [first] if groups["y"] else [first.replace(year=first.year + ahead) for ahead in range(2)]
    else:
        months = [_months_later(start, ahead) for ahead in range(13)]
        months = months[1:2] if groups.get("next") else months
    coming = (nth_weekday(month.year, month.month, weekday, rank) for month in months)
    explicit = bool(groups.get("next") or groups.get("y"))
    return _Said((day for day in coming if day and (explicit or day >= today)), explicit=explicit)


def _iso_day(match: re.Match[str], _today: date) -> _Said:
    return _Said(iter((date.fromisoformat(match[0]),)), explicit=True)


def nth_weekday(year: int, month: int, weekday: int, rank: int) -> date | None:
    """The ``rank``-th such day of the month, from its end when negative; None when it has not so many."""
    if rank > 0:
        first = date(year, month, 1)
        day = 1 + (weekday - first.weekday()) % 7 + 7 * (rank - 1)
    else:
        last = _months_later(date(year, month, 1), 1) - timedelta(days=1)
        day = last.day - (last.weekday() - weekday) % 7 + 7 * (rank + 1)
    return _day_of(year, month, day)


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return next(
        found for less in range(4) if (found := _day_of(year, month + 1, day.day - less if less else day.day))
    )


def _day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _day(day: date) -> str:
    """For the words: the form in which everyone reads a date without thinking."""
    return f"{day:%d/%m/%Y}"


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], _Said]], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (r"", _any_day),
        (r"(?:aujourd'hui|aujourdhui|jour|today|tonight)", _relative(0)),
        (r"(?:demain|tomorrow)", _relative(1)),
        (r"(?:apres[\s-]+demain|day after tomorrow)", _relative(2)),
        (r"(?:hier|yesterday)", _relative(-1)),
        (
            rf"(?:dans|d'ici|in)\s+(?:une\s+)?(?P<n>{NUMBER}|quinzaine)"
            r"\s*(?P<unit>j|jours?|days?|semaines?|weeks?|mois|months?)?",
            _in_days,
        ),
        (
            rf"(?:this\s+)?(?P<w>{WEEKDAY})\.?(?:\s+(?P<next>{_NEXT})|\s+en\s+(?P<in>huit|8|quinze|15))?",
            _weekday,
        ),
        (rf"(?P<next>prochain|next)\s+(?P<w>{WEEKDAY})", _weekday),
        (rf"(?P<w>{WEEKDAY})\s+(?:(?P<week>semaine prochaine|next week))", _weekday),
        (rf"{_WEEKDAY_FIRST}(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?\s*(?P<mo>{MONTH})\.?{_YEAR}", _day_month),
        (rf"{_WEEKDAY_FIRST}(?P<mo>{MONTH})\.?\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}", _day_month),
        (
            rf"{_WEEKDAY_FIRST}(?P<d>\d{{1,2}})(?P<s>[/.-])(?P<mo>\d{{1,2}})(?:(?P=s)(?P<y>\d{{4}}|\d\d))?",
            _numeric,
        ),
        (rf"{_WEEKDAY_FIRST}(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?", _day_only),
        (
            rf"(?P<rank>{RANK})\s+(?P<w>{WEEKDAY})"
            rf"(?:\s+(?:mois(?:\s+(?P<next>prochain))?|month|(?P<mo>{MONTH}){_YEAR}))?",
            _ranked,
        ),
        (r"\d{4}-\d\d-\d\d", _iso_day),
    )
)
