"""Roles, channels, forums, threads and scheduled events: checks F48 to F57."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import discord
import pytest

from sandbox.rights import CREATE_EVENTS, MANAGE_CHANNELS, MANAGE_ROLES, MANAGE_THREADS
from sandbox.world import Channel
from tests.sandbox.conftest import Town
from tests.sandbox.test_messages import strip_everyone
from tests.sandbox.tools import Bot, Reply

Start = Callable[..., Any]
REQUIRE_TAG = 1 << 4


def forum(town: Town, **fields: Any) -> Channel:
    return town.sandbox.world.add_channel(town.guild, "pratiques", type=15, **fields)


def post_body(**fields: Any) -> dict[str, Any]:
    return {"name": "Une pratique", "message": {"content": "texte"}, **fields}


# --- roles -------------------------------------------------------------------------------------------------


async def test_f48_only_roles_below_one_s_own(town: Town, start: Start) -> None:
    world = town.sandbox.world
    world.set_intents(town.app, {"members"})
    low, high = world.add_role(town.guild, "Membre"), world.add_role(town.guild, "Direction")
    managed = next(r for r in town.guild.roles.values() if r["managed"])
    world.move_roles(town.guild, {high["id"]: 3})
    assert high["position"] > managed["position"] > low["position"]
    path = f"/guilds/{town.guild.id}/members/{town.nicolas.id}/roles"
    for role in (high, managed):
        refused = await town.raw("PUT", f"{path}/{role['id']}")
        assert (refused.status, refused.code) == (403, 50013)
    assert town.guild.members[town.nicolas.id]["roles"] == []
    intents = discord.Intents.default()
    intents.members = True
    async with start(Bot(intents)) as bot:
        assert (await town.raw("PUT", f"{path}/{low['id']}")).status == 204
        _, after = await bot.hears("member_update")
        assert [r.name for r in after.roles][1:] == ["Membre"]
        assert (await town.raw("PUT", f"{path}/{low['id']}")).status == 204
        assert (await town.raw("DELETE", f"{path}/{low['id']}")).status == 204
        await bot.hears("member_update", 2)
    assert (await town.raw("PUT", f"{path}/123")).code == 10011
    unknown = await town.raw("PUT", f"/guilds/{town.guild.id}/members/123/roles/{low['id']}")
    assert unknown.code == 10007


async def test_roles_are_made_with_permissions_one_has(town: Town) -> None:
    path = f"/guilds/{town.guild.id}/roles"
    made = await town.raw("POST", path, {"name": "Membre", "permissions": "1024", "color": 255})
    assert made.status == 200
    assert made.body["colors"]["primary_color"] == 255
    assert made.body["position"] == 1
    refused = await town.raw("POST", path, {"name": "Tout", "permissions": "8"})
    assert (refused.status, refused.code) == (403, 50013)
    changed = await town.raw("PATCH", f"{path}/{made.body['id']}", {"name": "Pair"})
    assert changed.body["name"] == "Pair"
    assert (await town.raw("DELETE", f"{path}/{made.body['id']}")).status == 204
    strip_everyone(town, MANAGE_ROLES)
    assert (await town.raw("POST", path, {"name": "x"})).code == 50013


async def test_role_sizes(town: Town) -> None:
    role = town.sandbox.world.add_role(town.guild, "Membre")
    town.sandbox.world.give_role(town.guild, town.nicolas.id, "Membre")
    counts = (await town.raw("GET", f"/guilds/{town.guild.id}/roles/member-counts")).body
    assert counts[role["id"]] == 1


async def test_f64_the_list_of_members_needs_the_toggle(town: Town) -> None:
    path = f"/guilds/{town.guild.id}/members"
    refused = await town.raw("GET", path, params={"limit": "10"})
    assert (refused.status, refused.code) == (403, 50001)
    found = await town.raw("GET", f"{path}/search", params={"query": "nic"})
    assert [m["user"]["id"] for m in found.body] == [town.nicolas.id]
    town.sandbox.world.set_intents(town.app, {"members"})
    assert len((await town.raw("GET", path, params={"limit": "10"})).body) == 3


async def test_servers_that_a_bot_is_not_in(town: Town) -> None:
    other = town.sandbox.world.add_guild("Ailleurs")
    assert (await town.raw("GET", f"/guilds/{other.id}")).code == 50001
    assert (await town.raw("GET", "/guilds/123")).code == 10004
    assert (await town.raw("GET", f"/channels/{other.channel('général').id}")).code == 50001


async def test_the_audit_log_keeps_reasons(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        guild = bot.get_guild(int(town.guild.id))
        assert guild is not None
        await guild.create_role(name="Membre", reason="mise en place à l’été")
        entries = [entry async for entry in guild.audit_logs(limit=5)]
    assert (entries[0].action, entries[0].reason) == (
        discord.AuditLogAction.role_create,
        "mise en place à l’été",
    )


# --- channels ----------------------------------------------------------------------------------------------


async def test_channels_are_made_moved_and_deleted(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        guild = bot.get_guild(int(town.guild.id))
        assert guild is not None
        category = await guild.create_category("Réseau")
        hidden = {
            guild.default_role: discord.PermissionOverwrite(view_channel=False),
            guild.me: discord.PermissionOverwrite(view_channel=True),
        }
        room = await guild.create_text_channel("Le Conseil", category=category, overwrites=hidden)
        assert room.name == "le-conseil"
        assert "le-conseil" not in [c["name"] for c in (await town.nicolas.me())["guilds"][0]["channels"]]
        await room.set_permissions(guild.default_role, overwrite=None)
        assert "le-conseil" in [c["name"] for c in (await town.nicolas.me())["guilds"][0]["channels"]]
        await room.edit(topic="Ordre du jour")
        assert town.guild.channel("le-conseil").data["topic"] == "Ordre du jour"
        await category.delete()
        assert town.guild.channel("le-conseil").data["parent_id"] is None
        await room.delete()
    with pytest.raises(KeyError):
        town.guild.channel("le-conseil")


async def test_channels_need_a_permission(town: Town) -> None:
    strip_everyone(town, MANAGE_CHANNELS)
    refused = await town.raw("POST", f"/guilds/{town.guild.id}/channels", {"name": "x"})
    assert (refused.status, refused.code) == (403, 50013)


# --- forums and threads ------------------------------------------------------------------------------------


async def test_f50_tags(town: Town) -> None:
    tags = [{"name": f"thème {n}"} for n in range(6)]
    place = forum(town, available_tags=tags, flags=REQUIRE_TAG)
    path = f"/channels/{place.id}/threads"
    refused = await town.raw("POST", path, post_body())
    assert (refused.status, refused.code) == (400, 40067)
    ids = [tag["id"] for tag in place.data["available_tags"]]
    refused = await town.raw("POST", path, post_body(applied_tags=ids))
    assert refused.status == 400
    assert refused.body["errors"]["applied_tags"]
    assert (await town.raw("POST", path, post_body(applied_tags=ids[:5]))).status == 201
    many = {"available_tags": [{"name": str(n)} for n in range(21)]}
    refused = await town.raw("PATCH", f"/channels/{place.id}", many)
    assert refused.status == 400
    assert refused.code in (30048, 50035)


async def test_f51_a_post_through_discord_py(town: Town, start: Start) -> None:
    place = forum(town)
    async with start(Bot()) as bot:
        channel = bot.get_channel(int(place.id))
        assert isinstance(channel, discord.ForumChannel)
        made = await channel.create_thread(name="Une pratique", content="texte")
        assert made.thread.id == made.message.id
        await bot.hears("message")
        assert bot.names().index("thread_create") < bot.names().index("message")
    created: Any = town.sandbox.journal.frames("out", t="THREAD_CREATE")[0].d
    assert created["newly_created"] is True
    refused = await town.raw("POST", f"/channels/{place.id}/messages", {"content": "x"})
    assert (refused.status, refused.code) == (400, 40058)
    (post,) = await town.nicolas.posts("pratiques")
    assert post["message"]["content"] == "texte"


async def test_a_refused_starter_leaves_no_thread(town: Town) -> None:
    place = forum(town)
    for message in ({}, {"content": "x" * 2001}):
        assert (
            await town.raw("POST", f"/channels/{place.id}/threads", post_body(message=message))
        ).status == 400
    assert town.guild.threads == {}


async def test_f52_writing_reopens(town: Town, start: Start) -> None:
    place = forum(town)
    made = (await town.raw("POST", f"/channels/{place.id}/threads", post_body())).body
    await town.raw("PATCH", f"/channels/{made['id']}", {"archived": True})
    async with start(Bot()) as bot:
        since = town.sandbox.journal.last
        assert (
            await town.raw("POST", f"/channels/{made['id']}/messages", {"content": "retour"})
        ).status == 200
        await bot.hears("thread_join")
        await bot.hears("message")
    frames = [f.t for f in town.sandbox.journal.frames("out", since=since)]
    assert frames[:3] == ["THREAD_UPDATE", "THREAD_MEMBER_UPDATE", "MESSAGE_CREATE"]
    assert town.guild.threads[made["id"]].archived is False


async def test_f53_archived_and_locked(town: Town) -> None:
    place = forum(town)
    made = (await town.raw("POST", f"/channels/{place.id}/threads", post_body())).body
    path = f"/channels/{made['id']}"
    assert (await town.raw("PATCH", path, {"archived": True, "locked": True})).status == 200
    refused = await town.raw("PATCH", path, {"name": "Autre nom"})
    assert (refused.status, refused.code) == (400, 50083)
    strip_everyone(town, MANAGE_THREADS)
    refused = await town.raw("POST", f"{path}/messages", {"content": "x"})
    assert (refused.status, refused.code) == (403, 160005)


async def test_reactions_and_edits_wait_for_an_open_thread(town: Town) -> None:
    place = forum(town)
    made = (await town.raw("POST", f"/channels/{place.id}/threads", post_body())).body
    path = f"/channels/{made['id']}"
    await town.raw("PATCH", path, {"archived": True})
    message = f"{path}/messages/{made['id']}"
    assert (await town.raw("PATCH", message, {"content": "x"})).code == 50083
    assert (await town.raw("PUT", f"{message}/reactions/👍/@me")).code == 50083
    assert (await town.raw("PUT", f"{path}/thread-members/@me")).code == 50083
    assert (await town.raw("DELETE", message)).status == 204


async def test_threads_under_messages(town: Town) -> None:
    said = await town.nicolas.says("général", "rencontre demain")
    path = f"/channels/{town.room}/messages/{said.id}/threads"
    made = await town.raw("POST", path, {"name": "Rencontre"})
    assert made.status == 201
    assert made.body["id"] == said.id
    again = await town.raw("POST", path, {"name": "Rencontre"})
    assert (again.status, again.code) == (400, 160004)
    bare = await town.raw("POST", f"/channels/{town.room}/threads", {"name": "À part"})
    assert bare.body["type"] == 12
    active = (await town.raw("GET", f"/guilds/{town.guild.id}/threads/active")).body
    assert {t["id"] for t in active["threads"]} == {said.id, bare.body["id"]}


async def test_private_threads_are_for_their_members(town: Town) -> None:
    made = (await town.raw("POST", f"/channels/{town.room}/threads", {"name": "À part"})).body
    assert made["id"] not in [t["id"] for t in (await town.nicolas.me())["guilds"][0]["threads"]]
    await town.raw("PUT", f"/channels/{made['id']}/thread-members/{town.nicolas.id}")
    assert made["id"] in [t["id"] for t in (await town.nicolas.me())["guilds"][0]["threads"]]
    await town.raw("POST", f"/channels/{made['id']}/messages", {"content": "entre nous"})
    assert [m.text for m in await town.nicolas.sees("À part")] == ["entre nous"]


async def test_quiet_threads_archive_by_themselves(town: Town) -> None:
    place = forum(town)
    made = (await town.raw("POST", f"/channels/{place.id}/threads", post_body(auto_archive_duration=60))).body
    thread = town.guild.threads[made["id"]]
    town.sandbox.clock.advance(timedelta(minutes=59))
    await town.nicolas.says(thread.id, "encore là")
    town.sandbox.clock.advance(timedelta(minutes=59))
    assert not thread.archived
    town.sandbox.clock.advance(timedelta(minutes=2))
    assert thread.archived
    listed = (await town.raw("GET", f"/channels/{place.id}/threads/archived/public")).body
    assert [t["id"] for t in listed["threads"]] == [thread.id]
    assert listed["has_more"] is False


async def test_too_many_active_threads(town: Town) -> None:
    town.sandbox.settings.active_threads = 1
    place = forum(town)
    await town.raw("POST", f"/channels/{place.id}/threads", post_body())
    refused = await town.raw("POST", f"/channels/{place.id}/threads", post_body())
    assert (refused.status, refused.code) == (400, 160006)


# --- scheduled events --------------------------------------------------------------------------------------


def meeting(town: Town, **changes: Any) -> dict[str, Any]:
    now = town.sandbox.clock.now()
    return {
        "name": "Rencontre",
        "privacy_level": 2,
        "entity_type": 3,
        "scheduled_start_time": (now + timedelta(hours=1)).isoformat(),
        "scheduled_end_time": (now + timedelta(hours=2)).isoformat(),
        "entity_metadata": {"location": "Mairie"},
        **changes,
    }


async def create(town: Town, **changes: Any) -> Reply:
    return await town.raw("POST", f"/guilds/{town.guild.id}/scheduled-events", meeting(town, **changes))


async def test_f54_external_events(town: Town) -> None:
    assert (await create(town)).status == 200
    refused = await create(town, scheduled_end_time=None)
    assert refused.body["errors"]["scheduled_end_time"]
    refused = await create(town, entity_metadata={})
    assert refused.code == 50035
    assert refused.body["errors"]["entity_metadata"]
    past = (town.sandbox.clock.now() - timedelta(minutes=1)).isoformat()
    refused = await create(town, scheduled_start_time=past)
    assert refused.leaf("scheduled_start_time") == "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST"


async def test_f54_a_hundred_events(town: Town) -> None:
    for _ in range(100):
        town.sandbox.world.add_event(town.guild, town.app.user, meeting(town))
    refused = await create(town)
    assert (refused.status, refused.code) == (400, 30038)


async def test_f55_creating_has_its_own_permission(town: Town) -> None:
    strip_everyone(town, CREATE_EVENTS)
    refused = await create(town)
    assert (refused.status, refused.code) == (403, 50013)


async def test_f56_moves_of_status(town: Town, start: Start) -> None:
    made = (await create(town)).body
    path = f"/guilds/{town.guild.id}/scheduled-events/{made['id']}"
    refused = await town.raw("PATCH", path, {"status": 3})
    assert (refused.status, refused.code) == (400, 50035)
    async with start(Bot()) as bot:
        for status in (2, 3):
            assert (await town.raw("PATCH", path, {"status": status})).body["status"] == status
        await bot.hears("scheduled_event_update", 2)
    refused = await town.raw("PATCH", path, {"name": "Trop tard"})
    assert refused.code == 180000


@pytest.mark.parametrize(
    "rule",
    [
        {"frequency": 2, "interval": 1, "by_weekday": [0, 1]},
        {"frequency": 1, "interval": 2, "by_n_weekday": [{"n": 1, "day": 2}]},
        {"frequency": 2, "interval": 1, "by_weekday": [0], "count": 3},
    ],
    ids=["two weekdays", "every other month", "count"],
)
async def test_f57_recurrences_that_are_refused(town: Town, rule: dict[str, Any]) -> None:
    rule["start"] = meeting(town)["scheduled_start_time"]
    refused = await create(town, recurrence_rule=rule)
    assert (refused.status, refused.code) == (400, 50035)
    assert refused.body["errors"]["recurrence_rule"]


async def test_events_follow_the_clock_and_their_readers(town: Town) -> None:
    made = (await create(town)).body
    await town.nicolas.interested(made["id"])
    path = f"/guilds/{town.guild.id}/scheduled-events/{made['id']}"
    users = (await town.raw("GET", f"{path}/users", params={"with_member": "true"})).body
    assert [u["user"]["id"] for u in users] == [town.nicolas.id]
    assert (await town.raw("GET", path, params={"with_user_count": "true"})).body["user_count"] == 1
    assert "user_count" not in (await town.raw("GET", path)).body
    town.sandbox.clock.advance(timedelta(hours=1, minutes=1))
    assert (await town.raw("GET", path)).body["status"] == 2
    town.sandbox.clock.advance(timedelta(hours=1))
    assert (await town.raw("GET", path)).body["status"] == 3
    assert (await town.raw("GET", f"/guilds/{town.guild.id}/scheduled-events")).body == []


async def test_a_weekly_event_comes_back(town: Town) -> None:
    body = meeting(town)
    weekday = (town.sandbox.clock.now() + timedelta(hours=1)).weekday()
    start = body["scheduled_start_time"]
    rule = {"frequency": 2, "interval": 1, "by_weekday": [weekday], "start": start}
    made = (await create(town, recurrence_rule=rule)).body
    town.sandbox.clock.advance(timedelta(hours=3))
    event = town.guild.events[made["id"]]
    assert event["status"] == 1
    assert event["scheduled_start_time"] > start
