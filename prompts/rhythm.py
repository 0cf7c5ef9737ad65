"""How a series comes back, read back in words: « le premier mardi de chaque mois, jusqu’au … »."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from prompts.dates import written_day

RARE_FROM = 29  # not every month has that day


class Rhythm(Protocol):
    """What a rule of repetition says of itself."""

    @property
    def frequency(self) -> str: ...
    @property
    def interval(self) -> int: ...
    @property
    def days(self) -> Sequence[tuple[int, int]]: ...
    @property
    def month_day(self) -> int | None: ...
    @property
    def until(self) -> date | None: ...
    @property
    def count(self) -> int | None: ...


def written_rhythm(labels: Mapping[str, str], rule: Rhythm) -> str:
    """The whole rule: what comes back, and until when."""
    said = _repeated(labels, rule)
    if rule.until is not None:
        day = written_day(labels, rule.until, "UTC")
        return labels["recurrence.until"].format(rule=said, day=day)
    if rule.count is not None:
        key = "once" if rule.count == 1 else "times"
        return labels[f"recurrence.{key}"].format(rule=said, count=rule.count)
    return said


def _repeated(labels: Mapping[str, str], rule: Rhythm) -> str:
    kind = rule.frequency.lower()
    if rule.days:
        kind += "_days"
    elif rule.month_day is not None:
        kind += "_date"
    if rule.interval > 1:
        kind += "_every"
    last = f" {labels['lists.and']} "
    days = [_day(labels, rank, weekday) for rank, weekday in rule.days]
    said = labels[f"recurrence.{kind}"].format(
        interval=rule.interval,
        days=last.join([*([", ".join(days[:-1])] if len(days) > 1 else []), *days[-1:]]),
        date=_date(labels, rule.month_day),
    )
    rare = rule.month_day is not None and rule.month_day >= RARE_FROM
    return labels["recurrence.monthly_rare"].format(rule=said) if rare else said


def _day(labels: Mapping[str, str], rank: int, weekday: int) -> str:
    named = labels[f"dates.weekdays.{weekday + 1}"]
    if not rank:
        return named
    return labels["recurrence.ranked_day"].format(rank=labels[f"recurrence.ranks.{rank}"], weekday=named)


def _date(labels: Mapping[str, str], month_day: int | None) -> str:
    special = {1: "first_date", -1: "last_date"}.get(month_day or 0, "numbered_date")
    return labels[f"recurrence.{special}"].format(date=month_day)
