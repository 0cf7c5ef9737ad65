"""Writes a calendar (RFC 5545) that Outlook, Thunderbird, Google and Apple take as it is. Pure.

Local times with their zone, never UTC alone: a series stays at nine o'clock when the clocks change. No name
of anybody is in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from community.recurrence import Recurrence

if TYPE_CHECKING:
    from icalendar import Event, vRecur

PRODUCT = "-//Entre-pairs//Entre-pairs//FR"
REFRESH = "PT1H"


@dataclass(frozen=True)
class Entry:
    """One meetup; or, with ``rule``, a series; or, with ``replaces``, one date of a series that differs.

    ``skipped``: dates that the rule gives and that do not take place.
    """

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    changed_at: datetime
    sequence: int = 0
    description: str = ""
    place: str = ""
    url: str | None = None
    state: str = "confirmed"  # confirmed, tentative, cancelled
    rule: Recurrence | None = None
    skipped: Sequence[datetime] = ()
    replaces: datetime | None = None


def calendar(name: str, entries: Sequence[Entry]) -> bytes:
    """The whole file. The same entries give the same bytes, so that nobody downloads it twice."""
    from icalendar import Calendar  # only those who ask for a calendar pay for it

    from community.vtimezone import timezone

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made["refresh-interval;value=duration"] = REFRESH
    made.add("x-published-ttl", REFRESH)
    for zone in sorted({entry.timezone for entry in entries}):
        made.add_component(timezone(zone))
    for entry in entries:
        made.add_component(_event(entry))
    return bytes(made.to_ical())


def _event(entry: Entry) -> "Event":
    from icalendar import Event

    zone = ZoneInfo(entry.timezone)
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("sequence", entry.sequence)
    event.add("summary", entry.title)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("status", entry.state.upper())
    event.add("transp", "OPAQUE" if entry.state == "confirmed" else "TRANSPARENT")
    if entry.place or entry.url:
        event.add("location", entry.place or entry.url)
    if said := "\n\n".join(part for part in (entry.description, entry.url or "") if part):
        event.add("description", said)
    if entry.url:
        event.add("url", entry.url)
    if entry.replaces is not None:
        event.add("recurrence-id", entry.replaces.astimezone(zone))
    if entry.rule is not None:
        event.add("rrule", _rule(entry.rule, zone))
        if entry.skipped:
            event.add("exdate", [at.astimezone(zone) for at in entry.skipped])
    return event


def _rule(rule: Recurrence, zone: ZoneInfo) -> "vRecur":
    """UNTIL is an instant there: the end of the rule's last day."""
    from icalendar import vRecur

    written: vRecur = vRecur.from_ical(rule.rule)
    if rule.until is not None:
        written["UNTIL"] = [datetime.combine(rule.until, time(23, 59, 59), zone).astimezone(UTC)]
    return written
