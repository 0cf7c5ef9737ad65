"""How far from the target day a step is, as people write it; and where it stands among the others. Pure."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from community.errors import Invalid
from community.french_days import day_said
from community.time_words import NUMBER, Unclear, folded, number

LATER = timedelta(days=7)
FARTHEST = 1096  # days from the target, either way
_MINUS = "\N{MINUS SIGN}"
_SIGNED = re.compile(r"[jd]?\s*([+-])\s*(\d{1,4})\s*(?:j|jours?|d|days?)?")
_THE_DAY = re.compile(r"(?:le\s+)?(?:jour\s*j|jour\s+meme|j|d-?day|d|0|the\s+day(?:\s+itself)?)")
_WORDED = re.compile(
    rf"(?P<n>{NUMBER})\s*(?P<unit>j|jours?|days?|semaines?|weeks?)\s+(?P<side>avant|apres|before|after)\b.*"
)


def offset_said(typed: str, target: date, today: date, *, field: str = "by_when") -> int:
    """« J-14 », « 3 semaines avant », « jour J », « jeudi 12 mars »: days from the target."""
    said = _ready(typed, field)
    days = _relative(said)
    if days is None:
        days = (_day(said, today, field) - target).days
    return within(days, field=field)


def within(days: int, *, field: str = "by_when") -> int:
    """Not further away than anybody plans."""
    if abs(days) > FARTHEST:
        raise Invalid(field=field, problem="step_too_far", limit=FARTHEST)
    return days


def target_said(typed: str, today: date) -> date:
    """The day on which it all takes place: today or later."""
    day = _day(_ready(typed, "target"), today, "target")
    if day - today > timedelta(days=FARTHEST):
        raise Invalid(field="target", problem="when_too_far")
    return day


def squeezed(offsets: Sequence[int], left: int) -> list[int]:
    """The same steps in the ``left`` days before the target: a list that begins today has nothing late."""
    longest = -min((*offsets, 0))
    if longest <= left:
        return list(offsets)
    return [days if days >= 0 else -(-days * left // longest) for days in offsets]


def place_for(offsets: Sequence[int], days: int) -> int:
    """Where a step of so many days goes: after those that are not later."""
    return sum(1 for other in offsets if other <= days)


def _ready(typed: str, field: str) -> str:
    said = folded(typed.replace(_MINUS, "-")).strip(" .,;!?")
    if not said:
        raise Invalid(field=field, problem="missing")
    return said


def _day(said: str, today: date, field: str) -> date:
    day = day_said(said, today)
    if isinstance(day, Unclear):
        problem = "day_unclear" if day.code == "not_understood" else day.problem
        raise Invalid(field=field, problem=problem, **day.details)
    return day


def _relative(said: str) -> int | None:
    if _THE_DAY.fullmatch(said):
        return 0
    if match := _SIGNED.fullmatch(said):
        return int(match[2]) * (-1 if match[1] == "-" else 1)
    if match := _WORDED.fullmatch(said):
        days = number(match["n"]) * (7 if match["unit"][0] in "sw" else 1)
        return -days if match["side"] in ("avant", "before") else days
    return None
