"""One owned partition: the order in which a block or a tick becomes durable.

    take → step → build the batch → announce → send outputs → append the batch → apply to the store → acknowledge

A crash before the append repeats the block and with it the outputs (they are idempotent by id and revision), of an
announced block to the letter; a crash after it skips the block, because the marker says that its records are in the
state. Nothing is ever between.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from datetime import datetime

from streams.engine.blocks import Block
from streams.engine.changelog import ChangelogWriter, Marker
from streams.engine.config import Clock
from streams.engine.errors import ChangesTooLargeError, ForeignWriteError, StaleBlockError, StateLostError
from streams.engine.outbox import Outbox
from streams.engine.pace import Pace
from streams.engine.recovery import Reader, Recovering, recover
from streams.engine.stage import PartitionState, Stage, Step, StepsInPieces
from streams.engine.store import Store
from streams.engine.turns import Turns
from streams.kafka.record import Record

log = logging.getLogger(__name__)


class OwnedPartition:
    """A partition this worker owns, with its store, its stage state and the right to write its changelog."""

    def __init__(
        self,
        stage: Stage,
        partition: int,
        partitions: int,
        *,
        store: Store,
        writer: ChangelogWriter,
        read: Reader,
        outbox: Outbox,
        turns: Turns,
        clock: Clock,
        slice_seconds: float,
    ) -> None:
        self._stage = stage
        self._partitions = partitions
        self._read = read
        self._outbox = outbox
        self._turns = turns
        self._clock = clock
        self._slice_seconds = slice_seconds
        self._pace = Pace(slice_seconds)
        self._state: PartitionState | None = None
        self.partition = partition
        self.store = store
        self.writer = writer
        self.lock = asyncio.Lock()
        """Held while a block, a tick or a recovery of this partition is under way."""
        self._ready = asyncio.Event()
        self._slices = 0

    @property
    def slices(self) -> int:
        """How many slices of blocks were taken, ours or those we wait for: who works long moves while this does."""
        return self._slices + self._turns.slices_before(self.partition)

    def _took_slice(self) -> None:
        self._slices += 1
        self._turns.took_slice()

    @property
    def recovered(self) -> bool:
        """Whether the store is at the end of the changelog and only this worker may write there."""
        return self._ready.is_set()

    def recovery_done(self) -> None:
        """Let blocks and ticks in."""
        self._ready.set()

    async def suspend(self) -> None:
        """Wait for a running block or tick, and let none in until the state is recovered again."""
        async with self.lock:
            self._ready.clear()

    async def until_recovered(self, seconds: float) -> bool:
        """Wait at most ``seconds`` for the recovery; return whether it is done."""
        if self.recovered:
            return True  # to wait for what is so already takes turns of the loop, in which others work their blocks
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), seconds)
        return self.recovered

    async def work(self, block: Block, *, still_owned: Callable[[], bool]) -> int:
        """Work the records of ``block`` that are not in the state yet and make them durable; return how many.

        Raises :class:`StateLostError` if records are missing between the state and the block,
        :class:`StaleBlockError` if the partition was taken away meanwhile, and what sending may raise.
        After any error the stage's state is opened anew from the store before it is used again.
        """
        async with self.lock:
            if not still_owned() or not self.recovered:
                raise StaleBlockError(f"{self._stage.source}:{self.partition} was taken away")
            records = self._unworked(block)
            try:
                await self._work(records, still_owned)
            except ForeignWriteError:
                await self._reclaim()
                await self._work(self._unworked(block), still_owned)
            return len(records)

    @property
    def unfinished(self) -> range | None:
        """The source offsets of an announced block that did not become durable; empty for a tick, None for none."""
        marker = self.store.marker
        if marker is None or marker.planned is None:
            return None
        return range(marker.offset + 1, marker.planned + 1)

    async def finish(self, records: Sequence[Record], *, still_owned: Callable[[], bool]) -> None:
        """Repeat what a predecessor had announced: ``records`` are those of :attr:`unfinished` that still exist.

        Called between recovery and the first block. Raises as :meth:`work`.
        """
        async with self.lock:
            marker = self._marker()
            if records:
                await self._work(records, still_owned)
            elif marker.planned == marker.offset:
                await self._guarded(self._tick(marker, still_owned))
            if self._marker().planned is not None:  # nothing came of it this time, or its records are gone
                self.store.apply({}, self._marker().reaching(self._marker().offset), self.store.next_offset)

    async def tick(self, *, still_owned: Callable[[], bool]) -> bool:
        """Let time pass for the state; return whether anything came of it. Waits for a running block."""
        async with self.lock:
            marker = self.store.marker
            if marker is None or not self.recovered or not still_owned():
                return False
            try:
                return await self._guarded(self._tick(marker, still_owned))
            except ForeignWriteError:
                await self._reclaim()
                return True

    async def _reclaim(self) -> None:
        """Find out who wrote into our changelog partition; go on if it was a leftover of a time before ours.

        What it wrote counts for nobody and is written over. If it is we who are the leftover,
        :class:`ForeignWriteError` is raised.
        """
        log.warning("%s:%d was written by another worker", self.writer.topic, self.partition)
        part = Recovering(self.store, self.writer, self._stage.source)
        await recover([part], self._read, yielding=True)
        self.drop_state()

    async def _tick(self, marker: Marker, still_owned: Callable[[], bool]) -> bool:
        at = self._time_of(marker.offset)
        step = await self._step(self._opened(), at)
        if not step.outputs and not step.changes and step.measures is None:
            return False
        if step.outputs or step.changes:
            reached = marker.reaching(marker.offset)
            await self._make_durable(step, reached, at, still_owned, anew=bool(step.changes))
        self._stage.committed(self.partition, step)
        return True

    async def _work(self, records: Sequence[Record], still_owned: Callable[[], bool]) -> None:
        if not records:
            return
        try:
            await self._guarded(self._take(records, still_owned))
        except ChangesTooLargeError as error:
            if len(records) == 1:
                raise ChangesTooLargeError(
                    f"one record ({self._stage.source}:{self.partition} offset {records[0].offset}) causes more "
                    f"changes than fit into one changelog batch: {error}"
                ) from error
            # Two batches would not be atomic; two smaller blocks are.
            middle = len(records) // 2
            await self._work(records[:middle], still_owned)
            await self._work(records[middle:], still_owned)

    async def _take(self, records: Sequence[Record], still_owned: Callable[[], bool]) -> bool:
        after = self._marker().reaching(records[-1].offset)
        is_long = len(records) > self._pace.size
        async with self._turns.turn(self.partition) if is_long else contextlib.nullcontext():
            if not still_owned():
                raise StaleBlockError(f"{self._stage.source}:{self.partition} was taken away")
            state = self._opened()
            await self._take_slices(state, records)
            at = self._time_of(after.offset)
            step = await self._step(state, at)
        # Also a block that changed nothing is marked: else the next one would seem to follow a hole.
        await self._make_durable(step, after, at, still_owned, anew=True)
        self._stage.committed(self.partition, step)
        return True

    async def _take_slices(self, state: PartitionState, records: Sequence[Record]) -> None:
        pace, first = self._pace, 0
        while first < len(records):
            piece = records[first : first + pace.size]
            began = time.perf_counter()
            state.take(piece)
            seconds = time.perf_counter() - began
            pace.took(len(piece), seconds)
            self._took_slice()
            first += len(piece)
            if first < len(records) or pace.is_long(seconds):
                await asyncio.sleep(0)

    async def _step(self, state: PartitionState, at: datetime) -> Step:
        if not isinstance(state, StepsInPieces):
            return state.step(at)
        stepping = state.stepping(at)
        while True:
            step = _piece(stepping, self._slice_seconds)
            if step is not None:
                return step
            self._took_slice()
            await asyncio.sleep(0)

    def _time_of(self, offset: int) -> datetime:
        """Return the time to work a block that ends at ``offset`` at: the one announced for it, or the present."""
        marker = self._marker()
        if marker.planned == offset and marker.planned_at is not None:
            return datetime.fromisoformat(marker.planned_at)
        return self._clock()

    async def _make_durable(
        self, step: Step, marker: Marker, at: datetime, still_owned: Callable[[], bool], *, anew: bool
    ) -> None:
        batch = self.writer.build(step.changes, marker) if anew else None
        if not still_owned():
            raise StaleBlockError(f"{self._stage.source}:{self.partition} was taken away")
        if batch is not None and step.outputs and self._stage.announces:
            await self._announce(marker.offset, at)
        await self._outbox.send(step.outputs)
        if batch is None:
            return
        if not still_owned():
            raise StaleBlockError(f"{self._stage.source}:{self.partition} was taken away")
        next_offset = await self.writer.append(batch)
        self.store.apply(step.changes, marker, next_offset)

    async def _announce(self, offset: int, at: datetime) -> None:
        before = self._marker()
        announced = before.announcing(offset, at)
        if announced != before:
            next_offset = await self.writer.append(self.writer.build({}, announced))
            self.store.apply({}, announced, next_offset)

    async def _guarded(self, working: Awaitable[bool]) -> bool:
        """Drop the stage's state if ``working`` fails: take() has changed it, and that change is not stored."""
        try:
            return await working
        except BaseException:
            self.drop_state()
            raise

    def _unworked(self, block: Block) -> Sequence[Record]:
        marker = self._marker()
        where = f"{self._stage.source}:{self.partition}"
        if block.start is not None and block.start > marker.offset + 1:
            raise StateLostError(
                f"{where}: the block begins at {block.start} but the state ends at {marker.offset}: its changelog "
                f"{self.writer.topic} has lost records, or the group's offset was set forward. Replay the source "
                "from the beginning with a new changelog topic and group."
            )
        if block.start is not None and block[0].offset > block.start + 1:
            log.warning("%s: offsets %d to %d are gone from the topic", where, block.start, block[0].offset - 1)
        if block[0].offset > marker.offset:
            return block
        return [record for record in block if record.offset > marker.offset]

    def _marker(self) -> Marker:
        marker = self.store.marker
        if marker is None:
            raise RuntimeError(f"{self._stage.source}:{self.partition} is worked before it was recovered")
        return marker

    def _opened(self) -> PartitionState:
        if self._state is None:
            self._state = self._stage.open(self.partition, self._partitions, self.store.items)
        return self._state

    async def open_state(self) -> None:
        """Open the stage's state now and not with the first block, so that its first tick comes in time.

        In a thread: a large state takes seconds, and without heartbeats the group would give the partition to others.
        """
        if self._state is not None:
            return
        opening = asyncio.ensure_future(
            asyncio.to_thread(self._stage.open, self.partition, self._partitions, self.store.items)
        )
        try:
            self._state = await asyncio.shield(opening)
        finally:
            # Who cancels this closes the store next, and that must stand still while it is read.
            if not opening.done():
                await asyncio.wait([opening])

    def drop_state(self) -> None:
        """Throw the stage's state away; it is opened anew from the store when next needed."""
        if self._state is not None:
            self._state = None
            self._stage.closed(self.partition)

    def close(self) -> None:
        """Give the partition up."""
        self._ready.clear()
        self.drop_state()
        self.store.close()


def _piece(stepping: Generator[None, None, Step], seconds: float) -> Step | None:
    """Go on with a step for so many seconds, a piece at least; return it if that was its end."""
    until = time.perf_counter() + seconds
    while True:
        try:
            next(stepping)
        except StopIteration as end:
            step: Step = end.value
            return step
        if time.perf_counter() >= until:
            return None
