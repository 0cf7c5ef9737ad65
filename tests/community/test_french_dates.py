"""Dates as people write them. « Now » is Monday 2 March 2026, ten o'clock in Paris."""

import re
import string
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from community.french_dates import LONGEST, Unclear, When, parse_when
from prompts.labels import packaged

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PARIS = "Europe/Paris"


def wall(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """What a clock on the wall shows."""
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - it has no zone: that is the point


ZONES = (
    PARIS,
    "Indian/Reunion",
    "America/Cayenne",
    "Pacific/Noumea",
    "America/Miquelon",
    "Pacific/Marquesas",
)

UNDERSTOOD = {
    "jeudi 14h30": "2026-03-05T14:30",
    "Jeudi à 14 h 30": "2026-03-05T14:30",
    "jeudi 14\u00a0h\u00a030": "2026-03-05T14:30",
    "jeudi 14:30": "2026-03-05T14:30",
    "14h30 jeudi": "2026-03-05T14:30",
    "le 3 mars à 9h": "2026-03-03T09:00",
    "le mardi 3 mars 2026 à 18 heures 30": "2026-03-03T18:30",
    "demain 18 h": "2026-03-03T18:00",
    "demain matin 9h": "2026-03-03T09:00",
    "après-demain à 17 h": "2026-03-04T17:00",
    "aujourd’hui à midi": "2026-03-02T12:00",
    "ce soir à 8 h": "2026-03-02T20:00",
    "mardi prochain à 14 h": "2026-03-03T14:00",
    "lundi prochain 9h": "2026-03-09T09:00",
    "lundi 11h": "2026-03-02T11:00",
    "lundi 9h": "2026-03-09T09:00",
    "jeudi en huit, 10h": "2026-03-12T10:00",
    "jeudi de la semaine prochaine à 9h": "2026-03-12T09:00",
    "3/03 9h": "2026-03-03T09:00",
    "03/03/2027 9h": "2027-03-03T09:00",
    "3.3.27 à 9h": "2027-03-03T09:00",
    "12 janvier 2027 14:00": "2027-01-12T14:00",
    "1er mai, 9 h": "2026-05-01T09:00",
    "le 1er mars à 9h": "2027-03-01T09:00",
    "le 15 à 14h": "2026-03-15T14:00",
    "le 1er à 14h": "2026-04-01T14:00",
    "29 février 9h": "2028-02-29T09:00",
    "midi": "2026-03-02T12:00",
    "9h": "2026-03-03T09:00",
    "midi et demi jeudi": "2026-03-05T12:30",
    "jeudi neuf heures et demie": "2026-03-05T09:30",
    "jeudi 9 h moins le quart": "2026-03-05T08:45",
    "jeudi 2 h de l’après-midi": "2026-03-05T14:00",
    "dans 3 semaines à 14h": "2026-03-23T14:00",
    "dans quinze jours à 9h": "2026-03-17T09:00",
    "dans un mois à 9h": "2026-04-02T09:00",
    "dans 2 heures": "2026-03-02T12:00",
    "dans 45 minutes": "2026-03-02T10:45",
    "premier mardi du mois à 14 h": "2026-03-03T14:00",
    "premier lundi du mois à 9 h": "2026-04-06T09:00",
    "dernier vendredi de juin 9h": "2026-06-26T09:00",
    "premier mardi du mois prochain 14h": "2026-04-07T14:00",
    "jeudi 14 heures trente": "2026-03-05T14:30",
    "jeudi 14h5": "2026-03-05T14:05",
    "jeudi midi trente": "2026-03-05T12:30",
    "jeudi 14h pile": "2026-03-05T14:00",
    "la semaine prochaine jeudi 14h": "2026-03-12T14:00",
    "jeudi de la semaine pro à 14h": "2026-03-12T14:00",
    "premier avril 14h": "2026-04-01T14:00",
    "le premier mai à 9 h": "2026-05-01T09:00",
    "mardi 10 mars 2026 – 9h": "2026-03-10T09:00",
    "mardi 10 mars 2026 (9h)": "2026-03-10T09:00",
    "mardi 10 mars, à partir de 9h": "2026-03-10T09:00",
    "mardi 10 mars 2026 à 9h (heure de Paris)": "2026-03-10T09:00",
    "jeudi 14 h 30 mn": "2026-03-05T14:30",
    "jeudi à quatorze heures quarante-cinq": "2026-03-05T14:45",
    "jeudi midi moins le quart": "2026-03-05T11:45",
    "jeudi aprem 3h": "2026-03-05T15:00",
    "jeudi après midi, 15h": "2026-03-05T15:00",
    "jeudi 5 mars au matin, 9h30": "2026-03-05T09:30",
    "jeudi 5 mars en soirée 8h": "2026-03-05T20:00",
    "jeudi de cette semaine 14h": "2026-03-05T14:00",
    "cette semaine, jeudi 14h": "2026-03-05T14:00",
    "jeudi semaine 12 à 14h": "2026-03-19T14:00",
    "semaine 2, jeudi 14h": "2027-01-14T14:00",
    "jeudi S53 14h": "2026-12-31T14:00",
    "le 5 du mois prochain à 14h": "2026-04-05T14:00",
    "le 15 avril prochain à 14h": "2026-04-15T14:00",
    "Thursday 5 March at 2.30pm": "2026-03-05T14:30",
    "2026-03-05 14:30-04:00": "2026-03-05T19:30",
    "2026-03-05T14:30": "2026-03-05T14:30",
    "2026-03-05 14:30:00": "2026-03-05T14:30",
    "2026-03-05T14:30:00Z": "2026-03-05T15:30",
    "2026-03-05T14:30+04:00": "2026-03-05T11:30",
    "2026-03-05 14h30": "2026-03-05T14:30",
    "next Thursday 2pm": "2026-03-05T14:00",
    "3rd March at 9:30 am": "2026-03-03T09:30",
    "March 3, 2027 at 9:30 a.m.": "2027-03-03T09:30",
    "tomorrow noon": "2026-03-03T12:00",
    "in 2 weeks at 10:00": "2026-03-16T10:00",
}

UNCLEAR = {
    "": "empty",
    " ?! ": "empty",
    "bla": "not_understood",
    "jeudi peut-être 14h": "not_understood",
    "le 3 mars 14h-16h": "span",
    "jeudi de 9h à midi": "span",
    "jeudi 12 - 14h": "hour_or_day",
    "2026-03-05 09:00-10:00": "span",
    "jeudi 14h pendant 2h": "span",
    "jeudi ou vendredi 9h": "not_understood",
    "fin mars 14h": "not_understood",
    "5 mars 14.30": "not_understood",
    "jeudi semaine 54 14h": "no_such_day",
    "le 31 du mois prochain 9h": "no_such_day",
    "lundi de cette semaine 9h": "past",
    "lundi 2 mars 9h": "past",
    "jeudi": "no_time",
    "demain": "no_time",
    "jeudi après-midi": "no_time",
    "1er mars 2026 9h": "past",
    "hier 9h": "past",
    "aujourd’hui 9h": "past",
    "2026-03-02T08:59:00Z": "past",
    "5 mars 2062 9h": "too_far",
    "29 mars 2026 2h30": "gap",
    "31/02 9h": "no_such_day",
    "3/13 9h": "no_such_day",
    "29/02/2027 9h": "no_such_day",
    "2026-02-30 9h": "no_such_day",
    "jeudi 25h": "no_such_hour",
    "vendredi 2 mai 9h": "weekday",
    "vendredi 2 mai 2026 9h": "weekday",
    "jeudi minuit": "midnight",
}


@pytest.mark.parametrize("typed", UNDERSTOOD)
def test_what_people_write(typed: str) -> None:
    found = parse_when(typed, NOW, PARIS)
    assert isinstance(found, When), found
    assert found.local.isoformat(timespec="minutes") == UNDERSTOOD[typed]


@pytest.mark.parametrize("typed", UNCLEAR)
def test_what_is_missing_or_wrong_is_said(typed: str) -> None:
    found = parse_when(typed, NOW, PARIS)
    assert isinstance(found, Unclear)
    assert found.code == UNCLEAR[typed]
    for locale in ("fr", "en"):
        assert packaged(locale)[f"problems.{found.problem}"].format(**found.details)


def test_an_hour_that_comes_twice_is_the_first_and_says_so() -> None:
    found = parse_when("25 octobre 2026 à 2h30", NOW, PARIS)
    assert found == When(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), PARIS, ("twice",))


