"""The page of all metrics, from what a worker's registry describes."""

from __future__ import annotations

from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.metrics import MetricWrapperBase

from streams.processors.metrics import Metrics

_HEAD: Final = """\
# Metrics
What `/metrics` of a worker shows, for Prometheus. Counters of regions are shown by the worker that owns the region's
partition and by no other, so sums over workers count nothing twice. A figure that nobody stated is absent, `best` is
absent where it is unknown, and `high` where it is open. Beside these come the usual `process_*` and `python_info`.
Rules and dashboards over them are in [`deploy/`](../deploy/). This page is generated from
`streams/processors/metrics.py` by `make schemas`.

| metric | kind | labels | meaning |
|---|---|---|---|
"""


def page() -> str:
    """Return the page as Markdown: counters of regions first, then the pipeline, each in the order of the code."""
    metrics = Metrics()
    regions = [_row(family, _labels_of(family)) for family in metrics.counters.describe()]
    pipeline = []
    for held in vars(metrics).values():
        if isinstance(held, MetricWrapperBase):
            [family] = held.describe()
            pipeline.append(_row(family, held._labelnames))
    return _HEAD + "".join(regions) + "".join(pipeline)


def _labels_of(family: Metric) -> tuple[str, ...]:
    assert isinstance(family, GaugeMetricFamily)
    return tuple(family._labelnames)


def _row(family: Metric, labels: tuple[str, ...]) -> str:
    shown = ", ".join(f"`{label}`" for label in labels)
    name = f"{family.name}_total" if family.type == "counter" else family.name
    return f"| `{name}` | {family.type} | {shown} | {family.documentation} |\n"
