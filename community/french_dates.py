"""Reads a date as French people write it (« jeudi 14h30 », « le 3 mars à 9 h », « midi »). Pure.

Never guesses in silence: a date without a year is the next one to come, one that is past is said to be, and
what is not understood whole is not understood. What was understood is read back before anything is published.
(General parsers take « demain 18 h » for eighteen hours later: hence this one.)
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from community.french_days import SaidDay, said_day, shown
from community.time_spans import as_day, take_span
from community.time_words import (
    NUMBER,
    WORDED_MINUTE,
    WORDED_MINUTES,
    Refused,
    Unclear,
    folded,
    number,
)

__all__ = ["Unclear", "When", "hour_or_day", "parse_when", "settle", "take_time", "without_asides"]

FARTHEST = timedelta(days=5 * 366)
LONGEST = 100  # characters that are looked at
_SOON = timedelta(days=300)  # past that, a date without its year was perhaps one that is just over


@dataclass(frozen=True)
class When:
    """What was understood. ``notes`` are codes of what the reader should look at twice.

    ``twice``: this hour exists twice that night (clocks go back), the first was taken.
    ``next_year``: no year was written, and the date is far: it may be one that is just over.
    """

    starts_at: datetime  # aware UTC
    zone: str
    notes: tuple[str, ...] = ()

    @property
    def local(self) -> datetime:
        """The wall time of the place, without zone: what a recurrence is anchored on."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)


_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(z|[+-]\d\d:?\d\d)?")
_LATER = re.compile(
    rf"(?:dans|d'ici|in)\s+({NUMBER})\s*(h|heures?|hours?|min|mn|minutes?)(?:\s*(\d\d))?(?:\s+from\s+now)?"
)
_AT = r"(?:^|(?<=[\s,]))(?:(?:a\s+partir\s+de|a|at|vers|des|from)\s+|@\s*)?"
_PART = r"(?:\s*(?P<part>du\s+matin|de\s+l'apres-midi|du\s+soir|am|pm|a\.m\.?|p\.m\.?)(?=$|[\s,]))"
_TIMES = (
    re.compile(
        rf"{_AT}(?P<h>{NUMBER})\s*(?:h|heures?|hrs?)(?:\s*(?P<m>\d\d(?!\s*(?:fois|times|seances?|dates|rencontres|sessions))|(?<=h)\d)(?:\s*(?:min|mn)\b)?"
        rf"|\s*(?P<words>{WORDED_MINUTE}))?(?!\w){_PART}?"
    ),
    re.compile(rf"{_AT}(?P<h>\d{{1,2}})[:](?P<m>\d\d)(?::00)?(?!\d){_PART}?"),
    re.compile(rf"{_AT}(?P<h>\d{{1,2}})(?:\.(?P<m>\d\d))?{_PART}"),
    re.compile(rf"{_AT}(?P<noon>midi|noon)(?:\s*(?P<m>\d\d)|\s+(?P<words>{WORDED_MINUTE}))?(?!\w)"),
    re.compile(rf"{_AT}(?P<midnight>minuit|midnight)(?!\w)"),
)
_ASIDE = re.compile(r"\)|(?<=\s)-(?=\s)|\b(?:pile|precises?|heure\s+locale|local\s+time)\b")
_OF_PARIS = re.compile(r"\b(?:heure\s+de\s+paris|paris\s+time)\b")
_PART_OF_DAY = re.compile(
    r"(?:\b(?:(cet?|this)|au|en|dans\s+la|dans\s+l'|in\s+the)\s*)?"
    r"\b(matin|matinee|soir|soiree|apres[\s-]midi|aprem|morning|afternoon|evening)\s*,?\s*$"
)


def parse_when(typed: str, now: datetime, zone: str) -> When | Unclear:
    """The instant that the words mean in ``zone``, always after ``now``; or what is missing or wrong."""
    plain = folded(typed)[:LONGEST].strip(" .,;!?")
    said = without_asides(plain, zone).strip(" .,;!?")
    if not said:
        return Unclear("empty")
    # Only who plans a meetup may say when it ends: see ``meetups_when``.
    if take_span(plain) != (plain, None):
        return hour_or_day(plain, now, zone) or Unclear("span")
    try:
        found = _instant(said, now) or _wall(said, now.astimezone(ZoneInfo(zone)), ZoneInfo(zone))
    except Refused as refused:
        return refused.unclear
    except (ValueError, OverflowError, StopIteration):
        return Unclear("no_such_day")
    starts_at, notes = found
    if starts_at <= now:
        return Unclear("past", {"day": shown(starts_at.astimezone(ZoneInfo(zone)))})
    if starts_at - now > FARTHEST:
        return Unclear("too_far")
    return When(starts_at, zone, notes)


