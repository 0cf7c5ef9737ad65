"""A process with everything imported that forks one command line per line of its standard input.

Starting Python and importing the application is most of what a command costs. The forked command is the real
one: its own environment, folder, arguments and output. What is about the process itself (signals, the log of
a running bot, the demonstration) starts one: see ``Process``.
"""

import json
import os
import sys
import traceback
from typing import Any

import aiosqlite  # noqa: F401 - loaded before the forks, like what the commands import
import asyncpg  # noqa: F401

import bot.demo
import bot.doctor
import bot.run
import bot.upkeep  # noqa: F401
from bot.cli import main


def command(order: dict[str, Any]) -> int:
    """As if ``python -m bot`` had been called there; the exit status."""
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in ((1, order["out"]), (2, order["err"])):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.argv = ["entrepairs", *order["arguments"]]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def serve() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = command(json.loads(line))
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        _, ended = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(ended)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
