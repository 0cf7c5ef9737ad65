"""The visitor of pages against a real server that behaves in every bad way, and names that lie."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.fetcher import PAGE_MOST, Fetcher
from community.ports import Outcome, Unreachable, Visit

HERE = "127.0.0.1"
BOMB = gzip.compress(gzip.compress(b"\0" * 50_000_000, 9) + b"\0" * 50_000_000, 9)


@dataclass
class Site:
    """A server on this machine. ``met``: what was asked, in order."""

    port: int = 0
    met: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    robots: str | None = None
    together: int = 0
    most_together: int = 0

    def url(self, path: str, host: str = HERE) -> str:
        return f"http://{host}:{self.port}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.met.append(f"{request.method} {request.path}")
        self.agents.add(request.headers.get("User-Agent", ""))
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            return await self._answer(request)
        finally:
            self.together -= 1

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        head = request.method == "HEAD"
        match request.path.strip("/").split("/"):
            case ["robots.txt"]:
                return web.Response(text=self.robots or "", status=200 if self.robots else 404)
            case ["status", code]:
                return web.Response(status=int(code))
            case ["no_head"]:
                return web.Response(status=405 if head else 200)
            case ["loop", step]:
                return web.Response(status=302, headers={"Location": f"/loop/{1 - int(step)}"})
            case ["far", step]:
                return web.Response(status=301, headers={"Location": f"/far/{int(step) + 1}"})
            case ["moved", code, *rest]:
                return web.Response(status=int(code), headers={"Location": f"/{'/'.join(rest)}"})
            case ["to"]:
                return web.Response(status=302, headers={"Location": request.query["url"]})
            case ["slow"]:
                await asyncio.sleep(30)
                return web.Response()
            case ["endless"]:
                return await self._endless(request, b"x" * 65536)
            case ["trickle"]:
                return await self._endless(request, b"x", pause=0.05)
            case ["bomb"]:
                return web.Response(
                    body=BOMB, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"}
                )
            case ["zipped"]:
                body = gzip.compress(b"<title>Bonjour</title>")
                return web.Response(
                    body=body, headers={"Content-Encoding": "gzip", "Content-Type": "text/html"}
                )
            case ["odd_coding"]:
                return web.Response(body=b"x", headers={"Content-Encoding": "br"})
            case ["broken"]:
                assert request.transport is not None
                request.transport.close()
                return web.Response()
            case _:
                await asyncio.sleep(0)
                return web.Response(text="<title>Une page</title>", content_type="text/html")

    async def _endless(self, request: web.Request, piece: bytes, pause: float = 0.0) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        while request.method != "HEAD":
            await response.write(piece)
            await asyncio.sleep(pause)
        return response


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, HERE, 0).start()
    made.port = runner.addresses[0][1]
    yield made
    await runner.cleanup()


@pytest.fixture
async def fetcher(site: Site) -> AsyncIterator[Fetcher]:
    """May visit the site, without pauses."""
    async with Fetcher(pause_s=0.0, allowed=frozenset({(HERE, site.port)})) as made:
        yield made


@pytest.fixture
async def impatient(site: Site) -> AsyncIterator[Fetcher]:
    async with Fetcher(pause_s=0.0, time_s=0.3, allowed=frozenset({(HERE, site.port)})) as made:
        yield made


async def test_a_slow_server_is_not_waited_for(impatient: Fetcher, site: Site) -> None:
    assert (await impatient.visit(site.url("/slow"))).outcome is Outcome.FAILING
    for path in ("/trickle", "/slow"):
        with pytest.raises(Unreachable):
            await impatient.read(site.url(path))


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/page", Outcome.OK),
        ("/no_head", Outcome.OK),
        ("/status/401", Outcome.REFUSED),
        ("/status/403", Outcome.REFUSED),
        ("/status/451", Outcome.REFUSED),
        ("/status/429", Outcome.BUSY),
        ("/status/404", Outcome.GONE),
        ("/status/410", Outcome.GONE),
        ("/status/500", Outcome.FAILING),
        ("/status/503", Outcome.FAILING),
        ("/loop/0", Outcome.FAILING),
        ("/far/0", Outcome.FAILING),
        ("/broken", Outcome.FAILING),
        ("/endless", Outcome.OK),
        ("/bomb", Outcome.OK),
        ("/moved/302/status/404", Outcome.GONE),
    ],
)
async def test_what_a_visit_meets(fetcher: Fetcher, site: Site, path: str, outcome: Outcome) -> None:
    assert (await fetcher.visit(site.url(path))).outcome is outcome


async def test_a_server_that_does_not_know_head_is_asked_again(fetcher: Fetcher, site: Site) -> None:
    await fetcher.visit(site.url("/no_head"))
    assert site.met == ["GET /robots.txt", "HEAD /no_head", "GET /no_head"]
    await fetcher.visit(site.url("/status/429"))
    assert site.met[3:] == ["HEAD /status/429"], "who asks for patience is not asked twice"


async def test_we_say_who_we_are(fetcher: Fetcher, site: Site) -> None:
    await fetcher.visit(site.url("/page"))
    assert len(site.agents) == 1
    assert "Entre-pairs" in next(iter(site.agents))


async def test_only_a_way_of_permanent_redirects_is_a_new_address(fetcher: Fetcher, site: Site) -> None:
    permanent = await fetcher.visit(site.url("/moved/301/moved/308/page"))
    assert permanent == Visit(Outcome.OK, 200, site.url("/page"))
    for path in ("/moved/302/page", "/moved/301/moved/302/page", "/moved/302/moved/301/page", "/page"):
        assert (await fetcher.visit(site.url(path))).moved_to is None


async def test_robots_are_obeyed_and_asked_once(fetcher: Fetcher, site: Site) -> None:
    site.robots = "User-agent: *\nDisallow: /closed\n"
    assert (await fetcher.visit(site.url("/closed/x"))).outcome is Outcome.UNASKED
    assert (await fetcher.visit(site.url("/open"))).outcome is Outcome.OK
    assert (await fetcher.visit(site.url("/moved/301/closed/x"))).outcome is Outcome.UNASKED
    assert [one for one in site.met if "closed/x" in one and "moved" not in one] == []
    assert site.met.count("GET /robots.txt") == 1


async def test_a_robots_that_never_ends_costs_little(fetcher: Fetcher, site: Site) -> None:
    site.robots = "Disallow: /a\n" * 200_000
    assert (await fetcher.visit(site.url("/page"))).outcome is Outcome.OK


async def test_one_visit_of_a_host_at_a_time(fetcher: Fetcher, site: Site) -> None:
    await asyncio.gather(*(fetcher.visit(site.url(f"/page{number}")) for number in range(10)))
    assert site.most_together == 1


async def test_a_page_is_read_up_to_a_bound(fetcher: Fetcher, site: Site) -> None:
    page = await fetcher.read(site.url("/moved/302/page"))
    assert (page.url, page.content_type, page.body) == (
        site.url("/page"),
        "text/html",
        b"<title>Une page</title>",
    )
    assert page.complete
    assert (await fetcher.read(site.url("/zipped"))).body == b"<title>Bonjour</title>"
    for path in ("/endless", "/bomb"):
        cut = await fetcher.read(site.url(path))
        assert (len(cut.body), cut.complete) == (PAGE_MOST, False)


@pytest.mark.parametrize("path", ["/odd_coding", "/broken", "/status/404", "/loop/0"])
async def test_what_cannot_be_read(fetcher: Fetcher, site: Site, path: str) -> None:
    with pytest.raises(Unreachable):
        await fetcher.read(site.url(path))


# The operator's own network.


async def test_by_default_this_machine_is_refused(site: Site) -> None:
    async with Fetcher(pause_s=0.0) as fetcher:
        for host in (HERE, "localhost", "[::1]", "2130706433", "[::ffff:127.0.0.1]"):
            assert (await fetcher.visit(site.url("/page", host))).outcome is Outcome.FAILING
            with pytest.raises(Unreachable):
                await fetcher.read(site.url("/page", host))
    assert site.met == []


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{port}/page",
        "http://10.0.0.1:{port}/page",
        "http://127.0.0.2:{port}/page",
        "http://2130706434:{port}/page",
        "file:///etc/passwd",
        "http://127.0.0.1:22/",
    ],
)
async def test_a_redirect_leads_nowhere_else(fetcher: Fetcher, site: Site, target: str) -> None:
    url = f"{site.url('/to')}?url={target.format(port=site.port)}"
    assert (await fetcher.visit(url)).outcome is Outcome.FAILING
    assert {one for one in site.met if "page" in one} == set()


class Names(AbstractResolver):
    """Answers each look-up with the next address of its list; the last one stays."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked += 1
        address = self.addresses.pop(0) if len(self.addresses) > 1 else self.addresses[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None: ...


async def test_a_name_that_answers_differently_the_second_time(site: Site) -> None:
    """robots.txt is fetched at the allowed address; then the name says another one, and is not followed."""
    names = Names(HERE, "127.0.0.2")
    allowed = frozenset({(HERE, site.port)})
    async with Fetcher(pause_s=0.0, resolver=lambda: names, allowed=allowed) as fetcher:
        visit = await fetcher.visit(site.url("/page", "rebinding.example.org"))
    assert (visit.outcome, site.met, names.asked > 1) == (Outcome.FAILING, ["GET /robots.txt"], True)


async def test_a_name_whose_addresses_are_not_all_public() -> None:
    async with Fetcher(pause_s=0.0, resolver=lambda: Names("10.0.0.7")) as fetcher:
        assert (await fetcher.visit("http://intranet.example.org/")).outcome is Outcome.FAILING


async def test_the_connection_itself_is_guarded(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even were the look-up's answer not checked, the socket is never made."""
    made = Fetcher(pause_s=0.0, resolver=lambda: Names(HERE))
    async with made as fetcher:
        resolver = fetcher._opened().connector._resolver  # type: ignore[union-attr]  # a TCPConnector
        monkeypatch.setattr(resolver, "_may", lambda *_: True)
        assert (await fetcher.visit("http://liar.example.org:8080/")).outcome is Outcome.FAILING
        with pytest.raises(OSError, match="not public"):
            fetcher._socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", (HERE, site.port)))
    assert site.met == []
