"""The gateway: checks F01 to F18, raw and through discord.py."""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest

from sandbox.world import App
from tests.sandbox.conftest import Town
from tests.sandbox.tools import MINIMAL, Bot, Raw, Wire, identity, running

Connect = Callable[..., Awaitable[Wire]]
Start = Callable[..., Any]
MEMBERS, CONTENT, SCHEDULED = 1 << 1, 1 << 15, 1 << 16


async def test_f01_the_requests_of_a_login(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain(discord.Client):
        is_up = asyncio.Event()

        async def on_ready(self) -> None:
            self.is_up.set()

    async with running(Plain(intents=discord.Intents.default()), town.sandbox, "jeton", monkeypatch):
        (connection,) = town.sandbox.gateway.connections
        assert dict(connection.query) == {"v": "10", "encoding": "json", "compress": "zlib-stream"}
    asked = [f"{entry.method} {entry.path}" for entry in town.sandbox.journal.exchanges()]
    assert asked == ["GET /users/@me", "GET /oauth2/applications/@me"]


async def test_f02_the_content_type_is_exact(town: Town) -> None:
    for path in ("/users/@me", "/nulle-part", f"/channels/{town.room}"):
        assert (await town.raw("GET", path)).headers["Content-Type"] == "application/json"


async def test_f03_a_heartbeat_may_come_first(town: Town, wire: Connect) -> None:
    connection = await wire()
    await connection.send(1)
    assert (await connection.receive())["op"] == 10
    assert (await connection.receive())["op"] == 11
    assert (await connection.identify("jeton"))["user"]["id"] == town.app.id


@pytest.mark.parametrize("op", [3, 8])
async def test_f04_nothing_else_before_identify(town: Town, wire: Connect, op: int) -> None:
    connection = await wire()
    await connection.send(op, {})
    assert await connection.closed() == 4003


async def test_f05_a_wrong_token_is_final(town: Town, wire: Connect) -> None:
    connection = await wire()
    await connection.send(2, identity("autre"))
    assert await connection.closed() == 4004


async def test_f05_discord_py_stops_at_once(town: Town, start: Start) -> None:
    bot = Bot()

    async def spoil() -> None:
        town.app.token = "changé"
        town.sandbox.world.tokens = {"changé": town.app}

    bot.setup_hook = spoil  # type: ignore[method-assign]
    bot._connection.shard_count = 1
    bot.shard_count = 1
    with pytest.raises(discord.ConnectionClosed) as failure:
        async with start(bot):
            pass
    assert failure.value.code == 4004
    assert town.sandbox.journal.counters.identifies == 1


@pytest.mark.parametrize("intents", [1 << 17, -1, 1 << 40])
async def test_f06_unknown_intents(town: Town, wire: Connect, intents: int) -> None:
    connection = await wire()
    await connection.send(2, identity("jeton", intents))
    assert await connection.closed() == 4013


async def test_f07_a_privileged_intent_without_its_toggle(town: Town, start: Start) -> None:
    intents = discord.Intents.default()
    intents.members = True
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with start(Bot(intents)):
            pass


async def test_f08_a_second_identify(town: Town, wire: Connect) -> None:
    connection = await wire()
    await connection.identify("jeton")
    await connection.send(2, identity("jeton"))
    assert await connection.closed() == 4005


async def test_f09_frames_of_4096_bytes_and_not_one_more(town: Town, wire: Connect) -> None:
    frame = json.dumps({"op": 1, "d": None, "x": ""})
    connection = await wire()
    await connection.receive()
    await connection.ws.send_str(frame[:-2] + "x" * (4096 - len(frame)) + '"}')
    assert (await connection.receive())["op"] == 11
    await connection.ws.send_str(frame[:-2] + "x" * (4097 - len(frame)) + '"}')
    assert await connection.closed() == 4002


async def test_f10_too_many_sends(town: Town, wire: Connect) -> None:
    connection = await wire()
    for _ in range(121):
        await connection.send(1)
    assert await connection.closed() == 4008


async def test_f11_a_broken_line_is_resumed_with_what_was_missed(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        await town.nicolas.says("général", "avant")
        await bot.hears("message")
        for connection in list(town.sandbox.gateway.connections):
            connection.abort()
        await town.nicolas.says("général", "pendant")
        await bot.hears("shard_resumed")
        await bot.hears("message", 2)
    assert bot.names().count("ready") == 1
    assert bot.names().index("shard_resumed") < len(bot.names())
    assert town.sandbox.journal.counters.identifies == 1


async def test_f11_resume_replays_in_order(town: Town, wire: Connect) -> None:
    first = await wire()
    ready = await first.identify("jeton")
    await first.until("GUILD_CREATE")
    await first.ws.close(code=4000)
    for text in "abc":
        await town.nicolas.says("général", text)
    second = await wire()
    await second.send(6, {"token": "jeton", "session_id": ready["session_id"], "seq": first.seq})
    frames = [await second.receive() for _ in range(5)]
    assert [f["t"] for f in frames] == [None, *["MESSAGE_CREATE"] * 3, "RESUMED"]
    numbers = [f["s"] for f in frames[1:]]
    assert numbers == list(range(first.seq + 1, first.seq + 5))  # type: ignore[operator]
    assert frames[-1]["d"] == {}


async def test_f12_a_session_that_cannot_be_resumed(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        town.sandbox.gateway.sessions.clear()
        for connection in list(town.sandbox.gateway.connections):
            connection.abort()
        await bot.hears("ready", 2)
    closes = [f.code for f in town.sandbox.journal.frames("in") if f.op is None]
    assert 1000 in closes
    assert town.sandbox.journal.counters.identifies == 2


async def test_f13_op_7(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        town.sandbox.faults.add("reconnect")
        town.sandbox.gateway.interrupt()
        await bot.hears("shard_resumed")
    assert town.sandbox.journal.counters.identifies == 1
    assert town.sandbox.journal.frames("in", op=6)


async def test_f14_silence_is_noticed(town: Town, start: Start) -> None:
    town.sandbox.gateway.heartbeat_interval = 200
    async with start(Bot(heartbeat_timeout=0.5)) as bot:
        town.sandbox.faults.add("silence", times=1)
        await town.nicolas.says("général", "personne n’entend")
        await bot.hears("shard_resumed")
        await bot.hears("message")
    assert 4000 in [f.code for f in town.sandbox.journal.frames("in") if f.op is None]


async def test_f15_the_whole_list_twice(town: Town, wire: Connect) -> None:
    town.sandbox.world.set_intents(town.app, {"members"})
    connection = await wire()
    await connection.identify("jeton", MINIMAL | MEMBERS)
    asked = {"guild_id": int(town.guild.id), "query": "", "limit": 0, "nonce": "n1"}
    await connection.send(8, asked)
    assert (await connection.until("GUILD_MEMBERS_CHUNK"))["d"]["nonce"] == "n1"
    await connection.send(8, asked)
    limited = (await connection.until("RATE_LIMITED"))["d"]
    assert limited["opcode"] == 8
    assert 0 < limited["retry_after"] <= 30
    assert limited["meta"] == {"guild_id": town.guild.id, "nonce": "n1"}
    assert await connection.quiet("GUILD_MEMBERS_CHUNK")


async def test_f16_a_large_server_comes_in_chunks(town: Town, start: Start) -> None:
    for number in range(2_500 - len(town.guild.members)):
        town.sandbox.world.join(town.guild, town.sandbox.world.add_user(f"membre {number}"))
    town.sandbox.world.set_intents(town.app, {"members"})
    intents = discord.Intents.default()
    intents.members = True
    async with start(Bot(intents)) as bot:
        guild = bot.get_guild(int(town.guild.id))
        assert guild is not None
        assert len(guild.members) == 2_500
    chunks: list[Any] = [f.d for f in town.sandbox.journal.frames("out", t="GUILD_MEMBERS_CHUNK")]
    assert [len(chunk["members"]) for chunk in chunks] == [1000, 1000, 500]
    assert len({chunk["nonce"] for chunk in chunks}) == 1


async def test_f16_prefix_ids_and_unknown_ones(town: Town, wire: Connect) -> None:
    connection = await wire()
    await connection.identify("jeton")
    await connection.send(8, {"guild_id": town.guild.id, "query": "nic", "limit": 5})
    found = (await connection.until("GUILD_MEMBERS_CHUNK"))["d"]
    assert [m["user"]["id"] for m in found["members"]] == [town.nicolas.id]
    await connection.send(8, {"guild_id": town.guild.id, "user_ids": [town.nicolas.id, "12"], "limit": 0})
    found = (await connection.until("GUILD_MEMBERS_CHUNK"))["d"]
    assert found["not_found"] == ["12"]


async def test_f17_text_is_for_those_addressed(town: Town, wire: Connect) -> None:
    connection = await wire()
    await connection.identify("jeton")
    await town.nicolas.says("général", "bonjour")
    hidden = (await connection.until("MESSAGE_CREATE"))["d"]
    assert hidden["content"] == ""
    assert hidden["member"]["roles"] == []
    await town.nicolas.says("général", f"<@{town.app.id}> bonjour")
    assert (await connection.until("MESSAGE_CREATE"))["d"]["content"].endswith("bonjour")
    await town.nicolas.dm(town.app.id, "en privé")
    direct = (await connection.until("MESSAGE_CREATE"))["d"]
    assert direct["content"] == "en privé"
    assert "guild_id" not in direct
    shown = await town.raw("GET", f"/channels/{town.room}/messages")
    assert [m["content"] for m in shown.body] == [f"<@{town.app.id}> bonjour", ""]


async def test_f17_with_the_toggle_everything_is_read(town: Town, wire: Connect) -> None:
    town.sandbox.world.set_intents(town.app, {"message_content"})
    connection = await wire()
    await connection.identify("jeton", MINIMAL | CONTENT)
    await town.nicolas.says("général", "bonjour")
    assert (await connection.until("MESSAGE_CREATE"))["d"]["content"] == "bonjour"


async def test_f18_interest_needs_the_intent(town: Town, wire: Connect) -> None:
    deaf, hearing = await wire(), await wire()
    await deaf.identify("jeton", MINIMAL & ~SCHEDULED)
    await hearing.identify("jeton", MINIMAL)
    event = town.sandbox.world.add_event(town.guild, town.app.user, {"name": "Rencontre"})
    await town.nicolas.interested(event["id"])
    told = (await hearing.until("GUILD_SCHEDULED_EVENT_USER_ADD"))["d"]
    assert told == {
        "guild_scheduled_event_id": event["id"],
        "user_id": town.nicolas.id,
        "guild_id": town.guild.id,
    }
    assert await deaf.quiet("GUILD_SCHEDULED_EVENT_USER_ADD")


# --- beyond the list ---------------------------------------------------------------------------------------


async def test_ready_then_every_server(town: Town, wire: Connect) -> None:
    other = town.sandbox.world.add_guild("Autre réseau")
    town.sandbox.world.invite(town.app, other)
    connection = await wire()
    ready = await connection.identify("jeton")
    assert {g["id"] for g in ready["guilds"]} == {town.guild.id, other.id}
    assert all(g["unavailable"] for g in ready["guilds"])
    created = [(await connection.receive())["d"] for _ in range(2)]
    assert all(guild["unavailable"] is False for guild in created)
    assert [m["user"]["id"] for m in created[0]["members"]] == [town.app.id]


async def test_joining_a_server_while_connected_is_a_join(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        other = town.sandbox.world.add_guild("Autre réseau")
        town.sandbox.world.invite(town.app, other)
        (guild,) = await bot.hears("guild_join")
        assert guild.name == "Autre réseau"
        town.sandbox.world.leave(other, town.app.user)
        await bot.hears("guild_remove")


async def test_shards_share_the_servers(town: Town, wire: Connect) -> None:
    # Servers of one millisecond share a shard (id >> 22): make them far apart in time.
    for name in "abc":
        await asyncio.sleep(0.003)
        town.sandbox.world.invite(town.app, town.sandbox.world.add_guild(name))
    seen: list[set[str]] = []
    for number in (0, 1):
        connection = await wire()
        ready = await connection.identify("jeton", shard=[number, 2])
        assert ready["shard"] == [number, 2]
        seen.append({g["id"] for g in ready["guilds"]})
    assert seen[0] | seen[1] == set(town.sandbox.world.guilds)
    assert not seen[0] & seen[1]
    assert all((int(g) >> 22) % 2 == 1 for g in seen[1])


@pytest.mark.parametrize("shard", [[2, 2], [-1, 2], [0], "0/2", [True, 2], [0, 0]])
async def test_a_wrong_shard(town: Town, wire: Connect, shard: Any) -> None:
    connection = await wire()
    await connection.send(2, identity("jeton", shard=shard))
    assert await connection.closed() == 4010


async def test_too_many_servers_for_one_shard(town: Town, wire: Connect) -> None:
    town.sandbox.gateway.guilds_per_shard = 0
    connection = await wire()
    await connection.send(2, identity("jeton"))
    assert await connection.closed() == 4011


async def test_another_version(town: Town, wire: Connect) -> None:
    connection = await wire(v="5")
    assert await connection.closed() == 4012


@pytest.mark.parametrize("text", ["", "{", "[]", '{"op":"2"}', "\x00", '{"op":2}', '{"op":2,"d":[]}'])
async def test_nonsense_is_4002(town: Town, wire: Connect, text: str) -> None:
    connection = await wire()
    await connection.ws.send_str(text)
    assert await connection.closed() == 4002


async def test_unknown_opcode(town: Town, wire: Connect) -> None:
    connection = await wire()
    await connection.send(99)
    assert await connection.closed() == 4001


async def test_a_sequence_from_the_future(town: Town, wire: Connect) -> None:
    first = await wire()
    ready = await first.identify("jeton")
    await first.ws.close(code=4000)
    second = await wire()
    await second.send(6, {"token": "jeton", "session_id": ready["session_id"], "seq": 999})
    assert await second.closed() == 4007


async def test_a_session_closed_for_good_cannot_be_resumed(town: Town, wire: Connect) -> None:
    first = await wire()
    ready = await first.identify("jeton")
    await first.ws.close(code=1000)
    await town.nicolas.eventually(lambda: ready["session_id"] not in town.sandbox.gateway.sessions)
    second = await wire()
    await second.send(6, {"token": "jeton", "session_id": ready["session_id"], "seq": 1})
    invalid = await second.until(op=9)
    assert invalid["d"] is False


async def test_a_client_that_forgets_its_heart_is_closed(town: Town, wire: Connect) -> None:
    town.sandbox.gateway.heartbeat_interval = 50
    connection = await wire()
    assert await connection.closed() == 4009


async def test_zlib_stream_is_one_context(town: Town, wire: Connect) -> None:
    connection = await wire(compress="zlib-stream")
    inflate = zlib.decompressobj()
    hello = await connection.ws.receive_bytes()
    assert hello.endswith(b"\x00\x00\xff\xff")
    assert json.loads(inflate.decompress(hello))["op"] == 10
    await connection.send(1)
    assert json.loads(inflate.decompress(await connection.ws.receive_bytes()))["op"] == 11


async def test_events_of_unseen_channels_are_not_told(town: Town, wire: Connect) -> None:
    world, guild = town.sandbox.world, town.guild
    hidden = world.add_channel(guild, "conseil")
    world.set_overwrite(hidden, {"id": guild.id, "type": 0, "allow": "0", "deny": str(1 << 10)})
    for role in [r for r in guild.roles.values() if r["managed"]]:
        world.edit_role(guild, role["id"], {"permissions": "0"})
    connection = await wire()
    await connection.identify("jeton")
    world.post(hidden, world.users[town.nicolas.id], "secret")
    assert await connection.quiet("MESSAGE_CREATE")


async def test_faults_duplicate_drop_delay_and_reorder(town: Town, wire: Connect) -> None:
    faults, world = town.sandbox.faults, town.sandbox.world
    connection = await wire()
    await connection.identify("jeton")
    room, author = town.guild.channel("général"), world.users[town.nicolas.id]

    async def ids(count: int) -> list[str]:
        return [(await connection.until("MESSAGE_CREATE"))["d"]["id"] for _ in range(count)]

    faults.add("duplicate", event="MESSAGE_CREATE")
    twice = world.post(room, author, "deux fois")["id"]
    assert await ids(2) == [twice, twice]
    faults.add("drop_event", event="MESSAGE_CREATE")
    world.post(room, author, "jamais")
    faults.add("reorder", event="MESSAGE_CREATE")
    late, early = world.post(room, author, "après")["id"], world.post(room, author, "avant")["id"]
    assert await ids(2) == [early, late]
    faults.add("delay_event", event="MESSAGE_CREATE", seconds=0.05)
    delayed, prompt = world.post(room, author, "tard")["id"], world.post(room, author, "tôt")["id"]
    assert await ids(2) == [prompt, delayed]


async def test_two_bots_are_told_apart(town: Town, wire: Connect) -> None:
    second: App = town.sandbox.world.add_app("Autre", token="autre")
    town.sandbox.world.invite(second, town.guild)
    one, two = await wire(), await wire()
    assert (await one.identify("jeton"))["user"]["id"] == town.app.id
    assert (await two.identify("autre"))["user"]["id"] == second.id
    await town.raw("POST", f"/channels/{town.room}/messages", {"content": "à tous"})
    assert (await one.until("MESSAGE_CREATE"))["d"]["content"] == "à tous"
    assert (await two.until("MESSAGE_CREATE"))["d"]["content"] == ""


async def test_the_addresses_of_the_gateway(town: Town) -> None:
    anonymous = Raw(town.sandbox, None)
    assert (await anonymous("GET", "/gateway")).body == {"url": town.sandbox.gateway_url}
    assert (await anonymous("GET", "/gateway/bot")).status == 401
    await anonymous.close()
    limit = (await town.raw("GET", "/gateway/bot")).body["session_start_limit"]
    assert limit["total"] == limit["remaining"] == 1000
