"""The facilitators' pages over HTTP: logging in by the sandbox's Discord, and what may go wrong."""

import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from community.actors import Role
from prompts import Words
from prompts.html import style_source
from storage.engine import Database
from tests.bot.desk import Desk, desk_of, form_key
from tests.community.conftest import OTHER_SERVER, Network, network, other_admin, standing, words
from tests.conftest import SetClock

__all__ = ["network", "other_admin", "words"]

WORDS = Words()


@pytest.fixture
async def db(sqlite_db: Database) -> Database:
    """HTTP is the subject: one database is enough."""
    return sqlite_db


@pytest.fixture
async def desk(network: Network) -> AsyncIterator[Desk]:
    async with desk_of(network) as made:
        yield made


def title(code: str, locale: str = "fr") -> str:
    return WORDS.label(f"desk_problems.titles.{code}", locale)


async def says(http: aiohttp.ClientSession, url: str, code: str, status: int, locale: str = "fr") -> None:
    """A kind page, with the headers of every page."""
    async with http.get(url) as answer:
        page = await answer.text()
        assert (answer.status, title(code, locale) in page) == (status, True), page[-900:]
        assert f'<html lang="{locale}">' in page
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_whole_way(desk: Desk) -> None:
    async with desk.browser() as http:
        async with http.get(f"{desk.url}/desk") as answer:
            assert "Se connecter avec Discord" in await answer.text()
        page = await desk.log_in(http)
        assert "La santé du réseau · Territoires en commun" in page
        for path, words in (("arrivals", "Le parcours des arrivées"), ("lists", "À traiter")):
            async with http.get(f"{desk.url}/desk/1/{path}") as answer:
                assert answer.status == 200
                assert words in await answer.text()
        for name in ("map", "funnel"):
            async with http.get(f"{desk.url}/desk/1/pictures/{name}.png") as answer:
                assert (answer.status, answer.content_type) == (200, "image/png")
                assert (await answer.read()).startswith(b"\x89PNG")
        await says(http, f"{desk.url}/desk/1/pictures/nothing.png", "unknown_page", 404)
    assert desk.sandbox.oauth.bearers == {}  # the token was handed back


async def test_the_menu_says_which_page_one_is_on(desk: Desk) -> None:
    async with desk.browser() as http:
        await desk.log_in(http)
        for path in ("", "/arrivals", "/lists", "/exports"):
            async with http.get(f"{desk.url}/desk/1{path}") as answer:
                page = await answer.text()
            current = re.findall(r'<a href="([^"]*)" aria-current="page">', page)
            assert current == [f"/desk/1{path}"]
            assert "Au lundi 2\u00a0mars 2026." in page  # for whoever reads it on paper


async def test_every_answer_forbids_scripts_frames_and_copies(desk: Desk) -> None:
    async with desk.browser() as http:
        await desk.log_in(http)
        cookies = {cookie.key: cookie for cookie in http.cookie_jar}
        assert set(cookies) == {"entrepairs_desk"}
        session = cookies["entrepairs_desk"]
        assert (session["httponly"], session["samesite"], session["path"]) == (True, "Lax", "/desk")
        for path in ("/desk", "/desk/1", "/desk/login", "/desk/1/pictures/map.png", "/desk/callback"):
            async with http.get(f"{desk.url}{path}", allow_redirects=False) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert style_source() in policy
                assert "script" not in policy
                assert "unsafe" not in policy
                assert answer.headers["X-Frame-Options"] == "DENY"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Cache-Control"] == "no-store"


async def test_each_login_is_a_new_secret(desk: Desk) -> None:
    async with desk.browser() as http:
        await desk.log_in(http)
        first = {cookie.value for cookie in http.cookie_jar}
        await desk.log_in(http)
        assert first.isdisjoint({cookie.value for cookie in http.cookie_jar})
    async with aiohttp.ClientSession(cookies={"entrepairs_desk": first.pop()}) as old:
        await says(old, f"{desk.url}/desk/1", "expired", 401)


async def test_logging_out_needs_our_own_form(desk: Desk) -> None:
    async with desk.browser() as http:
        await desk.log_in(http)
        key = await form_key(http, f"{desk.url}/desk/1")
        foreign = {"Sec-Fetch-Site": "cross-site"}
        for form, headers in (({}, {}), ({"form_key": "x"}, {}), ({"form_key": key}, foreign)):
            async with http.post(f"{desk.url}/desk/logout", data=form, headers=headers) as answer:
                assert answer.status == 403
                assert title("foreign_form") in await answer.text()
        async with http.get(f"{desk.url}/desk/logout") as answer:
            assert answer.status == 405
        async with http.post(f"{desk.url}/desk/logout", data={"form_key": key}) as answer:
            assert "Se connecter avec Discord" in await answer.text()
        await says(http, f"{desk.url}/desk/1", "log_in_first", 401)


