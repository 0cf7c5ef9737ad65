"""Faults: which request or event a rule takes, how often, and where each kind is provoked from."""

import asyncio
import sys

import aiohttp
import pytest

from sandbox.errors import ApiError
from sandbox.faults import GATEWAY_KINDS, REST_KINDS, Faults
from tests.sandbox.conftest import Town

ROUTE = "/channels/{channel_id}/messages"
PATH = "/channels/5/messages"


def test_a_rule_takes_its_route_and_method_once() -> None:
    faults = Faults()
    faults.add("status", method="POST", route="/channels/*/messages", status=503)
    assert faults.rest("GET", ROUTE, PATH) is None
    assert faults.rest("POST", "/channels/{channel_id}", "/channels/5") is None
    found = faults.rest("POST", ROUTE, PATH)
    assert found is not None
    assert (found.status, found.body()["code"]) == (503, 0)
    assert faults.rest("POST", ROUTE, PATH) is None
    assert len(faults) == 0


def test_a_rule_may_name_one_address() -> None:
    faults = Faults()
    faults.add("drop", route=PATH)
    assert faults.rest("POST", ROUTE, "/channels/6/messages") is None
    assert faults.rest("POST", ROUTE, PATH) is not None


@pytest.mark.parametrize(("times", "skip", "expected"), [(2, 0, "xx--"), (1, 2, "--x-"), (None, 1, "-xxx")])
def test_a_rule_is_used_a_number_of_times(times: int | None, skip: int, expected: str) -> None:
    faults = Faults()
    faults.add("delay", times=times, skip=skip, seconds=1)
    assert "".join("x" if faults.rest("GET", "/a") else "-" for _ in range(4)) == expected


def test_rules_of_one_bot_spare_the_others() -> None:
    faults = Faults()
    faults.add("status", app="1")
    assert faults.rest("GET", "/a", app="2") is None
    assert faults.rest("GET", "/a", app="1") is not None


def test_the_first_rule_that_matches_is_used_up() -> None:
    faults = Faults()
    one, two = faults.add("status", status=500), faults.add("status", status=502)
    first, second = faults.rest("GET", "/a"), faults.rest("GET", "/a")
    assert (first, second) == (one, two)


def test_gateway_rules_know_their_moment() -> None:
    faults = Faults()
    faults.add("duplicate", event="MESSAGE_*")
    faults.add("withhold_ack")
    faults.add("close", code=4000)
    assert faults.rest("GET", "/a") is None
    assert faults.dispatch("GUILD_CREATE") is None
    duplicate = faults.dispatch("MESSAGE_CREATE")
    assert duplicate is not None
    assert duplicate.kind == "duplicate"
    assert faults.acknowledgement() is not None
    assert faults.silence() is None
    closed = faults.interruption()
    assert closed is not None
    assert closed.code == 4000


def test_rules_are_listed_and_removed() -> None:
    faults = Faults()
    rule = faults.add("rate_limit", scope="global", seconds=2)
    assert faults.list()[0]["id"] == rule.id
    verdict = rule.rate_limit()
    assert (verdict.scope, verdict.headers["Via"]) == ("global", "1.1 google")
    assert faults.remove(rule.id)
    assert not faults.remove(rule.id)


@pytest.mark.parametrize(
    "body",
    [None, {}, {"kind": "explode"}, {"kind": "delay", "seconds": "x"}, {"kind": "delay", "colour": 1},
     {"kind": "status", "status": True}],
)  # fmt: skip
def test_the_control_api_is_told_what_is_wrong(body: object) -> None:
    with pytest.raises(ApiError) as caught:
        Faults().add_json(body)
    assert caught.value.code == 50035


EVERY = [*REST_KINDS, *GATEWAY_KINDS]
#: Each setting of the contract, as written on a command line.
LINES = [
    *EVERY,
    "status status=503",
    "rate_limit scope=shared seconds=0.5 via=false",
    "invalid_session resumable=true",
    "close code=4009 times=2 skip=1",
    "drop_event event=INTERACTION_CREATE times=null",
]


async def test_every_kind_from_the_control_api(town: Town) -> None:
    async with aiohttp.ClientSession() as http:
        url = f"{town.sandbox.url}/sandbox/control/faults"
        for kind in EVERY:
            async with http.post(url, json={"kind": kind, "app": "1"}) as answer:
                assert answer.status == 200
        async with http.get(url) as answer:
            assert [fault["kind"] for fault in await answer.json()] == EVERY


async def test_every_kind_from_the_command_line(town: Town) -> None:
    """Told to a sandbox that runs already."""
    arguments = [part for line in LINES for part in ("--fault", f"{line} app=1")]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--at", town.sandbox.url, *arguments, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    faults = town.sandbox.faults.list()
    assert [fault["kind"] for fault in faults] == [line.split()[0] for line in LINES]
    assert len(out.splitlines()) == len(LINES)
    status, limit, session, close, lost = faults[-5:]
    assert status["status"] == 503
    assert (limit["scope"], limit["seconds"], limit["via"]) == ("shared", 0.5, False)
    assert session["resumable"] is True
    assert (close["code"], close["times"], close["skip"]) == (4009, 2, 1)
    assert (lost["event"], lost["times"]) == ("INTERACTION_CREATE", None)


async def test_a_command_line_that_is_wrong_says_so() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", "--fault", "panne", stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    assert process.returncode == 2
    assert b"unknown fault" in told
