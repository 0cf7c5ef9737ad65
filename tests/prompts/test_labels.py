"""Labels: the same in both languages, short enough for where they stand, and all there."""

import ast
import importlib
import pkgutil
import re
import string
from pathlib import Path

import pytest

import community
from community.errors import DomainError
from community.policy import Action
from prompts import LOCALES, Words
from prompts.labels import ROOT, load, locale_of, packaged

FRENCH, ENGLISH = packaged("fr"), packaged("en")
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
CODE = [path for room in ("community", "cogs", "bot") for path in (ROOT.parent / room).rglob("*.py")]


def test_both_languages_have_the_same_labels_in_the_same_order() -> None:
    assert list(FRENCH) == list(ENGLISH)


def test_both_languages_take_the_same_values() -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}

    assert [key for key in FRENCH if names(FRENCH[key]) != names(ENGLISH[key])] == []
    ragged = [key for labels in (FRENCH, ENGLISH) for key, text in labels.items() if text != text.strip()]
    assert ragged == []
    assert [key for labels in (FRENCH, ENGLISH) for key, text in labels.items() if not text] == []


def _most(key: str) -> int | None:
    """Discord's limit for the place where a label stands."""
    family, _, rest = key.partition(".")
    last = rest.rsplit(".", 1)[-1]
    if family == "commands":
        return 32 if last == "name" else 100
    if family == "forms":
        return {"heading": 45, "label": 45, "description": 100, "placeholder": 100}[last]
    return {"buttons": 80, "menus": 150, "choices": 100, "fields": 45}.get(family)


@pytest.mark.parametrize("locale", LOCALES)
def test_labels_fit_where_they_stand(locale: str) -> None:
    long = {key: text for key, text in packaged(locale).items() if len(text) > (_most(key) or 10_000)}
    assert long == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_command_names_are_names_for_discord(locale: str) -> None:
    for key, text in packaged(locale).items():
        if key.startswith("commands.") and key.endswith(".name"):
            assert COMMAND_NAME.fullmatch(text), key
            assert text == text.lower(), key


@pytest.mark.parametrize("locale", LOCALES)
def test_names_beside_one_another_differ(locale: str) -> None:
    seen: dict[tuple[str, str], str] = {}
    for key, text in packaged(locale).items():
        if key.startswith("commands.") and key.endswith(".name"):
            parent = key.removesuffix(".name").rsplit(".", 1)[0]
            assert (parent, text) not in seen, key
            seen[parent, text] = key


def test_english_names_are_those_of_the_code() -> None:
    for key, text in ENGLISH.items():
        if key.startswith("commands.") and key.endswith(".name"):
            assert text == key.removesuffix(".name").rsplit(".", 1)[-1].replace(
                "_", "-" if "options" not in key else "_"
            )


def test_choices_are_at_most_what_discord_takes() -> None:
    tables = {key.rsplit(".", 1)[0] for key in FRENCH if key.startswith("choices.")}
    words = Words()
    assert all(1 <= len(words.table(table, locale)) <= 25 for table in tables for locale in LOCALES)


def _constants(function: str, keyword: str | None) -> set[str]:
    """The constants given to calls of ``function`` in the code: its first argument, or a keyword."""
    found: set[object] = set()
    for path in CODE:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == function:
                given = (
                    [pair.value for pair in call.keywords if pair.arg == keyword]
                    if keyword
                    else call.args[:1]
                )
                found |= {value.value for value in given if isinstance(value, ast.Constant)}
    return {value for value in found if isinstance(value, str) and value}


def test_every_button_has_words() -> None:
    actions = _constants("Button", None)
    assert actions
    assert {action for action in actions if not Words().has_label(f"buttons.{action}")} == set()


def test_every_error_has_words() -> None:
    for module in pkgutil.iter_modules(community.__path__, "community."):
        importlib.import_module(module.name)  # so that every subclass is known

    def below(kind: type[DomainError]) -> set[type[DomainError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    # What only the command line can meet has its words in the console's labels.
    console = {"community.importer", "community.sheets"}
    codes = {kind.code for kind in below(DomainError) if kind.__module__ not in console}
    assert {code for code in codes if not Words().has_template(f"errors/{code}")} == set()


@pytest.mark.parametrize(
    ("error", "detail", "family"), [("NotFound", "kind", "kinds"), ("Invalid", "problem", "problems")]
)
def test_every_code_that_an_error_names_has_words(error: str, detail: str, family: str) -> None:
    found = _constants(error, detail)
    assert found
    assert {code for code in found if f"{family}.{code}" not in FRENCH} == set()


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("fr", "fr"), ("fr-CA", "fr"), ("FR", "fr"), ("en-GB", "en"), ("de", "en"), (None, "en")],
)
def test_languages(tag: str | None, locale: str) -> None:
    assert locale_of(tag) == locale


def test_a_label_falls_back_on_what_all_share() -> None:
    words = Words()
    assert words.label("buttons.anything.at_all.next", "fr") == "Suivant"
    assert words.has_label("buttons.anything.fix")
    assert not words.has_label("buttons.anything.unheard_of")
    with pytest.raises(KeyError):
        words.label("buttons.anything.unheard_of", "fr")


def test_a_value_in_a_label_is_cleaned() -> None:
    assert Words().label("problems.already_there", "en", given="a\n\u202eb") == "“a b” already exists."


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_wrong_with_a_form_is_said_without_marks(locale: str) -> None:
    """These are printed as a value is: a mark would be read as it stands."""
    marked = [key for key, said in packaged(locale).items() if key.startswith("problems.") and "`" in said]
    assert marked == []


def test_a_label_given_twice_is_a_defect(tmp_path: Path) -> None:
    folder = tmp_path / "fr" / "labels"
    folder.mkdir(parents=True)
    for name in ("a", "b"):
        (folder / f"{name}.toml").write_text('[buttons]\nx = "X"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="twice"):
        load(tmp_path, "fr")


def test_every_act_that_is_noted_has_words_in_the_journal() -> None:
    noting = {"record", "note", "_note", "let_in"}
    named: set[str] = set()
    for path in (ROOT.parent / "community").glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            if getattr(call.func, "attr", getattr(call.func, "id", "")) not in noting:
                continue
            for value in (*call.args, *(pair.value for pair in call.keywords if pair.arg == "action")):
                if isinstance(value, ast.Attribute) and getattr(value.value, "id", "") == "Action":
                    named.add(str(getattr(Action, value.attr)))
                elif isinstance(value, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", str(value.value)):
                    named.add(str(value.value))
    assert "library.withdraw" in named
    assert {act for act in named if f"acts.{act}" not in FRENCH} == set()
    assert {act.split(".")[0] for act in named if f"act_families.{act.split('.')[0]}" not in FRENCH} == set()
