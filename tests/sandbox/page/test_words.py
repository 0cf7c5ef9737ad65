"""The page's own words, in both languages, and what its files must never hold."""

import re
from pathlib import Path

import sandbox

PAGE = Path(sandbox.__file__).parent / "page"
ENTRY = re.compile(r"^  (\w+):\s+(.+),$", re.MULTILINE)


def table(language: str) -> dict[str, str]:
    return dict(ENTRY.findall((PAGE / "i18n" / f"{language}.js").read_text()))


def test_both_languages_have_the_same_keys_and_places() -> None:
    french, english = table("fr"), table("en")
    assert list(french) == sorted(french)
    assert list(french) == list(english)
    for key in french:
        assert set(re.findall(r"{(\w+)}", french[key])) == set(re.findall(r"{(\w+)}", english[key])), key


def test_every_key_asked_for_exists_and_is_asked_for() -> None:
    code = "\n".join(path.read_text() for path in sorted(PAGE.glob("*.js")))
    asked = set(re.findall(r"""\bt\("(\w+)\"""", code))
    known = set(table("fr"))
    assert asked - known == set()
    assert known - set(re.findall(r"\w+", code)) == set()


def test_french_typography() -> None:
    faults = re.compile(r" [;!?:»]|« |'|\u00b7")
    assert [key for key, text in table("fr").items() if faults.search(text)] == []


def test_no_markup_is_ever_parsed() -> None:
    for path in sorted(PAGE.rglob("*.js")):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text()
        )


def test_nothing_comes_from_elsewhere() -> None:
    """No module, style or font from another host: the page works with no network but the sandbox."""
    for path in sorted(PAGE.rglob("*")):
        if path.suffix in {".js", ".css", ".html"}:
            addresses = re.findall(
                r"""(?:from|src=|href=|url\(|import\()\s*["']?(https?:)?//""", path.read_text()
            )
            assert addresses == [], path.name
