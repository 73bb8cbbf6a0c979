"""Mentions whose place is known only roughly: do they fit exactly one located incident?

They may fit any incident of their region, so they look over all of it; and so that they need not look again at
every change, each remembers the incidents that decided: its *witnesses*, which know it as a *watcher*.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from streams.core.fusion.matching import Match, known_of, match
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

    The fits on the highest level of evidence decide; those below matter only where it is empty. Sets the mention's
    witnesses: two on a level are enough to abstain.
    """
    levels = policy.support_levels
    held: list[list[Fit]] = [[] for _ in levels]
    most = _most_support(mention, policy)
    top = held[next((level for level, least in enumerate(levels) if least <= most), -1)]
    for leader in near.leaders(mention):
        if leader.order >= mention.order or id(leader) in taken:
            continue
        found = match(mention, leader, policy, known_of(leader, mention.order, policy.deputies))
        if found is None or not is_supported(found, mention, policy):
            continue
        fits = held[next((level for level, least in enumerate(levels) if least <= found.support), -1)]
        if len(fits) < 2 and not (fits and fits[0].leader is leader):
            fits.append(Fit(leader, found.reason))
            if len(top) == 2:
                break
    mention.is_settled = len(top) == 2
    mention.witnesses = tuple(fit.leader for fits in held for fit in fits)
    for witness in mention.witnesses:
        witness.watchers.add(mention)
    deciding = next((fits for fits in held if fits), None)
    if deciding is None:
        return None
    return deciding[0] if len(deciding) == 1 else Many.FIT


def may_fit(mention: Mention, leader: Mention, policy: FusionPolicy) -> bool:
    """Return whether an incident that is new, or knows more, may change what a vague mention fits."""
    if mention.is_settled:
        return False
    found = match(mention, leader, policy, known_of(leader, mention.order, policy.deputies))
    return found is not None and is_supported(found, mention, policy)


def is_supported(found: Match, mention: Mention, policy: FusionPolicy) -> bool:
    """Return whether there is evidence beside region and time: those alone are never enough for a strike."""
    if found.support < 0:
        return False
    return found.tight or found.support >= policy.support or not mention.is_strike


def _most_support(mention: Mention, policy: FusionPolicy) -> float:
    """Return the most support that any leader can lend the mention."""
    most = 0.0
    if mention.weapons:
        most += policy.same_weapon
    if mention.targets or mention.utilities:
        most += policy.same_target
    if mention.utilities:
        most += policy.same_utility
    if mention.report.signature:
        most += policy.same_text
    for figure in (mention.killed, mention.wounded):
        if figure is not None and figure.best:
            most += policy.telling_toll if figure.best >= policy.large_toll else policy.same_toll
    return most
