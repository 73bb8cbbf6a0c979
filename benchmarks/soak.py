"""``make soak``: does a worker's memory stay where it is while reports flow for a long time?

    python -m benchmarks.soak [--minutes 30] [--rate 2000] [--horizon-minutes 1.5] [--json FILE] [--picture FILE]

Method: an Apache Kafka of its own on loopback, one ``sitrep worker`` as users run it, and
generated reports (``seeds/history.py``) at a steady rate. Three in five records are repeats, word for word,
as of scrapers that look at the same pages over and over; of the others 5 % are text alone and the rest structured
with text. A worker remembers 35 days of reports and incidents by design, so in real time its memory may rightly grow
for 35 days. Here the worker's clock runs fast (the project's own virtual clock, nothing else is changed): 35 days pass
in ``--horizon-minutes``, reports are published and stamped in that time, and what is remembered turns over several
times within the run. Growth after the first turnover is growth that no state explains.

Broker, feed and worker are given a larger share of the processors than others, where that is allowed: whether it keeps
up should not depend on what else runs. Memory is the worker's proportional set size (PSS), sampled every two seconds;
the slope is the median of all pairwise slopes (Theil and Sen) after the warm-up, which is three horizons long and at
most a third of the run. Where the worker falls behind, the feed leaves out what it could not send in time: the rate
that was reached is in the result.
"""

from __future__ import annotations

import argparse
import asyncio
import heapq
import json
import logging
import multiprocessing
import platform
import random
import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import orjson
import psutil
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.comparison.brokers import prefer
from schemas.keys import report_key
from schemas.topics import CLAIMS, MAX_MESSAGE_BYTES, PARTITIONS, REPORTS
from seeds.history import report_lines
from seeds.history_mix import Mix
from streams.administration.topics import create_topics
from streams.core.intake import IntakePolicy
from streams.engine.lifeline import end_with_parent
from streams.settings import load_settings
from tests.kafka.cluster import ApacheCluster
from tests.pipeline.conftest import WorkerProgram

ORIGIN: Final = datetime(2010, 1, 1, tzinfo=UTC)
"""The worker's clock passes some years in a run, and a broker takes no timestamps from the future."""
REPEATED: Final = 0.6
"""Share of what is sent that is a repeat, word for word."""
RECENT: Final = 5_000
"""From among how many reports repeats are chosen."""
TEXT_ALONE: Final = 0.05
LATE: Final = 0.10
REPORTS_AN_INCIDENT: Final = 5.25
"""What ``seeds/history.py`` tells of an event with its standard mix."""
SAMPLE_SECONDS: Final = 2.0
MOST_BEHIND: Final = 20_000
"""Records not committed yet from which on the feed waits."""
MISSED: Final = timedelta(hours=6)
"""A report that could not be sent for so long, by the worker's clock, is left out: sent later it would be another."""
KEPT_BYTES: Final = 256 * 2**20
"""What a partition of a topic that is not compacted keeps: the disk is not under test."""
SLOPE_LIMIT: Final = 1.0


class Sample(NamedTuple):
    """What was measured at a moment."""

    minutes: float
    pss_mib: float
    published: int
    read: int
    behind: int


@dataclass(frozen=True)
class Outcome:
    """What came of a run. ``slope`` is MiB per minute after ``warm_up`` minutes."""

    minutes: float
    rate_wanted: float
    rate_reached: float
    horizon_minutes: float
    warm_up: float
    slope: float
    median_mib: float
    peak_mib: float
    published: int
    accounted: dict[str, int]
    samples: list[Sample]


