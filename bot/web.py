"""The web endpoints: probes and metrics now, calendars and digests' pages later (``routes``).

Listens where the settings say (this machine only, by default) and shows nothing about anyone.
"""

import asyncio
import json
import logging
import math
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from bot.health import Gateway
from bot.metrics import Metrics
from community.ports import Clock
from storage.backlog import Backlog, backlog
from storage.engine import Database

log = logging.getLogger(__name__)

# Delivery looks every few seconds: rows that waited this long mean that it does not work.
LATE_LIMIT_S = 300.0
DATABASE_LIMIT_S = 5.0


@dataclass
class Probe:
    """Answers "can the bot work now?" for the probes and for ``doctor``."""

    db: Database
    clock: Clock
    gateway: Gateway
    stopping: bool = False

    async def look(self) -> tuple[list[str], Backlog | None, float]:
        """Codes of what is wrong, the backlog if the database answers, and the oldest due row's age."""
        problems = ["stopping"] if self.stopping else []
        problems += self.gateway.problems()
        now = self.clock.now()
        try:
            async with asyncio.timeout(DATABASE_LIMIT_S), self.db.reading() as session:
                found = await backlog(session, now)
        except Exception as error:  # whatever it is, a probe answers
            log.warning("database does not answer error=%s", type(error).__name__)
            return [*problems, "database_unreachable"], None, math.nan
        age = 0.0 if found.oldest_due is None else (now - found.oldest_due).total_seconds()
        if age > LATE_LIMIT_S:
            problems.append("outbox_late")
        return problems, found, age


class Web:
    """The server; ``start`` binds, ``stop`` lets the requests in hand finish."""

    def __init__(
        self, probe: Probe, metrics: Metrics, *, routes: Iterable[web.AbstractRouteDef] = ()
    ) -> None:
        self._probe = probe
        self._metrics = metrics
        app = web.Application()
        app.add_routes(
            [
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics_page),
                *routes,
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """Listen; with port 0 on any free one, then found in ``self.port``. Raises OSError when taken."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.port = self._runner.addresses[0][1]
        log.info("web listening port=%s", self.port)

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        """The process answers. The rest is for ``/readyz``: a restart would not mend it."""
        return _json({"status": "ok"})

    async def _readyz(self, _request: web.Request) -> web.Response:
        problems, found, age = await self._probe.look()
        gateway = self._probe.gateway
        body = {
            "status": "not_ready" if problems else "ready",
            "reasons": problems,
            "gateway": {"latency_s": _number(gateway.latency()), "silence_s": _number(gateway.silence)},
            "outbox": {"oldest_due_s": _number(age), "rows": None if found is None else found.counts},
        }
        return _json(body, status=503 if problems else 200)

    async def _metrics_page(self, _request: web.Request) -> web.Response:
        _, found, age = await self._probe.look()
        return web.Response(
            body=self._metrics.text(found, age),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )


def _json(body: object, *, status: int = 200) -> web.Response:
    return web.Response(
        text=json.dumps(body),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _number(value: float) -> float | None:
    """JSON has no infinity."""
    return round(value, 3) if math.isfinite(value) else None
