"""How fast the engine drains a backlog, beside the bare aiokafka read of the same topic in the same run.

    python benchmarks/engine_bench.py [--records 200000] [--rounds 3]

Method: the embedded broker, one process, four partitions, 135-byte records in batches of 2,000, 2,000 keys. Each round
reads the topic with a bare consumer, then has a worker of its own group drain it: first counting per key only (one
changelog record per touched key and block), then with one output record per input. The time of a worker runs from the
end of its recovery (there is nothing to recover) to its last durable block. Other load on the machine moves all
figures alike: compare the ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import statistics
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.engine.changelog import changelog_topic
from streams.engine.config import EngineConfig
from streams.engine.embedded import EmbeddedBroker
from streams.engine.observer import SilentObserver
from streams.engine.partitioning import partition_for
from streams.engine.running import Worker
from streams.engine.stage import Output, PartitionState, Step
from streams.kafka.record import Record

PARTITIONS = 4
KEYS = 2_000
VALUE = b'{"id":"r-000000001","region":"UA-27","device":"dev-00001","kind":"shahed"}'.ljust(135, b" ")
SOURCE, OUTPUT = "bench.in", "bench.out"


class Counting:
    """Counts per key; with an output topic it also repeats every record."""

    def __init__(self, items: Mapping[bytes, bytes], output: str | None) -> None:
        self._counts = {key: int(value) for key, value in items.items()}
        self._changed: set[bytes] = set()
        self._outputs: list[Output] = []
        self._output = output

    def take(self, records: Sequence[Record]) -> None:
        counts, changed = self._counts, self._changed
        for record in records:
            key = record.key or b""
            counts[key] = counts.get(key, 0) + 1
            changed.add(key)
        if self._output is not None:
            self._outputs += [Output(self._output, record.key, record.value) for record in records]

    def step(self, now: datetime) -> Step:
        step = Step(self._outputs, {key: b"%d" % self._counts[key] for key in self._changed})
        self._changed, self._outputs = set(), []
        return step


class CountingStage:
    """A stage of next to no work: what is measured is the engine."""

    source = SOURCE
    announces = False
    gathers = True

    def __init__(self, name: str, output: str | None) -> None:
        self.name = name
        self._output = output

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        return Counting(items, self._output)

    def committed(self, partition: int, step: Step) -> None:
        """Nothing to measure."""

    def closed(self, partition: int) -> None:
        """Nothing to release."""


class Stopwatch(SilentObserver):
    """Times a drain from the end of the recovery to the last block."""

    def __init__(self, records: int) -> None:
        self._left = records
        self._began = 0.0
        self.seconds = 0.0
        self.blocks = 0
        self.done = asyncio.Event()

    def recovery_finished(
        self,
        stage: str,
        partitions: AbstractSet[int],
        *,
        records: int,
        seconds: float,
    ) -> None:
        self._began = time.perf_counter()

    def block_done(
        self,
        stage: str,
        partition: int,
        *,
        records: int,
        size: int,
        seconds: float,
        lag: int | None,
    ) -> None:
        self._left -= records
        self.blocks += 1
        if self._left <= 0:
            self.seconds = time.perf_counter() - self._began
            self.done.set()


async def create_topics(address: str, *names: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
    await admin.close()


async def publish(address: str, records: int) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all", max_batch_size=512 * 1024)
    await producer.start()
    batches = [producer.create_batch() for _ in range(PARTITIONS)]
    for number in range(records):
        key = b"dev-%05d" % (number % KEYS)
        partition = partition_for(key, PARTITIONS)
        batches[partition].append(timestamp=None, key=key, value=VALUE)
        if batches[partition].record_count() >= 2_000:
            await (await producer.send_batch(batches[partition], SOURCE, partition=partition))
            batches[partition] = producer.create_batch()
    for partition, batch in enumerate(batches):
        if batch.record_count():
            await (await producer.send_batch(batch, SOURCE, partition=partition))
    await producer.stop()


async def bare_read(address: str, records: int) -> float:
    """Return the seconds a bare consumer needs to read the topic."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=address,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=2 * 1024 * 1024,
    )
    await consumer.start()
    consumer.assign([TopicPartition(SOURCE, partition) for partition in range(PARTITIONS)])
    began = time.perf_counter()
    left = records
    while left > 0:
        left -= sum(len(found) for found in (await consumer.getmany(timeout_ms=1_000)).values())
    seconds = time.perf_counter() - began
    await consumer.stop()
    return seconds


async def drain(address: str, records: int, stage: CountingStage) -> Stopwatch:
    await create_topics(address, changelog_topic("bench", stage.name))
    config = EngineConfig(bootstrap_servers=(address,), app="bench", session_timeout_seconds=2.0, tick_seconds=5.0)
    watch = Stopwatch(records)
    async with Worker([stage], config, observer=watch):
        gc.collect()
        gc.freeze()
        await asyncio.wait_for(watch.done.wait(), 300)
    return watch


async def bench(records: int, rounds: int) -> None:
    rates: dict[str, list[float]] = {"bare read": [], "count per key": [], "count + one output a record": []}
    async with EmbeddedBroker() as broker:
        await create_topics(broker.address, SOURCE, OUTPUT)
        await publish(broker.address, records)
        for number in range(rounds):
            rates["bare read"].append(records / await bare_read(broker.address, records))
            for name, output in (("count per key", None), ("count + one output a record", OUTPUT)):
                stage = CountingStage(f"{'out' if output else 'count'}{number}", output)
                watch = await drain(broker.address, records, stage)
                rates[name].append(records / watch.seconds)
    bare = statistics.median(rates["bare read"])
    print(f"{records} records of {len(VALUE)} bytes, {PARTITIONS} partitions, median of {rounds} rounds")
    for name, found in rates.items():
        middle = statistics.median(found)
        print(f"  {name:<30} {middle:>10,.0f} records/s   {middle / bare:5.2f} × bare   (best {max(found):,.0f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    asyncio.run(bench(chosen.records, chosen.rounds))


if __name__ == "__main__":
    main()
