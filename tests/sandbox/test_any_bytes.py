"""Whatever a client sends, on any route or socket, the sandbox answers and is never the one at fault."""

import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
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


@pytest.mark.parametrize("seed", range(4))
async def test_rest(town: Town, right: dict[str, str], seed: int) -> None:
    chance = Chance(town, seed)
    routes = [r for r in ROUTES if f"{r.method} {r.template}" not in DESTRUCTIVE]
    for route in routes * 4:
        path = chance.path(route.template, right)
        query = {"limit": str(chance.random.choice([1, 0, "x", BIG])), "before": "x", "after": "-1"}
        body = json.dumps(chance.value()).encode()
        if chance.random.random() < 0.1:
            body = chance.random.randbytes(20)
        reply = await town.raw(
            route.method,
            path,
            data=body,
            headers={"Content-Type": "application/json", "X-Audit-Log-Reason": "%ff é"},
            params=query if chance.random.random() < 0.3 else {},
        )
        assert reply.status < 500, (route.name, path, body)
        if town.app.user.id not in town.guild.members:
            town.sandbox.world.join(town.guild, town.app.user)


@pytest.mark.parametrize("seed", range(2))
async def test_people(town: Town, right: dict[str, str], seed: int) -> None:
    chance = Chance(town, seed)
    routes = [(m, p) for m, p, _ in PEOPLE if f"{m} {p}" not in DESTRUCTIVE]
    headers = {"X-Person": town.nicolas.id, "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for method, template in routes * 6:
            url = f"{town.sandbox.url}/sandbox{chance.path(template, right)}"
            body = json.dumps(chance.value()).encode()
            async with session.request(method, url, data=body) as response:
                assert response.status < 500, (method, url, body, await response.text())


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


@pytest.mark.parametrize("seed", range(3))
async def test_gateway(town: Town, wire: Callable[..., Awaitable[Wire]], seed: int) -> None:
    chance = Chance(town, seed)
    for _ in range(20):
        connection = await wire()
        if chance.random.random() < 0.5:
            await connection.identify("jeton")
        for _ in range(5):
            d = chance.value()
            if chance.random.random() < 0.3:
                d = {**identity("jeton"), chance.random.choice(["intents", "shard", "token"]): d}
            op = chance.random.choice([1, 2, 3, 4, 6, 8, 31, 43, 99])
            if connection.ws.closed:
                break
            await connection.ws.send_str(json.dumps({"op": op, "d": d}))
        await connection.close()
    assert (await (await wire()).identify("jeton"))["user"]["id"] == town.app.id
