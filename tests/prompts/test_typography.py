"""French as a French reader expects it, and no word of the other language."""

import re
from collections.abc import Iterator

import pytest

from prompts import LOCALES
from prompts.labels import ROOT, packaged

NO_BREAK, THIN = "\u00a0", "\u202f"
# Words that are English and not French; names of commands and settings stand in `code`.
ENGLISH_WORDS = re.compile(
    r"\b(?:the|and|your|you|with|please|this|that|from|search|settings?|member|welcome|submit|cancel|next"
    r"|of|is|are|was|not|for|button|click|help|team|server|channel|resource|library)\b",
    re.IGNORECASE,
)
FRENCH_WORDS = re.compile(
    r"\b(?:le|la|les|des|une|vous|votre|avec|pour|dans|est|sont|cette|réseau|membre|ressource|aide|nous|ou|et)\b",
    re.IGNORECASE,
)
FAMILIAR = re.compile(r"\b(?:tu|toi|ton|ta|tes|te)\b|\bt’", re.IGNORECASE)


def _prose(text: str) -> str:
    """What a reader sees: without template tags, code and addresses. A value becomes one word."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", text, flags=re.S)
    text = re.sub(r"\{\{.*?\}\}|\{[a-z_]*\}", "Valeur", text, flags=re.S)
    text = re.sub(r"`[^`\n]*`", "Code", text)
    return re.sub(r"https?://\S*|\b(?:sqlite|postgresql|fr|en)://\S*", "Adresse", text)


def _without_tags(page: str) -> str:
    """The words of a page; those of attributes too, for some of them are read aloud."""
    page = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", page, flags=re.S)
    read = re.findall(r"\b(?:alt|title|aria-label|placeholder)=\"([^\"]*)\"", page)
    return "\n".join([re.sub(r"</?[a-z!][^>]*>", "", page, flags=re.I | re.S), *read])


def _texts(locale: str) -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / locale).rglob("*.j2")):
        name, text = path.relative_to(ROOT / locale).as_posix(), path.read_text(encoding="utf-8")
        yield name, _prose(_without_tags(text) if name.endswith(".html.j2") else text)
        # The words of a filter: plural("place restante", "places restantes").
        tags = re.findall(r"\{[{%].*?[%}]\}", text, flags=re.S)
        constants = [words for tag in tags for words in re.findall(r"\"([^\"]*)\"", tag)]
        yield f"{name} (filters)", "\n".join(words for words in constants if " " in words.strip(" ,·"))
    for key, text in packaged(locale).items():
        yield key, _prose(text)


FRENCH = dict(_texts("fr"))
ENGLISH = dict(_texts("en"))
CONSOLE = ("console.", "settings", "failures.", "doctor.")


def _found(pattern: str | re.Pattern[str], texts: dict[str, str]) -> dict[str, list[str]]:
    """Where the pattern stands, with what surrounds it."""
    found: dict[str, list[str]] = {}
    for name, text in texts.items():
        hits = [text[max(0, m.start() - 20) : m.end() + 20] for m in re.finditer(pattern, text)]
        if hits:
            found[name] = hits
    return found


def test_apostrophes_are_curly() -> None:
    assert _found(r"\w'\w", FRENCH) == {}


def test_double_marks_have_their_space() -> None:
    """A narrow no-break space (U+202F) before ; ! ? and a no-break space (U+00A0) before the colon."""
    assert _found(r"[^\s\u202f][;!?](?=\s|$|»)", FRENCH) == {}
    assert _found(r"[ \u00a0][;!?]", FRENCH) == {}
    assert _found(r"[^\s\u00a0\d*][:](?=\s|$)|[^\s\u00a0]\*\*:| :", FRENCH) == {}
    assert _found(r" %", FRENCH) == {}


def test_quotation_marks_are_guillemets() -> None:
    assert _found(r"«(?!\u00a0)|(?<!\u00a0)»", FRENCH) == {}, "no-break space (U+00A0) inside « »"
    assert _found(r"[\"“”]", FRENCH) == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_spaces_are_single_and_ellipses_one_character(locale: str) -> None:
    texts = FRENCH if locale == "fr" else ENGLISH
    assert _found(r"(?<=\S) {2,}(?=\S)", texts) == {}
    assert _found(r"\.\.\.", texts) == {}
    assert _found(r"(?<=\w) [,.](?=\s|$)", texts) == {}


def test_english_marks_have_no_space() -> None:
    assert _found(r"[\s\u00a0\u202f][;!?:](?=\s|$)", ENGLISH) == {}


def test_people_are_addressed_politely() -> None:
    assert _found(FAMILIAR, FRENCH) == {}


def test_no_brackets_or_dots_stand_for_a_gender() -> None:
    assert _found(r"\w(?:·|\.)e(?:·|\.)?s?\b|\w\(e\)|\w\(ne\)|\w-e-s\b", FRENCH) == {}


def test_each_language_keeps_to_itself() -> None:
    kept = {name: text for name, text in FRENCH.items() if not _is_command_name(name)}
    assert _found(ENGLISH_WORDS, _without_marks(kept)) == {}
    english = {name: text for name, text in ENGLISH.items() if not _is_command_name(name)}
    assert _found(FRENCH_WORDS, _without_marks(english)) == {}


def _is_command_name(name: str) -> bool:
    return name.startswith("commands.") and name.endswith(".name")


def _without_marks(texts: dict[str, str]) -> dict[str, str]:
    """Quoted words are names as they are: of a page of Discord's, of a channel, of a file."""
    quoted = re.compile(
        r"«[^»]*»|“[^”]*”|\"[^\"]*\"|\b[A-Z_]{6,}\b|\bentrepairs \w+|--?\w+|\bEntre-pairs\b|\b\w+\.\w+\b"
    )
    return {name: quoted.sub("Nom", text) for name, text in texts.items()}


def test_sentences_stay_short() -> None:
    long = {
        name: sentence
        for name, text in FRENCH.items()
        for sentence in re.split(r"(?<=[.!?…;])\s+|\n", text)
        if len(sentence.split()) > 35
    }
    assert long == {}


def test_the_linter_sees() -> None:
    """A check that finds nothing anywhere would be no check."""
    bad = {"x": _prose("l'eau:  « non » ! tu {{ x }} the `code !`")}
    assert _found(r"\w'\w", bad)
    assert _found(r"[ \u00a0][;!?]", bad)
    assert _found(FAMILIAR, bad)
    assert _found(ENGLISH_WORDS, bad)
