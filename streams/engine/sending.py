"""Sending a record batch and believing only its acknowledgement."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
)

from streams.engine.config import EngineConfig
from streams.engine.errors import SendRefusedError
from streams.kafka.idempotence import NO_IDEMPOTENCE, asking_for_idempotence


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
        """Send a batch and return the offset of its first record once all replicas have it.

        Raises :class:`SendRefusedError` if it is not acknowledged; whether it was appended is then unknown.
        """
        [base] = await self.send_all([(topic, partition, batch)])
        return base

    async def send_all(self, batches: Sequence[Addressed]) -> list[int]:
        """Send batches side by side, those of one partition in their order; return the offsets of their first records.

        Raises :class:`SendRefusedError` if one of them is not acknowledged; others may then have been appended.
        No task for each of them: a small block sends a dozen, and would wait for the event loop a dozen times.
        """
        asked: list[asyncio.Future[Any]] = []
        under_way = batches[:1]
        until = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(until):
                for under_way in ([each] for each in batches):
                    [(topic, partition, batch)] = under_way
                    batch.close()
                    asked.append(await self._producer.send_batch(batch, topic, partition=partition))
                bases = []
                # One after the other: who waits for all at once is woken a turn of the loop later.
                for addressed, future in zip(batches, asked, strict=True):
                    under_way = [addressed]
                    bases.append((await future).offset)
                return bases
        except (KafkaError, TimeoutError) as error:
            await _settled(asked, until)
            [(topic, partition, batch)] = under_way
            raise SendRefusedError(
                f"{topic}:{partition} did not take a batch of {batch.record_count()} records: {error!r}"
            ) from error


Addressed = tuple[str, int, Any]
"""Topic, partition and batch."""


async def _settled(asked: Sequence[asyncio.Future[Any]], until: float) -> None:
    """Wait for what else is under way and look at how it ended: nobody else will."""
    if asked:
        left = max(0.0, until - asyncio.get_running_loop().time())
        done, _ = await asyncio.wait(asked, timeout=left)
        for future in done:
            if not future.cancelled():
                future.exception()


async def serves_idempotence(config: EngineConfig) -> bool:
    """Ask the broker whether it serves idempotent producers; the embedded one does not."""
    producer = AIOKafkaProducer(**config.client_settings(), enable_idempotence=True, acks="all")
    try:
        with asking_for_idempotence():
            await producer.start()
    except NO_IDEMPOTENCE:
        return False
    finally:
        await producer.stop()
    return True
