"""10,000 links visited by the link checker against a server on this machine: time and memory.

Run as ``python -m scripts.bench_links``. Each host has ten pages; all names lead to this machine, which the
checker is allowed to visit here only.
"""

import asyncio
import resource
import socket
import sys
import tempfile
import time
from datetime import UTC, datetime

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.clock import SystemClock
from bot.fetcher import Fetcher
from bot.upkeep import migrate
from community.actors import Actor
from community.importer import Importer
from community.links import Links
from community.sheets import Row
from storage.engine import Database
from storage.networks import Network

HERE = "127.0.0.1"
LINKS, PAGES_OF_HOST = 10_000, 10
GOAL_MIB = 200


class Names(AbstractResolver):
    """Every name is this machine."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=HERE, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None: ...


async def serve() -> None:
    """The server, in a process of its own: says its port, and answers until it is ended."""

    async def answer(request: web.Request) -> web.Response:
        return web.Response(
            text="<title>Une page</title>", status=404 if request.path == "/robots.txt" else 200
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HERE, 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


async def measure(port: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        await migrate(url)
        db = Database(url)
        async with db.transaction() as session:
            network = Network(name="Banc d’essai", created_at=datetime.now(UTC))
            session.add(network)
            await session.flush()
        actor = Actor.operator(network.id or 0)
        rows = (
            Row(
                n,
                {
                    "title": f"Page {n}",
                    "url": f"http://h{n % (LINKS // PAGES_OF_HOST)}.example.org:{port}/{n}",
                },
            )
            for n in range(LINKS)
        )
        await Importer(db, SystemClock()).resources(actor, rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        began = time.perf_counter()
        allowed = frozenset({(HERE, port)})
        async with Fetcher(pause_s=0.0, resolver=Names, allowed=allowed) as web_reader:
            report = await Links(db, SystemClock(), web_reader).check(actor)
        took = time.perf_counter() - began
        await db.dispose()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert report.ok == LINKS, report
    print(
        f"{LINKS} links: {took:.0f} s, {most:.0f} MiB at most ({before:.0f} MiB before); goal {GOAL_MIB} MiB"
    )


async def main() -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scripts.bench_links", "serve", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert server.stdout is not None
        await measure(int(await server.stdout.readline()))
    finally:
        server.terminate()
        await server.wait()


if __name__ == "__main__":
    asyncio.run(serve() if sys.argv[1:] == ["serve"] else main())
