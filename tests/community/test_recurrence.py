"""How series come back. « Today » is Monday 2 March 2026."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.french_dates import Unclear
from community.recurrence import (
    Frequency,
    Recurrence,
    belongs,
    occurrences,
    parse_recurrence,
    parse_series,
)
from prompts.labels import packaged
from prompts.rhythm import written_rhythm

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PARIS = "Europe/Paris"


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """What a clock on the wall shows."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - it has no zone: that is the point


EVER = datetime(2036, 12, 31, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

# What is written -> the rule, and how French and English read it back.
UNDERSTOOD = {
    "premier mardi du mois": ("FREQ=MONTHLY;BYDAY=1TU", "le premier mardi de chaque mois"),
    "le 1er mardi de chaque mois": ("FREQ=MONTHLY;BYDAY=1TU", "le premier mardi de chaque mois"),
    "premier et troisième mardi du mois": (
        "FREQ=MONTHLY;BYDAY=1TU,3TU",
        "le premier mardi et le troisième mardi de chaque mois",
    ),
    "dernier vendredi du mois": ("FREQ=MONTHLY;BYDAY=-1FR", "le dernier vendredi de chaque mois"),
    "avant-dernier jeudi du mois": ("FREQ=MONTHLY;BYDAY=-2TH", "l’avant-dernier jeudi de chaque mois"),
    "premier mardi du mois, tous les deux mois": (
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU",
        "le premier mardi, tous les 2 mois",
    ),
    "tous les premiers mardis du mois": ("FREQ=MONTHLY;BYDAY=1TU", "le premier mardi de chaque mois"),
    "une fois par mois, le premier mardi": ("FREQ=MONTHLY;BYDAY=1TU", "le premier mardi de chaque mois"),
    "mensuel, 1er mardi": ("FREQ=MONTHLY;BYDAY=1TU", "le premier mardi de chaque mois"),
    "chaque trimestre, premier mardi": (
        "FREQ=MONTHLY;INTERVAL=3;BYDAY=1TU",
        "le premier mardi, tous les 3 mois",
    ),
    "tous les deux mois, le dernier jeudi": (
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1TH",
        "le dernier jeudi, tous les 2 mois",
    ),
    "mardi, toutes les semaines": ("FREQ=WEEKLY;BYDAY=TU", "chaque mardi"),
    "le jeudi, tous les quinze jours": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "toutes les 2 semaines, le jeudi"),
    "hebdomadaire le mardi": ("FREQ=WEEKLY;BYDAY=TU", "chaque mardi"),
    "chaque jeudi": ("FREQ=WEEKLY;BYDAY=TH", "chaque jeudi"),
    "tous les jeudis": ("FREQ=WEEKLY;BYDAY=TH", "chaque jeudi"),
    "lundi et jeudi": ("FREQ=WEEKLY;BYDAY=MO,TH", "chaque lundi et jeudi"),
    "un jeudi sur deux": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "toutes les 2 semaines, le jeudi"),
    "tous les 15 jours": ("FREQ=WEEKLY;INTERVAL=2", "toutes les 2 semaines"),
    "tous les quinze jours": ("FREQ=WEEKLY;INTERVAL=2", "toutes les 2 semaines"),
    "toutes les deux semaines": ("FREQ=WEEKLY;INTERVAL=2", "toutes les 2 semaines"),
    "tous les 10 jours": ("FREQ=DAILY;INTERVAL=10", "tous les 10 jours"),
    "chaque mois": ("FREQ=MONTHLY", "chaque mois, à la même date"),
    "le 15 de chaque mois": ("FREQ=MONTHLY;BYMONTHDAY=15", "le 15 de chaque mois"),
    "le 31 du mois": (
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "le 31 de chaque mois (les mois qui n’ont pas ce jour n’ont pas de rencontre)",
    ),
    "dernier jour du mois": ("FREQ=MONTHLY;BYMONTHDAY=-1", "le dernier jour de chaque mois"),
    "chaque trimestre": ("FREQ=MONTHLY;INTERVAL=3", "tous les 3 mois, à la même date"),
    "tous les ans": ("FREQ=YEARLY", "chaque année, à la même date"),
    "chaque jeudi jusqu’au 30 juin": (
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20260630",
        "chaque jeudi, jusqu’au mardi 30 juin 2026",
    ),
    "chaque jeudi, 10 fois": ("FREQ=WEEKLY;BYDAY=TH;COUNT=10", "chaque jeudi, 10 fois"),
    "first Tuesday of the month until 30 June 2027": (
        "FREQ=MONTHLY;BYDAY=1TU;UNTIL=20270630",
        "le premier mardi de chaque mois, jusqu’au mercredi 30 juin 2027",
    ),
    "every other Thursday": ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "toutes les 2 semaines, le jeudi"),
    "RRULE:FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231T130000Z": (
        "FREQ=WEEKLY;BYDAY=TH;UNTIL=20261231",
        "chaque jeudi, jusqu’au jeudi 31 décembre 2026",
    ),
}

