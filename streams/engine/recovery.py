"""Bringing the stores of newly owned partitions to the end of their changelog, and claiming the right to write."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from streams.engine.changelog import MARKER_KEY, NOTHING_READ, ChangelogWriter, Marker, Replay
from streams.engine.errors import ChangesTooLargeError, ForeignWriteError, StateLostError
from streams.engine.store import Store
from streams.kafka.record import Record

_REPAIRS_AT_ONCE: Final = 500
_CHANGES_AT_ONCE: Final = 50_000
"""How many changes are held in memory on their way to the store, which may be larger than memory."""


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
    def partition(self) -> int:
        return self.writer.partition

    def take(self, records: Sequence[Record], end: int) -> None:
        """Take records fetched at the position; those from ``end`` on are not ours to read yet."""
        self.replay.read(record for record in records if record.offset < end)
        self.position = min(records[-1].offset + 1, end)
        if len(self.replay.changes) >= _CHANGES_AT_ONCE:
            self.store_what_was_read()

    def store_what_was_read(self) -> None:
        """Move what was read to the store, with the epoch it reached: a cut recovery goes on from there.

        Not where it must be read again: what is spoiled would not be noticed a second time.
        """
        replay = self.replay
        if replay.marker is None or replay.spoiled or replay.made_anew or self.position <= self.store.next_offset:
            return
        self.store.apply(replay.taken(), replay.marker._replace(epoch=replay.epoch), self.position)

    def value(self, key: bytes) -> bytes | None:
        """Return the value of ``key`` as of what was read, stored or not."""
        changes = self.replay.changes
        return changes[key] if key in changes else self.store.items.get(key)


class Reader(Protocol):
    """Reads every partition's changelog from its position up to (not including) its end in ``ends``."""

    async def __call__(self, partitions: Sequence[Recovering], ends: Mapping[int, int]) -> None: ...


async def recover(partitions: Sequence[Recovering], read: Reader, *, yielding: bool = False) -> int:
    """Bring every store to the end of its changelog and claim the changelog partitions; return the records read.

    With ``yielding`` it gives way to a writer that has claimed since the store was written, and raises
    :class:`~streams.engine.errors.ForeignWriteError`; else it claims above all others.

    The end is where a record of our own lands. The claim comes after everything before it is read, and what an
    outgoing writer managed to append between reading and claim is read too; what it appends later counts for nobody.
    Raises what reading and sending may raise.
    """
    probed = await asyncio.gather(*(one.writer.probe() for one in partitions))
    ends = {one.partition: end + 1 for one, end in zip(partitions, probed, strict=True)}
    for one, end in zip(partitions, probed, strict=True):
        if one.position > end:
            one.begin_again()  # the store is of an earlier life of the topic
        elif one.position == end:
            one.position = end + 1  # nothing but our own probe is new
    known = {one.partition: one.replay.epoch for one in partitions}
    await read(partitions, ends)
    for one in partitions:
        if yielding and one.replay.epoch > known[one.partition]:
            raise ForeignWriteError(f"{one.writer.topic}:{one.partition} has been claimed by another worker")
        if one.replay.made_anew:
            one.begin_again()
            await read([one], ends)
        found = one.replay.marker
        if found is not None and found.source != one.source:
            raise StateLostError(
                f"{one.writer.topic}:{one.partition} holds the state of {found.source}, not of {one.source}"
            )
        one.store_what_was_read()
    await asyncio.gather(*(_claim(one, read, yielding=yielding) for one in partitions))
    return sum(one.replay.records for one in partitions)


async def _claim(one: Recovering, read: Reader, *, yielding: bool) -> None:
    while True:
        epoch = one.replay.epoch + 1
        landed = await one.writer.claim(epoch)
        if landed > one.position:
            await read([one], {one.partition: landed})
            one.store_what_was_read()
        if one.replay.epoch < epoch:
            break
        if yielding:
            raise ForeignWriteError(f"{one.writer.topic}:{one.partition} has been claimed by another worker")
        # Another worker claimed first: claim above it.
    marker = one.replay.marker or Marker(one.source, NOTHING_READ, 0, secrets.token_hex(8))
    marker = marker._replace(epoch=epoch)
    one.replay.epoch, one.replay.marker, one.position = epoch, marker, landed + 1
    await _repair(one, marker)
    one.store.apply(one.replay.taken(), marker, one.position)


async def _repair(one: Recovering, marker: Marker) -> None:
    """Write the right value of every key again that an outdated writer overwrote, before the store passes over it."""
    spoiled = sorted(one.replay.spoiled)
    for first in range(0, len(spoiled), _REPAIRS_AT_ONCE):
        await _rewrite(one, spoiled[first : first + _REPAIRS_AT_ONCE], marker)
    one.replay.spoiled.clear()


async def _rewrite(one: Recovering, keys: Sequence[bytes], marker: Marker) -> None:
    # The marker is in every batch.
    right: Mapping[bytes, bytes | None] = {key: one.value(key) for key in keys if key != MARKER_KEY}
    try:
        batch = one.writer.build(right, marker)
    except ChangesTooLargeError:
        if len(keys) == 1:
            raise
        middle = len(keys) // 2
        await _rewrite(one, keys[:middle], marker)
        await _rewrite(one, keys[middle:], marker)
        return
    one.position = await one.writer.append(batch)
