"""What calendar programs read, read back and expanded by a library that is not ours."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events

from community.calendar_file import Entry, calendar
from community.recurrence import Recurrence, occurrences, parse_recurrence
from community.vtimezone import timezone

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ZONES = (
    "Europe/Paris",
    "Indian/Reunion",
    "America/Cayenne",
    "Pacific/Noumea",
    "America/Miquelon",
    "America/Martinique",
    "Africa/Casablanca",
)
RULES = (
    "premier mardi du mois",
    "dernier vendredi du mois",
    "tous les 15 jours",
    "le 31 du mois",
    "lundi et jeudi",
    "chaque trimestre",
    "chaque jeudi, 40 fois",
    "chaque jeudi jusqu’au 30 juin 2028",
)


def rule(text: str) -> Recurrence:
    found = parse_recurrence(text, date(2026, 1, 1))
    assert isinstance(found, Recurrence)
    return found


def entry(starts_at: datetime, zone: str = "Europe/Paris", **changes: object) -> Entry:
    values = {
        "uid": "meetup-1@entre-pairs",
        "title": "Atelier",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "timezone": zone,
        "changed_at": NOW,
    }
    return Entry(**{**values, **changes})  # type: ignore[arg-type]  # fields of Entry


def read(*entries: Entry) -> icalendar.Calendar:
    made = icalendar.Calendar.from_ical(calendar("Rencontres", entries))
    assert isinstance(made, icalendar.Calendar)
    assert [part.errors for part in made.walk() if part.errors] == []
    return made


def starts(made: icalendar.Calendar, until: datetime) -> list[datetime]:
    found = recurring_ical_events.of(made).between(NOW - timedelta(days=400), until)
    return sorted(event["DTSTART"].dt.astimezone(UTC) for event in found)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", RULES)
def test_ten_years_of_a_series_are_ours_to_the_minute(text: str, zone: str) -> None:
    found, local = rule(text), datetime.combine(date(2026, 3, 3), datetime.min.time().replace(hour=14))
    end = datetime(2036, 3, 1, tzinfo=UTC)
    ours = list(occurrences(found, local, zone, NOW - timedelta(days=30), end))
    made = read(entry(ours[0], zone, rule=found))
    assert starts(made, end) == ours
    assert {at.astimezone(ZoneInfo(zone)).hour for at in ours} == {14}


@pytest.mark.parametrize("zone", ZONES)
def test_the_clocks_change_when_they_do(zone: str) -> None:
    """The component, read by itself: no program may have to look the zone up."""
    written = timezone(zone).to_tz()
    place = ZoneInfo(zone)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment < datetime(2028, 1, 1, tzinfo=UTC):
        local = moment.astimezone(place)
        if zone != "Africa/Casablanca" or local.fold == 0:
            assert local.replace(tzinfo=written).utcoffset() == local.utcoffset(), local
        moment += timedelta(hours=13)


def test_paris_changes_by_a_yearly_rule_and_at_two() -> None:
    daylight = next(part for part in timezone("Europe/Paris").walk() if part.name == "DAYLIGHT")
    assert daylight["RRULE"].to_ical() == b"FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"
    assert daylight["DTSTART"].dt.hour == 2


def test_a_skipped_date_is_out_and_a_moved_one_is_once_where_it_went() -> None:
    found = rule("chaque jeudi, 6 fois")
    local = datetime.combine(date(2026, 3, 5), datetime.min.time().replace(hour=14))
    dates = list(occurrences(found, local, "Europe/Paris", NOW, NOW + timedelta(days=90)))
    moved = dates[4] + timedelta(days=1, hours=2)
    made = read(
        entry(dates[0], rule=found, skipped=[dates[2]], uid="series", sequence=3),
        entry(moved, uid="series", replaces=dates[4], title="Atelier déplacé", sequence=3),
    )
    kept = [at for at in dates if at not in (dates[2], dates[4])]
    assert starts(made, NOW + timedelta(days=90)) == sorted([*kept, moved])
    assert len({event["UID"] for event in made.walk("VEVENT")}) == 1


def test_what_a_calendar_must_be_told() -> None:
    made = read(
        entry(
            NOW,
            title="Budget ; participatif, etc.\\",
            description="Ligne 1\nligne 2 🌱",
            place="Salle des fêtes",
            url="https://visio.example.org/a",
            sequence=4,
            state="cancelled",
        )
    )
    event = made.walk("VEVENT")[0]
    assert (event["SUMMARY"], event["STATUS"], event["SEQUENCE"]) == (
        "Budget ; participatif, etc.\\",
        "CANCELLED",
        4,
    )
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    assert event["DESCRIPTION"] == "Ligne 1\nligne 2 🌱\n\nhttps://visio.example.org/a"
    assert (event["LOCATION"], event["URL"]) == ("Salle des fêtes", "https://visio.example.org/a")
    assert [zone["TZID"] for zone in made.walk("VTIMEZONE")] == ["Europe/Paris"]
    content = calendar("Rencontres", [entry(NOW, title="é" * 100)])
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_an_empty_calendar_is_one() -> None:
    assert read().walk("VEVENT") == []
