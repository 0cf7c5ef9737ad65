"""A running sandbox with one server and one bot, and ways to talk to it: raw, or by unmodified discord.py."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox import App, Guild, Sandbox
from sandbox.client import Person
from tests.sandbox.tools import Bot, Raw, Wire, running

ALL = (1 << 53) - 1


@dataclass
class Town:
    """What most tests start from."""

    sandbox: Sandbox
    guild: Guild
    app: App
    raw: Raw
    nicolas: Person

    @property
    def room(self) -> str:
        """The id of « général »."""
        return self.guild.channel("général").id


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running_sandbox:
        yield running_sandbox
        assert running_sandbox.crashes == []
        assert running_sandbox.missing_routes == []
        assert [str(violation) for violation in running_sandbox.conformance.violations] == []


@pytest.fixture
async def town(sandbox: Sandbox) -> AsyncIterator[Town]:
    """The bot has every permission but Administrator, and no privileged toggle."""
    guild = sandbox.world.add_guild("Réseau")
    app = sandbox.world.add_app("Essai", token="jeton")
    sandbox.world.invite(app, guild, permissions=ALL & ~(1 << 3))
    raw = Raw(sandbox, app.token)
    yield Town(sandbox, guild, app, raw, await sandbox.person("Nicolas", guild))
    await raw.close()


@pytest.fixture
async def wire(sandbox: Sandbox) -> AsyncIterator[Callable[[], Awaitable[Wire]]]:
    """Opens raw gateway connections."""
    opened: list[Wire] = []

    async def connect(**query: Any) -> Wire:
        connection = await Wire.connect(sandbox, **query)
        opened.append(connection)
        return connection

    yield connect
    for connection in opened:
        await connection.close()


@pytest.fixture
def start(town: Town, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`async with start(bot): …` runs a discord.py bot on the sandbox."""

    def begin(bot: Bot, app: App | None = None) -> Any:
        return running(bot, town.sandbox, (app or town.app).token, monkeypatch)

    return begin
