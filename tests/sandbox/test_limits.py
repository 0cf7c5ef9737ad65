"""Rate limits, keys and faults of the REST API: checks F60 to F65."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import discord
import pytest

from sandbox import Sandbox
from sandbox.ratelimit import Buckets, Settings, Size
from tests.sandbox.conftest import ALL, Town
from tests.sandbox.tools import Bot, Raw

Start = Callable[..., Any]
MESSAGES = ("POST", "/channels/{channel_id}/messages")


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """With the limits of Discord, but shorter windows."""
    buckets = Buckets(Settings(sizes={MESSAGES: Size(5, 0.5)}))
    async with Sandbox(buckets=buckets) as running:
        yield running
        assert running.crashes == []


async def test_f60_headers_count_down_then_429(town: Town) -> None:
    path = f"/channels/{town.room}/messages"
    replies = [await town.raw("POST", path, {"content": "x"}) for _ in range(6)]
    assert [r.headers["X-RateLimit-Remaining"] for r in replies[:5]] == ["4", "3", "2", "1", "0"]
    assert [r.status for r in replies] == [200] * 5 + [429]
    refused = replies[5]
    assert refused.headers["Via"]
    assert refused.headers["Retry-After"]
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert refused.body["global"] is False
    assert refused.body["retry_after"] > 0
    other = town.sandbox.world.add_channel(town.guild, "autre")
    assert (await town.raw("POST", f"/channels/{other.id}/messages", {"content": "x"})).status == 200


async def test_f60_discord_py_waits_and_sends_all(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        room = bot.get_channel(int(town.room))
        assert isinstance(room, discord.TextChannel)
        await asyncio.gather(*[room.send(str(n)) for n in range(7)])
    assert len(await town.nicolas.sees("général")) == 7


async def test_f61_a_global_limit_spares_interactions(town: Town, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(name="vite", description="d")
    async def quick(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("là")

    async with start(bot):
        room = bot.get_channel(int(town.room))
        assert isinstance(room, discord.TextChannel)
        town.sandbox.faults.add(
            "rate_limit", method="POST", route="/channels/*/messages", scope="global", seconds=1.0
        )
        first = asyncio.create_task(room.send("attend"))
        await town.nicolas.eventually(
            lambda: 429 in [e.status for e in town.sandbox.journal.exchanges(*MESSAGES)]
        )
        waits = asyncio.create_task(bot.fetch_user(int(town.nicolas.id)))
        assert (await town.nicolas.slash("vite")).text == "là"
        assert not first.done()
        assert not waits.done()
        await asyncio.gather(first, waits)


async def test_f62_without_via_it_is_a_ban(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        room = bot.get_channel(int(town.room))
        assert isinstance(room, discord.TextChannel)
        town.sandbox.faults.add("rate_limit", route="/channels/*/messages", seconds=0.1, via=False)
        with pytest.raises(discord.HTTPException) as error:
            await room.send("x")
    assert error.value.status == 429
    assert len(town.sandbox.journal.exchanges(*MESSAGES)) == 1


async def test_f63_without_a_key(town: Town) -> None:
    for token in (None, "autre"):
        raw = Raw(town.sandbox, token)
        refused = await raw("GET", "/users/@me")
        assert (refused.status, refused.body) == (401, {"message": "401: Unauthorized", "code": 0})
        await raw.close()
    assert town.sandbox.buckets.invalid.total() == 2
    lower = Raw(town.sandbox, None)
    again = await lower("GET", "/users/@me", headers={"authorization": "bot jeton"})
    assert again.status == 200
    await lower.close()


async def test_f65_too_many_invalid_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Settings(sizes={}, invalid=Size(3, 600.0))
    async with Sandbox(buckets=Buckets(limits)) as sandbox:
        guild = sandbox.world.add_guild("Réseau")
        app = sandbox.world.add_app("Essai", token="jeton")
        sandbox.world.invite(app, guild, permissions=ALL & ~8)
        nobody, known = Raw(sandbox, None), Raw(sandbox, "jeton")
        for _ in range(3):
            assert (await nobody("GET", "/users/@me")).status == 401
        banned = await known("GET", "/users/@me")
        assert banned.status == 429
        assert banned.headers["Content-Type"] == "text/html"
        assert "Via" not in banned.headers
        monkeypatch.setattr(discord.http.Route, "BASE", sandbox.api)
        client = discord.Client(intents=discord.Intents.none())
        with pytest.raises(discord.HTTPException):
            await client.login("jeton")
        await client.close()
        await nobody.close()
        await known.close()


# --- beyond the list ---------------------------------------------------------------------------------------


async def test_routes_that_nobody_has_and_routes_that_are_missing(town: Town) -> None:
    assert (await town.raw("GET", "/nulle-part")).body == {"message": "404: Not Found", "code": 0}
    assert (await town.raw("DELETE", "/users/@me")).status == 405
    missing = await town.raw("GET", f"/guilds/{town.guild.id}/soundboard-sounds")
    assert missing.status == 501
    assert "soundboard-sounds" in missing.body["message"]
    assert town.sandbox.missing_routes == [f"GET /guilds/{town.guild.id}/soundboard-sounds"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
async def test_nonsense_is_400(town: Town, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Authorization": "Bot jeton"}
    path = f"{town.sandbox.api}/channels/{town.room}/messages"
    async with town.raw.session.post(path, data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json(content_type=None))["code"] == 50109


@pytest.mark.parametrize("body", [None, 3, "x", [], [1], True])
async def test_bodies_of_the_wrong_kind(town: Town, body: Any) -> None:
    for method, path in (
        ("POST", f"/channels/{town.room}/messages"),
        ("PATCH", f"/guilds/{town.guild.id}"),
        ("POST", "/users/@me/channels"),
        ("PUT", f"/guilds/{town.guild.id}/onboarding"),
        ("POST", f"/guilds/{town.guild.id}/channels"),
        ("POST", f"/guilds/{town.guild.id}/scheduled-events"),
    ):
        assert (await town.raw(method, path, body)).status == 400, path


async def test_faults_of_a_route(town: Town) -> None:
    faults, path = town.sandbox.faults, f"/channels/{town.room}/messages"
    faults.add("status", method="POST", route="/channels/*/messages", status=503)
    assert (await town.raw("POST", path, {"content": "perdu"})).status == 503
    faults.add("content_type", route="/users/@me")
    assert "charset" in (await town.raw("GET", "/users/@me")).headers["Content-Type"]
    for kind, text in (("drop", "perdu"), ("apply_then_drop", "fait")):
        faults.add(kind, method="POST", route="/channels/*/messages")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await town.raw("POST", path, {"content": text})
    assert [m.text for m in await town.nicolas.sees("général")] == ["fait"]


async def test_the_journal_keeps_no_secret(town: Town) -> None:
    await town.raw("GET", "/users/@me")
    everything = await town.nicolas.request("GET", "/control/journal")
    assert everything["entries"]
    assert "jeton" not in str(everything)
