"""What the engine reports becomes metrics."""

from __future__ import annotations

import logging
from collections.abc import Set as AbstractSet
from datetime import datetime

from streams.engine.observer import SilentObserver
from streams.processors.backlog import Backlog
from streams.processors.metrics import Metrics

log = logging.getLogger(__name__)


class MetricsObserver(SilentObserver):
    """Makes metrics of what the engine reports, and remembers how far behind each partition is."""

    def __init__(self, metrics: Metrics, backlog: Backlog) -> None:
        self._metrics = metrics
        self._backlog = backlog

    def block_done(
        self,
        stage: str,
        partition: int,
        *,
        records: int,
        size: int,
        seconds: float,
        lag: int | None,
    ) -> None:
        metrics = self._metrics
        metrics.records_read.labels(stage).inc(records)
        metrics.block_records.labels(stage).observe(records)
        metrics.block_seconds.labels(stage).observe(seconds)
        if lag is not None:
            self.lag(stage, partition, records=lag)

    def owned(self, stage: str, partitions: AbstractSet[int]) -> None:
        self._metrics.partitions_owned.labels(stage).set(len(partitions))

    def revoked(self, stage: str, partitions: AbstractSet[int]) -> None:
        # What is no longer owned must vanish, or two workers would show it.
        for partition in partitions:
            for gauge in (self._metrics.lag, self._metrics.committed_offset):
                gauge.remove(stage, partition)

    def recovery_finished(self, stage: str, partitions: AbstractSet[int], *, records: int, seconds: float) -> None:
        self._metrics.recovery_seconds.labels(stage).set(seconds)
        self._metrics.recovery_records.labels(stage).set(records)

    def committed(self, stage: str, partition: int, *, offset: int, at: datetime) -> None:
        self._metrics.committed_offset.labels(stage, partition).set(offset)

    def lag(self, stage: str, partition: int, *, records: int) -> None:
        self._metrics.lag.labels(stage, partition).set(records)
        self._backlog.note(stage, partition, records)

    def failed(self, stage: str, partition: int | None, error: BaseException) -> None:
        log.error("stage %s, partition %s: %s: %s", stage, partition, type(error).__name__, error)
