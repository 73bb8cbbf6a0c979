"""The small interface between the engine and everything that gives its records a meaning.

A stage reads one topic. For every partition that a worker owns it keeps one :class:`PartitionState`, rebuilt
from the partition's stored items whenever the partition arrives or a commit failed. The engine's promise, in order:

1. ``take`` is called with consecutive records of one partition, in slices, so that no slice holds the event
   loop for long; every record is taken once and none is left out (docs/concepts.md, laws 1 and 2).
2. ``step`` is called when the block is taken, and again on every tick (or ``stepping``, where the state has it). It
   returns what must be sent and what must be stored.
3. The outputs are acknowledged by the broker, then the changes are stored, then the offset may be committed.
   If any of it fails, the ``PartitionState`` is thrown away and a new one is opened from what was stored.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple, Protocol, runtime_checkable

from streams.kafka.record import Record

EVERY_PARTITION: Final = -1
"""As ``Output.partition``: send the record to all partitions of its topic (rare: retractions)."""

Headers = tuple[tuple[str, bytes], ...]


class Output(NamedTuple):
    """A record to send. Without a partition, :func:`streams.engine.partitioning.partition_for` chooses by key."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    partition: int | None = None


@dataclass(slots=True)
class Step:
    """What a block or a tick caused.

    ``changes`` maps a state key to its new value, ``None`` deletes it; all of them are stored as one atomic
    changelog batch. ``measures`` is handed back to :meth:`Stage.committed` once everything is safe.
    """

    outputs: list[Output] = field(default_factory=list)
    changes: dict[bytes, bytes | None] = field(default_factory=dict)
    measures: object | None = None


class PartitionState(Protocol):
    """One partition's state in memory. Any method may raise only for a bug: bad input is a value."""

    def take(self, records: Sequence[Record]) -> None:
        """Work a slice of consecutive records into memory."""

    def step(self, now: datetime) -> Step:
        """Return what everything taken since the last step, and the passing of time up to ``now``, caused."""


@runtime_checkable
class StepsInPieces(Protocol):
    """A partition's state whose step may take long. The engine then lets others have their turn in between.

    Nothing else of the state is called until the step is finished; where it is not, the state is thrown away.
    """

    def stepping(self, now: datetime) -> Generator[None, None, Step]:
        """Do what :meth:`PartitionState.step` does, pausing every few milliseconds; return the same."""


class Stage(Protocol):
    """One processor: a source topic and the way to open a partition's state."""

    @property
    def name(self) -> str:
        """Also names the consumer group and the changelog: ``{app}-{name}``."""

    @property
    def source(self) -> str: ...

    @property
    def announces(self) -> bool:
        """Whether what is sent depends on where blocks end or on the time, and not on each record alone.

        Then a block is announced in the changelog before its outputs are sent (one more acknowledgement), and is
        repeated as it was if the worker dies in between.
        """

    @property
    def gathers(self) -> bool:
        """Whether the records of the source come one by one, so that it pays to wait for more of them.

        What another stage has sent was gathered there, and comes a block's worth at a time.
        """

    def open(self, partition: int, partitions: int, items: Mapping[bytes, bytes]) -> PartitionState:
        """Return the state of ``partition`` (of ``partitions`` in the source topic) rebuilt from its stored items.

        ``items`` is a live read-only view of the store: a stage may look keys up in it instead of copying them;
        it shows a step's changes once that step is committed. It may be called in a thread of its own, while nothing
        of this partition runs; what a stage shares between partitions must bear that.
        """

    def committed(self, partition: int, step: Step) -> None:
        """Called after a step is acknowledged and stored: the place for metrics."""

    def closed(self, partition: int) -> None:
        """Called when the partition's state is dropped: revoked, or about to be opened anew after a failure."""
