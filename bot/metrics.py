"""What Prometheus may know: counts and durations with few labels, nothing about anyone.

Every label's values are known in advance (event types, codes, states): never an id.
"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest

from bot.health import Gateway
from storage.backlog import Backlog


class Metrics:
    """One registry per application, so that two in one process (a test) do not meet."""

    def __init__(self, gateway: Gateway) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.interactions = Counter(
            "entrepairs_interactions", "Interactions received", ["type"], registry=self.registry
        )
        self.deliveries = Counter(
            "entrepairs_deliveries", "Outbox rows worked on, by outcome", ["outcome"], registry=self.registry
        )
        self.refusals = Counter(
            "entrepairs_discord_refusals",
            "Requests that Discord refused with 401, 403 or 429 (10,000 in 10 minutes ban the address)",
            ["status"],
            registry=self.registry,
        )
        self._rows = Gauge(
            "entrepairs_outbox_rows", "Outbox rows, by state", ["state"], registry=self.registry
        )
        self._oldest = Gauge(
            "entrepairs_outbox_oldest_due_seconds",
            "How long the oldest due row has waited",
            registry=self.registry,
        )
        latency = Gauge(
            "entrepairs_gateway_latency_seconds", "Last heartbeat's round trip", registry=self.registry
        )
        latency.set_function(lambda: gateway.latency())
        silence = Gauge(
            "entrepairs_gateway_silence_seconds", "Since the gateway's last frame", registry=self.registry
        )
        silence.set_function(lambda: gateway.silence)

    def delivered(self, counts: Mapping[str, int]) -> None:
        """Add what one run of the delivery did."""
        for outcome, count in counts.items():
            self.deliveries.labels(outcome).inc(count)

    def text(self, backlog: Backlog | None, oldest_due_s: float) -> bytes:
        """The page that Prometheus reads. Without a database the outbox's figures are left as they were."""
        if backlog is not None:
            self._oldest.set(oldest_due_s)
            for state, count in backlog.counts.items():
                self._rows.labels(state).set(count)
        return generate_latest(self.registry)
