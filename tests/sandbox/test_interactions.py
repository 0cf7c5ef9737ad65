"""Interactions: checks F19 to F34 and F66, raw and through discord.py."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
import pytest

from sandbox.client import Answer, Refused
from tests.sandbox.conftest import Town
from tests.sandbox.tools import Bot, Raw, Reply, Wire

Start = Callable[..., Any]
LOADING = 1 << 7
V2 = 1 << 15


class Desk:
    """A raw bot that gets interactions and answers them by hand."""

    def __init__(self, town: Town, wire: Wire, anonymous: Raw) -> None:
        self.town = town
        self.wire = wire
        self.anonymous = anonymous
        self.tasks: list[asyncio.Task[Any]] = []

    async def got(self, act: Awaitable[Any]) -> dict[str, Any]:
        """Start what a person does; the interaction that arrives."""
        self.tasks.append(asyncio.ensure_future(act))
        interaction: dict[str, Any] = (await self.wire.until("INTERACTION_CREATE"))["d"]
        return interaction

    async def outcome(self) -> Answer:
        answer: Answer = await self.tasks[-1]
        return answer

    async def slash(self, name: str = "essai", **options: object) -> dict[str, Any]:
        return await self.got(self.town.nicolas.slash(name, **options))

    async def reply(self, interaction: dict[str, Any], body: Any, query: str = "") -> Reply:
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback{query}"
        return await self.anonymous("POST", path, body)

    async def hook(self, method: str, interaction: dict[str, Any], path: str = "", body: Any = None) -> Reply:
        token = interaction["token"]
        return await self.anonymous(method, f"/webhooks/{self.town.app.id}/{token}{path}", body)


COMMANDS = [
    {"name": "essai", "description": "Un essai"},
    {
        "name": "chercher",
        "description": "Chercher",
        "options": [
            {"type": 3, "name": "mots", "description": "Mots", "required": True, "autocomplete": True},
            {"type": 6, "name": "qui", "description": "Qui"},
        ],
    },
    {"name": "Ajouter", "type": 3},
]


@pytest.fixture
async def desk(town: Town, wire: Callable[..., Awaitable[Wire]]) -> AsyncIterator[Desk]:
    await town.raw("PUT", f"/applications/{town.app.id}/commands", COMMANDS)
    connection = await wire()
    await connection.identify("jeton")
    anonymous = Raw(town.sandbox, None)
    desk = Desk(town, connection, anonymous)
    yield desk
    town.sandbox.clock.advance(timedelta(seconds=4))  # nobody waits any more for what was not answered
    for task in desk.tasks:
        task.cancel()
    await asyncio.gather(*desk.tasks, return_exceptions=True)
    await anonymous.close()


def message(text: str = "ok", **fields: Any) -> dict[str, Any]:
    return {"type": 4, "data": {"content": text, **fields}}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def button(custom_id: str = "b", label: str = "B", **fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": label, "custom_id": custom_id, **fields}


# --- three seconds, fifteen minutes ------------------------------------------------------------------------


async def test_f19_after_three_seconds_nothing_is_accepted(desk: Desk) -> None:
    clock = desk.town.sandbox.clock
    clock.freeze()
    interaction = await desk.slash()
    clock.advance(timedelta(seconds=3.1))
    outcome = await desk.outcome()
    assert (outcome.outcome, outcome.reason) == ("failed", "timeout")
    refused = await desk.reply(interaction, message())
    assert (refused.status, refused.body) == (404, {"message": "Unknown interaction", "code": 10062})


async def test_f19_just_in_time(desk: Desk) -> None:
    clock = desk.town.sandbox.clock
    clock.freeze()
    interaction = await desk.slash()
    clock.advance(timedelta(seconds=2.9))
    assert (await desk.reply(interaction, message())).status == 204
    assert (await desk.outcome()).text == "ok"


async def test_f19_discord_py_raises_not_found(town: Town, start: Start) -> None:
    bot = Bot()
    caught: asyncio.Future[discord.NotFound] = asyncio.get_running_loop().create_future()

    @bot.tree.command(name="lent", description="Trop lent")
    async def slow(interaction: discord.Interaction) -> None:
        town.sandbox.clock.advance(timedelta(seconds=3.1))
        try:
            await interaction.response.send_message("trop tard")
        except discord.NotFound as error:
            caught.set_result(error)

    async with start(bot):
        answer = await town.nicolas.slash("lent")
        assert (answer.outcome, answer.reason) == ("failed", "timeout")
        assert (await asyncio.wait_for(caught, 5)).code == 10062


async def test_f20_only_one_first_answer(desk: Desk) -> None:
    interaction = await desk.slash()
    assert (await desk.reply(interaction, message())).status == 204
    refused = await desk.reply(interaction, message())
    assert (refused.status, refused.code) == (400, 40060)


async def test_f21_with_and_without_a_response(desk: Desk) -> None:
    interaction = await desk.slash()
    told = await desk.reply(interaction, message("bonjour"), "?with_response=1")
    assert told.status == 200
    assert told.body["interaction"]["response_message_id"] == told.body["resource"]["message"]["id"]
    assert told.body["resource"]["message"]["content"] == "bonjour"
    quiet = await desk.slash()
    assert (await desk.reply(quiet, message())).status == 204


@pytest.mark.parametrize("private", [True, False])
async def test_f22_the_first_followup_writes_the_waiting_message(
    town: Town, start: Start, private: bool
) -> None:
    bot = Bot()
    sent: list[discord.WebhookMessage] = []
    waiting: list[int] = []

    @bot.tree.command(name="long", description="Long")
    async def long(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True, ephemeral=private)
        waiting.append((await interaction.original_response()).id)
        sent.append(await interaction.followup.send("fini", ephemeral=not private, wait=True))
        sent.append(await interaction.followup.send("et encore", wait=True))

    async with start(bot):
        answer = await town.nicolas.slash("long")
        assert answer.outcome == "deferred"
        assert answer.text == "fini"
        assert answer.ephemeral is private
        assert not answer.message["flags"] & LOADING  # type: ignore[index]
        await town.nicolas.eventually(lambda: len(sent) == 2)
    assert [sent[0].id] == waiting
    assert sent[1].id != sent[0].id
    assert [m.text for m in await town.nicolas.sees("général")] == ["fini", "et encore"]


async def test_f23_no_followup_before_an_answer(desk: Desk) -> None:
    interaction = await desk.slash()
    for refused in (
        await desk.hook("POST", interaction, "", {"content": "x"}),
        await desk.hook("GET", interaction, "/messages/@original"),
    ):
        assert (refused.status, refused.code) == (404, 10015)


async def test_f24_the_token_lives_fifteen_minutes(desk: Desk) -> None:
    clock = desk.town.sandbox.clock
    clock.freeze()
    interaction = await desk.slash()
    await desk.reply(interaction, message())
    clock.advance(timedelta(minutes=14, seconds=59))
    changed = await desk.hook("PATCH", interaction, "/messages/@original", {"content": "encore"})
    assert changed.status == 200
    clock.advance(timedelta(seconds=2))
    refused = await desk.hook("PATCH", interaction, "/messages/@original", {"content": "trop tard"})
    assert (refused.status, refused.code) == (401, 50027)


async def test_f25_the_bot_token_does_not_reach_ephemeral_messages(desk: Desk) -> None:
    interaction = await desk.slash()
    told = await desk.reply(interaction, message(flags=64), "?with_response=true")
    note = told.body["resource"]["message"]
    assert note["flags"] & 64
    for method, body in (("PATCH", {"content": "x"}), ("DELETE", None), ("GET", None)):
        refused = await desk.town.raw(method, f"/channels/{desk.town.room}/messages/{note['id']}", body)
        assert (refused.status, refused.code) == (404, 10008)
    kept = await desk.hook("PATCH", interaction, "/messages/@original", {"content": "y", "flags": 0})
    assert kept.body["flags"] & 64
    assert (await desk.hook("DELETE", interaction, "/messages/@original")).status == 204
    gone = await desk.hook("PATCH", interaction, "/messages/@original", {"content": "y"})
    assert (gone.status, gone.code) == (404, 10008)


async def test_ephemeral_messages_are_for_one_reader(desk: Desk) -> None:
    other = await desk.town.sandbox.person("Leïla", desk.town.guild)
    interaction = await desk.slash()
    await desk.reply(interaction, message("entre nous", flags=64))
    answer = await desk.outcome()
    assert answer.ephemeral
    assert [m.text for m in await desk.town.nicolas.sees("général")] == ["entre nous"]
    assert await other.sees("général") == []
    created = (await desk.wire.until("MESSAGE_CREATE"))["d"]
    assert "guild_id" not in created
    assert "member" not in created
    with pytest.raises(Refused):
        await other.refresh(answer)


# --- what may be answered ----------------------------------------------------------------------------------


async def typed(desk: Desk) -> dict[str, Any]:
    return await desk.got(desk.town.nicolas.autocomplete("chercher", "mots", "conc"))


@pytest.mark.parametrize("count", [25, 26])
async def test_f26_twenty_five_choices(desk: Desk, count: int) -> None:
    interaction = await typed(desk)
    assert interaction["data"]["options"] == [{"name": "mots", "type": 3, "value": "conc", "focused": True}]
    choices = [{"name": f"n{i}", "value": f"v{i}"} for i in range(count)]
    answer = await desk.reply(interaction, {"type": 8, "data": {"choices": choices}})
    if count == 25:
        assert answer.status == 204
        assert len(await desk.tasks[-1]) == 25
    else:
        assert (answer.status, answer.code) == (400, 50035)
        assert answer.leaf("data.choices") == "BASE_TYPE_MAX_LENGTH"


MODAL = {
    "type": 9,
    "data": {
        "custom_id": "fiche",
        "title": "Fiche",
        "components": [row({"type": 4, "custom_id": "nom", "label": "Nom", "style": 1})],
    },
}


async def test_f27_answers_that_do_not_fit(desk: Desk) -> None:
    interaction = await desk.slash()
    update = await desk.reply(interaction, {"type": 7, "data": {"content": "x"}})
    assert (update.status, update.code, update.leaf("type")) == (400, 50035, "BASE_TYPE_CHOICES")
    assert (await desk.reply(interaction, MODAL)).status == 204
    form = await desk.outcome()
    submitted = await desk.got(desk.town.nicolas.fill(form, {"Nom": "Ada"}))
    assert submitted["type"] == 5
    again = await desk.reply(submitted, MODAL)
    assert (again.status, again.code, again.leaf("type")) == (400, 50035, "BASE_TYPE_CHOICES")
    assert (await desk.reply(submitted, message())).status == 204


def modal(**changes: Any) -> dict[str, Any]:
    return {"type": 9, "data": {**MODAL["data"], **changes}}  # type: ignore[dict-item]


SELECT = {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]}


def label(component: dict[str, Any]) -> dict[str, Any]:
    return {"type": 18, "label": "L", "component": component}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (modal(title="x" * 46), "data.title"),
        (modal(components=[label({**SELECT, "custom_id": f"s{i}"}) for i in range(6)]), "data.components"),
        (modal(components=[row(SELECT)]), "data.components.0"),
        (modal(components=[label({**SELECT, "disabled": True})]), "data.components.0"),
        (modal(components=[label({**SELECT, "min_values": 0})]), "data.components.0"),
    ],
    ids=["long title", "six components", "bare select", "disabled", "F29 required and none"],
)
async def test_f28_f29_forms_that_are_refused(desk: Desk, body: dict[str, Any], path: str) -> None:
    interaction = await desk.slash()
    refused = await desk.reply(interaction, body)
    assert (refused.status, refused.code) == (400, 50035)
    node = refused.body["errors"]
    for key in path.split("."):
        node = node[key]
    assert node


async def test_f28_disabled_false_passes(desk: Desk) -> None:
    interaction = await desk.slash()
    body = modal(components=[label({**SELECT, "disabled": False, "required": False, "min_values": 0})])
    assert (await desk.reply(interaction, body)).status == 204


@pytest.mark.parametrize(
    ("components", "path", "leaf"),
    [
        ([row(button("x" * 101))], "data.components.0.components.0.custom_id", None),
        ([row(button("a"), button("a"))], None, "COMPONENT_CUSTOM_ID_DUPLICATED"),
        (
            [row(*[button(str(i)) for i in range(6)])],
            "data.components.0.components",
            "BASE_TYPE_BAD_LENGTH",
        ),
        ([row(button(str(i))) for i in range(6)], "data.components", None),
    ],
    ids=["long id", "same id twice", "six buttons", "six rows"],
)
async def test_f30_components_that_are_refused(
    desk: Desk, components: list[Any], path: str | None, leaf: str | None
) -> None:
    interaction = await desk.slash()
    refused = await desk.reply(interaction, message(components=components))
    assert (refused.status, refused.code) == (400, 50035)
    if path is not None:
        found = refused.leaf(path)
        assert leaf in (None, found)
    else:
        assert str(leaf) in str(refused.body)


def texts(count: int, size: int = 1) -> list[dict[str, Any]]:
    return [{"type": 10, "content": "x" * size} for _ in range(count)]


async def test_f31_forty_components(desk: Desk) -> None:
    path = f"/channels/{desk.town.room}/messages"
    inside = {"type": 17, "components": texts(39)}
    assert (await desk.town.raw("POST", path, {"flags": V2, "components": [inside]})).status == 200
    inside["components"] = texts(40)
    refused = await desk.town.raw("POST", path, {"flags": V2, "components": [inside]})
    assert refused.status == 400
    assert "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED" in str(refused.body)


async def test_f32_four_thousand_characters(desk: Desk) -> None:
    path = f"/channels/{desk.town.room}/messages"
    assert (await desk.town.raw("POST", path, {"flags": V2, "components": texts(2, 2000)})).status == 200
    refused = await desk.town.raw("POST", path, {"flags": V2, "components": texts(2, 2001)})
    assert refused.leaf("components") == "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"


async def test_f33_v2_has_no_content(desk: Desk) -> None:
    path = f"/channels/{desk.town.room}/messages"
    body: dict[str, Any] = {"flags": V2, "components": texts(1), "content": "x"}
    refused = await desk.town.raw("POST", path, body)
    assert refused.leaf("content") == "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
    assert (await desk.town.raw("POST", path, {**body, "content": None})).status == 200


async def test_f34_v2_components_need_the_flag(desk: Desk) -> None:
    refused = await desk.town.raw("POST", f"/channels/{desk.town.room}/messages", {"components": texts(1)})
    assert refused.leaf("components.0") == "UNION_TYPE_CHOICES" or "UNION_TYPE_CHOICES" in str(refused.body)


# --- what an interaction says ------------------------------------------------------------------------------


async def test_a_command_with_a_person(desk: Desk) -> None:
    interaction = await desk.slash("chercher", mots="eau", qui=desk.town.nicolas.id)
    data = interaction["data"]
    assert data["options"][1] == {"name": "qui", "type": 6, "value": desk.town.nicolas.id}
    assert set(data["resolved"]) == {"users", "members"}
    assert "user" not in data["resolved"]["members"][desk.town.nicolas.id]
    assert "guild_id" not in data
    for key in ("attachment_size_limit", "version", "application_id", "app_permissions", "member", "locale"):
        assert key in interaction
    assert interaction["context"] == 0


async def test_required_options_are_asked_by_the_client(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await desk.town.nicolas.slash("chercher")
    assert refused.value.code == 50035


async def test_a_command_on_a_message_carries_its_text(desk: Desk) -> None:
    said = await desk.town.nicolas.says("général", "une bonne idée")
    interaction = await desk.got(desk.town.nicolas.context("Ajouter", said))
    target = interaction["data"]["target_id"]
    assert interaction["data"]["resolved"]["messages"][target]["content"] == "une bonne idée"


async def test_a_click_an_update_and_a_new_token(desk: Desk) -> None:
    interaction = await desk.slash()
    await desk.reply(interaction, message("avant", components=[row(button("k", "Clic"))]))
    shown = await desk.outcome()
    click = await desk.got(desk.town.nicolas.click(shown, "Clic"))
    assert click["type"] == 3
    assert click["message"]["id"] == shown.id
    assert click["data"]["custom_id"] == "k"
    told = await desk.reply(click, {"type": 7, "data": {"content": "après"}}, "?with_response=1")
    assert told.body["resource"]["message"]["content"] == "après"
    answer = await desk.outcome()
    assert (answer.outcome, answer.text, answer.id) == ("update", "après", shown.id)


async def test_a_deferred_update_then_a_followup_is_a_new_message(desk: Desk) -> None:
    interaction = await desk.slash()
    await desk.reply(interaction, message("liste", components=[row(button("k", "Clic"))]))
    shown = await desk.outcome()
    click = await desk.got(desk.town.nicolas.click(shown, "Clic"))
    assert (await desk.reply(click, {"type": 6})).status == 204
    assert (await desk.outcome()).outcome == "deferred"
    more = await desk.hook("POST", click, "", {"content": "en plus", "flags": 64})
    assert more.body["id"] != shown.id
    changed = await desk.hook("PATCH", click, "/messages/@original", {"content": "liste 2"})
    assert changed.body["id"] == shown.id


async def test_a_choice_must_be_among_the_options(desk: Desk) -> None:
    interaction = await desk.slash()
    menu = {**SELECT, "custom_id": "m", "placeholder": "Choisir"}
    await desk.reply(interaction, message("?", components=[row(menu)]))
    shown = await desk.outcome()
    with pytest.raises(Refused):
        await desk.town.nicolas.choose(shown, "Choisir", ["z"])
    chosen = await desk.got(desk.town.nicolas.choose(shown, "Choisir", ["a"]))
    assert chosen["data"]["values"] == ["a"]


async def test_a_disabled_button_does_nothing(desk: Desk) -> None:
    interaction = await desk.slash()
    await desk.reply(interaction, message("?", components=[row(button("k", "Clic", disabled=True))]))
    with pytest.raises(Refused):
        await desk.town.nicolas.click(await desk.outcome(), "Clic")


async def test_a_refused_answer_can_be_mended(desk: Desk) -> None:
    interaction = await desk.slash()
    assert (await desk.reply(interaction, message("x" * 2001))).status == 400
    assert (await desk.reply(interaction, message("x" * 2000))).status == 204


async def test_nobody_at_home(town: Town) -> None:
    await town.raw("PUT", f"/applications/{town.app.id}/commands", COMMANDS)
    answer = await town.nicolas.slash("essai")
    assert (answer.outcome, answer.reason) == ("failed", "offline")


async def test_unknown_tokens(desk: Desk) -> None:
    interaction = await desk.slash()
    await desk.reply(interaction, message())
    forged = {**interaction, "token": "x" * 20}
    assert (await desk.reply(forged, message())).code == 10062
    assert (await desk.hook("POST", forged, "", {"content": "x"})).code == 10015


async def test_in_a_direct_conversation(desk: Desk) -> None:
    channel = await desk.town.nicolas.request("POST", "/dms", {"recipient_id": desk.town.app.id})
    interaction = await desk.got(desk.town.nicolas.slash("essai", channel=channel["id"]))
    assert interaction["user"]["id"] == desk.town.nicolas.id
    assert "guild_id" not in interaction
    assert interaction["context"] == 1
    await desk.reply(interaction, message("seul à seul"))
    assert (await desk.town.nicolas.dms())[-1].text == "seul à seul"


# --- F66 ---------------------------------------------------------------------------------------------------


class Panel(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Ouvrir", custom_id="panneau:ouvrir")
    async def open(self, interaction: discord.Interaction, _: discord.ui.Button[Any]) -> None:
        await interaction.response.send_message("ouvert", ephemeral=True)


async def test_f66_buttons_survive_a_restart_when_registered(town: Town, start: Start) -> None:
    async with start(Bot()) as bot:
        channel = bot.get_channel(int(town.room))
        assert isinstance(channel, discord.TextChannel)
        await channel.send("Panneau", view=Panel())
    (panel,) = await town.nicolas.sees("général")
    restarted = Bot()
    restarted.setup = lambda: restarted.add_view(Panel())
    async with start(restarted):
        assert (await town.nicolas.click(panel, "Ouvrir")).text == "ouvert"
    town.sandbox.interactions.answer_within = timedelta(seconds=0.3)
    async with start(Bot()):
        failed = await town.nicolas.click(panel, "Ouvrir")
        assert (failed.outcome, failed.reason) == ("failed", "timeout")
