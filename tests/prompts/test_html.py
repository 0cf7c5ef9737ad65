"""Every page of both languages: it renders whatever was typed, and stays one page without a script."""

import re
import shutil
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from jinja2 import TemplateError, nodes
from jinja2.exceptions import UndefinedError

from prompts import LOCALES, Words, clean, escape
from prompts.html import Pages, style, style_source
from prompts.labels import ROOT
from prompts.marks import to_html, to_inline
from prompts.safe import Safe
from tests.prompts.sampling import LONG, NASTY, ORDINARY, Reader, Route, Sampler, Wants, source
from tests.prompts.strategies import typed

PAGES = Pages()
SUFFIX = ".html.j2"
FRAMES = ("layout/page", "layout/email", "layout/desk")
NAMES = sorted(
    {
        path.relative_to(ROOT / locale).as_posix().removesuffix(SUFFIX)
        for locale in LOCALES
        for path in (ROOT / locale).rglob(f"*{SUFFIX}")
    }
)
BOTH = [(name, locale) for name in NAMES for locale in LOCALES]
HOSTILE = f"</title></style></p><script>alert(1)</script><img src=x onerror=y> &amp; \" ' {NASTY}"
_EMPTY = {"meta", "link", "br", "img", "input", "hr", "base", "source", "col"}
_ALIVE = {"script", "iframe", "object", "embed"}


