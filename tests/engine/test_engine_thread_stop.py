"""The end of a consumer's thread: it leaves the group, and what aiokafka cancels of its own is no end of ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.group import LeaveGroupRequest
from aiokafka.structs import TopicPartition

from streams.engine.transport import ConsumerThread

PLACE = TopicPartition("in", 0)
DEADLINE_SECONDS = 30.0


class Ending:
    """A consumer's thread over aiokafka's own consumer, without a broker, and what its client was asked for."""

    def __init__(self) -> None:
        self.consumer = AIOKafkaConsumer(bootstrap_servers="127.0.0.1:1", group_id="group")
        self.thread = ConsumerThread.__new__(ConsumerThread)
        self.thread._consumer = self.consumer
        self.client_closed = False
        self.asked = asyncio.Event()
        client = self.consumer._client
        client.cluster.leader_for_partition = lambda _: 0
        client.close = self._close
        client.send = self._fail

    async def _close(self) -> None:
        self.client_closed = True

    async def _fail(self, *_: Any, **__: Any) -> None:
        self.asked.set()
        raise KafkaConnectionError("no broker")

    async def fetch_in_vain(self) -> None:
        """Return when the fetcher waits, for an hour, to ask again what could not be sent."""
        consumer = self.consumer
        consumer._subscription.assign_from_user({PLACE})
        consumer._subscription.subscription.assignment.state_value(PLACE).reset_to(0)
        consumer._fetcher = Fetcher(consumer._client, consumer._subscription, retry_backoff_ms=3_600_000)
        await self.asked.wait()  # after its failure nothing is awaited before that wait

    def join(self, generation: int) -> list[Any]:
        """Be a member of this generation (-1: of none); return where the requests to its coordinator gather."""
        requests: list[Any] = []
        consumer = self.consumer
        consumer._coordinator = coordinator = GroupCoordinator(
            consumer._client, consumer._subscription, group_id="group", assignors=()
        )
        coordinator.generation, coordinator.member_id = generation, "we"

        async def send(request: Any) -> None:
            requests.append(request)
            raise KafkaConnectionError("no answer")

        coordinator._send_req = send
        return requests


@asynccontextmanager
async def ending() -> AsyncIterator[Ending]:
    one = Ending()
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            yield one
    finally:
        one.consumer._closed = True
        if one.consumer._fetcher is not None:
            one.consumer._fetcher._fetch_task.cancel()


async def test_a_fetcher_told_to_close_amid_its_retry_ends_the_thread_in_order() -> None:
    async with ending() as one:
        await one.fetch_in_vain()
        await one.thread.on_thread_stop()
        assert one.client_closed


async def test_a_thread_whose_own_task_is_cancelled_amid_its_stop_is_cancelled() -> None:
    async with ending() as one:
        closing = asyncio.Event()

        async def close() -> None:
            if not closing.is_set():  # the first time it takes long
                closing.set()
                await asyncio.Event().wait()

        one.consumer._client.close = close
        stopping = asyncio.create_task(one.thread.on_thread_stop())
        await closing.wait()
        stopping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopping


@pytest.mark.parametrize(("generation", "leaves"), [(-1, 0), (0, 1), (1, 1)])
async def test_a_member_of_any_generation_leaves_once_and_a_broker_that_is_gone_is_no_error(
    generation: int, leaves: int
) -> None:
    """aiokafka leaves from generation 1 on, as Kafka counts; the embedded broker counts from 0."""
    async with ending() as one:
        requests = one.join(generation)
        await one.thread.on_thread_stop()
        assert [(type(each), each._group, each._member_id) for each in requests] == [
            (LeaveGroupRequest, "group", "we")
        ] * leaves
        assert one.client_closed
