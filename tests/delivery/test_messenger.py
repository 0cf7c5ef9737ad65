"""The real discord.py client on the sandbox: said once, found again, and each refusal has its name."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.client import point_at
from bot.messenger import DiscordMessenger, mark_of
from community.ports import Button, DeliveryError, Failure, Messenger, Outgoing
from prompts import Words
from prompts.text import Text
from sandbox import Channel, Guild, Person, Sandbox

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    manage_roles=True,
    manage_threads=True,
)


@dataclass
class Scene:
    sandbox: Sandbox
    guild: Guild
    client: discord.Client
    messenger: DiscordMessenger
    ada: Person
    room: Channel
    forum: Channel

    @property
    def since(self) -> Any:
        return self.sandbox.clock.now() - timedelta(minutes=5)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with Sandbox() as sandbox:
        guild = sandbox.world.add_guild("Réseau")
        room = sandbox.world.add_channel(guild, "annonces")
        tags = [{"name": "Mobilité", "moderated": False}, {"name": "Eau", "moderated": False}]
        forum = sandbox.world.add_channel(guild, "pratiques", type=15, available_tags=tags)
        app = sandbox.world.add_app("Entre-pairs", intents={"members"})
        sandbox.world.invite(app, guild, permissions=PERMISSIONS.value)
        ada = await sandbox.person("Ada", guild)
        point_at(sandbox.api)
        client = discord.Client(intents=discord.Intents(guilds=True), max_messages=None)
        await client.login(app.token)
        yield Scene(sandbox, guild, client, DiscordMessenger(client, Words()), ada, room, forum)
        await client.close()


def saying(body: str, *, title: str = "Titre", buttons: Sequence[Button] = (), **options: Any) -> Outgoing:
    return Outgoing(Text(title, body), "fr", (buttons,) if buttons else (), **options)


def is_a_messenger(messenger: DiscordMessenger) -> Messenger:
    return messenger


async def test_the_same_nonce_says_it_once(scene: Scene) -> None:
    first = await scene.messenger.post(scene.room.id, saying("Bonjour"), nonce="1-0-0-x")
    again = await scene.messenger.post(scene.room.id, saying("Bonjour"), nonce="1-0-0-x")
    other = await scene.messenger.post(scene.room.id, saying("Bonjour"), nonce="2-0-0-x")
    assert first == again != other
    seen = await scene.ada.sees("annonces")
    assert [message.id for message in seen] == [first, other]
    assert "Titre" in seen[0].text
    assert "Bonjour" in seen[0].text


async def test_a_message_deleted_since_counts_as_said(scene: Scene) -> None:
    first = await scene.messenger.post(scene.room.id, saying("Bonjour"), nonce="1-0-0-x")
    scene.sandbox.world.delete_message(scene.room, first)
    assert await scene.messenger.post(scene.room.id, saying("Bonjour"), nonce="1-0-0-x") == ""


async def test_a_message_is_found_long_after_its_nonce_is_forgotten(scene: Scene) -> None:
    since = scene.since
    said = await scene.messenger.post(scene.room.id, saying("Bonjour"), nonce="1-0-0-x")
    await scene.messenger.post(scene.room.id, saying("Autre"), nonce="2-0-0-x")
    await scene.ada.says("annonces", "merci")
    scene.sandbox.clock.advance(timedelta(days=2))
    assert await scene.messenger.find_post(scene.room.id, "1-0-0-x", since=since) == said
    assert await scene.messenger.find_post(scene.room.id, "3-0-0-x", since=since) is None
    assert await scene.messenger.find_post(scene.room.id, "1-0-0-x", since=scene.since) is None


async def test_only_those_named_are_pinged(scene: Scene) -> None:
    text = f"<@{scene.ada.id}> @everyone"
    await scene.messenger.post(scene.room.id, saying(text), nonce="1")
    await scene.messenger.post(scene.room.id, saying(text, mentions=[scene.ada.id]), nonce="2")
    messages = [seen.message for seen in await scene.ada.sees("annonces")]
    assert [[user["id"] for user in message["mentions"]] for message in messages if message] == [
        [],
        [scene.ada.id],
    ]
    assert not any(message["mention_everyone"] for message in messages if message)


async def test_a_message_is_edited(scene: Scene) -> None:
    said = await scene.messenger.post(scene.room.id, saying("Avant"), nonce="1")
    await scene.messenger.edit(scene.room.id, said, saying("Après"))
    (seen,) = await scene.ada.sees("annonces")
    assert "Après" in seen.text
    assert "Avant" not in seen.text


@pytest.mark.parametrize("buttons", [(), (Button("common.open", 7),)])
@pytest.mark.parametrize("archived", [False, True])
async def test_a_thread_is_found_by_its_mark(scene: Scene, buttons: Sequence[Button], archived: bool) -> None:
    since = scene.since
    message = saying("Une pratique", title="Vélos *partagés*", buttons=buttons, tags=["eau", "Inconnu"])
    other = await scene.messenger.open_thread(scene.forum.id, message, marker="1-0-0-x")
    thread = await scene.messenger.open_thread(scene.forum.id, message, marker="2-0-0-x")
    if archived:
        for ref in (other, thread):
            scene.sandbox.world.edit_thread(scene.sandbox.world.channels[ref], {"archived": True})
    assert await scene.messenger.find_thread(scene.forum.id, "2-0-0-x", since=since) == thread
    assert await scene.messenger.find_thread(scene.forum.id, "3-0-0-x", since=since) is None
    posts = await scene.ada.posts("pratiques")
    assert {post["name"] for post in posts} == {"Vélos partagés"}
    (water,) = [tag["id"] for tag in scene.forum.data["available_tags"] if tag["name"] == "Eau"]
    assert {tuple(post["applied_tags"]) for post in posts} == {(water,)}


@pytest.mark.parametrize("archived", [False, True])
async def test_the_first_message_of_a_thread_is_edited(scene: Scene, archived: bool) -> None:
    thread = await scene.messenger.open_thread(scene.forum.id, saying("Avant"), marker="1")
    if archived:
        scene.sandbox.world.edit_thread(scene.sandbox.world.channels[thread], {"archived": True})
    await scene.messenger.edit(thread, thread, saying("Après"))
    (post,) = await scene.ada.posts("pratiques")
    assert post["message"]["content"] == "Après"


async def test_where_a_tag_is_required_the_last_one_stays(scene: Scene) -> None:
    """Taking it off would be refused, and the thread's state would not follow."""
    thread = await scene.messenger.open_thread(
        scene.forum.id, saying("Une pratique", tags=["Eau"]), marker="1"
    )
    scene.sandbox.world.edit_channel(scene.forum, {"flags": 1 << 4})
    await scene.messenger.keep_thread(thread, archived=False, locked=True, tags={"Eau": False})
    (post,) = await scene.ada.posts("pratiques")
    assert len(post["applied_tags"]) == 1
    assert post["thread_metadata"]["locked"] is True
    await scene.messenger.keep_thread(
        thread, archived=False, locked=True, tags={"Eau": False, "Mobilité": True}
    )
    (post,) = await scene.ada.posts("pratiques")
    names = {tag["id"]: tag["name"] for tag in scene.forum.data["available_tags"]}
    assert [names[tag] for tag in post["applied_tags"]] == ["Mobilité"]


