"""A web login: the consent screen, the code, the token, and what it opens; all that must be refused."""

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.world import App
from tests.sandbox.conftest import Town

BACK = "http://127.0.0.1:9/retour?a=1"


@pytest.fixture
def login(town: Town) -> App:
    return town.sandbox.world.add_app("Entraide", redirect_uris=[BACK])


class Browser:
    """What a browser and a web application do, without either."""

    def __init__(self, sandbox: Sandbox, app: App, http: aiohttp.ClientSession) -> None:
        self.sandbox, self.app, self.http = sandbox, app, http

    def query(self, **changes: str | None) -> dict[str, str]:
        asked = {
            "client_id": self.app.id,
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "identify guilds",
            "state": "é&=1",
            **changes,
        }
        return {key: value for key, value in asked.items() if value is not None}

    async def page(self, language: str = "fr", **changes: str | None) -> tuple[int, str]:
        headers = {"Accept-Language": language}
        url = f"{self.sandbox.url}/oauth2/authorize"
        async with self.http.get(url, params=self.query(**changes), headers=headers) as response:
            return response.status, await response.text()

    async def decide(self, person: str, decision: str = "allow", **changes: str | None) -> dict[str, str]:
        form = {**self.query(**changes), "person": person, "decision": decision}
        url = f"{self.sandbox.url}/oauth2/authorize"
        async with self.http.post(url, data=form, allow_redirects=False) as response:
            assert response.status == 302
            assert response.headers["Location"].startswith("http://127.0.0.1:9/retour?a=1&")
            found = parse_qs(urlsplit(response.headers["Location"]).query)
            return {key: values[0] for key, values in found.items()}

    async def token(self, path: str = "/oauth2/token", **form: str) -> tuple[int, dict[str, Any]]:
        sent = {
            "client_id": self.app.id,
            "client_secret": self.app.secret,
            "grant_type": "authorization_code",
            "redirect_uri": BACK,
            **form,
        }
        async with self.http.post(f"{self.sandbox.api}{path}", data=sent) as response:
            return response.status, await response.json()

    async def get(self, path: str, token: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        async with self.http.get(f"{self.sandbox.api}{path}", headers=headers) as response:
            return response.status, await response.json()


@pytest.fixture
async def browser(town: Town, login: App) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession() as http:
        yield Browser(town.sandbox, login, http)


async def logged_in(browser: Browser, town: Town, **changes: str | None) -> dict[str, Any]:
    code = (await browser.decide(town.nicolas.id, **changes))["code"]
    status, token = await browser.token(code=code)
    assert status == 200
    return token


async def test_the_whole_way(town: Town, browser: Browser) -> None:
    status, page = await browser.page()
    assert status == 200
    assert "Entraide demande à vous reconnaître" in page
    assert "Nicolas" in page
    assert "Authorise" in (await browser.page("en-GB"))[1]
    answer = await browser.decide(town.nicolas.id)
    assert answer["state"] == "é&=1"
    status, token = await browser.token(code=answer["code"])
    assert (status, token["token_type"], token["scope"]) == (200, "Bearer", "identify guilds")
    assert token["expires_in"] == 604800
    assert (await browser.get("/users/@me", token["access_token"]))[1]["id"] == town.nicolas.id
    guilds = (await browser.get("/users/@me/guilds", token["access_token"]))[1]
    assert [guild["id"] for guild in guilds] == [town.guild.id]
    about = (await browser.get("/oauth2/@me", token["access_token"]))[1]
    assert (about["scopes"], about["user"]["id"]) == (["identify", "guilds"], town.nicolas.id)
    assert about["application"]["id"] == browser.app.id


async def test_one_refuses(town: Town, browser: Browser) -> None:
    answer = await browser.decide(town.nicolas.id, "refuse")
    assert answer == {"a": "1", "error": "access_denied", "state": "é&=1"}
    assert (await browser.decide(town.app.user.id))["error"] == "access_denied"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "1"},
        {"redirect_uri": "http://ailleurs.example/"},
        {"redirect_uri": None},
        {"response_type": "token"},
        {"scope": "identify tout"},
        {"scope": ""},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ],
)
async def test_asks_nobody_for_a_bad_request(
    town: Town, browser: Browser, changes: dict[str, str | None]
) -> None:
    assert (await browser.page(**changes))[0] == 400
    form = {**browser.query(**changes), "person": town.nicolas.id, "decision": "allow"}
    url = f"{town.sandbox.url}/oauth2/authorize"
    async with browser.http.post(url, data=form, allow_redirects=False) as response:
        assert response.status == 400
        assert "Location" not in response.headers


async def test_shows_names_as_text(town: Town, browser: Browser) -> None:
    town.sandbox.world.join(town.guild, town.sandbox.world.add_user("<script>alert(1)</script>"))
    page = (await browser.page(state='"><script>alert(2)</script>'))[1]
    assert "<script" not in page


