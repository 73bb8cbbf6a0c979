"""A steady feed of numbered records, and the proof that all of them were worked exactly once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.broker.live import Topics, a_producer, counts_in, eventually, read_all, send_all

KEYS = 60


class Feed:
    """Publishes numbered records for as long as it is open."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self.sent: list[tuple[bytes, bytes]] = []

    async def run(self) -> None:
        """Publish some 2,000 records a second, over and over: tests stop and kill the brokers."""
        while True:
            with suppress(KafkaError):
                async with a_producer(self._topics.broker) as producer:
                    await self._feed(producer)

    async def _feed(self, producer: AIOKafkaProducer) -> None:
        while True:
            first = len(self.sent)
            records = [(b"key-%d" % (n % KEYS), b"%d" % n) for n in range(first, first + 200)]
            await send_all(producer, self._topics.source, records)
            self.sent += records
            await asyncio.sleep(0.1)

    def counts(self) -> Counter[bytes]:
        return Counter(key for key, _ in self.sent)


@asynccontextmanager
async def feeding(topics: Topics) -> AsyncIterator[Feed]:
    feed = Feed(topics)
    running = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def counted(topics: Topics) -> int:
    return sum((await counts_in(topics)).values())


async def until_counted(topics: Topics, number: int) -> None:
    """Wait until the state holds so many records."""

    async def reached() -> bool:
        return await counted(topics) >= number

    await eventually(reached, f"{number} records are not counted")


async def until_more_counted(topics: Topics, more: int = 1) -> None:
    """Wait until the state holds so many records more: whoever works goes on."""
    await until_counted(topics, await counted(topics) + more)


async def assert_exact(topics: Topics, feed: Feed) -> None:
    """Wait until everything is counted; then the state is exact and every output is there."""
    # What was under way when the feed was stopped counts too: only the topic itself knows.
    source = Counter(record.key for record in await read_all(topics.broker, topics.source))
    assert len(feed.sent) <= sum(source.values())
    await until_counted(topics, sum(source.values()))
    assert await counts_in(topics) == source
    outputs = {record.value for record in await read_all(topics.broker, topics.output)}
    assert outputs == {record.value for record in await read_all(topics.broker, topics.source)}
