"""`python -m sandbox`: a Discord on this machine, until Ctrl-C."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from pathlib import Path

import aiohttp

from sandbox.errors import ApiError
from sandbox.faults import GATEWAY_KINDS, REST_KINDS, words
from sandbox.ratelimit import Buckets
from sandbox.server import Sandbox


def parser() -> argparse.ArgumentParser:
    parse = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parse.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parse.add_argument(
        "--port", type=int, default=8080, help="port, 0 for any free one (default: %(default)s)"
    )
    parse.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="load the world from FILE if it is there; save it on leaving",
    )
    parse.add_argument("--bot", metavar="NAME", help="make a server and a bot of that name; print its token")
    parse.add_argument("--token", help="with --bot: the token to give it")
    parse.add_argument(
        "--unlimited", action="store_true", help="rate limits that nobody reaches, headers kept"
    )
    parse.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="'KIND KEY=VALUE …'",
        help="go wrong on purpose, e.g. 'close code=4009' or 'status route=/channels/*/messages status=503'; "
        f"kinds: {', '.join([*REST_KINDS, *GATEWAY_KINDS])}",
    )
    parse.add_argument(
        "--at", metavar="URL", help="with --fault: provoke it in the sandbox that runs there, start none"
    )
    parse.add_argument("--tour", type=Path, metavar="FILE", help="JSON file of a guided tour of the page")
    return parse


def furnish(sandbox: Sandbox, name: str, token: str | None) -> str:
    """A server, a person and a bot with every permission; returns the bot's token."""
    world = sandbox.world
    for app in world.apps.values():
        if app.name == name:
            return app.token
    guild = world.add_guild("Serveur")
    world.join(guild, world.add_user("Camille"))
    app = world.add_app(name, token=token, intents={"members", "presences", "message_content"})
    world.invite(app, guild, permissions=1 << 3)
    return app.token


async def provoke(url: str, faults: list[str]) -> None:
    """Tell a sandbox that runs elsewhere."""
    async with aiohttp.ClientSession() as http:
        for fault in faults:
            async with http.post(f"{url.rstrip('/')}/sandbox/control/faults", json=words(fault)) as response:
                sys.stdout.write(f"{await response.text()}\n")
                if response.status != 200:
                    raise SystemExit(2)


async def run(options: argparse.Namespace) -> None:
    buckets = None if options.unlimited else Buckets()
    sandbox = Sandbox(options.host, options.port, buckets=buckets, tour=options.tour)
    if options.state is not None and options.state.exists():
        sandbox.load(options.state)
    for fault in options.fault:
        sandbox.faults.add_words(fault)
    token = furnish(sandbox, options.bot, options.token) if options.bot else None
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop.set)
    async with sandbox:
        sys.stdout.write(f"page:    {sandbox.url}/\nREST:    {sandbox.api}\ngateway: {sandbox.gateway_url}\n")
        if token is not None:
            sys.stdout.write(f"token:   {token}\n")
        sys.stdout.flush()
        await stop.wait()
        if options.state is not None:
            sandbox.save(options.state)


def main() -> None:
    parse = parser()
    options = parse.parse_args()
    if options.at is not None:
        asyncio.run(provoke(options.at, options.fault))
        return
    try:
        asyncio.run(run(options))
    except ApiError as error:
        parse.error(json.dumps(error.body()))


if __name__ == "__main__":
    main()
