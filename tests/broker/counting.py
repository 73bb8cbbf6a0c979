"""A stage for the engine's tests: counts records per key and repeats each record as an output."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import Final

from streams.engine.stage import Output, PartitionState, Step
from streams.kafka.record import Record

_PIECE_SECONDS: Final = 0.05


class CountingState:
    """Counts by ``+= 1`` in memory on purpose: it is right only if every record is taken exactly once."""

    def __init__(self, items: Mapping[bytes, bytes], output: str | None, tick_output: str | None) -> None:
        self._items = items
        self._output = output
        self._tick_output = tick_output
        self._counts: dict[bytes, int] = {}
        self._changed: set[bytes] = set()
        self._step = Step()

    def take(self, records: Sequence[Record]) -> None:
        counts, outputs = self._counts, self._step.outputs
        for record in records:
            key = record.key or b""
            count = counts.get(key)
            if count is None:
                count = int(self._items.get(key, b"0"))
            counts[key] = count + 1
            self._changed.add(key)
            if self._output is not None:
                outputs.append(Output(self._output, key, record.value, (("from", b"%d" % record.offset),)))

    def step(self, now: datetime) -> Step:
        step, self._step = self._step, Step()
        step.changes = {key: b"%d" % self._counts[key] for key in sorted(self._changed)}
        self._changed.clear()
        if self._tick_output is not None:
            step.outputs.append(Output(self._tick_output, b"tick", b"tick"))
        return step


class SlowlyCountingState(CountingState):
    """Takes its time for a step over what was changed, in pieces."""

    seconds = 0.0

    def stepping(self, now: datetime) -> Generator[None, None, Step]:
        for _ in range(round(self.seconds / _PIECE_SECONDS) if self._changed else 0):
            time.sleep(_PIECE_SECONDS)
            yield
        return self.step(now)


class CountingStage:
    """Counts the records of ``source`` per key; with ``tick_output`` it sends a record there at every step."""

    announces = False
    gathers = True

    def __init__(
        self,
        name: str,
        source: str,
        output: str | None = None,
        *,
        tick_output: str | None = None,
        step_seconds: float = 0.0,
    ) -> None:
        self.name = name
        self.source = source
        self._output = output
        self._tick_output = tick_output
        self._step_seconds = step_seconds

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        if not self._step_seconds:
            return CountingState(items, self._output, self._tick_output)
        state = SlowlyCountingState(items, self._output, self._tick_output)
        state.seconds = self._step_seconds
        return state

    def committed(self, partition: int, step: Step) -> None:
        """Nothing to measure."""

    def closed(self, partition: int) -> None:
        """Nothing to release."""
