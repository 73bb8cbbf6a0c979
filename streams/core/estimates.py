"""Arithmetic of figures: what a lowest, a best and a highest value become when figures are added or set side by side.

A :class:`Range` is the core's own, light form of ``schemas.Estimate``. Unknown is ``None`` in place of a range;
an open high and an unstated best are ``None`` inside it (docs/concepts.md, law 6).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from schemas.base import MAX_COUNT
from schemas.estimate import Estimate


class Range(NamedTuple):
    """``low ≤ best ≤ high``; ``best`` None is not stated, ``high`` None is open."""

    low: int
    best: int | None
    high: int | None


def range_of(estimate: Estimate | None) -> Range | None:
    """Return the figure as a range; None stays None."""
    return None if estimate is None else Range(estimate.low, estimate.best, estimate.high)


@lru_cache(maxsize=4_096)
def estimate_of(figure: Range) -> Estimate:
    """Return the figure for the wire. The few small figures that wars are told in are made once."""
    return Estimate(low=figure.low, best=figure.best, high=figure.high)


def bounded(figure: Range) -> Range:
    """Return a sum as the wire takes it: beyond what a count may be it is open. Only mistyped figures get there."""
    low, best, high = figure
    if low > MAX_COUNT:
        return Range(MAX_COUNT, None, None)
    return Range(
        low, best if best is None or best <= MAX_COUNT else None, high if high is None or high <= MAX_COUNT else None
    )


def total(figures: Iterable[Range]) -> Range | None:
    """Return the sum of figures of different things; None when there are none.

    Lows and highs add up; one open high opens the sum, and one missing best leaves the sum without one.
    """
    low = best = high = 0
    found = bestless = is_open = False
    for figure in figures:
        found = True
        low += figure.low
        if figure.best is None:
            bestless = True
        else:
            best += figure.best
        if figure.high is None:
            is_open = True
        else:
            high += figure.high
    return Range(low, None if bestless else best, None if is_open else high) if found else None


def envelope(figures: Iterable[Range], best: int | None) -> Range:
    """Return the span that several statements of one thing cover: smallest low, largest high, a chosen best.

    The highest number said bounds a low from above and a best from below, so ``low ≤ best ≤ high`` holds for
    any choice of ``best`` among the statements' own. Raises ValueError without figures.
    """
    lows, highs = [], []
    for low, _, high in figures:
        lows.append(low)
        if high is not None:
            highs.append(high)
    return Range(min(lows), best, max(highs) if len(highs) == len(lows) else None)


def whole(parts: Range | None, stated: Range | None, *, parts_hold: bool | None = None) -> Range | None:
    """Return the figure of a whole whose parts were counted apart and which was also stated itself.

    Civilian and military dead add up to ``parts``; a toll without a group (``stated``) usually is the whole, so
    it is not added. The parts bound the whole from below. Where a source states a whole smaller than the parts,
    sources disagree: its low stays visible, and the best is that of the better ones (``parts_hold`` or not; none
    where nobody says which those are).
    """
    if parts is None or stated is None:
        return stated if parts is None else parts
    high = None if parts.high is None or stated.high is None else max(parts.high, stated.high)
    if stated.high is not None and stated.high < parts.low:
        best = None if parts_hold is None else parts.best if parts_hold else stated.best
        return Range(stated.low, best, high)
    low = max(parts.low, stated.low)
    bests = [best for best in (parts.best, stated.best) if best is not None]
    most = max(bests) if bests else None
    return Range(low, None if most is not None and most < low else most, high)


def disjoint(one: Range, other: Range) -> bool:
    """Return whether no number fits both figures."""
    return (one.high is not None and one.high < other.low) or (other.high is not None and other.high < one.low)
