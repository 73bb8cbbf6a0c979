"""Reading the changelog back into the stores of newly owned partitions, and claiming the right to write them."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.engine.changelog import NOTHING_READ, ChangelogWriter, Marker, Replay
from streams.engine.config import EngineConfig
from streams.engine.errors import ChangesTooLargeError, RecoveryStalledError
from streams.engine.store import Store

_POLL_MS: Final = 200
_REPAIRS_AT_ONCE: Final = 500


class Recovering:
    """One partition on its way from whatever its store holds to the end of its changelog."""

    def __init__(self, store: Store, writer: ChangelogWriter, source: str) -> None:
        self.store = store
        self.writer = writer
        self.source = source
        marker = store.marker
        self.replay = Replay(epoch=marker.epoch if marker else 0, marker=marker)
        self.position = store.next_offset

    def begin_again(self) -> None:
        """Give up what the store holds and read from the beginning."""
        self.store.wipe()
        self.replay = Replay()
        self.position = 0

    @property
    def tp(self) -> TopicPartition:
        return TopicPartition(self.writer.topic, self.writer.partition)

    def store_what_was_read(self) -> None:
        if self.position > self.store.next_offset:
            self.store.apply(self.replay.taken(), self.replay.marker, self.position)


async def recover(partitions: Sequence[Recovering], config: EngineConfig) -> int:
    """Bring every store to the end of its changelog and claim the changelog partitions; return the records read.

    The end is where a record of our own lands. The claim comes after everything before it is read, and what an
    outgoing writer managed to append between reading and claim is read too; what it appends later counts for nobody.
    Raises :class:`RecoveryStalledError` if nothing can be read for a while, and what sending may raise.
    """
    probed = await asyncio.gather(*(one.writer.probe() for one in partitions))
    ends = {one.tp: end + 1 for one, end in zip(partitions, probed, strict=True)}
    for one, end in zip(partitions, probed, strict=True):
        if one.position > end:
            one.begin_again()  # the store is of an earlier life of the topic
        elif one.position == end:
            one.position = end + 1  # nothing but our own probe is new
    await _read(partitions, ends, config)
    for one in partitions:
        known, read = one.store.marker, one.replay.marker
        if known is not None and read is not None and known.log != read.log:
            one.begin_again()
            await _read([one], ends, config)
        one.store_what_was_read()
    await asyncio.gather(*(_claim(one, config) for one in partitions))
    return sum(one.replay.records for one in partitions)


async def _claim(one: Recovering, config: EngineConfig) -> None:
    while True:
        epoch = one.replay.epoch + 1
        landed = await one.writer.claim(epoch)
        if landed > one.position:
            await _read([one], {one.tp: landed}, config)
            one.store_what_was_read()
        if one.replay.epoch < epoch:
            break
        # Another worker claimed first: claim above it.
    marker = one.replay.marker or Marker(one.source, NOTHING_READ, 0, secrets.token_hex(8))
    marker = marker._replace(epoch=epoch)
    one.replay.epoch, one.replay.marker, one.position = epoch, marker, landed + 1
    one.store.apply({}, marker, one.position)
    await _repair(one, marker)


async def _repair(one: Recovering, marker: Marker) -> None:
    """Write the right value of every key again that an outdated writer overwrote."""
    spoiled = sorted(one.replay.spoiled)
    for first in range(0, len(spoiled), _REPAIRS_AT_ONCE):
        await _rewrite(one, spoiled[first : first + _REPAIRS_AT_ONCE], marker)
    one.replay.spoiled.clear()


async def _rewrite(one: Recovering, keys: Sequence[bytes], marker: Marker) -> None:
    right: Mapping[bytes, bytes | None] = {key: one.store.items.get(key) for key in keys}
    try:
        batch = one.writer.build(right, marker)
    except ChangesTooLargeError:
        if len(keys) == 1:
            raise
        middle = len(keys) // 2
        await _rewrite(one, keys[:middle], marker)
        await _rewrite(one, keys[middle:], marker)
        return
    next_offset = await one.writer.append(batch)
    one.store.apply({}, marker, next_offset)


async def _read(partitions: Sequence[Recovering], ends: Mapping[TopicPartition, int], config: EngineConfig) -> None:
    """Read each partition from its position up to its end (exclusive)."""
    behind = {one.tp: one for one in partitions if one.position < ends[one.tp]}
    if not behind:
        return
    consumer = AIOKafkaConsumer(
        **config.client_settings(),
        client_id=f"{config.app}-recovery",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=int(config.fetch_max_wait_seconds * 1000),
        max_partition_fetch_bytes=config.fetch_partition_bytes,
    )
    await consumer.start()
    try:
        consumer.assign(list(behind))
        for tp, one in behind.items():
            consumer.seek(tp, one.position)
        moved = time.monotonic()
        while behind:
            fetched: Mapping[TopicPartition, Sequence[Any]] = await consumer.getmany(
                *behind, timeout_ms=_POLL_MS, max_records=4 * config.block_records
            )
            for tp, records in fetched.items():
                one, end = behind[tp], ends[tp]
                wanted = records if records[-1].offset < end else [r for r in records if r.offset < end]
                one.replay.read(wanted)
                one.position = min(records[-1].offset + 1, end)
                if one.position >= end:
                    del behind[tp]
            if fetched:
                moved = time.monotonic()
            elif time.monotonic() - moved > config.recovery_stall_seconds:
                raise RecoveryStalledError(f"no changelog record of {sorted(behind)} could be read for a while")
    finally:
        await consumer.stop()
