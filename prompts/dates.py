"""Written dates: the platform's own mark shows the reader's time, the words say it for everyone else."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def _zone_name(labels: Mapping[str, str], timezone: str) -> str:
    named = labels.get(f"zones.{timezone}")
    if named is not None:
        return named
    return labels["zones.other"].format(city=timezone.rsplit("/", 1)[-1].replace("_", " "))


def written_day(labels: Mapping[str, str], value: date, timezone: str) -> str:
    """« jeudi 1er octobre 2026 »; an instant is taken in ``timezone``."""
    if isinstance(value, datetime):
        value = _aware(value).astimezone(ZoneInfo(timezone)).date()
    number = labels["dates.first"] if value.day == 1 else str(value.day)
    return labels["dates.day"].format(
        weekday=labels[f"dates.weekdays.{value.isoweekday()}"],
        day=number,
        month=labels[f"dates.months.{value.month}"],
        year=value.year,
    )


def written_instant(labels: Mapping[str, str], value: datetime, timezone: str) -> str:
    """« jeudi 26 novembre 2026 à 14 h 30, heure de Paris »."""
    local = _aware(value).astimezone(ZoneInfo(timezone))
    return labels["dates.instant"].format(
        day=written_day(labels, value, timezone),
        time=labels["dates.time"].format(hour=local.hour, minute=f"{local.minute:02}"),
        zone=_zone_name(labels, timezone),
    )


def written_hour(labels: Mapping[str, str], value: datetime, timezone: str) -> str:
    """« 14 h 30 », where the day goes without saying."""
    local = _aware(value).astimezone(ZoneInfo(timezone))
    return labels["dates.time"].format(hour=local.hour, minute=f"{local.minute:02}")


def stamp(value: datetime) -> str:
    """The mark that Discord shows in the reader's own time."""
    return f"<t:{int(_aware(value).astimezone(UTC).timestamp())}:F>"


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return value
