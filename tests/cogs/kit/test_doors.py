"""All doors together: every button leads somewhere, every form and command is one that Discord takes."""

import ast
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import discord
import pytest

import cogs
from bot.client import COGS
from cogs.kit.confirm import CANCEL
from cogs.kit.fields import Painter, Prefill, field_key
from cogs.kit.host import Host
from cogs.kit.translator import LabelTranslator
from community.ports import ServerBuilder
from community.services import services
from prompts import LOCALES, Words
from prompts.labels import ROOT
from sandbox.people_view import localized
from sandbox.rules import commands as command_rules
from sandbox.rules import modals
from storage.engine import Database
from tests.conftest import SetClock

WORDS = Words()
# A door has a ``setup``; the other modules are parts of one.
DOORS = sorted(
    f"cogs.{path.stem}"
    for path in Path(cogs.__file__).parent.glob("[a-z]*.py")
    if "\nasync def setup(" in path.read_text(encoding="utf-8")
)
CODE = [path for room in ("community", "cogs") for path in (ROOT.parent / room).rglob("*.py")]


@pytest.fixture
async def host(clock: SetClock, tmp_path: Path) -> AsyncIterator[Host]:
    """Every door, on an empty database: nothing here is asked of it."""
    db = Database(f"sqlite:///{tmp_path}/empty.db")
    made = services(db, clock, cast(ServerBuilder, None), WORDS)
    host = Host(words=WORDS, services=made, intents=discord.Intents(guilds=True), shard_count=1)
    for door in DOORS:
        await host.load_extension(door)
    yield host
    await db.dispose()


def _buttons() -> set[str]:
    """Every action that a button in the code names, but those that are links."""
    calls = [
        node
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Button", "Menu"} and node.args
    ]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call.args[0], ast.Constant)
        and not any(keyword.arg == "url" for keyword in call.keywords)
    }


def test_the_bot_opens_every_door() -> None:
    assert sorted(COGS) == DOORS


async def test_every_button_leads_somewhere(host: Host) -> None:
    actions = _buttons()
    assert actions
    assert {action for action in actions if not action.endswith(CANCEL)} - host.actions.names() == set()


async def test_every_form_is_one_that_discord_takes(host: Host) -> None:
    assert host.forms.names()
    themes = [(str(index), "Thème " * 30) for index in range(40)]
    for name in host.forms.names():
        form = host.forms.form(name)
        for field in form.fields:
            assert field_key(WORDS, name, field.name, "label"), (name, field.name)
        values: dict[str, Any] = {field.name: "*" * 5000 for field in form.fields}
        for prefill in (Prefill(), Prefill(values, {field.name: themes for field in form.fields})):
            for locale in LOCALES:
                modal = Painter(form, WORDS, locale, prefill).modal(f"ep:form:{name}:{2**62}").to_dict()
                if modal["components"]:
                    modals.modal(modal)


async def _payload(host: Host) -> list[dict[str, Any]]:
    translator = LabelTranslator(WORDS)
    commands = host.tree._get_all_commands(guild=None)
    return [await command.get_translated_payload(host.tree, translator) for command in commands]


async def test_the_commands_are_ones_that_discord_takes(host: Host) -> None:
    payload = await _payload(host)
    command_rules.bulk(payload)
    assert {command["name"] for command in payload} >= {"help", "network", "resource"}


async def test_every_name_is_also_french(host: Host) -> None:
    def missing(item: dict[str, Any], path: str) -> list[str]:
        here = f"{path} {item['name']}"
        found = [here] if "fr" not in (item.get("name_localizations") or {}) else []
        if item.get("description") and "fr" not in (item.get("description_localizations") or {}):
            found.append(f"{here}: description")
        for child in (*item.get("options", ()), *item.get("choices", ())):
            found += missing(child, here)
        return found

    assert [line for command in await _payload(host) for line in missing(command, "")] == []


async def test_a_french_client_sees_french_names(host: Host) -> None:
    resource = next(command for command in await _payload(host) if command["name"] == "resource")
    french = localized(resource, "fr")
    assert french["name_localized"] == "ressource"
    assert "chercher" in {option["name_localized"] for option in french["options"]}
