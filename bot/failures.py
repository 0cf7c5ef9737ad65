"""What stops a command of the console, told in one sentence: a code for the words, and an exit status.

Anything else that goes wrong is a defect: its trace goes to the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Statuses that a supervisor can act on: 3 needs a person, 4 and 5 may pass by themselves."""

    DONE = 0
    FAILED = 1  # the command ran, and found or met a problem
    USAGE = 2
    SETTINGS = 3
    DATABASE = 4
    DISCORD = 5


class CannotRun(Exception):
    """``code`` names the words ``failures.<code>``, ``details`` fill them."""

    def __init__(self, code: str, status: Exit, /, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.details = details


@contextmanager
def told(*, api: str = "") -> Iterator[None]:
    """Turn what a database or Discord raises, where a person can do something about it, into CannotRun."""
    # Here, because every command knows this module and few need these.
    import aiohttp
    import discord

    from storage.engine import DatabaseUnavailable
    from storage.revision import DatabaseOutdated

    try:
        yield
    except DatabaseUnavailable as error:
        raise CannotRun(f"database_{error.reason}", Exit.DATABASE, where=error.where) from error
    except DatabaseOutdated as error:
        raise CannotRun("database_newer" if error.newer else "database_outdated", Exit.DATABASE) from error
    except discord.LoginFailure as error:
        raise CannotRun("token_refused", Exit.SETTINGS) from error
    except discord.ConnectionClosed as error:
        if error.code == 4004:  # the token was reset while the bot ran
            raise CannotRun("token_refused", Exit.SETTINGS) from error
        raise CannotRun("gateway_refused", Exit.DISCORD, code=error.code) from error
    except (aiohttp.ClientError, TimeoutError, discord.DiscordServerError, discord.GatewayNotFound) as error:
        raise CannotRun("discord_unreachable", Exit.DISCORD, api=api) from error
