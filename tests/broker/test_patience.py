"""A reader gets what there is, however long the broker needs to look for it.

The embedded broker looks through all batches of a partition and gives up when the fetch's wait is over: of a partition
with ever more batches a reader that never waits longer would get nothing any more, for good.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.subscription_state import TopicPartitionState

from streams.kafka.fetching import LONGEST_WAIT_MS, STARVED_SECONDS, Patience, PatientConsumer
from tests.broker.live import Topics
from tests.engine.fake_log import stub

PLACE = TopicPartition("topic", 0)
BATCHES = 6_000
"""So many take the embedded broker some three milliseconds."""


class Starved:
    """A consumer at offset 5 of 9, and its clock."""

    def __init__(self) -> None:
        self.state = SimpleNamespace(paused=False, has_valid_position=True, highwater=9, position=5)
        assignment = SimpleNamespace(tps={PLACE}, state_value=lambda _: self.state)
        self._subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=assignment))
        self._fetcher = SimpleNamespace(_fetch_max_wait_ms=50)
        self.now = 0.0
        self.patience = Patience(stub(self), lambda: self.now)

    def assignment(self) -> set[Any]:
        return {PLACE}

    def wait_after(self, seconds: float, fetched: object = None) -> int:
        """Return the wait in milliseconds after a poll at a later time."""
        self.now += seconds
        self.patience.after({PLACE: [fetched]} if fetched else {})
        return int(self._fetcher._fetch_max_wait_ms)


def test_a_wait_grows_while_nothing_comes_though_there_is_something() -> None:
    one = Starved()
    assert one.wait_after(0) == 50
    assert one.wait_after(STARVED_SECONDS / 2) == 50
    assert [one.wait_after(STARVED_SECONDS) for _ in range(3)] == [100, 200, 400]
    assert one.wait_after(STARVED_SECONDS / 2, "a record") == 400, "the partition gets no shorter"
    assert one.wait_after(STARVED_SECONDS) == 400, "only a second without anything counts"


def test_a_wait_has_a_bound() -> None:
    one = Starved()
    assert [one.wait_after(STARVED_SECONDS) for _ in range(20)][-1] == LONGEST_WAIT_MS


@pytest.mark.parametrize(
    "change", [{"position": 9}, {"paused": True}, {"highwater": None}, {"has_valid_position": False}]
)
def test_who_has_read_all_or_does_not_fetch_waits_for_nothing(change: dict[str, Any]) -> None:
    one = Starved()
    vars(one.state).update(change)
    assert {one.wait_after(STARVED_SECONDS) for _ in range(5)} == {50}


def test_what_is_relied_on_of_aiokafka() -> None:
    assert "self._fetch_max_wait_ms," in inspect.getsource(Fetcher._get_actions_per_node)
    names = {"paused", "has_valid_position", "highwater", "position"}
    assert names <= set(dir(TopicPartitionState)) | set(
        re.findall(r"self\.(\w+) =", inspect.getsource(TopicPartitionState))
    )


async def test_a_reader_gets_what_takes_longer_to_find_than_a_fetch_waits(topics: Topics) -> None:
    place = TopicPartition(topics.source, 0)
    producers = [AIOKafkaProducer(bootstrap_servers=topics.broker) for _ in range(6)]
    await asyncio.gather(*(producer.start() for producer in producers))
    try:
        await asyncio.gather(*(_send_one_by_one(producer, topics.source) for producer in producers))
    finally:
        await asyncio.gather(*(producer.stop() for producer in producers))
    reader = PatientConsumer(bootstrap_servers=topics.broker, fetch_max_wait_ms=1, enable_auto_commit=False)
    await reader.start()
    try:
        reader.assign([place])
        reader.seek(place, BATCHES - 3)
        found: list[int] = []
        async with asyncio.timeout(60):
            while len(found) < 3:
                fetched = await reader.getmany(place, timeout_ms=200)
                found += [record.offset for record in fetched.get(place, ())]
    finally:
        await reader.stop()
    assert found == [BATCHES - 3, BATCHES - 2, BATCHES - 1]


async def _send_one_by_one(producer: AIOKafkaProducer, topic: str) -> None:
    for _ in range(BATCHES // 6):
        await producer.send_and_wait(topic, b"x", partition=0)
