"""A bot that is nothing but the kit, on the sandbox: unmodified discord.py, real HTTP, real restarts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import discord
import pytest
from discord.http import Route

from cogs.kit.host import Host
from community.services import Services as CommunityServices
from prompts import Words
from sandbox import App, Guild, Person, Sandbox
from tests.cogs.kit.trial import Diary, Services, Trial, words_with_trial


class Bench:
    """The sandbox, the bot on it (which can be restarted), and what the bot's doors were asked."""

    def __init__(self, sandbox: Sandbox, app: App, guild: Guild, words: Words) -> None:
        self.sandbox, self.app, self.guild, self.words = sandbox, app, guild, words
        self.services, self.diary = Services(), Diary()
        self.host: Host
        self._running: asyncio.Task[None] | None = None

    async def start(self, *, patience: float = 0.3, doors: bool = True, sync: bool = True) -> None:
        self.host = Host(
            words=self.words,
            services=cast(CommunityServices, self.services),
            intents=discord.Intents(guilds=True),
            patience=patience,
            max_messages=None,
            guild_ready_timeout=0.05,
        )
        if doors:
            await self.host.add_cog(Trial(self.host, self.diary))
        await self.host.login(self.app.token)
        if sync:
            await self.host.tree.sync()
        self._running = asyncio.create_task(self.host.connect())
        await self.host.wait_until_ready()

    async def stop(self) -> None:
        await self.host.close()
        if self._running is not None:
            await self._running

    async def restart(self, **options: Any) -> None:
        """A new process in all but name: nothing of the old bot is left."""
        await self.stop()
        await self.start(**options)


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    async with Sandbox() as sandbox:
        monkeypatch.setattr(Route, "BASE", sandbox.api)
        guild = sandbox.world.add_guild("Réseau d’essai")
        app = sandbox.world.add_app("Entre-pairs")
        sandbox.world.invite(app, guild, permissions=8)
        bench = Bench(sandbox, app, guild, words_with_trial(tmp_path))
        await bench.start()
        yield bench
        await bench.stop()


@pytest.fixture
async def ada(bench: Bench) -> Person:
    return await bench.sandbox.person("Ada", bench.guild, locale="fr")
