"""The one error boundary: what a person reads when something goes wrong, and what the log keeps."""

import contextlib
import logging
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from cogs.kit.fields import field_key
from cogs.kit.layout import Row
from community.actors import Role
from community.errors import DomainError, Invalid, NotAllowed, NotFound
from community.ports import Button

if TYPE_CHECKING:
    from cogs.kit.host import Host

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]

UNKNOWN_INTERACTION = 10062  # we were too late: nothing can be said any more
MISSING_RIGHTS = (50001, 50013)


class GoneButton(DomainError):
    """A button or a form of another time, that no handler knows."""

    code = "gone_button"


class OutdatedCommand(DomainError):
    """The command has changed since the member's Discord read its list."""

    code = "outdated_command"


class ServerOnly(DomainError):
    """The command makes sense inside a network's server only."""

    code = "only_in_server"


class BotNotAllowed(DomainError):
    """The server does not let the bot do what was asked."""

    code = "bot_not_allowed"


class Unavailable(DomainError):
    """The database or the network is out of reach for now."""

    code = "unavailable"


def _meant(error: BaseException) -> DomainError | None:
    """What a person can be told of ``error``; None when it is unforeseen."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, app_commands.NoPrivateMessage):
        return ServerOnly()
    if isinstance(error, app_commands.CheckFailure):
        return NotAllowed(action="", needed=None)
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return OutdatedCommand()
    if isinstance(error, app_commands.TransformerError):
        return Invalid(field="", problem="unreadable")
    if isinstance(error, discord.Forbidden) and error.code in MISSING_RIGHTS:
        return BotNotAllowed()
    if isinstance(error, OSError):  # ConnectionError and TimeoutError are kinds of it
        return Unavailable()
    return None


def _remedies(host: "Host", error: DomainError) -> list[Row]:
    """Where to go from here, where the doors that are open have a button for it."""
    action = "help.show" if isinstance(error, NotFound | GoneButton | OutdatedCommand) else ""
    if isinstance(error, NotAllowed) and error.details.get("needed") in {Role.NEWCOMER, Role.MEMBER}:
        action = "member.ask"
    return [[Button(action, style="primary")]] if host.actions.find(action) else []


def _details(host: "Host", locale: str, error: DomainError, form: str | None) -> dict[str, Any]:
    """The error's own details, and for a value the words for its field and for what is wrong with it."""
    details = dict(error.details)
    if isinstance(error, Invalid):
        field, problem = str(details.get("field", "")), str(details.get("problem", ""))
        name = field_key(host.words, form, field, "label")
        said = f"problems.{problem}" if host.words.has_label(f"problems.{problem}") else "problems.other"
        extras = {key: value for key, value in details.items() if key not in {"field", "problem"}}
        details["field_label"] = host.words.label(name, locale) if name else ""
        details["problem_label"] = host.words.label(said, locale, **extras)
    return details


async def report(
    host: "Host",
    interaction: Interaction,
    error: BaseException,
    *,
    form: str | None = None,
    rows: Sequence[Row] = (),
) -> None:
    """Never raises. A DomainError becomes its words; anything else a short reference, its trace in the log.

    ``rows`` are buttons to mend it; ``form`` names the form that was submitted, for its fields' names.
    """
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION:
        log.warning("answered too late interaction=%s", interaction.id)
        return
    reference = secrets.token_hex(3).upper()
    meant = _meant(error)
    if meant is None or isinstance(meant, BotNotAllowed | Unavailable):
        log.error(
            "%s reference=%s interaction=%s", _kind(interaction), reference, interaction.id, exc_info=error
        )
    try:
        if meant is not None and host.words.has_template(f"errors/{meant.code}"):
            details = _details(host, host.inbound.locale(interaction), meant, form)
            details.setdefault("reference", reference)
            rows = rows or _remedies(host, meant)
            subject = _subject(rows)
            onward = [Button(action, subject) for action in meant.onward if host.actions.find(action)]
            rows = [[*(rows[0] if rows else ()), *onward], *rows[1:]] if onward else rows
            await host.inbound.reply(interaction, f"errors/{meant.code}", rows=rows, **details)
            return
        if meant is not None:
            log.error("no words for error=%s reference=%s", meant.code, reference)
    except discord.HTTPException as failure:
        log.warning("error not shown reference=%s code=%s", reference, failure.code)
        return
    except Exception:
        log.exception("the words of an error failed reference=%s", reference)
    await _apologise(host, interaction, reference, rows)


def _subject(rows: Sequence[Row]) -> int:
    """What the form that failed was about: its draft is found by it."""
    first = next((item for row in rows for item in row), None)
    return first.subject_id if isinstance(first, Button) else 0


def _kind(interaction: Interaction) -> str:
    """What failed, without anything that a member typed."""
    data: Any = interaction.data or {}
    name = data.get("custom_id") or (interaction.command.qualified_name if interaction.command else "?")
    return f"failed {interaction.type.name} {name}"


async def _apologise(host: "Host", interaction: Interaction, reference: str, rows: Sequence[Row]) -> None:
    try:
        await host.inbound.reply(interaction, "errors/unexpected", rows=rows, reference=reference)
    except discord.HTTPException as failure:
        log.warning("error not shown reference=%s code=%s", reference, failure.code)
    except Exception:
        log.exception("the words of an error failed reference=%s", reference)
        with contextlib.suppress(Exception):
            await host.inbound.say(interaction, "errors.last_resort", reference=reference)
