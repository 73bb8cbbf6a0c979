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
from collections.abc import Callable
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

    __slots__ = ("_adds", "_entries", "_hour_sums", "_keys", "_upto")

    def __init__(self, hour_sums: Callable[[int], Sums]) -> None:
        self._hour_sums = hour_sums
        self._entries: dict[_Key, Entry] = {}
        self._keys: list[_Key] = []
        self._adds: list[Sums] = []
        """What the first entries add; the rest is worked out when it is asked for."""
        self._upto: list[Sums] = [NOTHING]
        """The sums of the first 0, 1, 2 … of these."""

    def put(self, owner: str, number: int, entry: Entry) -> None:
        key = (entry.at, entry.start, owner, number)
        self._entries[key] = entry
        insort(self._keys, key)
        self._cut(bisect_left(self._keys, key))

    def take(self, owner: str, number: int, entry: Entry) -> None:
        key = (entry.at, entry.start, owner, number)
        index = bisect_left(self._keys, key)
        del self._keys[index], self._entries[key]
        self._cut(index)

    def forget(self, hour: int) -> None:
        """Note that the other entries of an hour changed."""
        if self._keys:
            self._cut(bisect_left(self._keys, (hour * HOUR - AFTER - HOUR,)))

    def sums(self, after: int, now: int) -> Sums:
        """Return the sums of what is placed after ``after`` and began by ``now``."""
        if not self._keys:
            return NOTHING
        first, last = (bisect_right(self._keys, (moment + 1,)) for moment in (after, now))
        ahead = [index for index in range(max(first, last), len(self._keys)) if self._keys[index][1] <= now]
        self._work_out()
        return sum_of([self._slice(first, last), *(self._adds[index] for index in ahead)])

    def between(self, start: int, end: int) -> Sums:
        """Return the sums of what is placed in ``[start, end)``."""
        if not self._keys:
            return NOTHING
        self._work_out()
        return self._slice(bisect_left(self._keys, (start,)), bisect_left(self._keys, (end,)))

    def adds(self, owner: str, number: int, entry: Entry) -> Sums:
        """Return what one entry adds."""
        self._work_out()
        return self._adds[bisect_left(self._keys, (entry.at, entry.start, owner, number))]

    def _slice(self, first: int, last: int) -> Sums:
        if first >= last:
            return NOTHING
        return tuple(end - begin for begin, end in zip(self._upto[first], self._upto[last], strict=True))

    def _cut(self, index: int) -> None:
        del self._adds[index:], self._upto[index + 1 :]

    def _work_out(self) -> None:
        for index in range(len(self._adds), len(self._keys)):
            entry = self._entries[self._keys[index]]
            start = max(entry.start, entry.at - BEFORE)
            hours = range(start // HOUR, (entry.at + AFTER) // HOUR + 1)
            first = bisect_left(self._keys, (start,))
            others = sum_of([*map(self._hour_sums, hours), self._slice(first, index)])
            found = add([entry._replace(figures=tuple((n, _beyond(value, others, n)) for n, value in entry.figures))])
            self._adds.append(found)
            self._upto.append(sum_of([self._upto[-1], found]))


def _beyond(value: Range, others: Sums, number: int) -> Range:
    """Return what a figure adds to others of which one may be the same."""
    at = at_figure(number)
    low_of_others, best_of_others = others[at + 3], max(others[at + 3], others[at + 4])
    low = max(0, value.low - low_of_others)
    if value.best is None:
        # Without a best, it leaves theirs alone only where that says as much.
        return Range(low, None, value.high) if value.low > best_of_others else Range(0, 0, value.high)
    best = max(0, value.best - best_of_others)
    return Range(min(low, best), best, value.high)
