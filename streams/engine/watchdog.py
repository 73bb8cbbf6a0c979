"""Notices a committed offset that stands still while records wait (Faust #596, aiokafka #1154).

A partition gets on when its offset is committed, and on the way there when a block is delivered, a slice of it is
taken, or it is done. It stands still if none of that happens for ``stuck_after_seconds``. Blocks that get on and on
and are never committed are a standstill too, after ``endless_after_seconds``. Both are counted in the process's own
time (:class:`~streams.engine.running_time.RunningTime`): who is not let run is not stuck.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from streams.engine.config import EngineConfig
from streams.engine.health import Health
from streams.engine.observer import Observer

_ALL: Final = -1


class Watchdog:
    """Judges, look by look, whether the commits of one stage move; ``now`` is the process's own time."""

    def __init__(
        self,
        stage: str,
        config: EngineConfig,
        observer: Observer,
        health: Health,
        *,
        now: Callable[[], float],
    ) -> None:
        self._stage = stage
        self._limit = config.stuck_after_seconds
        self._endless = config.endless_after_seconds
        self._rebalance_limit = config.stuck_after_seconds + config.rebalance_timeout_seconds
        self._rebalancing_since: float | None = None
        self._observer = observer
        self._health = health
        self._now = now
        self._committed: dict[int, int] = {}
        self._moved: dict[int, float] = {}
        """When each partition got on last, in whatever way."""
        self._settled: dict[int, float] = {}
        """When it was last committed, or had nothing to commit."""
        self._slices: dict[int, int] = {}
        self._uncommitted: set[int] = set()
        """Partitions with a block that is done: only its commit is missing."""
        self._stuck: set[int] = set()

    @property
    def stuck(self) -> bool:
        """Whether a partition stands still, or a rebalance goes on, for longer than the limit."""
        return bool(self._stuck)

    def committed(self, partition: int) -> int | None:
        """Return the group's committed offset (next to read), or where its reading began; None before either."""
        return self._committed.get(partition)

    def begin(self, partition: int, offset: int | None) -> None:
        """The partition was positioned at the committed ``offset``; None if the group has committed nothing yet."""
        if offset is None:
            self._committed.pop(partition, None)
        else:
            self._committed[partition] = offset
        self._settle(partition)

    def delivered(self, partition: int, first: int) -> None:
        """A block was delivered that begins at ``first``: before any commit, that is where reading began."""
        self._committed.setdefault(partition, first)
        self._get_on(partition)

    def acknowledged(self, partition: int) -> None:
        """A block of the partition is done: from now on a commit can be expected, and nothing else is getting on."""
        self._get_on(partition)
        self._uncommitted.add(partition)

    def at_work(self, partition: int, slices: int) -> None:
        """The partition has taken so many slices of blocks in its life.

        A block that is heavy, or has little of the processor, is no standstill as long as it gets on.
        """
        if self._slices.get(partition) != slices:
            self._slices[partition] = slices
            self._get_on(partition)

    def note_commit(self, partition: int, offset: int) -> None:
        """The group's offset of ``partition`` was stored."""
        if self._committed.get(partition) != offset:
            self._committed[partition] = offset
            self._settle(partition)

    def see(self, partition: int, lag: int) -> None:
        """Judge a partition with ``lag`` records past its committed offset."""
        if lag == 0:
            self._settle(partition)
            return
        now = self._now()
        uncommitted = now - self._settled.setdefault(partition, now)
        still = now - self._moved.setdefault(partition, now)
        if still > self._limit or uncommitted > self._endless:
            self._stuck.add(partition)
            how = "" if still > self._limit else ", at work all the while,"
            self._health.stuck[self._stage] = (
                f"partition {partition} has{how} not been committed for {uncommitted:.0f} s though {lag} records wait"
            )
            self._observer.stuck(self._stage, partition, seconds=uncommitted, lag=lag)

    def wait(self, partition: int) -> None:
        """The partition is recovering: it cannot be committed yet."""
        self._settle(partition)

    def rebalancing(self, yes: bool) -> None:
        """Judge how long a rebalance goes on; it may take its timeout, and then as long as any standstill."""
        now = self._now()
        if not yes:
            self._rebalancing_since = None
            self._free(_ALL)
            return
        if self._rebalancing_since is None:
            self._rebalancing_since = now
        still = now - self._rebalancing_since
        if still > self._rebalance_limit:
            self._stuck.add(_ALL)
            self._health.stuck[self._stage] = f"the rebalance has not ended for {still:.0f} s"

    def forget(self, partition: int) -> None:
        """The partition is no longer owned."""
        self._committed.pop(partition, None)
        self._moved.pop(partition, None)
        self._settled.pop(partition, None)
        self._slices.pop(partition, None)
        self._uncommitted.discard(partition)
        self._free(partition)

    def _get_on(self, partition: int) -> None:
        # Where only a commit is missing, further blocks are no sign that it comes.
        if partition not in self._uncommitted:
            self._moved[partition] = self._now()

    def _settle(self, partition: int) -> None:
        self._uncommitted.discard(partition)
        self._moved[partition] = self._settled[partition] = self._now()
        self._free(partition)

    def _free(self, partition: int) -> None:
        self._stuck.discard(partition)
        if not self._stuck:
            self._health.stuck.pop(self._stage, None)
