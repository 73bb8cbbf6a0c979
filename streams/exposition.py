"""Several processes of one worker, told as one: their metrics merged into a single page.

A counter's series with the same labels are added, of gauges the largest holds (of readiness the least); what is about
a process itself keeps its process apart by a label.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

OPEN_METRICS: Final = "application/openmetrics-text; version=1.0.0"
"""How one process asks another for its page. The older text format tells the time at which a counter was created as
a gauge of its own, which could not be put back where it belongs."""
_OF_A_PROCESS: Final = ("process_", "python_")
_LEAST: Final = frozenset({"sitrep_ready"})
_ADDED: Final = frozenset({"counter", "histogram", "summary"})
_CREATED: Final = "_created"


def families_of(page: str) -> list[Metric]:
    """Return the metrics on a page of OpenMetrics text.

    :raises ValueError: it is none.
    """
    return list(text_string_to_metric_families(page))  # type: ignore[no-untyped-call]


class MergedMetrics(Collector):
    """The metrics of several processes, by the processes' names, as those of one."""

    def __init__(self, parts: Mapping[str, Iterable[Metric]]) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], Sample]] = {}
        for process, part in self._parts.items():
            for family in part:
                families.setdefault(family.name, family)
                held = values.setdefault(family.name, {})
                for sample in _labelled(family, process):
                    key = (sample.name, tuple(sorted(sample.labels.items())))
                    before = held.get(key)
                    held[key] = sample if before is None else _joined(family, before, sample)
        for name, family in families.items():
            whole = Metric(family.name, family.documentation, family.type)
            whole.samples = list(values[name].values())
            yield whole


def _labelled(family: Metric, process: str) -> Iterator[Sample]:
    for sample in family.samples:
        if family.name.startswith(_OF_A_PROCESS):
            yield sample._replace(labels={**sample.labels, "process": process})
        else:
            yield sample


def _joined(family: Metric, one: Sample, other: Sample) -> Sample:
    # Created when the older of the two was: a sum over both has been counting since then.
    if one.name.endswith(_CREATED) or family.name in _LEAST:
        return one if one.value <= other.value else other
    if family.type in _ADDED:
        return one._replace(value=one.value + other.value)
    return one if one.value >= other.value else other
