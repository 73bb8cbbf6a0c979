"""When an incident happened, from what all its reports say: the moment that most sources allow, as closely as they do.

One source's time may be rounded, mistaken or unstated; the moment that lies in the intervals of most of them is not
moved by it. Each source has one say, its closest, and a verbatim repost has none. Who states no time is heard only
where nobody does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Container, Sequence
from typing import NamedTuple

from streams.core.fusion.mentions import Mention


class When(NamedTuple):
    """An interval in microseconds; ``assumed`` where no source states a time."""

    start: int
    end: int
    assumed: bool

    @property
    def latest(self) -> int:
        """The latest moment inside, which places it in windows.

        Intervals are half-open: what happened in the evening, until midnight, is of that day and not of the next.
        """
        return self.end - 1 if self.end > self.start else self.start

    def told_by(self, moment: int) -> When:
        """Return the interval cut off at a moment by which it was told: nothing is reported before it happens."""
        return self if self.end <= moment else When(self.start, max(self.start, moment), self.assumed)


def when(leader: Mention, mentions: Sequence[Mention], echoes: Container[int]) -> When:
    """Return when it happened. ``echoes`` are the positions in ``mentions`` of those that repeat another word for word.

    Of several moments that equally many sources allow the leader's is taken, then the earliest.
    """
    if len(mentions) == 1:
        return When(leader.start, leader.end, leader.assumed)
    said: dict[str, tuple[bool, int, int, int]] = {}
    for position, mention in enumerate(mentions):
        if position in echoes or mention.goes_on:
            continue
        closeness = mention.assumed, mention.end - mention.start, mention.start, mention.end
        source = mention.report.source.id
        held = said.get(source)
        if held is None or closeness < held:
            said[source] = closeness
    stated = [(start, end) for assumed, _, start, end in said.values() if not assumed]
    intervals = stated or [(start, end) for _, _, start, end in said.values()]
    if not intervals:
        return When(leader.start, leader.end, leader.assumed)
    starts, ends = sorted(start for start, _ in intervals), sorted(end for _, end in intervals)

    def rank(moment: int) -> tuple[int, bool, int]:
        allowed_by = bisect_right(starts, moment) - bisect_left(ends, moment)
        return allowed_by, leader.start <= moment <= leader.end, -moment

    start = max(starts, key=rank)
    return When(start, ends[bisect_left(ends, start)], not stated)
