"""Intake's thresholds, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class IntakePolicy:
    """Every threshold of intake, with its reason."""

    max_report_bytes: int = 1_000_000
    """A report with the longest text and 100 full claims has about 300 kB; more is not a report."""
    max_kept_bytes: int = 5_500_000
    """Largest original that a dead letter carries: in base64 it still fits a topic's message limit."""
    clock_skew: timedelta = timedelta(minutes=10)
    """How far a sender's clock may be ahead of the broker's before its time is called a future one."""
    assumed_span: timedelta = timedelta(hours=24)
    """A claim that states no time is taken to be about the day before its publication."""
    horizon: timedelta = timedelta(days=35)
    """How long a report's versions are remembered: five days more than the longest window."""
    sweep_every: timedelta = timedelta(hours=6)
    sweep_slice: int = 2_000
    """Entries looked at in one step of a sweep, so that no step holds the worker up."""