def reports(seed: int, reports_a_day: float) -> Iterator[tuple[datetime, bytes, bytes]]:
    """Yield (arrival, key, value) without end, in order of arrival, from :data:`ORIGIN` on."""
    dice = random.Random(seed)
    mix = replace(Mix(), late=0.0)
    incidents = max(1, round(reports_a_day * (1 - REPEATED) / REPORTS_AN_INCIDENT))
    recent: deque[tuple[bytes, bytes]] = deque(maxlen=RECENT)
    waiting: list[tuple[datetime, int, bytes, bytes]] = []
    number = 0
    for day in range(100_000):
        begins = ORIGIN + timedelta(days=day)
        for line in report_lines(seed * 100_003 + day, incidents, 1.0, start=begins, mix=mix):
            report = orjson.loads(line)
            number += 1
            report["report_id"] = f"d{day}-{report['report_id']}"
            if report.get("text") and dice.random() < TEXT_ALONE:
                report["claims"] = []
            arrives = datetime.fromisoformat(report["published_at"]) + timedelta(seconds=dice.uniform(1, 90))
            if dice.random() < LATE:
                arrives += timedelta(days=min(20.0, dice.expovariate(0.5)))
            key = report_key(report["source"]["id"], report["report_id"])
            heapq.heappush(waiting, (arrives, number, key, orjson.dumps(report)))
        while waiting and waiting[0][0] < begins + timedelta(days=1):
            arrives, _, key, value = heapq.heappop(waiting)
            yield arrives, key, value
            recent.append((key, value))
            while dice.random() < REPEATED:
                yield arrives, *dice.choice(recent)


class Shared(NamedTuple):
    """What the feed's process and ours tell each other."""

    published: Synchronized[int]
    behind: Synchronized[int]
    stop: Any


def feed(broker: str, seed: int, reports_a_day: float, clock_rate: float, anchor: datetime, shared: Shared) -> None:
    """Publish each report when the virtual clock says so, stamped with that time, until told to stop."""
    if ask := end_with_parent(signal.SIGKILL):
        ask()

    async def publish() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=broker, acks="all", enable_idempotence=True, linger_ms=20)
        await producer.start()
        coming = reports(seed, reports_a_day)
        arrives, key, value = next(coming)
        try:
            while not shared.stop.is_set():
                now = ORIGIN + (datetime.now(UTC) - anchor) * clock_rate
                held_up = shared.behind.value > MOST_BEHIND
                if arrives > now or (held_up and arrives > now - MISSED):
                    await asyncio.sleep(0.02)
                    continue
                if held_up:
                    arrives, key, value = next(coming)
                    continue
                stamp = int(arrives.timestamp() * 1000)
                await producer.send(REPORTS.name, value, key=key, timestamp_ms=stamp)
                shared.published.value += 1
                arrives, key, value = next(coming)
            await producer.flush()
        finally:
            await producer.stop()

    asyncio.run(publish())


