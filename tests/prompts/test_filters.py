"""What filters say, in both languages and several zones."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError, TemplateAssertionError

from prompts import Words
from prompts.labels import LOCALES


@pytest.fixture
def say(tmp_path: Path) -> Any:
    """Render one line of template, with the real labels."""
    from prompts.labels import ROOT

    for locale in LOCALES:
        (tmp_path / locale / "labels").mkdir(parents=True)
        text = (ROOT / locale / "labels" / "kit.toml").read_text(encoding="utf-8")
        (tmp_path / locale / "labels" / "kit.toml").write_text(text, encoding="utf-8")

    def render(line: str, locale: str = "fr", **values: Any) -> str:
        path = tmp_path / locale / "line.md.j2"
        path.write_text("{% block body %}" + line + "{% endblock %}", encoding="utf-8")
        return Words(tmp_path).render("line", locale, **values).body

    return render


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [(0, "place", "places"), (1, "place", "place"), (1.5, "place", "places"), (2, "places", "places")],
)
def test_plural(say: Any, count: float, french: str, english: str) -> None:
    line = '{{ n | plural("place", "places") }}'
    assert say(line, n=count) == french
    assert say(line, "en", n=count) == english


def test_numbers(say: Any) -> None:
    assert say("{{ n | number }}", n=1234567) == "1\u202f234\u202f567"
    assert say("{{ n | number(2) }}", n=1234.5) == "1\u202f234,50"
    assert say("{{ n | number }}", "en", n=1234567) == "1,234,567"
    assert say("{{ n }}", n=2026) == "2026"  # a year


WINTER = datetime(2026, 11, 26, 13, 30, tzinfo=UTC)
SUMMER = datetime(2026, 7, 1, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "timezone", "words"),
    [
        (WINTER, "Europe/Paris", "jeudi 26\u00a0novembre 2026 à 14\u00a0h\u00a030, heure de Paris"),
        (SUMMER, "Europe/Paris", "mercredi 1er\u00a0juillet 2026 à 15\u00a0h\u00a005, heure de Paris"),
        (WINTER, "Indian/Reunion", "jeudi 26\u00a0novembre 2026 à 17\u00a0h\u00a030, heure de La Réunion"),
        (WINTER, "America/Cayenne", "jeudi 26\u00a0novembre 2026 à 10\u00a0h\u00a030, heure de Guyane"),
        (
            WINTER,
            "Pacific/Noumea",
            "vendredi 27\u00a0novembre 2026 à 0\u00a0h\u00a030, heure de Nouvelle-Calédonie",
        ),
        (WINTER, "Asia/Ho_Chi_Minh", "jeudi 26\u00a0novembre 2026 à 20\u00a0h\u00a030, heure de Ho Chi Minh"),
    ],
)
def test_an_instant_is_marked_and_written_with_its_zone(
    say: Any, instant: datetime, timezone: str, words: str
) -> None:
    stamp = f"<t:{int(instant.timestamp())}:F>"
    assert say("{{ at | when }}", at=instant, timezone=timezone) == f"{stamp} ({words})"


def test_an_instant_in_english(say: Any) -> None:
    text = say("{{ at | when }}", "en", at=SUMMER)
    assert text.endswith("(Wednesday 1 July 2026 at 15:05, Paris time)")


def test_a_day_is_the_day_of_the_zone(say: Any) -> None:
    assert say("{{ at | day }}", at=WINTER, timezone="Pacific/Noumea") == "vendredi 27\u00a0novembre 2026"
    assert say("{{ at | day }}", at=date(2026, 10, 1)) == "jeudi 1er\u00a0octobre 2026"


def test_a_date_is_never_printed_by_accident(say: Any) -> None:
    for value in (WINTER, WINTER.date(), True):
        with pytest.raises(TypeError):
            say("{{ value }}", value=value)
    with pytest.raises(ValueError, match="offset"):
        say("{{ at | when }}", at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_lists(say: Any) -> None:
    line = "{{ names | list }}"
    assert [say(line, names=names) for names in ([], ["a"], ["a", "b*"], ["a", "b", "c"])] == [
        "",
        "a",
        r"a et b\*",
        "a, b et c",
    ]
    assert say('{{ names | list("or") }}', "en", names=["a", "b"]) == "a or b"
    assert say('{{ names | join(" · ") }}', names=["_a_", "b"]) == r"\_a\_ · b"
    assert say('{{ names | map("mention") | join }}', names=["12", "34"]) == "<@12>, <@34>"


def test_mentions(say: Any) -> None:
    assert say("{{ who | mention }}", who="123") == "<@123>"
    assert say("{{ who | mention }}", who=SimpleNamespace(account_ref="123")) == "<@123>"
    assert say("{{ who | mention }}", who="@everyone") == "@\u200beveryone"
    assert say("{{ place | channel }}", place="9") == "<#9>"


def test_excerpts(say: Any) -> None:
    assert say("{{ text | excerpt(20) }}", text="La concertation * citoyenne") == r"La concertation \*…"
    assert say("{{ text | excerpt(200) }}", text="Court\ntexte") == "Court texte"


def test_said(say: Any) -> None:
    assert say("{{ text | said }}", text="ZAN*") == "«\u00a0ZAN\\*\u00a0»"
    assert say("{{ text | said }}", "en", text="ZAN") == "“ZAN”"


def test_what_is_missing_is_a_failure_and_nothing_is_nothing(say: Any) -> None:
    with pytest.raises(UndefinedError):
        say("{{ missing }}")
    assert say("[{{ value }}]", value=None) == "[]"


def test_a_template_reaches_nothing_but_its_values(say: Any) -> None:
    with pytest.raises(SecurityError):
        say("{{ value.__class__.__mro__ }}", value="x")
    for filter_ in ("safe", "tojson", "urlize", "xmlattr", "format"):
        with pytest.raises(TemplateAssertionError):
            say("{{ value | " + filter_ + " }}", value="x")


def test_lines_are_tidied(say: Any) -> None:
    assert say("\n\n\nun  \n\n\n\ndeux\n\n") == "un\n\ndeux"
