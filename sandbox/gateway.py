"""The gateway: sessions of bots, what each is told, and the WebSocket protocol (hello to close codes).

Waits of the protocol itself (heartbeat, resume window, send limit) run on real time: the clients' do, and a
jump of the sandbox's clock must not disconnect every bot.
"""

import asyncio
import time
from typing import Any

import aiohttp
from aiohttp import web

from sandbox.compression import transport
from sandbox.faults import Faults
from sandbox.gateway_filter import VALID_INTENTS, Filter
from sandbox.journal import Journal
from sandbox.jsontext import loads
from sandbox.members import chunks
from sandbox.session import Connection, Session, dumps
from sandbox.shapes import Shapes
from sandbox.thread_sync import ThreadSync
from sandbox.world import App, Event, Json, World

PRIVILEGED = {"members": 1 << 1, "presences": 1 << 8, "message_content": 1 << 15}


class Closing(Exception):
    """The protocol was broken: close with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gateway:
    """All sessions, and the WebSocket endpoint."""

    #: Milliseconds between heartbeats; a client silent for 1.5 of them is closed with 4009.
    heartbeat_interval = 41_250
    #: How long a broken session can be resumed, and how many events it keeps.
    resume_seconds = 180.0
    buffer_size = 5_000
    identifies_per_day = 1_000
    guilds_per_shard = 2_500
    sends_per_minute = 120

    def __init__(self, world: World, shapes: Shapes, journal: Journal, faults: Faults) -> None:
        self.world = world
        self.journal = journal
        self.faults = faults
        self.shapes = shapes
        self.filter = Filter(shapes)
        self.threads = ThreadSync(shapes)
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        #: (app, guild) → real instant of the last complete member list (op 8).
        self.listed: dict[tuple[str, str], float] = {}
        world.listeners.append(self.on_event)

    # --- telling the bots --------------------------------------------------------------------------------

    def on_event(self, event: Event) -> None:
        bodies: dict[int, str] = {}
        for session in list(self.sessions.values()):
            if not session.holds(event.guild.id if event.guild else None):
                continue
            d = self.filter.see(session.app, session.intents, event)
            if d is None:
                self.threads.after(session, event)
                continue
            body = bodies.get(id(d))
            if body is None:
                body = dumps(d)
                if d is event.d:
                    bodies[id(d)] = body
            session.dispatch(event.t, body, d)
            if event.t == "GUILD_CREATE" and event.guild is not None:
                self.threads.begin(session, event.guild)
            else:
                self.threads.after(session, event)

    def session_of(self, app: App, guild_id: str | None) -> Session | None:
        """The live session that gets this bot's interactions."""
        for session in reversed(self.sessions.values()):
            if session.app is app and session.connection is not None and session.holds(guild_id):
                return session
        return None

    def online(self, app: App) -> bool:
        return any(s.app is app and s.connection is not None for s in self.sessions.values())

    # --- one connection ----------------------------------------------------------------------------------

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(max_msg_size=1 << 20, timeout=2.0)
        await ws.prepare(request)
        pipe = transport(request.query.get("compress"))
        url = f"ws://{request.host}/gateway/"
        connection = Connection(ws, request.transport, pipe, url, self.journal, self.faults)
        connection.query = request.query
        self.connections.add(connection)
        writer = asyncio.create_task(connection.write())
        watcher = asyncio.create_task(self._watch(connection))
        try:
            await self._listen(connection, request.query.get("v", "10"))
        except Closing as closing:
            connection.close(closing.code, closing.reason)
            await writer
        finally:
            watcher.cancel()
            writer.cancel()
            self.connections.discard(connection)
            self._part(connection)
        return ws

    async def _listen(self, connection: Connection, version: str) -> None:
        if version not in ("9", "10"):
            raise Closing(4012, "Invalid API version")
        connection.op(10, {"heartbeat_interval": self.heartbeat_interval, "_trace": ["sandbox"]})
        async for message in connection.ws:
            if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                break
            self._receive(connection, message.data)

    async def _watch(self, connection: Connection) -> None:
        limit = self.heartbeat_interval / 1000 * 1.5
        # Each heartbeat moves the deadline; looking again when it comes costs less than an event a heartbeat.
        while (rest := connection.heard + limit - time.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(rest)
        connection.close(4009, "Session timed out")

    def _part(self, connection: Connection) -> None:
        session, code = connection.session, connection.ws.close_code
        self.journal.frame("in", op=None, app=connection.app_id, session=connection.session_id, code=code)
        if session is None or session.connection is not connection:
            return
        session.connection = None
        if code in (1000, 1001):
            self.sessions.pop(session.id, None)
            return
        loop = asyncio.get_running_loop()
        session.expiry = loop.call_later(self.resume_seconds, self.sessions.pop, session.id, None)

    def _receive(self, connection: Connection, raw: str | bytes) -> None:
        data = raw.encode() if isinstance(raw, str) else raw
        if len(data) > 4096:
            raise Closing(4002, "Payload too large")
        now = time.monotonic()
        connection.sends.append(now)
        while connection.sends[0] < now - 60:
            connection.sends.popleft()
        if len(connection.sends) > self.sends_per_minute:
            raise Closing(4008, "You are sending payloads too quickly")
        try:
            frame = loads(data)
        except ValueError:
            raise Closing(4002, "Error while decoding payload") from None
        if not isinstance(frame, dict) or not isinstance(frame.get("op"), int):
            raise Closing(4002, "Error while decoding payload")
        self._obey(connection, frame["op"], frame.get("d"))

    def _obey(self, connection: Connection, op: int, d: Any) -> None:
        self.journal.frame("in", op=op, app=connection.app_id, session=connection.session_id, d=d)
        if op == 1:
            connection.heard = time.monotonic()
            if self.faults.acknowledgement(app=connection.app_id) is None:
                connection.op(11)
            connection.interrupt()
        elif op == 2:
            self._identify(connection, d)
        elif op == 6:
            self._resume(connection, d)
        elif op not in (3, 4, 8, 31, 43):
            raise Closing(4001, "Unknown opcode")
        elif connection.session is None:
            raise Closing(4003, "Not authenticated")
        elif op == 8:
            self._members(connection.session, d)

    # --- identify, resume --------------------------------------------------------------------------------

    def _identify(self, connection: Connection, d: Any) -> None:
        if connection.session is not None:
            raise Closing(4005, "Already authenticated")
        if not isinstance(d, dict) or not isinstance(d.get("token"), str):
            raise Closing(4002, "Error while decoding payload")
        app = self.world.tokens.get(d["token"].removeprefix("Bot "))
        if app is None:
            raise Closing(4004, "Authentication failed")
        shard = self._shard(app, d.get("shard"))
        intents = d.get("intents")
        if not isinstance(intents, int) or intents < 0 or intents & ~VALID_INTENTS:
            raise Closing(4013, "Invalid intents")
        if any(intents & bit and name not in app.intents for name, bit in PRIVILEGED.items()):
            raise Closing(4014, "Disallowed intents")
        app.identifies += 1
        session = Session(app, intents, shard, self.buffer_size)
        session.connection = connection
        connection.session = session
        self.sessions[session.id] = session
        self._welcome(session, connection)

    def _shard(self, app: App, value: Any) -> tuple[int, int] | None:
        if value is None:
            shard = None
        elif (
            isinstance(value, list)
            and len(value) == 2
            and all(isinstance(n, int) and not isinstance(n, bool) for n in value)
            and 0 <= value[0] < value[1]
        ):
            shard = (value[0], value[1])
        else:
            raise Closing(4010, "Invalid shard")
        number, count = shard or (0, 1)
        mine = sum(1 for g in self.world.guilds_of(app.user.id) if (int(g.id) >> 22) % count == number)
        if mine > self.guilds_per_shard:
            raise Closing(4011, "Sharding required")
        return shard

    def _welcome(self, session: Session, connection: Connection) -> None:
        app = session.app
        guilds = [g for g in self.world.guilds_of(app.user.id) if session.holds(g.id)]
        ready: Json = {
            "v": 10,
            "user": {**app.user.data, "verified": True, "mfa_enabled": True, "email": None},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": connection.url,
            "application": {"id": app.id, "flags": app.data["flags"]},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "user_settings": {},
            "session_type": "normal",
            "_trace": ["sandbox"],
        }
        if session.shard is not None:
            ready["shard"] = list(session.shard)
        session.dispatch("READY", dumps(ready), ready)
        for guild in guilds if session.intents & 1 else ():
            presences = bool(session.intents & PRIVILEGED["presences"])
            created = self.shapes.guild_create(guild, app, presences=presences)
            session.dispatch("GUILD_CREATE", dumps(created), created)
            self.threads.begin(session, guild)

    def _resume(self, connection: Connection, d: Any) -> None:
        if connection.session is not None:
            raise Closing(4005, "Already authenticated")
        if not isinstance(d, dict):
            raise Closing(4002, "Error while decoding payload")
        app = self.world.tokens.get(str(d.get("token")).removeprefix("Bot "))
        if app is None:
            raise Closing(4004, "Authentication failed")
        session = self.sessions.get(str(d.get("session_id")))
        if session is None or session.app is not app:
            connection.op(9, False)
            return
        seq = d.get("seq")
        if not isinstance(seq, int) or seq > session.seq or seq < 0:
            self.sessions.pop(session.id, None)
            raise Closing(4007, "Invalid seq")
        if session.buffer and seq < session.buffer[0].s - 1:
            self.sessions.pop(session.id, None)
            connection.op(9, False)
            return
        if session.expiry is not None:
            session.expiry.cancel()
        if session.connection is not None:
            session.connection.close(4000, "Resumed elsewhere")
        session.connection = connection
        connection.session = session
        for sent in list(session.buffer):
            if sent.s > seq:
                connection.send(sent)
        session.dispatch("RESUMED", "{}", {})

    # --- members -----------------------------------------------------------------------------------------

    def _members(self, session: Session, d: Any) -> None:
        guild_id = str(d.get("guild_id")) if isinstance(d, dict) else ""
        guild = self.world.guilds.get(guild_id)
        if guild is None or session.app.user.id not in guild.members:
            return
        whole = d.get("query") == "" and not d.get("limit") and not d.get("user_ids")
        if whole:
            if not session.intents & PRIVILEGED["members"]:
                return
            key, now = (session.app.id, guild.id), time.monotonic()
            rest = self.listed.get(key, -1e9) + 30 - now
            if rest > 0:
                meta = {"guild_id": guild.id}
                if d.get("nonce"):
                    meta["nonce"] = d["nonce"]
                limited = {"opcode": 8, "retry_after": round(rest, 3), "meta": meta}
                session.dispatch("RATE_LIMITED", dumps(limited), limited)
                return
            self.listed[key] = now
        for chunk in chunks(guild, d):
            session.dispatch("GUILD_MEMBERS_CHUNK", dumps(chunk), chunk)

    # --- closing from this side --------------------------------------------------------------------------

    def interrupt(self) -> None:
        """Do now what the faults in force ask of live connections (op 7, op 9, a close)."""
        for connection in list(self.connections):
            connection.interrupt()

    async def stop(self) -> None:
        for connection in list(self.connections):
            connection.close(1001, "Sandbox stopped")
        for session in self.sessions.values():
            if session.expiry is not None:
                session.expiry.cancel()
        await asyncio.sleep(0)
