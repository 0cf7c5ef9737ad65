"""The facilitators' web pages beside the real bot: who enters by a role put on in Discord, what they read.

A browser without any script; Discord's own pages are the sandbox's.
"""

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import aiohttp
import pytest
from pydantic import SecretStr

from bot import roster
from bot.demo import free_port
from bot.desk_page import BACK
from bot.server_permissions import NEEDED
from prompts import Words
from tests.bot.conftest import Stage, at_work, settings_for
from tests.bot.desk import Desk
from tests.e2e.conftest import Town, read

WORDS = Words()
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[Stage]:
    async with at_work() as sandbox:
        port = free_port(0)
        url = f"http://127.0.0.1:{port}"
        app = sandbox.world.add_app("Entre-pairs", intents={"members"}, redirect_uris=[f"{url}{BACK}"])
        guild = sandbox.world.add_guild("Réseau d’essai")
        sandbox.world.invite(app, guild, permissions=NEEDED.value)
        settings = settings_for(
            sandbox,
            app,
            sqlite_url,
            discord_client_secret=SecretStr(app.secret),
            discord_authorize=f"{sandbox.url}/oauth2/authorize",
            public_url=url,
            web_port=port,
        )
        yield Stage(sandbox, guild, app, settings)


@dataclass(frozen=True)
class Said:
    end: str
    desk: str
    lists: str
    needs: str
    command: str
    file: str
    gestures: str
    nobody: str
    cared: str


FRENCH = Said(
    "",
    "animer santé",
    "À traiter",
    "Besoins sans réponse",
    "/besoin suivi",
    r'attachment; filename="besoins-[\d-]+\.csv"',
    "Trois gestes pour la semaine",
    "Aucun thème n’est confié à une personne en particulier",
    "Suivis par toute l’équipe : ",
)
ENGLISH = Said(
    "-en",
    "facilitate desk",
    "To deal with",
    "Needs without an answer",
    "/need care",
    r'attachment; filename="needs-[\d-]+\.csv"',
    "Three gestures for this week",
    "No theme is entrusted to anybody in particular",
    "Followed by the whole team: ",
)
BOTH = pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])


def pages(town: Town) -> Desk:
    """The web pages of the running bot."""
    stage = town.stage
    return Desk(
        str(stage.settings.public_url), stage.sandbox, stage.app, cast(Any, None), {}, cast(Any, None)
    )


async def text(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as answer:
        assert answer.status == 200
        return (await answer.text()).replace("\u00a0", " ").replace("&#39;", "'")


def role_of(town: Town, name: str) -> str:
    return next(role["id"] for role in town.stage.guild.roles.values() if role["name"] == name)


def problem(code: str, locale: str = "fr") -> str:
    return WORDS.label(f"desk_problems.titles.{code}", locale)


@BOTH
async def test_the_lists_say_what_waits_and_where(town: Town, said: Said) -> None:
    form = await town["member"].slash("besoin publier")
    await town["member"].fill(form, {"need": "Rafraîchir une <cour> d’école", "context": "Peu d’ombre."})
    await town.waits_for("member", "Rafraîchir une <cour> d’école", "Peu d’ombre.")
    town.stage.advance(timedelta(days=3))
    desk = pages(town)
    who = f"facilitator{said.end}"
    seen = await town[who].slash(said.desk)  # in the chat, one button leads to the pages
    (link,) = [item for item in seen.components if item["type"] == 2 and item.get("url")]
    assert link["url"] == f"{desk.url}/desk"
    async with desk.browser() as http:
        await desk.log_in(http, town[who].id)
        page = await text(http, f"{desk.url}/desk/1/lists")
        assert said.lists in page
        assert said.gestures in page
        section = page[page.index(said.needs) :]
        address = re.search(
            r'href="(https://discord\.com/channels/\d+/\d+)">Rafraîchir une &lt;cour', section
        )
        assert address is not None
        assert f"/channels/{town.stage.guild.id}/" in address[1]
        assert said.command in section
        thread = town.stage.sandbox.world.channels[address[1].rsplit("/", 1)[1]]
        assert "Rafraîchir" in thread.data["name"]


@BOTH
async def test_the_lists_say_who_takes_care_of_which_theme(town: Town, said: Said) -> None:
    desk, who = pages(town), f"facilitator{said.end}"
    form = await town[who].slash("resource propose")
    assert form.modal is not None
    theme = form.modal.fields["themes"]["options"][0]
    await town[who].slash(said.desk)  # from then on their language is known
    async with desk.browser() as http:
        await desk.log_in(http, town[who].id)
        assert said.nobody in await text(http, f"{desk.url}/desk/1/lists")
        asked = await town["admin"].slash("membre confier-thèmes", person=town["member"].id)
        (menu,) = asked.menus
        await town["admin"].choose(asked, menu["custom_id"], [theme["value"]])
        page = await text(http, f"{desk.url}/desk/1/lists")
        assert f'<th scope="row">{theme["label"]}</th><td>member</td>' in page
        assert said.cared in page
        assert said.nobody not in page


@BOTH
async def test_tables_are_downloaded_from_our_own_page_only(town: Town, said: Said) -> None:
    form = await town["member"].slash("besoin publier")
    await town["member"].fill(form, {"need": "=Rafraîchir une cour d’école"})
    desk, who = pages(town), f"facilitator{said.end}"
    address = f"{desk.url}/desk/1/export?kind=needs&shape=csv&period=all"
    await town[who].slash(said.desk)  # from then on their language is known
    async with desk.browser() as http:
        async with http.get(address, headers=OURS) as stranger:
            assert stranger.status == 401
        await desk.log_in(http, town[who].id)
        for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}):
            async with http.get(address, headers=foreign, allow_redirects=False) as turned:
                assert (turned.status, turned.headers["Location"]) == (303, "/desk/1/exports")
        async with http.get(f"{address}x", headers=OURS) as unknown:
            assert unknown.status == 404
        async with http.get(address, headers=OURS) as given:
            assert given.status == 200
            assert re.fullmatch(said.file, given.headers["Content-Disposition"])
            assert given.headers["Cache-Control"] == "no-store"
            written = (await given.read()).decode("utf-8-sig")
        (row,) = csv.reader(io.StringIO(written.partition("\r\n")[2]), delimiter=";" if not said.end else ",")
        assert row[1] == "'=Rafraîchir une cour d’école"
        referred = {
            "Referer": f"{desk.url}/desk/1/exports"
        }  # a browser that does not say where it comes from
        async with http.get(address.replace("csv", "ods"), headers=referred) as given:
            assert (await given.read()).startswith(b"PK")
    journal = await town["facilitator"].slash("animer journal")
    assert read(journal).count("export d’un tableau") == 2


