"""The page of all metrics, from what the registries of a worker and of a deliverer describe."""

from __future__ import annotations

from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.metrics import MetricWrapperBase

from streams.delivery.tally import DeliveryMetrics
from streams.processors.metrics import Metrics

_HEAD: Final = """\
# Metrics
What `/metrics` of a [worker](#of-a-worker) and of a [deliverer](#of-a-deliverer) shows, for Prometheus; rules and
dashboards over them are in [`deploy/`](../deploy/). A worker also shows the usual `process_*` and `python_info`. This
page is generated from `streams/processors/metrics.py` and `streams/delivery/tally.py` by `make schemas`.

## Of a worker
Counters of regions are shown by the worker that owns the region's partition and by no other, so sums over workers count
nothing twice. A figure that nobody stated is absent, `best` is absent where it is unknown, and `high` where it is open.

| metric | kind | labels | meaning |
|---|---|---|---|
"""
_DELIVERER: Final = """
## Of a deliverer
`sitrep deliver FILE --metrics-port PORT`; `receiver` is its name in the file.

| metric | kind | labels | meaning |
|---|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown: counters of regions, the pipeline, the deliverer, each in the order of the code."""
    metrics = Metrics()
    regions = [_row(family, _labels_of(family)) for family in metrics.counters.describe()]
    return _HEAD + "".join([*regions, *_rows(metrics)]) + _DELIVERER + "".join(_rows(DeliveryMetrics()))


def _rows(metrics: Metrics | DeliveryMetrics) -> list[str]:
    held = [metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)]
    return [_row(metric.describe()[0], metric._labelnames) for metric in held]


def _labels_of(family: Metric) -> tuple[str, ...]:
    assert isinstance(family, GaugeMetricFamily)
    return tuple(family._labelnames)


def _row(family: Metric, labels: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{label}`" for label in labels)
    name = f"{family.name}_total" if family.type == "counter" else family.name
    return f"| `{name}` | {family.type} | {shown} | {family.documentation} |\n"
