"""Whatever a client sends, on any route or socket, the sandbox answers and is never at fault.

More than 20,000 requests and frames, by their seeds the same each time.
"""

import asyncio
import contextlib
import json
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest

from sandbox import Sandbox
from sandbox.control import ROUTES as CONTROL
from sandbox.people import ROUTES as PEOPLE
from sandbox.rest.router import ROUTES
from tests.sandbox.conftest import Town
from tests.sandbox.tools import Wire, identity


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """Answers must have Discord's shape; what is asked here has not, on purpose."""
    async with Sandbox() as running:
        yield running
        assert running.crashes == []
        assert [str(v) for v in running.conformance.violations if v.side == "answer"] == []


BIG = 10**30
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    BIG,
    1.5,
    "",
    "x",
    "é\u202e\x00",
    "12",
    [],
    {},
    [None],
    [[]],
    [{}],
    {"": 1},
]
KEYS = [
    "name",
    "type",
    "id",
    "content",
    "embeds",
    "components",
    "flags",
    "data",
    "options",
    "position",
    "permissions",
    "roles",
    "nick",
    "message",
    "applied_tags",
    "available_tags",
    "permission_overwrites",
    "allow",
    "deny",
    "archived",
    "locked",
    "parent_id",
    "recipient_id",
    "messages",
    "nonce",
    "enforce_nonce",
    "allowed_mentions",
    "message_reference",
    "attachments",
    "channel_id",
    "entity_type",
    "entity_metadata",
    "scheduled_start_time",
    "scheduled_end_time",
    "status",
    "image",
    "recurrence_rule",
    "prompts",
    "enabled",
    "default_channel_ids",
    "communication_disabled_until",
    "color",
    "colors",
    "topic",
    "description",
    "title",
    "custom_id",
    "reply_to",
    "target_id",
    "interaction_id",
    "message_id",
    "values",
    "locale",
    "dm_policy",
    "freeze",
    "advance",
    "jump",
    "kind",
    "token",
]


class Chance:
    """Bodies and paths from a seed, half sound, half odd."""

    def __init__(self, town: Town, seed: int) -> None:
        self.random = random.Random(seed)
        guild = town.guild
        self.ids = [
            guild.id,
            town.room,
            town.app.id,
            town.nicolas.id,
            *guild.roles,
            *[m["id"] for m in guild.channel("général").messages],
            *guild.threads,
            *guild.events,
            "1",
            "@me",
            "@original",
            "x",
            str(BIG),
        ]

    def value(self, depth: int = 0) -> Any:
        pick = self.random.random()
        if depth > 3 or pick < 0.5:
            return self.random.choice([*ODD, *self.ids])
        if pick < 0.65:
            return [self.value(depth + 1) for _ in range(self.random.randrange(3))]
        return {self.random.choice(KEYS): self.value(depth + 1) for _ in range(self.random.randrange(5))}

    def path(self, template: str, right: dict[str, str]) -> str:
        parts = []
        for part in template.split("/"):
            if part.startswith("{"):
                sound = right.get(part.strip("{}"))
                parts.append(sound if sound and self.random.random() < 0.8 else self.random.choice(self.ids))
            else:
                parts.append(part)
        return "/".join(parts)


@pytest.fixture
async def right(town: Town) -> dict[str, str]:
    """Sound values of the parameters of paths."""
    world = town.sandbox.world
    world.set_intents(town.app, {"members", "message_content"})
    forum = world.add_channel(town.guild, "pratiques", type=15, available_tags=[{"name": "Eau"}])
    await town.raw("POST", f"/channels/{forum.id}/threads", {"name": "Une", "message": {"content": "texte"}})
    message = await town.nicolas.says("général", "bonjour")
    event = world.add_event(town.guild, town.app.user, {"name": "Rencontre"})
    await town.raw("PUT", f"/applications/{town.app.id}/commands", [{"name": "essai", "description": "d"}])
    return {
        "guild": town.guild.id,
        "channel": town.room,
        "message": message.id,
        "user": town.nicolas.id,
        "role": world.add_role(town.guild, "Membre")["id"],
        "application": town.app.id,
        "event": event["id"],
        "emoji": "👍",
        "overwrite": town.guild.id,
        "command": next(iter(town.app.commands)),
    }


