"""The permanent menu reaches everything: every slash command has its button, within Discord's limits."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import discord
import pytest

from bot.client import COGS
from cogs import menu
from cogs.kit.host import Host
from cogs.kit.layout import MOST_ROWS, ROW_WIDTH
from community.ports import ServerBuilder
from community.services import services
from prompts import LOCALES, Words
from storage.engine import Database
from tests.conftest import SetClock

WORDS = Words()


@pytest.fixture
async def host(clock: SetClock, tmp_path: Path) -> AsyncIterator[Host]:
    """Every door of the application, on a database that nobody asks."""
    db = Database(f"sqlite:///{tmp_path}/empty.db")
    made = services(db, clock, cast(ServerBuilder, None), WORDS)
    host = Host(words=WORDS, services=made, intents=discord.Intents(guilds=True), shard_count=1)
    for door in COGS:
        await host.load_extension(door)
    yield host
    await db.dispose()


async def test_every_command_has_its_way(host: Host) -> None:
    offered = {
        command.qualified_name
        for command in host.tree.walk_commands()
        if isinstance(command, discord.app_commands.Command)
    }
    named = Counter(name for way in menu.every_way() for name in way.commands)
    assert offered - set(named) == set(), "commands without a button: add them to cogs/menu.py"
    assert set(named) - offered == set(), "ways to commands that are no more"


async def test_every_way_leads_somewhere_and_has_words(host: Host) -> None:
    for way in menu.every_way():
        assert host.actions.find(way.button.action) is not None, way.button.action
        for locale in LOCALES:
            assert WORDS.label(f"buttons.{way.button.action}", locale)
            assert WORDS.has_label(f"actions.{way.needs}") or way in (menu.ASK, menu.HELP), way.needs
    for room in menu.ROOMS:
        assert host.actions.find(room.button.action) is not None, room.name


def test_each_level_fits_a_message() -> None:
    assert len(menu.ROOMS) + 1 <= MOST_ROWS * ROW_WIDTH
    for room in menu.ROOMS:  # the way back has a row of its own
        assert len(room.ways) <= (MOST_ROWS - 1) * ROW_WIDTH, room.name


def test_no_button_stands_twice() -> None:
    actions = Counter(way.button.action for way in menu.every_way())
    assert [action for action, times in actions.items() if times > 1] == []
