"""``entrepairs demo``: a Discord of one's own, a demonstration network, and the real bot on it.

One process and one virtual clock, which the page can move. The world lives as long as the process, so the
database starts anew with it. The bot itself is the one that ``entrepairs run`` starts: only addresses differ.
"""

import asyncio
import contextlib
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from bot import compose, logs, upkeep
from bot import settings as settings_module
from bot.console import Console
from bot.demo_network import DATA, OWNER, populate
from bot.desk_page import BACK, HOME
from bot.failures import CannotRun, Exit
from bot.run import Runner, stopped_by_signals
from bot.server_permissions import NEEDED
from bot.settings import Settings
from sandbox import Guild, Sandbox, VirtualClock

HOST = "127.0.0.1"
WEB_PORT = 8090
PORTS_TRIED = 50
PARIS = ZoneInfo("Europe/Paris")
TUESDAY = 2
DATABASE = "entrepairs.db"
TOUR = DATA / "tour.json"


async def demonstrate(console: Console, *, port: int, folder: Path) -> None:
    """Run until a signal."""
    clock = VirtualClock(working_morning(datetime.now(UTC)))
    sandbox = Sandbox(HOST, free_port(port), clock, tour=TOUR)
    with console.working("console.demo.preparing"):
        database = await fresh_database(folder)
        await sandbox.start()
    try:
        owner = sandbox.world.add_user(OWNER)
        guild = sandbox.world.add_guild("Réseau de démonstration", owner=owner)
        settings = _settings(sandbox, guild, database, free_port(WEB_PORT if port else 0))
        logs.set_up(settings.log_format, settings.log_level, secrets=settings.secrets)
        parts = compose.base(settings, console.words, clock)
        runner = Runner(parts, publish="always")
        with stopped_by_signals(runner):
            telling = asyncio.create_task(_open(console, sandbox, guild, parts, runner), name="demo address")
            try:
                await runner.run()
            finally:
                telling.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await telling
    finally:
        await sandbox.stop()
    console.say("console.demo.stopped")


def working_morning(now: datetime) -> datetime:
    """Ten o’clock of the next Tuesday in Paris, when agents are at their desks.

    A demonstration opened at night would keep private messages for the morning, and one opened on a Saturday
    would find its digests too late after a jump of a week. It is never in the past: discord.py would hold
    what is older than a quarter of an hour for expired.
    """
    local = now.astimezone(PARIS)
    days = (TUESDAY - local.isoweekday()) % 7 or 7
    return (local + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)


def free_port(first: int) -> int:
    """``first`` when it is free, else the next one that is; 0 lets the system choose."""
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                trial.bind((HOST, port))
                return int(trial.getsockname()[1])
    raise CannotRun("no_free_port", Exit.FAILED, port=first)


async def fresh_database(folder: Path) -> str:
    """An empty database: the ids in an older one would be those of a world that is gone."""
    url = f"sqlite:///{folder / DATABASE}"
    upkeep.make_folder(url)
    for suffix in ("", "-wal", "-shm"):
        (folder / f"{DATABASE}{suffix}").unlink(missing_ok=True)
    await upkeep.migrate(url)
    return url


def _settings(sandbox: Sandbox, guild: Guild, database: str, web_port: int) -> Settings:
    """Whatever the environment says: the demonstration never touches a real token or database."""
    owner = sandbox.world.users[guild.data["owner_id"]]  # one person less to choose among
    public = f"http://{HOST}:{web_port}"
    app = sandbox.world.add_app(
        "Entre-pairs", intents={"members"}, owner=owner, redirect_uris=[f"{public}{BACK}"]
    )
    sandbox.world.invite(app, guild, permissions=NEEDED.value)
    return settings_module.load(
        env_file=None,
        discord_token=SecretStr(app.token),
        discord_api=sandbox.api,
        discord_client_secret=SecretStr(app.secret),
        discord_authorize=f"{sandbox.url}/oauth2/authorize",
        public_url=public,
        database_url=SecretStr(database),
        web_host=HOST,
        web_port=web_port,
        log_level="warning",
        deliver_seconds=1.0,
        check_links="no",  # a demonstration leaves this machine alone
    )


async def _open(
    console: Console, sandbox: Sandbox, guild: Guild, parts: compose.Base, runner: Runner
) -> None:
    """Once the bot is there, its network is made through it; then the address is told."""
    await runner.ready.wait()
    try:
        await populate(sandbox, guild, parts.db, parts.clock, parts.words)
    except Exception:
        runner.stop()  # without its network there is nothing to show: say why, at once
        raise
    console.say("console.demo.open")
    console.out.print(f"    {sandbox.url}/", style="bold", markup=False)
    console.say("console.demo.desk")
    console.out.print(f"    {parts.settings.public_url}{HOME}", style="bold", markup=False)
    console.say("console.demo.stop")
