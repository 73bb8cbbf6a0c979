"""Publishes a stream at a steady rate, whatever the brokers do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from aiokafka import AIOKafkaProducer

from schemas.topics import REPORTS
from tests.chaos.situations import Sent


class Feed:
    """Publishes ``per_second`` records of ``stream`` each second until it is stopped.

    While the broker is away records wait in the producer, and are sent when it is back.
    """

    def __init__(self, broker: str, stream: Iterator[Sent], per_second: float) -> None:
        self._broker = broker
        self._stream = stream
        self._per_second = per_second
        self._stop = asyncio.Event()
        self.published = 0

    def stop(self) -> None:
        self._stop.set()

    async def run(self) -> None:
        """Return once stopped and everything published is acknowledged. Raises what the producer raises."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self._broker,
            acks="all",
            enable_idempotence=True,
            linger_ms=5,
            request_timeout_ms=30_000,
            max_batch_size=1024 * 1024,  # room for what gathers while the broker is away
        )
        await producer.start()
        try:
            sent: set[asyncio.Future[object]] = set()
            began = time.monotonic()
            while not self._stop.is_set():
                due = int((time.monotonic() - began) * self._per_second) - self.published
                for _ in range(due):
                    record = next(self._stream)
                    future = await producer.send(REPORTS.name, record.value, key=record.key, partition=record.partition)
                    sent.add(future)
                    future.add_done_callback(sent.discard)
                    self.published += 1
                await asyncio.sleep(0.02)
            await producer.flush()
            await asyncio.gather(*sent)
        finally:
            await producer.stop()
