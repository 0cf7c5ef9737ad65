"""The facilitators' pages on a sandbox's Discord: who is there, and a browser without any script."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

import aiohttp

from bot.demo import free_port
from bot.desk_page import BACK, DeskPage
from bot.desk_parts import desk_uses
from bot.discord_login import DiscordLogin
from bot.health import Gateway
from bot.metrics import Metrics
from bot.web import Probe, Web
from cogs.pictures import Artist
from community.actors import Role
from prompts import Words
from sandbox import App, Sandbox
from tests.community.conftest import ADMIN, Network, standing


@dataclass
class Desk:
    """``people``: account by role; the facilitator is « Claire »."""

    url: str
    sandbox: Sandbox
    app: App
    network: Network
    people: dict[str, str]
    login: DiscordLogin

    def browser(self, language: str = "fr") -> aiohttp.ClientSession:
        headers = {"Accept-Language": language}
        return aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def code(self, http: aiohttp.ClientSession, person: str, decision: str = "allow") -> str:
        """The address that Discord sends the person back to, once they said yes (or no)."""
        async with http.get(f"{self.url}/desk/login", allow_redirects=False) as answer:
            assert answer.status == 302
            asked = urlsplit(answer.headers["Location"])
        form = {key: values[0] for key, values in parse_qs(asked.query).items()}
        assert form["scope"] == "identify"
        form |= {"person": person, "decision": decision}
        async with http.post(
            f"{self.sandbox.url}/oauth2/authorize", data=form, allow_redirects=False
        ) as back:
            assert back.status == 302
            return back.headers["Location"]

    async def log_in(self, http: aiohttp.ClientSession, person: str | None = None) -> str:
        """The page where the person lands."""
        async with http.get(await self.code(http, person or self.people["facilitator"])) as page:
            return await page.text()


async def form_key(http: aiohttp.ClientSession, url: str) -> str:
    async with http.get(url) as page:
        found = re.search(r'name="form_key" value="([^"]+)"', await page.text())
        assert found is not None
        return found[1]


@asynccontextmanager
async def desk_of(network: Network, *, configured: bool = True) -> AsyncIterator[Desk]:
    """The pages on a network that has people of this sandbox."""
    async with Sandbox() as sandbox:
        port = free_port(0)
        url = f"http://127.0.0.1:{port}"
        app = sandbox.world.add_app("Entre-pairs", redirect_uris=[f"{url}{BACK}"])
        guild = sandbox.world.add_guild("Réseau d’essai")
        people = {}
        for role in ("facilitator", "member"):
            user = sandbox.world.add_user("Claire" if role == "facilitator" else "Nicolas")
            sandbox.world.join(guild, user)
            someone = replace(standing(user.id), display_name=user.name)
            arrived = await network.services.members.arrive(someone)
            await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
            if role == "facilitator":
                await network.services.members.name_facilitator(network[Role.ADMIN], arrived.member_id or 0)
            people[role] = user.id
        login = DiscordLogin(
            api=sandbox.api,
            authorize=f"{sandbox.url}/oauth2/authorize",
            secret=app.secret,
            back=f"{url}{BACK}",
        )
        login.client_id = lambda: app.id
        page = DeskPage(
            desk_uses(network.db, network.clock, Words()),
            Words(),
            Artist(),
            login if configured else None,
            network.clock,
            secure=False,
        )
        gateway = Gateway()
        web = Web(Probe(network.db, network.clock, gateway), Metrics(gateway), routes=page.routes())
        await web.start("127.0.0.1", port)
        try:
            yield Desk(url, sandbox, app, network, people, login)
        finally:
            await web.stop()


__all__ = ["ADMIN", "Desk", "desk_of", "form_key"]
