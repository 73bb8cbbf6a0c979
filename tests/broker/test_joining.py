"""A member of a group finds its way also where the broker names no brokers at first."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient

from streams.engine import transport
from streams.engine.config import EngineConfig
from streams.kafka.fetching import PatientConsumer
from tests.broker.live import Topics, publish
from tests.engine.fake_log import stub

EMPTY_ANSWERS = 3


def member(topics: Topics) -> AIOKafkaConsumer:
    return PatientConsumer(
        bootstrap_servers=topics.broker, group_id="late", auto_offset_reset="earliest", enable_auto_commit=False
    )


def worker(topics: Topics) -> AIOKafkaConsumer:
    """Return the consumer that Faust's thread is given."""
    config, conf = EngineConfig(bootstrap_servers=(topics.broker,)), SimpleNamespace(id="late-worker")
    thread = SimpleNamespace(app=SimpleNamespace(config=config, conf=conf))
    return transport.ConsumerThread._create_worker_consumer(stub(thread), None)


@pytest.mark.parametrize("made", [member, worker])
async def test_a_member_gets_its_partitions_though_the_broker_names_no_brokers_at_first(
    topics: Topics, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(topics.broker, topics.source, [(b"key", b"value")])
    consumer = made(topics)
    cluster = consumer._client.cluster
    update, answers = cluster.update_metadata, iter([SimpleNamespace(brokers=[])] * EMPTY_ANSWERS)
    monkeypatch.setattr(cluster, "update_metadata", lambda metadata: update(next(answers, metadata)))
    try:
        async with asyncio.timeout(60):
            await consumer.start()
            consumer.subscribe([topics.source])
            fetched: dict[Any, Any] = {}
            while not fetched:
                fetched = await consumer.getmany(timeout_ms=200)
    finally:
        await consumer.stop()
    assert [record.value for records in fetched.values() for record in records] == [b"value"]


def test_what_is_relied_on_of_aiokafka() -> None:
    assert list(AIOKafkaClient.coordinator_lookup.__annotations__) == []
    assert AIOKafkaClient.coordinator_lookup.__code__.co_varnames[:3] == ("self", "coordinator_type", "coordinator_key")
