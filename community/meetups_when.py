"""Reads when a meetup takes place: one date, or how it comes back. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import NoReturn
from zoneinfo import ZoneInfo

from community.errors import Invalid
from community.french_dates import When, hour_or_day, parse_when, take_time
from community.meetups_rules import USUAL_LENGTH, written_length
from community.recurrence import Recurrence, parse_recurrence, parse_series
from community.text import folded
from community.time_spans import take_span
from community.time_words import MONTH, NUMBERS, WEEKDAY, Unclear, any_of

# What makes a rhythm of words that would name a single date as well.
_RHYTHMS = (
    *("chaque", "tous les", "toutes les", "every", "each", "du mois", "of the month", "du trimestre"),
    *(r"quotidien\w*", r"hebdo\w*", r"(?:bi)?mensuel\w*", r"bimestriel\w*"),
    *(r"trimestriel\w*", r"annuel\w*", "(?:bi)?weekly", "daily", "monthly", "quarterly", "yearly"),
    *("annual", "fortnightly", r"jours? ouvr\w+", "weekdays?", "fois", "times"),
    *(r"sur \d+", f"sur {any_of(NUMBERS)}", "par mois", "par semaine", r"(?:im)?paire?s?"),
    *(
        r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s",
        r"(?:mon|tues|wednes|thurs|fri|satur|sun)days",
    ),
)
_REPEATS = re.compile(rf"\b(?:{'|'.join(_RHYTHMS)})\b|freq=")

_EXCEPT = re.compile(r"\b(?:sauf|hors|except)\b")

_SEVERAL_DAYS = re.compile(
    r"\bdu\s.*\d.*\sau\s|\bles?\s+(?:\w+\s+)?\d+.*\bet\s+(?:le\s+)?(?:\w+\s+)?\d|\bfrom\s.*\d.*\sto\s"
    rf"|\d\s*-\s*\d+\s+{MONTH}\b|\d\s+{MONTH}\b.*\d\s+{MONTH}\b"
)
# « fin mars », « la semaine prochaine »: a while, and no day of it.
_WHILE = re.compile(
    rf"\b(?:debut|mi|fin|courant|early|mid|late|(?:beginning|middle|end)\s+of)[\s-]+(?:de\s+)?{MONTH}\b(?!\s*\d)"
    r"|\b(?:semaine|mois)\s+prochaine?\b|\bnext\s+(?:week|month)\b"
)
# « un jeudi par mois »: how often, and not which one.
_SOME_DAY = re.compile(rf"\b(?:une?|one|1)\s+{WEEKDAY}\s+(?:par|chaque|a|per|every|each)\s+(?:mois|month)\b")
_EVERY = re.compile(r"\b(?:chaque|tous|toutes|every|each)\b")
_THEN = re.compile(r"[;,]?\s+(?:et\s+|and\s+)?(?:puis|ensuite|then)\s+|;", re.IGNORECASE)

# What says that the words were no series at all: then what is wrong with the date is the better answer.
_NO_SERIES = frozenset({"repeat_empty", "repeat_not_understood", "no_day"})


@dataclass(frozen=True)
class Meant:
    """``rule`` is None for a single date; ``notes`` are codes of what the reader should look at twice.

    ``minutes``: how long it lasts, where the end was written with the beginning.
    """

    starts_at: datetime
    rule: str | None = None
    notes: tuple[str, ...] = ()
    minutes: int | None = None

    def length(self, typed: str, usual: str = USUAL_LENGTH) -> str:
        """What the form's own field says, unless it was left as it came and the end was said here."""
        left = folded(typed) in ("", folded(usual))
        return written_length(self.minutes) if left and self.minutes is not None else typed


def read_when(typed: str, now: datetime, zone: str, field: str = "when") -> Meant:
    """« jeudi 14h-16h », « premier mardi du mois à 14 h », « le 3 mars à 9 h ; tous les 15 jours »."""
    taken = hour_or_day(typed, now, zone) or take_span(typed)
    if isinstance(taken, Unclear):
        _refuse(taken, field)
    typed, minutes = taken
    return replace(_read(typed, now, zone, field), minutes=minutes)


def _read(typed: str, now: datetime, zone: str, field: str) -> Meant:
    first_date, *repeat = _THEN.split(typed, 1)
    if repeat and repeat[0].strip():
        return _dated(first_date, repeat[0], now, zone, field)
    when = parse_when(typed, now, zone)
    series = parse_series(typed, now, zone) if _REPEATS.search(folded(typed)) else when
    if isinstance(series, tuple):
        first, rule = series
        return Meant(first.starts_at, rule.rule, first.notes)
    if isinstance(when, When):
        return Meant(when.starts_at, notes=when.notes)
    return _refuse(_better_answer(folded(typed), when, series), field)


def _better_answer(said: str, when: Unclear, series: When | Unclear) -> Unclear:
    """What to say of words that are neither a date nor a rhythm."""
    if _EXCEPT.search(said):
        return Unclear("except")
    if _SOME_DAY.search(said):
        return Unclear("which_of_month")
    rhythm = series if isinstance(series, Unclear) and series is not when else None
    if rhythm is not None and rhythm.code not in _NO_SERIES:
        return rhythm
    if when.code != "not_understood":
        return when
    if _SEVERAL_DAYS.search(said) and not _EVERY.search(said):
        return Unclear("several_days")
    if _WHILE.search(said):
        return Unclear("a_while")
    return rhythm or when


def read_date(typed: str, now: datetime, zone: str, field: str = "when") -> Meant:
    """One date only, without its end."""
    when = parse_when(typed, now, zone)
    if isinstance(when, Unclear):
        _refuse(when, field)
    return Meant(when.starts_at, notes=when.notes)


def read_move(typed: str, day: date, now: datetime, zone: str, field: str = "when") -> Meant:
    """Where a meetup of ``day`` goes: « jeudi 14h-16h », or « 16h » alone. No end: it lasts as long."""
    taken = hour_or_day(typed, now, zone) or take_span(typed)
    if isinstance(taken, Unclear):
        _refuse(taken, field)
    moment, minutes = taken
    return replace(read_date(on_that_day(moment, day), now, zone, field), minutes=minutes)


def on_that_day(typed: str, day: date) -> str:
    """« 16h » alone, to move a meetup: on the day that it has."""
    clock, rest = take_time(folded(typed))
    alone = isinstance(clock, time) and not rest.strip(" ,.;!?")
    return f"{day:%d/%m/%Y} {typed}" if alone else typed


def _dated(typed: str, repeat: str, now: datetime, zone: str, field: str) -> Meant:
    when = parse_when(typed, now, zone)
    if isinstance(when, Unclear):
        _refuse(when, field)
    plain = repeat if "freq=" in repeat.casefold() else repeat.replace(";", ",")
    rule = parse_recurrence(plain, now.astimezone(ZoneInfo(zone)).date())
    if isinstance(rule, Unclear):
        _refuse(rule, field)
    return Meant(when.starts_at, rule.rule, when.notes)


def rule_of(text: str, first_at: datetime) -> Recurrence:
    """A rule that was kept; it was understood once."""
    rule = parse_recurrence(text, first_at.date())
    if isinstance(rule, Unclear):
        raise ValueError(f"a kept rule is not understood: {rule.code}")
    return rule


def _refuse(unclear: Unclear, field: str) -> NoReturn:
    raise Invalid(field=field, problem=unclear.problem, **unclear.details)