def test_a_date_without_its_year_that_is_far_says_so() -> None:
    """It was perhaps to be the one that is just over."""
    assert parse_when("2 mars 9h", NOW, PARIS) == When(
        datetime(2027, 3, 2, 8, 0, tzinfo=UTC), PARIS, ("next_year",)
    )
    soon = parse_when("2 novembre 9h", NOW, PARIS)
    assert isinstance(soon, When)
    assert soon.notes == ()


def test_the_hour_of_paris_is_not_that_of_elsewhere() -> None:
    elsewhere = parse_when("jeudi 14h (heure de Paris)", NOW, "Indian/Reunion")
    assert elsewhere == Unclear("not_understood")
    assert isinstance(parse_when("jeudi 14h, heure locale", NOW, "Indian/Reunion"), When)


def test_each_place_has_its_own_day() -> None:
    late = datetime(2026, 3, 2, 21, 30, tzinfo=UTC)  # already Tuesday in La Réunion, still Monday in Guyane
    reunion = parse_when("demain 9h", late, "Indian/Reunion")
    guyane = parse_when("demain 9h", late, "America/Cayenne")
    assert isinstance(reunion, When)
    assert isinstance(guyane, When)
    assert reunion.starts_at == datetime(2026, 3, 4, 5, 0, tzinfo=UTC)
    assert guyane.starts_at == datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@given(
    st.datetimes(wall(2026, 3, 3), wall(2030, 12, 31)),
    st.sampled_from(ZONES),
    st.sampled_from(
        ("{:%Y-%m-%d %H:%M}", "{:%d/%m/%Y %Hh%M}", "le {:%d/%m/%Y à %H h %M}", "{:%H:%M %d.%m.%Y}")
    ),
)
def test_a_whole_date_is_read_back_as_it_was_written(local: datetime, zone: str, form: str) -> None:
    local = local.replace(second=0, microsecond=0)
    found = parse_when(form.format(local), NOW, zone)
    if isinstance(found, Unclear):
        assert found.code == "gap"
        instant = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local
    else:
        assert found.local == local


