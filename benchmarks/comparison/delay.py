"""How long a report takes to show in a result, and the highest rate that a system sustains.

The sustainable rate is found as Theodolite does: the highest of some rates at which the lag does not grow. Reports are
sent at a steady rate while a system runs; the lag is how many of them no result includes yet. It grows if a straight
line through it rises by more than a twentieth of the rate. Then, at half that rate, the delay of every single report is
taken, from its sending to the arrival of the first result whose count includes it. Feeder, watcher, broker and system
share the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import defaultdict
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.comparison.brokers import broker_of
from benchmarks.comparison.systems import BY_NAME, Running, System
from benchmarks.comparison.topics import create, producer, task
from streams.engine.partitioning import partition_for

WORKERS = ("engine", "bytewax", "quix", "faust")
SHARES = (0.8, 0.6, 0.4, 0.25, 0.12)
"""Of the rate at which a backlog was worked off: the rates that are tried, from the highest down."""
GROWTH = 0.05
_STEP = 0.01
_MOST_AT_ONCE = 2_000
_READY_SECONDS = 60.0
_DRAIN_SECONDS = 6.0


def measure(kind: str, scale: float, figures: Path) -> dict[str, Any]:
    """Return sustainable rates and delays; the rates of the backlogs are read from ``figures``."""
    drained = json.loads(figures.read_text())[f"throughput {kind}"]["systems"]
    seconds = max(3.0, 8.0 * scale)
    found: dict[str, Any] = {}
    with broker_of(kind) as broker:
        for name in WORKERS:
            if name not in drained:
                continue
            system, tried = BY_NAME[name], {}
            for share in SHARES:
                rate = max(50, int(share * drained[name]["rate"]))
                taken = asyncio.run(_paced(broker, system, f"{name}-{rate}", rate, seconds))
                sustained = min(rate, taken.fed)  # never more than was sent
                tried[sustained] = round(taken.growth, 3)
                print(f"{kind:<9}{system.title:<20}{sustained:>9,}/s lag grows by {taken.growth:6.1%}", flush=True)
                if taken.growth <= GROWTH:
                    break
            half = sustained // 2
            delays = asyncio.run(_paced(broker, system, f"{name}-half-{half}", half, seconds)).delays
            p50, p99 = np.percentile(delays, (50, 99)) * 1e3
            found[name] = {
                "tried": tried,
                "sustained": sustained,
                "at": half,
                "p50_ms": float(p50),
                "p99_ms": float(p99),
            }
            found[name]["reports"] = len(delays)
            print(f"{kind:<9}{system.title:<20}{half:>9,}/s delay p50 {p50:,.0f} ms, p99 {p99:,.0f} ms", flush=True)
    return {"seconds": seconds, "systems": found}


class Paced(NamedTuple):
    """The rate that was sent, the lag's growth as a share of it, and the delays of all reports in seconds."""

    fed: int
    growth: float
    delays: np.ndarray


async def _paced(broker: str, system: System, name: str, rate: int, seconds: float) -> Paced:
    """Run a system while reports arrive at a rate."""
    source, results = f"in-{name}", f"out-{name}"
    await create(broker, source, results, *(topic.format(name=name) for topic in system.changelogs))
    warm, flow = len(task.REGIONS), int(rate * seconds)
    # All within 24 hours: then a region's count tells how many of its reports a result includes.
    reports = list(task.generate(warm + flow, span=timedelta(hours=12), repeats=0.0))
    with Running(system, broker, source, results, name, len(reports), paced=True) as program:
        watcher = Watcher(broker, results)
        async with watcher:
            feeder = producer(broker)
            await feeder.start()
            try:
                await _send(feeder, source, reports[:warm], watcher)
                await watcher.until(warm, _READY_SECONDS, program)
                fed = await _feed(feeder, source, reports[warm:], rate, watcher)
                with contextlib.suppress(TimeoutError):  # it fell behind: that is what was asked
                    await watcher.until(len(reports), _DRAIN_SECONDS, program)
            finally:
                await feeder.stop()
    return Paced(int(fed), watcher.growth(rate), watcher.delays(warm))


