"""Takes « de 14h à 16h » out of what was written, so that the rest is a date like another. Pure."""

import re

from community.time_words import Unclear, folded

_ISO = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:")  # « 14:30-04:00 » is one instant
LONGEST = 12 * 60  # minutes: past that the two hours were hardly one meetup

_NUMBER = r"(?:[01]?\d|2[0-3])"
_CLOCK = rf"(?:{_NUMBER}\s*(?:h|heures?)(?:\s*[0-5]\d)?(?!\w)|{_NUMBER}:[0-5]\d|midi|noon)"
_TO = r"(?:-|a|jusqu'a|to|till|until)"
# A bare number is an hour after « de », or before a dash: « le 3 à 14h » is a day.
_SPAN = re.compile(
    rf"(?<![\w/.:-])(?:"
    rf"(?:de|from)\s+(?P<of>{_CLOCK}|{_NUMBER})\s*{_TO}"
    rf"|(?:entre|between)\s+(?P<between>{_CLOCK}|{_NUMBER})\s+(?:et|and)"
    rf"|(?P<bare>{_NUMBER})\s?-"
    rf"|(?P<clock>{_CLOCK})\s*{_TO}"
    rf")\s*(?P<end>{_CLOCK})"
)


def take_span(typed: str) -> tuple[str, int | None] | Unclear:
    """The words with the first hour alone, and how many minutes later it ends; None: no end was said."""
    said = folded(typed)
    match = _SPAN.search(said)
    if match is None or _ISO.match(said):
        return typed, None
    begins = match["of"] or match["between"] or match["bare"] or match["clock"]
    minutes = (_minutes(match["end"]) - _minutes(begins)) % (24 * 60)
    if not 0 < minutes <= LONGEST:
        return Unclear("span")
    hour = f"{begins}h" if begins.isdigit() else begins
    return f"{said[: match.start()]} {hour} {said[match.end() :]}", minutes


def _minutes(clock: str) -> int:
    """Since midnight."""
    if clock in ("midi", "noon"):
        return 12 * 60
    hour, *rest = re.findall(r"\d+", clock)
    return int(hour) * 60 + int(rest[0] if rest else 0)
