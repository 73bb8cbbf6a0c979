"""The producers of one stage: several, because each has but one request under way to a broker at a time."""

from __future__ import annotations

import asyncio
from typing import Self

from aiokafka import AIOKafkaProducer

from streams.engine.config import EngineConfig


def new_producer(config: EngineConfig, client_id: str) -> AIOKafkaProducer:
    """Return a producer, not yet started, whose every acknowledgement means that all replicas have the record."""
    return AIOKafkaProducer(
        **config.client_settings(),
        client_id=client_id,
        acks="all",
        linger_ms=0,
        max_batch_size=config.batch_bytes,
        max_request_size=config.batch_bytes + 64 * 1024,
        compression_type=config.compression,
        enable_idempotence=bool(config.idempotent),
    )


class Producers:
    """Partitions are worked side by side; with one producer they would wait for one another's acknowledgements."""

    def __init__(self, config: EngineConfig, client_id: str) -> None:
        self._producers = [new_producer(config, client_id) for _ in range(config.producers)]

    def of(self, partition: int) -> AIOKafkaProducer:
        """Return the producer that a partition sends everything through."""
        return self._producers[partition % len(self._producers)]

    async def start(self) -> Self:
        """Connect. Raises what aiokafka raises; then none is left connected."""
        try:
            await asyncio.gather(*(producer.start() for producer in self._producers))
        except BaseException:
            await self.stop()
            raise
        return self

    async def stop(self) -> None:
        """Send what is waiting and disconnect."""
        await asyncio.gather(*(producer.stop() for producer in self._producers))
