"""The command ``reindex``: makes the search index anew. See ``cli.py`` for the others."""

from typing import Annotated

import typer

from bot.cli_library import library_of
from bot.console import Console


def register(app: typer.Typer, console: Console) -> None:
    """Add the command, described in the console's language."""

    @app.command("reindex", help=console.word("console.reindex.help"))
    def reindex(
        network: Annotated[str, typer.Option(help=console.word("console.network"))] = "",
    ) -> None:
        console.say("console.reindex.done", count=console.run(_reindex(console, network)))


async def _reindex(console: Console, network: str) -> int:
    from community.reindex import Reindexer

    async with library_of(console, network) as (db, actor):
        with console.counting("console.reindex.working") as progress:
            return await Reindexer(db).resources(actor, progress)
