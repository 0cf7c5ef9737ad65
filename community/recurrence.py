"""How a series comes back (« premier mardi du mois », « tous les 15 jours », RRULE too). Pure.

A rule counts from its first occurrence, in the wall time of its place: nine o'clock stays nine o'clock when
the clocks change, and a 31st comes back on the 31st of the months that have one, never on the 28th.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from community.french_dates import When, settle, take_time, without_asides
from community.french_days import day_said, shown
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
    any_of,
    folded,
    number,
)

if TYPE_CHECKING:
    from dateutil.rrule import rrule

MOST_TIMES = 500
MOST_INTERVAL = 99
LONGEST = 200  # characters that are looked at

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True)
class Recurrence:
    """``days`` are (rank in the month or 0, weekday from Monday 0); ``until`` is a local day, included."""

    frequency: Frequency
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    month_day: int | None = None  # -1: the last
    until: date | None = None
    count: int | None = None

    @property
    def rule(self) -> str:
        """As RFC 5545 writes it, but for UNTIL, a local day here. ``parse_recurrence`` reads it back."""
        parts = [f"FREQ={self.frequency}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.days:
            parts.append("BYDAY=" + ",".join(f"{rank or ''}{_CODES[weekday]}" for rank, weekday in self.days))
        if self.month_day is not None:
            parts.append(f"BYMONTHDAY={self.month_day}")
        if self.until is not None:
            parts.append(f"UNTIL={self.until:%Y%m%d}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        return ";".join(parts)

    @property
    def names_days(self) -> bool:
        """Whether the rule says by itself on which days; else its first occurrence does."""
        return bool(self.days) or self.month_day is not None or self.frequency is Frequency.DAILY


def parse_recurrence(typed: str, today: date) -> Recurrence | Unclear:
    """The rule that the words mean; ``today`` settles the year of « jusqu’au 30 juin »."""
    said = folded(typed)[:LONGEST].strip(" .,;!?")
    if not said:
        return Unclear("repeat_empty")
    try:
        if "freq=" in said:
            return _from_rule(said.removeprefix("rrule:"))
        said, until, count = _bounds(said, today)
        found = replace(_pattern(said), until=until, count=count)
    except Refused as refused:
        return refused.unclear
    except ValueError:
        return Unclear("repeat_not_understood")
    return _checked(found)


def parse_series(typed: str, now: datetime, zone: str) -> tuple[When, Recurrence] | Unclear:
    """« premier mardi du mois à 14 h »: the rule, and its first occurrence after ``now``."""
    here = now.astimezone(ZoneInfo(zone))
    clock, rest = take_time(without_asides(folded(typed)[:LONGEST], zone))
    if isinstance(clock, Unclear):
        return clock
    since, rest = _since(rest, here.date())
    if isinstance(since, Unclear):
        return since
    found = parse_recurrence(rest, since or here.date())
    if isinstance(found, Unclear):
        return found
    if not found.names_days and since is None:
        return Unclear("no_day")
    if clock is None:
        return Unclear("series_no_time")
    start = datetime.combine(since or here.date(), clock)
    # Its first occurrence is not known yet: no interval nor end counts before it.
    plain = replace(found, interval=1, until=None, count=None)
    quarterly = since is None and _QUARTER.search(rest)
    coming = (at for at in _rrule(plain, start) if at > here.replace(tzinfo=None))
    first = next((at for at in coming if not quarterly or _fits_quarter(found, at)), None)
    if first is None or (found.until is not None and first.date() > found.until):
        return Unclear("repeat_ended")
    when = settle(first, zone)
    return when if isinstance(when, Unclear) else (when, found)


def occurrences(
    rule: Recurrence, first_local: datetime, zone: str, after: datetime, until: datetime
) -> Iterator[datetime]:
    """Instants of the series, after ``after`` and up to ``until`` (included), soonest first.

    In a night when the clocks skip that hour the occurrence comes as much later; of a doubled hour, the
    first counts: RFC 5545 says so, and calendars do it.
    """
    place = ZoneInfo(zone)
    reach = until.astimezone(place).replace(tzinfo=None) + timedelta(days=1)
    for local in _rrule(rule, first_local):
        if local > reach:
            return
        at = local.replace(tzinfo=place, fold=0).astimezone(UTC)
        if after < at <= until:
            yield at


def belongs(rule: Recurrence, first_local: datetime) -> bool:
    """Whether the first date that somebody gave is one that the rule would bring."""
    return next(iter(_rrule(replace(rule, count=None, until=None), first_local)), None) == first_local


def _rrule(rule: Recurrence, first_local: datetime) -> "rrule":
    from dateutil import rrule as library  # only those who schedule a series pay for it

    weekdays = (library.MO, library.TU, library.WE, library.TH, library.FR, library.SA, library.SU)
    return library.rrule(
        freq=getattr(library, rule.frequency),
        interval=rule.interval,
        dtstart=first_local,
        byweekday=[weekdays[day](rank) if rank else weekdays[day] for rank, day in rule.days] or None,
        bymonthday=rule.month_day,
        until=datetime.combine(rule.until, time.max) if rule.until else None,
        count=rule.count,
    )


def _checked(found: Recurrence) -> Recurrence | Unclear:
    if not 1 <= found.interval <= MOST_INTERVAL:
        return Unclear("repeat_interval", {"limit": MOST_INTERVAL})
    if found.count is not None and not 1 <= found.count <= MOST_TIMES:
        return Unclear("repeat_times", {"limit": MOST_TIMES})
    if found.until is not None and found.count is not None:
        return Unclear("repeat_two_ends")
    ranks = [rank for rank, _ in found.days]
    if any(ranks) and (
        found.frequency is not Frequency.MONTHLY or not all(-2 <= rank <= 5 for rank in ranks)
    ):
        return Unclear("repeat_not_understood")
    if found.month_day is not None and (
        found.frequency is not Frequency.MONTHLY
        or found.days
        or not (1 <= found.month_day <= 31 or found.month_day == -1)
    ):
        return Unclear("repeat_not_understood")
    return found


# What begins it.

_NAMED_DAY = (
    rf"(?:{WEEKDAY}\s+)?(?:(?:\d{{1,2}}(?:er)?|premier)\s+{MONTH}(?:\s+\d{{4}})?|{MONTH}\s+\d{{1,2}}(?:\s+\d{{4}})?"
    r"|\d{1,2}/\d{1,2}(?:/(?:\d{4}|\d\d))?)|\d{4}-\d\d-\d\d"
)
_SINCE = re.compile(
    rf"[,\s]*\b(?:(?:a\s+(?:partir|compter)\s+du|des\s+le|starting(?:\s+(?:on|from))?|from)\s+(?P<day>{_NAMED_DAY})"
    rf"|(?:a\s+(?:partir|compter)\s+d(?:e\s+|')|des\s+|from\s+|starting\s+(?:in\s+)?)(?P<month>{MONTH})(?:\s+(?P<year>\d{{4}}))?"
    rf"|(?:du|entre\s+le|between|from)\s+(?P<first>{_NAMED_DAY})\s+(?:au|et\s+le|and|to|until)\s+(?P<last>{_NAMED_DAY}))"
    r"(?=$|[\s,])\s*,?"
)


_FAR = timedelta(days=300)  # a start without its year may be one that is just over
_QUARTER = re.compile(r"trimestr|quarter")


def _since(said: str, today: date) -> tuple[date | Unclear | None, str]:
    """« à partir du 10 mars » taken out; of « du 10 mars au 30 juin » the end stays, as words of an end."""
    match = _SINCE.search(said)
    if match is None:
        return None, said
    rest = f"{said[: match.start()]} {said[match.end() :].strip()}".strip()
    if match["last"]:
        rest += f" jusqu'au {match['last']}"
    if match["month"]:
        year, month = int(match["year"] or today.year), MONTHS[match["month"]]
        if not match["year"] and month == today.month:
            return today, rest
        return date(year if match["year"] or month > today.month else year + 1, month, 1), rest
    day = day_said(match["day"] or match["first"], today)
    if isinstance(day, date) and day - today > _FAR and not re.search(r"\d{4}", match[0]):
        return Unclear("since_year", {"day": shown(day)}), rest
    return day, rest


def _fits_quarter(found: Recurrence, at: datetime) -> bool:
    """« premier mardi du trimestre »: of its first month; the last one, of its third."""
    ranks = [rank for rank, _ in found.days]
    return not any(ranks) or at.month % 3 == (0 if min(ranks) < 0 else 1)


# What ends it.

_UNTIL = re.compile(
    r"[,\s]+(?:et\s+)?(?:jusqu'(?:au|a|en)?|until|till|to)\s+(?:le\s+|the\s+)?(?P<day>.+?)(?:\s+inclus)?$"
)
_TIMES = re.compile(
    rf"[,\s]+(?:pendant\s+|for\s+|en\s+tout\s+)?(?P<n>{NUMBER})\s+"
    r"(?:fois|times|dates|seances|rencontres|occurrences|sessions)$"
)


def _bounds(said: str, today: date) -> tuple[str, date | None, int | None]:
    if match := _TIMES.search(said):
        return said[: match.start()], None, number(match["n"])
    if match := _UNTIL.search(said):
        day = _end_of_month(match["day"], today) or day_said(match["day"], today)
        if isinstance(day, Unclear):
            raise Refused(day.code, **day.details)
        return said[: match.start()], day, None
    return said, None, None


_MONTH_END = re.compile(
    rf"(?:(?:la\s+)?fin\s+(?:(?:du\s+mois\s+)?d(?:e\s+|'))?|the\s+end\s+of\s+)?"
    rf"(?P<month>{MONTH}|l'annee|annee|the\s+year)(?:\s+(?P<year>\d{{4}}))?"
)


def _end_of_month(said: str, today: date) -> date | None:
    """« fin juin », « jusqu’en juin »: its last day, of the next one to come."""
    match = _MONTH_END.fullmatch(said)
    if match is None:
        return None
    month = MONTHS.get(match["month"], 12)
    year = int(match["year"] or today.year + (month < today.month))
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


# What comes back. Each pattern takes the whole of what is left, or nothing.

_DAY = rf"{WEEKDAY}s?"
_DAYS = rf"(?P<days>{_DAY}(?:\s*(?:,|et|and|&)\s*(?:les?\s+)?{_DAY})*)"
_RANKS = rf"(?P<ranks>{RANK}s?(?:\s*(?:,|et|and|&)\s*(?:les?\s+|the\s+)?{RANK}s?)*)"
_MONTH = r"(?:(?:du|de\s+chaque|de\s+tous\s+les|of\s+the|of\s+each|of\s+every|each|every)\s+(?:mois|months?))"
_EVERY = r"(?:chaque|tous\s+les|toutes\s+les|every|each)"
_OTHER = rf"sur\s+(?P<other>{NUMBER})"
_UNITS = {
    **dict.fromkeys(("jour", "jours", "day", "days"), (Frequency.DAILY, 1)),
    **dict.fromkeys(("semaine", "semaines", "week", "weeks"), (Frequency.WEEKLY, 1)),
    **dict.fromkeys(("mois", "month", "months"), (Frequency.MONTHLY, 1)),
    **dict.fromkeys(("trimestre", "trimestres", "quarter", "quarters"), (Frequency.MONTHLY, 3)),
    **dict.fromkeys(("an", "ans", "annee", "annees", "year", "years"), (Frequency.YEARLY, 1)),
}
_SINGLE_WORDS = {
    **dict.fromkeys(("quotidien", "quotidienne", "daily"), (Frequency.DAILY, 1)),
    **dict.fromkeys(("hebdomadaire", "hebdo", "weekly"), (Frequency.WEEKLY, 1)),
    **dict.fromkeys(("bimensuel", "bimensuelle", "fortnightly", "biweekly"), (Frequency.WEEKLY, 2)),
    **dict.fromkeys(("mensuel", "mensuelle", "monthly"), (Frequency.MONTHLY, 1)),
    **dict.fromkeys(("bimestriel", "bimestrielle"), (Frequency.MONTHLY, 2)),
    **dict.fromkeys(("trimestriel", "trimestrielle", "quarterly"), (Frequency.MONTHLY, 3)),
    **dict.fromkeys(("annuel", "annuelle", "yearly", "annual"), (Frequency.YEARLY, 1)),
}
_STEP_OF = {
    Frequency.DAILY: "jours",
    Frequency.WEEKLY: "semaines",
    Frequency.MONTHLY: "mois",
    Frequency.YEARLY: "ans",
}
_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_STEP = rf"(?:{_EVERY}\s+(?:(?P<n>{NUMBER}|other)\s+)?(?P<unit>{_UNIT}))"

_ALONE = re.compile("|".join(_SINGLE_WORDS))
_EVERY_N = re.compile(rf"{_STEP}(?:\s*,?\s+(?:(?:le|les|on)\s+)?{_DAYS})?")
_ONE_IN_TWO = re.compile(rf"(?:une?|les?|chaque)\s+(?P<what>{_DAY}|semaine|mois|jour)\s+{_OTHER}")
_EVERY_DAYS = re.compile(rf"(?:{_EVERY}\s+(?:(?P<other>other|deux|two|2)\s+)?|les?\s+)?{_DAYS}")
_WORKDAYS = re.compile(
    rf"(?:{_EVERY}\s+)?(?:jours?\s+ouvres?|jours?\s+ouvrables?|weekdays?)|du\s+lundi\s+au\s+vendredi"
)
_RANKED = re.compile(
    rf"(?:tous\s+les\s+|chaque\s+|les?\s+|l'|the\s+)?{_RANKS}\s+(?P<days>{_DAY})(?:\s+{_MONTH}|\s+(?:de\s+chaque|of\s+each|of\s+every)\s+"
    rf"(?P<quarter>trimestre|quarter))?(?:\s*,?\s*{_STEP})?"
)
_MONTH_DAY = re.compile(
    rf"(?:les?\s+|tous\s+les\s+|the\s+|on\s+the\s+|on\s+day\s+)?(?P<day>\d{{1,2}}(?:er|st|nd|rd|th)?|dernier\s+jour|last\s+day)"
    rf"\s+{_MONTH}(?:\s*,?\s*{_STEP})?"
)
_PARITY = re.compile(r"\b(?:im)?paire?s?\b|\b(?:odd|even)\b")  # two odd weeks follow each other some years


# « une fois par mois, le premier mardi », « mardi, toutes les semaines »: the same, the other way round.
_PLAIN_STEP = re.sub(r"\?P<\w+>", "?:", _STEP)
_STEP_WORDS = {
    **{word: f"every {times} {_STEP_OF[unit]}" for word, (unit, times) in _SINGLE_WORDS.items()},
    **{f"une fois par {unit}": f"every {unit}" for unit in ("semaine", "mois", "trimestre", "an")},
    **dict.fromkeys(("une semaine sur deux", "une semaine sur 2"), "every 2 semaines"),
    **dict.fromkeys(("un mois sur deux", "un mois sur 2"), "every 2 mois"),
}
_SAID_STEP = rf"(?P<step>{_PLAIN_STEP}|{any_of(_STEP_WORDS)})"
_STEP_FIRST = re.compile(rf"{_SAID_STEP}\s*,?\s+(?:le\s+|the\s+)?(?P<what>{RANK}\s.*|{_DAY}.*)")
_STEP_LAST = re.compile(rf"(?:les?\s+)?(?P<what>{_DAY})\s*,?\s+{_SAID_STEP}")


def _usual_order(said: str) -> str:
    """« premier mardi, tous les deux mois », « toutes les semaines le mardi »."""
    match = _STEP_FIRST.fullmatch(said) or _STEP_LAST.fullmatch(said)
    if match is None:
        return said
    step, what = _STEP_WORDS.get(match["step"], match["step"]), match["what"]
    return f"{what}, {step}" if re.match(rf"{RANK}\s", what) else f"{step} le {what}"


# As rules are read back: « chaque mois, à la même date », « le premier mardi et le troisième mardi ».
_SAME_DATE = re.compile(r",?\s+(?:a\s+la\s+meme\s+date|on\s+the\s+same\s+date)$")
_SAME_DAY = re.compile(rf"({RANK})\s+({_DAY})(?=\s*(?:,|et|and)\s*(?:le\s+|the\s+)?{RANK}\s+\2\b)")


def _pattern(said: str) -> Recurrence:
    said = _SAME_DATE.sub("", _SAME_DAY.sub(r"\1", " ".join(said.replace(" ,", ",").split())))
    said = _usual_order(said)
    if match := _ALONE.fullmatch(said):
        return Recurrence(*_SINGLE_WORDS[match[0]])
    if _WORKDAYS.fullmatch(said):
        return Recurrence(Frequency.WEEKLY, days=tuple((0, day) for day in range(5)))
    if match := _EVERY_N.fullmatch(said):
        return _every_n(match)
    if match := _ONE_IN_TWO.fullmatch(said):
        every = number(match["other"])
        if match["what"] in _UNITS:
            return Recurrence(_UNITS[match["what"]][0], every)
        return Recurrence(Frequency.WEEKLY, every, _weekdays(match["what"]))
    if match := _EVERY_DAYS.fullmatch(said):
        return Recurrence(Frequency.WEEKLY, 2 if match["other"] else 1, _weekdays(match["days"]))
    if match := _RANKED.fullmatch(said):
        return _ranked(match)
    if match := _MONTH_DAY.fullmatch(said):
        day = -1 if match["day"][0].isalpha() else int(re.sub(r"\D", "", match["day"]))
        return Recurrence(Frequency.MONTHLY, _months(match), month_day=day)
    raise Refused("repeat_parity" if _PARITY.search(said) else "repeat_not_understood")


def _every_n(match: re.Match[str]) -> Recurrence:
    """In French « quinze jours » are two weeks, and « huit jours » are one."""
    frequency, factor = _UNITS[match["unit"]]
    interval = factor * _step(match)
    if frequency is Frequency.DAILY and (weeks := {7: 1, 8: 1, 14: 2, 15: 2, 21: 3}.get(interval)):
        frequency, interval = Frequency.WEEKLY, weeks
    days = _weekdays(match["days"]) if match["days"] else ()
    if days and frequency is not Frequency.WEEKLY:
        raise Refused("repeat_not_understood")
    return Recurrence(frequency, interval, days)


def _ranked(match: re.Match[str]) -> Recurrence:
    weekday = _weekdays(match["days"])[0][1]
    ranks = [RANKS.get(word, RANKS.get(word.removesuffix("s"))) for word in _listed(match["ranks"])]
    days = tuple((rank, weekday) for rank in ranks if rank is not None)
    return Recurrence(Frequency.MONTHLY, 3 if match["quarter"] else _months(match), days)


def _months(match: re.Match[str]) -> int:
    """« tous les deux mois », said after the day."""
    if not match["unit"]:
        return 1
    frequency, factor = _UNITS[match["unit"]]
    if frequency is not Frequency.MONTHLY:
        raise Refused("repeat_not_understood")
    return factor * _step(match)


def _step(match: re.Match[str]) -> int:
    return 2 if match["n"] == "other" else number(match["n"] or "1")


def _listed(words: str) -> list[str]:
    return [word for word in re.split(r"[\s,&]+", words) if word not in ("et", "and", "le", "les", "the", "")]


def _weekdays(words: str) -> tuple[tuple[int, int], ...]:
    found = {WEEKDAYS.get(word, WEEKDAYS.get(word.removesuffix("s"), -1)) for word in _listed(words)}
    return tuple((0, day) for day in sorted(found))


# RRULE itself, as another calendar may have written it.

_BY_DAY = re.compile(r"([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)")


def _from_rule(said: str) -> Recurrence | Unclear:
    parts = dict(part.split("=", 1) for part in said.upper().replace(" ", "").split(";") if part)
    unknown = parts.keys() - {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "UNTIL", "COUNT", "WKST"}
    if unknown or parts.get("WKST", "MO") != "MO" or parts["FREQ"] not in Frequency.__members__:
        return Unclear("repeat_rule")
    days = []
    for text in filter(None, parts.get("BYDAY", "").split(",")):
        match = _BY_DAY.fullmatch(text)
        if match is None:
            return Unclear("repeat_rule")
        days.append((int(match[1] or 0), _CODES.index(match[2])))
    found = Recurrence(
        Frequency(parts["FREQ"]),
        int(parts.get("INTERVAL", "1")),
        tuple(days),
        int(parts["BYMONTHDAY"]) if "BYMONTHDAY" in parts else None,
        datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date() if "UNTIL" in parts else None,  # noqa: DTZ007 - a day
        int(parts["COUNT"]) if "COUNT" in parts else None,
    )
    return _checked(found)
