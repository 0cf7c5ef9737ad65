"""`WS /sandbox/events`: each connected person is told what they may see."""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.people_view import View
from sandbox.session import dumps
from sandbox.shapes import presence
from sandbox.world import Event, Json, User

if TYPE_CHECKING:
    from sandbox.server import Sandbox

#: What people's clients are not told.
HIDDEN = frozenset({"GUILD_AUDIT_LOG_ENTRY_CREATE", "WEBHOOKS_UPDATE", "PRESENCE_UPDATE", "THREAD_LIST_SYNC"})


class PeopleEvents:
    """The open pages and clients."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.sandbox = sandbox
        self.open: dict[asyncio.Queue[str | None], User] = {}
        sandbox.world.listeners.append(self.on_event)

    def on_event(self, event: Event) -> None:
        body: str | None = None
        for queue, user in self.open.items():
            d = self.see(user, event)
            if d is None:
                self._tell_closed(queue, user, event)
                continue
            if d is event.d:
                body = body or f'{{"t":"{event.t}","d":{dumps(d)}}}'
                queue.put_nowait(body)
            else:
                queue.put_nowait(f'{{"t":"{event.t}","d":{dumps(d)}}}')

    @staticmethod
    def _tell_closed(queue: "asyncio.Queue[str | None]", user: User, event: Event) -> None:
        """A channel that a member may not see (any more) is gone for them; its name is not told."""
        if event.t == "CHANNEL_UPDATE" and event.guild is not None and user.id in event.guild.members:
            gone = {"id": event.d["id"], "guild_id": event.guild.id, "type": event.d["type"]}
            queue.put_nowait(f'{{"t":"CHANNEL_DELETE","d":{dumps(gone)}}}')

    def see(self, user: User, event: Event) -> Json | None:
        if event.t in HIDDEN:
            return None
        if event.users is not None and user.id not in event.users:
            return None
        if event.t == "GUILD_CREATE" and event.guild is not None:
            return View(self.sandbox, user).guild(event.guild)
        if event.users is not None:
            return event.d
        if event.guild is not None and user.id not in event.guild.members:
            return None
        channel = event.channel
        if channel is not None and not self.sandbox.rights.sees(user.id, channel):
            return None
        if event.guild is None and channel is None:
            return event.d if event.t in ("CLOCK", "NOTICE") else None
        if channel is not None and event.t in ("CHANNEL_CREATE", "CHANNEL_UPDATE"):
            return {**event.d, "permissions": str(self.sandbox.rights.of(user.id, channel))}
        if channel is not None and event.t in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and "reactions" in event.d:
            return View(self.sandbox, user).message(event.d)
        if event.guild is not None and event.t.startswith("GUILD_SCHEDULED_EVENT") and "name" in event.d:
            whole = event.guild.events.get(event.d["id"], event.d)
            return View(self.sandbox, user).event(event.guild, whole)
        return event.d

    def tell(self, t: str, d: Json) -> None:
        """Something of the sandbox's own, for everybody."""
        for queue in self.open:
            queue.put_nowait(f'{{"t":"{t}","d":{dumps(d)}}}')

    async def handle(self, request: web.Request) -> web.StreamResponse:
        user = self.sandbox.world.users.get(request.query.get("person", ""))
        if user is None or user.bot:
            return web.Response(status=401)
        ws = web.WebSocketResponse(heartbeat=30)
        await ws.prepare(request)
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._show(user, "online")
        self.open[queue] = user
        writer = asyncio.create_task(self._write(ws, queue))
        try:
            async for _ in ws:
                pass
        finally:
            self.open.pop(queue, None)
            writer.cancel()
            self._show(user, "offline")
        return ws

    def _show(self, user: User, status: str) -> None:
        """Bots with the presences intent are told of the first page that opens and the last that closes."""
        if user not in self.open.values():
            world = self.sandbox.world
            world.online = world.online | {user.id} if status == "online" else world.online - {user.id}
            for guild in world.guilds_of(user.id):
                world.emit("PRESENCE_UPDATE", presence(user.id, status, guild.id), guild=guild)

    @staticmethod
    async def _write(ws: web.WebSocketResponse, queue: "asyncio.Queue[str | None]") -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            while (frame := await queue.get()) is not None:
                await ws.send_str(frame)
            await ws.close()

    async def stop(self) -> None:
        for queue in list(self.open):
            queue.put_nowait(None)
