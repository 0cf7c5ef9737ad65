"""The analyser: what people type and what is written give the same terms, whatever the characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.analysis import Analyser, analyser, fold, words_in
from storage.search.highlight import highlighted, passage


def stems(text: str) -> list[str]:
    return [word.stem for word in analyser().analyse(text)]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("demarche", "Démarches"),
        ("oeuvre", "Œuvres"),
        ("ENERGIE", "énergies"),
        ("l eau", "l’eau"),
        ("adil", "A.D.I.L."),
        ("foret", "forêts"),
        ("amenagement", "Aménagements"),
        ("ecole", "e\u0301cole"),  # decomposed
        ("finances", "\ufb01nances"),  # a ligature of typography
        ("concertation", "concer\u00adtation"),  # a soft hyphen
    ],
)
def test_typed_meets_written(typed: str, written: str) -> None:
    assert stems(typed) == stems(written) != []


@pytest.mark.parametrize("text", ["", " ", "le la les de du", "Qu’est-ce que c’est ?", "…!?", "\0", "_"])
def test_nothing_to_look_for(text: str) -> None:
    assert stems(text) == []


def test_elisions_hyphens_numbers() -> None:
    assert stems("Aujourd’hui, l’article R421-1 du 1er plan d’action") == stems(
        "article R421 1 1er plan action"
    )


@given(st.text())
def test_any_text_has_terms_that_fit(text: str) -> None:
    for word in analyser().analyse(text):
        assert -(2**63) <= word.term < 2**63
        assert word.folded
        assert not word.stop


@given(st.text())
def test_writing_does_not_matter(text: str) -> None:
    """Upper case may lose letters' identity in some scripts; composition never does."""
    assert stems(unicodedata.normalize("NFD", text)) == stems(unicodedata.normalize("NFC", text))


@given(st.text() | st.text(alphabet="aA.É’-_ \u00a0\u200b\u00ad\u0301Σ¨\n"))
def test_no_word_crosses_a_blank(text: str) -> None:
    """Documents are read piece by piece, questions whole: both must find the same words."""
    assert words_in(text) == [word for piece in text.split() for word in words_in(piece)]


@given(st.text(alphabet="abcdeéèêàâîôûçœ ’-."))
def test_case_and_accents_do_not_matter_in_french(text: str) -> None:
    assert stems(text.upper()) == stems(text)
    assert [fold(word) for word in words_in(text)] == [fold(fold(word)) for word in words_in(text)]


def test_remembering_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.search.analysis._REMEMBERED_WORDS", 50)
    small = Analyser()
    terms = [small.word(f"mot{number}").term for number in range(200)]
    assert len(small._words) <= 50
    assert [Analyser().word(f"mot{number}").term for number in range(200)] == terms


@given(st.text(max_size=300), st.text(max_size=40))
def test_highlighting_loses_no_character(text: str, query: str) -> None:
    pieces = highlighted(text, stems(query))
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


@given(st.text(max_size=2000), st.text(max_size=40))
def test_a_passage_keeps_to_its_size(text: str, query: str) -> None:
    assert len("".join(piece.text for piece in passage([text], stems(query), 200))) <= 202


def test_the_passage_is_where_the_words_are() -> None:
    body = (
        "Du remplissage sans rapport. " * 60
        + "Le budget participatif associe les habitants. "
        + "Suite. " * 60
    )
    shown = passage(["Un résumé", body], stems("budget participatif"), 120)
    assert [piece.text for piece in shown if piece.hit] == ["budget", "participatif"]
    assert shown[0].text.startswith("…")
