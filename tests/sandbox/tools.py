"""Raw HTTP, raw WebSocket, and an unmodified discord.py."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from sandbox import Sandbox

Client = TypeVar("Client", bound=Any)
MINIMAL = 1 | 1 << 9 | 1 << 12 | 1 << 16


class Reply:
    """A status, headers, and the body read as JSON when there is one."""

    def __init__(self, status: int, headers: Any, body: Any) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def __repr__(self) -> str:
        return f"<{self.status} {self.body}>"

    @property
    def code(self) -> int:
        return int(self.body["code"])

    def leaf(self, path: str = "") -> str:
        """The code of the first complaint at `a.0.b`; fails when there is none there."""
        node = self.body["errors"]
        for key in filter(None, path.split(".")):
            node = node[key]
        return str(node["_errors"][0]["code"])


class Raw:
    """A bot that speaks HTTP and nothing else."""

    def __init__(self, sandbox: Sandbox, token: str | None) -> None:
        self.sandbox = sandbox
        headers = {"Authorization": f"Bot {token}"} if token else {}
        self.session = aiohttp.ClientSession(headers=headers)

    async def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Reply:
        url = f"{self.sandbox.api}{path}"
        async with self.session.request(method, url, json=body, **options) as response:
            raw = await response.read()
            try:
                parsed = json.loads(raw) if raw else None
            except ValueError:
                parsed = raw.decode()
            return Reply(response.status, response.headers, parsed)

    async def close(self) -> None:
        await self.session.close()


class Wire:
    """A gateway connection, frame by frame."""

    def __init__(self, session: aiohttp.ClientSession, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.session = session
        self.ws = ws
        self.seq: int | None = None

    @classmethod
    async def connect(cls, sandbox: Sandbox, **query: Any) -> "Wire":
        session = aiohttp.ClientSession()
        params = {"v": "10", "encoding": "json", **query}
        return cls(session, await session.ws_connect(sandbox.gateway_url, params=params, autoping=True))

    async def send(self, op: int, d: Any = None) -> None:
        await self.ws.send_str(json.dumps({"op": op, "d": d}))

    async def receive(self) -> dict[str, Any]:
        """The next frame; `{"close": code}` when the server closed."""
        message = await asyncio.wait_for(self.ws.receive(), 5)
        if message.type is not aiohttp.WSMsgType.TEXT:
            return {"close": self.ws.close_code}
        frame: dict[str, Any] = json.loads(message.data)
        self.seq = frame.get("s") or self.seq
        return frame

    async def until(self, t: str | None = None, op: int | None = None) -> dict[str, Any]:
        """The next frame of that event or opcode."""
        while True:
            frame = await self.receive()
            if "close" in frame:
                raise AssertionError(f"closed with {frame['close']} before {t or op}")
            if (t is not None and frame["t"] == t) or (op is not None and frame["op"] == op):
                return frame

    async def closed(self) -> int:
        """The code with which the server closes."""
        while True:
            frame = await self.receive()
            if "close" in frame:
                return int(frame["close"])

    async def quiet(self, t: str, wait: float = 0.1) -> bool:
        """Whether that event stays away for a moment."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self.until(t)
                return False
        return True

    async def identify(self, token: str, intents: int = MINIMAL, **more: Any) -> dict[str, Any]:
        """READY's body."""
        await self.send(2, identity(token, intents, **more))
        ready: dict[str, Any] = (await self.until("READY"))["d"]
        return ready

    async def close(self) -> None:
        await self.ws.close()
        await self.session.close()


def identity(token: str, intents: int = MINIMAL, **more: Any) -> dict[str, Any]:
    properties = {"os": "linux", "browser": "essai", "device": "essai"}
    return {"token": token, "intents": intents, "properties": properties, **more}


class Bot(discord.AutoShardedClient):
    """discord.py without its waits: five seconds before a second identify, two after the last server."""

    def __init__(self, intents: discord.Intents | None = None, **options: Any) -> None:
        super().__init__(intents=intents or discord.Intents.default(), guild_ready_timeout=0.1, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[tuple[str, Any]] = []
        self.is_up = asyncio.Event()
        self.news = asyncio.Event()
        self.setup: Callable[[], None] | None = None

    async def setup_hook(self) -> None:
        if self.setup is not None:
            self.setup()
        if self.tree.get_commands():
            await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        return

    async def on_ready(self) -> None:
        self.is_up.set()

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard.append((event_name, args))
        self.news.set()
        super().dispatch(event_name, *args, **kwargs)

    def names(self) -> list[str]:
        return [name for name, _ in self.heard]

    async def hears(self, name: str, count: int = 1) -> Any:
        """Wait until that event came `count` times; the arguments of the last one."""
        async with asyncio.timeout(8):
            while self.names().count(name) < count:
                self.news.clear()
                await self.news.wait()
        return [args for heard, args in self.heard if heard == name][count - 1]


@contextlib.asynccontextmanager
async def running(
    bot: Client, sandbox: Sandbox, token: str, patch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """Start the bot, wait until it is ready, and stop it."""
    patch.setattr(Route, "BASE", sandbox.api)
    patch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(sandbox.gateway_url))
    task = asyncio.create_task(bot.start(token))
    up = asyncio.create_task(bot.is_up.wait())
    try:
        await asyncio.wait({task, up}, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        assert bot.is_up.is_set(), "the bot is not ready"
        yield bot
    finally:
        up.cancel()
        await bot.close()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
