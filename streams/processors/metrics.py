"""Every metric, declared once, with its meaning.

Counters of regions come through :class:`OwnedCounters`, which shows only what this worker owns (law 8).
Nothing is registered globally: :class:`Metrics` has its own registry.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from schemas.counters import RegionCountersV1
from schemas.estimate import Estimate
from streams.core.fusion import ReportedTotal

MAX_SOURCES: Final = 500
"""Sources that get their own label; further ones share ``other``, or a sender could exhaust the memory."""
_OTHER: Final = "other"
_BLOCK_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_BLOCK_RECORDS: Final = (1, 10, 50, 100, 250, 500, 1_000, 2_000, 4_000)
_DELAY_SECONDS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class OwnedCounters(Collector):
    """The rolling counters of the regions whose partition this worker owns, as gauges.

    ``high`` is absent where it is open and ``best`` where it is unknown; a figure nobody stated is absent whole.
    """

    def __init__(self) -> None:
        self._by_partition: dict[int, dict[str, RegionCountersV1]] = {}
        self._totals: dict[int, dict[str, dict[tuple[str, ...], ReportedTotal]]] = {}

    def update(self, partition: int, counters: Iterable[RegionCountersV1]) -> None:
        held = self._by_partition.setdefault(partition, {})
        for region in counters:
            held[region.region] = region

    def update_totals(self, partition: int, totals: Iterable[ReportedTotal]) -> None:
        """Take the reported totals of the regions they name, newest first; those held before are replaced."""
        fresh: dict[str, dict[tuple[str, ...], ReportedTotal]] = {}
        for total in totals:
            of = total.group or total.utility
            key = (
                total.region,
                total.source_id,
                str(total.scope),
                total.figure if of is None else f"{total.figure} {of}",
            )
            fresh.setdefault(total.region, {}).setdefault(key, total)
        self._totals.setdefault(partition, {}).update(fresh)

    def drop(self, partition: int) -> None:
        """Forget a partition that is no longer owned."""
        self._by_partition.pop(partition, None)
        self._totals.pop(partition, None)

    def regions(self) -> Mapping[str, RegionCountersV1]:
        return {code: found for held in self._by_partition.values() for code, found in held.items()}

    def describe(self) -> Iterable[Metric]:
        return self._families()

    def _families(self) -> tuple[GaugeMetricFamily, ...]:
        by = ["region", "window"]
        return (
            GaugeMetricFamily("sitrep_strikes", "Strike incidents within the window.", labels=by),
            GaugeMetricFamily(
                "sitrep_munitions",
                "Munitions launched, intercepted or hit within the window, as reported; none is computed.",
                labels=[*by, "outcome", "bound"],
            ),
            GaugeMetricFamily("sitrep_outages_started", "Outages that started within the window.", labels=by),
            GaugeMetricFamily("sitrep_outages_active", "Outages active now, whenever they started.", labels=by),
            GaugeMetricFamily(
                "sitrep_customers_affected", "Customers cut off by the outages started.", labels=[*by, "bound"]
            ),
            GaugeMetricFamily(
                "sitrep_casualties",
                "People harmed within the window; children are inside the totals.",
                labels=[*by, "outcome", "bound"],
            ),
            GaugeMetricFamily(
                "sitrep_region_last_published_timestamp_seconds",
                "Publication time of the newest report behind a region's incidents.",
                labels=["region"],
            ),
            GaugeMetricFamily(
                "sitrep_reported_total_difference",
                "What a roundup or running total says, less what the region's incidents add up to for its period.",
                labels=["region", "source", "scope", "figure"],
            ),
        )

    def collect(self) -> Iterator[Metric]:
        strikes, munitions, started, active, customers, casualties, newest, differences = self._families()
        for code, region in sorted(self.regions().items()):
            if region.last_published_at is not None:
                newest.add_metric([code], region.last_published_at.timestamp())
            for window, counted in region.windows.items():
                by = [code, str(window)]
                strikes.add_metric(by, counted.strikes.incidents)
                started.add_metric(by, counted.outages.started)
                active.add_metric(by, counted.outages.active)
                _add(customers, by, counted.outages.customers)
                for outcome in ("launched", "intercepted", "hit"):
                    _add(munitions, [*by, outcome], getattr(counted.strikes, outcome))
                for outcome in ("killed", "wounded", "missing", "children_killed", "children_wounded"):
                    _add(casualties, [*by, outcome], getattr(counted.casualties, outcome))
        for held in self._totals.values():
            for by_region in held.values():
                for key, total in by_region.items():
                    if total.difference is not None:
                        differences.add_metric(key, total.difference)
        yield from (strikes, munitions, started, active, customers, casualties, newest, differences)


def _add(family: GaugeMetricFamily, labels: list[str], figure: Estimate | None) -> None:
    if figure is None:
        return
    for bound, number in (("low", figure.low), ("best", figure.best), ("high", figure.high)):
        if number is not None:
            family.add_metric([*labels, bound], number)


class Metrics:
    """What a worker exports, on a registry of its own."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry(auto_describe=True)
        self.counters = OwnedCounters()
        registry.register(self.counters)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)

        # The pipeline. Read = accepted + duplicates + dead letters + misplaced, for the stage intake.
        self.records_read = Counter(
            "sitrep_records_read", "Records of its source that a stage has made safe.", ["stage"], registry=registry
        )
        self.reports_in = Counter(
            "sitrep_reports_in", "Reports judged: accepted, duplicates and dead letters.", ["source"], registry=registry
        )
        self.accepted = Counter(
            "sitrep_reports_accepted", "Reports accepted, in every version.", ["source"], registry=registry
        )
        self.duplicates = Counter(
            "sitrep_reports_duplicate", "Exact repeats of a report already seen.", ["source"], registry=registry
        )
        self.dead_letters = Counter(
            "sitrep_dead_letters", "Records that could not be used.", ["source", "reason"], registry=registry
        )
        self.misplaced = Counter(
            "sitrep_reports_misplaced", "Reports keyed otherwise, sent on to their own partition.", registry=registry
        )
        self.claims = Counter("sitrep_claims", "Claim records emitted by intake.", registry=registry)
        self.claims_without_region = Counter(
            "sitrep_claims_without_region", "Claims whose region is not known.", ["source"], registry=registry
        )
        self.claims_too_late = Counter(
            "sitrep_claims_too_late", "Claims about a time past the horizon.", ["source"], registry=registry
        )
        self.bad_claims = Counter(
            "sitrep_claims_unusable", "Records on the topic of claims that intake did not write.", registry=registry
        )
        self.bad_members = Counter(
            "sitrep_set_members_unusable",
            "Records on the topic of sets' members that fusion did not write.",
            registry=registry,
        )
        self.incidents_published = Counter(
            "sitrep_incidents_published", "Incident records published: new ones and changes.", registry=registry
        )
        self.counters_published = Counter("sitrep_counters_published", "Counter records published.", registry=registry)
        self.alerts_published = Counter(
            "sitrep_alerts_published", "Alert records published.", ["rule", "status"], registry=registry
        )
        self.source_last_report = Gauge(
            "sitrep_source_last_report_timestamp_seconds",
            "Publication time of a source's newest accepted report.",
            ["source"],
            registry=registry,
        )
        self.end_to_end = Histogram(
            "sitrep_end_to_end_seconds",
            "From a report's arrival at the broker to its claim's counters being acknowledged, per claim.",
            buckets=_DELAY_SECONDS,
            registry=registry,
        )

        self.clock = Gauge(
            "sitrep_clock_timestamp_seconds",
            "The worker's own clock, which a replay or a demo may set to another time than the present.",
            registry=registry,
        )
        self.clock.set_function(time.time)

        # The engine.
        self.lag = Gauge(
            "sitrep_consumer_lag_records",
            "Records past the committed offset.",
            ["stage", "partition"],
            registry=registry,
        )
        self.committed_offset = Gauge(
            "sitrep_committed_offset", "Offset committed by the group.", ["stage", "partition"], registry=registry
        )
        self.block_records = Histogram(
            "sitrep_block_records", "Records of a block.", ["stage"], buckets=_BLOCK_RECORDS, registry=registry
        )
        self.block_seconds = Histogram(
            "sitrep_block_seconds",
            "From a block's first record to its state being stored.",
            ["stage"],
            buckets=_BLOCK_SECONDS,
            registry=registry,
        )
        self.partitions_owned = Gauge(
            "sitrep_partitions_owned", "Source partitions this worker owns.", ["stage"], registry=registry
        )
        self.recovery_seconds = Gauge(
            "sitrep_recovery_seconds", "How long the last recovery of state took.", ["stage"], registry=registry
        )
        self.recovery_records = Gauge(
            "sitrep_recovery_records", "Changelog records the last recovery read.", ["stage"], registry=registry
        )
        self.ready = Gauge("sitrep_ready", "1 when every stage has recovered and works.", registry=registry)
        self._sources: set[str] = set()
        self._newest: dict[str, float] = {}

    def source_label(self, source_id: str) -> str:
        """Return the label of a source: its id, or ``other`` once :data:`MAX_SOURCES` have their own."""
        if source_id not in self._sources:
            if len(self._sources) >= MAX_SOURCES:
                return _OTHER
            self._sources.add(source_id)
        return source_id

    def saw_report(self, label: str, published: float) -> None:
        """Note the publication time (seconds since the epoch) of a source's report; the newest one is shown."""
        if published > self._newest.get(label, 0.0):
            self._newest[label] = published
            self.source_last_report.labels(label).set(published)