class Outline(HTMLParser):
    """The tags of a page in order, and its words; fails on a tag that is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in _ALIVE
        names = [name for name, _ in attrs]
        assert not [name for name in names if name.startswith("on") or name == "style"], names
        for name, value in attrs:
            assert name not in {"href", "src", "action"} or not (value or "").lower().startswith("javascript")
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.tags.append(tag)
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.words.append(data)

    def finished(self) -> "Outline":
        self.close()
        assert self._open == []
        assert len(set(self.ids)) == len(self.ids)
        return self


def outline(page: str) -> Outline:
    reader = Outline()
    reader.feed(page)
    return reader.finished()


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", "".join(outline(page).words)).strip()


def wants(name: str, locale: str) -> dict[Route, Wants]:
    reader = Reader(PAGES._environments[locale], locale, SUFFIX)
    reader.template(name, {})
    return {route: wanted for route, wanted in reader.wants.items() if route[0] not in {"style", "self"}}


@pytest.mark.parametrize(("name", "locale"), BOTH)
def test_it_is_one_sound_page_whatever_was_typed(name: str, locale: str) -> None:
    wanted = wants(name, locale)
    for seed in range(4):
        ordinary = PAGES.render(name, locale, **Sampler(wanted, ORDINARY, seed).values())
        expected = outline(ordinary)
        for text in (HOSTILE, LONG):
            page = PAGES.render(name, locale, **Sampler(wanted, text, seed).values())
            assert outline(page).tags == expected.tags, (seed, text)
        if name not in FRAMES:
            assert f'<html lang="{locale}">' in ordinary
            assert expected.tags.count("h1") == expected.tags.count("main") == 1
            assert words_of(ordinary)


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_page(name: str) -> None:
    trees = {locale: PAGES._environments[locale].parse(source(name, locale, SUFFIX)) for locale in LOCALES}
    blocks = {locale: [block.name for block in tree.find_all(nodes.Block)] for locale, tree in trees.items()}
    assert blocks["fr"] == blocks["en"]
    assert set(wants(name, "fr")) == set(wants(name, "en"))
    tags = {
        locale: re.findall(r"<(?!html)[a-z][^>]*>", re.sub(r"\{[{%#].*?[}%#]\}", "", text, flags=re.S))
        for locale, text in ((locale, source(name, locale, SUFFIX)) for locale in LOCALES)
    }
    assert len(tags["fr"]) == len(tags["en"])


@pytest.mark.parametrize(("name", "locale"), BOTH)
def test_nothing_walks_past_the_escape(name: str, locale: str) -> None:
    text = source(name, locale, SUFFIX)
    assert not re.search(r"\|\s*safe\b|autoescape|<script|\bon[a-z]+=|\bstyle=|<[a-z]+[^>]*=\{\{", text)
    assert name in FRAMES or 'extends "layout/' in text


def test_no_page_is_without_its_twin() -> None:
    trees = {
        locale: {path.relative_to(ROOT / locale).as_posix() for path in (ROOT / locale).rglob(f"*{SUFFIX}")}
        for locale in LOCALES
    }
    assert trees["fr"] == trees["en"]


def _pages(root: Path, body: str) -> Pages:
    for locale in LOCALES:
        shutil.copytree(ROOT / locale / "labels", root / locale / "labels")
        (root / locale / "x.html.j2").write_text(body, encoding="utf-8")
    return Pages(root)


def test_values_are_shown_as_they_should(tmp_path: Path) -> None:
    pages = _pages(
        tmp_path,
        "{{ name }}|{{ at | when('Indian/Reunion') }}|{{ many | list }}|{{ name | said }}|"
        "{{ 'Ici' | link('https://exemple.fr/a?b=1&c=\"') }}|{{ 'Là' | link('javascript:alert(1)') }}|"
        "{{ 2 | plural('jour', 'jours') }}|{{ words | markdown }}|{{ nothing }}",
    )
    values = {
        "name": "<b>Ada</b>",
        "at": datetime(2026, 11, 26, 10, 30, tzinfo=UTC),
        "many": ["a & b", "c", "d"],
        "words": Safe("**Oui**\n- un\n- deux"),
        "nothing": None,
    }
    french = pages.render("x", "fr", **values)
    assert french.replace("\u00a0", " ") == (
        "&lt;b&gt;Ada&lt;/b&gt;"
        '|<time datetime="2026-11-26T10:30Z">jeudi 26 novembre 2026 à 14 h 30, '
        "heure de La Réunion</time>"
        "|a &amp; b, c et d|« &lt;b&gt;Ada&lt;/b&gt; »"
        '|<a href="https://exemple.fr/a?b=1&amp;c=%22">Ici</a>|Là|jours'
        "|<p><strong>Oui</strong></p>\n<ul>\n<li>un</li>\n<li>deux</li>\n</ul>|"
    )


def test_a_missing_value_or_a_bare_date_is_a_defect(tmp_path: Path) -> None:
    pages = _pages(tmp_path, "{{ who }}")
    with pytest.raises(UndefinedError):
        pages.render("x", "fr")
    with pytest.raises(TypeError):
        pages.render("x", "fr", who=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(TemplateError):
        _pages(tmp_path / "other", "{{ who | mention }}").render("x", "fr", who="1")


def test_the_style_is_what_the_policy_lets_in() -> None:
    assert "<" not in style()
    assert "url(" not in style()
    assert "@import" not in style()
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", style_source())


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**Guide** du [ZAN](https://exemple.fr)", '<strong>Guide</strong> du <a href="https://exemple.fr">ZAN</a>'),
        (r"prix \* 2 \[bis\]", "prix * 2 [bis]"),
        ("le <t:1700000000:F> (mardi 14, à 23 h) ici", "le mardi 14, à 23 h ici"),
        ("Bonjour <@123>", "Bonjour …"),
        ("voir https://f.fr/_g_h.", 'voir <a href="https://f.fr/_g_h">https://f.fr/_g_h</a>.'),
        ("`/aide <b>`", "<code>/aide &lt;b&gt;</code>"),
        ("a &amp; b", "a &amp;amp; b"),
    ],
)  # fmt: skip
def test_discord_s_marks_become_tags(markdown: str, html: str) -> None:
    assert to_inline(markdown) == html


def test_small_print_and_lines() -> None:
    assert to_html("un\ndeux\n\n-# petit") == "<p>un<br>\ndeux</p>\n<p><small>petit</small></p>"


@given(text=typed)
def test_what_was_typed_is_text_and_nothing_else(text: str) -> None:
    page = to_html(escape(text, lines=True))
    assert set(outline(page).tags) <= {"p", "br", "a"}
    if "://" not in text:  # an address is shown as a browser would
        bare = str.maketrans("", "", "\u200b\u2068\u2069\ufdd0\ufdd1")
        assert (
            words_of(page).translate(bare).strip()
            == re.sub(r"\s+", " ", clean(text, lines=True).translate(bare)).strip()
        )


def test_the_words_of_a_message_make_a_page() -> None:
    text = Words().render("common/cancelled", "fr")
    assert words_of(to_html(f"{text.title}\n\n{text.body}"))
