"""Reads changelog partitions through a consumer without a group."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka import TopicPartition

from streams.engine.config import EngineConfig
from streams.engine.errors import RecoveryStalledError
from streams.engine.recovery import Recovering
from streams.kafka.fetching import PatientConsumer

_POLL_MS: Final = 200


class ChangelogReader:
    """A :class:`~streams.engine.recovery.Reader` of one changelog topic."""

    def __init__(self, topic: str, config: EngineConfig) -> None:
        self._topic = topic
        self._config = config

    async def __call__(self, partitions: Sequence[Recovering], ends: Mapping[int, int]) -> None:
        """Read each partition up to its end.

        Raises :class:`RecoveryStalledError` if no record comes for ``recovery_stall_seconds``.
        """
        behind = {one.partition: one for one in partitions if one.position < ends[one.partition]}
        if not behind:
            return
        config = self._config
        consumer = PatientConsumer(
            **config.client_settings(),
            client_id=f"{self._topic}-recovery",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=int(config.fetch_max_wait_seconds * 1000),
            max_partition_fetch_bytes=config.fetch_partition_bytes,
        )
        await consumer.start()
        try:
            await self._read(consumer, behind, ends)
        finally:
            await consumer.stop()

    async def _read(self, consumer: Any, behind: dict[int, Recovering], ends: Mapping[int, int]) -> None:
        consumer.assign([TopicPartition(self._topic, partition) for partition in behind])
        for partition, one in behind.items():
            consumer.seek(TopicPartition(self._topic, partition), one.position)
        moved = time.monotonic()
        while behind:
            wanted = [TopicPartition(self._topic, partition) for partition in behind]
            fetched: Mapping[TopicPartition, Sequence[Any]] = await consumer.getmany(
                *wanted, timeout_ms=_POLL_MS, max_records=self._config.block_records
            )
            for tp, records in fetched.items():
                one, end = behind[tp.partition], ends[tp.partition]
                one.take(records, end)
                if one.position >= end:
                    del behind[tp.partition]
            if fetched:
                moved = time.monotonic()
            elif time.monotonic() - moved > self._config.recovery_stall_seconds:
                raise RecoveryStalledError(
                    f"no record of {self._topic} partitions {sorted(behind)} could be read for "
                    f"{self._config.recovery_stall_seconds:.0f} s"
                )
