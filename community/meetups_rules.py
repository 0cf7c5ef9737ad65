"""What a meetup may be, who gets a seat, when reminders are due. Pure: time is an argument.

The use cases are in ``meetups.py`` and ``registrations.py``; written dates are read in ``french_dates.py``.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from community import text
from community.errors import DomainError, Invalid
from community.lengths import check_length

TITLE_SHORTEST, TITLE_LONGEST = 3, 100  # a Discord event's name holds as much
DESCRIPTION_LONGEST = 900
PLACE_LONGEST = 100
REASON_LONGEST = 300
NEED_LONGEST = 200
CAPACITY_MOST = 5000
SHORTEST, LONGEST = 5, 7 * 24 * 60  # minutes
USUAL_LENGTH = "2 h"
DAY, HOUR = 24 * 60, 60
DEFAULT_REMINDERS = (7 * DAY, DAY, HOUR)
REMINDERS_MOST = 5
REMINDER_FURTHEST = 60 * DAY
PAGE = 5

AHEAD = timedelta(days=180)  # the dates of a series have their rows so far ahead
DATES_MOST = 60  # a daily series does not fill a year at once
ANNOUNCED_BEFORE = timedelta(days=30)  # the later dates of a series do not crowd the place at once
FARTHEST = timedelta(days=3 * 366)

_HOURS = r"(\d{1,3}) ?h(?:eures?|ours?)?(?: ?(\d{1,2})(?: ?min)?)?"
_MINUTES = r"(\d{1,5})(?: ?(?:min(?:utes?)?|mn))?"
_LENGTH = re.compile(f"{_HOURS}|{_MINUTES}")
_OFFSET = re.compile(r"([jdhm]) ?[-\u2212\u2013] ?(\d{1,4})|(\d{1,4}) ?(j|d|h|m)[a-z]*")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class NotPlanned(DomainError):
    """The meetup is over, cancelled or not published. Details: ``state``, ``title``, ``over``."""

    code = "meetup_not_planned"


class NotInSeries(DomainError):
    """What was asked makes sense for a series only. Details: ``title``."""

    code = "meetup_not_in_series"


class AlreadyPublished(DomainError):
    """A second click on « Publier ». Details: ``title``."""

    code = "meetup_published"


@dataclass(frozen=True)
class NewMeetup:
    """What a form gives, as typed; ``starts_at`` and ``rule`` were read from what was typed."""

    title: str
    starts_at: datetime
    rule: str | None = None
    where: str = ""
    length: str = ""
    capacity: str = ""
    description: str = ""


@dataclass(frozen=True)
class Reminder:
    minutes: int
    due_at: datetime
    expires_at: datetime  # past that, the next reminder says it better, or it has begun


def checked(new: NewMeetup, now: datetime) -> dict[str, object]:
    """Clean a new meetup, or say which field cannot be used and why."""
    check_start(new.starts_at, now)
    return {"starts_at": new.starts_at.astimezone(UTC)} | checked_texts(
        new.title, new.where, new.length, new.capacity, new.description
    )


def checked_texts(title: str, where: str, length: str, capacity: str, description: str) -> dict[str, object]:
    """All but the date."""
    title, description = checked_title(title), checked_description(description)
    place, url = split_where(where)
    return {
        "title": title,
        "description": description,
        "place": place,
        "url": url,
        "minutes": read_length(length),
        "capacity": read_capacity(capacity),
    }


def checked_title(typed: str) -> str:
    """Clean, within the limits."""
    title = text.one_line(typed)
    check_length("name", title, TITLE_SHORTEST, TITLE_LONGEST)
    return title


def checked_description(typed: str) -> str:
    """Clean, within the limit."""
    description = text.lines(typed)
    check_length("description", description, 0, DESCRIPTION_LONGEST)
    return description


def check_start(starts_at: datetime, now: datetime) -> None:
    """To come, and not in a distant future (a year that was mistyped)."""
    if starts_at <= now:
        raise Invalid(field="when", problem="in_the_past")
    if starts_at > now + FARTHEST:
        raise Invalid(field="when", problem="too_far")


def split_where(typed: str) -> tuple[str, str | None]:
    """« Salle des fêtes, https://visio.example/x » is a place and a link; either may be missing."""
    typed = text.one_line(typed)
    found = _ADDRESS.search(typed)
    if found is None:
        check_length("where", typed, 0, PLACE_LONGEST)
        return typed, None
    url = text.address(found[0].rstrip(").,;"))
    if url is None:
        raise Invalid(field="where", problem="bad_url")
    rest = typed[: found.start()] + typed[found.end() :]
    place = rest.strip(" ,;:()[]-\u2013\u2014/")
    check_length("where", place, 0, PLACE_LONGEST)
    return place, url


