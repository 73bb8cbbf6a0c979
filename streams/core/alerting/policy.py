"""What the alerting decides beside the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """Every threshold that is nobody's rule, with its reason."""

    horizon: timedelta = timedelta(days=35)
    """How long an incident is kept as evidence: the longest window (30 days) and five days for late readers."""
    sweep_every: timedelta = timedelta(hours=6)
    outage_lapses_after: timedelta = timedelta(hours=72)
    """As in the fusion: an outage nobody ends is over this long after the last word of it."""
    same_situation: timedelta = timedelta(hours=12)
    """A report that replaces another tells of the same situation if place and source agree and times are this near."""
    replaced_within: timedelta = timedelta(seconds=30)
    """So long an alert outlives a report that is being replaced: the new one may come in a later block."""
    max_evidence: int = 20
    """Sources shown on an alert, the most credible first."""
    kept_sources: int = 4
    """Sources kept of an incident for evidence, the best-graded first."""
    member_evidence: int = 8
    """Incidents that a region's record lends to a set's alert as evidence."""
    gap: timedelta = timedelta(minutes=5)
    """A worker that takes over after nobody has worked for so long has a backlog to read first."""
    settle: timedelta = timedelta(minutes=10)
    """So long after taking over it ends no alert: what keeps one alive may lie in the backlog."""
