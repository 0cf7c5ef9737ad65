"""Application commands: names, order, nesting, languages, and what a bulk overwrite refuses."""

from typing import Any

import pytest

from sandbox.rules import commands
from tests.sandbox.rules.helpers import leaves, option, refusal, slash


@pytest.mark.parametrize(
    "name", ["chercher", "créer", "l'heure", "a-b_c", "12", "検索", "खोजें", "ค้นหา", "œuvre"]
)
def test_names_in_any_script_are_accepted(name: str) -> None:
    assert commands.command(slash(name))["name"] == name


@pytest.mark.parametrize("name", ["Bonjour", "a b", "a!", "É", "🌱", "a.b", "a/b"])
def test_names_with_capitals_spaces_or_signs_are_refused(name: str) -> None:
    codes = ["STRING_TYPE_REGEX", "APPLICATION_COMMAND_INVALID_NAME"]
    assert leaves(refusal(commands.command, slash(name))) == {"name": codes}
    localised = slash(name_localizations={"fr": name})
    assert leaves(refusal(commands.command, localised)) == {"name_localizations.fr": codes}
    nested = [slash("a"), slash("b", options=[option(name)])]
    assert leaves(refusal(commands.bulk, nested)) == {"1.options.0.name": codes}


def test_context_menus_have_any_name_and_no_description() -> None:
    found = commands.command({"type": 3, "name": "Ajouter à la bibliothèque"})
    assert (found["name"], found["description"]) == ("Ajouter à la bibliothèque", "")
    body = {"type": 3, "name": "A", "description": "b"}
    assert leaves(refusal(commands.command, body)) == {
        "description": ["APPLICATION_COMMAND_INVALID_DESCRIPTION"]
    }


@pytest.mark.parametrize(
    ("options", "path", "code"),
    [
        (
            [option("a", required=False), option("b", required=True)],
            "options.1",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        ([option("a", 1), option("b", 3)], "options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
        ([option("a"), option("a")], "options.1.name", "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME"),
        (
            [option("a", name_localizations={"fr": "x"}), option("b", name_localizations={"fr": "x"})],
            "options.1.name_localizations.fr",
            "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME",
        ),
        ([option("a", 12)], "options.0.type", "BASE_TYPE_CHOICES"),
        ([option("a", 2)], "options.0.options", "BASE_TYPE_REQUIRED"),
        ([option("a", 2, options=[option("b", 3)])], "options.0.options.0.type", "BASE_TYPE_CHOICES"),
        ([option("a", 2, options=[option("b", 2)])], "options.0.options.0.type", "BASE_TYPE_CHOICES"),
        ([option("a", 1, options=[option("b", 1)])], "options.0.options.0.type", "BASE_TYPE_CHOICES"),
        (
            [option("a", autocomplete=True, choices=[{"name": "n", "value": "v"}])],
            "options.0.autocomplete",
            "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES_EXCLUSIVE",
        ),
        (
            [option("a", 5, choices=[{"name": "n", "value": "v"}])],
            "options.0.choices",
            "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID",
        ),
        (
            [option("a", 4, choices=[{"name": "n", "value": "v"}])],
            "options.0.choices.0.value",
            "NUMBER_TYPE_COERCE",
        ),
        (
            [option("a", 3, choices=[{"name": "n", "value": 5}])],
            "options.0.choices.0.value",
            "STRING_TYPE_CONVERT",
        ),
        ([option("a", 7, channel_types=[99])], "options.0.channel_types.0", "BASE_TYPE_CHOICES"),
        (
            [option("a", name_localizations={"xx": "a"})],
            "options.0.name_localizations.xx",
            "BASE_TYPE_CHOICES",
        ),
    ],
)
def test_options_that_do_not_go_together(options: list[Any], path: str, code: str) -> None:
    assert leaves(refusal(commands.command, slash(options=options))) == {path: [code]}
    again = leaves(refusal(commands.bulk, [slash("autre"), slash(options=options)]))
    assert again == {f"1.{path}": [code]}


def test_the_deepest_nesting_is_accepted() -> None:
    leaf = option("s", 1, options=[option("q", required=True), option("n", 4, min_value=1, max_value=5)])
    found = commands.command(slash("r", options=[option("g", 2, options=[leaf])]))
    assert found["options"][0]["options"][0]["options"][1]["min_value"] == 1


def test_what_discord_py_sends_is_accepted_and_comes_back_as_discord_writes_it() -> None:
    body = {
        "name": "a", "description": "b", "type": 1, "options": [], "nsfw": False, "dm_permission": False,
        "default_member_permissions": 8589934592, "contexts": [0], "integration_types": None,
    }  # fmt: skip
    found = commands.bulk([body])[0]
    assert found["default_member_permissions"] == "8589934592"
    assert (found["contexts"], found["integration_types"], found["dm_permission"]) == ([0], [0], False)
    assert commands.command({**body, "default_member_permissions": "0"})["default_member_permissions"] == "0"


def test_contexts_belong_to_global_commands() -> None:
    assert "contexts" not in commands.command(slash(contexts=[0]), in_guild=True)
    assert leaves(refusal(commands.command, slash(contexts=[]))) == {"contexts": ["BASE_TYPE_MIN_LENGTH"]}
    assert leaves(refusal(commands.command, slash(contexts=[3]))) == {"contexts.0": ["BASE_TYPE_CHOICES"]}


def test_two_commands_of_a_kind_have_different_names() -> None:
    found = leaves(refusal(commands.bulk, [slash("a"), slash("a")]))
    assert found == {"1": ["APPLICATION_COMMANDS_DUPLICATE_NAME"]}
    assert len(commands.bulk([slash("a"), {"type": 2, "name": "a"}])) == 2


def test_a_patch_changes_only_what_it_names() -> None:
    current = commands.command(slash("a", options=[option()]))
    found = commands.command_edit({"description": "autre", "type": 2}, current)
    assert (found["description"], found["type"], len(found["options"])) == ("autre", 1, 1)
    assert leaves(refusal(commands.command_edit, {"name": "A"}, current)).keys() == {"name"}
