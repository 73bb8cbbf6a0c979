"""What is due when: incidents to close and to give up, tombstones to forget.

A moment that is not right any more is not taken out: what is due is looked at, and passed over where it was noted for
another moment since. So a note is sixteen bytes, and nothing needs to find it again.
"""

from __future__ import annotations

from array import array
from enum import IntEnum
from heapq import heappop, heappush
from typing import Final, NamedTuple

from streams.core.moments import HOUR

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
    """Moments at which something is due."""

    __slots__ = ("_forget", "_hours", "_order")

    def __init__(self) -> None:
        self._forget: list[tuple[int, str]] = []
        self._hours: dict[int, tuple[array[int], array[int]]] = {}
        """By hour: the moments in it, times two, and one more where the incident is to be evicted; the incidents."""
        self._order: list[int] = []
        """The hours that hold any, as a heap."""

    @property
    def next(self) -> int:
        """The first moment at which something is due."""
        upcoming = min(self._hours[self._order[0]][0]) >> 1 if self._order else NEVER
        return min(upcoming, self._forget[0][0]) if self._forget else upcoming

    def close(self, at: int, incident_id: str) -> None:
        """Note that an incident is to be closed."""
        self._note(at, Kind.CLOSE, incident_id)

    def evict(self, at: int, incident_id: str) -> None:
        """Note that an incident is to be given up."""
        self._note(at, Kind.EVICT, incident_id)

    def forget(self, at: int, report_key: str) -> None:
        """Note that what a report withdrew or told of a whole period may be forgotten."""
        heappush(self._forget, (at, report_key))

    def due(self, now: int) -> list[Due]:
        """Return and forget what is due by ``now``, in order."""
        found: list[Due] = []
        while self._forget and self._forget[0][0] <= now:
            at, key = heappop(self._forget)
            found.append(Due(at, Kind.FORGET, key))
        while self._order and self._order[0] <= now // HOUR:
            hour = self._order[0]
            moments, incidents = self._hours[hour]
            if min(moments) >> 1 > now:
                break
            del self._hours[hour]
            heappop(self._order)
            for moment, incident in zip(moments, incidents, strict=True):
                if moment >> 1 <= now:
                    found.append(Due(moment >> 1, Kind(moment & 1), f"{incident:016x}"))
                else:
                    self._enter(hour, moment, incident)
        return sorted(found)

    def _note(self, at: int, kind: Kind, incident_id: str) -> None:
        self._enter(at // HOUR, at << 1 | kind, int(incident_id, 16))

    def _enter(self, hour: int, moment: int, incident: int) -> None:
        held = self._hours.get(hour)
        if held is None:
            held = self._hours[hour] = array("q"), array("Q")
            heappush(self._order, hour)
        held[0].append(moment)
        held[1].append(incident)
