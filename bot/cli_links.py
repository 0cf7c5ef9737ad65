"""The commands ``links …``: the operator's look at the library's links. See ``cli.py`` for the others."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_library import library_of
from bot.console import Console

if TYPE_CHECKING:
    from community.links import LinksReport


def register(app: typer.Typer, console: Console) -> None:
    """Add the commands, described in the console's language."""
    links = typer.Typer(help=console.word("console.links.help"), no_args_is_help=True)
    app.add_typer(links, name="links")

    @links.callback()
    def about() -> None:
        """Makes of ``links`` a group, though it has one command."""

    @links.command("check", help=console.word("console.links.check.help"))
    def check(
        every: Annotated[bool, typer.Option("--all", help=console.word("console.links.check.every"))] = False,
        network: Annotated[str, typer.Option(help=console.word("console.network"))] = "",
    ) -> None:
        report = console.run(_check(console, network, every=every))
        console.say(
            "console.links.check.done",
            visited=report.visited,
            ok=report.ok,
            doubtful=report.doubtful,
            dead=report.dead,
            moved=report.moved,
        )


async def _check(console: Console, network: str, *, every: bool) -> "LinksReport":
    from bot.clock import SystemClock
    from bot.fetcher import Fetcher
    from community.links import Links

    async with library_of(console, network) as (db, actor), Fetcher() as web:
        with console.counting("console.links.check.working") as progress:
            return await Links(db, SystemClock(), web).check(actor, every=every, progress=progress)
