"""Where the source partitions end, asked over a connection of its own.

The consumer's high-water marks come with its fetches. When it stops fetching (aiokafka #1154) they stand still, and
nothing would seem to wait: only somebody else can tell.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams.engine.config import EngineConfig

log = logging.getLogger(__name__)


class EndOffsets:
    """The last known end of each partition of a topic, asked for again every ``seconds``."""

    def __init__(self, topic: str, config: EngineConfig, *, seconds: float) -> None:
        self._topic = topic
        self._config = config
        self._seconds = seconds
        self._asked = time.monotonic()
        self._asking: asyncio.Task[None] | None = None
        self._ends: dict[int, int] = {}

    def end(self, partition: int) -> int | None:
        """Return the offset after the last record, as last heard; a broker may answer with less than there is."""
        return self._ends.get(partition)

    def refresh(self, partitions: Iterable[int]) -> None:
        """Ask again in the background if it is time to."""
        now = time.monotonic()
        wanted = [TopicPartition(self._topic, partition) for partition in partitions]
        if wanted and now - self._asked >= self._seconds and (self._asking is None or self._asking.done()):
            self._asked = now
            self._asking = asyncio.create_task(self._ask(wanted), name=f"{self._topic} ends")

    async def close(self) -> None:
        """Give up a question under way."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask(self, wanted: list[TopicPartition]) -> None:
        consumer = AIOKafkaConsumer(**self._config.client_settings(), client_id=f"{self._topic}-ends")
        try:
            async with asyncio.timeout(self._config.request_timeout_seconds):
                await consumer.start()
                found = await consumer.end_offsets(wanted)
            self._ends.update({tp.partition: end for tp, end in found.items()})
        except (KafkaError, TimeoutError) as error:
            log.debug("the ends of %s are not known: %r", self._topic, error)
        finally:
            await consumer.stop()