@BOTH
async def test_a_role_put_on_in_discord_opens_the_pages(
    town: Town, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "_BELIEVED_S", 0.0)
    desk, who = pages(town), f"member{said.end}"
    locale = "en" if said.end else "fr"
    await town[who].slash("help")
    role, world = role_of(town, "Équipe d’animation"), town.stage.sandbox.world
    async with desk.browser("en" if said.end else "fr") as http:
        assert problem("not_facilitator", locale) in await desk.log_in(http, town[who].id)
        world.give_role(town.stage.guild, town[who].id, role)
        await desk.log_in(http, town[who].id)
        assert said.lists in await text(http, f"{desk.url}/desk/1/lists")
        world.take_role(town.stage.guild, town[who].id, role)
        async with http.get(f"{desk.url}/desk/1/lists") as out:
            assert (out.status, problem("expired", locale) in await out.text()) == (401, True)


async def test_who_manages_the_server_enters_and_who_left_does_not(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "_BELIEVED_S", 0.0)
    desk, world = pages(town), town.stage.sandbox.world
    async with desk.browser() as http:
        assert problem("not_facilitator") in await desk.log_in(http, town["admin-en"].id)
        await town["admin-en"].slash("help")  # as that page says: from now on they are known
        await desk.log_in(http, town["admin-en"].id)
        assert "To deal with" in await text(http, f"{desk.url}/desk/1/lists")
        world.leave(town.stage.guild, world.users[town["admin-en"].id])
        async with http.get(f"{desk.url}/desk/1/lists") as out:
            assert out.status == 401


async def test_when_discord_does_not_answer_the_page_says_so(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "_BELIEVED_S", 0.0)
    desk = pages(town)
    connected = town.runner.connected
    assert connected is not None
    async with desk.browser() as http, desk.browser() as named:
        await desk.log_in(http, town["admin"].id)
        await desk.log_in(named, town["facilitator"].id)
        monkeypatch.setattr(connected.client, "is_ready", lambda: False)
        async with http.get(f"{desk.url}/desk/1/lists") as down:
            assert (down.status, problem("discord_down") in await down.text()) == (502, True)
        assert "À traiter" in await text(named, f"{desk.url}/desk/1/lists"), (
            "who was named here enters all the same"
        )
        monkeypatch.undo()
        assert "À traiter" in await text(http, f"{desk.url}/desk/1/lists"), "nothing was lost"
