"""What is worth a second look before a date is published."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from community.cautions import Caution, Other, cautions
from prompts import Words

PARIS = "Europe/Paris"


def at(local: str, zone: str = PARIS) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def said(
    local: str, zone: str = PARIS, departement: str | None = None, others: tuple[Other, ...] = ()
) -> list[Caution]:
    start = at(local, zone)
    return list(cautions(start, start + timedelta(hours=2), zone, departement, others))


def codes(local: str, zone: str = PARIS, departement: str | None = None) -> list[str]:
    return [caution.code for caution in said(local, zone, departement)]


@pytest.mark.parametrize(
    ("day", "zone", "departement", "name"),
    [
        ("2026-07-14", PARIS, None, "Fête nationale"),
        ("2026-04-06", PARIS, "38", "Lundi de Pâques"),
        ("2026-04-03", PARIS, "67", "Vendredi saint"),
        ("2026-04-03", PARIS, "68", "Vendredi saint"),
        ("2026-12-26", PARIS, "57", "Saint-Étienne"),
        ("2026-12-20", "Indian/Reunion", None, "Abolition de l’esclavage"),
        ("2026-05-27", "America/Guadeloupe", None, "Abolition de l’esclavage"),
        ("2026-05-22", "America/Martinique", "972", "Abolition de l’esclavage"),
        ("2026-06-10", "America/Cayenne", None, "Abolition de l’esclavage"),
        ("2026-04-27", "Indian/Mayotte", None, "Abolition de l’esclavage"),
        ("2026-09-24", "Pacific/Noumea", None, "Fête de la Citoyenneté"),
    ],
)
def test_public_holidays_of_the_place(day: str, zone: str, departement: str | None, name: str) -> None:
    found = said(f"{day} 14:00", zone, departement)
    assert (found[0].code, found[0].name) == ("holiday", name)


def test_a_holiday_of_elsewhere_is_none_here() -> None:
    assert "holiday" not in codes("2026-04-03 14:00", PARIS, "38")
    assert "holiday" not in codes("2026-04-03 14:00")
    assert "holiday" not in codes("2026-05-27 14:00", "Indian/Reunion")
    assert codes("2026-07-14 14:00", "America/Montreal") == []


def test_the_day_is_the_one_of_the_place() -> None:
    # Eleven in the evening of the 13th in Paris is the 14th in La Réunion.
    assert codes("2026-07-14 01:00", "Indian/Reunion")[0] == "holiday"
    assert "holiday" not in codes("2026-07-13 20:00", PARIS)


def test_bridges_weekends_and_odd_hours() -> None:
    assert codes("2026-05-15 14:00") == ["bridge", "school"]  # the Friday after Ascension
    assert codes("2026-07-13 14:00")[0] == "bridge"
    assert codes("2026-06-06 14:00") == ["weekend"]
    assert codes("2026-08-15 14:00")[0] == "holiday"
    assert codes("2026-06-09 02:00") == ["hour"]
    assert codes("2026-06-09 07:59") == ["hour"]
    assert codes("2026-06-09 08:00") == []
    assert codes("2026-06-09 21:00") == ["hour"]


def test_school_holidays_where_they_are_known() -> None:
    assert said("2026-02-10 14:00") == [
        Caution("school", at("2026-02-10").date().replace(day=10), "Vacances d’hiver", ("A",))
    ]
    assert codes("2026-02-10 14:00", PARIS, "69") == ["school"]
    assert codes("2026-02-10 14:00", PARIS, "59") == []
    assert codes("2026-02-10 14:00", PARIS, "2A") == []
    assert said("2026-12-22 14:00")[0].zones == ()


def test_clashes_touching_ends_are_none() -> None:
    start = at("2026-06-09 14:00")
    clash = Other("Atelier budget", start + timedelta(hours=1), start + timedelta(hours=3))
    before = Other("Avant", start - timedelta(hours=2), start)
    after = Other("Après", start + timedelta(hours=2), start + timedelta(hours=4))
    assert [caution.name for caution in said("2026-06-09 14:00", others=(clash, before, after))] == [
        "Atelier budget"
    ]


def test_the_words() -> None:
    found = said(
        "2026-05-15 14:00",
        others=(Other("Atelier *budget*", at("2026-05-15 15:00"), at("2026-05-15 16:00")),),
    )
    body = Words().render("meetups/cautions", "fr", cautions=found).body
    assert body.replace("\u00a0", " ") == (
        "- Le vendredi 15 mai 2026 fait le pont avec un jour férié : Ascension.\n"
        "- Le vendredi 15 mai 2026 tombe pendant des vacances scolaires : Pont de l’Ascension.\n"
        "- Le vendredi 15 mai 2026, une autre rencontre a lieu en même temps : Atelier \\*budget\\*."
    )
    assert "public holiday" in Words().render("meetups/cautions", "en", cautions=found).body
