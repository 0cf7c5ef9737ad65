"""A bot's session (which outlives its connections) and one connection (which sends frames in order)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from sandbox.compression import Transport
from sandbox.faults import Fault, Faults
from sandbox.journal import Journal
from sandbox.world import App


def dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(slots=True, frozen=True)
class Frame:
    """One frame to send, with what the journal says of it."""

    text: str
    op: int
    s: int = 0
    t: str | None = None
    d: object = None


class Session:
    """What a bot's connection (or the gap between two connections) needs to know."""

    def __init__(self, app: App, intents: int, shard: tuple[int, int] | None, buffer: int) -> None:
        self.id = secrets.token_hex(16)
        self.app = app
        self.intents = intents
        self.shard = shard
        self.seq = 0
        self.buffer: deque[Frame] = deque(maxlen=buffer)
        self.connection: Connection | None = None
        self.expiry: asyncio.TimerHandle | None = None
        #: Server → channels that the bot sees there.
        self.seen: dict[str, set[str]] = {}

    def holds(self, guild_id: str | None) -> bool:
        """Whether events of this server (None: direct ones) belong to this shard."""
        number, count = self.shard or (0, 1)
        return (int(guild_id) >> 22) % count == number if guild_id else number == 0

    def dispatch(self, t: str, body: str, d: object) -> None:
        """Send an event, or keep it for the resume. `body` is `d` as JSON."""
        self.seq += 1
        frame = Frame(f'{{"op":0,"s":{self.seq},"t":"{t}","d":{body}}}', 0, self.seq, t, d)
        self.buffer.append(frame)
        if self.connection is not None:
            self.connection.send(frame)


class Connection:
    """One WebSocket. Frames go out in order through one writer, spoiled by the faults in force."""

    def __init__(
        self,
        ws: web.WebSocketResponse,
        socket: asyncio.Transport | None,
        pipe: Transport,
        url: str,
        journal: Journal,
        faults: Faults,
    ) -> None:
        self.ws = ws
        self.socket = socket
        self.pipe = pipe
        self.url = url
        self.journal = journal
        self.faults = faults
        self.session: Session | None = None
        self.heard = time.monotonic()
        self.sends: deque[float] = deque()
        self.silent = False
        #: What the client asked for when it dialled.
        self.query: Mapping[str, str] = {}
        self._held: list[Frame] = []
        self._queue: asyncio.Queue[Frame | tuple[int, str]] = asyncio.Queue()

    @property
    def app_id(self) -> str | None:
        return self.session.app.id if self.session else None

    @property
    def session_id(self) -> str | None:
        return self.session.id if self.session else None

    def send(self, frame: Frame) -> None:
        """Queue a frame: late, twice, never or after the next one when a fault says so."""
        app = self.app_id
        if not self.silent and len(self.faults) and self.faults.silence(app=app) is not None:
            self.silent = True
        if self.silent:
            return
        fault = self.faults.dispatch(frame.t, app=app) if frame.t and len(self.faults) else None
        if fault is not None:
            self._spoil(frame, fault)
        else:
            self._put(frame)
            held, self._held = self._held, []
            for late in held:
                self._put(late)
        if frame.t is not None and len(self.faults):
            self.interrupt(frame.t)

    def _spoil(self, frame: Frame, fault: Fault) -> None:
        if fault.kind == "duplicate":
            self._put(frame, fault.kind)
            self._put(frame, fault.kind)
        elif fault.kind == "delay_event":
            asyncio.get_running_loop().call_later(fault.seconds, self._put, frame, fault.kind)
        elif fault.kind == "reorder":
            self._held.append(frame)

    def _put(self, frame: Frame, fault: str | None = None) -> None:
        self.journal.frame(
            "out",
            op=frame.op,
            app=self.app_id,
            session=self.session_id,
            t=frame.t,
            s=frame.s or None,
            d=frame.d,
            fault=fault,
        )
        self._queue.put_nowait(frame)

    def op(self, op: int, d: object = None) -> None:
        """A frame that is not an event."""
        self.send(Frame(dumps({"op": op, "d": d, "s": None, "t": None}), op, d=d))

    def close(self, code: int, reason: str = "") -> None:
        """Close once everything queued before is sent."""
        self._queue.put_nowait((code, reason))

    def abort(self) -> None:
        """Cut the line, as a broken network does."""
        if self.socket is not None:
            self.socket.abort()

    def interrupt(self, event: str = "*") -> None:
        """op 7, op 9 or a close, if a fault asks for it."""
        fault = self.faults.interruption(app=self.app_id, event=event) if len(self.faults) else None
        if fault is None:
            return
        if fault.kind == "reconnect":
            self.op(7)
        elif fault.kind == "invalid_session":
            self.op(9, fault.resumable)
        else:
            self.close(fault.code, "sandbox fault")

    async def write(self) -> None:
        """Runs as long as the connection does."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            while True:
                item = await self._queue.get()
                if isinstance(item, tuple):
                    code, reason = item
                    self.journal.frame("out", op=None, app=self.app_id, session=self.session_id, code=code)
                    await self.ws.close(code=code, message=reason.encode())
                    return
                data = self.pipe(item.text)
                if isinstance(data, str):
                    await self.ws.send_str(data)
                else:
                    await self.ws.send_bytes(data)
