"""A backlog of reports to measure a pipeline on: generated, published, and how much lies on a topic."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.keys import report_key
from schemas.topics import PARTITIONS, REPORTS
from seeds.history import report_lines
from seeds.history_mix import Mix
from streams.engine.partitioning import partition_for

_BATCH: Final = 1_000
_REPEATS: Final = 0.15
_QUIET_POLLS: Final = 3


def generated(count: int, *, headline: int = 0) -> list[tuple[bytes, bytes]]:
    """Return ``count`` structured reports with their keys: a month in 30 regions, 15 % exact repeats.

    Their claims are stated: reading texts is another stage of the work, measured by itself. With ``headline`` the
    first so many characters of the text are the title.
    """
    lines = report_lines(incidents=count // 5, days=30, regions=30, mix=replace(Mix(), repeats=_REPEATS))
    values = []
    for line in islice(lines, count):
        report = orjson.loads(line)
        text = report.pop("text", None)
        if headline:
            report["title"] = (text or "")[:headline] or None
        values.append((report_key(report["source"]["id"], report["report_id"]), orjson.dumps(report)))
    return values


async def publish(broker: str, values: Sequence[tuple[bytes, bytes]], topic: str = REPORTS.name) -> None:
    """Publish keyed reports in record batches, as fast as the broker takes them."""
    producer = AIOKafkaProducer(
        bootstrap_servers=broker, acks="all", enable_idempotence=False, max_batch_size=2**22, max_request_size=2**23
    )
    await producer.start()
    try:
        await producer.partitions_for(topic)
        by_partition: dict[int, list[tuple[bytes, bytes]]] = {}
        for key, value in values:
            by_partition.setdefault(partition_for(key, PARTITIONS), []).append((key, value))
        sent = []
        for start in range(0, max(map(len, by_partition.values())), _BATCH):
            for partition, records in by_partition.items():
                batch = producer.create_batch()
                for key, value in records[start : start + _BATCH]:
                    if batch.append(key=key, value=value, timestamp=None) is None:
                        raise RuntimeError("a batch of the benchmark is larger than the producer's limit")
                if batch.record_count():
                    batch.close()
                    sent.append(await producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def everything(broker: str, topic: str) -> AsyncIterator[Any]:
    """Yield what a topic holds: the embedded broker's own answer where it ends stops short, so until nothing comes."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker, fetch_max_wait_ms=50)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        quiet = 0
        while quiet < _QUIET_POLLS:
            found = await consumer.getmany(timeout_ms=500)
            for records in found.values():
                for record in records:
                    yield record
            quiet = 0 if found else quiet + 1
    finally:
        await consumer.stop()


async def written(broker: str, topic: str) -> int:
    """Return how many records a topic holds."""
    return sum([1 async for _ in everything(broker, topic)])
