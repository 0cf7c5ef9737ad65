"""Every template of both languages: it renders whatever it is given, and both say the same things."""

import re
from itertools import pairwise

import pytest
from jinja2 import nodes

from prompts import LOCALES
from prompts.labels import ROOT
from tests.prompts.reader import PINGS, read, skeleton
from tests.prompts.sampling import LONG, NAMES, NASTY, ORDINARY, WORDS, Sampler, environment, source, wants

BOTH = [(name, locale) for name in NAMES for locale in LOCALES]
SEEDS = range(6)
PARTS = ("title", "body", "note")


def test_there_are_templates() -> None:
    assert len(NAMES) > 10


@pytest.mark.parametrize(("name", "locale"), BOTH)
def test_it_renders_whatever_was_typed(name: str, locale: str) -> None:
    wanted = wants(name, locale)
    for seed in SEEDS:
        ordinary = WORDS.render(name, locale, **Sampler(wanted, ORDINARY, seed).values())
        assert ordinary.title or ordinary.body
        assert "\n" not in ordinary.title
        marks = {part: _marks(getattr(ordinary, part)) for part in PARTS}
        for typed in (NASTY, LONG):
            values = Sampler(wanted, typed, seed).values()
            text = WORDS.render(name, locale, **values)
            for part in PARTS:
                mine = getattr(text, part)
                assert set(PINGS.findall(mine)) <= {"<@123456789012345678>"}
                assert _marks(mine) == marks[part], (seed, part, mine)


def _marks(markdown: str) -> list[object]:
    return skeleton(read(markdown))


def test_both_languages_have_the_same_template() -> None:
    for name in NAMES:
        trees = {locale: environment(locale).parse(source(name, locale)) for locale in LOCALES}
        blocks = {
            locale: {block.name for block in tree.find_all(nodes.Block)} for locale, tree in trees.items()
        }
        assert blocks["fr"] == blocks["en"], name
        assert blocks["fr"] <= {"title", "body", "note"}, name
        assert set(wants(name, "fr")) == set(wants(name, "en")), name


def test_a_template_is_three_blocks_and_nothing_that_escapes_twice() -> None:
    apart = (nodes.Macro, nodes.CallBlock, nodes.AssignBlock, nodes.FilterBlock, nodes.Extends)
    for name, locale in BOTH:
        tree = environment(locale).parse(source(name, locale))
        assert not list(tree.find_all(apart)), (name, locale)
        outside = [item for node in tree.body if isinstance(node, nodes.Output) for item in node.nodes]
        assert all(isinstance(item, nodes.TemplateData) and not item.data.strip() for item in outside), (
            name,
            locale,
        )


def test_marks_around_values_are_those_that_escaping_protects() -> None:
    for name, locale in BOTH:
        text = re.sub(r"\{#.*?#\}", "", source(name, locale), flags=re.S)
        prose = re.sub(r"\{\{.*?\}\}", "{{}}", re.sub(r"\{%.*?%\}", "", text, flags=re.S), flags=re.S)
        where = f"{locale}/{name}: "
        assert "{{}}{{}}" not in prose, f"{where}two values side by side: put a space between them"
        assert not re.search(r"`[^`\n]*\{\{\}\}[^`\n]*`", prose), (
            f"{where}a value in code: use the filter code"
        )
        assert not re.search(r"\]\([^)\n]*\{\{\}\}", prose), f"{where}a value in a link: use the filter link"
        assert "__" not in prose, f"{where}underline with values is not protected: use ** or *"
        assert not re.search(r"(?<!\w)_[^_\n]*\{\{\}\}[^_\n]*_(?!\w)", prose), f"{where}emphasis is *, not _"


@pytest.mark.parametrize(("name", "locale"), BOTH)
def test_no_item_of_a_list_runs_into_the_next_one(name: str, locale: str) -> None:
    """The line break after a tag is not written: an item that ends with one is followed by an empty line."""
    lines = source(name, locale).split("\n")
    pairs = pairwise(lines)
    assert [line for line, after in pairs if line.startswith("- ") and line.endswith("%}") and after] == []


def test_no_folder_is_without_its_twin() -> None:
    trees = {
        locale: {path.relative_to(ROOT / locale).as_posix() for path in (ROOT / locale).rglob("*.md.j2")}
        for locale in LOCALES
    }
    assert trees["fr"] == trees["en"]
