"""The sandbox itself: one object that holds the world and serves it over HTTP.

In a test: `async with Sandbox() as sandbox: …`; from a shell: `python -m sandbox`.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox import consent, control, people, state
from sandbox import tour as tours
from sandbox.client import Person
from sandbox.clock import VirtualClock
from sandbox.compose import Composer
from sandbox.conformance import Conformance
from sandbox.faults import Faults
from sandbox.gateway import Gateway
from sandbox.interactions import Interactions
from sandbox.journal import Journal
from sandbox.oauth import OAuth
from sandbox.people_events import PeopleEvents
from sandbox.ratelimit import Buckets, Size
from sandbox.ratelimit import Settings as Limits
from sandbox.rest.serve import serve
from sandbox.rights import Rights
from sandbox.settings import Settings
from sandbox.shapes import Shapes
from sandbox.world import Guild, Json, User, World

PAGE = Path(__file__).parent / "page"
#: Limits that nobody reaches, with their headers; `Buckets()` has those of Discord.
GENEROUS = Limits(sizes={}, other=Size(100_000, 1.0), global_size=None)


class Sandbox:
    """A Discord of one's own. Build the world before or while it runs, through `world`."""

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: VirtualClock | None = None,
        *,
        settings: Settings | None = None,
        buckets: Buckets | None = None,
        tour: Path | Mapping[str, Any] | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.clock = clock or VirtualClock()
        self._own_clock = clock is None
        self.settings = settings or Settings()
        #: A guided tour of the page; see `sandbox.tour`.
        self.tour = tours.read(tour) if tour is not None else None
        self.world = World(self.clock)
        self.rights = Rights(self.world)
        self.shapes = Shapes(self.rights)
        self.composer = Composer(self.world)
        self.journal = Journal(self.clock.now)
        #: What bots and sandbox said that Discord's OpenAPI description does not know; see `violations`.
        self.conformance = Conformance().attach(self.journal)
        self.faults = Faults()
        self.buckets = buckets or Buckets(GENEROUS)
        self.gateway = Gateway(self.world, self.shapes, self.journal, self.faults)
        self.interactions = Interactions(self.world, self.rights, self.gateway, self.composer)
        self.oauth = OAuth(self.world)
        self.events = PeopleEvents(self)
        #: Instants at which each bot opened direct conversations.
        self.openings: dict[str, list[datetime]] = {}
        #: Routes of Discord that were asked for and that the sandbox lacks; tests fail on any.
        self.missing_routes: list[str] = []
        #: Mistakes of the sandbox itself (it answered 500).
        self.crashes: list[str] = []
        self._people: list[Person] = []
        self._runner: web.AppRunner | None = None
        self.clock.watch(lambda _: self.events.tell("CLOCK", self.clock_object()))

    # --- addresses ---------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.host}:{self.port}/gateway/"

    # --- life --------------------------------------------------------------------------------------------

    def application(self) -> web.Application:
        app = web.Application(client_max_size=self.settings.request_limit + 1_000_000)
        app.router.add_route("*", "/api/v10/{tail:.*}", self._rest)
        app.router.add_route("*", "/api/{tail:oauth2/.*}", self._rest)
        consent.install(self, app)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/cdn/{path:.*}", self._cdn)
        app.router.add_get("/sandbox/events", self.events.handle)
        people.install(self, app)
        control.install(self, app)
        app.router.add_get("/", self._index)
        if PAGE.is_dir():
            app.router.add_static("/static/", PAGE)
        return app

    async def start(self) -> None:
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.host, self.port)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        self.world.cdn = f"{self.url}/cdn"

    async def stop(self) -> None:
        for person in self._people:
            await person.close()
        await self.events.stop()
        await self.gateway.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._own_clock:
            self.clock.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # --- people ------------------------------------------------------------------------------------------

    async def person(
        self,
        name: str,
        guild: Guild | None = None,
        *,
        locale: str | None = None,
        roles: list[str] | None = None,
        dm_policy: str | None = None,
    ) -> Person:
        """The client of the person of that name in that server; they are made and join when there is none."""
        user = self._find(name, guild)
        if user is None:
            user = self.world.add_user(name)
        user.locale, user.dm_policy = locale or user.locale, dm_policy or user.dm_policy
        if guild is not None:
            self.world.join(guild, user)
            for role in roles or ():
                self.world.give_role(guild, user.id, role)
        person = Person(self.url, user.id, name=user.name, guild_id=guild.id if guild else None)
        self._people.append(person)
        return person

    def _find(self, name: str, guild: Guild | None) -> User | None:
        known = [u for u in self.world.users.values() if not u.bot and u.name == name]
        inside = [u for u in known if guild is not None and u.id in guild.members]
        return next(iter(inside or known), None)

    def person_object(self, user: User) -> Json:
        return {
            "user": user.data,
            "locale": user.locale,
            "dm_policy": user.dm_policy,
            "guilds": [
                {
                    "id": guild.id,
                    "nick": guild.members[user.id]["nick"],
                    "roles": guild.members[user.id]["roles"],
                }
                for guild in self.world.guilds_of(user.id)
            ],
        }

    def clock_object(self) -> Json:
        return {"now": self.clock.now().isoformat(), "frozen": self.clock.frozen}

    def keep_upload(self, name: str, kind: str, data: bytes) -> Json:
        """A file that a person chose, before the form or command that uses it is sent."""
        attachment_id = self.world.new_id()
        path = f"ephemeral-attachments/{attachment_id}/{name}"
        self.world.files[path] = (data, kind)
        url = f"{self.world.cdn}/{path}"
        upload: Json = {
            "id": attachment_id,
            "filename": name,
            "content_type": kind,
            "size": len(data),
            "url": url,
            "proxy_url": url,
            "ephemeral": True,
        }
        self.interactions.payloads.uploads[attachment_id] = upload
        return upload

    # --- state -------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the world to a file."""
        state.save(self.world, path)

    def load(self, path: Path) -> None:
        """Fill the (empty) world from a file."""
        state.load(self.world, path)

    # --- handlers ----------------------------------------------------------------------------------------

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        return await serve(self, request)

    async def _index(self, request: web.Request) -> web.StreamResponse:
        index = PAGE / "index.html"
        if not index.is_file():
            return web.Response(text="Sandbox", content_type="text/plain")
        return web.FileResponse(index, headers={"Cache-Control": "no-cache"})

    async def _cdn(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        found = self.world.files.get(path)
        if found is None:
            return web.Response(status=404)
        data, kind = found
        kind = kind or mimetypes.guess_type(path)[0] or "application/octet-stream"
        return web.Response(body=data, headers={"Content-Type": kind, "X-Content-Type-Options": "nosniff"})
