"""``entrepairs doctor``: looks at everything that may be wrong, and says how to mend each.

Looks only, through the database and Discord's REST API: the bot may run or not. The words are
``doctor.findings.<code>``; ``doctor_server.py`` looks at each network's server.
"""

import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import discord

from bot import compose, doctor_server
from bot import settings as settings_module
from bot.client import EntrePairsBot
from bot.clock import SystemClock
from bot.console import Console
from bot.failures import CannotRun, told
from bot.findings import Finding, Report, Status
from bot.settings import Problem, Settings, SettingsError
from bot.web import LATE_LIMIT_S
from storage import networks, reindex, revision
from storage.backlog import backlog
from storage.networks import Network


async def examine(console: Console, *, as_json: bool) -> bool:
    """Look at everything, tell it, and say whether the bot can work."""
    report = Report()
    settings = _settings(report)
    if settings is not None:
        await _look(console, settings, report)
    _tell_json(console, report) if as_json else _tell(console, report)
    return report.healthy


def _settings(report: Report) -> Settings | None:
    for name in settings_module.unknown(os.environ):
        report.add("settings", Status.WARNING, "unknown_variable", variable=name)
    try:
        settings = settings_module.load()
    except SettingsError as error:
        for problem in error.problems:
            _add_setting(report, problem)
        return None
    report.well("settings")
    return settings


def _add_setting(report: Report, problem: Problem) -> None:
    details = {"variable": problem.variable, "setting": problem.setting}
    report.add("settings", Status.PROBLEM, f"settings_problems.{problem.code}", **details)


async def _look(console: Console, settings: Settings, report: Report) -> None:
    parts = compose.base(settings, console.words, SystemClock())
    try:
        standing = await _database(parts, report)
        if settings.discord_token is None:
            _add_setting(report, Problem("discord_token", "missing_token"))
            return
        async with _logged_in(parts, settings, report) as client:
            if client is not None:
                await _discord(client, standing, report)
    finally:
        await parts.db.dispose()


async def _database(parts: compose.Base, report: Report) -> list[Network] | None:
    """The networks that it knows; None when it cannot be read."""
    try:
        with told():
            await revision.check(parts.db)
            now = parts.clock.now()
            async with parts.db.reading() as session:
                late = (await backlog(session, now)).oldest_due
                standing = list(await networks.standing(session, "discord"))
                stale = await reindex.outdated(session)
    except CannotRun as error:
        report.add("database", Status.PROBLEM, f"failures.{error.code}", **error.details)
        return None
    report.well("database")
    if late is not None and (now - late).total_seconds() > LATE_LIMIT_S:
        minutes = int((now - late).total_seconds() // 60)
        report.add("delivery", Status.WARNING, "outbox_late", minutes=minutes)
    report.well("delivery")
    if stale:
        report.add("search", Status.WARNING, "index_outdated", networks=list(stale))
    report.well("search")
    return standing


@asynccontextmanager
async def _logged_in(
    parts: compose.Base, settings: Settings, report: Report
) -> AsyncIterator[EntrePairsBot | None]:
    """The bot's own client over REST only; its doors are open, so that its commands can be compared."""
    client = compose.connect(parts, members=False, publish="never").client
    try:
        try:
            with told(api=settings.discord_api):
                await client.login(settings.token)
        except CannotRun as error:
            report.add("token", Status.PROBLEM, f"failures.{error.code}", **error.details)
            yield None
            return
        report.well("token")
        yield client
    finally:
        await client.http.close()


async def _discord(client: EntrePairsBot, standing: list[Network] | None, report: Report) -> None:
    looks: list[tuple[str, Callable[[], Awaitable[None]]]] = [
        ("application", lambda: _application(client, report)),
        ("commands", lambda: _commands(client, report)),
    ]
    if standing is not None:
        looks.append(("servers", lambda: doctor_server.look(client, standing, report)))
    for check, look in looks:
        try:
            with told(api=""):
                await look()
        except CannotRun as error:
            report.add(check, Status.PROBLEM, f"failures.{error.code}", **error.details)
        except discord.HTTPException as error:
            report.add(check, Status.PROBLEM, "refused", status=error.status, code=error.code)
        report.well(check)


async def _application(client: EntrePairsBot, report: Report) -> None:
    application = await client.application_info()
    flags = application.flags
    if not (flags.gateway_guild_members or flags.gateway_guild_members_limited):
        report.add("application", Status.WARNING, "members_intent_off")
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        report.add("application", Status.WARNING, "content_intent_on")
    if application.interactions_endpoint_url:
        report.add("application", Status.PROBLEM, "endpoint_set")


async def _commands(client: EntrePairsBot, report: Report) -> None:
    ours = {(command.name, _kind(command)) for command in client.tree.get_commands(type=None)}
    published = {(command.name, command.type.value) for command in await client.tree.fetch_commands()}
    if missing := sorted(name for name, _ in ours - published):
        report.add("commands", Status.PROBLEM, "commands_missing", names=missing)
    if foreign := sorted(name for name, _ in published - ours):
        report.add("commands", Status.WARNING, "commands_foreign", names=foreign)


def _kind(command: Any) -> int:
    kind = getattr(command, "type", discord.AppCommandType.chat_input)
    return int(kind.value)


def sentence(console: Console, finding: Finding) -> str:
    """What is wrong and what to do, in the reader's language."""
    details = {name: _shown(value) for name, value in finding.details.items()}
    if "setting" in details:
        details["meaning"] = console.word(f"settings.{finding.details['setting']}")
    key = finding.code if "." in finding.code else f"doctor.findings.{finding.code}"
    return console.word(key, **details)


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _tell(console: Console, report: Report) -> None:
    colours = {Status.OK: "green", Status.WARNING: "yellow", Status.PROBLEM: "red"}
    for finding in report.findings:
        status = console.word(f"doctor.statuses.{finding.status}")
        name = console.word(f"doctor.checks.{finding.check}")
        console.out.print(f"{status:<12}", style=colours[finding.status], end="", markup=False)
        console.out.print(f"{name} – {sentence(console, finding)}", markup=False)
    console.say("doctor.healthy" if report.healthy else "doctor.unhealthy")


def _tell_json(console: Console, report: Report) -> None:
    findings = [asdict(finding) | {"words": sentence(console, finding)} for finding in report.findings]
    body = {"healthy": report.healthy, "findings": findings}
    console.out.print(json.dumps(body, ensure_ascii=False, indent=2), markup=False)
