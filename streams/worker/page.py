"""The worker's page: what its metrics, its health and its readiness are."""

from __future__ import annotations

from streams.engine.health import Health
from streams.page import HEALTHY, READY, Answer, ServicePage
from streams.processors.metrics import Metrics


def worker_page(host: str, port: int, metrics: Metrics, health: Health) -> ServicePage:
    """Return the page that shows ``metrics`` and tells of ``health``; the gauge of readiness follows it from here."""
    metrics.ready.set_function(lambda: health.ready)
    probes = {
        HEALTHY: lambda: Answer(health.healthy, health.reasons()),
        READY: lambda: Answer(health.ready and health.healthy, health.reasons()),
    }
    return ServicePage(host, port, metrics.registry, probes)
