"""``make chaos``: how many faults are survived, how long it takes, and what is lost or counted twice (nothing).

    python -m benchmarks.chaos [--seconds 120] [--rate 150] [--seed 1] [--runs 2] [--gaps 12 3] [--json FILE]

Every run starts an Apache Kafka of its own behind a small proxy and three workers as users run them, lets reports
flow at a steady rate, and does to workers, broker, connections and disks what ``tests/chaos/faults.py`` plans. Then the
truth is worked out anew from the reports alone (``tests/chaos/truth.py``) and compared with every topic. Ends with
code 1 if anything differs. Runs take turns: state in memory and faults far apart, so that each can be told what it
cost; state on disk and faults on top of each other. Measured by itself: when a consumer that gets nowhere is noticed (a
proxy swallows its commits, or its fetches, and the watchdog's patience is four seconds). How long states of several
sizes take to load is measured by ``benchmarks/comparison/recovery.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import platform
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from statistics import median

from tests.broker.feeding import assert_exact, counted, feeding
from tests.broker.live import Topics, WorkerProcess, create_topics, eventually
from tests.chaos.proxy import FETCH, OFFSET_COMMIT, Proxy
from tests.chaos.rehearsal import Outcome, Rehearsal, rehearse
from tests.kafka.cluster import ApacheCluster
from tests.ports import free_port

KILLS = ("kill", "broker", "damage")
"""Faults that end a process by SIGKILL."""
FAR_APART = 8.0
"""Mean seconds between faults from which on what follows one is taken to be its doing."""
PATIENCE = 4.0
"""Seconds of standstill from which on the watchdog of a stuck worker acts; 60 where nobody sets it."""


def main() -> int:
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    outcomes = []
    for number in range(arguments.runs):
        rehearsal = Rehearsal(
            seed=arguments.seed + number,
            seconds=arguments.seconds,
            per_second=arguments.rate,
            mean_gap=arguments.gaps[number % len(arguments.gaps)],
            on_disk=number % 2 == 1,
        )
        where = "on disk" if rehearsal.on_disk else "in memory"
        print(
            f"run {number + 1}: seed {rehearsal.seed}, state {where}, a fault every {rehearsal.mean_gap:g} s",
            flush=True,
        )
        outcomes.append(_run(rehearsal))
        _tell(outcomes[-1])
    summary = _summary(outcomes)
    summary["a stuck consumer"] = {"patience, seconds": PATIENCE} | {
        f"seconds from its {name} coming to nothing until it has ended": asyncio.run(_stuck(kind))
        for name, kind in (("commits", OFFSET_COMMIT), ("fetches", FETCH))
    }
    print(json.dumps(summary, indent=2))
    if arguments.json is not None:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n")
    return 1 if any(outcome.wrong for outcome in outcomes) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=120.0, help="how long faults go on in a run")
    parser.add_argument("--rate", type=float, default=150.0, help="reports a second")
    parser.add_argument(
        "--gaps", type=float, nargs="+", default=[12.0, 3.0], help="mean seconds between faults, by run"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    return parser


def _run(rehearsal: Rehearsal) -> Outcome:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sitrep-chaos-", ignore_cleanup_errors=True) as folder:
        return asyncio.run(
            rehearse(rehearsal, Path(folder), lambda said: print(f"  {time.monotonic() - began:6.1f} s  {said}"))
        )


async def _stuck(swallowed: int) -> float:
    """Return the seconds until a worker whose requests of a kind come to nothing has ended for its supervisor."""
    port = free_port()
    with (
        tempfile.TemporaryDirectory(prefix="sitrep-chaos-", ignore_cleanup_errors=True) as folder,
        ApacheCluster(Path(folder), proxied=port) as cluster,
        Proxy(port, cluster.brokers[0].proxied_port) as proxy,
    ):
        topics = Topics(cluster.address, "stuck", idempotent=True)
        await create_topics(topics.broker, topics.source, topics.output, topics.changelog)
        through = Topics(f"127.0.0.1:{port}", "stuck", idempotent=True)
        worker = WorkerProcess(through, block_records=200, stuck_after_seconds=PATIENCE)
        try:
            async with feeding(topics) as feed:

                async def begun() -> bool:
                    return await counted(topics) > 0

                await eventually(begun, "the worker does not begin", seconds=60)
                began = time.monotonic()
                proxy.swallow(swallowed)
                await eventually(lambda: worker.exit_code is not None, "nobody notices", seconds=60)
                took = time.monotonic() - began
                proxy.swallow()
                worker = WorkerProcess(topics, block_records=200)
            await assert_exact(topics, feed)
        finally:
            if worker.exit_code is None:
                worker.kill()
    return round(took, 1)


def _tell(outcome: Outcome) -> None:
    verdict = outcome.verdict
    print(f"  {verdict.records_in} records: {verdict.fates}")
    print(f"  {verdict.incidents} incidents, {verdict.regions} regions, {verdict.alerts} alerts")
    print(f"  largest difference {verdict.largest_difference}; {verdict.repeated_outputs} outputs repeated")
    for stop in outcome.unclean_stops:
        print(f"  a stop on request was not clean: {stop}")
    for wrong in outcome.wrong:
        print(f"  WRONG {wrong}")


def _summary(outcomes: list[Outcome]) -> dict[str, object]:
    faults: Counter[str] = sum((outcome.faults for outcome in outcomes), Counter())
    verdicts = [outcome.verdict for outcome in outcomes]
    recoveries = [recovery for outcome in outcomes for recovery in outcome.recoveries if recovery.records]
    delays = sorted(wait.seconds for verdict in verdicts for wait in verdict.waits)
    return {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "runs": [
            {
                "seed": one.rehearsal.seed,
                "seconds": one.rehearsal.seconds,
                "rate": one.rehearsal.per_second,
                "gap": one.rehearsal.mean_gap,
                "on disk": one.rehearsal.on_disk,
            }
            for one in outcomes
        ],
        "records in": sum(verdict.records_in for verdict in verdicts),
        "faults": dict(sorted(faults.items())),
        "kills survived": sum(faults[kind] for kind in KILLS),
        "workers started": sum(outcome.starts for outcome in outcomes),
        "workers that ended by themselves, by exit code": dict(
            sum((outcome.ended_by_themselves for outcome in outcomes), Counter())
        ),
        "stops that were not clean": sum(len(outcome.unclean_stops) for outcome in outcomes),
        "connections reset": sum(outcome.resets for outcome in outcomes),
        "acknowledgements lost": sum(outcome.acknowledgements_lost for outcome in outcomes),
        "largest difference": max(verdict.largest_difference for verdict in verdicts),
        "what is wrong": [wrong for outcome in outcomes for wrong in outcome.wrong],
        "outputs repeated (readers know them by id)": sum(verdict.repeated_outputs for verdict in verdicts),
        "longest unavailability, seconds": round(max(verdict.longest_silence for verdict in verdicts), 1),
        "seconds from a report's arrival to its claims": {
            "p50": round(delays[len(delays) // 2], 3),
            "p99": round(delays[len(delays) * 99 // 100], 3),
            "most": round(delays[-1], 3),
        },
        "longest wait of a report after one fault, seconds (faults far apart)": _longest_waits(outcomes),
        "seconds until all was committed after the last fault": [
            round(outcome.drained_after, 1) for outcome in outcomes
        ],
        "seconds from a worker's start until ready": round(
            median(after for outcome in outcomes for after in outcome.ready_after), 1
        ),
        "recoveries": {
            "number": len(recoveries),
            "most records": max((recovery.records for recovery in recoveries), default=0),
            "longest, seconds": round(max((recovery.seconds for recovery in recoveries), default=0.0), 2),
        },
    }


def _longest_waits(outcomes: list[Outcome]) -> dict[str, dict[str, float]]:
    """Return by kind of fault the median and the most over the runs whose faults are far apart."""
    waits: dict[str, list[float]] = {}
    for outcome in outcomes:
        if outcome.rehearsal.mean_gap >= FAR_APART:
            for fault, wait in outcome.longest_waits():
                waits.setdefault(fault.kind, []).append(wait)
    return {
        kind: {"faults": len(found), "median": round(median(found), 1), "most": round(max(found), 1)}
        for kind, found in sorted(waits.items())
    }


if __name__ == "__main__":
    sys.exit(main())
