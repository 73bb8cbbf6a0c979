"""Kafka without a broker: partitions as lists, record batches as aiokafka itself encodes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from streams.engine.recovery import Recovering


class ARecord(NamedTuple):
    """A record as a consumer would see it."""

    topic: str = "in"
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    key: bytes | None = b"k"
    value: bytes | None = b"v"
    headers: Sequence[tuple[str, bytes]] = ()


class Acknowledged(NamedTuple):
    offset: int


class FakeLog:
    """The partitions of all topics; also the producer that writes them and the reader of a changelog.

    ``on_send`` is called before a batch is appended and ``on_sent`` after; both may raise or await.
    """

    def __init__(self, batch_bytes: int = 10_000) -> None:
        self.batch_bytes = batch_bytes
        self.partitions: dict[tuple[str, int], list[ARecord]] = {}
        self.on_send: Callable[[str, int], Awaitable[None]] | None = None
        self.on_sent: Callable[[str, int], Awaitable[None]] | None = None

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(self.batch_bytes, 0)

    async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> asyncio.Future[Acknowledged]:
        if self.on_send is not None:
            await self.on_send(topic, partition)
        log = self.partitions.setdefault((topic, partition), [])
        base = len(log)
        for one in MemoryRecords(bytes(batch._build())).next_batch():
            headers = tuple((name, value) for name, value in one.headers)
            log.append(ARecord(topic, partition, len(log), 0, one.key, one.value, headers))
        if self.on_sent is not None:
            await self.on_sent(topic, partition)
        future: asyncio.Future[Acknowledged] = asyncio.get_running_loop().create_future()
        future.set_result(Acknowledged(base))
        return future

    def records(self, topic: str, partition: int = 0) -> list[ARecord]:
        return self.partitions.get((topic, partition), [])

    async def __call__(self, partitions: Sequence[Recovering], ends: Mapping[int, int]) -> None:
        """Read changelog partitions, one record at a time, as a :class:`~streams.engine.recovery.Reader`."""
        for one in partitions:
            log = self.records(one.writer.topic, one.partition)
            for record in log[one.position : ends[one.partition]]:
                one.take([record], ends[one.partition])


class Directory:
    """Topics with their number of partitions."""

    def __init__(self, **partitions: int) -> None:
        self._partitions = partitions

    async def partitions(self, topic: str) -> int:
        return self._partitions[topic]


def stub(value: Any) -> Any:
    """Return ``value`` as any type a signature asks for."""
    return value
