"""A date and its end, as people write both in one breath. « Now » is Monday 2 March 2026, 10:00 in Paris."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from community.errors import Invalid
from community.meetups_when import Meant, read_date, read_move, read_when
from prompts.labels import packaged

NOW, PARIS = datetime(2026, 3, 2, 9, tzinfo=UTC), "Europe/Paris"

LASTING = {
    "jeudi 14h-16h": ("2026-03-05T14:00", 120),
    "jeudi 14-16h": ("2026-03-05T14:00", 120),
    "jeudi de 14 à 16h30": ("2026-03-05T14:00", 150),
    "jeudi 5 mars, 18h30–20h": ("2026-03-05T18:30", 90),
    "le lundi 9 mars de 14 h à 16 h": ("2026-03-09T14:00", 120),
    "vendredi 6 mars de 9h à midi": ("2026-03-06T09:00", 180),
    "vendredi entre 14h et 15h30": ("2026-03-06T14:00", 90),
    "mercredi 9h15 à 12h": ("2026-03-04T09:15", 165),
    "samedi 22h jusqu’à 1h": ("2026-03-07T22:00", 180),
    "Thursday from 14:00 to 16:30": ("2026-03-05T14:00", 150),
    "tous les mardis de 14h à 16h": ("2026-03-03T14:00", 120),
    "premier mardi du mois, 14h-16h, jusqu’au 30 juin": ("2026-03-03T14:00", 120),
    "le 5 mars 9h-10h30 ; tous les 15 jours": ("2026-03-05T09:00", 90),
    "jeudi 14h-16": ("2026-03-05T14:00", 120),
    "jeudi 9h/12h": ("2026-03-05T09:00", 180),
    "jeudi 9h → 12h": ("2026-03-05T09:00", 180),
    "jeudi 5 mars de 9 à 12": ("2026-03-05T09:00", 180),
    "jeudi 14 heures à 16 heures trente": ("2026-03-05T14:00", 150),
    "jeudi 14h à 16h et demie": ("2026-03-05T14:00", 150),
    "jeudi de 9h à midi trente": ("2026-03-05T09:00", 210),
    "jeudi 14h à 16h moins le quart": ("2026-03-05T14:00", 105),
    "de quatorze heures à seize heures jeudi": ("2026-03-05T14:00", 120),
    "jeudi 2h-4h de l’après-midi": ("2026-03-05T14:00", 120),
    "jeudi 14h pendant 2h": ("2026-03-05T14:00", 120),
    "jeudi 14h, durée : 1h30": ("2026-03-05T14:00", 90),
    "Thursday from 2pm to 4pm": ("2026-03-05T14:00", 120),
    "Thursday from 2 to 4 pm": ("2026-03-05T14:00", 120),
    "Thursday 2pm for 90 minutes": ("2026-03-05T14:00", 90),
    "2026-03-05 14:30-16:00": ("2026-03-05T14:30", 90),
    "2026-03-05 9:00 – 10:00": ("2026-03-05T09:00", 60),
    "2026-03-05 14:30-04:00": ("2026-03-05T19:30", None),
    "jeudi 5 mars – 14h": ("2026-03-05T14:00", None),
    "10/03/26 – 14h à 16h": ("2026-03-10T14:00", 120),
    "le 3 à 14h": ("2026-03-03T14:00", None),
    "5-3-2026 14h": ("2026-03-05T14:00", None),
    "tous les mardis à 14h jusqu’au 30 juin": ("2026-03-03T14:00", None),
}


# What is written -> its first date and its rule.
RHYTHMS = {
    "tous les mardis à 14h à partir du 10 mars": ("2026-03-10T14:00", "FREQ=WEEKLY;BYDAY=TU"),
    "à compter du 12 mars, un jeudi sur deux à 14h": ("2026-03-12T14:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
    "tous les mardis 14h du 10 mars au 30 juin": (
        "2026-03-10T14:00",
        "FREQ=WEEKLY;BYDAY=TU;UNTIL=20260630",
    ),
    "tous les mardis entre le 10 mars et le 30 juin à 14h": (
        "2026-03-10T14:00",
        "FREQ=WEEKLY;BYDAY=TU;UNTIL=20260630",
    ),
    "chaque jeudi à 14h dès le 12 mars, 5 fois": ("2026-03-12T14:00", "FREQ=WEEKLY;BYDAY=TH;COUNT=5"),
    "chaque jeudi à partir de septembre à 14h": ("2026-09-03T14:00", "FREQ=WEEKLY;BYDAY=TH"),
    "chaque jeudi à partir de mars à 14h": ("2026-03-05T14:00", "FREQ=WEEKLY;BYDAY=TH"),
    "chaque jeudi à partir de janvier 2027 à 14h": ("2027-01-07T14:00", "FREQ=WEEKLY;BYDAY=TH"),
    "chaque jeudi à partir de 14h": ("2026-03-05T14:00", "FREQ=WEEKLY;BYDAY=TH"),
    "toutes les semaines à 14h à partir du jeudi 12 mars": ("2026-03-12T14:00", "FREQ=WEEKLY"),
    "tous les mois à 14h à partir du 10 mars": ("2026-03-10T14:00", "FREQ=MONTHLY"),
    "tous les jeudis à 14h jusqu’à fin juin": ("2026-03-05T14:00", "FREQ=WEEKLY;BYDAY=TH;UNTIL=20260630"),
    "tous les jeudis à 14h jusqu’en février": ("2026-03-05T14:00", "FREQ=WEEKLY;BYDAY=TH;UNTIL=20270228"),
    "tous les jeudis à 14h jusqu’à la fin de l’année": (
        "2026-03-05T14:00",
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231",
    ),
    "tous les jeudis à 14h (10 séances)": ("2026-03-05T14:00", "FREQ=WEEKLY;BYDAY=TH;COUNT=10"),
    "tous les jeudis à 14h 10 fois": ("2026-03-05T14:00", "FREQ=WEEKLY;BYDAY=TH;COUNT=10"),
    "les jeudis à 14h": ("2026-03-05T14:00", "FREQ=WEEKLY;BYDAY=TH"),
    "Thursdays at 2pm": ("2026-03-05T14:00", "FREQ=WEEKLY;BYDAY=TH"),
    "une semaine sur deux le jeudi 14h": ("2026-03-05T14:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
    "un mois sur deux, le premier mardi à 14h": ("2026-03-03T14:00", "FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU"),
    "un jeudi sur trois à 14h": ("2026-03-05T14:00", "FREQ=WEEKLY;INTERVAL=3;BYDAY=TH"),
    "1er jeudi de chaque trimestre 14h": ("2026-04-02T14:00", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TH"),
    "dernier jeudi de chaque trimestre 14h": ("2026-03-26T14:00", "FREQ=MONTHLY;INTERVAL=3;BYDAY=-1TH"),
    "chaque trimestre, premier mardi à 14h": ("2026-04-07T14:00", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TU"),
    "tous les 3 mois, premier mardi à 14h": ("2026-03-03T14:00", "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TU"),
    "5 mars 9h, puis tous les mois": ("2026-03-05T09:00", "FREQ=MONTHLY"),
    "le 5 mars à 9h ; tous les mois ; 3 fois": ("2026-03-05T09:00", "FREQ=MONTHLY;COUNT=3"),
    "le 5 mars à 9h ; FREQ=MONTHLY;COUNT=3": ("2026-03-05T09:00", "FREQ=MONTHLY;COUNT=3"),
}


@pytest.mark.parametrize("typed", RHYTHMS)
def test_a_rhythm_begins_and_ends_when_it_is_said_to(typed: str) -> None:
    meant = read_when(typed, NOW, PARIS)
    local = meant.starts_at.astimezone(ZoneInfo(PARIS)).replace(tzinfo=None)
    assert (local.isoformat(timespec="minutes"), meant.rule) == RHYTHMS[typed]


@pytest.mark.parametrize("typed", LASTING)
def test_the_end_written_with_the_beginning_gives_the_length(typed: str) -> None:
    meant = read_when(typed, NOW, PARIS)
    local = meant.starts_at.astimezone(ZoneInfo(PARIS)).replace(tzinfo=None)
    assert (local.isoformat(timespec="minutes"), meant.minutes) == LASTING[typed]


def test_the_forms_own_length_counts_once_somebody_changed_it() -> None:
    meant = Meant(NOW, minutes=90)
    assert meant.length("") == meant.length("2 h") == "1 h 30"
    assert meant.length("3 h") == "3 h"
    assert meant.length("45 min", usual="45 min") == "1 h 30"
    assert Meant(NOW).length("2 h") == "2 h"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("jeudi 14h-14h", "when_span_length"),
        ("jeudi 8h-23h", "when_span_length"),
        ("jeudi 14h pendant 0 min", "when_span_length"),
        ("jeudi 9h-12h et 14h-17h", "when_two_spans"),
        ("jeudi 9h-12h pendant 2h", "when_two_spans"),
        ("jeudi 12 – 14h", "when_hour_or_day"),
        ("jeudi 5-14h", "when_hour_or_day"),
        ("5 - 14h", "when_hour_or_day"),
        ("2026-03-05 09:00-10:00", "when_span_or_zone"),
        ("2026-03-05T14:30-16:00", "when_no_such_hour"),
        ("jeudi 20h-26h", "when_not_understood"),
        ("du 5 mars 9h au 6 mars 17h", "when_several_days"),
        ("5 mars 9h - 7 mars 17h", "when_several_days"),
        ("du 5 au 7 mars 9h", "when_several_days"),
        ("5-7 mars 9h", "when_several_days"),
        ("les 5 et 6 mars 9h", "when_several_days"),
        ("jeudi 5 mars à 14h et vendredi 6 mars à 9h", "when_several_days"),
        ("un jeudi par mois", "when_which_of_month"),
        ("un jeudi par mois à 14h", "when_which_of_month"),
        ("one Thursday a month at 14:00", "when_which_of_month"),
        ("fin mars", "when_a_while"),
        ("mi-mars à 10h", "when_a_while"),
        ("la semaine prochaine", "when_a_while"),
        ("end of March", "when_a_while"),
        ("deux fois par mois, le mardi à 14h", "when_repeat_not_understood"),
        ("chaque jeudi ou vendredi 9h", "when_repeat_not_understood"),
        ("tous les jeudis à 14h pendant 10 semaines", "when_repeat_not_understood"),
        ("tous les mois à 14h", "when_no_day"),
        ("jeudi des semaines paires à 14h", "when_repeat_parity"),
        ("chaque jeudi à 14h à partir du 1er mars", "when_since_year"),
        ("chaque jeudi à 14h à partir du 1er janvier 2026", "when_past"),
        ("lundi et jeudi 14h", "when_not_understood"),
        ("jeudi 14h (2h)", "when_not_understood"),
        ("premier mardi du mois à 14 h sauf août", "when_except"),
        ("chaque jeudi à 9h hors vacances", "when_except"),
    ],
)
def test_what_cannot_be_said_here_tells_what_to_do(typed: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_when(typed, NOW, PARIS)
    assert refused.value.details["problem"] == problem
    for locale in ("fr", "en"):
        assert packaged(locale)[f"problems.{problem}"].format(**refused.value.details)


@pytest.mark.parametrize(
    ("typed", "moved"),
    [("16h", "2026-03-12T16:00"), ("à 9 h 30", "2026-03-12T09:30"), ("le 13 à 16h", "2026-03-13T16:00")],
)
def test_an_hour_alone_moves_a_meetup_within_its_day(typed: str, moved: str) -> None:
    meant = read_move(typed, date(2026, 3, 12), NOW, PARIS)
    assert meant.minutes is None
    local = meant.starts_at.astimezone(ZoneInfo(PARIS)).replace(tzinfo=None)
    assert local.isoformat(timespec="minutes") == moved


@pytest.mark.parametrize(
    ("typed", "moved", "minutes"),
    [
        ("jeudi 14h-16h", "2026-03-05T14:00", 120),
        ("de 9h30 à 10h", "2026-03-12T09:30", 30),
        ("le 13 de 14 h à 17 h", "2026-03-13T14:00", 180),
    ],
)
def test_a_move_may_say_the_end_too(typed: str, moved: str, minutes: int) -> None:
    meant = read_move(typed, date(2026, 3, 12), NOW, PARIS)
    local = meant.starts_at.astimezone(ZoneInfo(PARIS)).replace(tzinfo=None)
    assert (local.isoformat(timespec="minutes"), meant.minutes) == (moved, minutes)


def test_a_move_is_to_one_date() -> None:
    for typed in ("un jeudi par mois", "fin mars", ""):
        with pytest.raises(Invalid):
            read_move(typed, date(2026, 3, 12), NOW, PARIS)


def test_a_date_alone_takes_no_end() -> None:
    with pytest.raises(Invalid) as refused:
        read_date("jeudi 14h-16h", NOW, PARIS)
    assert refused.value.details["problem"] == "when_span"
