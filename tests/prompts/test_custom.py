"""A network's own words: what may be written, what is refused and on which line; nothing runs away."""

import pytest

from community.texts import EDITABLE
from prompts import LOCALES, Words
from prompts.custom import Broken

WORDS = Words()
NAME = "meetups/reminder"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", EDITABLE.values())
def test_the_shipped_words_pass_their_own_check_and_have_a_preview(name: str, locale: str) -> None:
    shipped = WORDS.shipped(name, locale)
    assert WORDS.fault(name, locale, shipped) is None
    preview = WORDS.sample(name, locale, shipped)
    assert preview.title
    assert "Example object" not in preview.body
    assert WORDS.has_label(f"texts.names.{name}")


def fault(body: str) -> Broken:
    found = WORDS.fault(NAME, "fr", {"title": "Rappel", "body": body, "note": ""})
    assert found is not None, body
    return found


@pytest.mark.parametrize(
    ("body", "line", "problem", "name"),
    [
        ("{% if meetup.place %}", 1, "unfinished", ""),
        ("Bonjour\n{{ meetup.title", 2, "unfinished", ""),
        ("a\n\nb {{ meetup.title }} }} {{ 1 2 }}", 3, "unexpected", ""),
        ("{% shout %}", 1, "unknown_tag", "shout"),
        ("{{ meetup.title | shout }}", 1, "unknown_filter", "shout"),
        ("{{ meetup.title | batch(9) }}", 1, "unknown_filter", "batch"),
        ("a\n{{ member.email }}", 2, "unknown_value", "member.email"),
        ("{{ meetup.secret }}", 1, "unknown_value", "meetup.secret"),
        ("{{ meetup.__class__ }}", 1, "unknown_value", "meetup.__class__"),
        ("{{ meetup.title.__class__.__mro__ }}", 1, "unknown_value", "meetup.title.__class__.__mro__"),
        ("{{ meetup['__class__'] }}", 1, "forbidden", ""),
        ("{{ meetup.title.format(meetup) }}", 1, "forbidden", ""),
        ("{{ range(10**9) }}", 1, "forbidden", ""),
        (
            "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
            1,
            "forbidden",
            "",
        ),
        ("{{ " + "(" * 1400 + "1" + ")" * 1400 + " }}", 1, "syntax", ""),
        ("{{ 'a' * 1000000000 }}", 1, "forbidden", ""),
        ("{{ 9 ** 9 ** 9 }}", 1, "forbidden", ""),
        ("{{ meetup.title ~ meetup.title }}", 1, "forbidden", ""),
        ("{% set a = meetup.title %}", 1, "forbidden", ""),
        ("{% macro f() %}{{ f() }}{% endmacro %}", 1, "forbidden", ""),
        ("{% include 'errors/invalid.md.j2' %}", 1, "forbidden", ""),
        ("{% block title %}x{% endblock %}", 1, "forbidden", ""),
        ("{{ meetup.title | excerpt(1000000000) }}", 1, "too_large", "1000000000"),
        ("{{ meetup }}", 1, "not_printable", ""),
        ("{{ self }}", 1, "unknown_value", "self"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(body: str, line: int, problem: str, name: str) -> None:
    found = fault(body)
    assert (found.line, found.problem) == (line, problem)
    if name:
        assert found.name == name
    for locale in LOCALES:
        assert WORDS.label(f"problems.text_{problem}", locale, line=found.line, name=found.name, values="x")


def test_an_empty_message_is_refused() -> None:
    found = WORDS.fault(NAME, "fr", {"title": "", "body": " ", "note": "Petit mot"})
    assert found is not None
    assert found.problem == "empty"


def test_values_stay_escaped_and_ping_nobody() -> None:
    shown = WORDS.render_parts({"body": "{{ network }}"}, "fr", network="**gras** @everyone")
    assert "**gras**" not in shown.body
    assert "@everyone" not in shown.body
