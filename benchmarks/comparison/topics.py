"""Filling topics with reports, and reading results back."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from benchmarks.backlog import everything
from benchmarks.comparison.systems import PROGRAMS, System
from streams.engine.partitioning import partition_for

sys.path.append(str(PROGRAMS))  # the task is defined beside the programs: they cannot import this package

import task

_BATCH = 2_000


async def create(broker: str, *names: str) -> None:
    """Create topics of four partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, task.PARTITIONS, 1) for name in names])
    finally:
        await admin.close()


def producer(broker: str) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=broker, acks="all", enable_idempotence=False, max_batch_size=2**20, max_request_size=2**21
    )


async def publish(broker: str, topic: str, reports: Iterable[task.Sent]) -> None:
    """Publish reports keyed by region, in batches of 2,000."""
    sending = producer(broker)
    await sending.start()
    try:
        batches: dict[int, Any] = {}
        sent = []
        for report in reports:
            key = report.region.encode()
            partition = partition_for(key, task.PARTITIONS)
            batch = batches.get(partition)
            if batch is not None and batch.record_count() == _BATCH:
                sent.append(await sending.send_batch(batch, topic, partition=partition))
                batch = None
            if batch is None:
                batch = batches[partition] = sending.create_batch()
            if batch.append(key=key, value=report.value, timestamp=report.at_ms) is None:
                raise RuntimeError("a batch of the benchmark is larger than the producer's limit")
        for partition, batch in batches.items():
            sent.append(await sending.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*sent)
    finally:
        await sending.stop()


def source_of(records: int) -> str:
    """Return the topic that holds this many reports: the same for every system and round."""
    return f"reports-{records}"


async def fill(broker: str, systems: Sequence[System], scale: float) -> None:
    """Create and fill a topic for every size that the systems need."""
    sizes = sorted({max(1_000, int(system.records * scale)) for system in systems})
    await create(broker, *map(source_of, sizes))
    for size in sizes:
        await publish(broker, source_of(size), task.generate(size))


async def standing(broker: str, topic: str) -> tuple[dict[str, tuple[int, int]], int]:
    """Return the last (hour, count) of every region in a topic of results, and how many results it holds."""
    found: dict[str, tuple[int, int]] = {}
    records = 0
    async for record in everything(broker, topic):
        records += 1
        told = json.loads(record.value)
        found[told["region"]] = told["hour"], told["count"]
    return found, records
