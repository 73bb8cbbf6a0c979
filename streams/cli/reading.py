"""Reading a topic from where one wants to its end, or on and on, whatever the broker's look-ups are worth.

The embedded broker's answers to ``ListOffsets`` are unreliable: the latest offset may be too small and the offset
of a time is wrong. So the end is taken from a fetch, and a time is found by looking at the records themselves.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.client.connection import admin_client, kafka_options, reach, stop_consumer, topics_of
from streams.client.errors import BrokerAway
from streams.kafka.fetching import PatientConsumer
from streams.kafka.record import Record
from streams.settings import Settings

_FETCH_WAIT_MS: Final = 50
_END_SECONDS: Final = 10.0
_SILENT_SECONDS: Final = 20.0
"""How long the broker may be out of reach before following a topic ends."""


class Start:
    """Where to begin reading: one of the four below."""


@dataclass(frozen=True, slots=True)
class Beginning(Start):
    """From the first record."""


@dataclass(frozen=True, slots=True)
class End(Start):
    """Only what comes from now on."""


@dataclass(frozen=True, slots=True)
class Last(Start):
    """From the last ``count`` records over all partitions, by their timestamps."""

    count: int


@dataclass(frozen=True, slots=True)
class Since(Start):
    """From the first record whose timestamp is ``moment`` or later."""

    moment: datetime


async def topic_names(settings: Settings) -> frozenset[str]:
    """Return the broker's topics.

    :raises BrokerAway: no broker answered in time.
    """
    async with admin_client(settings) as admin:
        return await topics_of(admin)


class TopicReader:
    """Reads one topic that exists; use :func:`open_reader`."""

    def __init__(self, consumer: Any, topic: str, partitions: Iterable[int], address: str) -> None:
        self._consumer = consumer
        self._address = address
        self.partitions = tuple(TopicPartition(topic, number) for number in sorted(partitions))
        consumer.assign(list(self.partitions))

    async def ends(self) -> dict[Any, int]:
        """Return the offset after the last record of every partition."""
        claimed = await self._consumer.end_offsets(list(self.partitions))
        first = await self._consumer.beginning_offsets(list(self.partitions))
        unsure = [partition for partition, end in claimed.items() if end > first[partition]]
        for partition in unsure:
            self._consumer.seek(partition, claimed[partition] - 1)
        self._consumer.pause(*set(self.partitions) - set(unsure))
        deadline = time.monotonic() + _END_SECONDS
        while unsure and time.monotonic() < deadline:
            for partition, records in (await self._consumer.getmany(*unsure, timeout_ms=100)).items():
                mark = self._consumer.highwater(partition) or 0
                claimed[partition] = max(claimed[partition], mark, records[-1].offset + 1)
                unsure.remove(partition)
        self._consumer.resume(*self.partitions)
        return dict(claimed)

    async def read(self, start: Start, *, follow: bool) -> AsyncIterator[Sequence[Record]]:
        """Yield records from ``start`` to the present end, and then, with ``follow``, whatever comes.

        Up to the present end the records of :class:`Last` come in the order of their timestamps; else each
        partition's come in order, and the partitions as they are fetched.

        :raises BrokerAway: the broker was out of reach for too long.
        """
        ends = await self.ends()
        match start:
            case End():
                pass
            case Last(count):
                yield await self._last(count, ends)
            case Beginning():
                await self._consumer.seek_to_beginning(*self.partitions)
                async for records in self._until(ends):
                    yield records
            case Since(moment):
                earliest = int(moment.timestamp() * 1000)
                await self._seek_to_time(earliest, ends)
                async for records in self._until(ends):
                    yield [record for record in records if record.timestamp >= earliest]
        if follow:
            for partition, end in ends.items():
                self._consumer.seek(partition, end)
            async for records in self._on_and_on():
                yield records

    async def _until(self, ends: dict[Any, int]) -> AsyncIterator[Sequence[Record]]:
        todo = set()
        for partition in self.partitions:
            if await self._consumer.position(partition) < ends[partition]:
                todo.add(partition)
        deadline = time.monotonic() + _SILENT_SECONDS
        while todo:
            batch = await self._consumer.getmany(*todo, timeout_ms=200)
            for partition, records in batch.items():
                yield [record for record in records if record.offset < ends[partition]]
            if batch:
                deadline = time.monotonic() + _SILENT_SECONDS
            for partition in tuple(todo):
                # The position, not the last offset: compaction leaves holes, at the end too.
                if await self._consumer.position(partition) >= ends[partition]:
                    todo.discard(partition)
            if time.monotonic() > deadline:
                raise BrokerAway(self._address, f"nothing read for {_SILENT_SECONDS:g} s")

    async def _on_and_on(self) -> AsyncIterator[Sequence[Record]]:
        watched = time.monotonic()
        while True:
            for records in (await self._consumer.getmany(timeout_ms=500)).values():
                yield records
                watched = time.monotonic()
            if time.monotonic() - watched > _SILENT_SECONDS / 2:
                await self._still_there()
                watched = time.monotonic()

    async def _still_there(self) -> None:
        # A consumer without records does not say whether the topic is quiet or the broker gone.
        try:
            async with asyncio.timeout(_SILENT_SECONDS / 2):
                await self._consumer.end_offsets(list(self.partitions))
        except (KafkaError, TimeoutError) as error:
            raise BrokerAway(self._address, "lost while following the topic") from error

    async def _last(self, count: int, ends: dict[Any, int]) -> list[Record]:
        first = await self._consumer.beginning_offsets(list(self.partitions))
        span = count
        while True:
            found: list[Record] = []
            for partition in self.partitions:
                self._consumer.seek(partition, max(ends[partition] - span, first[partition]))
            async for records in self._until(ends):
                found.extend(records)
            # Compaction leaves holes: look further back until there are enough, or everything is read.
            if len(found) >= count or all(ends[p] - span <= first[p] for p in self.partitions):
                break
            span *= 4
        found.sort(key=lambda record: (record.timestamp, record.partition, record.offset))
        return found[len(found) - count :] if count < len(found) else found

    async def _seek_to_time(self, earliest: int, ends: dict[Any, int]) -> None:
        first = await self._consumer.beginning_offsets(list(self.partitions))
        offered = await self._consumer.offsets_for_times(dict.fromkeys(self.partitions, earliest))
        for partition in self.partitions:
            answer = offered.get(partition)
            offset = answer.offset if answer is not None else None
            trusted = offset is not None and await self._is_first_since(partition, offset, earliest, first, ends)
            self._consumer.seek(partition, offset if trusted else first[partition])

    async def _is_first_since(
        self, partition: Any, offset: int, earliest: int, first: dict[Any, int], ends: dict[Any, int]
    ) -> bool:
        """Return whether the record at ``offset`` is late enough and the one before it is not."""
        if not first[partition] <= offset < ends[partition]:
            return False
        self._consumer.seek(partition, max(offset - 1, first[partition]))
        records = await self._consumer.getmany(partition, timeout_ms=2_000, max_records=2)
        near: dict[int, int] = {record.offset: record.timestamp for record in records.get(partition, ())}
        return near.get(offset, -1) >= earliest and near.get(offset - 1, earliest - 1) < earliest


@asynccontextmanager
async def open_reader(settings: Settings, topic: str) -> AsyncIterator[TopicReader]:
    """Yield a reader of a topic that is known to exist: to ask for another would create it.

    :raises BrokerAway: no broker answered in time.
    """

    async def start() -> Any:
        consumer = PatientConsumer(
            **kafka_options(settings),
            enable_auto_commit=False,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            auto_offset_reset="earliest",
        )
        try:
            await consumer.start()
        except BaseException:
            await stop_consumer(consumer)
            raise
        return consumer

    async with admin_client(settings) as admin:
        [described] = await admin.describe_topics([topic])
        partitions = [partition["partition"] for partition in described["partitions"]]
    consumer = await reach(settings, start)
    try:
        yield TopicReader(consumer, topic, partitions, settings.bootstrap_servers)
    finally:
        await stop_consumer(consumer)
