"""Reads until when somebody wants to be left alone (« jusqu’au 5 janvier », « 3 semaines »). Pure.

The day that is named is the last one of the pause, as French means it; ``french_dates.py`` reads the day.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from community.french_dates import Unclear, parse_when
from community.time_words import NUMBER, folded

_UNTIL = re.compile(
    r"^(?:en\s+)?(?:pause\s+)?(?:jusqu'?\s*(?:au|a\s+la|a\s+l'|a|en)?|until|till|to)\s*(?:the\s+)?(?=\S)"
)
_DURING = re.compile(
    rf"^(?:pendant|pour|durant|for)?\s*({NUMBER}\s*(?:j|jours?|days?|semaines?|weeks?|mois|months?))$"
)
_INCLUDED = re.compile(r"[\s,]*\(?\b(?:inclus|compris|included|inclusive)\b\)?$")
_LAST = " 23h59"


def parse_until(typed: str, now: datetime, zone: str) -> datetime | str:
    """The instant at which the day after begins there; or the code of what is wrong."""
    said = _INCLUDED.sub("", folded(typed).strip(" .,;!?"))
    said = _UNTIL.sub("", said)
    if during := _DURING.match(said):
        said = f"dans {during[1]}"
    if not said:
        return "until_unclear"
    found = parse_when(said + _LAST, now, zone)
    if isinstance(found, Unclear):
        if found.code == "past":
            return "until_past"
        found = parse_when(said, now, zone)  # they also said an hour
    if isinstance(found, Unclear):
        return "until_past" if found.code == "past" else "until_unclear"
    here = found.starts_at.astimezone(ZoneInfo(zone))
    after = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return after.astimezone(UTC)
