"""The limits of commands and choices, each at n-1, n and n+1, refused at the right place."""

from typing import Any

import pytest

from sandbox.rules import commands, interactions
from tests.sandbox.rules.helpers import (
    LENGTH,
    MOST,
    TOO_LONG,
    Limit,
    assert_least,
    assert_most,
    leaves,
    option,
    refusal,
    slash,
)


def command(**fields: Any) -> Any:
    return commands.command(slash(**fields))


def of_option(**fields: Any) -> Any:
    return command(options=[option(**fields)])


def choices(count: int) -> list[dict[str, str]]:
    return [{"name": f"c{number}", "value": str(number)} for number in range(count)]


LIMITS: dict[str, Limit] = {
    "command name": (lambda n: command(name="x" * n), 1, 32, "name", LENGTH),
    "command description": (lambda n: command(description="x" * n), 1, 100, "description", LENGTH),
    "command options": (
        lambda n: command(options=[option(f"o{i}") for i in range(n)]),
        None,
        25,
        "options",
        TOO_LONG,
    ),
    "subcommands": (
        lambda n: command(options=[option(f"o{i}", 1) for i in range(n)]),
        None,
        25,
        "options",
        TOO_LONG,
    ),
    "options of a subcommand": (
        lambda n: command(options=[option("s", 1, options=[option(f"o{i}") for i in range(n)])]),
        None,
        25,
        "options.0.options",
        TOO_LONG,
    ),
    "option name": (lambda n: of_option(name="x" * n), 1, 32, "options.0.name", LENGTH),
    "option text": (lambda n: of_option(description="x" * n), 1, 100, "options.0.description", LENGTH),
    "choices": (lambda n: of_option(choices=choices(n)), None, 25, "options.0.choices", TOO_LONG),
    "choice name": (
        lambda n: of_option(choices=[{"name": "x" * n, "value": "v"}]),
        1,
        100,
        "options.0.choices.0.name",
        LENGTH,
    ),
    "choice value": (
        lambda n: of_option(choices=[{"name": "n", "value": "x" * n}]),
        None,
        100,
        "options.0.choices.0.value",
        TOO_LONG,
    ),
    "option min length": (lambda n: of_option(min_length=n), 0, 6000, "options.0.min_length", MOST),
    "option max length": (lambda n: of_option(max_length=n), 1, 6000, "options.0.max_length", MOST),
    "option min value": (
        lambda n: of_option(kind=4, min_value=n),
        -(2**53 - 1),
        2**53 - 1,
        "options.0.min_value",
        MOST,
    ),
    "option max value": (
        lambda n: of_option(kind=4, max_value=n),
        -(2**53 - 1),
        2**53 - 1,
        "options.0.max_value",
        MOST,
    ),
    "localised name": (
        lambda n: command(name_localizations={"fr": "x" * n}),
        1,
        32,
        "name_localizations.fr",
        LENGTH,
    ),
    "localised description": (
        lambda n: command(description_localizations={"fr": "x" * n}),
        1,
        100,
        "description_localizations.fr",
        LENGTH,
    ),
    "autocomplete choices": (
        lambda n: interactions.callback(4, {"type": 8, "data": {"choices": choices(n)}}),
        None,
        25,
        "data.choices",
        TOO_LONG,
    ),
    "autocomplete name": (
        lambda n: interactions.choices([{"name": "x" * n, "value": "v"}]),
        1,
        100,
        "data.choices.0.name",
        LENGTH,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_accepted_up_to_the_limit_and_refused_beyond(name: str) -> None:
    assert_most(*LIMITS[name])


@pytest.mark.parametrize("name", [name for name, limit in LIMITS.items() if limit[1] is not None])
def test_accepted_down_to_the_least_and_refused_below(name: str) -> None:
    assert_least(*LIMITS[name])


@pytest.mark.parametrize("kind", [2, 3])
@pytest.mark.parametrize("count", [15, 16])
def test_fifteen_context_menus_of_each_kind(kind: int, count: int) -> None:
    body = [{"type": kind, "name": f"Ajouter {number}"} for number in range(count)]
    if count == 15:
        assert len(commands.bulk(body)) == 15
    else:
        error = refusal(commands.bulk, body)
        assert (error.status, error.code) == (400, 30032)


def test_a_hundred_slash_commands_beside_the_context_menus() -> None:
    menus = [{"type": kind, "name": f"m{number}"} for kind in (2, 3) for number in range(15)]
    slashes = [slash(f"c{number}") for number in range(100)]
    assert len(commands.bulk([*slashes, *menus])) == 130
    error = refusal(commands.bulk, [*slashes, slash("encore")])
    assert (error.status, error.code) == (400, 30032)


def test_a_command_weighs_at_most_8000_characters() -> None:
    def weighing(extra: int) -> dict[str, Any]:
        """23 options of full length, and one to fill up."""
        full = [
            option(f"o{i:02}", choices=[{"name": "n" * 100, "value": f"{j}" + "v" * 99} for j in range(1)])
            for i in range(24)
        ]
        for one in full:
            one["description"] = "d" * 100
        body = slash("c" * 32, description="d" * 100, options=full)
        missing = 8000 + extra - commands.size(body)
        for one in full:
            while missing > 0 and len(one["choices"]) < 25:
                size = min(missing, 200)
                if size < 2:
                    break
                name, value = "x" * (size // 2), "y" * (size - size // 2)
                one["choices"].append({"name": name, "value": value})
                missing -= size
        assert commands.size(body) == 8000 + extra
        return body

    commands.command(weighing(-1))
    commands.command(weighing(0))
    assert leaves(refusal(commands.command, weighing(1))) == {"": ["APPLICATION_COMMAND_TOO_LARGE"]}
    assert leaves(refusal(commands.bulk, [slash("a"), weighing(1)])) == {
        "1": ["APPLICATION_COMMAND_TOO_LARGE"]
    }


def test_only_the_longest_translation_weighs() -> None:
    body = slash("abc", name_localizations={"fr": "abcdef", "de": "abcde"}, description="12345")
    assert commands.size(body) == 6 + 5
