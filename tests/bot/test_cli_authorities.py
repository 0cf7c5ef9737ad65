"""The command ``authorities``, as a person and as a program use it."""

import json

import pytest
from typer.testing import CliRunner

from bot.cli import build
from bot.console import Console
from prompts import Words


def run(*arguments: str, typed: str | None = None, locale: str = "fr") -> str:
    app = build(Console(Words(), locale))
    result = CliRunner().invoke(app, ["authorities", *arguments], input=typed, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_one_object_per_line_as_a_program_does() -> None:
    answers = [
        json.loads(line) for line in run("--json", typed="mairie de chambery\n\nmel\nlicorne\n").splitlines()
    ]
    assert [answer["query"] for answer in answers] == ["mairie de chambery", "", "mel", "licorne"]
    assert all(set(answer) == {"query", "results", "ms"} for answer in answers)
    assert answers[0]["results"][0] | {"score": 0} == {
        "id": "commune:73065",
        "title": "Chambéry (Savoie)",
        "score": 0,
    }
    assert [len(answer["results"]) for answer in answers[1:2]] == [0]
    assert answers[2]["results"][0]["id"] == "epci:200093201"
    assert all(len(answer["results"]) <= 10 for answer in answers)


def test_a_former_commune_answers_as_todays_and_once() -> None:
    found = json.loads(run("--json", "arbignieu"))["results"]
    assert [one["id"] for one in found].count("commune:01015") == 1
    assert not any(one["id"].startswith("commune-deleguee") for one in found)


@pytest.mark.parametrize(("locale", "nothing"), [("fr", "Rien pour «"), ("en", 'Nothing for "')])
def test_as_a_person_does(locale: str, nothing: str) -> None:
    assert run("saint-denis", locale=locale).startswith(" 1. Saint-Denis (")
    assert run("qqqqqqqq", locale=locale).startswith(nothing)