async def _feed(feeder: Any, topic: str, reports: list[task.Sent], rate: int, watcher: Watcher) -> float:
    """Send reports at a steady rate; return the rate that came of it, which on a busy machine may be lower."""
    began, sent = time.perf_counter(), 0
    while sent < len(reports):
        due = min(len(reports), sent + _MOST_AT_ONCE, int((time.perf_counter() - began) * rate) + 1)
        if due > sent:
            await _send(feeder, topic, reports[sent:due], watcher)
            sent = due
        watcher.note()
        await asyncio.sleep(_STEP)
    return len(reports) / (time.perf_counter() - began)


async def _send(feeder: Any, topic: str, reports: list[task.Sent], watcher: Watcher) -> None:
    batches: dict[int, Any] = {}
    for report in reports:
        key = report.region.encode()
        partition = partition_for(key, task.PARTITIONS)
        batch = batches.get(partition)
        if batch is None:
            batch = batches[partition] = feeder.create_batch()
        assert batch.append(key=key, value=report.value, timestamp=report.at_ms) is not None
    for partition, batch in batches.items():
        watcher.acknowledgements.append(await feeder.send_batch(batch, topic, partition=partition))
    watcher.sent(reports)


class Watcher:
    """Reads results as they come and tells which reports they include."""

    def __init__(self, broker: str, topic: str) -> None:
        self._consumer = AIOKafkaConsumer(bootstrap_servers=broker, fetch_max_wait_ms=20)
        self._topic = topic
        self._sent: dict[str, list[float]] = defaultdict(list)
        self._seen: dict[str, int] = defaultdict(int)
        self._delays: list[float] = []
        self._lags: list[tuple[float, int]] = []
        self.acknowledgements: list[Any] = []
        self.sent_count = self.seen_count = 0

    def sent(self, reports: list[task.Sent]) -> None:
        at = time.perf_counter()
        for report in reports:
            self._sent[report.region].append(at)
        self.sent_count += len(reports)

    def note(self) -> None:
        """Note the lag of this moment."""
        self._lags.append((time.perf_counter(), self.sent_count - self.seen_count))

    def growth(self, rate: int) -> float:
        """Return by how much the lag grows a second, as a share of the rate; the first third is a start."""
        later = self._lags[len(self._lags) // 3 :]
        times, lags = np.array(later, dtype=float).T
        return float(np.polyfit(times - times[0], lags, 1)[0]) / rate

    def delays(self, warm: int) -> np.ndarray:
        """Return the delays of the reports after the first ``warm``."""
        return np.array(self._delays[warm:])

    async def until(self, count: int, seconds: float, program: Running) -> None:
        """Wait until results include ``count`` reports; raise ``TimeoutError`` if they do not in time."""
        deadline = time.monotonic() + seconds
        while self.seen_count < count:
            if program.process.poll() is not None:
                raise RuntimeError(f"{program.system.title} ended by itself:\n{program.said()}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.seen_count} of {count} after {seconds} s:\n{program.said()}")
            await asyncio.sleep(_STEP)

    async def _watch(self) -> None:
        while True:
            fetched = await self._consumer.getmany(timeout_ms=1_000)
            at = time.perf_counter()
            for records in fetched.values():
                # Of a fetch only the newest result of a region matters: all of it arrived at once.
                for told in {record.key: json.loads(record.value) for record in records}.values():
                    self._include(told["region"], told["count"], at)

    def _include(self, region: str, count: int, at: float) -> None:
        before = self._seen[region]
        if count > before:
            self._delays += [at - sent for sent in self._sent[region][before:count]]
            self._seen[region] = count
            self.seen_count += count - before

    async def __aenter__(self) -> Watcher:
        await self._consumer.start()
        partitions = [TopicPartition(self._topic, number) for number in range(task.PARTITIONS)]
        self._consumer.assign(partitions)
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()
        await asyncio.gather(self._watching, return_exceptions=True)
        await self._consumer.stop()
