"""Several processes of one worker, told as one: their metrics merged into a single page.

A counter's series with the same labels are added, of gauges the largest holds (of readiness the least); what is about
a process itself keeps its process apart by a label.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

_OF_A_PROCESS: Final = ("process_", "python_")
_LEAST: Final = frozenset({"sitrep_ready"})
_ADDED: Final = frozenset({"counter", "histogram", "summary"})


def merged(pages: Mapping[str, str]) -> bytes:
    """Return one page of Prometheus text for the pages of several processes, by the processes' names."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Merged(pages))
    return generate_latest(registry)


class _Merged(Collector):
    def __init__(self, pages: Mapping[str, str]) -> None:
        self._pages = pages

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        values: dict[str, dict[tuple[str, tuple[tuple[str, str], ...]], Sample]] = {}
        for process, page in self._pages.items():
            for family in text_string_to_metric_families(page):
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
    if family.name.endswith("_created") or one.name.endswith("_created") or family.name in _LEAST:
        return one if one.value <= other.value else other
    if family.type in _ADDED:
        return one._replace(value=one.value + other.value)
    return one if one.value >= other.value else other
