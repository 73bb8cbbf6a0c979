"""The figures of a region's windows in the core's light form: what rules compare, and what a set adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from schemas.alert import Bound, Measure
from schemas.counters import RegionCountersV1, WindowCounters
from schemas.vocabulary import WindowName
from streams.core.estimates import Range, range_of, total
from streams.core.kept_json import kept_json

Figures = tuple[Range | None, ...]
"""One figure a :class:`Measure`, in its order; None where nobody stated it."""
Readings = Mapping[WindowName, Figures]
MEASURES: Final = tuple(Measure)
_PLACE: Final = {measure: number for number, measure in enumerate(MEASURES)}
_NONE: Final[Figures] = (None,) * len(MEASURES)


def readings_of(counters: RegionCountersV1) -> Readings:
    """Return the counters' figures; whole counts become exact ones."""
    return {name: _figures(window) for name, window in counters.windows.items()}


def _figures(window: WindowCounters) -> Figures:
    strikes, outages, harm = window.strikes, window.outages, window.casualties
    return (
        _exactly(strikes.incidents),
        range_of(strikes.launched),
        range_of(strikes.intercepted),
        range_of(strikes.hit),
        _exactly(outages.started),
        _exactly(outages.active),
        range_of(outages.customers),
        range_of(harm.killed),
        range_of(harm.wounded),
        range_of(harm.missing),
        range_of(harm.children_killed),
        range_of(harm.children_wounded),
    )


def _exactly(number: int) -> Range:
    return Range(number, number, number)


def reading(readings: Readings, window: WindowName, measure: Measure) -> Range | None:
    """Return one figure; None where nobody stated it."""
    return readings.get(window, _NONE)[_PLACE[measure]]


def number_at(figure: Range, bound: Bound) -> int:
    """Return the number that is compared.

    A best nobody stated counts as the low: only that much is certain. An open high counts as the best or the
    low: "at least 4" is no reason to think of a thousand.
    """
    if bound is Bound.LOW:
        return figure.low
    best = figure.low if figure.best is None else figure.best
    if bound is Bound.BEST or figure.high is None:
        return best
    return figure.high


def summed(parts: Iterable[Readings], wanted: Iterable[tuple[WindowName, Measure]]) -> Readings:
    """Return the ``wanted`` figures of several regions together; the others are left unsaid."""
    held = list(parts)
    sums: dict[WindowName, list[Range | None]] = {}
    for window, measure in wanted:
        place = _PLACE[measure]
        figures = (part.get(window, _NONE)[place] for part in held)
        found = total(figure for figure in figures if figure is not None)
        sums.setdefault(window, list(_NONE))[place] = found
    return {window: tuple(figures) for window, figures in sums.items()}


def chosen(readings: Readings, wanted: Iterable[tuple[WindowName, Measure]]) -> Readings:
    """Return only the ``wanted`` figures; the others are left unsaid."""
    found: dict[WindowName, list[Range | None]] = {}
    for window, measure in sorted(wanted):
        place = _PLACE[measure]
        found.setdefault(window, list(_NONE))[place] = readings.get(window, _NONE)[place]
    return {window: tuple(figures) for window, figures in found.items()}


def pack(readings: Readings) -> bytes:
    """Return the figures as JSON."""
    return kept_json({window.value: figures for window, figures in readings.items()}, default=tuple)


def unpack(packed: Mapping[str, Any]) -> Readings:
    """Return what :func:`pack` packed."""
    return {
        WindowName(window): tuple(None if figure is None else Range(*figure) for figure in figures)
        for window, figures in packed.items()
    }
