"""The publisher against a real broker: what is acknowledged is there, in order; what is not is named."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.partitioner import murmur2

from schemas import ReportV1
from streams.administration.topics import create_topics
from streams.client import BrokerAway, InvalidReport, Refused, ReportPublisher, SyncReportPublisher, TopicMissing
from streams.settings import Settings
from tests.broker.live import DEADLINE_SECONDS

pytestmark = pytest.mark.broker

EMBEDDED_IS_ENOUGH = pytest.mark.parametrize("own_broker", ["embedded"], indirect=True)

_numbers = itertools.count()


def a_report(source: str, number: int, title: str = "shelling reported") -> dict[str, Any]:
    return {
        "report_id": f"r{number}",
        "source": {"id": source},
        "published_at": "2025-10-22T09:00:00Z",
        "title": title,
    }


def a_source() -> str:
    """Return a source that no other test publishes for: tests share the topic."""
    return f"publisher-{next(_numbers)}"


async def settings_for(broker: Any, **given: Any) -> Settings:
    settings = Settings(bootstrap_servers=broker.address, **given)
    await create_topics(settings)
    return settings


async def stored(settings: Settings, source: str) -> dict[bytes, list[Any]]:
    """Return the records of one source by key, in the order in which they lie in their partitions."""
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap_servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition("sitrep.reports", number) for number in range(settings.partitions)]
        consumer.assign(partitions)
        found: dict[bytes, list[Any]] = defaultdict(list)
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    if record.key.startswith(f"{source}/".encode()):
                        found[record.key].append(record)
            marks = [consumer.highwater(partition) for partition in partitions]
            reached = [await consumer.position(partition) for partition in partitions]
            if all(mark is not None and at >= mark for at, mark in zip(reached, marks, strict=True)):
                return found
            assert time.monotonic() < deadline, "the topic could not be read to its end"
    finally:
        await consumer.stop()


async def test_what_is_acknowledged_is_in_the_topic_once_in_order_where_the_receipt_says(shared_broker: Any) -> None:
    settings, source = await settings_for(shared_broker), a_source()
    sent = [a_report(source, number % 10, f"version {number}") for number in range(500)]
    async with ReportPublisher(settings) as publisher:
        acks = [await publisher.publish(report) for report in sent]
    receipts = [ack.result() for ack in acks]
    assert publisher.idempotent == ("Apache" in type(shared_broker).__name__)
    assert publisher.acknowledged == len(sent)
    by_key = await stored(settings, source)
    assert sum(map(len, by_key.values())) == len(sent)
    for number in range(10):
        key = f"{source}/r{number}"
        titles = [ReportV1.model_validate_json(record.value).title for record in by_key[key.encode()]]
        assert titles == [f"version {n}" for n in range(number, 500, 10)]
        places = [(receipt.partition, receipt.offset) for receipt in receipts if receipt.key == key]
        assert places == [(record.partition, record.offset) for record in by_key[key.encode()]]


async def test_the_partition_is_the_one_every_kafka_client_would_choose(shared_broker: Any) -> None:
    settings, source = await settings_for(shared_broker), a_source()
    async with ReportPublisher(settings) as publisher:
        receipts = [await (await publisher.publish(a_report(source, number))) for number in range(20)]
    for receipt in receipts:
        assert receipt.partition == (murmur2(receipt.key.encode()) & 0x7FFFFFFF) % settings.partitions


async def test_records_carry_cloudevents_headers_and_versions_differ_in_their_id(shared_broker: Any) -> None:
    settings, source = await settings_for(shared_broker), a_source()
    async with ReportPublisher(settings) as publisher:
        await publisher.publish_many([a_report(source, 1), a_report(source, 1), a_report(source, 1, "corrected")])
    ids = []
    for record in (await stored(settings, source))[f"{source}/r1".encode()]:
        headers = dict(record.headers)
        assert headers["ce_source"] == f"/sources/{source}".encode()
        assert headers["ce_type"] == b"org.sitrep.report.v1"
        ids.append(headers["ce_id"])
    assert ids[0] == ids[1] != ids[2]


async def test_an_invalid_report_is_refused_and_the_others_arrive(shared_broker: Any) -> None:
    settings, source = await settings_for(shared_broker), a_source()
    async with ReportPublisher(settings) as publisher:
        with pytest.raises(InvalidReport, match="report_id: required field is missing"):
            await publisher.publish({"source": {"id": source}, "published_at": "2025-10-22T09:00:00Z", "title": "x"})
        with pytest.raises(InvalidReport) as caught:
            await publisher.publish_many([a_report(source, 0), {}, a_report(source, 2)])
        assert caught.value.index == 1
        await publisher.publish(a_report(source, 3))
    assert set(await stored(settings, source)) == {f"{source}/r0".encode(), f"{source}/r3".encode()}


async def test_publish_waits_for_room(shared_broker: Any) -> None:
    settings, source = await settings_for(shared_broker, publish_max_records=50, publish_max_bytes=20_000), a_source()
    most = [0, 0]
    async with ReportPublisher(settings) as publisher:
        for number in range(2_000):
            await publisher.publish(a_report(source, number))
            most = [max(most[0], publisher.in_flight), max(most[1], publisher.bytes_in_flight)]
    assert publisher.acknowledged == 2_000
    assert most[0] <= 50
    assert 0 < most[1] <= 20_000


async def test_a_report_larger_than_all_the_room_goes_alone(shared_broker: Any) -> None:
    settings, source = await settings_for(shared_broker, publish_max_bytes=10), a_source()
    async with ReportPublisher(settings) as publisher:
        assert await publisher.publish_many(a_report(source, number) for number in range(3)) == 3


async def test_concurrent_callers_lose_nothing(shared_broker: Any) -> None:
    settings, source = await settings_for(shared_broker, publish_max_records=20), a_source()
    async with ReportPublisher(settings) as publisher:
        await asyncio.gather(*(publisher.publish(a_report(source, number)) for number in range(300)))
    assert publisher.acknowledged == 300
    assert len(await stored(settings, source)) == 300


async def test_a_record_the_broker_turns_down_is_named_and_the_others_arrive(
    shared_broker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.client.producer.MAX_MESSAGE_BYTES", 2_000)
    settings, source = await settings_for(shared_broker), a_source()
    with pytest.raises(Refused) as caught:  # noqa: PT012  leaving the block raises
        async with ReportPublisher(settings) as publisher:
            await publisher.publish(a_report(source, 0))
            large = await publisher.publish(a_report(source, 1) | {"text": "x" * 5_000})
            await publisher.publish(a_report(source, 2))
    assert caught.value.refused == (f"{source}/r1",)
    assert isinstance(large.exception(), Refused)
    assert set(await stored(settings, source)) == {f"{source}/r0".encode(), f"{source}/r2".encode()}


async def test_an_error_of_the_caller_does_not_lose_what_was_handed_over(shared_broker: Any) -> None:
    settings, source = await settings_for(shared_broker), a_source()
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  leaving the block raises
        async with ReportPublisher(settings) as publisher:
            await publisher.publish(a_report(source, 0))
            raise ZeroDivisionError
    assert len(await stored(settings, source)) == 1


@EMBEDDED_IS_ENOUGH
async def test_without_the_topic_the_remedy_is_named(own_broker: Any) -> None:
    with pytest.raises(TopicMissing, match="sitrep topics create"):
        async with ReportPublisher(Settings(bootstrap_servers=own_broker.address)):
            pass


@pytest.mark.parametrize("way", ["kill", "freeze"])
async def test_when_the_broker_goes_what_was_acknowledged_is_known(own_broker: Any, way: str) -> None:
    # Long enough for what is sent before to be acknowledged on a busy machine.
    settings, source = await settings_for(own_broker, publish_timeout_seconds=8), a_source()
    acks = []
    with pytest.raises(BrokerAway) as caught:  # noqa: PT012  leaving the block raises
        async with ReportPublisher(settings) as publisher:
            for number in range(100):
                acks.append(await publisher.publish(a_report(source, number)))
            await publisher.flush()
            getattr(own_broker, way)()
            for number in range(100, 200):
                acks.append(await publisher.publish(a_report(source, number)))
    assert all(ack.done() for ack in acks)
    assert [ack.exception() is None for ack in acks] == [number < 100 for number in range(200)]
    assert caught.value.acknowledged == 100
    assert caught.value.unacknowledged == tuple(f"{source}/r{number}" for number in range(100, 200))


async def test_without_a_broker_the_publisher_says_so_in_time(closed_port: int) -> None:
    with pytest.raises(BrokerAway, match=f"no broker at 127.0.0.1:{closed_port}"):
        async with ReportPublisher(Settings(bootstrap_servers=f"127.0.0.1:{closed_port}", connect_timeout_seconds=1)):
            pass


async def test_records_of_a_key_keep_their_order_when_sends_are_tried_again(
    broker_behind_a_line: Any, line_to: Any
) -> None:
    async with line_to(broker_behind_a_line) as line:
        settings, source = await settings_for(broker_behind_a_line), a_source()
        versions = [f"version {number}" for number in range(3_000)]
        async with ReportPublisher(settings) as publisher:
            for number, title in enumerate(versions):
                await publisher.publish(a_report(source, number % 3, title))
                if number % 500 == 250:
                    # Also while a batch is under way: then the broker has it and its answer is lost.
                    line.cut()
        by_key = await stored(settings, source)
    assert publisher.acknowledged == len(versions)
    for number in range(3):
        titles = [ReportV1.model_validate_json(record.value).title for record in by_key[f"{source}/r{number}".encode()]]
        # The embedded broker stores a repeated batch again: the first of each must be in order, the newest last.
        assert list(dict.fromkeys(titles)) == versions[number::3]
        assert titles[-1] == versions[number::3][-1]
        if publisher.idempotent:
            assert titles == versions[number::3]


@EMBEDDED_IS_ENOUGH
def test_the_synchronous_publisher_keeps_the_same_promises(own_broker: Any) -> None:
    settings = asyncio.run(settings_for(own_broker))
    with SyncReportPublisher(settings) as publisher:
        receipt = publisher.publish(a_report("sync", 0)).result(DEADLINE_SECONDS)
        assert (receipt.key, receipt.offset) == ("sync/r0", 0)
        assert publisher.publish_many(a_report("sync", number) for number in range(1, 100)) == 99
        with pytest.raises(InvalidReport):
            publisher.publish(b"{}")
        assert publisher.acknowledged == 100
    impatient = settings.model_copy(update={"publish_timeout_seconds": 1})
    with pytest.raises(BrokerAway) as caught, SyncReportPublisher(impatient) as publisher:  # noqa: PT012  leaving the block raises
        own_broker.kill()
        lost = publisher.publish(a_report("sync", 100))
    assert isinstance(lost.exception(DEADLINE_SECONDS), BrokerAway)
    assert caught.value.unacknowledged == ("sync/r100",)
