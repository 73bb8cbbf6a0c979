"""The incidents in brief that alerting holds, by region, in the orders that rules look through them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from streams.core.alerting.briefs import Brief

_LAST: Final = "\U0010ffff"
"""After every incident's id."""


class RegionBriefs(Mapping[str, Brief]):
    """The incidents of one region by id; also in order of time, and those apart that an outage belongs to.

    A region has thousands, and a rule mostly needs those of the last hours.
    """

    def __init__(self, briefs: Iterable[Brief] = ()) -> None:
        self._by_id: dict[str, Brief] = {}
        self._in_time: list[tuple[int, str]] = []
        self._outages: dict[str, Brief] = {}
        for brief in briefs:
            self.put(brief)

    def __getitem__(self, incident_id: str) -> Brief:
        return self._by_id[incident_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def put(self, brief: Brief) -> None:
        """Hold an incident, in place of what was held of it."""
        if brief.incident_id in self._by_id:
            self.remove(brief.incident_id)
        self._by_id[brief.incident_id] = brief
        insort(self._in_time, (brief.at, brief.incident_id))
        if brief.outages:
            self._outages[brief.incident_id] = brief

    def remove(self, incident_id: str) -> None:
        """Hold an incident no longer. Raises :class:`KeyError` if it is not held."""
        brief = self._by_id.pop(incident_id)
        del self._in_time[bisect_left(self._in_time, (brief.at, incident_id))]
        self._outages.pop(incident_id, None)

    def after(self, moment: int) -> Iterator[Brief]:
        """Yield the incidents placed after a moment (microseconds), the earliest first."""
        first = bisect_right(self._in_time, (moment, _LAST))
        return (self._by_id[incident_id] for _, incident_id in self._in_time[first:])

    def between(self, first: int, last: int) -> Iterator[Brief]:
        """Yield the incidents placed from one moment to another, both included, the earliest first."""
        begin = bisect_left(self._in_time, (first, ""))
        end = bisect_right(self._in_time, (last, _LAST))
        return (self._by_id[self._in_time[place][1]] for place in range(begin, end))

    def with_outages(self) -> Collection[Brief]:
        """Return the incidents that an outage belongs to."""
        return self._outages.values()


NONE_HELD: Final = RegionBriefs()


class Held:
    """The incidents of all regions of a partition, and which changes are to be stored."""

    def __init__(self) -> None:
        self._regions: dict[str, RegionBriefs] = {}
        self._home: dict[str, str] = {}

    def regions(self) -> Mapping[str, RegionBriefs]:
        return self._regions

    def of(self, region: str) -> RegionBriefs:
        """Return the incidents of a region; do not change them."""
        return self._regions.get(region, NONE_HELD)

    def get(self, incident_id: str) -> Brief | None:
        """Return an incident wherever it is; None where it is not held."""
        region = self._home.get(incident_id)
        return None if region is None else self._regions[region][incident_id]

    def put(self, brief: Brief) -> None:
        """Hold an incident. It must not be held in another region."""
        self._regions.setdefault(brief.region, RegionBriefs()).put(brief)
        self._home[brief.incident_id] = brief.region

    def remove(self, brief: Brief) -> None:
        """Hold an incident no longer."""
        self._regions[brief.region].remove(brief.incident_id)
        del self._home[brief.incident_id]
