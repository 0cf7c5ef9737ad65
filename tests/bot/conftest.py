"""A sandbox with one server and one bot, and the application that runs on it."""

import asyncio
import atexit
import contextlib
import functools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import client as client_module
from bot import compose
from bot import settings as settings_module
from bot.client import Publish
from bot.demo import working_morning
from bot.run import Runner
from bot.server_permissions import NEEDED
from bot.settings import Settings
from prompts import Words
from sandbox import App, Guild, Person, Sandbox
from tests.community.conftest import (  # noqa: F401 - what the fixture `network` begins with
    founded_postgresql,
    founded_sqlite,
    postgresql_origin,
    sqlite_origin,
)

BARE = {"COLUMNS": "300", "NO_COLOR": "1"}
WORDS = Words()  # without state: one for the process, as in life

# What is told in the morning, kept from the night or due on working days must not depend on the hour of
# the tests.
MORNING = working_morning(datetime.now(UTC))


@contextlib.asynccontextmanager
async def at_work() -> AsyncIterator[Sandbox]:
    """A sandbox whose day begins on a working morning."""
    async with Sandbox() as sandbox:
        sandbox.clock.jump(MORNING)
        yield sandbox


@dataclass
class Stage:
    """One server that the bot was invited to, and what the application needs to go there."""

    sandbox: Sandbox
    guild: Guild
    app: App
    settings: Settings

    @property
    def environment(self) -> dict[str, str]:
        """The same settings for another process, which gets nothing else of this one's environment."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | {
            "LANG": "fr_FR.UTF-8",
            "ENTREPAIRS_DISCORD_TOKEN": self.app.token,
            "ENTREPAIRS_DISCORD_API": self.sandbox.api,
            "ENTREPAIRS_DATABASE_URL": self.settings.database,
            "ENTREPAIRS_WEB_PORT": "0",
        }

    def advance(self, span: timedelta) -> None:
        """Move the one clock that the platform and the application of this process share."""
        self.sandbox.clock.advance(span)

    def runner(self, *, publish: Publish = "changed") -> Runner:
        return Runner(compose.base(self.settings, WORDS, self.sandbox.clock), publish=publish)

    @contextlib.asynccontextmanager
    async def running(self, *, publish: Publish = "changed") -> AsyncIterator[Runner]:
        """The application, ready, in this process."""
        runner = self.runner(publish=publish)
        life = asyncio.create_task(runner.run())
        ready = asyncio.create_task(runner.ready.wait())
        await asyncio.wait({life, ready}, return_when=asyncio.FIRST_COMPLETED)
        if life.done():
            ready.cancel()
            await life
        try:
            yield runner
        finally:
            runner.stop()
            await life

    def puts(self) -> int:
        """How many times the commands were published."""
        return len(
            [
                exchange
                for exchange in self.sandbox.journal.exchanges("PUT")
                if exchange.path.endswith(f"/applications/{self.app.id}/commands")
            ]
        )

    async def owner(self) -> Person:
        return await self.sandbox.person(
            self.sandbox.world.users[self.guild.data["owner_id"]].name, self.guild
        )


@pytest.fixture(autouse=True)
def quick_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The servers of a sandbox come at once; and no `.env` of the person who runs the tests is read."""
    monkeypatch.setattr(client_module, "GUILDS_WAIT_S", 0.05)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(settings_module.PREFIX)]:
        monkeypatch.delenv(name)


def settings_for(sandbox: Sandbox, app: App, database_url: str, **more: Any) -> Settings:
    """What the application is told when it lives on that sandbox."""
    return settings_module.load(
        env_file=None,
        discord_token=SecretStr(app.token),
        discord_api=sandbox.api,
        database_url=SecretStr(database_url),
        deliver_seconds=0.2,
        **{"web_port": 0, **more},
    )


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[Stage]:
    async with at_work() as sandbox:
        app = sandbox.world.add_app("Entre-pairs", intents={"members"})
        guild = sandbox.world.add_guild("Réseau d’essai")
        sandbox.world.invite(app, guild, permissions=NEEDED.value)
        yield Stage(sandbox, guild, app, settings_for(sandbox, app, sqlite_url))


@dataclass(frozen=True)
class Ended:
    """How a command of the console ended."""

    status: int
    out: str
    err: str


class Process:
    """`python -m bot …` in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._seen = ""

    @classmethod
    async def start(cls, *arguments: str, env: Mapping[str, str]) -> "Process":
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot",
                *arguments,
                env={**BARE, **env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        )

    async def logs(self, text: str) -> str:
        """Wait until the log says so; all that was logged so far."""
        assert self._process.stderr is not None
        while text not in self._seen:
            line = await self._process.stderr.readline()
            assert line, f"the process ended without logging « {text} »:\n{self._seen}"
            self._seen += line.decode()
        return self._seen

    async def prints(self, text: str) -> str:
        """Wait until the standard output says so; that line."""
        assert self._process.stdout is not None
        while True:
            line = (await self._process.stdout.readline()).decode()
            assert line, f"the process ended without printing « {text} »"
            if text in line:
                return line

    def tell(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def ended(self) -> Ended:
        out, err = await self._process.communicate()
        assert self._process.returncode is not None
        return Ended(self._process.returncode, out.decode(), self._seen + err.decode())


class CommandLine:
    """Forks commands from a process that has everything imported: see ``tests.bot.command_line``."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.bot.command_line"),
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._end)

    def run(self, arguments: tuple[str, ...], env: Mapping[str, str]) -> Ended:
        with self._turn, tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder) / "out", Path(folder) / "err"
            order = {
                "arguments": arguments,
                "env": {**BARE, **env},
                "folder": str(Path.cwd()),
                "out": str(out),
                "err": str(err),
            }
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            status = int(self._process.stdout.readline())
            return Ended(status, out.read_text("utf-8"), err.read_text("utf-8"))

    def _end(self) -> None:
        self._process.communicate()


@functools.cache
def command_line() -> CommandLine:
    """One for the process of the tests."""
    return CommandLine()


async def run_cli(*arguments: str, env: Mapping[str, str]) -> Ended:
    """A command, to its end."""
    return await asyncio.to_thread(lambda: command_line().run(arguments, env))
