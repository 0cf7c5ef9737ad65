"""The life of the bot on a running sandbox: ready, probes, least intents, a stop that loses nothing."""

import asyncio
import logging
import re
import signal
from pathlib import Path

import aiohttp
import pytest

from bot.client import least_intents
from bot.failures import CannotRun, Exit
from sandbox.journal import Entry, Frame
from storage.engine import Database
from tests.bot.conftest import Process, Stage, run_cli


async def readiness(port: int) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/readyz") as answer:
        return answer.status, await answer.json()


async def test_ready_is_told_and_stopping_closes_all(stage: Stage) -> None:
    async with stage.running() as runner:
        port = runner._parts.web.port
        status, body = await readiness(port)
        assert (status, body["reasons"]) == (200, [])
        assert len(stage.sandbox.gateway.sessions) == 1
    with pytest.raises(aiohttp.ClientConnectionError):
        await readiness(port)
    assert runner.connected is not None
    assert runner.connected.client.is_closed()


async def test_asks_for_no_more_than_it_needs(stage: Stage) -> None:
    async with stage.running() as runner:
        identify = stage.sandbox.journal.frames("in", op=2)[-1]
        messages, reactions, content = 1 << 9, 1 << 10, 1 << 15
        expected = 3 | 1 << 16 | messages | reactions
        assert identify.d["intents"] == least_intents(members=True).value == expected
        assert not expected & content
        assert runner.connected is not None
        assert runner.connected.client.allowed_mentions is not None
        assert runner.connected.client.allowed_mentions.to_dict() == {"parse": []}
        assert not runner.connected.client.cached_messages
        assert not any(guild.members[1:] for guild in runner.connected.client.guilds)


async def test_without_the_members_intent_it_runs_all_the_same(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.sandbox.world.set_intents(stage.app, set())
    async with stage.running() as runner:
        assert runner.connected is not None
        assert not runner.connected.client.sees_members
        assert (await readiness(runner._parts.web.port))[0] == 200
    assert "members intent not granted" in caplog.text


async def test_a_member_in_hand_gets_their_answer_before_the_end(stage: Stage) -> None:
    owner = await stage.owner()
    begun = asyncio.Event()

    def notice(entry: Entry) -> None:
        if isinstance(entry, Frame) and entry.t == "INTERACTION_CREATE":
            begun.set()

    async with stage.running() as runner:
        stage.sandbox.journal.listen(notice)
        asked = asyncio.create_task(owner.slash("network setup"))
        await begun.wait()
        runner.stop()
        answer = await asked
    assert answer.text


async def test_an_unforeseen_error_gives_a_reference_and_a_trace_without_content(
    stage: Stage, sqlite_db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    owner = await stage.owner()
    async with stage.running():
        await owner.slash("network setup")
        async with sqlite_db.transaction() as session:
            connection = await session.connection()
            await connection.exec_driver_sql("DROP TABLE search_state")
        caplog.set_level(logging.ERROR)
        answer = await owner.slash("resource search", query="budget de Nicolas")
    reference = re.search(r"[0-9A-F]{6}", answer.text)
    assert answer.ephemeral
    assert reference is not None
    assert f"reference={reference[0]}" in caplog.text
    assert "Nicolas" not in "".join(record.getMessage() for record in caplog.records)


async def test_refused_token(stage: Stage) -> None:
    result = await run_cli("run", env=stage.environment | {"ENTREPAIRS_DISCORD_TOKEN": "un.faux.jeton"})
    assert result.status == Exit.SETTINGS
    assert "Discord refuse le jeton" in result.err
    assert "Traceback" not in result.err
    assert "un.faux.jeton" not in result.err + result.out


async def test_unreachable_discord(stage: Stage) -> None:
    api = "http://127.0.0.1:9/api/v10"
    result = await run_cli("run", env=stage.environment | {"ENTREPAIRS_DISCORD_API": api})
    assert result.status == Exit.DISCORD
    assert f"Discord ne répond pas à l’adresse {api}" in result.err
    assert "Traceback" not in result.err


async def test_outdated_and_unreachable_databases(stage: Stage, tmp_path: Path) -> None:
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    absent = "postgresql://entrepairs@127.0.0.1:9/entrepairs"
    outdated, unreachable = await asyncio.gather(
        *(run_cli("run", env=stage.environment | {"ENTREPAIRS_DATABASE_URL": url}) for url in (fresh, absent))
    )
    assert outdated.status == unreachable.status == Exit.DATABASE
    assert "entrepairs migrate" in outdated.err
    assert "La base de données ne répond pas" in unreachable.err
    assert "Traceback" not in outdated.err + unreachable.err


async def test_a_taken_port(stage: Stage) -> None:
    port = str(stage.sandbox.port)
    result = await (await Process.start("run", env=stage.environment | {"ENTREPAIRS_WEB_PORT": port})).ended()
    assert result.status == Exit.SETTINGS
    assert f"Le port {port} de 127.0.0.1 est déjà pris" in result.err


async def test_an_error_of_the_gateway_ends_with_a_sentence(stage: Stage) -> None:
    async with stage.running() as runner:
        pass
    stage.sandbox.world.tokens.clear()
    with pytest.raises(CannotRun, match="token_refused"):
        await stage.runner().run()
    assert runner.connected is not None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_kindly(stage: Stage, number: signal.Signals) -> None:
    process = await Process.start("run", env=stage.environment)
    logged = await process.logs("ready guilds=1")
    process.tell(number)
    result = await process.ended()
    assert result.status == Exit.DONE
    assert "stopping" in result.err
    assert "Traceback" not in logged + result.err
    assert not stage.sandbox.gateway.connections


@pytest.mark.parametrize("form", ["text", "json"])
async def test_the_log_of_a_busy_bot_names_nobody_and_quotes_nothing(stage: Stage, form: str) -> None:
    process = await Process.start(
        "run", env=stage.environment | {"ENTREPAIRS_LOG_LEVEL": "debug", "ENTREPAIRS_LOG_FORMAT": form}
    )
    await process.logs("ready guilds=1")
    owner = await stage.owner()
    await owner.slash("network setup")
    nicolas = await stage.sandbox.person("Nicolas Favre", stage.guild, roles=["Membres"])
    await nicolas.slash("resource search", query="budget participatif")
    form_shown = await nicolas.slash("resource propose")
    answer = await nicolas.fill(
        form_shown, {"name": "Guide des jardins", "url": "https://example.org/jardins", "kind": "guide"}
    )
    assert answer.text
    await owner.slash("member suspend", person=nicolas.id)
    process.tell(signal.SIGTERM)
    ended = await process.ended()
    assert ended.status == Exit.DONE
    for secret in ("Nicolas", "Favre", "budget", "jardins", "Réseau d’essai", stage.app.token):
        assert secret not in ended.err + ended.out, secret
