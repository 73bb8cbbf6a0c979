"""Sends the outputs of a stage as record batches and awaits every acknowledgement.

Faust's own sends are not used: with a broker that refuses every record they only warn, and the offsets of the
records that caused them are committed all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from streams.engine.errors import RecordTooLargeError, SendRefusedError
from streams.engine.partitioning import partition_for
from streams.engine.sending import Addressed, BatchSender
from streams.engine.stage import EVERY_PARTITION, Output
from streams.engine.topics import TopicDirectory


class _Load(NamedTuple):
    """What goes together: whose sends came at one turn of the event loop."""

    filling: dict[tuple[str, int], Any]
    batches: list[Addressed]
    sent: asyncio.Future[None]

    def spoil(self, error: BaseException) -> None:
        """Tell everybody whose sends are in it that it was not acknowledged."""
        if not self.sent.done():
            self.sent.set_exception(error)
            self.sent.exception()  # perhaps nobody waits any more


class Outbox:
    """Sends outputs through an aiokafka producer; those of several partitions in common batches where they can.

    Partitions are fetched together and worked one after the other, and each of them writes to all partitions of the
    next topic. In batches of their own that would be the square of their number, each a request's and a reader's work.
    """

    def __init__(self, sender: BatchSender, topics: TopicDirectory, *, max_in_flight_bytes: int) -> None:
        self._sender = sender
        self._topics = topics
        self._most_at_once = max(1, max_in_flight_bytes // sender.batch_bytes)
        self._load: _Load | None = None
        self._departing: set[asyncio.Task[None]] = set()

    async def send(self, outputs: Sequence[Output]) -> None:
        """Send ``outputs`` and return when the broker has acknowledged all of them.

        Records of one partition keep their order. Raises :class:`SendRefusedError` if any was refused or not
        acknowledged in time (others may then have arrived), or had no such partition to go to;
        :class:`RecordTooLargeError` before anything is sent; and :class:`~streams.engine.errors.TopicError` for a
        topic that does not exist. Whoever sends at the same turn is told the same of what went together.
        """
        if not outputs:
            return
        counts = {topic: await self._topics.partitions(topic) for topic in {output.topic for output in outputs}}
        load = self._load
        if load is None:
            load = self._load = _Load({}, [], asyncio.get_running_loop().create_future())
            task = asyncio.create_task(self._depart(load))
            self._departing.add(task)
            task.add_done_callback(self._departing.discard)
        try:
            self._put(load, outputs, counts)
        except Exception as error:
            load.spoil(error)
        await asyncio.shield(load.sent)  # whoever gives up waiting does not speak for the others

    def _put(self, load: _Load, outputs: Sequence[Output], counts: Mapping[str, int]) -> None:
        filling, batches = load.filling, load.batches
        for topic, key, value, headers, partition in outputs:
            for target in _targets(topic, key, partition, counts[topic]):
                batch = filling.get((topic, target))
                if (
                    batch is not None
                    and batch.append(timestamp=None, key=key, value=value, headers=list(headers)) is not None
                ):
                    continue
                batch = filling[topic, target] = self._sender.create()
                batches.append((topic, target, batch))
                batch.append(timestamp=None, key=key, value=value, headers=list(headers))
                if not self._sender.fits(batch):  # one that is too large is always the first of its batch
                    raise RecordTooLargeError(
                        f"an output to {topic} with key {key!r} exceeds {self._sender.batch_bytes} bytes"
                    )

    async def _depart(self, load: _Load) -> None:
        # A task begins with the loop's next turn: what is put in at this one goes along.
        self._load = None
        if load.sent.done():
            return
        batches = load.batches
        try:
            for first in range(0, len(batches), self._most_at_once):
                await self._sender.send_all(batches[first : first + self._most_at_once])
        except BaseException as error:
            load.spoil(error)
            if not isinstance(error, Exception):
                raise
        else:
            load.sent.set_result(None)


def _targets(topic: str, key: bytes | None, partition: int | None, count: int) -> Sequence[int]:
    if partition is None:
        return (partition_for(key, count),)
    if partition == EVERY_PARTITION:
        return range(count)
    if 0 <= partition < count:
        return (partition,)
    raise SendRefusedError(f"{topic} has {count} partitions, none numbered {partition}")
