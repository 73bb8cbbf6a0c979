"""How many records a stage takes at a stretch, so that the event loop stays free for heartbeats and the web page."""

from __future__ import annotations

from typing import Final

_FIRST: Final = 16
_LEAST: Final = 1
_GROWTH: Final = 2.0


class Pace:
    """Learns, from how long slices took, how many records fill ``budget`` seconds."""

    def __init__(self, budget: float) -> None:
        self._budget = budget
        self._size = _FIRST

    @property
    def size(self) -> int:
        """How many records the next slice should have, at least one."""
        return self._size

    def is_long(self, seconds: float) -> bool:
        """Whether others should have their turn after a slice that took so long."""
        return seconds > self._budget / 8

    def took(self, records: int, seconds: float) -> None:
        """Learn from a slice. It grows at most twofold at once, and shrinks at once as far as need be."""
        if records < self._size and seconds < self._budget:
            return  # the rest of a block says nothing about a full slice
        fitting = int(records * self._budget / seconds) if seconds > 0 else int(self._size * _GROWTH)
        self._size = max(_LEAST, min(fitting, int(self._size * _GROWTH)))