async def test_logging_out_everywhere(desk: Desk) -> None:
    async with desk.browser() as here, desk.browser() as there:
        await desk.log_in(here)
        await desk.log_in(there)
        form = {"form_key": await form_key(here, f"{desk.url}/desk/1"), "everywhere": "1"}
        async with here.post(f"{desk.url}/desk/logout", data=form) as answer:
            assert answer.status == 200
        await says(there, f"{desk.url}/desk/1", "expired", 401)


async def test_who_is_no_facilitator_is_told(desk: Desk) -> None:
    async with desk.browser() as http:
        back = await desk.code(http, desk.people["member"])
        await says(http, back, "not_facilitator", 403)
        assert not list(http.cookie_jar)


async def test_losing_the_role_ends_the_visit(desk: Desk) -> None:
    members, admin = desk.network.services.members, desk.network[Role.ADMIN]
    async with desk.browser() as http:
        await desk.log_in(http)
        claire = (await members.find(admin, "Claire"))[0]
        await members.dismiss_facilitator(admin, claire.id)
        await says(http, f"{desk.url}/desk/1", "expired", 401)


async def test_another_network_is_not_there(desk: Desk, other_admin: object) -> None:
    async with desk.browser() as http:
        await desk.log_in(http)
        for number in (2, 999, 10**17):
            for path in ("", "/arrivals", "/lists", "/pictures/map.png"):
                await says(http, f"{desk.url}/desk/{number}{path}", "unknown_network", 404)


async def test_several_networks_are_chosen_from(desk: Desk) -> None:
    members, services = desk.network.services.members, desk.network.services
    there = standing("1", server_ref=OTHER_SERVER, manages_server=True)
    await services.networks.set_up(there, name="Un <autre> réseau")
    arrived = await members.arrive(standing(desk.people["facilitator"], server_ref=OTHER_SERVER))
    await members.name_facilitator(await members.identify(there), arrived.member_id or 0)
    async with desk.browser() as http:
        page = await desk.log_in(http)
        assert "Vos réseaux" in page
        assert "Un &lt;autre&gt; réseau" in page
        async with http.get(f"{desk.url}/desk/2") as answer:
            assert "La santé du réseau · Un &lt;autre&gt; réseau" in await answer.text()


async def test_a_login_that_is_not_ours_is_refused(desk: Desk) -> None:
    async with desk.browser() as http:
        back = await desk.code(http, desk.people["facilitator"])
        code = parse_qs(urlsplit(back).query)["code"][0]
        await says(http, f"{desk.url}/desk/callback?code={code}&state=autre", "wrong_state", 400)
        await says(http, back, "wrong_state", 400)  # the attempt is over
        await says(http, f"{desk.url}/desk/callback", "wrong_state", 400)
    async with desk.browser() as http, desk.browser() as victim:
        back = await desk.code(http, desk.people["facilitator"])
        await says(victim, back, "wrong_state", 400)  # somebody else's browser
        assert not list(victim.cookie_jar)


async def test_a_code_serves_once(desk: Desk) -> None:
    async with desk.browser() as http:
        back = await desk.code(http, desk.people["facilitator"])
        attempt = next(cookie.value for cookie in http.cookie_jar)
        async with http.get(back) as answer:
            assert answer.status == 200
    async with aiohttp.ClientSession(
        cookies={"entrepairs_login": attempt}, headers={"Accept-Language": "en"}
    ) as again:
        await says(again, back, "code_refused", 400, "en")


async def test_one_says_no(desk: Desk) -> None:
    async with desk.browser("en-GB") as http:
        back = await desk.code(http, desk.people["facilitator"], "refuse")
        await says(http, back, "declined", 403, "en")


async def test_a_wrong_secret_and_a_discord_that_is_down(desk: Desk) -> None:
    async with desk.browser() as http:
        right, desk.login._secret = desk.login._secret, "faux"
        await says(http, await desk.code(http, desk.people["facilitator"]), "secret_refused", 503)
        desk.login._secret = right
        api, desk.login._api = desk.login._api, "http://127.0.0.1:9"
        await says(http, await desk.code(http, desk.people["facilitator"]), "discord_down", 502)
        desk.login._api = api
        desk.login.client_id = lambda: None
        await says(http, f"{desk.url}/desk/login", "starting", 503)


async def test_without_the_settings_it_says_so(network: Network) -> None:
    async with desk_of(network, configured=False) as desk, desk.browser() as http:
        for path in ("/desk", "/desk/", "/desk/login", "/desk/callback", "/desk/1"):
            await says(http, f"{desk.url}{path}", "not_configured", 503)


async def test_the_pages_are_in_the_persons_language(desk: Desk, clock: SetClock) -> None:
    someone = standing(desk.people["facilitator"], display_name="Claire", locale="en")
    await desk.network.services.members.identify(someone)
    async with desk.browser("fr") as http:
        page = await desk.log_in(http)
        assert '<html lang="en">' in page
        assert "Network health · Territoires en commun" in page
