"""The command line as people and supervisors meet it: help, languages, statuses, the care of the database."""

from pathlib import Path

import pytest

from bot.console import language
from bot.failures import Exit
from tests.bot.conftest import Process, run_cli

FRENCH = {"LANG": "fr_FR.UTF-8"}
ENGLISH = {"LANG": "en_GB.UTF-8"}
COMMANDS = ("demo", "run", "doctor", "migrate", "backup", "restore", "import", "export", "search")


def exists(path: str) -> bool:
    return Path(path).is_file()


def write(path: str, content: bytes) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_bytes(content)


@pytest.mark.parametrize(
    ("environ", "spoken"),
    [
        ({}, "fr"),
        ({"LANG": "C.UTF-8"}, "fr"),
        ({"LANG": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, "fr"),
    ],
)
def test_the_console_speaks_the_systems_language(environ: dict[str, str], spoken: str) -> None:
    assert language(environ) == spoken


@pytest.mark.parametrize(
    ("env", "words"), [(FRENCH, "Sauvegarde toute la base"), (ENGLISH, "Save the whole")]
)
async def test_help_names_every_command(env: dict[str, str], words: str) -> None:
    ended = await run_cli("--help", env=env)
    assert ended.status == Exit.DONE
    assert all(f" {name} " in ended.out for name in COMMANDS)
    assert words in ended.out


async def test_version() -> None:
    ended = await (await Process.start("--version", env=FRENCH)).ended()
    assert (ended.status, ended.out.split()[0]) == (Exit.DONE, "entrepairs")


async def test_an_unknown_command_is_a_usage_error() -> None:
    ended = await run_cli("démarrer", env=FRENCH)
    assert ended.status == Exit.USAGE
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("env", "words"),
    [(FRENCH, "ENTREPAIRS_DISCORD_TOKEN manque"), (ENGLISH, "ENTREPAIRS_DISCORD_TOKEN is missing")],
)
async def test_a_missing_token_says_where_to_get_one(env: dict[str, str], words: str) -> None:
    await run_cli("migrate", env=env)
    ended = await run_cli("run", env=env)
    assert ended.status == Exit.SETTINGS
    assert words in ended.err
    assert "https://discord.com/developers/applications" in ended.err
    assert "entrepairs demo" in ended.err
    assert "Traceback" not in ended.err


async def test_every_bad_setting_is_told_at_once() -> None:
    bad = {"ENTREPAIRS_DISCORD_TOKEN": "changeme", "ENTREPAIRS_DATABASE_URL": "mysql://x"}
    ended = await run_cli("run", env=FRENCH | bad)
    assert ended.status == Exit.SETTINGS
    assert "ENTREPAIRS_DISCORD_TOKEN contient encore une valeur d’exemple" in ended.err
    assert "ENTREPAIRS_DATABASE_URL n’est pas l’adresse d’une base" in ended.err


async def test_migrate_makes_the_folder_and_the_database_once() -> None:
    first = await run_cli("migrate", env=FRENCH)
    assert (first.status, exists("var/entrepairs.db")) == (Exit.DONE, True)
    again = await run_cli("migrate", env=FRENCH)
    assert again.status == Exit.DONE
    assert "déjà à jour" in again.out


async def test_a_file_that_is_no_database() -> None:
    write("var/entrepairs.db", "Bonjour, ceci n’est pas une base.".encode() * 100)
    ended = await run_cli("migrate", env=FRENCH)
    assert ended.status == Exit.DATABASE
    assert "n’est pas une base utilisable" in ended.err
    assert "Traceback" not in ended.err


async def test_a_database_that_cannot_be_made_says_what_to_look_at() -> None:
    folder = {"ENTREPAIRS_DATABASE_URL": "sqlite:///var"}
    write("var/somebody-elses.txt", b"")
    ended = await run_cli("migrate", env=FRENCH | folder)
    assert ended.status == Exit.DATABASE
    assert "ne peut pas être créée" in ended.err
    assert "Traceback" not in ended.err


async def test_even_a_detailed_log_never_shows_the_token() -> None:
    secret = {"ENTREPAIRS_DISCORD_TOKEN": "abc.def.ghi", "ENTREPAIRS_LOG_LEVEL": "debug"}
    ended = await run_cli("run", env=FRENCH | secret)
    assert ended.status == Exit.DATABASE
    assert "abc.def.ghi" not in ended.out + ended.err
