"""Application commands: checks F44 to F47, and what people are offered."""

from collections.abc import Callable
from typing import Any

import discord
import pytest
from discord import app_commands

from tests.sandbox.conftest import Town
from tests.sandbox.tools import Bot, Reply

Start = Callable[..., Any]


def option(name: str, *, required: bool = False) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": "d", "required": required}


def command(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "description": "d", **fields}


async def put(town: Town, commands: list[dict[str, Any]], scope: str = "") -> Reply:
    return await town.raw("PUT", f"/applications/{town.app.id}{scope}/commands", commands)


async def names(town: Town, scope: str = "") -> dict[str, str]:
    listed = (await town.raw("GET", f"/applications/{town.app.id}{scope}/commands")).body
    return {c["name"]: c["id"] for c in listed}


async def test_f44_one_bad_command_refuses_them_all(town: Town) -> None:
    await put(town, [command("ancien")])
    before = await names(town)
    bad = command("nouveau", options=[option("a"), option("b", required=True)])
    refused = await put(town, [command("bon"), bad])
    assert (refused.status, refused.code) == (400, 50035)
    assert refused.leaf("1.options.1") == "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
    assert await names(town) == before


async def test_f44_discord_py_names_the_command(town: Town, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(name="bavard", description="d")
    @app_commands.describe(mot="m")
    async def talkative(interaction: discord.Interaction, mot: str) -> None: ...

    bot.setup = lambda: setattr(talkative, "description", "x" * 101)
    with pytest.raises(app_commands.CommandSyncFailure, match="bavard"):
        async with start(bot):
            pass


async def test_f45_identifiers_stay_with_names(town: Town) -> None:
    await put(town, [command("un"), command("deux")])
    before = await names(town)
    day = dict(town.app.creations)
    await put(town, [command("un", description="autre"), command("trois")])
    after = await names(town)
    assert set(after) == {"un", "trois"}
    assert after["un"] == before["un"]
    assert after["trois"] not in before.values()
    assert {key: value - day[key] for key, value in town.app.creations.items()} == dict.fromkeys(day, 1)


async def test_f45_two_hundred_creations_a_day(town: Town) -> None:
    for number in range(2):
        await put(town, [command(f"c{number}-{n}") for n in range(100)])
    refused = await put(town, [command("de-trop")])
    assert (refused.status, refused.code) == (400, 30034)


async def test_f46_limits_of_a_scope(town: Town) -> None:
    assert (await put(town, [command(f"c{n}") for n in range(100)])).status == 200
    refused = await put(town, [command(f"c{n}") for n in range(101)])
    assert refused.status == 400
    assert refused.code in (30032, 50035)


async def test_f46_eight_thousand_characters(town: Town) -> None:
    choices = [{"name": f"{n:02}" + "n" * 98, "value": "v" * 100} for n in range(25)]
    options = [{**option(f"o{n}"), "choices": choices} for n in range(2)]
    refused = await put(town, [command("gros", options=options)])
    assert refused.status == 400
    assert "APPLICATION_COMMAND_TOO_LARGE" in str(refused.body)


async def test_f46_names_are_in_lower_case(town: Town) -> None:
    refused = await put(town, [command("Bonjour")])
    assert refused.status == 400
    assert refused.body["errors"]["0"]["name"]


async def test_f47_permissions_come_back_as_text(town: Town, start: Start) -> None:
    bot = Bot()

    @bot.tree.command(name="regler", description="d")
    @app_commands.default_permissions(manage_guild=True)
    async def settle(interaction: discord.Interaction) -> None: ...

    async with start(bot):
        (listed,) = await bot.tree.fetch_commands()
        assert listed.default_member_permissions == discord.Permissions(manage_guild=True)
    sent = town.sandbox.journal.exchanges("PUT")[0].request
    assert isinstance(sent[0]["default_member_permissions"], int)
    (raw,) = (await town.raw("GET", f"/applications/{town.app.id}/commands")).body
    assert raw["default_member_permissions"] == "32"


async def test_commands_of_one_server(town: Town) -> None:
    other = town.sandbox.world.add_guild("Autre")
    town.sandbox.world.invite(town.app, other)
    await put(town, [command("partout")])
    await put(town, [command("ici")], f"/guilds/{town.guild.id}")
    assert {c["name"] for c in await town.nicolas.commands("général")} == {"partout", "ici"}
    await town.nicolas.joins(other.id)
    stranger = await town.sandbox.person("Leïla", other)
    assert {c["name"] for c in await stranger.commands("général")} == {"partout"}


async def test_one_command_at_a_time(town: Town) -> None:
    path = f"/applications/{town.app.id}/commands"
    made = await town.raw("POST", path, command("un"))
    assert made.status == 201
    assert made.body["id"]
    again = await town.raw("POST", path, command("un", description="autre"))
    assert (again.status, again.body["id"]) == (200, made.body["id"])
    one = f"{path}/{made.body['id']}"
    assert (await town.raw("PATCH", one, {"description": "encore"})).body["description"] == "encore"
    assert (await town.raw("DELETE", one)).status == 204
    assert (await town.raw("GET", one)).code == 10063


async def test_names_in_the_reader_s_language(town: Town) -> None:
    localised = command(
        "search",
        name_localizations={"fr": "chercher"},
        description_localizations={"fr": "Chercher une ressource"},
        options=[{**option("query"), "name_localizations": {"fr": "mots"}}],
    )
    await put(town, [localised])
    (french,) = await town.nicolas.commands("général")
    assert (french["name_localized"], french["description_localized"]) == (
        "chercher",
        "Chercher une ressource",
    )
    assert french["options"][0]["name_localized"] == "mots"
    english = await town.sandbox.person("Ann", town.guild, locale="en-GB")
    (shown,) = await english.commands("général")
    assert shown["name_localized"] == "search"


async def test_commands_for_some_only(town: Town) -> None:
    world = town.sandbox.world
    await put(town, [command("regler", default_member_permissions="32"), command("tous")])
    assert {c["name"] for c in await town.nicolas.commands("général")} == {"tous"}
    world.add_role(town.guild, "Animation", permissions=32)
    world.give_role(town.guild, town.nicolas.id, "Animation")
    assert {c["name"] for c in await town.nicolas.commands("général")} == {"regler", "tous"}


async def test_commands_of_another_s_application_are_not_yours(town: Town) -> None:
    other = town.sandbox.world.add_app("Autre")
    refused = await town.raw("GET", f"/applications/{other.id}/commands")
    assert refused.status == 403
