"""A date and its end, as people write both in one breath. « Now » is Monday 2 March 2026, 10:00 in Paris."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from community.errors import Invalid
from community.meetups_when import Meant, read_date, read_when
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
    "le 3 à 14h": ("2026-03-03T14:00", None),
    "5-3-2026 14h": ("2026-03-05T14:00", None),
    "tous les mardis à 14h jusqu’au 30 juin": ("2026-03-03T14:00", None),
}


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
        ("jeudi 14h-14h", "when_span"),
        ("jeudi 8h-23h", "when_span"),
        ("premier mardi du mois à 14 h sauf août", "when_except"),
        ("chaque jeudi à 9h hors vacances", "when_except"),
    ],
)
def test_what_cannot_be_said_here_tells_what_to_do(typed: str, problem: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_when(typed, NOW, PARIS)
    assert refused.value.details["problem"] == problem
    assert packaged("fr")[f"problems.{problem}"]


def test_a_move_takes_the_beginning_alone() -> None:
    with pytest.raises(Invalid) as refused:
        read_date("jeudi 14h-16h", NOW, PARIS)
    assert refused.value.details["problem"] == "when_span"
