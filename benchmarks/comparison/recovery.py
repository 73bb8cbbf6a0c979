"""How long a worker takes to load a large state, and what a dedupe key weighs in memory.

The changelog of intake is filled with 1,000,000 ledger entries, that of fusion with the state of 100,000 incidents (of
one filling of 25,000 for each partition, made by fusion itself). Then the shipped stages recover them in a worker of
their own on an embedded broker. The clock is the engine's: from the assignment of the partitions until blocks may come.
The same is done with states of a tenth and three tenths of that size.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from aiokafka import AIOKafkaProducer

from benchmarks import fusion_bench
from benchmarks.comparison.brokers import broker_of
from benchmarks.comparison.systems import ROOT
from schemas.topics import CLAIMS, PARTITIONS, REPORTS
from streams.administration.topics import create_topics
from streams.core.fusion import Fusion, FusionPolicy
from streams.core.intake.ledger import Entry, Seen, ledger_key
from streams.engine.changelog import ChangelogWriter, Marker, changelog_topic
from streams.engine.sending import BatchSender
from streams.settings import load_settings

KEYS = 1_000_000
INCIDENTS = 100_000
SMALLER = (0.1, 0.3)
_BLOCK = 2_000

Items = dict[bytes, bytes | None]


def measure(scale: float) -> dict[str, Any]:
    """Return seconds, records and memory of both recoveries, and those of smaller states."""
    smaller = [_recovered(scale * share) for share in SMALLER]
    figures = _recovered(scale) | {"smaller": smaller}
    figures["keys_per_second"] = figures["keys"] / figures["intake"]["seconds"]
    figures["bytes_per_key"] = figures["intake"]["grown_bytes"] / figures["keys"]
    return figures


def _recovered(scale: float) -> dict[str, Any]:
    keys, incidents = int(KEYS * scale), int(INCIDENTS * scale)
    fused = fused_items(incidents // PARTITIONS)
    figures: dict[str, Any] = {"keys": keys, "incidents": incidents}
    with broker_of("embedded") as broker:
        asyncio.run(create_topics(load_settings(bootstrap_servers=broker)))
        asyncio.run(_fill(broker, "intake", REPORTS.name, lambda number: ledger_items(number, keys // PARTITIONS)))
        asyncio.run(_fill(broker, "fusion", CLAIMS.name, lambda _: iter([fused])))
        for stage in ("intake", "fusion"):
            command = [sys.executable, "-m", "benchmarks.comparison.recovering", broker, stage]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240, cwd=ROOT)
            if done.returncode:
                raise RuntimeError(done.stderr[-3_000:])
            figures[stage] = json.loads(done.stdout.strip().splitlines()[-1])
            print(stage, figures[stage], flush=True)
    return figures


def ledger_items(partition: int, count: int) -> Iterator[Items]:
    """Yield what intake stores for ``count`` reports of one version and one region, in blocks."""
    dice = random.Random(partition)
    for first in range(0, count, _BLOCK):
        items: Items = {}
        for number in range(first, min(count, first + _BLOCK)):
            seen = Seen(dice.randbytes(8), partition, number)
            entry = Entry(1_761_000_000_000_000 + number, 1_761_000_000_000 + number, 1, False, (seen,), ("UA-63",))
            items[ledger_key(b"desk-%d/report-%d-%d" % (number % 40, partition, number))] = entry.pack(entry.regions)
        yield items


def fused_items(incidents: int) -> Items:
    """Return what fusion stores of this many incidents: made by fusion from three claims each."""
    dice = random.Random(1)
    places, fusion, items = fusion_bench.towns(dice), Fusion(FusionPolicy()), {}
    for number in range(incidents):
        for claims in fusion_bench.tell(dice, places, number):
            fusion.take(claims)
        if number % 1_000 == 999 or number == incidents - 1:
            items.update(fusion.step(fusion_bench.NOW).changes)
    return items


async def _fill(broker: str, stage: str, source: str, items_of: Any) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=broker, acks="all", enable_idempotence=False, max_batch_size=900_000, max_request_size=2**20
    )
    await producer.start()
    sender = BatchSender(producer, batch_bytes=900_000, seconds=30.0)
    try:
        for partition in range(PARTITIONS):
            writer = ChangelogWriter(sender, changelog_topic("sitrep", stage), partition)
            await writer.claim(1)
            marker = Marker(source, 0, 1, "benchmark")
            for items in items_of(partition):
                pending, weight = {}, 0
                for key, value in items.items():
                    if weight > 600_000:
                        await writer.append(writer.build(pending, marker))
                        pending, weight = {}, 0
                    pending[key] = value
                    weight += len(key) + len(value or b"") + 30
                await writer.append(writer.build(pending, marker))
    finally:
        await producer.stop()


if __name__ == "__main__":
    print(measure(float(sys.argv[1])))
