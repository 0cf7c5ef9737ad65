"""The people and control APIs, and the state file."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from sandbox import Sandbox
from sandbox.client import Person, Refused
from sandbox.state import dump
from tests.sandbox.conftest import Town
from tests.sandbox.tools import Bot, Raw


async def furnished(town: Town) -> None:
    world = town.sandbox.world
    forum = world.add_channel(town.guild, "pratiques", type=15, available_tags=[{"name": "Eau"}])
    await town.raw("POST", f"/channels/{forum.id}/threads", {"name": "Une", "message": {"content": "texte"}})
    said = await town.nicolas.says("général", "bonjour")
    await town.nicolas.reacts(said, "👍")
    await town.raw("PUT", f"/channels/{town.room}/messages/pins/{said.id}")
    await town.nicolas.dm(town.app.id, "en privé")
    world.add_event(
        town.guild,
        town.app.user,
        {
            "name": "Rencontre",
            "scheduled_start_time": "2030-01-01T10:00:00+00:00",
            "scheduled_end_time": "2030-01-01T11:00:00+00:00",
        },
    )
    await town.raw("PUT", f"/applications/{town.app.id}/commands", [{"name": "essai", "description": "d"}])


async def test_a_world_saved_is_found_again(town: Town, tmp_path: Path) -> None:
    await furnished(town)
    file = tmp_path / "monde.json"
    town.sandbox.save(file)
    other = Sandbox()
    other.load(file)
    assert json.dumps(dump(other.world)) == json.dumps(dump(town.sandbox.world))
    async with other:
        raw = Raw(other, "jeton")
        assert (await raw("GET", "/users/@me")).body["id"] == town.app.id
        await raw.close()
        nicolas = await other.person("Nicolas", other.world.guilds[town.guild.id])
        assert nicolas.id == town.nicolas.id
        assert "bonjour" in [m.text for m in await nicolas.sees("général")]
        assert [m.text for m in await nicolas.dms()] == ["en privé"]
        new = await nicolas.says("Une", "encore")
        assert int(new.id) > max(int(m.id) for m in (await nicolas.sees("général")))


async def test_a_state_of_another_version_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "monde.json"
    file.write_text('{"version": 99}')
    with pytest.raises(ValueError, match="version 99"):
        Sandbox().load(file)


async def test_people_are_made_and_join(town: Town) -> None:
    made = await town.nicolas.request(
        "POST", "/people", {"name": "Leïla", "guild_id": town.guild.id, "locale": "en-GB"}
    )
    assert made["locale"] == "en-GB"
    assert made["guilds"][0]["id"] == town.guild.id
    people = await town.nicolas.request("GET", "/people")
    assert {p["user"]["global_name"] for p in people} >= {"Nicolas", "Leïla"}
    assert not any(p["user"].get("bot") for p in people)
    with pytest.raises(Refused):
        await town.nicolas.request("POST", "/people", {"name": ""})


async def test_nobody_acts_without_a_name(town: Town) -> None:
    async with aiohttp.ClientSession() as session:
        for person in ("", town.app.id, "123"):
            headers = {"X-Person": person}
            async with session.get(f"{town.sandbox.url}/sandbox/me", headers=headers) as response:
                assert response.status == 401


async def test_everything_a_page_needs(town: Town) -> None:
    await furnished(town)
    me = await town.nicolas.me()
    (guild,) = me["guilds"]
    assert {c["name"] for c in guild["channels"]} == {"général", "pratiques"}
    assert all(int(c["permissions"]) for c in guild["channels"])
    assert [t["name"] for t in guild["threads"]] == ["Une"]
    assert guild["guild_scheduled_events"][0]["interested"] is False
    assert me["dms"][0]["recipients"][0]["id"] == town.app.id
    assert me["clock"]["frozen"] is False


async def test_roles_by_people_obey_the_hierarchy(town: Town) -> None:
    world = town.sandbox.world
    low = world.add_role(town.guild, "Membre")
    world.add_role(town.guild, "Animation", permissions=1 << 28)
    world.move_roles(town.guild, {town.guild.role("Animation")["id"]: 2})
    path = f"/guilds/{town.guild.id}/members/{town.nicolas.id}/roles/{low['id']}"
    with pytest.raises(Refused):
        await town.nicolas.request("PUT", path)
    host = await town.sandbox.person("Camille", town.guild, roles=["Animation"])
    await host.request("PUT", path)
    assert town.guild.members[town.nicolas.id]["roles"] == [low["id"]]
    own = town.guild.role("Animation")["id"]
    with pytest.raises(Refused):
        await host.request("PUT", f"/guilds/{town.guild.id}/members/{town.nicolas.id}/roles/{own}")


async def events(town: Town, person: str) -> Any:
    session = aiohttp.ClientSession()
    ws = await session.ws_connect(f"{town.sandbox.url}/sandbox/events", params={"person": person})
    return session, ws


async def test_each_person_is_told_what_they_may_see(town: Town) -> None:
    world = town.sandbox.world
    hidden = world.add_channel(town.guild, "conseil")
    world.set_overwrite(hidden, {"id": town.guild.id, "type": 0, "allow": "0", "deny": str(1 << 10)})
    session, ws = await events(town, town.nicolas.id)
    await town.raw("POST", f"/channels/{hidden.id}/messages", {"content": "secret"})
    await town.raw("POST", f"/channels/{town.room}/messages", {"content": "pour tous"})
    frame = await asyncio.wait_for(ws.receive_json(), 5)
    assert (frame["t"], frame["d"]["content"]) == ("MESSAGE_CREATE", "pour tous")
    await town.nicolas.request("POST", "/control/clock", {"freeze": True})
    frame = await asyncio.wait_for(ws.receive_json(), 5)
    assert (frame["t"], frame["d"]["frozen"]) == ("CLOCK", True)
    await session.close()


async def test_the_control_api_builds_a_world(town: Town) -> None:
    ask = town.nicolas.request
    guild = await ask("POST", "/control/guilds", {"name": "Deuxième"})
    app = await ask("POST", "/control/apps", {"name": "Second", "intents": ["members"]})
    await ask("POST", f"/control/apps/{app['id']}/guilds/{guild['id']}", {"permissions": 8})
    raw = Raw(town.sandbox, app["token"])
    assert [g["id"] for g in (await raw("GET", "/users/@me/guilds")).body] == [guild["id"]]
    await raw.close()
    moved = await ask("POST", "/control/clock", {"jump": "2030-01-01T00:00:00+00:00", "freeze": True})
    assert moved["now"].startswith("2030-01-01")
    await ask("POST", "/control/faults", {"kind": "status", "status": 502})
    assert len(await ask("GET", "/control/faults")) == 1
    await ask("DELETE", "/control/faults")
    assert await ask("GET", "/control/faults") == []
    for wrong in ({"jump": "demain"}, {"advance": "x"}, {"advance": 1e30}):
        with pytest.raises(Refused):
            await ask("POST", "/control/clock", wrong)


async def test_usernames_are_plain_and_unique(town: Town) -> None:
    world = town.sandbox.world
    names = [world.add_user("Éloïse Œuvré").data["username"] for _ in range(3)]
    assert len(set(names)) == 3
    assert all(name.isascii() for name in names)


async def test_slow_mode_holds_people_back(town: Town) -> None:
    world, room = town.sandbox.world, town.guild.channel("général")
    world.edit_channel(room, {"rate_limit_per_user": 60})
    await town.nicolas.says("général", "un")
    with pytest.raises(Refused) as refused:
        await town.nicolas.says("général", "deux")
    assert refused.value.code == 20016
    assert 0 < refused.value.body["retry_after"] <= 60
    assert (await town.raw("POST", f"/channels/{room.id}/messages", {"content": "x"})).status == 200
    town.sandbox.clock.advance(timedelta(seconds=61))
    await town.nicolas.says("général", "deux")


async def test_a_server_that_is_away(town: Town, start: Callable[..., Any]) -> None:
    async with start(Bot()) as bot:
        await town.nicolas.request("PUT", f"/control/guilds/{town.guild.id}/outage")
        await bot.hears("guild_unavailable")
        await town.nicolas.request("DELETE", f"/control/guilds/{town.guild.id}/outage")
        await bot.hears("guild_available", 2)
    assert "guild_join" not in bot.names()


async def test_what_is_counted(town: Town) -> None:
    await town.raw("GET", "/nulle-part")
    await Raw(town.sandbox, None).close()
    counted = await town.nicolas.request("GET", "/control/counters")
    assert counted["statuses"] == {"404": 1}
    assert [(app["name"], app["online"]) for app in counted["apps"]] == [("Essai", False)]
    assert (await town.nicolas.request("GET", "/control/journal.har"))["log"]["entries"]
    changed = await town.nicolas.request("PATCH", f"/control/apps/{town.app.id}", {"intents": ["members"]})
    assert changed["intents"] == ["members"]
    assert town.app.data["flags"] == 1 << 15
    (listed,) = await town.nicolas.request("GET", "/control/apps")
    assert listed == {"id": town.app.id, "name": "Essai", "intents": ["members"]}


async def test_a_bot_that_is_not_ours_from_a_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m sandbox` serves discord.py's own first example, and keeps its world in a file."""
    file = tmp_path / "monde.json"
    arguments = ["-m", "sandbox", "--port", "0", "--bot", "Exemple", "--token", "jeton", "--state", str(file)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    told = {}
    for _ in range(4):
        name, _, value = (await process.stdout.readline()).decode().partition(":")
        told[name] = value.strip()
    monkeypatch.setattr(Route, "BASE", told["REST"])
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(told["gateway"]))
    intents = discord.Intents.default()
    intents.message_content = True
    client = discord.Client(intents=intents, guild_ready_timeout=0.1)
    is_up = asyncio.Event()

    @client.event
    async def on_ready() -> None:
        is_up.set()

    @client.event
    async def on_message(message: discord.Message) -> None:
        if message.author != client.user and message.content.startswith("$hello"):
            await message.channel.send("Hello!")

    task = asyncio.create_task(client.start(told["token"]))
    await asyncio.wait_for(is_up.wait(), 15)
    base = told["page"].rstrip("/")
    async with aiohttp.ClientSession() as session, session.get(f"{base}/sandbox/people") as response:
        people = await response.json()
    camille = next(p["user"]["id"] for p in people if p["user"]["global_name"] == "Camille")
    async with Person(base, camille, name="Camille") as person:
        await person.says("général", "$hello")

        async def answered() -> bool:
            return [m.text for m in await person.sees("général")] == ["$hello", "Hello!"]

        await person.eventually(answered)
    await client.close()
    await task
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 15) == 0
    assert "Hello!" in file.read_text(encoding="utf-8")
