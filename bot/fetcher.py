"""Reads pages of the public web for the link checker and for forms. See ``addresses.py`` for where it may go.

Bounded in time, size, redirects and visits at once; one visit of a host at a time, with a pause, and its
robots.txt obeyed. A name is resolved by us, all its addresses are checked, and the one that we connect to is
checked once more as the connection is made: a name that answers differently the second time gains nothing.
"""

import asyncio
import logging
import socket
import ssl
import time
import zlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, TypeVar
from urllib.robotparser import RobotFileParser

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.addresses import ForbiddenAddress, checked, is_public
from bot.pdf_facts import facts
from community.ports import Fetched, Outcome, Unreachable, Visit

Result = TypeVar("Result")
log = logging.getLogger(__name__)

AGENT = "Entre-pairs-liens"
USER_AGENT = f"{AGENT}/1.0 (link-checker)"
REDIRECTS_MOST = 5
TIME_S = 20.0
PAUSE_S = 1.0
PAUSE_MOST_S = 10.0  # of a robots.txt that asks for more patience than we have
PAGE_MOST = 1 << 20
DOCUMENT_MOST = 10 << 20
ROBOTS_MOST = 512_000
VISITS_AT_ONCE = 20
_HOSTS_KEPT = 2_000
_ROBOTS_KEPT_S = 24 * 3600.0
_PERMANENT = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 1 << 16

# For tests on this machine: addresses ("127.0.0.1", port) that may be visited all the same.
Allowed = frozenset[tuple[str, int]]


