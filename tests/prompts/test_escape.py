"""Whatever a member types is shown as typed: it pings nobody and changes no mark around it."""

import re
import unicodedata
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prompts import clean, escape, plain
from prompts.filters import code, link, pieces, quoted
from prompts.safe import ADDRESS
from tests.prompts.reader import PINGS, read, skeleton, visible
from tests.prompts.strategies import typed

WRAPPERS = [
    "{}",
    "**{}**",
    "*{}*",
    "***{}***",
    "~~{}~~",
    "||{}||",
    "### {}",
    "-# {}",
    "> {}",
    "- {}\n- autre",
    "1. {}\n2. autre",
    "avant {} après",
    "« {} » et **fin**",
    "`/aide` {} `/aide`",
    "[texte](https://exemple.fr) {} [autre](https://exemple.fr)",
    "**Titre :** {}\n**Autre :** {}",
    "<@1> {} <t:0:F>",
    "{}\n\n{}",
]
HIDDEN = re.compile(r"[\u200b\u2068\u2069]")


@pytest.mark.parametrize("wrapper", WRAPPERS)
@given(value=typed)
@example(value="https://x.fr<@123>")
@example(value='https://x.fr/a"]b')
@example(value="https://x.fr/a.\\")
@example(value="_https://x.fr/_a_ _b_")
def test_marks_around_a_value_stay_as_they_were(wrapper: str, value: str) -> None:
    shown = escape(value)
    if not shown:
        return
    expected = skeleton(read(wrapper.replace("{}", "mot")))
    assert skeleton(read(wrapper.replace("{}", shown))) == expected


@given(first=typed, second=typed)
@example(first="@", second="everyone")
@example(first="<", second="@123>")
@example(first="<@", second="123>")
@example(first="*", second="*a**")
@example(first="x\\", second="*a*")
def test_two_values_side_by_side_make_nothing_new(first: str, second: str) -> None:
    between = " " if ADDRESS.search(escape(first)) else ""  # templates keep a space there: see test_templates
    together = escape(first) + between + escape(second)
    assert not PINGS.search(together)
    assert {node.kind for node in read(together)} <= {"text", "escape", "address"}


@given(value=typed, lines=st.booleans())
def test_nobody_is_pinged(value: str, lines: bool) -> None:
    assert not PINGS.search(escape(value, lines=lines))
    assert not PINGS.search(code(value))
    assert not PINGS.search(quoted(value))


@given(value=typed)
def test_it_reads_as_it_was_typed(value: str) -> None:
    wanted = clean(value)
    if "://" in wanted:
        return  # an address may be spaced and percent-encoded
    assert HIDDEN.sub("", visible(read(escape(value)))) == HIDDEN.sub("", wanted)
    assert plain(escape(value)) == HIDDEN.sub("", wanted).strip()


@given(value=typed, lines=st.booleans())
def test_nothing_hidden_or_direction_changing_is_left(value: str, lines: bool) -> None:
    shown = escape(value, lines=lines)
    shown.encode()  # no lone surrogate
    assert not re.search(r"[\u202a-\u202e\u2066\u2067\ufeff\u200e\u200f\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)
    assert shown.count("\u2068") == shown.count("\u2069")
    assert not shown or not unicodedata.category(shown[0]).startswith("M")
    assert lines or "\n" not in shown


@given(value=typed)
def test_paragraphs_keep_lines_and_no_marks(value: str) -> None:
    shown = escape(value, lines=True)
    assert {node.kind for node in read(shown)} <= {"text", "escape", "address"}
    assert shown.count("\n") == clean(value, lines=True).count("\n")


@given(value=typed)
def test_a_quote_is_nothing_but_a_quote(value: str) -> None:
    shown = quoted(value)
    if clean(value):
        inner = [child.kind for node in read(shown) for child in node.children]
        assert {node.kind for node in read(shown)} == {"quote"}
        assert set(inner) <= {"text", "escape", "address"}


@given(words=typed, url=typed)
@example(words="Guide [2026]", url="https://exemple.fr/a_(b)?q=1&r=é#x")
@example(words="https://autre.fr", url="https://exemple.fr")
def test_a_link_is_one_link_or_plain_words(words: str, url: str) -> None:
    shown = link(words, url)
    kinds = [node.kind for node in read(shown) if node.kind not in {"text", "escape", "address"}]
    assert kinds in ([], ["link"])
    if kinds:
        assert skeleton(read(f"**{shown}**")) == [("strong", [("link", ["text"])])]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Démarches simplifiées", "Démarches simplifiées"),
        ("prix * quantité", r"prix \* quantité"),
        ("snake_case", r"snake\_case"),
        ("# Titre", r"\# Titre"),
        ("C# et F#", "C# et F#"),
        ("- tiret", r"\- tiret"),
        ("sous-titre", "sous-titre"),
        ("1. premier", r"1\. premier"),
        ("1) premier", r"1\) premier"),
        ("version 1.2", "version 1.2"),
        ("a > b", "a > b"),
        ("agent@mairie.fr", "agent@mairie.fr"),
        ("voir https://exemple.fr/a_b.", "voir https://exemple.fr/a_b."),
        ("(https://exemple.fr/a)", "(https://exemple.fr/a)"),
        ("<https://exemple.fr/a>", r"\<https://exemple.fr/a >"),
        ("deux\nlignes", "deux lignes"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("10\u202f000\u00a0€", "10\u202f000\u00a0€"),
    ],
)
def test_ordinary_text_stays_readable(value: str, shown: str) -> None:
    assert escape(value) == shown


def test_an_address_of_the_library_still_works() -> None:
    address = "https://www.ecologie.gouv.fr/sites/default/files/documents/guide_zan-2023.pdf?a=1&b=2#p_3"
    assert escape(address) == address
    assert link("Guide", address) == f"[Guide]({address})"


def test_only_addresses_of_the_web_become_links() -> None:
    assert link("Guide", "javascript:alert(1)") == "Guide"
    assert link("Guide", None) == "Guide"
    assert link("Guide", "https://") == "Guide"


@given(texts=st.lists(st.tuples(typed, st.booleans()), max_size=5))
def test_pieces_are_bold_or_not_and_nothing_else(texts: list[tuple[str, bool]]) -> None:
    shown = pieces([SimpleNamespace(text=text, hit=hit) for text, hit in texts])
    assert {node.kind for node in read(shown)} <= {"text", "escape", "address", "strong"}
    assert not PINGS.search(shown)


def test_pieces_keep_the_spaces_between_words() -> None:
    found = [("la ", False), ("concertation", True), (" citoyenne", False)]
    shown = pieces([SimpleNamespace(text=text, hit=hit) for text, hit in found])
    assert shown == "la **concertation** citoyenne"