def read_length(typed: str) -> int:
    """« 2 h », « 1h30 », « 90 min », « 90 »: minutes."""
    match = _LENGTH.fullmatch(text.folded(typed or USUAL_LENGTH))
    if match is None:
        raise Invalid(field="length", problem="bad_length")
    return check_minutes(int(match[1]) * 60 + int(match[2] or 0) if match[1] else int(match[3]))


def check_minutes(minutes: int) -> int:
    """A length that a meetup may have."""
    if not SHORTEST <= minutes <= LONGEST:
        raise Invalid(field="length", problem="bad_length")
    return minutes


def written_length(minutes: int) -> str:
    """The reverse, as a form shows it."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02}" if rest else f"{hours} h"


def read_capacity(typed: str) -> int | None:
    """A number of seats; nothing: as many as come."""
    digits = text.one_line(typed)
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits[:9]) <= CAPACITY_MOST:
        raise Invalid(field="capacity", problem="bad_capacity", limit=CAPACITY_MOST)
    return int(digits)


def free_seat(taken: Collection[int], capacity: int | None) -> int | None:
    """The lowest free number; None when it is full. Who has a seat keeps it when there are fewer."""
    if capacity is not None and len(taken) >= capacity:
        return None
    held = set(taken)
    return next(number for number in range(1, len(held) + 2) if number not in held)


def promotable(taken: int, waiting: int, capacity: int | None) -> int:
    """How many of those who wait get a seat now."""
    return waiting if capacity is None else max(0, min(waiting, capacity - taken))


def read_reminders(typed: str) -> list[int]:
    """« J-7, J-1, H-1 » in minutes before, the longest first; « aucun » and nothing: none."""
    folded = text.folded(typed)
    if folded in {"", "aucun", "jamais", "none", "never", "0", "-"}:
        return []
    found: set[int] = set()
    for part in re.split(r"[,;]| et | and ", folded):
        match = _OFFSET.fullmatch(part.strip())
        if match is None:
            raise Invalid(field="reminders", problem="bad_reminders")
        unit, count = (match[1], match[2]) if match[1] else (match[4], match[3])
        found.add(int(count) * {"j": DAY, "d": DAY, "h": HOUR, "m": 1}[unit])
    if len(found) > REMINDERS_MOST or not all(0 < minutes <= REMINDER_FURTHEST for minutes in found):
        raise Invalid(field="reminders", problem="bad_reminders")
    return sorted(found, reverse=True)


def written_reminders(minutes: Sequence[int], day: str) -> str:
    """The reverse, as a form shows it. ``day`` is the language's letter: J or D."""
    return ", ".join(
        f"{day}-{one // DAY}" if one % DAY == 0 else f"H-{one // HOUR}" if one % HOUR == 0 else f"M-{one}"
        for one in minutes
    )


def reminders(
    starts_at: datetime, timezone: str, offsets: Sequence[int], now: datetime
) -> Sequence[Reminder]:
    """Those to come: a late answer must not fire last week's reminder. Days keep the hour on the clock."""
    wanted = sorted(set(offsets), reverse=True)
    times = [_before(starts_at, timezone, minutes) for minutes in wanted]
    ends = [*times, starts_at][1:]
    return [
        Reminder(minutes, due_at, max(end, due_at + timedelta(minutes=1)))
        for minutes, due_at, end in zip(wanted, times, ends, strict=True)
        if due_at > now
    ]


def announced_at(starts_at: datetime, now: datetime, *, first: bool) -> datetime:
    """A single meetup and the first date of a series at once, the others a month before."""
    return now if first else max(now, starts_at - ANNOUNCED_BEFORE)


def same_wall_time(old: datetime, new: datetime, timezone: str) -> bool:
    """Whether both are on the same day there: only the hour changes."""
    zone = ZoneInfo(timezone)
    return old.astimezone(zone).date() == new.astimezone(zone).date()


def at_hour_of(day: datetime, model: datetime, timezone: str) -> datetime:
    """The day of one instant at the hour of another, on the clocks there."""
    zone = ZoneInfo(timezone)
    hour = model.astimezone(zone).time()
    return datetime.combine(day.astimezone(zone).date(), hour, zone).astimezone(UTC)


def _before(starts_at: datetime, timezone: str, minutes: int) -> datetime:
    if minutes % DAY:
        return starts_at - timedelta(minutes=minutes)
    local = starts_at.astimezone(ZoneInfo(timezone))
    return (local - timedelta(days=minutes // DAY)).astimezone(UTC)
