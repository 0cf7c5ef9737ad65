"""When digests are due and what goes into them: pure, so that every clock change can be tried."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from storage.digests import Frequency

T = TypeVar("T")

# How late a digest may leave when the bot was down; later than that, the next one says it all.
GRACE = {Frequency.WEEKLY: timedelta(days=3), Frequency.MONTHLY: timedelta(days=10)}
SPAN = {
    Frequency.WEEKLY: timedelta(days=7),
    Frequency.FORTNIGHTLY: timedelta(days=14),
    Frequency.MONTHLY: timedelta(days=31),
}
LONGEST_WINDOW = timedelta(days=62)  # older news is no news
_LOOKED_AT = 63  # days: more than between any two dues


class Rhythm(Protocol):
    @property
    def frequency(self) -> str: ...
    @property
    def weekday(self) -> int: ...
    @property
    def hour(self) -> int: ...


class Ranked(Protocol):
    """What can be chosen among. ``authority`` is a key, empty when nobody knows."""

    @property
    def authority(self) -> str: ...
    @property
    def voices(self) -> int: ...
    @property
    def at(self) -> datetime: ...


def is_day(rhythm: Rhythm, day: date) -> bool:
    """Whether a digest falls on this day."""
    if day.isoweekday() != rhythm.weekday:
        return False
    if rhythm.frequency == Frequency.MONTHLY:
        return day.day <= 7  # the first such day of the month
    if rhythm.frequency == Frequency.FORTNIGHTLY:
        return day.toordinal() // 7 % 2 == 0
    return rhythm.frequency == Frequency.WEEKLY


def instant(rhythm: Rhythm, day: date, timezone: str) -> datetime:
    """The wall time of that day, as an instant; an hour that the clock skips is the one after."""
    return datetime.combine(day, time(rhythm.hour), tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def last_due(rhythm: Rhythm, timezone: str, now: datetime) -> tuple[date, datetime] | None:
    """The latest due that is not after ``now``: several that were missed are one."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    for back in range(_LOOKED_AT):
        day = today - timedelta(days=back)
        if is_day(rhythm, day) and (at := instant(rhythm, day, timezone)) <= now:
            return day, at
    return None


def next_due(rhythm: Rhythm, timezone: str, now: datetime) -> datetime | None:
    """The first due after ``now``; None when there is none."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    for ahead in range(_LOOKED_AT):
        day = today + timedelta(days=ahead)
        if is_day(rhythm, day) and (at := instant(rhythm, day, timezone)) > now:
            return at
    return None


def period_of(frequency: str, day: date) -> str:
    """Names the period of a network's digest: changing the day or the zone does not make a second one."""
    if frequency == Frequency.MONTHLY:
        return f"{day:%Y-%m}"
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def spread(found: Iterable[T], most: int, *, of: Callable[[T], Ranked], each: int = 2) -> list[T]:
    """The first ``most`` by number of distinct authorities that took part, then the newest.

    One authority has no more than ``each`` of them while others have something to say: volume is no rank.
    """
    ranked = sorted(found, key=lambda one: (-of(one).voices, -of(one).at.timestamp()))
    return first_of(ranked, most, of=lambda one: of(one).authority, each=each)


def first_of(ranked: Iterable[T], most: int, *, of: Callable[[T], str], each: int = 2) -> list[T]:
    """The first ``most``; what one authority has beyond ``each`` comes after all the others."""
    taken: Counter[str] = Counter()
    chosen, later = [], []
    for one in ranked:
        authority = of(one)
        if authority and taken[authority] >= each:
            later.append(one)
            continue
        taken[authority] += 1
        chosen.append(one)
        if len(chosen) == most:
            break
    return [*chosen, *later[: most - len(chosen)]]


def pack(items: Sequence[T], fits: Callable[[Sequence[T], bool], bool]) -> list[list[T]]:
    """Pages that fit, each as full as can be; never cut inside an item. ``fits(items, first page)``."""
    pages: list[list[T]] = []
    page: list[T] = []
    for item in items:
        if page and not fits([*page, item], not pages):
            pages.append(page)
            page = []
        page.append(item)
    return [*pages, page] if page else pages
