"""One region: its incidents as clusters of mentions, its windows, and what was last said of its numbers."""

from __future__ import annotations

from datetime import datetime

from schemas.counters import RegionCountersV1
from streams.core.fusion.clustering import RegionClusters
from streams.core.fusion.counters import Numbers, counters, numbers
from streams.core.fusion.facts import Fact
from streams.core.fusion.neighbourhood import Store
from streams.core.fusion.policy import FusionPolicy
from streams.core.moments import micros, moment
from streams.core.timeline import Timeline
from streams.core.windows import RegionWindows


class Region:
    """What belongs to one region in a partition's fusion."""

    __slots__ = (
        "_published",
        "_said",
        "clusters",
        "code",
        "dirty",
        "next_at",
        "totals",
        "totals_due",
        "totals_moved",
        "windows",
    )

    def __init__(self, code: str, policy: FusionPolicy, store: Store | None = None) -> None:
        self.code = code
        self.clusters = RegionClusters(policy, store)
        self.windows = RegionWindows()
        self.totals: dict[str, list[Fact]] = {}
        """Claims about whole periods, by report."""
        self.totals_due = 0
        """When they are to be compared with the counters again, should these have moved; 0 is at once."""
        self.totals_moved = False
        self.dirty = True
        self.next_at = 0
        self._published = Timeline()
        self._said: tuple[Numbers, int] | None = None

    def note_published(self, before: int, after: int) -> None:
        """Replace an incident's newest publication; 0 is none."""
        if before == after:
            return
        if before:
            self._published.drop(before)
        if after:
            self._published.add(after)
        self.dirty = True

    def count(self, now: datetime) -> RegionCountersV1:
        """Return the region's counters as of ``now``."""
        return self._counters(now, numbers(self.windows, micros(now)))

    def recount(self, now: datetime) -> RegionCountersV1 | None:
        """Return the region's counters if their numbers differ from those last returned here, else None."""
        at = micros(now)
        held = numbers(self.windows, at)
        self.dirty = False
        self.next_at = self.windows.next_change(at)
        said = held, self._published.newest or 0
        if said == self._said:
            return None
        self._said = said
        return self._counters(now, held)

    def _counters(self, now: datetime, held: Numbers) -> RegionCountersV1:
        newest = self._published.newest
        return counters(self.code, now, held, None if newest is None else moment(newest))
