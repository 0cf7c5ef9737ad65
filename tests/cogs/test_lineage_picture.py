"""The lineage as a picture and in words: both say the same, and both fit."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from cogs.kit.layout import TEXT_LIMIT, layout
from cogs.lineage_picture import alt, tree
from cogs.pictures import Tree
from cogs.pictures.pen import fitting, width, writable
from community.practice_cards import TITLE_LONGEST
from community.practice_lineage import Branch, Lineage
from prompts import Words

WORDS = Words()
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARD: Any = SimpleNamespace(title="Aller vers les inaudibles au marché")
ROOT = Branch(0, None, "Thiers", AT, CARD.title, here=True)


def drawn(lineage: Lineage, locale: str = "fr", page: int = 0) -> Tree:
    return tree(lineage, lineage.leaf(page), WORDS, locale, "Europe/Paris")


@pytest.mark.parametrize("state", ["ongoing", "adopted", "adapted", "abandoned"])
@pytest.mark.parametrize("locale", ["fr", "en"])
def test_an_outcome_is_a_shape_and_words(state: str, locale: str) -> None:
    said = WORDS.label(f"reuse_states.{state}", locale)
    chart = drawn(Lineage(CARD, [ROOT, Branch(1, 0, "Vaison", AT, state=state)]), locale)
    assert chart.twigs[1].shape == state
    assert said in chart.twigs[1].what
    assert [shape for shape, _words in chart.legend] == ["card", state]
    assert f"{said} 1" in alt(Lineage(CARD, [ROOT, Branch(1, 0, "Vaison", AT, state=state)]), WORDS, locale)


def test_a_nameless_card_and_an_erased_member_stay_so() -> None:
    chart = drawn(
        Lineage(CARD, [ROOT, Branch(1, 0, "", AT, "Un échec", nameless=True), Branch(1, 0, "", AT)])
    )
    assert [twig.who for twig in chart.twigs[1:]] == ["Une collectivité, sans nom", "Une collectivité"]
    assert [twig.boxed for twig in chart.twigs] == [True, True, False]


def test_a_card_that_nobody_took_up_says_so() -> None:
    assert "Personne ne l’a encore reprise" in alt(Lineage(CARD, [ROOT]), WORDS, "fr")
    assert drawn(Lineage(CARD, [ROOT])).note == ""


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_longest_page_fits_in_a_message(locale: str) -> None:
    long = "Communauté d’agglomération " + "é" * 50
    title = "T" * TITLE_LONGEST
    deep = [Branch(depth, depth - 1 if depth else None, long, AT, title, "adopted") for depth in range(6)]
    many = [Branch(6, 5, long, AT, title, "adopted") for _branch in range(40)]
    lineage = Lineage(CARD, [*deep, *many])
    leaf = lineage.leaf(2)
    assert [branch.again for branch in leaf.branches].count(True) == 6
    text = WORDS.render("practices/lineage", locale, lineage=lineage, leaf=leaf, timezone="Europe/Paris")
    [container] = layout(text, (), WORDS, locale).to_components()
    assert sum(len(part.get("content", "")) for part in container["components"]) <= TEXT_LIMIT
    assert text.body.rstrip().endswith(")")
    assert len(text.body) < TEXT_LIMIT - 300  # nothing was cut


def test_words_are_cut_where_the_room_ends() -> None:
    assert fitting("Thiers", 11, 3) == "Thiers"
    cut = fitting("Communauté de communes du Pays de Lunel", 11, 1.5)
    assert cut.endswith("…")
    assert 1.2 < width(cut, 11) <= 1.5


def test_what_the_font_cannot_write_is_left_out() -> None:
    chart = replace(drawn(Lineage(CARD, [ROOT])), title="Au marché 🧺 de Thiers")
    assert writable({"title": chart.title, "twigs": [{"depth": 1}]}) == {
        "title": "Au marché de Thiers",
        "twigs": [{"depth": 1}],
    }
