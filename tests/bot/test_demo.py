"""``entrepairs demo``: one command, one address, a network that one can use, a clean end."""

import re
import signal
import socket
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

import sandbox
from bot.demo import HOST, PORTS_TRIED, TOUR, free_port, working_morning
from bot.demo_network import FACILITATORS, MEMBERS, NEWCOMERS
from bot.failures import CannotRun, Exit
from prompts import Words
from sandbox import Person
from sandbox.tour import read
from tests.bot.conftest import Process

ROOMS = ("library", "member", "meetup", "digest", "need")  # whose buttons the tour shows
ENV = {"LANG": "fr_FR.UTF-8", "ENTREPAIRS_DISCORD_TOKEN": "changeme", "ENTREPAIRS_DATABASE_URL": "mysql://x"}


@pytest.mark.parametrize(
    ("now", "opened"),
    [
        ("2026-11-28T23:10:00+00:00", "2026-12-01T10:00:00+01:00"),
        ("2026-12-01T08:00:00+01:00", "2026-12-08T10:00:00+01:00"),
        ("2026-03-27T12:00:00+01:00", "2026-03-31T10:00:00+02:00"),  # the clocks go forward on the way
    ],
)
def test_a_demonstration_begins_on_a_working_morning_to_come(now: str, opened: str) -> None:
    begins = working_morning(datetime.fromisoformat(now))
    assert begins == datetime.fromisoformat(opened)
    assert begins.utcoffset() == datetime.fromisoformat(opened).utcoffset()


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


def test_the_tour_goes_where_the_demonstration_has_people_and_places() -> None:
    steps = read(TOUR)["steps"]
    people = {*FACILITATORS, *MEMBERS, *NEWCOMERS}
    channels = set(Words().table("server.channels", "fr").values())
    assert {step["person"] for step in steps if "person" in step} <= people
    private = "Entre-pairs"  # what the bot writes to a person
    assert {step["channel"] for step in steps if "channel" in step} <= {*channels, private}
    page = Path(sandbox.__file__).parent / "page" / "i18n" / "fr.js"
    buttons = [Words().table(f"buttons.{room}", "fr").values() for room in ROOMS]
    said = page.read_text() + "".join(text for texts in buttons for text in texts)
    for step in steps:
        for point in step.get("point", []):
            assert point["fr"] in said


def test_the_tour_keeps_to_french_typography() -> None:
    faults = re.compile(r" [;!?:»]|« |'")
    assert [
        step for step in read(TOUR)["steps"] if faults.search(step["title"]["fr"] + step["text"]["fr"])
    ] == []
