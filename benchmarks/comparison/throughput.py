"""How fast each system works off a backlog: rounds of alternating order on one broker, medians and spread.

The clock of a program runs from its first record in hand to the moment when it has stored and committed all and left
in order. Starting, joining the group and loading are left out. Every round's results are compared with the truth.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from typing import Any

from benchmarks.comparison.brokers import broker_of
from benchmarks.comparison.systems import HOPPING, SYSTEMS, Running, System
from benchmarks.comparison.topics import create, fill, source_of, standing, task


def measure(kind: str, rounds: int, scale: float) -> dict[str, Any]:
    """Return the figures of all systems on a broker; a system that fails there is told with its error."""
    rows: dict[str, list[dict[str, Any]]] = {system.name: [] for system in (*SYSTEMS, HOPPING)}
    failed: dict[str, str] = {}
    truth = {size: task.expected(task.generate(size)) for size in {_size(one, scale) for one in (*SYSTEMS, HOPPING)}}
    with broker_of(kind) as broker:
        asyncio.run(fill(broker, (*SYSTEMS, HOPPING), scale))
        for number in range(rounds):
            # Each round begins with another system and every other one runs backwards: nobody is always after whom.
            order = [*SYSTEMS[number % len(SYSTEMS) :], *SYSTEMS[: number % len(SYSTEMS)]][:: -1 if number % 2 else 1]
            for system in order if number else [*order, HOPPING]:
                if system.name in failed:
                    continue
                try:
                    row = drain(broker, system, f"{system.name}{number}", _size(system, scale), truth)
                except (RuntimeError, AssertionError, TimeoutError) as error:
                    failed[system.name] = str(error)[-600:]
                    print(f"{kind:<9}{number} {system.title}: {error}")
                    continue
                rows[system.name].append(row)
                print(
                    f"{kind:<9}{number} {system.title:<34}{row['rate']:>10,.0f}/s {row['cpu_us']:7.1f} µs cpu",
                    flush=True,
                )
    return {
        "rounds": rounds,
        "systems": {name: summary(found) for name, found in rows.items() if found},
        "failed": failed,
    }


def drain(
    broker: str, system: System, name: str, records: int, truth: dict[int, dict[str, tuple[int, int]]]
) -> dict[str, Any]:
    """Have a program work a backlog off; return its figures. Raises ``RuntimeError`` if its counts are wrong."""
    called, results = f"{name}{system.name_part}", f"results-{name}"
    asyncio.run(create(broker, results, *(topic.format(name=called) for topic in system.changelogs)))
    with Running(system, broker, source_of(records), results, called, records) as program:
        row = program.measured()
    if system.counts:
        found, written = asyncio.run(standing(broker, results))
        if system is not HOPPING and found != truth[records]:
            raise RuntimeError(f"{system.title} counted wrong: {sorted(found.items() ^ truth[records].items())[:6]}")
        row["results"] = written
    row["rate"] = records / row["seconds"]
    row["cpu_us"] = row["cpu_seconds"] / records * 1e6
    return row


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return medians, and every round's rate for the spread."""
    return {
        "records": rows[0]["records"],
        "rates": [round(row["rate"]) for row in rows],
        **{name: statistics.median(row[name] for row in rows) for name in ("rate", "cpu_us", "peak_mib", "seconds")},
        "results": rows[0].get("results"),
    }


def _size(system: System, scale: float) -> int:
    return max(1_000, int(system.records * scale))