#: Gone with the world they would take along.
DESTRUCTIVE = {"DELETE /users/@me/guilds/{guild}", "DELETE /guilds/{guild}/me"}


class Pipe:
    """Requests written one behind the other on one connection, as fast as the sandbox takes them."""

    BATCH = 64

    def __init__(self, sandbox: Sandbox, headers: dict[str, str]) -> None:
        self.sandbox = sandbox
        self.head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.waiting: list[tuple[str, bytes]] = []

    def ask(self, method: str, path: str, body: bytes) -> None:
        target = quote(path, safe="/?=&@%:")
        start = f"{method} {target} HTTP/1.1\r\nHost: x\r\n{self.head}Content-Length: {len(body)}\r\n\r\n"
        self.waiting.append((f"{method} {path} {body!r}", start.encode() + body))

    async def answers(self) -> list[tuple[int, str]]:
        """The status of each, with what was asked; a silence of ten seconds is a hang."""
        reader, writer = await asyncio.open_connection(self.sandbox.host, self.sandbox.port)
        found: list[tuple[int, str]] = []
        try:
            for at in range(0, len(self.waiting), self.BATCH):
                batch = self.waiting[at : at + self.BATCH]
                writer.write(b"".join(raw for _, raw in batch))
                for asked, _ in batch:
                    async with asyncio.timeout(10):
                        found.append((await self.answer(reader), asked))
        finally:
            writer.close()
        self.waiting.clear()
        return found

    @staticmethod
    async def answer(reader: asyncio.StreamReader) -> int:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = re.search(r"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]) if length else 0)
        return int(head.split(" ", 2)[1])


async def never_fails(pipe: Pipe) -> None:
    assert [(status, asked) for status, asked in await pipe.answers() if status >= 500] == []


def mend(town: Town, right: dict[str, str]) -> None:
    """What was deleted meanwhile is there again, so that the next questions meet something."""
    world, guild = town.sandbox.world, town.guild
    if town.app.user.id not in guild.members:
        world.join(guild, town.app.user)
    if right["channel"] not in world.channels:
        right["channel"] = world.add_channel(guild, "général").id
    if world.channels[right["channel"]].message(right["message"]) is None:
        author = world.users[town.nicolas.id]
        right["message"] = world.post(world.channels[right["channel"]], author, "bonjour")["id"]
    if right["role"] not in guild.roles:
        right["role"] = world.add_role(guild, "Membre")["id"]
    if right["event"] not in guild.events:
        right["event"] = world.add_event(guild, town.app.user, {"name": "Rencontre"})["id"]


REST, PEOPLE_ASKED, CONTROLLED, FRAMES = 3_500, 2_000, 600, 600


@pytest.mark.parametrize("seed", range(4))
async def test_rest(town: Town, right: dict[str, str], seed: int) -> None:
    chance = Chance(town, seed)
    routes = [r for r in ROUTES if f"{r.method} {r.template}" not in DESTRUCTIVE]
    headers = {
        "Authorization": "Bot jeton",
        "Content-Type": "application/json",
        "X-Audit-Log-Reason": "%ff x",
    }
    pipe = Pipe(town.sandbox, headers)
    for number in range(REST):
        route = routes[number % len(routes)]
        path = chance.path(route.template, right)
        if chance.random.random() < 0.3:
            path += f"?limit={chance.random.choice([1, 0, 'x', BIG])}&before=x&after=-1"
        body = json.dumps(chance.value()).encode()
        if chance.random.random() < 0.1:
            body = chance.random.randbytes(20)
        pipe.ask(route.method, f"/api/v10{path}", body)
        if len(pipe.waiting) == len(routes):
            await never_fails(pipe)
            mend(town, right)
    await never_fails(pipe)


@pytest.mark.parametrize("seed", range(2))
async def test_people(town: Town, right: dict[str, str], seed: int) -> None:
    chance = Chance(town, seed)
    routes = [(m, p) for m, p, _ in PEOPLE if f"{m} {p}" not in DESTRUCTIVE]
    pipe = Pipe(town.sandbox, {"X-Person": town.nicolas.id, "Content-Type": "application/json"})
    for number in range(PEOPLE_ASKED):
        method, template = routes[number % len(routes)]
        body = json.dumps(chance.value()).encode()
        pipe.ask(method, f"/sandbox{chance.path(template, right)}", body)
        if len(pipe.waiting) == len(routes):
            await never_fails(pipe)
            mend(town, right)
    await never_fails(pipe)


async def test_control(town: Town, right: dict[str, str]) -> None:
    """All but the journal's exports, which grow with every question."""
    chance = Chance(town, 5)
    routes = [(m, p) for m, p, _ in CONTROL if not p.startswith(("/journal", "/state"))]
    pipe = Pipe(town.sandbox, {"Content-Type": "application/json"})
    for number in range(CONTROLLED):
        method, template = routes[number % len(routes)]
        pipe.ask(
            method,
            f"/sandbox/control{chance.path(template, {**right, 'app': town.app.id})}",
            json.dumps(chance.value()).encode(),
        )
    await never_fails(pipe)


async def test_what_is_not_even_a_request(town: Town) -> None:
    chance = random.Random(11)
    for _ in range(200):
        reader, writer = await asyncio.open_connection(town.sandbox.host, town.sandbox.port)
        start = chance.choice(
            [b"", b"GET / HTTP/1.1\r\n", b"POST /api/v10/oauth2/token HTTP/1.1\r\nHost: x\r\n"]
        )
        writer.write(start + chance.randbytes(chance.randrange(200)) + b"\r\n\r\n")
        writer.write_eof()
        async with asyncio.timeout(10):
            first = await reader.readline()
        assert b" 500 " not in first
        writer.close()
    assert (await town.raw("GET", "/users/@me")).status == 200


async def test_multipart(town: Town, right: dict[str, str]) -> None:
    chance = Chance(town, 7)
    for _ in range(100):
        boundary, data = "x", chance.random.randbytes(chance.random.randrange(200))
        sound = b'--x\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{"content":"x"}\r\n'
        reply = await town.raw(
            "POST",
            f"/channels/{town.room}/messages",
            data=(sound if chance.random.random() < 0.5 else b"") + b"--x\r\n" + data + b"--x--",
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        assert reply.status < 500


@pytest.mark.parametrize("seed", range(4))
async def test_gateway(town: Town, wire: Callable[..., Awaitable[Wire]], seed: int) -> None:
    """Sound opcodes with odd contents, and bytes that are nothing at all, until the sandbox hangs up."""
    chance = Chance(town, seed)
    sent = 0
    while sent < FRAMES:
        connection = await wire()
        if chance.random.random() < 0.5:
            await connection.identify("jeton")
        for _ in range(20):
            d = chance.value()
            if chance.random.random() < 0.3:
                d = {**identity("jeton"), chance.random.choice(["intents", "shard", "token"]): d}
            op = chance.random.choice([1, 1, 2, 3, 4, 6, 8, 8, 31, 43, 99])
            if connection.ws.closed or connection.ws._writer.transport.is_closing():
                break
            with contextlib.suppress(ConnectionError):
                if chance.random.random() < 0.05:
                    await connection.ws.send_bytes(chance.random.randbytes(30))
                else:
                    await connection.ws.send_str(json.dumps({"op": op, "d": d}))
            sent += 1
        await connection.close()
    assert (await (await wire()).identify("jeton"))["user"]["id"] == town.app.id
