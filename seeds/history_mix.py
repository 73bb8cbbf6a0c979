"""What makes a generated history hard, and how much of it there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from seeds.history_truth import ONE_ATTACK


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of everything that makes a history hard. Of all reports unless said otherwise."""

    corrections: float = 0.10
    """Published again under their id, with another figure, weapon or time: the newer version is right."""
    retractions: float = 0.03
    """Taken back: they told of a strike that never was, or named the wrong town."""
    late: float = 0.10
    """Arrive hours to 20 days after they were published."""
    reposts: float = 0.20
    """Another source's text and claims, word for word."""
    repeats: float = 0.0
    """Sent again exactly as they were; come on top of all reports."""
    updates: float = 0.25
    """A source that told of a toll tells the newer one in a report of its own."""
    final_word: float = 0.98
    """Of events with casualties: the regional authority gives the final toll in the end."""
    wrong_toll: float = 0.05
    """Statements of a toll that are off by a fifth and stay so."""
    region_only: float = 0.06
    """Reports that name no more than the region."""
    undated: float = 0.10
    """Reports that say nothing of the time."""
    roundups: float = 0.01
    """On top: a source's total for one region and day."""
    apart: timedelta = ONE_ATTACK
    """The least time between two events of one town."""
