"""Mentions whose place is known only roughly: do they fit exactly one located incident?

They may fit any incident of their region, so they look over all of it; and so that they need not look again at
every change, each remembers the incidents that decided: its *witnesses*, which know it as a *watcher*.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from streams.core.fusion.matching import Match, match
from streams.core.fusion.mentions import Mention
from streams.core.fusion.neighbourhood import Neighbourhood
from streams.core.fusion.policy import FusionPolicy


class Fit(NamedTuple):
    """The one incident that a mention fits."""

    leader: Mention
    reason: str


class Many(Enum):
    """More than one fits: which ones depends on the way there, so they are not named."""

    FIT = "more than one"


def watch(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Fit | Many | None:
    """Return the located incident that the mention fits, or that several do, or None.

    With evidence enough to tell incidents apart (weapon and target, a toll, a text) the strong fits decide, and
    mere fits only where there is no strong one. Sets the mention's witnesses: two of a kind are enough to abstain.
    """
    strong: list[Fit] = []
    mere: list[Fit] = []
    can_be_strong = _most_support(mention, policy) >= policy.strong_support
    for leader in near.leaders(mention):
        if leader.order >= mention.order or id(leader) in taken:
            continue
        found = match(mention, leader, policy)
        if found is None or not is_supported(found, mention, policy):
            continue
        fits = strong if found.support >= policy.strong_support else mere
        if len(fits) < 2 and not (fits and fits[0].leader is leader):
            fits.append(Fit(leader, found.reason))
            if len(strong) == 2 or (len(mere) == 2 and not can_be_strong):
                break
    mention.is_settled = len(strong) == 2 or (len(mere) == 2 and not can_be_strong)
    mention.witnesses = tuple(fit.leader for fit in (*strong, *mere))
    for witness in mention.witnesses:
        witness.watchers.add(mention)
    deciding = strong or mere
    if not deciding:
        return None
    return deciding[0] if len(deciding) == 1 else Many.FIT


def may_fit(mention: Mention, leader: Mention, policy: FusionPolicy) -> bool:
    """Return whether a new located incident may change what a vague mention fits."""
    if mention.is_settled:
        return False
    found = match(mention, leader, policy)
    return found is not None and is_supported(found, mention, policy)


def is_supported(found: Match, mention: Mention, policy: FusionPolicy) -> bool:
    """Return whether there is evidence beside region and time: those alone are never enough for a strike."""
    if found.support < 0:
        return False
    return found.tight or found.support >= policy.support or not mention.is_strike


def _most_support(mention: Mention, policy: FusionPolicy) -> float:
    tolls = sum(figure is not None and bool(figure.best) for figure in (mention.killed, mention.wounded))
    return (
        (policy.same_weapon if mention.weapons else 0.0)
        + (policy.same_target if mention.targets else 0.0)
        + (policy.same_utility + policy.same_target if mention.utilities else 0.0)
        + policy.same_toll * tolls
        + (policy.same_text if mention.report.signature else 0.0)
    )