UNCLEAR = {
    "": "repeat_empty",
    "bla": "repeat_not_understood",
    "chaque jeudi ou presque": "repeat_not_understood",
    "chaque jeudi jusqu’au 30 février": "no_such_day",
    "chaque jeudi jusqu’au 1er mars 2026": "past",
    "chaque jeudi, 0 fois": "repeat_times",
    "chaque jeudi, 501 fois": "not ours",
    "FREQ=SECONDLY": "repeat_rule",
    "FREQ=WEEKLY;BYSETPOS=1": "repeat_rule",
    "FREQ=WEEKLY;INTERVAL=0": "repeat_interval",
    "FREQ=WEEKLY;INTERVAL=x": "repeat_not_understood",
    "FREQ=WEEKLY;COUNT=3;UNTIL=20261231": "repeat_two_ends",
    "FREQ=WEEKLY;BYDAY=1TU": "repeat_not_understood",
    "FREQ=MONTHLY;BYMONTHDAY=32": "repeat_not_understood",
}
UNCLEAR["chaque jeudi, 501 fois"] = "repeat_times"


def rule(text: str) -> Recurrence:
    found = parse_recurrence(text, TODAY)
    assert isinstance(found, Recurrence), found
    return found


@pytest.mark.parametrize("typed", UNDERSTOOD)
def test_what_people_write_is_read_back(typed: str) -> None:
    expected, words = UNDERSTOOD[typed]
    found = rule(typed)
    assert found.rule == expected
    assert written_rhythm(packaged("fr"), found).replace("\u00a0", " ") == words
    assert rule(found.rule) == found
    for locale in ("fr", "en"):  # « Corriger » gives these words back
        said = written_rhythm(packaged(locale), found)
        again = parse_recurrence(said, TODAY)
        assert again == found or found.month_day == 31 or (locale == "en" and found.days[0][0] == -2)


@pytest.mark.parametrize("typed", UNCLEAR)
def test_what_is_wrong_is_said(typed: str) -> None:
    found = parse_recurrence(typed, TODAY)
    assert isinstance(found, Unclear)
    assert found.code == UNCLEAR[typed]
    assert packaged("fr")[f"problems.{found.problem}"].format(**found.details)


def test_fourteen_hours_stay_fourteen_hours_when_the_clocks_change() -> None:
    found = parse_series("premier mardi du mois à 14 h", NOW, PARIS)
    assert not isinstance(found, Unclear)
    when, recurrence = found
    dates = list(occurrences(recurrence, when.local, PARIS, NOW, datetime(2027, 3, 1, tzinfo=UTC)))
    assert len(dates) == 12
    assert {at.astimezone(ZoneInfo(PARIS)).hour for at in dates} == {14}
    assert {at.hour for at in dates} == {12, 13}
    assert all(at.weekday() == 1 and at.day <= 7 for at in dates)


@pytest.mark.parametrize(
    ("typed", "first", "code"),
    [
        ("chaque jeudi à 9h", "2026-03-05T09:00", None),
        ("chaque lundi à 9h, jusqu’au 30 juin", "2026-03-09T09:00", None),
        ("tous les jours à 11h", "2026-03-02T11:00", None),
        ("le 31 du mois à 9h", "2026-03-31T09:00", None),
        ("tous les 15 jours à 9h", None, "no_day"),
        ("chaque jeudi", None, "series_no_time"),
        ("chaque jeudi minuit", None, "midnight"),
        ("dernier vendredi du mois à 9h jusqu’au 5 mars", None, "repeat_ended"),
    ],
)
def test_a_series_said_in_one_breath(typed: str, first: str | None, code: str | None) -> None:
    found = parse_series(typed, NOW, PARIS)
    if isinstance(found, Unclear):
        assert found.code == code
    else:
        assert found[0].local.isoformat(timespec="minutes") == first


