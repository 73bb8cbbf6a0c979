"""What the engine promises on Apache Kafka beyond the suite of both brokers: retries, compaction, wrong topics."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from streams.engine.errors import TopicError
from streams.engine.health import Health
from streams.engine.observer import SilentObserver
from streams.engine.running import Worker
from tests.broker.counting import CountingStage
from tests.broker.feeding import assert_exact, counted, feeding, until_counted, until_more_counted
from tests.broker.live import (
    NOT_TAKEN_FOR_DEAD,
    Topics,
    WorkerProcess,
    Workers,
    a_producer,
    counts_in,
    create_topics,
    eventually,
    publish,
    read_all,
)
from tests.chaos.proxy import Proxy
from tests.engine.test_engine_odd_headers import NotUtf8
from tests.kafka.cluster import ApacheCluster

pytestmark = pytest.mark.broker

COMPACTED_AT_ONCE = {
    "cleanup.policy": "compact",
    "segment.bytes": str(1024 * 1024),
    "segment.ms": "500",
    "min.cleanable.dirty.ratio": "0.01",
    "delete.retention.ms": "100",
}
"""The cleaner works at once and on little."""


@pytest.fixture
async def topics(apache: ApacheCluster, app: str) -> Topics:
    made = Topics(apache.address, app, idempotent=True)
    await create_topics(made.broker, made.source, made.output, made.changelog)
    return made


class Recoveries(SilentObserver):
    """Remembers how many changelog records recovery read."""

    def __init__(self) -> None:
        self.records = 0

    def recovery_finished(self, stage: str, partitions: object, *, records: int, seconds: float) -> None:
        self.records += records


@asynccontextmanager
async def working(topics: Topics, **settings: object) -> AsyncIterator[Recoveries]:
    """Run a worker in this process while the block lasts; it is ready when the block begins."""
    health, heard = Health(), Recoveries()
    stage = CountingStage("count", topics.source, topics.output)
    async with Worker([stage], topics.config(**settings), observer=heard, health=health):
        await eventually(lambda: health.ready, "the worker is not ready")
        yield heard


async def test_a_lost_acknowledgement_makes_neither_a_second_output_nor_a_second_writer(
    proxied: tuple[ApacheCluster, Proxy], app: str
) -> None:
    """The broker appended, the answer got lost, the producer sends again: idempotence keeps it one record.

    Without it every retry would leave its outputs twice, and a changelog batch twice, which looks to the worker as
    if somebody else wrote there.
    """
    cluster, proxy = proxied
    topics = Topics(cluster.address, app, idempotent=True)
    await create_topics(topics.broker, topics.source, topics.output, topics.changelog)
    sent = [(b"key-%d" % (number % 40), b"%d" % number) for number in range(2_000)]
    through = Topics(f"127.0.0.1:{proxy.port}", app, idempotent=True)
    async with working(through, block_records=50, session_timeout_seconds=4.0):
        proxy.lose_acknowledgements(6)
        await publish(topics.broker, topics.source, sent)
        await until_counted(topics, len(sent))

    assert proxy.acknowledgements_lost == 6
    assert await counts_in(topics) == Counter(key for key, _ in sent)
    outputs = Counter(record.value for record in await read_all(topics.broker, topics.output))
    assert outputs == Counter(value for _, value in sent)


async def test_a_compacted_changelog_shrinks_and_still_holds_the_state(apache: ApacheCluster, app: str) -> None:
    topics = Topics(apache.address, app, idempotent=True)
    await create_topics(topics.broker, topics.source, topics.output)
    await create_topics(topics.broker, topics.changelog, configs=COMPACTED_AT_ONCE)
    sent = [(b"key-%d" % (number % 40), b"%d" % number) for number in range(4_000)]
    async with working(topics, block_records=20):
        await publish(topics.broker, topics.source, sent)
        await until_counted(topics, len(sent))
        written = await appended(topics.broker, topics.changelog)
        assert written > 20 * 40, "nothing much to compact"

        async def shrunk() -> bool:
            # Kafka closes a segment, and then compacts it, only when a further record comes.
            more = [(b"key-%d" % number, b"%d" % len(sent)) for number in range(40)]
            await publish(topics.broker, topics.source, more)
            sent.extend(more)
            return len(await read_all(topics.broker, topics.changelog)) < written / 4

        await eventually(shrunk, "the changelog is not compacted")
        await until_counted(topics, len(sent))
    async with working(topics) as heard:
        await publish(topics.broker, topics.source, [(b"key-0", b"one more")])
        await until_counted(topics, len(sent) + 1)

    assert heard.records < written / 2
    assert await counts_in(topics) == Counter([*(key for key, _ in sent), b"key-0"])
    assert len(await read_all(topics.broker, topics.output)) == len(sent) + 1


async def appended(broker: str, topic: str) -> int:
    """How many records were ever written: the sum of the ends, which compaction does not move."""
    last: Mapping[int, int] = {record.partition: record.offset for record in await read_all(broker, topic)}
    return sum(offset + 1 for offset in last.values())


async def test_a_header_name_that_is_not_utf8_stops_nobody(topics: Topics) -> None:
    async with working(topics):
        await publish(topics.broker, topics.source, [(b"before", b"1")])
        async with a_producer(topics.broker) as producer:
            batch = producer.create_batch()
            batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 10_000)
            batch.append(key=b"odd", value=b"2", timestamp=None, headers=[(NotUtf8("name"), b"x")])
            await (await producer.send_batch(batch, topics.source, partition=0))
        await publish(topics.broker, topics.source, [(b"after %d" % number, b"3") for number in range(8)])
        await until_counted(topics, 10)
    assert (await counts_in(topics))[b"odd"] == 1


async def test_a_changelog_of_too_few_partitions_is_named_before_anything_starts(
    apache: ApacheCluster, app: str
) -> None:
    topics = Topics(apache.address, app, idempotent=True)
    await create_topics(topics.broker, topics.source, topics.output)
    await create_topics(topics.broker, topics.changelog, partitions=2)
    with pytest.raises(TopicError, match=rf"{topics.changelog} has 2 partitions but its source {topics.source} has 4"):
        async with working(topics):
            pass


async def test_a_rolling_restart_of_workers_repeats_no_output(topics: Topics, workers: Workers) -> None:
    """Each worker in turn is asked to stop and replaced: a clean stop commits, so nothing is even done twice."""

    def a_worker() -> WorkerProcess:
        return workers.start(topics, block_records=200, **NOT_TAKEN_FOR_DEAD)

    current = [a_worker(), a_worker()]
    async with feeding(topics) as feed:
        for place in range(2):
            for worker in current:
                await worker.ready()
            await until_more_counted(topics, 1_000)
            assert current[place].stop() == 0
            current[place] = a_worker()
            await until_more_counted(topics, 1_000)
    await assert_exact(topics, feed)
    outputs = Counter(record.value for record in await read_all(topics.broker, topics.output))
    assert set(outputs.values()) == {1}


async def test_a_broker_that_is_killed_and_comes_back_loses_nothing(
    topics: Topics, apache: ApacheCluster, workers: Workers
) -> None:
    sent = [(b"key-%d" % (number % 40), b"%d" % number) for number in range(8_000)]
    worker = workers.start(topics, block_records=20)
    await worker.ready()
    await publish(topics.broker, topics.source, sent)
    await until_counted(topics, 1)
    await asyncio.to_thread(apache.kill_broker, apache.brokers[0])
    # Not in a thread: the broker ends with the thread that started it, and other tests need it after this one.
    apache.start_brokers(apache.brokers)

    async def all_of_them() -> bool:
        nonlocal worker
        if worker.exit_code is not None:  # it may give up at any time, for its supervisor to start it anew
            worker = workers.start(topics, block_records=20)
        return await counted(topics) >= len(sent)

    await eventually(all_of_them, "the records are not all counted")
    assert await counts_in(topics) == Counter(key for key, _ in sent)
    assert {record.value for record in await read_all(topics.broker, topics.output)} == {value for _, value in sent}
