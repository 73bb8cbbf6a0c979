"""What the deliverer tells its operator: counts and states of every receiver, as metrics."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS: Final = (0.01, 0.05, 0.1, 0.5, 1, 5, 30, 300, 3_600)


class DeliveryMetrics:
    """Every metric of ``sitrep deliver``, on a registry of its own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry(auto_describe=True)
        self.delivered = Counter(
            "sitrep_delivered", "Records that a receiver has taken.", ["receiver"], registry=registry
        )
        self.given_up = Counter(
            "sitrep_delivery_given_up",
            "Records given up: refused again and again, or the receiver was away for too long.",
            ["receiver"],
            registry=registry,
        )
        self.failures = Counter(
            "sitrep_delivery_failures", "Calls that failed and will be repeated.", ["receiver"], registry=registry
        )
        self.waiting_since = Gauge(
            "sitrep_delivery_waiting_since_timestamp_seconds",
            "Since when the present record has been tried in vain; 0 when nothing waits.",
            ["receiver"],
            registry=registry,
        )
        self.live = Gauge("sitrep_delivery_live_alerts", "Alerts posted as firing.", ["receiver"], registry=registry)
        self.seconds = Histogram(
            "sitrep_delivery_seconds",
            "From the first call for a record until the receiver had taken it.",
            ["receiver"],
            buckets=_SECONDS,
            registry=registry,
        )

        self.ready = Gauge(
            "sitrep_delivery_ready", "1 once every receiver has its place in the topic.", registry=registry
        )
        self.is_ready = False

    def started(self) -> None:
        """Note that every receiver has its place in the topic."""
        self.is_ready = True
        self.ready.set(1)

    def announce(self, receiver: str) -> None:
        """Show a receiver's counts from the start: the first event of a count that was not there is no increase."""
        for metric in (self.delivered, self.given_up, self.failures, self.waiting_since):
            metric.labels(receiver)