def test_a_thirty_first_never_becomes_a_twenty_eighth() -> None:
    for text in ("le 31 du mois", "chaque mois"):
        dates = islice(occurrences(rule(text), wall(2026, 1, 31, 9), PARIS, LONG_AGO, EVER), 24)
        assert [(at.month, at.day) for at in dates][:8] == [
            (1, 31), (3, 31), (5, 31), (7, 31), (8, 31), (10, 31), (12, 31), (1, 31)
        ]  # fmt: skip


def test_the_last_day_is_each_months_own() -> None:
    dates = occurrences(rule("dernier jour du mois"), wall(2026, 1, 31, 9), PARIS, LONG_AGO, EVER)
    assert [at.day for at in islice(dates, 5)] == [31, 28, 31, 30, 31]


def test_a_skipped_hour_comes_later_and_a_doubled_one_once() -> None:
    daily = occurrences(
        rule("chaque jour"),
        wall(2026, 1, 1, 2, 30),
        PARIS,
        datetime(2026, 3, 28, tzinfo=UTC),
        datetime(2026, 3, 31, tzinfo=UTC),
    )
    assert [f"{at.astimezone(ZoneInfo(PARIS)):%d %H:%M}" for at in daily] == [
        "28 02:30",
        "29 03:30",
        "30 02:30",
    ]
    autumn = occurrences(
        rule("chaque jour"),
        wall(2026, 1, 1, 2, 30),
        PARIS,
        datetime(2026, 10, 24, 12, tzinfo=UTC),
        datetime(2026, 10, 26, tzinfo=UTC),
    )
    assert list(autumn) == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


def test_the_end_counts_from_the_first_and_its_day_is_included() -> None:
    first = wall(2026, 3, 5, 23, 30)
    ten = list(occurrences(rule("chaque jeudi, 10 fois"), first, PARIS, NOW, EVER))
    assert len(ten) == 10
    rest = list(occurrences(rule("chaque jeudi, 10 fois"), first, PARIS, ten[6], EVER))
    assert rest == ten[7:]
    until = list(occurrences(rule("chaque jeudi jusqu’au 19 mars"), first, PARIS, NOW, EVER))
    assert len(until) == 3


def test_whether_the_first_date_belongs() -> None:
    assert belongs(rule("premier mardi du mois"), wall(2026, 3, 3, 14))
    assert not belongs(rule("premier mardi du mois"), wall(2026, 3, 4, 14))
    assert belongs(rule("tous les 15 jours"), wall(2026, 3, 4, 14))


_RULES = st.one_of(
    st.builds(Recurrence, st.sampled_from(Frequency), st.integers(1, 12)),
    st.builds(
        Recurrence,
        st.just(Frequency.WEEKLY),
        st.integers(1, 4),
        st.sets(st.integers(0, 6), min_size=1, max_size=3).map(
            lambda days: tuple((0, day) for day in sorted(days))
        ),
    ),
    st.builds(
        Recurrence,
        st.just(Frequency.MONTHLY),
        st.integers(1, 6),
        st.tuples(st.tuples(st.sampled_from([1, 2, 3, 4, -1, -2]), st.integers(0, 6))),
    ),
)


@given(
    _RULES,
    st.datetimes(wall(2026, 1, 1), wall(2027, 12, 31)),
    st.sampled_from((PARIS, "Indian/Reunion", "America/Cayenne", "Pacific/Noumea", "America/Miquelon")),
)
def test_wall_time_holds_and_windows_join(recurrence: Recurrence, first: datetime, zone: str) -> None:
    first = first.replace(second=0, microsecond=0)
    assert rule(recurrence.rule) == recurrence
    end = datetime(2031, 1, 1, tzinfo=UTC)
    every = list(occurrences(recurrence, first, zone, LONG_AGO, end))
    assert all(earlier < later for earlier, later in pairwise(every))
    for at in every:
        local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        shift = local - datetime.combine(local.date(), first.time())
        # An hour that the clocks skip comes an hour later, and no other ever moves.
        assert shift in (timedelta(0), timedelta(hours=1))
    middle = datetime(2028, 6, 1, tzinfo=UTC)
    assert every == [
        *occurrences(recurrence, first, zone, LONG_AGO, middle),
        *occurrences(recurrence, first, zone, middle, end),
    ]
