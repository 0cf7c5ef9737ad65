"""Backup and restore from the command line: everything comes back, nothing is replaced unasked."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.failures import Exit
from tests.bot.conftest import run_cli
from tests.conftest import apart

FRENCH = {"LANG": "fr_FR.UTF-8"}


def write(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)


@pytest.fixture(scope="module")
def a_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the command line makes it, with one resource; to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    file, base = folder / "resources.csv", folder / "entrepairs.db"
    file.write_bytes(b"title,url\nBudget participatif,https://example.org/budget\n")

    async def make() -> None:
        where = {"ENTREPAIRS_DATABASE_URL": f"sqlite:///{base}"}
        assert (await run_cli("import", str(file), env=FRENCH | where)).status == Exit.DONE

    apart(make)
    return base


@pytest.fixture
def filled(a_base: Path, tmp_path: Path) -> None:
    """Where the settings say by default."""
    (tmp_path / "var").mkdir()
    shutil.copyfile(a_base, tmp_path / "var" / "entrepairs.db")


async def found(query: str, **env: str) -> list[str]:
    ended = await run_cli("search", query, "--json", env=FRENCH | env)
    return [result["title"] for result in json.loads(ended.out)["results"]]


async def test_a_backup_brings_everything_back(filled: None, tmp_path: Path) -> None:
    saved = await run_cli("backup", "sauvegarde.epb", env=FRENCH)
    assert saved.status == Exit.DONE
    assert "données personnelles" in saved.out
    elsewhere = {"ENTREPAIRS_DATABASE_URL": f"sqlite:///{tmp_path}/elsewhere/new.db"}
    restored = await run_cli("restore", "sauvegarde.epb", env=FRENCH | elsewhere)
    assert restored.status == Exit.DONE
    assert await found("budget", **elsewhere) == ["Budget participatif"]


async def test_a_backup_replaces_neither_a_file_nor_data(filled: None) -> None:
    await run_cli("backup", "sauvegarde.epb", env=FRENCH)
    twice = await run_cli("backup", "sauvegarde.epb", env=FRENCH)
    assert (twice.status, "existe déjà" in twice.err) == (Exit.FAILED, True)
    over = await run_cli("restore", "sauvegarde.epb", env=FRENCH)
    assert (over.status, "contient déjà des données" in over.err) == (Exit.FAILED, True)
    with sqlite3.connect("var/entrepairs.db") as base:
        base.execute("UPDATE resource SET title = 'Autre'")
    base.close()
    assert (await run_cli("restore", "sauvegarde.epb", "--replace", env=FRENCH)).status == Exit.DONE
    assert await found("budget") == ["Budget participatif"]


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 abcd", b"n'importe quoi"])
async def test_what_is_not_a_backup_changes_nothing(filled: None, content: bytes | None) -> None:
    if content is not None:
        write("faux.epb", content)
    ended = await run_cli("restore", "faux.epb", "--replace", env=FRENCH)
    assert ended.status == Exit.FAILED
    assert "Traceback" not in ended.err
    assert await found("budget") == ["Budget participatif"]
