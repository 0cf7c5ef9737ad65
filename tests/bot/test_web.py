"""The probes and the metrics, really served, on both databases."""

import math
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.health import SILENCE_LIMIT_S, Gateway
from bot.metrics import Metrics
from bot.web import LATE_LIMIT_S, Probe, Web
from storage.engine import Database
from storage.networks import Network
from storage.outbox import Outbox
from tests.conftest import SetClock


class Line:
    """A gateway whose time the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.latency = 0.05
        self.gateway = Gateway(monotonic=lambda: self.now, latency=lambda: self.latency, ready=True)
        self.gateway.heard()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def probe(db: Database, clock: SetClock, line: Line) -> Probe:
    return Probe(db, clock, line.gateway)


@pytest.fixture
async def address(probe: Probe, line: Line) -> AsyncIterator[str]:
    web = Web(probe, Metrics(line.gateway))
    await web.start("127.0.0.1", 0)
    yield f"http://127.0.0.1:{web.port}"
    await web.stop()


async def ready(address: str) -> tuple[int, dict[str, Any]]:
    async with aiohttp.ClientSession() as http, http.get(f"{address}/readyz") as answer:
        return answer.status, await answer.json()


async def page(address: str) -> str:
    async with aiohttp.ClientSession() as http, http.get(f"{address}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return await answer.text()


async def add_row(db: Database, clock: SetClock, *, waiting: timedelta) -> None:
    async with db.transaction() as session:
        network = Network(name="Réseau", created_at=clock.now())
        session.add(network)
        await session.flush()
        assert network.id is not None
        at = clock.now() - waiting
        session.add(
            Outbox(network_id=network.id, kind="k", dedupe_key="d", due_at=at, next_try_at=at, created_at=at)
        )


async def test_alive_whatever_else_is_wrong(address: str, line: Line, db: Database) -> None:
    line.gateway.ready = False
    async with aiohttp.ClientSession() as http, http.get(f"{address}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_ready_when_all_is_well(address: str, line: Line) -> None:
    status, body = await ready(address)
    assert (status, body["status"], body["reasons"]) == (200, "ready", [])
    assert body["gateway"] == {"latency_s": 0.05, "silence_s": 0.0}
    assert body["outbox"]["oldest_due_s"] == 0.0


async def test_a_silent_gateway_is_not_ready(address: str, line: Line) -> None:
    line.now += SILENCE_LIMIT_S
    assert (await ready(address))[0] == 200
    line.now += 1
    status, body = await ready(address)
    assert (status, body["reasons"]) == (503, ["gateway_silent"])


async def test_every_reason_is_told(address: str, line: Line, probe: Probe) -> None:
    line.latency = math.inf
    line.gateway.down.add(0)
    probe.stopping = True
    status, body = await ready(address)
    assert (status, body["reasons"]) == (503, ["stopping", "gateway_disconnected", "gateway_slow"])
    assert body["gateway"]["latency_s"] is None


async def test_a_late_row_is_not_ready_a_future_one_is(
    address: str, db: Database, clock: SetClock, line: Line
) -> None:
    await add_row(db, clock, waiting=timedelta(seconds=LATE_LIMIT_S))
    assert (await ready(address))[0] == 200
    clock.advance(timedelta(seconds=1))
    status, body = await ready(address)
    assert (status, body["reasons"]) == (503, ["outbox_late"])
    assert body["outbox"]["rows"]["due"] == 1
    clock.advance(timedelta(days=-30))
    assert (await ready(address))[0] == 200


async def test_an_absent_database_is_a_reason_not_a_crash(clock: SetClock, line: Line) -> None:
    db = Database("sqlite:////nowhere/at/all.db")
    probe = Probe(db, clock, line.gateway)
    web = Web(probe, Metrics(line.gateway))
    await web.start("127.0.0.1", 0)
    address = f"http://127.0.0.1:{web.port}"
    status, body = await ready(address)
    assert (status, body["reasons"]) == (503, ["database_unreachable"])
    assert "entrepairs_gateway_latency_seconds 0.05" in await page(address)
    await web.stop()
    await db.dispose()


async def test_metrics_count_rows_and_errors_with_few_labels(
    probe: Probe, line: Line, db: Database, clock: SetClock
) -> None:
    metrics = Metrics(line.gateway)
    web = Web(probe, metrics)
    await web.start("127.0.0.1", 0)
    await add_row(db, clock, waiting=timedelta(seconds=40))
    metrics.interactions.labels("application_command").inc()
    metrics.delivered({"sent": 3})
    text = await page(f"http://127.0.0.1:{web.port}")
    await web.stop()
    assert 'entrepairs_outbox_rows{state="due"} 1.0' in text
    assert "entrepairs_outbox_oldest_due_seconds 40.0" in text
    assert 'entrepairs_interactions_total{type="application_command"} 1.0' in text
    assert 'entrepairs_deliveries_total{outcome="sent"} 3.0' in text


async def test_a_taken_port_is_an_error(address: str, probe: Probe, line: Line) -> None:
    web = Web(probe, Metrics(line.gateway))
    with pytest.raises(OSError, match="address already in use"):
        await web.start("127.0.0.1", int(address.rpartition(":")[2]))
    await web.stop()
