"""A worker that measures itself: runs stages until the given number of source records is durable.

Run by ``pipeline_bench.py`` as ``python benchmarks/worker_probe.py BROKER STAGE:RECORDS…``; prints one JSON line.
It is the worker that users run, stage by stage and block by block, with an observer that notes the time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from streams.engine.health import Health
from streams.engine.running import Worker
from streams.processors.alerting import RulesInForce
from streams.processors.backlog import Backlog
from streams.processors.metrics import Metrics
from streams.settings import load_settings
from streams.settings.rules_file import default_rules, load_rules
from streams.worker.app import StageName, build_stages, engine_config
from streams.worker.interpreter import tune_allocator, tune_interpreter
from streams.worker.observer import MetricsObserver


class Probe(MetricsObserver):
    """Notes when the first block of a stage began and when its last was durable."""

    def __init__(self, metrics: Metrics, backlog: Backlog, wanted: dict[str, int], stop: asyncio.Event) -> None:
        super().__init__(metrics, backlog)
        self.wanted, self.stop = wanted, stop
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.records = dict.fromkeys(wanted, 0)
        self.blocks = dict.fromkeys(wanted, 0)

    def block_done(
        self, stage: str, partition: int, *, records: int, size: int, seconds: float, lag: int | None
    ) -> None:
        super().block_done(stage, partition, records=records, size=size, seconds=seconds, lag=lag)
        present = time.perf_counter()
        self.began.setdefault(stage, present - seconds)
        self.ended[stage] = present
        self.records[stage] += records
        self.blocks[stage] += 1
        if all(self.records[name] >= number for name, number in self.wanted.items()):
            self.stop.set()


async def main(broker: str, wanted: dict[str, int]) -> None:
    # A fixed clock keeps the generated history inside the windows.
    settings = load_settings(
        bootstrap_servers=broker,
        session_timeout_seconds=6.0,
        clock_origin=datetime(2025, 11, 1, tzinfo=UTC),
        clock_rate=0.0,
    )
    metrics, stop = Metrics(), asyncio.Event()
    rules, backlog = RulesInForce(load_rules(default_rules())), Backlog()
    stages = build_stages([StageName(name) for name in wanted], metrics, rules, backlog)
    tune_interpreter()
    probe = Probe(metrics, backlog, wanted, stop)
    cpu = time.process_time()
    async with Worker(stages, engine_config(settings), observer=probe, health=Health()) as worker:
        await worker.until_stopped(stop)
        cpu = time.process_time() - cpu
    result = {
        "stages": {
            name: {
                "records": probe.records[name],
                "seconds": probe.ended[name] - probe.began[name],
                "blocks": probe.blocks[name],
            }
            for name in wanted
        },
        "seconds": max(probe.ended.values()) - min(probe.began.values()),
        "began": min(probe.began.values()),
        "ended": max(probe.ended.values()),
        "cpu_seconds": cpu,
        "peak_mib": _peak_mib(),
    }
    print(json.dumps(result), flush=True)


def _peak_mib() -> int:
    """Return the most memory held; ``getrusage`` would count what the parent held before the start too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


if __name__ == "__main__":
    tune_allocator()
    asyncio.run(main(sys.argv[1], {name: int(number) for name, _, number in (a.partition(":") for a in sys.argv[2:])}))
