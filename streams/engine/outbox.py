"""Sends a step's outputs as record batches and awaits every acknowledgement.

Faust's own sends are not used: with a broker that refuses every record they only warn, and the offsets of the
records that caused them are committed all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from streams.engine.errors import RecordTooLargeError, SendRefusedError
from streams.engine.partitioning import partition_for
from streams.engine.sending import Addressed, BatchSender
from streams.engine.stage import EVERY_PARTITION, Output
from streams.engine.topics import TopicDirectory


class Outbox:
    """Sends outputs through an aiokafka producer."""

    def __init__(self, sender: BatchSender, topics: TopicDirectory, *, max_in_flight_bytes: int) -> None:
        self._sender = sender
        self._topics = topics
        self._most_at_once = max(1, max_in_flight_bytes // sender.batch_bytes)

    async def send(self, outputs: Sequence[Output]) -> None:
        """Send ``outputs`` and return when the broker has acknowledged all of them.

        Records of one partition keep their order. Raises :class:`SendRefusedError` if any was refused or not
        acknowledged in time (others may then have arrived), :class:`RecordTooLargeError` before anything is sent,
        and :class:`~streams.engine.errors.TopicError` for a topic that does not exist.
        """
        if not outputs:
            return
        batches = await self._batches(outputs)
        for first in range(0, len(batches), self._most_at_once):
            await self._sender.send_all(batches[first : first + self._most_at_once])

    async def _batches(self, outputs: Sequence[Output]) -> list[Addressed]:
        known: dict[str, int] = {}
        filling: dict[tuple[str, int], Any] = {}
        batches: list[Addressed] = []
        for output in outputs:
            topic, key, value, headers, partition = output
            count = known.get(topic)
            if count is None:
                count = known[topic] = await self._topics.partitions(topic)
            for target in _targets(topic, key, partition, count):
                batch = filling.get((topic, target))
                if (
                    batch is not None
                    and batch.append(timestamp=None, key=key, value=value, headers=list(headers)) is not None
                ):
                    continue
                batch = filling[topic, target] = self._sender.create()
                batches.append((topic, target, batch))
                batch.append(timestamp=None, key=key, value=value, headers=list(headers))
                if not self._sender.fits(batch):
                    raise RecordTooLargeError(
                        f"an output to {topic} with key {key!r} exceeds {self._sender.batch_bytes} bytes"
                    )
        return batches


def _targets(topic: str, key: bytes | None, partition: int | None, count: int) -> Sequence[int]:
    if partition is None:
        return (partition_for(key, count),)
    if partition == EVERY_PARTITION:
        return range(count)
    if 0 <= partition < count:
        return (partition,)
    raise SendRefusedError(f"{topic} has {count} partitions, none numbered {partition}")
