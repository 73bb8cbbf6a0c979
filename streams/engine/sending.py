"""Sending a record batch and believing only its acknowledgement."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    UnknownError,
    UnsupportedVersionError,
)

from streams.engine.config import EngineConfig
from streams.engine.errors import SendRefusedError

_NO_IDEMPOTENCE: Final = (UnknownError, UnsupportedVersionError, ClusterAuthorizationFailedError)
"""How brokers without idempotent producers, or without the permission for them, answer ``InitProducerId``."""


class BatchSender:
    """Builds and sends record batches through an aiokafka producer.

    ``seconds`` bounds a send: an idempotent producer of aiokafka retries without end, which would hide that the
    worker stands still.
    """

    def __init__(self, producer: Any, *, batch_bytes: int, seconds: float) -> None:
        self._producer = producer
        self._seconds = seconds
        self.batch_bytes = batch_bytes

    def create(self) -> Any:
        """Return an empty batch. It takes its first record whatever its size: see :meth:`fits`."""
        return self._producer.create_batch()

    def fits(self, batch: Any) -> bool:
        """Return whether the batch is within the limit."""
        size: int = batch.size()
        return size <= self.batch_bytes

    async def send(self, batch: Any, topic: str, partition: int) -> int:
        """Send the batch and return the offset of its first record once all replicas have it.

        Raises :class:`SendRefusedError` if it is not acknowledged; whether it was appended is then unknown.
        """
        batch.close()
        try:
            async with asyncio.timeout(self._seconds):
                acknowledged = await (await self._producer.send_batch(batch, topic, partition=partition))
        except (KafkaError, TimeoutError) as error:
            raise SendRefusedError(
                f"{topic}:{partition} did not take a batch of {batch.record_count()} records: {error!r}"
            ) from error
        base: int = acknowledged.offset
        return base


async def serves_idempotence(config: EngineConfig) -> bool:
    """Ask the broker whether it serves idempotent producers; the embedded one does not."""
    producer = AIOKafkaProducer(**config.client_settings(), enable_idempotence=True, acks="all")
    try:
        with _unsurprised():
            await producer.start()
    except _NO_IDEMPOTENCE:
        return False
    finally:
        await producer.stop()
    return True


@contextmanager
def _unsurprised() -> Iterator[None]:
    """Keep aiokafka from logging an error where a broker simply has no idempotent producers."""

    def expected(record: logging.LogRecord) -> bool:
        return "InitProducerId" not in record.getMessage()

    logger = logging.getLogger("aiokafka.producer.sender")
    logger.addFilter(expected)
    try:
        yield
    finally:
        logger.removeFilter(expected)
