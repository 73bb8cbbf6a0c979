"""Reads some records of a source partition again: those of a block that a predecessor had announced."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from aiokafka import TopicPartition

from streams.engine.config import EngineConfig
from streams.engine.errors import RecoveryStalledError
from streams.kafka.fetching import PatientConsumer
from streams.kafka.record import Record

_POLL_MS: Final = 200


class SourceReader:
    """Reads partitions of one source topic through a consumer without a group."""

    def __init__(self, topic: str, config: EngineConfig) -> None:
        self._topic = topic
        self._config = config

    async def __call__(self, partition: int, offsets: range) -> Sequence[Record]:
        """Return the records of ``offsets`` that still exist, in order.

        Raises :class:`RecoveryStalledError` if the end of ``offsets`` is not reached although nothing more comes for
        ``recovery_stall_seconds``.
        """
        if not offsets:
            return []
        config, tp = self._config, TopicPartition(self._topic, partition)
        consumer = PatientConsumer(
            **config.client_settings(),
            client_id=f"{self._topic}-again",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=int(config.fetch_max_wait_seconds * 1000),
            max_partition_fetch_bytes=config.fetch_partition_bytes,
        )
        await consumer.start()
        found: list[Record] = []
        try:
            consumer.assign([tp])
            consumer.seek(tp, offsets.start)
            moved, position = time.monotonic(), offsets.start
            while position < offsets.stop:
                fetched = await consumer.getmany(tp, timeout_ms=_POLL_MS, max_records=config.block_records)
                found += [record for record in fetched.get(tp, ()) if record.offset in offsets]
                # Not of the last record: what is asked for may be gone from the topic, and nothing may follow it.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_MS / 1000):
                        passed = await consumer.position(tp)
                        if passed != position:
                            position, moved = passed, time.monotonic()
                if position < offsets.stop and time.monotonic() - moved > config.recovery_stall_seconds:
                    raise RecoveryStalledError(
                        f"no record of {self._topic}:{partition} could be read for "
                        f"{config.recovery_stall_seconds:.0f} s, at offset {position}"
                    )
        finally:
            await consumer.stop()
        return found