_WORDS = st.sampled_from(
    re.findall(
        r"\S+",
        "jeudi mardi prochain le 3 31 29 mars février du mois premier dernier à 14h30 9h midi 2027 3/03 dans "
        "jours semaines huit en soir demain 99 0 h : / - , 2pm freq= minuit 25h",
    )
)
_SOUP = st.one_of(
    st.lists(_WORDS, max_size=8).map(" ".join),
    st.text(max_size=60),
    st.text(string.digits + "h:/- .", max_size=20),
)


@given(
    _SOUP,
    st.datetimes(wall(2020, 1, 1), wall(2040, 1, 1)),
    st.sampled_from(sorted(available_timezones() & {*ZONES, "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"})),
)
@example("30 fevrier 9h", wall(2026, 1, 1), PARIS)
@example("²h", wall(2026, 1, 1), PARIS)
@example("dans 999 mois à 9h", wall(2026, 1, 1), PARIS)
@example("9" * 5000, wall(2026, 1, 1), PARIS)
def test_whatever_is_written_the_answer_is_to_come_or_says_why_not(
    typed: str, now: datetime, zone: str
) -> None:
    moment = now.replace(tzinfo=UTC)
    found = parse_when(typed, moment, zone)
    if isinstance(found, Unclear):
        assert packaged("fr")[f"problems.{found.problem}"].format(**found.details)
        return
    assert moment < found.starts_at < moment + timedelta(days=6 * 366)
    assert found.starts_at.tzinfo is UTC
    assume(len(typed) <= LONGEST)
    assert parse_when(typed, moment, zone) == found
