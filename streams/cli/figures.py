"""Figures as a person reads them: ``4``, ``≥1``, ``4–7``, and nothing where nothing is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.estimate import Estimate

UNKNOWN = "–"


def shown(estimate: Estimate | Mapping[str, Any] | None) -> str:
    """Return ``4`` for an exact figure, ``≥1`` for an open one, ``4–7`` for a range, ``–`` where nobody said."""
    if estimate is None:
        return UNKNOWN
    low, high = (
        (estimate.low, estimate.high) if isinstance(estimate, Estimate) else (estimate.get("low"), estimate.get("high"))
    )
    if not isinstance(low, int):
        return UNKNOWN
    if high is None:
        return f"≥{_short(low)}"
    return _short(low) if low == high else f"{_short(low)}–{_short(high)}"


def _short(number: int) -> str:
    """Return the number exactly up to 9,999, and above it to three digits in thousands or millions."""
    if number < 10_000:
        return str(number)
    if number < 999_500:
        return f"{number / 1000:.3g}k"
    return f"{number / 1_000_000:.3g}M" if number < 999_500_000 else f"{number / 1_000_000:.0f}M"