async def lay_out(broker: str) -> None:
    """Create the topics; reports are stamped by their sender here, whose clock is the virtual one."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    kept = {"retention.ms": "-1", "retention.bytes": str(KEPT_BYTES), "segment.bytes": str(KEPT_BYTES // 4)}
    limit = {"max.message.bytes": str(MAX_MESSAGE_BYTES)}
    try:
        answer = await admin.create_topics(
            [NewTopic(name, PARTITIONS, 1, topic_configs=kept | limit) for name in (REPORTS.name, CLAIMS.name)]
        )
        assert all(code == 0 for _, code, *_ in answer.topic_errors), answer.topic_errors
    finally:
        await admin.close()
    await create_topics(load_settings(bootstrap_servers=broker))


async def soak(minutes: float, rate: float, horizon_minutes: float, seed: int, folder: Path) -> Outcome:
    """Run it and return what was measured."""
    clock_rate = IntakePolicy().horizon / timedelta(minutes=horizon_minutes)
    properties = {
        "segment.bytes": str(KEPT_BYTES // 4),
        "log.segment.bytes": str(KEPT_BYTES // 4),
        "log.retention.check.interval.ms": "10000",
        # The quick cleaner of the tests would take a core from the worker.
        "log.cleaner.backoff.ms": "15000",
        "log.cleaner.dedupe.buffer.size": "134217728",
    }
    with ApacheCluster(folder / "kafka", properties=properties, quick_start=False) as cluster:
        prefer(cluster.brokers[0].pid)
        await lay_out(cluster.address)
        anchor = datetime.now(UTC) + timedelta(seconds=20)
        worker = WorkerProgram(
            load_settings(bootstrap_servers=cluster.address),
            folder / "worker.log",
            SITREP_SESSION_TIMEOUT_SECONDS="10",
            SITREP_REQUEST_TIMEOUT_SECONDS="30",
            SITREP_TICK_SECONDS="1",
            SITREP_CLOCK_ORIGIN=ORIGIN.isoformat(),
            SITREP_CLOCK_RATE=str(clock_rate),
            SITREP_CLOCK_ANCHOR=anchor.isoformat(),
        )
        context = multiprocessing.get_context("spawn")
        shared = Shared(context.Value("q", 0), context.Value("q", 0), context.Event())
        reports_a_day = rate * 86_400 / clock_rate
        feeding = context.Process(
            target=feed, args=(cluster.address, seed, reports_a_day, clock_rate, anchor, shared), daemon=True
        )
        try:
            await worker.ready()
            feeding.start()
            samples = await _sampled(worker, shared, minutes)
            shared.stop.set()
            await asyncio.to_thread(feeding.join, 60)
            accounted = await _drained(worker, shared)
        except BaseException:
            print(worker.log[-3000:], file=sys.stderr)
            raise
        finally:
            shared.stop.set()
            if feeding.is_alive():
                feeding.kill()
            worker.kill()
    warm_up = min(3 * horizon_minutes, minutes / 3)
    settled = [sample for sample in samples if sample.minutes >= warm_up] or samples
    return Outcome(
        minutes=samples[-1].minutes,
        rate_wanted=rate,
        rate_reached=samples[-1].published / (60 * samples[-1].minutes),
        horizon_minutes=horizon_minutes,
        warm_up=warm_up,
        slope=theil_sen([sample.minutes for sample in settled], [sample.pss_mib for sample in settled]),
        median_mib=median(sample.pss_mib for sample in settled),
        peak_mib=max(sample.pss_mib for sample in samples),
        published=shared.published.value,
        accounted=accounted,
        samples=samples,
    )


async def _sampled(worker: WorkerProgram, shared: Shared, minutes: float) -> list[Sample]:
    began, samples, said = time.monotonic(), [], 0.0
    while (passed := time.monotonic() - began) < minutes * 60:
        if worker.exit_code is not None:
            raise RuntimeError(f"the worker ended with code {worker.exit_code}")
        page = await asyncio.to_thread(_page, worker)
        behind = int(shared.published.value - page.get("sitrep_records_read_total intake", 0))
        behind += int(page.get("sitrep_consumer_lag_records fusion", 0))
        shared.behind.value = max(0, behind)
        sample = Sample(
            round(passed / 60, 3),
            round(pss_mib(worker.pid), 2),
            shared.published.value,
            int(page.get("sitrep_records_read_total intake", 0)),
            behind,
        )
        samples.append(sample)
        if passed >= said:
            said += 30
            print(
                f"{sample.minutes:6.1f} min  {sample.pss_mib:8.1f} MiB  {sample.published:>9,} published  "
                f"{sample.behind:>7,} behind",
                flush=True,
            )
        await asyncio.sleep(max(0.0, SAMPLE_SECONDS - (time.monotonic() - began - passed)))
    return samples


async def _drained(worker: WorkerProgram, shared: Shared) -> dict[str, int]:
    """Wait until everything published is read; return what became of it, by the worker's own metrics."""
    deadline = time.monotonic() + 300
    while True:
        page = await asyncio.to_thread(_page, worker)
        read = int(page.get("sitrep_records_read_total intake", 0))
        if read >= shared.published.value or time.monotonic() > deadline:
            names = ("sitrep_reports_accepted", "sitrep_reports_duplicate", "sitrep_dead_letters")
            fates = {name: int(page.get(f"{name}_total", 0)) for name in names}
            return {"read": read, **fates, "misplaced": int(page.get("sitrep_reports_misplaced_total", 0))}
        await asyncio.sleep(0.5)


