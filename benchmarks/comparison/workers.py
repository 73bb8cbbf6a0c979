"""How the engine's throughput grows with workers that share a backlog, each a process of its own.

Each worker notes when its blocks were done. The rate is taken over the time in which all of them were at work: from
the first block of the last to begin, to the last block of the first to run dry. Joining the group is left out, and so
is the end, where the largest partition (30 % of the reports) is worked alone.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from typing import Any

from benchmarks.comparison.brokers import broker_of
from benchmarks.comparison.systems import BY_NAME, Running
from benchmarks.comparison.topics import create, publish, source_of, standing, task

MOST = 4
LEAST = 400_000
"""Records, at the least: fewer are worked by the first workers before the last has joined."""
_SECONDS = 90.0
_ATTEMPTS = 3
"""Where a group forms so late that the first workers have done it all, there is no rate, and it is tried again."""


def measure(kind: str, rounds: int, scale: float) -> dict[str, Any]:
    """Return the engine's rates with one to four workers."""
    records = max(LEAST, int(BY_NAME["engine"].records * scale))
    truth = task.expected(task.generate(records))
    rates: dict[str, list[float]] = {str(number): [] for number in range(1, MOST + 1)}
    # All are to be in the group before it begins, or the first one works alone meanwhile.
    with broker_of(kind, {"group.initial.rebalance.delay.ms": "6000"}) as broker:
        asyncio.run(create(broker, source_of(records)))
        asyncio.run(publish(broker, source_of(records), task.generate(records)))
        for turn in range(rounds):
            for number in range(1, MOST + 1) if turn % 2 == 0 else range(MOST, 0, -1):
                rate = _measured(broker, f"w{number}r{turn}", number, records, truth)
                rates[str(number)].append(rate)
                print(f"{kind:<9}{turn} {number} workers {rate:>10,.0f}/s", flush=True)
    medians = {number: round(statistics.median(found)) for number, found in rates.items()}
    spread = {number: [round(rate) for rate in found] for number, found in rates.items()}
    return {"records": records, "rounds": rounds, "medians": medians, "rates": spread}


def _measured(broker: str, name: str, number: int, records: int, truth: dict[str, tuple[int, int]]) -> float:
    for attempt in range(_ATTEMPTS):
        rate = _together(broker, f"{name}a{attempt}", number, records, truth)
        if rate is not None:
            return rate
    raise RuntimeError(f"{number} workers were never at work at the same time, {_ATTEMPTS} times over")


def _together(broker: str, name: str, number: int, records: int, truth: dict[str, tuple[int, int]]) -> float | None:
    results = f"results-{name}"
    asyncio.run(create(broker, results, f"{name}-count-changelog"))
    programs = [
        Running(BY_NAME["engine"], broker, source_of(records), results, name, records, paced=True)
        for _ in range(number)
    ]
    try:
        deadline = time.monotonic() + _SECONDS
        while asyncio.run(standing(broker, results))[0] != truth:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{number} workers did not come to the end:\n{programs[0].said()}")
            time.sleep(1.0)
        for program in programs:
            program.process.terminate()
        blocks = [program.measured()["blocks"] for program in programs]
    finally:
        for program in programs:
            program.__exit__()
    return _rate([found for found in blocks if found])


def _rate(blocks: Sequence[Sequence[tuple[float, int]]]) -> float | None:
    """Return records a second while all workers were at work, None if they never were; a block's come with its end."""
    begin = max(found[0][0] for found in blocks)
    end = min(found[-1][0] for found in blocks)
    if end <= begin:
        return None
    return sum(records for found in blocks for at, records in found if begin < at <= end) / (end - begin)
