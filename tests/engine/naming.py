"""A stage whose outputs depend on where its blocks end: all its records tell of one thing, named after the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from streams.engine.stage import Output, PartitionState, Step
from streams.kafka.record import Record
from tests.engine.fake_log import FakeLog

_NAME = b"name"
_TOLD = b"told"


class NamingState:
    """Renames the thing, and takes the old name back, as soon as a better record is known at the end of a block."""

    def __init__(self, items: Mapping[bytes, bytes]) -> None:
        self._name = self._best = items.get(_NAME)
        self._told = int(items.get(_TOLD, b"0"))

    def take(self, records: Sequence[Record]) -> None:
        for record in records:
            assert record.value is not None
            # The later, the better, mostly: most blocks have a name of their own.
            self._best = max(self._best or b"", b"%02d" % (int(record.value) * 7 % 41))

    def step(self, now: datetime) -> Step:
        if self._best is None or self._best == self._name:
            return Step()
        before, self._name = self._name, self._best
        self._told += 1
        outputs = [] if before is None else [Output("out", before, None)]
        outputs.append(Output("out", self._name, now.isoformat().encode()))
        return Step(outputs, {_NAME: self._name, _TOLD: b"%d" % self._told})


class NamingStage:
    """Opens a :class:`NamingState` for every partition."""

    name = "name"
    source = "in"
    announces = True
    gathers = True

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        return NamingState(items)

    def committed(self, partition: int, step: Step) -> None:
        """Nothing to measure."""

    def closed(self, partition: int) -> None:
        """Nothing to release."""


def named(items: Mapping[bytes, bytes]) -> bytes:
    """Return the name that the state knows."""
    return items[_NAME]


def live_names(log: FakeLog) -> set[bytes | None]:
    """Return the names that a reader of the output finds alive."""
    newest = {record.key: record.value for partition in range(3) for record in log.records("out", partition)}
    return {key for key, value in newest.items() if value is not None}
