"""Reads what the workers left on the topics and compares it with the truth."""

from __future__ import annotations

from typing import Any

from schemas import RegionCountersV1
from schemas.estimate import Estimate


def plain_counters(counters: RegionCountersV1) -> dict[str, dict[str, Any]]:
    """Return counters in the form of :meth:`tests.chaos.truth.Truth.counters`."""
    windows: dict[str, dict[str, Any]] = {}
    for name, window in counters.windows.items():
        figures = {
            "launched": window.strikes.launched,
            "killed": window.casualties.killed,
            "wounded": window.casualties.wounded,
        }
        stated = {figure: _numbers(estimate) for figure, estimate in figures.items() if estimate is not None}
        windows[str(name)] = {"strikes": window.strikes.incidents, **stated}
    return windows


def _numbers(estimate: Estimate) -> tuple[int | None, int | None, int | None]:
    return estimate.low, estimate.best, estimate.high