@dataclass
class _Host:
    """How we behave towards one host. Kept for a day."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    pause: float = PAUSE_S
    robots: dict[str, tuple[float, RobotFileParser]] = field(default_factory=dict)  # by origin


class PublicResolver(AbstractResolver):
    """Gives a name's addresses if every one of them is public; one that is not spoils the name."""

    def __init__(self, inner: AbstractResolver, may: Callable[[str, int], bool]) -> None:
        self._inner = inner
        self._may = may

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not found or not all(self._may(one["host"], port) for one in found):
            raise OSError("the name leads to an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()


class Fetcher:
    """Satisfies ``WebReader``. Use as a context, or ``close`` it: connections begin with the first visit."""

    def __init__(
        self,
        *,
        user_agent: str = USER_AGENT,
        pause_s: float = PAUSE_S,
        time_s: float = TIME_S,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
        allowed: Allowed = frozenset(),
    ) -> None:
        self._user_agent = user_agent
        self._pause_s = pause_s
        self._time_s = time_s
        self._resolver = resolver
        self._allowed = allowed
        self._hosts: OrderedDict[str, _Host] = OrderedDict()
        self._room = asyncio.Semaphore(VISITS_AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "Fetcher":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def visit(self, url: str) -> Visit:
        """HEAD, then GET where a server does not like HEAD. The page itself is not read."""
        try:
            found = await self._bounded(self._visit(url, "HEAD"))
            if found.outcome is Outcome.OK or found.outcome is Outcome.UNASKED or found.status == 429:
                return found
        except Unreachable as error:
            if error.outcome is not Outcome.FAILING:
                return Visit(error.outcome)
        try:
            return await self._bounded(self._visit(url, "GET"))
        except Unreachable as error:
            return Visit(error.outcome)

    async def read(self, url: str) -> Fetched:
        """The first megabyte of a page, or what a document of at most ten says of itself."""
        return await self._described(url)

    async def _visit(self, url: str, method: str) -> Visit:
        async with self._answer(url, method) as (answer, moved):
            return Visit(_outcome(answer.status), answer.status, str(answer.url) if moved else None)

    async def _read(self, url: str) -> Fetched:
        async with self._answer(url, "GET") as (answer, _):
            outcome = _outcome(answer.status)
            if outcome is not Outcome.OK:
                raise Unreachable(outcome)
            kind = answer.content_type.lower()
            most = DOCUMENT_MOST if kind == "application/pdf" else PAGE_MOST
            body, complete = await _body(answer, most)
            return Fetched(str(answer.url), kind, answer.charset, body, complete)

    async def _described(self, url: str) -> Fetched:
        """With what a PDF says of itself; a PDF that was cut short has lost it."""
        page = await self._bounded(self._read(url))
        if page.complete and page.body.startswith(b"%PDF"):
            return replace(page, body=b"", facts=await facts(page.body))
        return page

    async def _bounded(self, work: Awaitable[Result]) -> Result:
        """One of so many at once; what the network does is an Unreachable."""
        try:
            async with self._room:
                return await work
        except ForbiddenAddress as error:
            log.info("link not visited rule=%s", error)
            raise Unreachable(Outcome.FAILING) from error
        except (aiohttp.ClientError, OSError, ssl.SSLError, ValueError, zlib.error) as error:
            raise Unreachable(Outcome.FAILING) from error

    @asynccontextmanager
    async def _answer(self, url: str, method: str) -> AsyncIterator[tuple[aiohttp.ClientResponse, bool]]:
        """The answer at the end of the redirects, and whether all of them were permanent."""
        moved, seen = False, set[yarl.URL]()
        here = self._checked(url)
        left = self._time_s  # for the visit itself: waiting for one's turn does not count
        for hop in range(REDIRECTS_MOST + 1):
            if here in seen:
                raise Unreachable(Outcome.FAILING)
            seen.add(here)
            async with self._turn(here) as host, asyncio.timeout(left):
                began = time.monotonic()
                if not await self._welcome(host, here):
                    raise Unreachable(Outcome.UNASKED)
                async with self._request(method, here) as answer:
                    if answer.status not in _REDIRECTS or "Location" not in answer.headers:
                        yield answer, moved
                        return
                    permanent = answer.status in _PERMANENT
                    moved = permanent and (moved or hop == 0)
                    there = here.join(yarl.URL(answer.headers["Location"])).with_fragment(None)
            left -= time.monotonic() - began
            here = self._checked(str(there))
        raise Unreachable(Outcome.FAILING)

    @asynccontextmanager
    async def _turn(self, url: yarl.URL) -> AsyncIterator[_Host]:
        """One visit of a host at a time, some time after the one before."""
        host = self._hosts.setdefault(url.host or "", _Host(pause=self._pause_s))
        self._hosts.move_to_end(url.host or "")
        while len(self._hosts) > _HOSTS_KEPT:
            self._hosts.popitem(last=False)
        async with host.lock:
            await asyncio.sleep(max(0.0, host.free_at - time.monotonic()))
            try:
                yield host
            finally:
                host.free_at = time.monotonic() + host.pause

    async def _welcome(self, host: _Host, url: yarl.URL) -> bool:
        """Whether the host's robots.txt lets us in. Without one, everyone is welcome."""
        origin = str(url.origin())
        known = host.robots.get(origin)
        if known is None or known[0] < time.monotonic():
            rules = await self._robots(url.origin() / "robots.txt")
            known = (time.monotonic() + _ROBOTS_KEPT_S, rules)
            host.robots = {origin: known, **dict(list(host.robots.items())[:7])}
            wish = rules.crawl_delay(AGENT)
            if wish is not None:
                host.pause = min(PAUSE_MOST_S, max(self._pause_s, float(wish)))
        return known[1].can_fetch(AGENT, str(url))

    async def _robots(self, url: yarl.URL) -> RobotFileParser:
        rules = RobotFileParser()
        text = ""
        for _ in range(REDIRECTS_MOST):
            async with self._request("GET", url) as answer:
                if answer.status in _REDIRECTS and "Location" in answer.headers:
                    url = self._checked(str(url.join(yarl.URL(answer.headers["Location"]))))
                    continue
                if answer.status == 200:
                    body, _ = await _body(answer, ROBOTS_MOST)
                    text = body.decode("utf-8", "replace")
                break
        rules.parse(text.splitlines())
        return rules

    def _request(self, method: str, url: yarl.URL) -> Any:
        return self._opened().request(method, url, allow_redirects=False)

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=PublicResolver(self._resolver(), self._may),
                use_dns_cache=False,
                force_close=True,
                limit=VISITS_AT_ONCE * 2,
                socket_factory=self._socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                # Compressed answers are taken apart by us, within bounds.
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self._user_agent, "Accept": "text/html,*/*;q=0.8"},
                skip_auto_headers=["Accept-Encoding"],
                timeout=aiohttp.ClientTimeout(total=self._time_s),
                trust_env=False,
                read_bufsize=_CHUNK,
            )
        return self._session

    def _socket(self, info: Any) -> socket.socket:
        """The last door: called with the very address that is about to be connected to."""
        family, kind, protocol, _, address = info
        if not self._may(address[0], address[1]):
            raise OSError("the address is not public")
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made

    def _may(self, address: str, port: int) -> bool:
        return is_public(address) or (address, port) in self._allowed

    def _checked(self, url: str) -> yarl.URL:
        try:
            return checked(url)
        except ForbiddenAddress:
            found = yarl.URL(url)
            if self._allowed and any(found.port == port for _, port in self._allowed):
                return found  # the resolver and the socket still decide
            raise


def _outcome(status: int) -> Outcome:
    if status < 400:
        return Outcome.OK
    if status in (404, 410):
        return Outcome.GONE
    if status == 429:
        return Outcome.BUSY
    return Outcome.REFUSED if status < 500 else Outcome.FAILING


async def _body(answer: aiohttp.ClientResponse, most: int) -> tuple[bytes, bool]:
    """At most so many bytes, unpacked; whether that is all."""
    coding = answer.headers.get("Content-Encoding", "identity").lower()
    unpack = zlib.decompressobj(wbits=47) if coding in ("gzip", "x-gzip", "deflate") else None
    if unpack is None and coding != "identity":
        raise Unreachable(Outcome.FAILING)
    held = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        held += unpack.decompress(chunk, most + 1 - len(held)) if unpack else chunk
        if len(held) > most or (unpack and unpack.unconsumed_tail):
            return bytes(held[:most]), False
    return bytes(held), True