def without_asides(said: str, zone: str) -> str:
    """Brackets, « pile », a clock that is this place's: what changes nothing to what is meant."""
    said = said.replace("(", ", ")
    return _ASIDE.sub(" ", _OF_PARIS.sub(" ", said) if zone == "Europe/Paris" else said)


def hour_or_day(typed: str, now: datetime, zone: str) -> Unclear | None:
    """« jeudi 12 - 14h » is Thursday the 12th at two, or Thursday from noon to two: they are asked."""
    words = as_day(typed)
    if words is None or not isinstance(parse_when(words, now, zone), When):
        return None
    return Unclear("hour_or_day", {"given": typed.strip()})


def settle(local: datetime, zone: str) -> When | Unclear:
    """The instant of a wall time: a skipped hour is none, of a doubled one it is the first."""
    try:
        starts_at, notes = _settled(local, ZoneInfo(zone))
    except Refused as refused:
        return refused.unclear
    return When(starts_at, zone, notes)


def _settled(local: datetime, zone: ZoneInfo) -> tuple[datetime, tuple[str, ...]]:
    first = local.replace(tzinfo=zone, fold=0)
    starts_at = first.astimezone(UTC)
    if starts_at.astimezone(zone).replace(tzinfo=None) != local:
        raise Refused("gap", hour=f"{local:%H:%M}", day=shown(local))
    twice = first.utcoffset() != first.replace(fold=1).utcoffset()
    return starts_at, ("twice",) if twice else ()


def _instant(said: str, now: datetime) -> tuple[datetime, tuple[str, ...]] | None:
    """Where the words name an instant by themselves: with an offset, or counted from now."""
    if (iso := _ISO.fullmatch(said)) and iso[3]:
        offset = "+00:00" if iso[3] == "z" else iso[3]
        if not -12 <= int(offset[:3]) <= 14:
            raise Refused("no_such_hour", given=offset)
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
    meant = said_day(rest, here.date())
    if clock is None:
        raise Refused("no_time", day=shown(next(meant.days)))
    return _first_after(meant, clock, here, zone)


def _first_after(
    meant: SaidDay, clock: time, here: datetime, zone: ZoneInfo
) -> tuple[datetime, tuple[str, ...]]:
    """The soonest of the days on which that hour is still to come."""
    over: date | None = None
    for day in meant.days:
        local = datetime.combine(day, clock)
        agrees = meant.weekday is None or day.weekday() == meant.weekday
        if not meant.explicit and local <= here.replace(tzinfo=None):
            over = day if agrees else over
            continue
        if not agrees:
            raise Refused("past", day=shown(over)) if over else Refused("weekday", day=shown(day))
        starts_at, notes = _settled(local, zone)
        far = not meant.explicit and day - here.date() > _SOON
        return starts_at, (*notes, "next_year") if far else notes
    raise Refused("no_such_day")


def take_time(said: str) -> tuple[time | Unclear | None, str]:
    """The hour in folded words, and those without it; for what also says how it comes back."""
    try:
        return _time(said)
    except Refused as refused:
        return refused.unclear, said


def _time(said: str) -> tuple[time | None, str]:
    """The hour, and what is left of the words without it."""
    for pattern in _TIMES:
        if match := pattern.search(said):
            groups = match.groupdict()
            if groups.get("midnight"):
                raise Refused("midnight")
            hour = 12 if groups.get("noon") else number(groups["h"])
            minute = int(groups.get("m") or 0)
            minute += WORDED_MINUTES.get(" ".join((groups.get("words") or "").split()), 0)
            part = groups.get("part")
            if not 0 <= hour <= 23 or minute > 59:
                raise Refused("no_such_hour", given=match[0].strip())
            moment = datetime.combine(date.min, time(hour)) + timedelta(days=1, minutes=minute)
            clock = moment.time()
            return (_in_part(clock, part) if part else clock), said[: match.start()] + said[match.end() :]
    return None, said


def _in_part(clock: time, part: str) -> time:
    """« 2 h de l’après-midi », « 9 pm »: on a clock of twelve hours."""
    if part.endswith(("matin", "matinee", "morning")) or re.match(r"a\.?m", part):
        return clock.replace(hour=0) if clock.hour == 12 and part.startswith("a") else clock
    return clock.replace(hour=clock.hour + 12) if clock.hour < 12 else clock
