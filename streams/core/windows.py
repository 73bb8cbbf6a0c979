"""Rolling windows of one region: a pure fold over what incidents add, kept up to date at small cost.

An incident counts in the window ``(as_of - W, as_of]`` if its interval overlaps it, the interval's end cut off at
the publication of its earliest report: so it is placed at its latest possible moment ``at`` and is in while
``as_of - W < at``, from its start on. Everything is UTC microseconds: no change of clocks can matter here.

Sums are taken by hour and by day, in a full hour also by some entries at a time, and remembered until an entry of
theirs changes: remembered, never counted up and down, so the numbers are those of a fresh fold at any time (law 2).
What may be one of the other incidents is kept apart from them (:mod:`streams.core.tentative`) and added last.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Final

from schemas.vocabulary import WindowName
from streams.core.moments import DAY, HOUR
from streams.core.sums import NOTHING, Entry, Sums, add, sum_of
from streams.core.tentative import Tentative
from streams.core.timeline import Timeline

WINDOWS: Final[dict[WindowName, int]] = {
    WindowName.H1: HOUR,
    WindowName.H6: 6 * HOUR,
    WindowName.H24: 24 * HOUR,
    WindowName.D7: 7 * DAY,
    WindowName.D30: 30 * DAY,
}
_FUTURE: Final = 1 << 62
_KEPT_DAYS: Final = 40
_RUN: Final = 16
"""Entries of an hour that are summed at a time, where it has more than twice as many."""


class RegionWindows:
    """The entries of one region."""

    __slots__ = ("_ats", "_begins", "_days", "_ends", "_hours", "_order", "_runs", "_starts", "_sums", "_tentative")

    def __init__(self) -> None:
        self._hours: dict[int, list[Entry]] = {}
        self._order: list[int] = []
        """The hours that hold any, in order."""
        self._sums: dict[int, Sums] = {}
        self._runs: dict[int, dict[int, Sums]] = {}
        """Of full hours: the sums of their first entries, the next, and so on."""
        self._days: dict[int, Sums] = {}
        self._ats = Timeline()
        self._starts = Timeline()
        self._begins = Timeline()
        self._ends = Timeline()
        self._tentative = Tentative(self._hour)

    def put(self, owner: str, entries: tuple[Entry, ...], *, held: tuple[Entry, ...] = ()) -> None:
        """Set what ``owner`` adds, in place of what it added before (``held``); nothing removes it."""
        if held == entries:
            return
        for number, entry in enumerate(held):
            self._take(owner, number, entry)
        for number, entry in enumerate(entries):
            self._put(owner, number, entry)

    def sums(self, now: int, length: int) -> Sums:
        """Return the sums of the window ``(now - length, now]``."""
        after = now - length
        first, last = after // HOUR, now // HOUR
        edge = self._hours.get(first, ())
        parts = [add(entry for entry in edge if entry.at > after and entry.start <= now)]
        hour = first + 1
        while hour < last:
            if hour % 24 == 0 and hour + 24 <= last:
                parts.append(self._day(hour // 24))
                hour += 24
            else:
                parts.append(self._hour(hour))
                hour += 1
        # From the current hour on an interval may still be running or lie ahead.
        for ahead in self._order[bisect_left(self._order, max(last, first + 1)) :]:
            parts.append(add(entry for entry in self._hours[ahead] if entry.start <= now and entry.at > after))
        parts.append(self._tentative.sums(after, now))
        return sum_of(parts)

    def active(self, now: int) -> int:
        """Return the number of outages that began by ``now`` and are neither over nor lapsed."""
        return self._begins.count_until(now) - self._ends.count_until(now)

    def next_change(self, now: int) -> int:
        """Return the next moment after ``now`` at which numbers may move by themselves."""
        upcoming = [held.after(now) for held in (self._starts, self._begins, self._ends)]
        moments = [_FUTURE, *(moment for moment in upcoming if moment is not None)]
        for length in WINDOWS.values():
            leaves = self._ats.after(now - length)
            if leaves is not None:
                moments.append(leaves + length)
        return min(moments)

    def between(self, start: int, end: int) -> Sums:
        """Return the sums of all that is placed in ``[start, end)``, to compare with a roundup's figures."""
        order = self._order
        hours = order[bisect_left(order, start // HOUR) : bisect_left(order, -(-end // HOUR))]
        parts = [add(entry for entry in self._hours[hour] if start <= entry.at < end) for hour in hours]
        return sum_of([*parts, self._tentative.between(start, end)])

    def adds(self, owner: str, held: tuple[Entry, ...]) -> Sums:
        """Return what ``owner`` adds to the sums of a window that holds its entries."""
        own = [self._tentative.adds(owner, n, entry) for n, entry in enumerate(held) if entry.may_be_another]
        return sum_of([add(entry for entry in held if not entry.may_be_another), *own])

    def _hour(self, hour: int) -> Sums:
        held = self._hours.get(hour)
        if held is None:
            return NOTHING
        sums = self._sums.get(hour)
        if sums is None:
            sums = self._sums[hour] = add(held) if len(held) <= 2 * _RUN else self._by_runs(hour, held)
        return sums

    def _by_runs(self, hour: int, held: list[Entry]) -> Sums:
        runs = self._runs.setdefault(hour, {})
        for first in range(0, len(held), _RUN):
            if first not in runs:
                runs[first] = add(held[first : first + _RUN])
        return sum_of(runs.values())

    def _day(self, day: int) -> Sums:
        sums = self._days.get(day)
        if sums is None:
            sums = self._days[day] = sum_of([self._hour(hour) for hour in range(day * 24, day * 24 + 24)])
            if len(self._days) > _KEPT_DAYS:
                # An empty day is remembered too, and nothing ever changes in it again.
                del self._days[min(self._days)]
        return sums

    def _put(self, owner: str, number: int, entry: Entry) -> None:
        if entry.may_be_another:
            self._tentative.put(owner, number, entry)
        else:
            hour = entry.at // HOUR
            held = self._hours.get(hour)
            if held is None:
                held = self._hours[hour] = []
                insort(self._order, hour)
            self._forget(hour, len(held))
            held.append(entry)
        self._ats.add(entry.at)
        self._starts.add(entry.start)
        if entry.outage:
            self._begins.add(entry.start)
            self._ends.add(max(entry.ends, entry.start))

    def _take(self, owner: str, number: int, entry: Entry) -> None:
        if entry.may_be_another:
            self._tentative.take(owner, number, entry)
        else:
            hour = entry.at // HOUR
            held = self._hours[hour]
            # The last one takes its place: no other moves to another run.
            place, last = held.index(entry), held.pop()
            self._forget(hour, len(held))
            if place < len(held):
                held[place] = last
                self._forget(hour, place)
            if not held:
                del self._hours[hour], self._order[bisect_left(self._order, hour)]
        self._ats.drop(entry.at)
        self._starts.drop(entry.start)
        if entry.outage:
            self._begins.drop(entry.start)
            self._ends.drop(max(entry.ends, entry.start))

    def _forget(self, hour: int, place: int) -> None:
        """Forget all sums that the entry at a place of the hour's is part of."""
        runs = self._runs.get(hour)
        if runs is not None:
            runs.pop(place - place % _RUN, None)
            if not runs:
                del self._runs[hour]
        self._sums.pop(hour, None)
        self._days.pop(hour // 24, None)
        self._tentative.forget(hour)