def _page(worker: WorkerProgram) -> dict[str, float]:
    """Return counters and lags of the worker's page, summed over their labels but for the stage."""
    sums: dict[str, float] = {}
    _, text = worker.get("/metrics")
    for family in text_string_to_metric_families(text):
        if family.type == "counter" or family.name == "sitrep_consumer_lag_records":
            for sample in family.samples:
                stage = sample.labels.get("stage")
                name = f"{sample.name} {stage}" if stage else sample.name
                sums[name] = sums.get(name, 0) + sample.value
    return sums


def pss_mib(pid: int) -> float:
    """Return the proportional set size of a process and all below it: shared pages are counted once."""
    root = psutil.Process(pid)
    return sum(process.memory_full_info().pss for process in [root, *root.children(recursive=True)]) / 2**20


def theil_sen(xs: Sequence[float], ys: Sequence[float]) -> float:
    """Return the median slope of all pairs of points: a few outliers do not move it."""
    step = max(1, len(xs) // 400)
    points = list(zip(xs, ys, strict=True))[::step]
    slopes = [(y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(points) for x2, y2 in points[i + 1 :] if x2 > x1]
    return median(slopes) if slopes else 0.0


def draw(outcome: Outcome, path: Path) -> None:
    """Draw memory over time, with the warm-up shaded and the slope after it."""
    import matplotlib as mpl

    mpl.use("svg" if path.suffix == ".svg" else "agg")
    from matplotlib import pyplot

    minutes = [sample.minutes for sample in outcome.samples]
    figure, axes = pyplot.subplots(figsize=(9, 4.2), layout="constrained")
    axes.axvspan(0, min(outcome.warm_up, minutes[-1]), color="#eeeeee", label="warm-up")
    for turn in range(1, int(minutes[-1] / outcome.horizon_minutes) + 1):
        axes.axvline(turn * outcome.horizon_minutes, color="#bbbbbb", linewidth=0.7)
    axes.plot(minutes, [sample.pss_mib for sample in outcome.samples], color="#1f5fa8", linewidth=1.2)
    settled = [minute for minute in minutes if minute >= outcome.warm_up]
    if settled:
        middle = median(settled)
        line = [outcome.median_mib + outcome.slope * (minute - middle) for minute in (settled[0], settled[-1])]
        axes.plot(
            [settled[0], settled[-1]],
            line,
            color="#c0392b",
            linewidth=1.5,
            label=f"slope {outcome.slope:+.2f} MiB a minute",
        )
    axes.set(
        xlabel="minutes (grey lines: 35 days of the worker's clock)",
        ylabel="memory, MiB",
        title=f"A worker at {outcome.rate_reached:,.0f} reports a second",
        xlim=(0, minutes[-1]),
        ylim=(0, None),
    )
    axes.legend(loc="lower right", frameon=False)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=2_000.0, help="reports a second")
    parser.add_argument("--horizon-minutes", type=float, default=1.5, help="how long 35 days of the clock take")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--picture", type=Path, help="where to draw the curve (.png or .svg)")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the broker and the worker end with us
    logging.basicConfig(level=logging.CRITICAL)
    prefer()
    with tempfile.TemporaryDirectory(prefix="sitrep-soak-", ignore_cleanup_errors=True) as folder:
        outcome = asyncio.run(
            soak(chosen.minutes, chosen.rate, chosen.horizon_minutes, chosen.seed, Path(folder)),
        )
    summary = {"machine": f"{platform.machine()}, Python {platform.python_version()}"} | asdict(outcome)
    told = {name: value for name, value in summary.items() if name != "samples"}
    print(json.dumps(told, indent=2))
    if chosen.json is not None:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        thinned = outcome.samples[:: max(1, len(outcome.samples) // 180)]
        chosen.json.write_text(json.dumps(told | {"samples": thinned}) + "\n")
    if chosen.picture is not None:
        draw(outcome, chosen.picture)
    accounted = outcome.accounted
    whole = sum(number for name, number in accounted.items() if name != "read") == accounted["read"]
    if not whole or accounted["read"] < outcome.published:
        print(f"NOT ACCOUNTED FOR: {outcome.published} published, {accounted}", file=sys.stderr)
        return 1
    return 0 if outcome.slope <= SLOPE_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
