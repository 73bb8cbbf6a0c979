"""Incidents that may be one of the others: what they add to the sums of a region beyond what is counted already.

A report that names only the oblast and fits several incidents is kept apart, yet it most likely means one of them.
Whichever it is, the whole toll of its region and time is at least its own. So it adds to the low and to the best only
what exceeds theirs, as a roundup is compared with the sum of what is known; its high is added in full, for it may be
an event of its own. An explicit zero adds nothing but that something was said.

The others are those placed from the earliest moment of its interval until ``AFTER`` its end, and those of its own kind
before it in order of time: of two that tell of nothing else known, the larger toll counts. What each adds is a pure
function of all entries, remembered until an entry of its time changes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from typing import Final

from streams.core.estimates import Range
from streams.core.moments import DAY, HOUR
from streams.core.sums import NOTHING, Entry, Sums, add, at_figure, sum_of

BEFORE: Final = 4 * DAY
"""How far back from its placement an interval is looked at: less than what is kept beyond the longest window."""
AFTER: Final = 12 * HOUR
"""How much later an incident may be placed that is told with a wider time: half a day, as "overnight" is."""

_Key = tuple[int, int, str, int]
"""Placement, start, owner, number of its entry: the order in which they are gone through."""


class Tentative:
    """The entries of one region that may be other ones. ``hour_sums`` gives the sums of all the others by hour."""

    __slots__ = ("_adds", "_days", "_entries", "_hour_sums", "_keys", "_longest", "_looked", "_stale")

    def __init__(self, hour_sums: Callable[[int], Sums]) -> None:
        self._hour_sums = hour_sums
        self._entries: dict[_Key, Entry] = {}
        self._keys: list[_Key] = []
        self._adds: dict[_Key, Sums] = {}
        self._stale: set[_Key] = set()
        """Those to be worked out anew when somebody asks."""
        self._days: dict[int, Sums] = {}
        """The sums of what those placed on a day add, as far as nothing of it changed."""
        self._looked: dict[_Key, int] = {}
        """The last hour that what it adds was worked out from: what changes after that does not matter to it."""
        self._longest = 0
        """How far back from its placement any of them has been looked at, of all that ever were here."""

    def put(self, owner: str, number: int, entry: Entry) -> None:
        key = (entry.at, entry.start, owner, number)
        self._entries[key] = entry
        insort(self._keys, key)
        self._longest = max(self._longest, min(entry.at - entry.start, BEFORE))
        self._stale.add(key)

    def take(self, owner: str, number: int, entry: Entry) -> None:
        key = (entry.at, entry.start, owner, number)
        del self._keys[bisect_left(self._keys, key)], self._entries[key]
        self._adds.pop(key, None)
        self._looked.pop(key, None)
        self._stale.discard(key)
        self._days.pop(entry.at // DAY, None)
        self._doubt(entry.at, entry.at)

    def forget(self, hour: int) -> None:
        """Note that the other entries of an hour changed."""
        if self._keys:
            self._doubt((hour - 1) * HOUR - AFTER, (hour + 1) * HOUR, hour)

    def sums(self, after: int, now: int) -> Sums:
        """Return the sums of what is placed after ``after`` and began by ``now``."""
        if not self._keys:
            return NOTHING
        first, last = (bisect_right(self._keys, (moment + 1,)) for moment in (after, now))
        ahead = [index for index in range(max(first, last), len(self._keys)) if self._keys[index][1] <= now]
        return sum_of([self._slice(first, last), *(self._adds[self._keys[index]] for index in ahead)])

    def between(self, start: int, end: int) -> Sums:
        """Return the sums of what is placed in ``[start, end)``."""
        if not self._keys:
            return NOTHING
        return self._slice(bisect_left(self._keys, (start,)), bisect_left(self._keys, (end,)))

    def adds(self, owner: str, number: int, entry: Entry) -> Sums:
        """Return what one entry adds."""
        self._work_out()
        return self._adds[entry.at, entry.start, owner, number]

    def _slice(self, first: int, last: int) -> Sums:
        """Return the sums of what the keys from ``first`` to ``last``, exclusive, add."""
        self._work_out()
        keys, adds = self._keys, self._adds
        parts: list[Sums] = []
        while first < last:
            day = keys[first][0] // DAY
            end = bisect_left(keys, ((day + 1) * DAY,), first)
            is_whole = end <= last and (not first or keys[first - 1][0] // DAY < day)
            held = self._days.get(day) if is_whole else None
            if held is None:
                held = sum_of([adds[key] for key in keys[first : min(end, last)]])
                if is_whole:
                    self._days[day] = held
            parts.append(held)
            first = end
        return sum_of(parts)

    def _doubt(self, earliest: int, until: int, hour: int = 0) -> None:
        """Note that what is placed from ``earliest`` on may be told anew, if it began by ``until`` and saw the hour."""
        last, looked = bisect_right(self._keys, (until + self._longest + 1,)), self._looked
        for key in self._keys[bisect_left(self._keys, (earliest,)) : last]:
            if key[1] <= until and looked.get(key, hour) >= hour:
                self._stale.add(key)

    def _work_out(self) -> None:
        stale = self._stale
        if not stale:
            return
        queue = sorted(stale)
        keys, adds = self._keys, self._adds
        for position, key in enumerate(queue, 1):
            found = self._added(key)
            if found != adds.get(key):
                adds[key] = found
                self._days.pop(key[0] // DAY, None)
                later = bisect_right(keys, key)
                for other in keys[later : bisect_right(keys, (key[0] + self._longest + 1,))]:
                    if other[1] <= key[0] and other not in stale:
                        stale.add(other)
                        insort(queue, other, position)
        stale.clear()

    def _added(self, key: _Key) -> Sums:
        entry = self._entries[key]
        self._looked[key] = 0
        figures = tuple([(number, self._beyond(key, entry, number, value)) for number, value in entry.figures])
        return add([entry._replace(figures=figures)])

    def _beyond(self, key: _Key, entry: Entry, number: int, value: Range) -> Range:
        """Return what a figure of an entry's adds to others of which one may be the same."""
        at = at_figure(number)
        said = value.low if value.best is None else value.best
        lows = bests = last = 0
        for hour, sums in self._others(key, entry):
            if lows >= said or bests >= said:
                break  # However much the rest may add, they have said as much.
            lows += sums[at + 3]
            bests += sums[at + 4]
            last = hour
        self._looked[key] = max(self._looked[key], last)
        bests = max(lows, bests)
        if bests >= said:
            # Without a best of its own, too, it leaves theirs alone.
            return Range(0, 0, value.high)
        if value.best is None:
            return Range(value.low - lows, None, value.high)
        return Range(min(max(0, value.low - lows), value.best - bests), value.best - bests, value.high)

    def _others(self, key: _Key, entry: Entry) -> Iterator[tuple[int, Sums]]:
        """Yield each hour with the sums of the other incidents, then what those of its own kind before it add."""
        start, last = max(entry.start, entry.at - BEFORE), (entry.at + AFTER) // HOUR
        for hour in range(start // HOUR, last + 1):
            yield hour, self._hour_sums(hour)
        keys = self._keys
        for other in keys[bisect_left(keys, (start,)) : bisect_left(keys, key)]:
            yield last, self._adds[other]
