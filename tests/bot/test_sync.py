"""Commands go to Discord when they changed, and only then."""

import discord
import pytest
from discord import app_commands

from bot import sync
from bot.client import Publish
from storage.engine import Database
from tests.bot.conftest import Stage


async def start(stage: Stage, publish: Publish = "changed") -> None:
    async with stage.running(publish=publish):
        pass


async def test_published_once_then_only_on_demand(stage: Stage) -> None:
    await start(stage)
    assert stage.puts() == 1
    await start(stage)
    assert stage.puts() == 1
    await start(stage, "always")
    assert stage.puts() == 2


async def test_published_in_both_languages(stage: Stage) -> None:
    await start(stage)
    person = await stage.owner()
    offered = {command["name"]: command["name_localized"] for command in await person.commands()}
    assert offered["resource"] == "ressource"
    assert offered["network"] == "réseau"


def tree(*names: str) -> app_commands.CommandTree[discord.Client]:
    made = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))

    async def answer(interaction: discord.Interaction) -> None:
        """Never called."""

    for name in names:
        made.add_command(app_commands.Command(name=name, description="…", callback=answer))
    return made


async def test_the_digest_ignores_order_and_sees_every_change() -> None:
    one, other = await sync.payload(tree("a", "b")), await sync.payload(tree("b", "a"))
    assert sync.digest(one) == sync.digest(other)
    assert sync.digest(one) != sync.digest(await sync.payload(tree("a", "c")))
    other[0]["options"] = [{"name": "query"}]
    assert sync.digest(one) != sync.digest(other)


async def test_a_refused_publication_is_tried_again(stage: Stage, sqlite_db: Database) -> None:
    runner = stage.runner()
    from bot import compose

    connected = compose.connect(runner._parts, members=False, publish="never")
    await connected.client.login(stage.app.token)
    bad = app_commands.Command(name="bad", description="x" * 200, callback=_nothing)
    connected.client.tree.add_command(bad)
    options = {"application_id": int(stage.app.id), "api": stage.sandbox.api}
    with pytest.raises(app_commands.CommandSyncFailure):
        await sync.sync_if_changed(connected.client.tree, sqlite_db, **options)
    connected.client.tree.remove_command("bad")
    assert await sync.sync_if_changed(connected.client.tree, sqlite_db, **options)
    assert not await sync.sync_if_changed(connected.client.tree, sqlite_db, **options)
    await connected.client.close()
    await runner._parts.db.dispose()


async def _nothing(interaction: discord.Interaction) -> None:
    """Never called."""
