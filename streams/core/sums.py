"""What incidents add to a region's numbers, and the sums of it: plain tuples of whole numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from streams.core.estimates import Range

FIGURE_COUNT: Final = 9
_WIDTH: Final = 2 + FIGURE_COUNT * 6
NOTHING: Final = (0,) * _WIDTH

Sums = tuple[int, ...]
"""Strikes, outages started, then six numbers a figure: stated, without best, open, lows, bests, highs."""


class Entry(NamedTuple):
    """What an incident, or one outage of it, adds. Counted from ``start`` on while ``at`` is inside the window."""

    at: int
    start: int
    strike: bool
    figures: tuple[tuple[int, Range], ...]
    outage: bool = False
    ends: int = 0
    """Of an outage: when it is over or lapses."""
    may_be_another: bool = False
    """It may be one of the other incidents: its figures count as far as they exceed those (``tentative.py``)."""


def at_figure(number: int) -> int:
    """Return where the six numbers of a figure begin in the sums."""
    return 2 + number * 6


def add(entries: Iterable[Entry]) -> Sums:
    sums: list[int] | None = None
    for _, _, strike, figures, outage, _, _ in entries:
        if sums is None:
            sums = [0] * _WIDTH
        sums[0] += strike
        sums[1] += outage
        for number, (low, best, high) in figures:
            at = 2 + number * 6
            sums[at] += 1
            sums[at + 3] += low
            if best is None:
                sums[at + 1] += 1
            else:
                sums[at + 4] += best
            if high is None:
                sums[at + 2] += 1
            else:
                sums[at + 5] += high
    return NOTHING if sums is None else tuple(sums)


def sum_of(parts: Iterable[Sums]) -> Sums:
    found = [part for part in parts if part is not NOTHING]
    if not found:
        return NOTHING
    return found[0] if len(found) == 1 else tuple(map(sum, zip(*found, strict=True)))


def figure(sums: Sums, number: int) -> Range | None:
    """Return a figure of the sums; None where nobody stated it."""
    stated, bestless, is_open, low, best, high = sums[at_figure(number) : at_figure(number + 1)]
    if not stated:
        return None
    return Range(low, None if bestless else best, None if is_open else high)
