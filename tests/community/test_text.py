"""What was typed, cleaned: properties on any text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import text

ANY = st.text(st.characters(), max_size=200)


@given(ANY)
def test_a_line_is_one_line_that_any_database_takes(typed: str) -> None:
    clean = text.one_line(typed)
    clean.encode()
    assert "\0" not in clean
    assert len(clean.splitlines()) <= 1
    assert clean == clean.strip()
    assert text.one_line(clean) == clean


@given(ANY)
def test_lines_are_clean_and_cleaning_twice_changes_nothing(typed: str) -> None:
    clean = text.lines(typed)
    clean.encode()
    assert "\n\n\n" not in clean
    assert not any(unicodedata.category(character) == "Cc" for character in clean if character != "\n")
    assert text.lines(clean) == clean


@given(ANY)
def test_an_address_is_one_that_can_be_opened_or_none(typed: str) -> None:
    address = text.address(typed)
    if address is not None:
        assert address.startswith(("http://", "https://"))
        assert len(address) <= text.URL_LONGEST
        assert not any(character.isspace() for character in address)
        assert text.address(address) == address
        text.address_key(address)


@pytest.mark.parametrize(
    "twin",
    [
        "http://www.example.org/guide",
        "https://example.org/guide/",
        "https://EXAMPLE.org/guide#partie-2",
        "https://example.org/guide?utm_source=lettre&fbclid=1",
        "https://example.org:443/guide",
        "example.org/guide/index.html",
    ],
)
def test_the_same_page_has_the_same_key(twin: str) -> None:
    address = text.address(twin)
    assert address is not None
    assert text.address_key(address) == text.address_key("https://example.org/guide")


@pytest.mark.parametrize(
    "other",
    ["https://example.org/guide?page=2", "https://example.org/Guide", "https://guide.example.org/guide"],
)
def test_another_page_has_another_key(other: str) -> None:
    assert text.address_key(other) != text.address_key("https://example.org/guide")


def test_parameters_count_in_any_order() -> None:
    assert text.address_key("https://e.org/?b=2&a=1") == text.address_key("https://e.org/?a=1&b=2")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1", 1),
        ("2147483647", 2**31 - 1),
        ("2147483648", 0),
        ("9" * 19, 0),
        ("-1", 0),
        ("²", 0),
        ("", 0),
        ("٣", 0),
    ],
)
def test_an_id_is_one_that_a_row_can_have(typed: str, number: int) -> None:
    assert text.row_id(typed) == number


def test_names_are_found_without_accents_nor_case() -> None:
    assert text.folded("  ÉLÉONORE   d’Œuvre ") == "eleonore d’œuvre"