async def test_a_code_is_good_once_for_ten_minutes_and_for_its_application(
    town: Town, browser: Browser
) -> None:
    code = (await browser.decide(town.nicolas.id))["code"]
    assert (await browser.token(code=code, redirect_uri="http://ailleurs.example/"))[1][
        "error"
    ] == "invalid_grant"
    code = (await browser.decide(town.nicolas.id))["code"]
    assert (await browser.token(code=code))[0] == 200
    assert (await browser.token(code=code))[1]["error"] == "invalid_grant"
    late = (await browser.decide(town.nicolas.id))["code"]
    town.sandbox.clock.advance(timedelta(minutes=10, seconds=1))
    assert (await browser.token(code=late))[1]["error"] == "invalid_grant"
    code = (await browser.decide(town.nicolas.id))["code"]
    other = Browser(town.sandbox, town.app, browser.http)
    assert (await other.token(code=code))[1]["error"] == "invalid_grant"


async def test_the_application_proves_who_it_is(town: Town, browser: Browser) -> None:
    code = (await browser.decide(town.nicolas.id))["code"]
    assert await browser.token(code=code, client_secret="faux") == (401, {"error": "invalid_client"})
    pair = base64.b64encode(f"{browser.app.id}:{browser.app.secret}".encode()).decode()
    basic = {"Authorization": f"Basic {pair}"}
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    async with browser.http.post(f"{town.sandbox.api}/oauth2/token", data=form, headers=basic) as response:
        assert response.status == 200
    async with browser.http.post(f"{town.sandbox.api}/oauth2/token", json=form, headers=basic) as response:
        assert (response.status, (await response.json())["error"]) == (400, "invalid_request")
    assert (await browser.token(grant_type="password"))[1]["error"] == "unsupported_grant_type"


async def test_proof_key(town: Town, browser: Browser) -> None:
    verifier = "v" * 43
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"code_challenge": digest, "code_challenge_method": "S256"}
    code = (await browser.decide(town.nicolas.id, **asked))["code"]
    assert (await browser.token(code=code, code_verifier="faux"))[1]["error"] == "invalid_grant"
    code = (await browser.decide(town.nicolas.id, **asked))["code"]
    assert (await browser.token(code=code, code_verifier=verifier))[0] == 200


async def test_a_token_opens_what_was_allowed_and_no_more(town: Town, browser: Browser) -> None:
    token = (await logged_in(browser, town, scope="identify"))["access_token"]
    me = (await browser.get("/users/@me", token))[1]
    assert me["email"] is None
    for path in (
        "/users/@me/guilds",
        f"/users/@me/guilds/{town.guild.id}/member",
        f"/guilds/{town.guild.id}",
        f"/channels/{town.room}/messages",
    ):
        assert (await browser.get(path, token))[0] == 401
    wide = (await logged_in(browser, town, scope="identify email guilds.members.read"))["access_token"]
    assert (await browser.get("/users/@me", wide))[1]["email"] == "nicolas@example.org"
    member = (await browser.get(f"/users/@me/guilds/{town.guild.id}/member", wide))[1]
    assert member["user"]["id"] == town.nicolas.id


async def test_tokens_are_renewed_revoked_and_grow_old(town: Town, browser: Browser) -> None:
    first = await logged_in(browser, town)
    status, second = await browser.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert status == 200
    assert (await browser.token(grant_type="refresh_token", refresh_token=first["refresh_token"]))[0] == 400
    assert (await browser.token("/oauth2/token/revoke", token=second["access_token"]))[0] == 200
    assert (await browser.get("/users/@me", second["access_token"]))[0] == 401
    assert (await browser.token(grant_type="refresh_token", refresh_token=second["refresh_token"]))[0] == 400
    assert (await browser.get("/users/@me", first["access_token"]))[0] == 200
    town.sandbox.clock.advance(timedelta(days=7, seconds=1))
    assert (await browser.get("/users/@me", first["access_token"]))[0] == 401


async def test_the_journal_holds_no_secret(town: Town, browser: Browser) -> None:
    token = await logged_in(browser, town)
    text = town.sandbox.journal.lines()
    for secret in (token["access_token"], token["refresh_token"], browser.app.secret):
        assert secret not in text


async def test_a_script_makes_the_application_and_logs_in(town: Town) -> None:
    async with aiohttp.ClientSession() as http:
        made = {"name": "Site", "redirect_uris": [BACK]}
        async with http.post(f"{town.sandbox.url}/sandbox/control/apps", json=made) as response:
            app = await response.json()
    assert app["redirect_uris"] == [BACK]
    asked = {"client_id": app["id"], "redirect_uri": BACK, "response_type": "code", "scope": "identify"}
    back = await town.nicolas.authorizes(f"{town.sandbox.url}/oauth2/authorize?{urlencode(asked)}")
    assert "code=" in back
    refused = await town.nicolas.authorizes(
        f"{town.sandbox.url}/oauth2/authorize?{urlencode(asked)}", allow=False
    )
    assert "error=access_denied" in refused
