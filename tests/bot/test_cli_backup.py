"""Backup and restore from the command line: everything comes back, nothing is replaced unasked."""

import json
import sqlite3
from pathlib import Path

import pytest

from bot.failures import Exit
from tests.bot.conftest import run_cli

FRENCH = {"LANG": "fr_FR.UTF-8"}


def write(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)


async def filled(folder: Path) -> None:
    file = str(folder / "resources.csv")
    write(file, b"title,url\nBudget participatif,https://example.org/budget\n")
    assert (await run_cli("import", file, env=FRENCH)).status == Exit.DONE


async def found(query: str, **env: str) -> list[str]:
    ended = await run_cli("search", query, "--json", env=FRENCH | env)
    return [result["title"] for result in json.loads(ended.out)["results"]]


async def test_a_backup_brings_everything_back(tmp_path: Path) -> None:
    await filled(tmp_path)
    saved = await run_cli("backup", "sauvegarde.epb", env=FRENCH)
    assert saved.status == Exit.DONE
    assert "données personnelles" in saved.out
    elsewhere = {"ENTREPAIRS_DATABASE_URL": f"sqlite:///{tmp_path}/elsewhere/new.db"}
    restored = await run_cli("restore", "sauvegarde.epb", env=FRENCH | elsewhere)
    assert restored.status == Exit.DONE
    assert await found("budget", **elsewhere) == ["Budget participatif"]


async def test_a_backup_replaces_neither_a_file_nor_data(tmp_path: Path) -> None:
    await filled(tmp_path)
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
async def test_what_is_not_a_backup_changes_nothing(tmp_path: Path, content: bytes | None) -> None:
    await filled(tmp_path)
    if content is not None:
        write("faux.epb", content)
    ended = await run_cli("restore", "faux.epb", "--replace", env=FRENCH)
    assert ended.status == Exit.FAILED
    assert "Traceback" not in ended.err
    assert await found("budget") == ["Budget participatif"]
