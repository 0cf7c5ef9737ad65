"""Reads a day (« jeudi en huit », « 3 mars », « premier mardi du mois ») in folded words. Pure.

The hour is ``french_dates.py``'s affair, and so is which of the days is meant: the first still to come.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from community.time_words import (
    MONTH,
    MONTHS,
    NUMBER,
    RANK,
    RANKS,
    WEEKDAY,
    WEEKDAYS,
    Refused,
    Unclear,
    number,
)


@dataclass(frozen=True)
class SaidDay:
    """The days that the words may mean, soonest first; ``explicit``: they name one day, even if past."""

    days: Iterator[date]
    explicit: bool = False
    weekday: int | None = None  # said as well: must agree


_FILLER = re.compile(r"(?:^|(?<=\s))(?:le|la|l'|ce|cet|cette|on|the|de|du|des|of|a|at|pour|for)(?=\s|$)")

# Each reader takes the whole of what is left, or nothing.

_YEAR = r"(?:\s+(?P<y>\d{4})|\s+prochaine?)?"
_WEEKDAY_FIRST = rf"(?:(?P<w>{WEEKDAY})\.?\s+)?"
_THIS_WEEK = r"(?:semaine|week)"  # « cette » is a filler
_NUMBERED_WEEK = r"(?:semaine|week|s)\s*(?P<iso>\d{1,2})"
_NEXT_WEEK = r"(?:semaine\s+pro(?:chaine)?|next\s+week)"
_FIRST = re.compile(rf"\bpremier\s+(?={MONTH}\b)")  # « premier avril » is a date, « premier mardi » a rank
_NEXT = r"(?:prochaine?|qui\s+vient|next)"


def said_day(words: str, today: date) -> SaidDay:
    """The days that folded words may mean; Refused when they are not understood whole."""
    words = _FIRST.sub("1er ", words)
    rest = " ".join(_FILLER.sub(" ", words.replace(",", " ").replace(". ", " ").rstrip(".")).split())
    for pattern, reader in _READERS:
        if match := pattern.fullmatch(rest):
            return reader(match, today)
    raise Refused("not_understood")


def _any_day(_match: re.Match[str], today: date) -> SaidDay:
    return SaidDay(iter((today, today + timedelta(days=1))))


def _relative(days: int) -> Callable[[re.Match[str], date], SaidDay]:
    return lambda _match, today: SaidDay(iter((today + timedelta(days=days),)), explicit=True)


def _in_days(match: re.Match[str], today: date) -> SaidDay:
    count, unit = number(match["n"].replace("quinzaine", "15")), match["unit"] or "j"
    if unit.startswith("mo"):
        return SaidDay(iter((_months_later(today, count),)), explicit=True)
    days = count * (7 if unit.startswith(("s", "w")) else 1)
    return SaidDay(iter((today + timedelta(days=days),)), explicit=True)


def _weekday(match: re.Match[str], today: date) -> SaidDay:
    """« jeudi » may be today, « jeudi prochain » never is; « en huit » is a week after the next one."""
    groups = match.groupdict()
    ahead = (WEEKDAYS[match["w"]] - today.weekday()) % 7
    if groups.get("next") and ahead == 0:
        ahead = 7
    if groups.get("in"):
        ahead = (ahead or 7) + (7 if groups["in"] in ("huit", "8") else 14)
    if week := groups.get("week"):
        monday = today - timedelta(days=today.weekday())
        if week not in ("semaine", "week"):
            monday += timedelta(days=7)
        return SaidDay(iter((monday + timedelta(days=WEEKDAYS[match["w"]]),)), explicit=True)
    first = today + timedelta(days=ahead)
    return SaidDay(iter((first, first + timedelta(days=7))))


def _in_numbered_week(match: re.Match[str], today: date) -> SaidDay:
    """« jeudi semaine 12 »: as calendars and town halls number them."""
    week, weekday = int(match["iso"]), WEEKDAYS[match["w"]] + 1
    years = (today.year + ahead for ahead in range(-1, 8))
    coming = (
        date.fromisocalendar(year, week, weekday)
        for year in years
        if 1 <= week <= date(year, 12, 28).isocalendar().week
    )
    return SaidDay(day for day in coming if day >= today)


def _of_next_month(match: re.Match[str], today: date) -> SaidDay:
    first = _months_later(today.replace(day=1), 1)
    return SaidDay(iter((first.replace(day=int(match["d"])),)), explicit=True)


def _day_month(match: re.Match[str], today: date) -> SaidDay:
    return _dated(int(match["d"]), MONTHS[match["mo"]], match, today)


def _numeric(match: re.Match[str], today: date) -> SaidDay:
    return _dated(int(match["d"]), int(match["mo"]), match, today)


def _dated(day: int, month: int, match: re.Match[str], today: date) -> SaidDay:
    groups = match.groupdict()
    weekday = WEEKDAYS[groups["w"]] if groups.get("w") else None
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise Refused("no_such_day")
    if year := groups.get("y"):
        full = int(year) + (2000 if len(year) == 2 else 0)
        return SaidDay(iter((date(full, month, day),)), explicit=True, weekday=weekday)
    coming = (_day_of(today.year + ahead, month, day) for ahead in range(9))
    return SaidDay((found for found in coming if found and found >= today), weekday=weekday)


def _day_only(match: re.Match[str], today: date) -> SaidDay:
    """« le 15 »: of this month, or of the next one that has such a day."""
    months = (_months_later(today.replace(day=1), ahead) for ahead in range(13))
    coming = (_day_of(first.year, first.month, int(match["d"])) for first in months)
    weekday = WEEKDAYS[match["w"]] if match["w"] else None
    return SaidDay((found for found in coming if found and found >= today), weekday=weekday)


def _ranked(match: re.Match[str], today: date) -> SaidDay:
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
    return SaidDay((day for day in coming if day and (explicit or day >= today)), explicit=explicit)


def _iso_day(match: re.Match[str], _today: date) -> SaidDay:
    return SaidDay(iter((date.fromisoformat(match[0]),)), explicit=True)


def day_said(words: str, today: date) -> date | Unclear:
    """One day, from ``today`` on: the end of a series."""
    try:
        meant = said_day(words, today)
        day = next(meant.days)
    except Refused as refused:
        return refused.unclear
    except (ValueError, OverflowError, StopIteration):
        return Unclear("no_such_day")
    if meant.weekday is not None and day.weekday() != meant.weekday:
        return Unclear("weekday", {"day": shown(day)})
    return Unclear("past", {"day": shown(day)}) if day < today else day


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


def shown(day: date) -> str:
    """For the words: the form in which everyone reads a date without thinking."""
    return f"{day:%d/%m/%Y}"


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], SaidDay]], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (r"", _any_day),
        (r"(?:aujourd'hui|aujourdhui|jour|today|tonight)", _relative(0)),
        (r"(?:demain|tomorrow)", _relative(1)),
        (r"(?:apres[\s-]+demain|day\s+after\s+tomorrow)", _relative(2)),
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
        (rf"(?P<w>{WEEKDAY})\s+(?P<week>{_NEXT_WEEK})", _weekday),
        (rf"(?P<week>{_NEXT_WEEK})\s+(?P<w>{WEEKDAY})", _weekday),
        (rf"(?P<w>{WEEKDAY})\s+(?P<week>{_THIS_WEEK})", _weekday),
        (rf"(?P<week>{_THIS_WEEK})\s+(?P<w>{WEEKDAY})", _weekday),
        (rf"(?P<w>{WEEKDAY})\s+{_NUMBERED_WEEK}", _in_numbered_week),
        (rf"{_NUMBERED_WEEK}\s+(?P<w>{WEEKDAY})", _in_numbered_week),
        (r"(?P<d>\d{1,2})(?:er|st|nd|rd|th)?\s+(?:mois\s+prochain|next\s+month)", _of_next_month),
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
