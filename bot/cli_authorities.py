"""The command ``authorities``: the directory of local authorities, as people type their names."""

import json
import sys
from collections.abc import Iterable
from time import perf_counter
from typing import Annotated

import typer

from bot.console import Console


def register(app: typer.Typer, console: Console) -> None:
    """Add the command, described in the console's language. It needs no settings and no database."""

    @app.command("authorities", help=console.word("console.authorities.help"))
    def authorities(
        query: Annotated[str | None, typer.Argument(help=console.word("console.authorities.query"))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=console.word("console.search.json"))] = False,
    ) -> None:
        for asked in [query] if query is not None else _lines(sys.stdin):
            _answer(console, asked, as_json=as_json)


def _lines(stream: Iterable[str]) -> Iterable[str]:
    """An empty line is a question too: as many answers as lines."""
    return (line.rstrip("\r\n") for line in stream)


def _answer(console: Console, asked: str, *, as_json: bool) -> None:
    from community.directory import look_up

    started = perf_counter()
    found = look_up(asked)
    spent = round((perf_counter() - started) * 1000, 3)
    if as_json:
        results = [{"id": one.id, "title": one.label, "score": one.score} for one in found]
        answer = {"query": asked, "results": results, "ms": spent}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return
    if not found:
        console.say("console.search.nothing", query=asked)
    for place, one in enumerate(found, start=1):
        console.out.print(f"{place:2}. {one.label}  {one.id}", markup=False)
