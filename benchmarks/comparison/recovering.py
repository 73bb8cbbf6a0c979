"""A worker that recovers a stage and ends: ``python -m benchmarks.comparison.recovering BROKER STAGE``."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from benchmarks.fusion_bench import resident
from streams.engine.running import Worker
from streams.processors.alerting import RulesInForce
from streams.processors.backlog import Backlog
from streams.processors.metrics import Metrics
from streams.settings import load_settings
from streams.settings.rules_file import default_rules, load_rules
from streams.worker.app import StageName, build_stages, engine_config
from streams.worker.interpreter import give_back, tune_allocator, tune_interpreter
from streams.worker.observer import MetricsObserver


class Recovery(MetricsObserver):
    """Notes what the recovery took."""

    def __init__(self, metrics: Metrics, backlog: Backlog, stop: asyncio.Event) -> None:
        super().__init__(metrics, backlog)
        self._stop = stop
        self.found: dict[str, float] = {}

    def recovery_started(self, stage: str, partitions: AbstractSet[int]) -> None:
        _tidy()
        self._before, self._cpu = resident(), time.process_time()

    def recovery_finished(self, stage: str, partitions: AbstractSet[int], *, records: int, seconds: float) -> None:
        super().recovery_finished(stage, partitions, records=records, seconds=seconds)
        cpu = time.process_time() - self._cpu
        _tidy()
        self.found = {
            "records": records,
            "seconds": seconds,
            "cpu_seconds": cpu,
            "grown_bytes": resident() - self._before,
        }
        self._stop.set()


def _tidy() -> None:
    """Leave what a worker holds in the long run: it gives free memory back once a minute."""
    gc.collect()
    give_back()


async def main(broker: str, stage: str) -> None:
    settings = load_settings(
        bootstrap_servers=broker,
        session_timeout_seconds=6.0,
        clock_origin=datetime(2025, 10, 31, 12, tzinfo=UTC),
        clock_rate=0.0,
    )
    metrics, stop = Metrics(), asyncio.Event()
    rules, backlog = RulesInForce(load_rules(default_rules())), Backlog()
    stages = build_stages([StageName(stage)], metrics, rules, backlog)
    tune_interpreter()
    recovery = Recovery(metrics, backlog, stop)
    async with Worker(stages, engine_config(settings), observer=recovery) as worker:
        await worker.until_stopped(stop)
    print(json.dumps(recovery.found), flush=True)


if __name__ == "__main__":
    tune_allocator()
    asyncio.run(main(sys.argv[1], sys.argv[2]))
