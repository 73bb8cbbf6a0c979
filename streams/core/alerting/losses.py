"""What an incident may lose: its ground, or part of its figures, and what that means to the alerts about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from streams.core.alerting.area_rules import AreaRule, window_of
from streams.core.alerting.briefs import Brief
from streams.core.alerting.life import Withdrawal

REPLACED: Final = "the reports behind it were replaced"


class Loss(NamedTuple):
    """What was lost of an incident in this step, and where in the windows it was."""

    withdrawal: Withdrawal
    at: int
    had_outage: bool


def why_ended(status: str) -> str:
    match status:
        case "merged":
            return "the incident is the same as another one"
        case "superseded":
            return REPLACED
        case _:
            return "the reports behind it were retracted"


def less(before: Brief, after: Brief) -> str | None:
    """Return in words what a revision took back; None where it took nothing back."""
    if before.is_strike and not after.is_strike:
        return "it was no strike"
    if after.at < before.at:
        return "the incident was dated earlier"
    for measure, figure in before.figures.items():
        now = after.figures.get(measure)
        if now is None or now.low < figure.low or (now.best or 0) < (figure.best or 0):
            return f"figures were corrected ({measure.value.replace('_', ' ')})"
    return None


def lost_of(rule: AreaRule, lost: Mapping[str, Loss], now: int) -> Withdrawal | None:
    """Return what a region's rule lost in this step; a retraction before a mere revision."""
    window = window_of(rule)
    found = [
        loss.withdrawal for loss in lost.values() if (loss.had_outage if window is None else loss.at > now - window)
    ]
    return min(found, key=lambda withdrawal: not withdrawal.is_retraction, default=None)
