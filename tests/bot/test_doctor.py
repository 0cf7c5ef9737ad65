"""The doctor, the bot stopped: what is missing on the server is named, with how to mend it."""

import json
from typing import Any

import pytest

from bot.failures import Exit
from sandbox import Channel
from sandbox.world import Json
from tests.bot.conftest import Ended, Stage, run_cli


async def set_up(stage: Stage) -> None:
    """A network as `/network setup` makes it, and the bot stopped again."""
    owner = await stage.owner()
    async with stage.running():
        await owner.slash("network setup")
        await owner.eventually(lambda: panel_stands(stage))


def panel_stands(stage: Stage) -> bool:
    return any(exchange.path.endswith("/messages") for exchange in stage.sandbox.journal.exchanges("POST"))


def channel(stage: Stage, name: str) -> Channel:
    return stage.guild.channel(name)


def bot_role(stage: Stage) -> Json:
    """The managed role that the invitation made."""
    return next(role for role in stage.guild.roles.values() if role["managed"])


async def findings(stage: Stage, **variables: str) -> tuple[Ended, dict[str, list[dict[str, Any]]]]:
    """Exit status, and what was found, by code."""
    ended = await run_cli("doctor", "--json", env=stage.environment | variables)
    body = json.loads(ended.out)
    assert body["healthy"] == (ended.status == Exit.DONE)
    by_code: dict[str, list[dict[str, Any]]] = {}
    for finding in body["findings"]:
        by_code.setdefault(finding["code"], []).append(finding)
    return ended, by_code


async def test_all_is_well_after_the_set_up(stage: Stage) -> None:
    await set_up(stage)
    ended, found = await findings(stage)
    assert set(found) == {"ok"}
    assert [finding["check"] for finding in found["ok"]] == [
        "settings", "database", "delivery", "search", "token", "application", "commands", "servers"
    ]  # fmt: skip
    assert ended.status == Exit.DONE


async def test_what_was_deleted_or_taken_away_is_named(stage: Stage) -> None:
    await set_up(stage)
    stage.sandbox.world.delete_channel(channel(stage, "pratiques"))
    everyone = {"id": stage.guild.id, "type": 0, "allow": "0", "deny": str(1 << 11)}
    mine = {"id": bot_role(stage)["id"], "type": 0, "allow": "0", "deny": str(1 << 11)}
    stage.sandbox.world.edit_channel(channel(stage, "annonces"), {"permission_overwrites": [everyone, mine]})
    ended, found = await findings(stage)
    assert ended.status == Exit.FAILED
    assert [finding["details"]["thing"] for finding in found["missing"]] == ["pratiques"]
    assert "/réseau réparer" in found["missing"][0]["words"]
    lacking = {finding["details"]["thing"] for finding in found["rights_lacking_in"]}
    assert lacking == {"annonces"}


async def test_a_role_above_the_bots_own(stage: Stage) -> None:
    await set_up(stage)
    role = stage.guild.role("Membres")
    stage.sandbox.world.edit_role(stage.guild, role["id"], {"position": 90})
    ended, found = await findings(stage)
    assert ended.status == Exit.FAILED
    assert [finding["details"]["thing"] for finding in found["role_too_high"]] == ["Membres"]


async def test_a_forum_that_requires_a_tag_and_has_none_to_spare(stage: Stage) -> None:
    await set_up(stage)
    forum = channel(stage, "pratiques")
    stage.sandbox.world.edit_channel(forum, {"flags": 1 << 4})
    ended, found = await findings(stage)
    assert ended.status == Exit.FAILED
    (finding,) = found["tag_required"]
    assert finding["details"]["thing"] == "pratiques"
    assert "« Autre »" in finding["words"].replace("\u00a0", " ")
    kept = forum.data["available_tags"][:19]
    stage.sandbox.world.edit_channel(forum, {"available_tags": kept})
    ended, found = await findings(stage)
    assert set(found) == {"ok"}, "there is room: the bot makes one when it needs it"


async def test_a_permission_taken_on_the_server(stage: Stage) -> None:
    await set_up(stage)
    role = bot_role(stage)
    rights = int(role["permissions"]) & ~(1 << 28)
    stage.sandbox.world.edit_role(stage.guild, role["id"], {"permissions": str(rights)})
    ended, found = await findings(stage)
    assert ended.status == Exit.FAILED
    assert len(found["rights_lacking"]) == 1


async def test_a_bot_that_was_removed_gets_its_invitation(stage: Stage) -> None:
    await set_up(stage)
    stage.sandbox.world.leave(stage.guild, stage.app.user)
    ended, found = await findings(stage)
    assert ended.status == Exit.FAILED
    assert f"client_id={stage.app.id}" in found["bot_absent"][0]["words"]


async def test_before_anything_is_set_up(stage: Stage) -> None:
    stage.sandbox.world.set_intents(stage.app, {"content"})
    ended, found = await findings(stage)
    assert ended.status == Exit.FAILED  # the commands were never published
    assert {"commands_missing", "server_without_network", "members_intent_off", "content_intent_on"} < set(
        found
    )


async def test_a_wrong_token_leaves_the_rest_examined(stage: Stage) -> None:
    ended, found = await findings(stage, ENTREPAIRS_DISCORD_TOKEN="un.faux.jeton")
    assert ended.status == Exit.FAILED
    assert found["failures.token_refused"][0]["check"] == "token"
    assert {"settings", "database"} <= {finding["check"] for finding in found["ok"]}
    assert "un.faux.jeton" not in ended.out + ended.err


async def test_settings_and_a_mistyped_name(stage: Stage) -> None:
    ended, found = await findings(stage, ENTREPAIRS_WEB_PRT="1", ENTREPAIRS_LOG_FORMAT="xml")
    assert ended.status == Exit.FAILED
    assert found["unknown_variable"][0]["details"] == {"variable": "ENTREPAIRS_WEB_PRT"}
    assert found["settings_problems.not_a_choice"][0]["details"]["variable"] == "ENTREPAIRS_LOG_FORMAT"


@pytest.mark.parametrize(("lang", "words"), [("fr_FR.UTF-8", "À corriger"), ("en_GB.UTF-8", "To correct")])
async def test_told_to_people_in_their_language(stage: Stage, lang: str, words: str) -> None:
    ended = await run_cli("doctor", env=stage.environment | {"LANG": lang})
    assert ended.status == Exit.FAILED
    assert words in ended.out
    assert "Traceback" not in ended.err
