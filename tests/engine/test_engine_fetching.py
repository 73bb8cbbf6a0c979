"""A stage's fetches begin some time after one another, unless there is much to be fetched."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer.subscription_state import Assignment
from aiokafka.structs import TopicPartition

from streams.engine.config import EngineConfig
from streams.engine.transport import ConsumerThread
from tests.engine.fake_log import stub


class Fetching:
    """A consumer's thread over an assignment of aiokafka's own, without a broker."""

    def __init__(self, gather_seconds: float, block_records: int = 10) -> None:
        config = EngineConfig(
            bootstrap_servers=("127.0.0.1:1",), gather_seconds=gather_seconds, block_records=block_records
        )
        self.thread = ConsumerThread.__new__(ConsumerThread)
        self.thread.app = SimpleNamespace(config=config)
        assignment = Assignment({TopicPartition("in", number) for number in range(2)})
        self.states = [assignment.state_value(tp) for tp in assignment.tps]
        subscription = SimpleNamespace(assignment=assignment)
        self.consumer: Any = stub(SimpleNamespace(_subscription=SimpleNamespace(subscription=subscription)))

    def brought(self, records: int) -> None:
        self.thread._rest(self.consumer, records)

    @property
    def rests(self) -> bool:
        [rests] = {bool(state.paused) for state in self.states}
        return rests


async def test_after_a_little_all_partitions_rest_and_are_then_fetched_again() -> None:
    fetching = Fetching(gather_seconds=0.05)
    fetching.thread._fetching_since = asyncio.get_running_loop().time()
    fetching.brought(3)
    assert fetching.rests
    resumed = fetching.states[0].resume_fut
    assert resumed is not None
    await asyncio.wait_for(asyncio.shield(resumed), 10)
    assert not fetching.rests


@pytest.mark.parametrize(("records", "since"), [(10, 0.0), (3, 3600.0)])
async def test_no_rest_after_a_full_block_and_after_a_fetch_that_had_to_wait(records: int, since: float) -> None:
    fetching = Fetching(gather_seconds=60)
    now = asyncio.get_running_loop().time()
    fetching.thread._fetching_since = now - since
    fetching.brought(records)
    assert not fetching.rests
    assert fetching.thread._fetching_since >= now


async def test_partitions_that_were_taken_away_while_they_rested_do_no_harm() -> None:
    fetching = Fetching(gather_seconds=0.02)
    fetching.thread._fetching_since = asyncio.get_running_loop().time()
    fetching.brought(1)
    resumed = fetching.states[0].resume_fut
    fetching.consumer._subscription.subscription = None
    assert resumed is not None
    await asyncio.wait_for(asyncio.shield(resumed), 10)
    fetching.brought(1)
    assert not fetching.rests