async def test_a_tag_for_moderators_is_no_way_out(scene: Scene) -> None:
    """Nobody chose it for what the bot says; one more is made, where the bot may."""
    tags = [{**tag, "moderated": True} for tag in scene.forum.data["available_tags"]]
    scene.sandbox.world.edit_channel(scene.forum, {"flags": 1 << 4, "available_tags": tags})
    with pytest.raises(DeliveryError) as refused:
        await scene.messenger.open_thread(scene.forum.id, saying("Une pratique"), marker="1")
    assert refused.value.failure is Failure.UNTAGGED
    role = next(role for role in scene.guild.roles.values() if role["managed"])
    rights = str(PERMISSIONS.value | discord.Permissions(manage_channels=True).value)
    scene.sandbox.world.edit_role(scene.guild, role["id"], {"permissions": rights})
    await scene.messenger.open_thread(scene.forum.id, saying("Une pratique"), marker="1")
    assert [tag["name"] for tag in scene.forum.data["available_tags"]] == ["Mobilité", "Eau", "Autre"]


async def test_roles_are_given_and_taken_twice_without_harm(scene: Scene) -> None:
    role = scene.sandbox.world.add_role(scene.guild, "Membre")
    for _ in range(2):
        await scene.messenger.grant_role(scene.guild.id, scene.ada.id, role["id"], reason="admise")
        assert role["id"] in scene.guild.members[scene.ada.id]["roles"]
    for _ in range(2):
        await scene.messenger.revoke_role(scene.guild.id, scene.ada.id, role["id"], reason="partie")
        assert role["id"] not in scene.guild.members[scene.ada.id]["roles"]


