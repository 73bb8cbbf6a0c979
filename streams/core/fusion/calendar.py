"""What is due when: incidents to close and to give up, tombstones to forget."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from heapq import heappop, heappush
from typing import Final, NamedTuple

NEVER: Final = 1 << 62


class Kind(IntEnum):
    CLOSE = 0
    EVICT = 1
    FORGET = 2


class Due(NamedTuple):
    at: int
    kind: Kind
    key: str
    """Of an incident, or of a report for ``FORGET``."""


class Calendar:
    """Moments that something is due. Each (kind, key) stands at most once; whoever is due asks again if too early."""

    __slots__ = ("_heap", "_noted")

    def __init__(self) -> None:
        self._heap: list[Due] = []
        self._noted: dict[tuple[Kind, str], int] = {}

    @property
    def next(self) -> int:
        return self._heap[0].at if self._heap else NEVER

    def note(self, at: int, kind: Kind, key: str) -> None:
        """Note that something is due at ``at``, unless it is noted for no later already."""
        noted = self._noted.get((kind, key))
        if noted is None or at < noted:
            self._noted[kind, key] = at
            heappush(self._heap, Due(at, kind, key))

    def due(self, now: int) -> Iterator[Due]:
        """Yield and forget what is due by ``now``; what is noted meanwhile is seen, too."""
        while self._heap and self._heap[0].at <= now:
            due = heappop(self._heap)
            if self._noted.get((due.kind, due.key)) == due.at:
                del self._noted[due.kind, due.key]
                yield due
