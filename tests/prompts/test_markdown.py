"""Cutting keeps marks paired and characters whole; taking marks away leaves the words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import clip, escape, plain, shorten
from prompts.filters import link
from prompts.graphemes import graphemes
from tests.prompts.reader import PINGS, read, skeleton, visible
from tests.prompts.strategies import typed

_pieces = st.one_of(
    typed.map(escape),
    typed.map(lambda value: f"**{escape(value)}**" if escape(value) else ""),
    typed.map(lambda value: f"*{escape(value)}*" if escape(value) else ""),
    typed.map(lambda value: link(value, "https://exemple.fr/page")),
    st.sampled_from(
        ["\n", "\n- ", "\n> ", "\n### ", " ", "`/aide`", "<t:1700000000:F>", "<@12345>", "🇫🇷", "👩‍👧"]
    ),
)
_markdown = st.lists(_pieces, min_size=1, max_size=12).map(" ".join)


@given(text=_markdown, limit=st.integers(min_value=0, max_value=120))
def test_a_cut_text_fits_and_makes_no_mark_that_was_not_there(text: str, limit: int) -> None:
    cut = clip(text, limit)
    assert len(cut) <= limit or cut == text
    if len(text) <= limit:
        assert cut == text
        return
    kinds = {node.kind for node in read(text)}
    assert {node.kind for node in read(cut)} <= kinds | {"text", "escape", "address"}
    assert not set(PINGS.findall(cut)) - set(PINGS.findall(text))


@given(text=typed, limit=st.integers(min_value=1, max_value=60))
def test_cut_words_are_the_beginning_of_the_words(text: str, limit: int) -> None:
    shown = escape(text)
    cut = clip(shown, limit)
    if cut != shown and "://" not in cut:
        beginning = visible(read(cut)).removesuffix("…")
        assert visible(read(shown)).startswith(beginning.rstrip("\u2068\u2069\u200b"))


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("**un deux trois quatre**", 16, "**un deux…**"),
        ("`un deux trois quatre`", 14, "`un deux…`"),
        ("voir [le guide](https://exemple.fr) ici", 30, "voir…"),
        ("dans <t:1700000000:F> exactement", 15, "dans…"),
        ("👩‍👧👩‍👧👩‍👧", 6, "👩‍👧…"),
        ("a\\*\\*\\*\\*", 4, "a\\*…"),
        ("court", 5, "court"),
        ("court", 0, ""),
        ("- un\n- deux\n- trois", 12, "- un\n- deux…"),
    ],
)
def test_cuts(text: str, limit: int, cut: str) -> None:
    assert clip(text, limit) == cut


def test_a_long_mark_is_closed() -> None:
    cut = clip("**" + "mot " * 2000 + "**", 4000)
    assert len(cut) <= 4000
    assert skeleton(read(cut)) == [("strong", ["text"])]


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**Guide** du [ZAN](https://exemple.fr)", "Guide du ZAN"),
        (r"prix \* 2 \[bis\]", "prix * 2 [bis]"),
        ("Rappel <t:1700000000:F> ici", "Rappel ici"),
        ("### Titre", "Titre"),
        (r"\<t:0:F>", "<t:0:F>"),
        ("`/aide`", "/aide"),
    ],
)
def test_plain(markdown: str, words: str) -> None:
    assert plain(markdown) == words


@given(text=st.text())
def test_graphemes_lose_nothing(text: str) -> None:
    assert "".join(graphemes(text)) == text


@given(text=typed, limit=st.integers(min_value=0, max_value=40))
def test_shortened_text_fits(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit or short == text
    assert short == text or not limit or re.sub("…$", "", short) == "" or text.startswith(short[:-1])


def test_shorten_keeps_characters_whole() -> None:
    assert shorten("e\u0301e\u0301e\u0301", 4) == "e\u0301…"
    assert shorten("🇫🇷🇧🇪", 3) == "🇫🇷…"
    assert shorten("la concertation citoyenne", 20) == "la concertation…"
