"""Messages and direct messages: checks F35 to F43, F58 and F59, raw and through discord.py."""

import asyncio
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import discord
import pytest

from sandbox import App
from sandbox.client import Refused
from sandbox.rights import HISTORY, MENTION_EVERYONE, SEND, VIEW
from tests.sandbox.conftest import Town
from tests.sandbox.tools import Bot, Raw, Reply

Start = Callable[..., Any]


async def post(town: Town, body: Any) -> Reply:
    return await town.raw("POST", f"/channels/{town.room}/messages", body)


def strip_everyone(town: Town, bits: int) -> None:
    """@everyone loses these permissions, and so does the bot's own role."""
    world = town.sandbox.world
    for role in town.guild.roles.values():
        world.edit_role(town.guild, role["id"], {"permissions": str(int(role["permissions"]) & ~bits)})


async def test_f35_two_thousand_characters(town: Town) -> None:
    assert (await post(town, {"content": "é" * 2000})).status == 200
    refused = await post(town, {"content": "é" * 2001})
    assert (refused.status, refused.code) == (400, 50035)
    assert refused.body["errors"]["content"]["_errors"] == [
        {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
    ]


async def test_f36_a_long_description(town: Town, start: Start) -> None:
    refused = await post(town, {"embeds": [{"description": " " + "x" * 4097 + " "}]})
    assert refused.leaf("embeds.0.description") == "BASE_TYPE_MAX_LENGTH"
    assert (await post(town, {"embeds": [{"description": " " + "x" * 4096 + " "}]})).status == 200
    async with start(Bot()) as bot:
        room = bot.get_channel(int(town.room))
        assert isinstance(room, discord.TextChannel)
        with pytest.raises(discord.HTTPException) as error:
            await room.send(embed=discord.Embed(description="x" * 4097))
    assert "In embeds.0.description: Must be 4096 or fewer in length." in str(error.value)


async def test_f37_six_thousand_over_all_embeds(town: Town) -> None:
    def embed(size: int) -> dict[str, Any]:
        return {"description": "x" * 2000, "fields": [{"name": "n", "value": "v" * (size - 2001)}]}

    assert (await post(town, {"embeds": [embed(3000), embed(3000)]})).status == 200
    refused = await post(town, {"embeds": [embed(3001), embed(3000)]})
    assert refused.leaf("embeds") == "MAX_EMBED_SIZE_EXCEEDED"


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": "  \n"}, {"embeds": [], "components": []}])
async def test_f38_nothing_to_say(town: Town, body: Any) -> None:
    refused = await post(town, body)
    assert (refused.status, refused.code) == (400, 50006)


async def test_f39_one_nonce_one_message(town: Town) -> None:
    body = {"content": "une fois", "nonce": "n-1", "enforce_nonce": True}
    first, second = await post(town, body), await post(town, body)
    assert first.body["id"] == second.body["id"]
    assert first.body["nonce"] == "n-1"
    other = town.sandbox.world.add_channel(town.guild, "autre")
    elsewhere = await town.raw("POST", f"/channels/{other.id}/messages", body)
    assert elsewhere.body["id"] == first.body["id"]
    loose = {"content": "deux fois", "nonce": "n-2"}
    assert (await post(town, loose)).body["id"] != (await post(town, loose)).body["id"]
    assert [m.text for m in await town.nicolas.sees("général")] == ["une fois", "deux fois", "deux fois"]


async def test_f39_nonces_are_forgotten_after_a_while(town: Town) -> None:
    body = {"content": "une fois", "nonce": "n-1", "enforce_nonce": True}
    first = await post(town, body)
    town.sandbox.clock.advance(timedelta(seconds=301))
    assert (await post(town, body)).body["id"] != first.body["id"]


async def test_f39_nonces_are_an_author_s_own(town: Town) -> None:
    other = town.sandbox.world.add_app("Autre", token="autre")
    town.sandbox.world.invite(other, town.guild)
    raw = Raw(town.sandbox, "autre")
    body = {"content": "x", "nonce": "n-1", "enforce_nonce": True}
    first = await post(town, body)
    second = await raw("POST", f"/channels/{town.room}/messages", body)
    await raw.close()
    assert first.body["id"] != second.body["id"]


async def test_f40_the_first_message_was_deleted(town: Town) -> None:
    body = {"content": "x", "nonce": "n-1", "enforce_nonce": True}
    first = await post(town, body)
    await town.raw("DELETE", f"/channels/{town.room}/messages/{first.body['id']}")
    refused = await post(town, body)
    assert (refused.status, refused.code) == (404, 10008)


async def test_f41_an_answer_lost_on_the_way(town: Town, start: Start) -> None:
    town.sandbox.faults.add("apply_then_status", method="POST", route="/channels/*/messages", status=500)
    async with start(Bot()) as bot:
        room = bot.get_channel(int(town.room))
        assert isinstance(room, discord.TextChannel)
        await room.send("une seule fois")
    assert [m.text for m in await town.nicolas.sees("général")] == ["une seule fois"]
    tries = town.sandbox.journal.exchanges("POST", "/channels/{channel_id}/messages")
    assert [entry.status for entry in tries] == [500, 200]
    assert tries[0].request["nonce"] == tries[1].request["nonce"]


async def test_f42_a_kind_both_parsed_and_listed(town: Town) -> None:
    asked = {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}
    refused = await post(town, asked)
    assert refused.leaf("allowed_mentions") == "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
    asked["allowed_mentions"] = {"parse": ["users"], "users": []}
    assert (await post(town, asked)).status == 200


async def test_f43_everyone_needs_a_permission(town: Town) -> None:
    assert (await post(town, {"content": "@everyone"})).body["mention_everyone"] is True
    strip_everyone(town, MENTION_EVERYONE)
    kept = await post(town, {"content": "@everyone"})
    assert (kept.status, kept.body["mention_everyone"]) == (200, False)


async def test_nobody_is_pinged_when_told_so(town: Town) -> None:
    text = f"<@{town.nicolas.id}>"
    loud = await post(town, {"content": text})
    assert [u["id"] for u in loud.body["mentions"]] == [town.nicolas.id]
    quiet = await post(town, {"content": text, "allowed_mentions": {"parse": []}})
    assert quiet.body["mentions"] == []
    v2 = {"flags": 1 << 15, "components": [{"type": 10, "content": text}]}
    assert [u["id"] for u in (await post(town, v2)).body["mentions"]] == [town.nicolas.id]


async def test_f49_may_not_see_may_not_write_does_not_exist(town: Town) -> None:
    world, room = town.sandbox.world, town.guild.channel("général")
    managed = next(r for r in town.guild.roles.values() if r["managed"])
    refused = await town.raw("POST", "/channels/123456789012345678/messages", {"content": "x"})
    assert (refused.status, refused.code) == (404, 10003)
    world.set_overwrite(room, {"id": managed["id"], "type": 0, "allow": "0", "deny": str(SEND)})
    refused = await post(town, {"content": "x"})
    assert (refused.status, refused.code) == (403, 50013)
    world.set_overwrite(room, {"id": managed["id"], "type": 0, "allow": "0", "deny": str(VIEW)})
    refused = await post(town, {"content": "x"})
    assert (refused.status, refused.code) == (403, 50001)


async def test_history_without_the_permission_is_empty(town: Town) -> None:
    await post(town, {"content": "x"})
    strip_everyone(town, HISTORY)
    assert (await town.raw("GET", f"/channels/{town.room}/messages")).body == []


async def test_pages_of_messages(town: Town) -> None:
    ids = [(await post(town, {"content": str(n)})).body["id"] for n in range(7)]
    path = f"/channels/{town.room}/messages"

    async def page(**query: str) -> list[str]:
        return [m["content"] for m in (await town.raw("GET", path, params=query)).body]

    assert await page(limit="3") == ["6", "5", "4"]
    assert await page(limit="2", before=ids[4]) == ["3", "2"]
    assert await page(limit="2", after=ids[1]) == ["3", "2"]
    assert await page(limit="3", around=ids[3]) == ["4", "3", "2"]
    assert (await town.raw("GET", path, params={"limit": "101"})).status == 400
    assert (await town.raw("GET", path, params={"before": "demain"})).status == 400


async def test_editing_and_deleting(town: Town) -> None:
    said = await town.nicolas.says("général", "à moi")
    path = f"/channels/{town.room}/messages"
    refused = await town.raw("PATCH", f"{path}/{said.id}", {"content": "à toi"})
    assert (refused.status, refused.code) == (403, 50005)
    mine = (await post(town, {"content": "avant"})).body
    changed = await town.raw("PATCH", f"{path}/{mine['id']}", {"content": "après"})
    assert changed.body["content"] == "après"
    assert changed.body["edited_timestamp"]
    assert (await town.raw("DELETE", f"{path}/{said.id}")).status == 204
    assert [m.text for m in await town.nicolas.sees("général")] == ["après"]
    with pytest.raises(Refused) as other:
        await town.nicolas.request("DELETE", f"/channels/{town.room}/messages/{mine['id']}")
    assert other.value.code == 50013


async def test_bulk_delete(town: Town) -> None:
    ids = [(await post(town, {"content": str(n)})).body["id"] for n in range(3)]
    path = f"/channels/{town.room}/messages/bulk-delete"
    assert (await town.raw("POST", path, {"messages": ids[:1]})).code == 50016
    assert (await town.raw("POST", path, {"messages": ids[:2]})).status == 204
    town.sandbox.clock.advance(timedelta(days=15))
    await post(town, {"content": "récent"})
    assert (await town.raw("POST", path, {"messages": [ids[2], str(int(ids[2]) + 1)]})).code == 50034


async def test_replies(town: Town) -> None:
    said = await town.nicolas.says("général", "question")
    reply = await post(town, {"content": "réponse", "message_reference": {"message_id": said.id}})
    assert reply.body["type"] == 19
    assert reply.body["referenced_message"]["id"] == said.id
    lost = {"content": "réponse", "message_reference": {"message_id": "123456789012345678"}}
    assert (await post(town, lost)).status == 400
    strip_everyone(town, HISTORY)
    refused = await post(town, {"content": "x", "message_reference": {"message_id": said.id}})
    assert refused.code == 160002


async def test_files_go_up_and_down(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        room = bot.get_channel(int(town.room))
        assert isinstance(room, discord.TextChannel)
        file = discord.File(io.BytesIO("é à".encode()), "fiche été.txt", description="Une fiche")
        sent = await room.send("voici", file=file)
        (attachment,) = sent.attachments
        assert attachment.size == 5
        assert attachment.description == "Une fiche"
        assert (await attachment.read()).decode() == "é à"
        kept = await sent.edit(content="voilà")
        assert [a.id for a in kept.attachments] == [attachment.id]
        assert (await sent.edit(attachments=[])).attachments == []


async def test_reactions(town: Town, start: Start) -> None:
    said = await town.nicolas.says("général", "une idée")
    await town.nicolas.reacts(said, "👍")
    async with start(Bot()) as bot:
        room = bot.get_channel(int(town.room))
        assert isinstance(room, discord.TextChannel)
        message = await room.fetch_message(int(said.id))
        await message.add_reaction("👍")
        await message.add_reaction("🌿")
        message = await room.fetch_message(int(said.id))
        assert [(str(r.emoji), r.count) for r in message.reactions] == [("👍", 2), ("🌿", 1)]
        assert {u.id async for u in message.reactions[0].users()} == {
            int(town.nicolas.id),
            int(town.app.id),
        }
        burst = message.reactions[0].users(type=discord.ReactionType.burst)
        assert [user async for user in burst] == []
        await message.clear_reactions()
        assert (await room.fetch_message(int(said.id))).reactions == []
    refused = await town.raw("PUT", f"/channels/{town.room}/messages/{said.id}/reactions/rien/@me")
    assert (refused.status, refused.code) == (404, 10014)


async def test_twenty_reactions(town: Town) -> None:
    message = (await post(town, {"content": "x"})).body
    path = f"/channels/{town.room}/messages/{message['id']}/reactions"
    codes = [(await town.raw("PUT", f"{path}/{chr(0x1F600 + n)}/@me")).status for n in range(20)]
    assert codes == [204] * 20
    assert (await town.raw("PUT", f"{path}/🌿/@me")).code == 30010


async def test_pins(town: Town) -> None:
    message = (await post(town, {"content": "règles"})).body
    path = f"/channels/{town.room}/messages/pins"
    assert (await town.raw("PUT", f"{path}/{message['id']}")).status == 204
    listed = (await town.raw("GET", path)).body
    assert [item["message"]["id"] for item in listed["items"]] == [message["id"]]
    assert listed["has_more"] is False
    assert [m.message["type"] for m in await town.nicolas.sees("général")] == [0, 6]  # type: ignore[index]
    assert (await town.raw("DELETE", f"{path}/{message['id']}")).status == 204
    assert (await town.raw("GET", path)).body["items"] == []


async def test_f55_pinning_has_its_own_permission(town: Town) -> None:
    message = (await post(town, {"content": "x"})).body
    strip_everyone(town, 1 << 51)
    refused = await town.raw("PUT", f"/channels/{town.room}/messages/pins/{message['id']}")
    assert (refused.status, refused.code) == (403, 50013)


# --- direct messages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "code"), [("closed", 50278), ("blocked", 50007)])
async def test_f58_the_refusal_comes_on_sending(town: Town, start: Start, policy: str, code: int) -> None:
    await town.nicolas.set_dm_policy(policy)
    opened = await town.raw("POST", "/users/@me/channels", {"recipient_id": int(town.nicolas.id)})
    assert opened.status == 200
    refused = await town.raw("POST", f"/channels/{opened.body['id']}/messages", {"content": "x"})
    assert (refused.status, refused.code) == (403, code)
    since = town.sandbox.journal.last
    async with start(Bot()) as bot:
        user = await bot.fetch_user(int(town.nicolas.id))
        with pytest.raises(discord.Forbidden) as error:
            await user.send("x")
    assert error.value.code == code
    sent = town.sandbox.journal.exchanges("POST", "/channels/{channel_id}/messages", since=since)
    assert len(sent) == 1
    assert await town.nicolas.dms() == []


async def test_f58_no_server_in_common(town: Town) -> None:
    opened = await town.raw("POST", "/users/@me/channels", {"recipient_id": town.nicolas.id})
    await town.nicolas.leaves(town.guild.id)
    refused = await town.raw("POST", f"/channels/{opened.body['id']}/messages", {"content": "x"})
    assert (refused.status, refused.code) == (403, 50278)


async def test_f59_too_many_openings(town: Town) -> None:
    town.sandbox.settings.dm_openings_per_10_minutes = 3
    people = [await town.sandbox.person(f"p{n}", town.guild) for n in range(4)]

    async def opening(person: Any) -> Reply:
        return await town.raw("POST", "/users/@me/channels", {"recipient_id": person.id})

    assert [(await opening(p)).status for p in people[:3]] == [200] * 3
    refused = await opening(people[3])
    assert (refused.status, refused.code) == (403, 40003)
    assert (await opening(people[0])).status == 200
    town.sandbox.clock.advance(timedelta(minutes=10, seconds=1))
    assert (await opening(people[3])).status == 200


async def test_a_direct_conversation_is_one(town: Town) -> None:
    first = await town.raw("POST", "/users/@me/channels", {"recipient_id": town.nicolas.id})
    again = await town.raw("POST", "/users/@me/channels", {"recipient_id": town.nicolas.id})
    assert first.body["id"] == again.body["id"]
    assert [u["id"] for u in first.body["recipients"]] == [town.nicolas.id]
    await town.raw("POST", f"/channels/{first.body['id']}/messages", {"content": "bonjour"})
    assert [m.text for m in await town.nicolas.dms()] == ["bonjour"]
    stranger: App = town.sandbox.world.add_app("Autre", token="autre")
    raw = Raw(town.sandbox, stranger.token)
    assert (await raw("GET", f"/channels/{first.body['id']}/messages")).code == 10003
    await raw.close()


async def test_a_bot_does_not_write_to_bots(town: Town) -> None:
    refused = await town.raw("POST", "/users/@me/channels", {"recipient_id": town.app.id})
    assert refused.code == 50007


async def test_concurrent_posts_keep_their_order(town: Town) -> None:
    replies = await asyncio.gather(*[post(town, {"content": str(n)}) for n in range(20)])
    ids = [int(r.body["id"]) for r in replies]
    assert len(set(ids)) == 20
    shown = await town.nicolas.sees("général")
    assert [int(m.id) for m in shown] == sorted(ids)
