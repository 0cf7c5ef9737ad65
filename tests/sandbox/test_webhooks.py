"""Webhooks of channels: made, listed, executed, their messages changed; by raw HTTP and by discord.py."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import pytest

from sandbox import state
from sandbox.world import World
from tests.sandbox.conftest import Town
from tests.sandbox.tools import Bot, Raw, Wire


@pytest.fixture
async def hook(town: Town) -> dict[str, Any]:
    reply = await town.raw("POST", f"/channels/{town.room}/webhooks", {"name": "Agenda"})
    assert reply.status == 200
    found: dict[str, Any] = reply.body
    return found


def address(hook: dict[str, Any], more: str = "") -> str:
    return f"/webhooks/{hook['id']}/{hook['token']}{more}"


async def test_executes_without_a_bot_token(town: Town, hook: dict[str, Any]) -> None:
    anybody = Raw(town.sandbox, None)
    silent = await anybody("POST", address(hook), {"content": "bonjour"})
    assert (silent.status, silent.body) == (204, None)
    said = await anybody("POST", address(hook, "?wait=true"), {"content": "encore", "username": "Météo"})
    await anybody.close()
    seen = await town.nicolas.sees("général")
    assert [(one.text, one.author) for one in seen] == [("bonjour", "Agenda"), ("encore", "Météo")]
    assert said.body["webhook_id"] == hook["id"] == said.body["author"]["id"]


async def test_changes_and_deletes_what_it_wrote_and_nothing_else(town: Town, hook: dict[str, Any]) -> None:
    mine = (await town.raw("POST", address(hook, "?wait=true"), {"content": "avant"})).body["id"]
    theirs = (await town.nicolas.says("général", "à moi")).id
    edited = await town.raw("PATCH", address(hook, f"/messages/{mine}"), {"content": "après"})
    assert (edited.status, edited.body["content"]) == (200, "après")
    assert edited.body["edited_timestamp"] is not None
    assert (await town.raw("GET", address(hook, f"/messages/{mine}"))).body["content"] == "après"
    for method in ("GET", "PATCH", "DELETE"):
        refused = await town.raw(method, address(hook, f"/messages/{theirs}"), {"content": "x"})
        assert (refused.status, refused.code) == (404, 10008)
    assert (await town.raw("DELETE", address(hook, f"/messages/{mine}"))).status == 204
    assert [one.text for one in await town.nicolas.sees("général")] == ["à moi"]


async def test_is_listed_renamed_moved_and_deleted(
    town: Town, hook: dict[str, Any], wire: Callable[..., Awaitable[Wire]]
) -> None:
    gateway = await wire()
    await gateway.identify("jeton", intents=1 | 1 << 5)
    other = town.sandbox.world.add_channel(town.guild, "ailleurs")
    for path in (f"/channels/{town.room}/webhooks", f"/guilds/{town.guild.id}/webhooks"):
        assert [one["id"] for one in (await town.raw("GET", path)).body] == [hook["id"]]
    renamed = await town.raw(
        "PATCH", f"/webhooks/{hook['id']}", {"name": " Rendez-vous ", "channel_id": other.id}
    )
    assert (renamed.body["name"], renamed.body["channel_id"]) == ("Rendez-vous", other.id)
    told = await gateway.until("WEBHOOKS_UPDATE")
    assert told["d"] == {"guild_id": town.guild.id, "channel_id": other.id}
    by_token = (await town.raw("GET", address(hook))).body
    assert "user" not in by_token
    assert by_token["name"] == "Rendez-vous"
    assert (await town.raw("DELETE", address(hook))).status == 204
    gone = await town.raw("POST", address(hook), {"content": "x"})
    assert (gone.status, gone.code) == (404, 10015)


@pytest.mark.parametrize("name", ["", "x" * 81, "Clyde", "my discord", None])
async def test_refuses_a_bad_name(town: Town, name: object) -> None:
    reply = await town.raw("POST", f"/channels/{town.room}/webhooks", {"name": name})
    assert (reply.status, reply.code) == (400, 50035)
    assert reply.leaf("name")


async def test_refuses_without_the_right_and_beyond_fifteen(town: Town, hook: dict[str, Any]) -> None:
    path = f"/channels/{town.room}/webhooks"
    for number in range(14):
        assert (await town.raw("POST", path, {"name": f"n{number}"})).status == 200
    assert (await town.raw("POST", path, {"name": "trop"})).code == 30007
    plain = town.sandbox.world.add_app("Sans droit", token="autre")
    town.sandbox.world.invite(plain, town.guild, permissions=0)
    other = Raw(town.sandbox, "autre")
    for method, where in (("GET", path), ("POST", path), ("GET", f"/webhooks/{hook['id']}")):
        reply = await other(method, where, {"name": "n"})
        assert (reply.status, reply.code) == (403, 50013)
    await other.close()


async def test_writes_into_threads_and_forums(town: Town) -> None:
    forum = town.sandbox.world.add_channel(town.guild, "pratiques", type=15)
    made = (await town.raw("POST", f"/channels/{forum.id}/webhooks", {"name": "Import"})).body
    nowhere = await town.raw("POST", address(made), {"content": "x"})
    assert (nowhere.status, nowhere.code) == (400, 220001)
    post = await town.raw(
        "POST", address(made, "?wait=true"), {"content": "Le texte", "thread_name": "Un fil"}
    )
    assert post.status == 200
    thread = post.body["channel_id"]
    answer = await town.raw("POST", address(made, f"?thread_id={thread}"), {"content": "La suite"})
    assert answer.status == 204
    assert [one.text for one in await town.nicolas.sees("Un fil")] == ["Le texte", "La suite"]
    lost = await town.raw("POST", address(made, f"?thread_id={town.room}"), {"content": "x"})
    assert (lost.status, lost.code) == (404, 10003)


async def test_a_text_channel_starts_no_thread(town: Town, hook: dict[str, Any]) -> None:
    reply = await town.raw("POST", address(hook), {"content": "x", "thread_name": "Un fil"})
    assert (reply.status, reply.code) == (400, 220003)


async def test_is_kept_in_the_state_file(town: Town, hook: dict[str, Any]) -> None:
    again = World(town.sandbox.clock)
    state.restore(again, state.dump(town.sandbox.world))
    assert again.webhooks[hook["id"]]["token"] == hook["token"]


async def test_by_discord_py(town: Town, start: Callable[..., Any]) -> None:
    async with start(Bot()) as bot:
        channel = bot.get_channel(int(town.room))
        made = await channel.create_webhook(name="Agenda")
        sent = await made.send("Demain", wait=True, embed=discord.Embed(title="Café"))
        await sent.edit(content="Après-demain")
        assert [one.id for one in await channel.webhooks()] == [made.id]
        async with aiohttp.ClientSession() as session:
            alone = discord.Webhook.partial(made.id, made.token, session=session)
            assert (await alone.fetch_message(sent.id)).content == "Après-demain"
        await made.delete()
    assert town.sandbox.world.webhooks == {}