async def test_a_private_message_arrives_or_is_refused_by_name(scene: Scene) -> None:
    channel = await scene.messenger.open_direct(scene.ada.id)
    assert await scene.messenger.open_direct(scene.ada.id) == channel
    await scene.messenger.post(channel, saying("En privé"), nonce="1")
    assert len(await scene.ada.dms()) == 1
    await scene.ada.set_dm_policy("closed")
    with pytest.raises(DeliveryError) as refusal:
        await scene.messenger.post(channel, saying("Encore"), nonce="2")
    assert refusal.value.failure is Failure.CLOSED


async def refused(scene: Scene, channel_ref: str, message: Outgoing | None = None) -> DeliveryError:
    with pytest.raises(DeliveryError) as refusal:
        await scene.messenger.post(channel_ref, message or saying("Bonjour"), nonce="1")
    return refusal.value


async def test_what_is_deleted_is_gone(scene: Scene) -> None:
    scene.sandbox.world.delete_channel(scene.room)
    assert (await refused(scene, scene.room.id)).failure is Failure.GONE
    scene.sandbox.world.delete_channel(scene.forum)
    with pytest.raises(DeliveryError) as refusal:
        await scene.messenger.open_thread(scene.forum.id, saying("Une pratique"), marker="1")
    assert refusal.value.failure is Failure.GONE


async def test_what_is_hidden_is_forbidden(scene: Scene) -> None:
    everyone = {"id": scene.guild.id, "type": 0, "allow": "0", "deny": str(1 << 10)}
    scene.sandbox.world.set_overwrite(scene.room, everyone)
    failure = await refused(scene, scene.room.id)
    assert (failure.failure, failure.unsure) == (Failure.FORBIDDEN, False)


@pytest.mark.parametrize(
    ("fault", "failure", "unsure"),
    [
        ({"kind": "status", "status": 503}, Failure.RETRY, True),
        ({"kind": "apply_then_status", "status": 503}, Failure.RETRY, True),
        ({"kind": "drop"}, Failure.RETRY, True),
        ({"kind": "apply_then_drop"}, Failure.RETRY, True),
    ],
)
async def test_a_lost_answer_is_unsure(
    scene: Scene, fault: dict[str, Any], failure: Failure, unsure: bool
) -> None:
    scene.sandbox.faults.add(**fault, method="POST", route="/channels/*/messages")
    error = await refused(scene, scene.room.id)
    assert (error.failure, error.unsure) == (failure, unsure)
    applied = fault["kind"].startswith("apply")
    found = await scene.messenger.find_post(scene.room.id, "1", since=scene.since)
    assert (found is not None) == applied


async def test_opening_too_many_private_channels_says_slow_down(scene: Scene) -> None:
    scene.sandbox.settings = replace(scene.sandbox.settings, dm_openings_per_10_minutes=1)
    await scene.messenger.open_direct(scene.ada.id)
    bob = await scene.sandbox.person("Bob", scene.guild)
    with pytest.raises(DeliveryError) as refusal:
        await scene.messenger.open_direct(bob.id)
    assert refusal.value.failure is Failure.SLOW_DOWN


def test_marks_are_far_from_the_ids_that_discord_gives() -> None:
    marks = {mark_of(f"{number}-0-0-x") for number in range(1000)}
    assert len(marks) == 1000
    assert all(1 << 30 <= mark < 1 << 31 for mark in marks)
