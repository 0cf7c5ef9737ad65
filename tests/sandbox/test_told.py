"""What bots and people are told, and what they may set: threads in sight, presences, refusals, rights."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sandbox import state
from sandbox.client import Refused
from sandbox.oauth import Grant
from sandbox.world import World
from tests.sandbox.conftest import Town
from tests.sandbox.tools import Wire

Connect = Callable[..., Awaitable[Wire]]
VIEW = 1 << 10


# --- threads and presences -----


async def test_threads_of_a_channel_that_opens(town: Town, wire: Connect) -> None:
    world, everyone = town.sandbox.world, town.guild.id
    plain = world.add_app("Simple", token="simple")
    world.invite(plain, town.guild, permissions=0)
    closed = [{"id": everyone, "type": 0, "allow": "0", "deny": str(VIEW)}]
    room = world.add_channel(town.guild, "fermé", overwrites=closed)
    thread = world.add_thread(room, "Un fil", town.app.user)
    gone = world.add_thread(room, "Archivé", town.app.user)
    world.edit_thread(gone, {"archived": True})
    bot = await wire()
    ready = await bot.identify("simple", intents=1)
    assert ready["user"]["id"] == plain.id
    guild = await bot.until("GUILD_CREATE")
    assert guild["d"]["threads"] == []
    world.set_overwrite(room, {"id": plain.id, "type": 1, "allow": str(VIEW), "deny": "0"})
    await bot.until("CHANNEL_UPDATE")
    synced = (await bot.until("THREAD_LIST_SYNC"))["d"]
    assert (synced["guild_id"], synced["channel_ids"]) == (town.guild.id, [room.id])
    assert [one["id"] for one in synced["threads"]] == [thread.id]
    assert synced["members"] == []
    world.edit_channel(room, {"topic": "Rien ne s’ouvre"})
    assert await bot.quiet("THREAD_LIST_SYNC")


async def test_presences_for_those_who_have_the_intent(town: Town, wire: Connect) -> None:
    town.sandbox.world.set_intents(town.app, {"presences"})
    bot, other = await wire(), await wire()
    await bot.identify("jeton", intents=1 | 1 << 8)
    await other.identify("jeton", intents=1)
    url = f"{town.sandbox.url}/sandbox/events?person={town.nicolas.id}"
    async with aiohttp.ClientSession() as http:
        async with http.ws_connect(url), http.ws_connect(url):
            shown = (await bot.until("PRESENCE_UPDATE"))["d"]
            assert (shown["user"]["id"], shown["status"]) == (town.nicolas.id, "online")
            again = await wire()
            await again.identify("jeton", intents=1 | 1 << 8)
            guild = (await again.until("GUILD_CREATE"))["d"]
            assert [one["user"]["id"] for one in guild["presences"]] == [town.nicolas.id]
        assert (await bot.until("PRESENCE_UPDATE"))["d"]["status"] == "offline"
    assert await other.quiet("PRESENCE_UPDATE")


# --- why an answer was refused -----


async def test_the_person_is_told_why_an_answer_was_refused(town: Town, wire: Connect) -> None:
    bot = await wire()
    await bot.identify("jeton")
    await town.raw("PUT", f"/applications/{town.app.id}/commands", [{"name": "essai", "description": "d"}])
    url = f"{town.sandbox.url}/sandbox/events?person={town.nicolas.id}"
    async with aiohttp.ClientSession() as http, http.ws_connect(url) as page:
        town.sandbox.interactions.answer_within *= 0.1
        asking = asyncio.create_task(town.nicolas.slash("essai"))
        asked = (await bot.until("INTERACTION_CREATE"))["d"]
        form = {"title": "x" * 46, "custom_id": "a", "components": []}
        where = f"/interactions/{asked['id']}/{asked['token']}/callback"
        refused = await town.raw("POST", where, {"type": 9, "data": form})
        assert refused.status == 400
        answer = await asking
        assert answer.outcome == "failed"
        told: dict[str, Any] = {}
        while told.get("t") != "NOTICE":
            told = await page.receive_json(timeout=5)
    assert told["d"]["application"] == "Essai"
    assert told["d"]["code"] == 50035
    assert "title" in told["d"]["errors"]["data"]


# --- one's own messages -----


async def test_people_correct_their_own_messages_only(town: Town) -> None:
    camille = await town.sandbox.person("Camille", town.guild)
    said = await town.nicolas.says("général", "Bonjuor")
    path = f"/channels/{town.room}/messages/{said.id}"
    corrected = await town.nicolas.request("PATCH", path, {"content": "Bonjour"})
    assert corrected["content"] == "Bonjour"
    assert corrected["edited_timestamp"]
    with pytest.raises(Refused) as refused:
        await camille.request("PATCH", path, {"content": "x"})
    assert refused.value.code == 50005
    with pytest.raises(Refused) as refused:
        await town.nicolas.request("PATCH", path, {"content": ""})
    assert refused.value.code == 50006


async def test_files_go_with_a_message(town: Town) -> None:
    url = f"{town.sandbox.url}/sandbox/attachments?filename=plan.txt"
    async with aiohttp.ClientSession(headers={"X-Person": town.nicolas.id}) as http:
        async with http.post(url, data=b"plan", headers={"Content-Type": "text/plain"}) as response:
            upload = await response.json()
        path = f"/channels/{town.room}/messages"
        sent = await town.nicolas.request("POST", path, {"attachments": [upload["id"]]})
        [file] = sent["attachments"]
        assert (file["filename"], file["content_type"], file["size"]) == ("plan.txt", "text/plain", 4)
        async with http.get(file["url"]) as response:
            assert await response.read() == b"plan"
    for listed, code in ((["1"], 50035), ([upload["id"]] * 11, 30015), ("x", 30015)):
        with pytest.raises(Refused) as refused:
            await town.nicolas.request("POST", path, {"content": "x", "attachments": listed})
        assert refused.value.code == code
    deny = {"id": town.guild.id, "type": 0, "allow": "0", "deny": str(1 << 15)}
    town.sandbox.world.set_overwrite(town.guild.channel("général"), deny)
    with pytest.raises(Refused) as refused:
        await town.nicolas.request("POST", path, {"attachments": [upload["id"]]})
    assert refused.value.code == 50013


# --- who may use a command -----


async def names(town: Town) -> list[str]:
    return [command["name"] for command in await town.nicolas.commands("général")]


async def test_a_server_sets_who_may_use_a_command(town: Town) -> None:
    world, guild = town.sandbox.world, town.guild
    path = f"/applications/{town.app.id}/guilds/{guild.id}/commands"
    [made] = (await town.raw("PUT", path, [{"name": "essai", "description": "d"}])).body
    where = f"{path}/{made['id']}/permissions"
    assert (await town.raw("GET", where)).code == 10066
    refused = await town.raw("PUT", where, {"permissions": []})
    assert (refused.status, refused.code) == (403, 20001)
    owner = world.users[guild.owner_id]
    later = town.sandbox.clock.now().replace(year=2100)
    scope = ("applications.commands.permissions.update",)
    town.sandbox.oauth.bearers["porteur"] = Grant(town.app, owner, scope, later)
    bearer = {"headers": {"Authorization": "Bearer porteur"}}
    role = world.add_role(guild, "Membre")["id"]

    async def allow(*entries: tuple[int, str, bool]) -> list[str]:
        listed = [{"type": kind, "id": who, "permission": may} for kind, who, may in entries]
        assert (await town.raw("PUT", where, {"permissions": listed}, **bearer)).status == 200
        return await names(town)

    everyone, everywhere = (1, guild.id, False), str(int(guild.id) - 1)
    assert await allow(everyone) == []
    assert await allow(everyone, (2, town.nicolas.id, True)) == ["essai"]
    assert await allow(everyone, (1, role, True)) == []
    world.give_role(guild, town.nicolas.id, role)
    assert await names(town) == ["essai"]
    assert await allow((3, town.room, False)) == []
    assert await allow((3, everywhere, False), (3, town.room, True)) == ["essai"]
    assert await allow((3, everywhere, False)) == []
    listed = (await town.raw("GET", f"{path}/permissions")).body
    assert [one["id"] for one in listed] == [made["id"]]
    bad = await town.raw("PUT", where, {"permissions": [{"type": 4, "id": "x"}]}, **bearer)
    assert (bad.status, bad.code) == (400, 50035)
    again = World(town.sandbox.clock)
    state.restore(again, state.dump(world))
    assert again.apps[town.app.id].overrides[guild.id][made["id"]]
