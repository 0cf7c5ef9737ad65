"""``entrepairs demo``: one command, one address, a network that one can use, a clean end."""

import re
import signal
import socket

import aiohttp
import pytest

from bot.demo import HOST, PORTS_TRIED, free_port
from bot.failures import CannotRun, Exit
from sandbox import Person
from tests.bot.conftest import Process

ENV = {"LANG": "fr_FR.UTF-8", "ENTREPAIRS_DISCORD_TOKEN": "changeme", "ENTREPAIRS_DATABASE_URL": "mysql://x"}


def test_a_busy_port_gives_the_next_free_one() -> None:
    with socket.socket() as busy:
        busy.bind((HOST, 0))
        busy.listen()
        taken = busy.getsockname()[1]
        assert taken < free_port(taken) < taken + PORTS_TRIED


def test_no_free_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.demo.PORTS_TRIED", 1)
    with socket.socket() as busy:
        busy.bind((HOST, 0))
        busy.listen()
        with pytest.raises(CannotRun, match="no_free_port"):
            free_port(busy.getsockname()[1])


@pytest.mark.slow
async def test_the_demonstration_works_whatever_the_environment_says() -> None:
    process = await Process.start("demo", "--port", "0", env=ENV)
    line = await process.prints("http://")
    address = line.strip().rstrip("/")
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/") as page:
            assert page.status == 200
        async with http.get(f"{address}/sandbox/people") as answer:
            people = {one["user"]["global_name"]: one["user"]["id"] for one in await answer.json()}
    member = next(name for name in people if name.startswith("Nicolas"))
    async with Person(address, people[member], name=member) as nicolas:
        answer = await nicolas.slash("ressource chercher", query="concertation")
        assert answer.ephemeral
        assert re.search("concertation", answer.text, re.IGNORECASE)
    process.tell(signal.SIGINT)
    ended = await process.ended()
    assert ended.status == Exit.DONE
    assert "arrêtée" in ended.out
    assert "Traceback" not in ended.err
