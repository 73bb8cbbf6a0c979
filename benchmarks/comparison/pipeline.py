"""The shipped pipeline beside its ceiling and beside plain Faust that does only the reduced work.

Structured reports of about 700 bytes (a generated month in 30 regions, 15 % exact repeats). Intake is measured alone,
then both stages in one worker, which is one process, and in a worker each (``sitrep worker --stage``), started together
on the same backlog; timed from intake's first block to fusion's last durable one. The ceiling reads the same reports
and validates them as whole fetches.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.backlog import generated, publish, written
from benchmarks.comparison.brokers import broker_of
from benchmarks.comparison.systems import BY_NAME, ROOT, Running, System
from benchmarks.comparison.throughput import drain
from benchmarks.comparison.topics import fill, task
from schemas.topics import CLAIMS, REPORTS
from streams.administration.topics import create_topics
from streams.settings import load_settings

REPORTS_AT_FULL: Final = 50_000
CEILING = System(
    "ceiling", "bare read + validation", "run_bare.py", REPORTS_AT_FULL, counts=False, name_part="ReportV1"
)
_SECONDS: Final = 240.0
_HEADLINE: Final = 140


def measure(kind: str, rounds: int, scale: float) -> dict[str, Any]:
    """Return the rates of the ceiling, of intake, of the whole in one worker and in two, and of plain Faust."""
    values = generated(max(2_000, int(REPORTS_AT_FULL * scale)), headline=_HEADLINE)
    count, size = len(values), sum(len(value) for _, value in values) / len(values)
    faust = BY_NAME["faust"]
    few = max(1_000, int(faust.records * scale))
    truth = {few: task.expected(task.generate(few))}
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in ("ceiling", "intake", "whole", "apart", "faust")}
    claims = 0
    for turn in range(rounds):
        with broker_of(kind) as broker:
            _prepare(broker, values)
            asyncio.run(fill(broker, [faust], scale))

            def ceiling(broker: str = broker) -> dict[str, float]:
                with Running(CEILING, broker, REPORTS.name, "", "ReportV1", count) as program:
                    return program.measured()

            def intake(broker: str = broker) -> dict[str, float]:
                return _finished(_probe(broker, {"intake": count}))

            def plain(broker: str = broker, turn: int = turn) -> dict[str, float]:
                return drain(broker, faust, f"faust{turn}", few, truth)

            takes = [("ceiling", ceiling), ("intake", intake), ("faust", plain)]
            for name, take in takes if turn % 2 == 0 else takes[::-1]:
                rows[name].append(take() | {"records": few if name == "faust" else count})
            claims = asyncio.run(written(broker, CLAIMS.name))
        with broker_of(kind) as broker:
            _prepare(broker, values)
            rows["whole"].append(_finished(_probe(broker, {"intake": count, "fusion": claims})) | {"records": count})
        with broker_of(kind) as broker:
            _prepare(broker, values)
            probes = [_probe(broker, {"intake": count}), _probe(broker, {"fusion": claims})]
            took, fused = map(_finished, probes)
            rows["apart"].append(
                {
                    "records": count,
                    "seconds": fused["ended"] - took["began"],
                    "cpu_seconds": took["cpu_seconds"] + fused["cpu_seconds"],
                    "peak_mib": took["peak_mib"] + fused["peak_mib"],
                }
            )
        for name, found in rows.items():
            print(f"{kind:<9}{turn} {name:<10}{found[-1]['records'] / found[-1]['seconds']:>10,.0f}/s", flush=True)
    return {
        "rounds": rounds,
        "reports": count,
        "bytes": round(size),
        "claims": claims,
        "systems": {name: _summary(found) for name, found in rows.items()},
    }


def _prepare(broker: str, values: Sequence[tuple[bytes, bytes]]) -> None:
    asyncio.run(create_topics(load_settings(bootstrap_servers=broker)))
    asyncio.run(publish(broker, values))


def _probe(broker: str, wanted: Mapping[str, int]) -> subprocess.Popen[str]:
    stages = [f"{stage}:{records}" for stage, records in wanted.items()]
    return subprocess.Popen(
        [sys.executable, str(ROOT / "benchmarks" / "worker_probe.py"), broker, *stages],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finished(probe: subprocess.Popen[str]) -> dict[str, float]:
    output, errors = probe.communicate(timeout=_SECONDS)
    if probe.returncode:
        raise RuntimeError(f"a worker failed ({probe.returncode}):\n{errors[-3_000:]}")
    found: dict[str, float] = json.loads(output.strip().splitlines()[-1])
    return found


def _summary(rows: Sequence[dict[str, float]]) -> dict[str, Any]:
    rates = [row["records"] / row["seconds"] for row in rows]
    return {
        "records": rows[0]["records"],
        "rate": statistics.median(rates),
        "rates": [round(rate) for rate in rates],
        "cpu_us": statistics.median(row["cpu_seconds"] / row["records"] * 1e6 for row in rows),
        "peak_mib": statistics.median(row["peak_mib"] for row in rows),
    }
