"""How often a scheduled event comes back: the few rules that Discord takes, and the next date."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.rules.fields import Body, Json, Reader, as_instant, iso

YEARLY, MONTHLY, WEEKLY, DAILY = 0, 1, 2, 3
# The only sets of days that a daily rule takes; Monday is 0.
DAY_SETS = (
    frozenset({0, 1, 2, 3, 4}),
    frozenset({1, 2, 3, 4, 5}),
    frozenset({6, 0, 1, 2, 3}),
    frozenset({4, 5}),
    frozenset({5, 6}),
    frozenset({6, 0}),
)
UNSETTABLE = ("count", "end", "by_year_day")
_EXCLUSIVE = (("by_weekday",), ("by_n_weekday",), ("by_month", "by_month_day"))
_LAST_YEAR = 9000
_HORIZON = timedelta(days=366 * 9)  # a 29 February may be eight years away


def read_rule(reader: Reader, key: str = "recurrence_rule") -> Body | None:
    """The rule under ``key``; complaints are at its fields."""
    part = reader.child(key)
    if part is None:
        return None
    frequency = part.one_of("frequency", (YEARLY, MONTHLY, WEEKLY, DAILY), required=True)
    found: Body = {
        "start": iso(part.instant("start", required=True)),
        "end": None,
        "frequency": frequency,
        "interval": part.integer("interval", default=1),
        "by_weekday": _numbers(part, "by_weekday", range(7)),
        "by_n_weekday": part.objects("by_n_weekday", _n_weekday),
        "by_month": _numbers(part, "by_month", range(1, 13)),
        "by_month_day": _numbers(part, "by_month_day", range(1, 32)),
        "by_year_day": None,
        "count": None,
    }
    for key in UNSETTABLE:
        if part.given(key):
            part.complain(key, "RECURRENCE_RULE_FIELD_NOT_SUPPORTED", "This field cannot be set.")
    if frequency is not None:
        _check(part, found, frequency)
    return found


def _check(part: Reader, rule: Body, frequency: int) -> None:
    intervals = (1, 2) if frequency == WEEKLY else (1,)
    if rule["interval"] not in intervals:
        part.form.not_one_of(part.at("interval"), intervals)
    allowed = {WEEKLY: 0, DAILY: 0, MONTHLY: 1, YEARLY: 2}[frequency]
    for group, keys in enumerate(_EXCLUSIVE):
        for key in keys:
            if group != allowed and rule[key]:
                part.complain(key, "RECURRENCE_RULE_FIELD_NOT_SUPPORTED", "Not with this frequency.")
    if part.form.has_errors_under(part.path):
        return
    days = rule["by_weekday"]
    if frequency == WEEKLY and days is not None and len(days) != 1:
        part.form.bad_length(part.at("by_weekday"), 1, 1)
    if frequency == DAILY and days is not None and frozenset(days) not in DAY_SETS:
        part.complain("by_weekday", "RECURRENCE_RULE_WEEKDAYS", "Not a known set of days.")
    if frequency == MONTHLY and rule["by_n_weekday"] is not None and len(rule["by_n_weekday"]) != 1:
        part.form.bad_length(part.at("by_n_weekday"), 1, 1)
    if frequency == YEARLY:
        _check_yearly(part, rule)


def _check_yearly(part: Reader, rule: Body) -> None:
    """One month and one day of it, or neither."""
    if rule["by_month"] is None and rule["by_month_day"] is None:
        return
    for key in ("by_month", "by_month_day"):
        if len(rule[key] or ()) != 1:
            part.form.bad_length(part.at(key), 1, 1)


def _numbers(part: Reader, key: str, allowed: range) -> list[int] | None:
    items = part.items(key)
    if items is None:
        return None
    found: list[int] = []
    for index, item in enumerate(items):
        if isinstance(item, bool) or not isinstance(item, int) or item not in allowed:
            part.form.not_one_of(part.at(key, index), allowed)
        elif item in found:
            words = "The set already contains this value"
            part.form.add(part.at(key, index), "SET_TYPE_ALREADY_CONTAINS_VALUE", words)
        else:
            found.append(item)
    return found


def _n_weekday(part: Reader) -> Body:
    return {
        "n": part.integer("n", least=1, most=5, required=True),
        "day": part.one_of("day", range(7), required=True),
    }


def next_occurrence(rule: Json, after: datetime) -> datetime | None:
    """When the event starts again, strictly after ``after``; at the hour of the rule's start, in UTC."""
    start = as_instant(rule.get("start"))
    if start is None or max(start, after).year > _LAST_YEAR:
        return None
    day = max(start, after.astimezone(start.tzinfo))
    candidate = day.replace(
        hour=start.hour, minute=start.minute, second=start.second, microsecond=start.microsecond
    )
    limit = candidate + _HORIZON
    while candidate <= limit:
        if candidate > after and candidate >= start and _falls_on(rule, candidate, start):
            return candidate
        candidate += timedelta(days=1)
    return None


def _falls_on(rule: Json, day: datetime, start: datetime) -> bool:
    frequency = rule["frequency"]
    if frequency == DAILY:
        return not rule.get("by_weekday") or day.weekday() in rule["by_weekday"]
    if frequency == WEEKLY:
        wanted = (rule.get("by_weekday") or [start.weekday()])[0]
        return day.weekday() == wanted and _weeks_between(start, day) % (rule.get("interval") or 1) == 0
    if frequency == MONTHLY:
        chosen: list[Any] = rule.get("by_n_weekday") or []
        if not chosen:
            return day.day == start.day
        return day.weekday() == chosen[0]["day"] and _is_nth(day, chosen[0]["n"])
    month = (rule.get("by_month") or [start.month])[0]
    return (day.month, day.day) == (month, (rule.get("by_month_day") or [start.day])[0])


def _weeks_between(start: datetime, day: datetime) -> int:
    monday = start.date() - timedelta(days=start.weekday())
    return (day.date() - monday).days // 7


def _is_nth(day: datetime, n: int) -> bool:
    """5 is the last one, whether the month has four or five."""
    if n == 5:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == n
