"""Mentions whose place is known only roughly: do they fit exactly one located incident?

They may fit any incident of their region, so they look over all of it; and so that they need not look again at
every change, each remembers the incidents that decided: its *witnesses*, which know it as a *watcher*.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from streams.core.fusion.matching import Match, match, most_support
from streams.core.fusion.mentions import Mention
from streams.core.fusion.neighbourhood import Neighbourhood
from streams.core.fusion.policy import FusionPolicy


class Fit(NamedTuple):
    """The one incident that a mention fits."""

    leader: Mention
    reason: str


class Doubt(Enum):
    """It may be one that is located. Which ones it may be depends on the way there, so they are not named."""

    MANY = "more than one fits"
    WEAK = "nothing but region and time speaks for those that it may be"


def watch(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Fit | Doubt | None:
    """Return the located incident that the mention fits, or why it may be one of them, or None.

    The fits on the highest level of evidence decide, and two of them are enough to abstain: they are the mention's
    witnesses. Below all levels are incidents that too little speaks for, and nothing much against: one of them is
    enough for the doubt.
    """
    fits: list[Fit] = []
    weak = len(policy.support_levels)
    level = weak + 1
    reachable = _reachable(mention, policy)
    for leader in near.leaders(mention):
        if leader.order >= mention.order or id(leader) in taken:
            continue
        found = _fit(mention, leader, policy)
        if found is None or found[0] > level:
            continue
        if found[0] < level:
            level, fits = found[0], []
        if len(fits) < (1 if level == weak else 2) and not (fits and fits[0].leader is leader):
            fits.append(Fit(leader, found[1]))
            if level <= reachable and len(fits) == 2:
                break
    fits = [Fit(near.at_hand(leader), reason) for leader, reason in fits]
    mention.level, mention.is_torn = level, level == weak or len(fits) == 2
    mention.witnesses = tuple(fit.leader for fit in fits)
    for witness in mention.witnesses:
        witness.watched_by(mention)
    if not fits:
        return None
    if level == weak:
        return Doubt.WEAK
    return fits[0] if len(fits) == 1 else Doubt.MANY


def may_matter(mention: Mention, leader: Mention, policy: FusionPolicy) -> bool:
    """Return whether an incident that is new, or knows more or less than before, may change what a mention fits.

    Where two fit on a level a third one there changes nothing, and nothing below a level that decides does.
    """
    found = _fit(mention, leader, policy)
    level = len(policy.support_levels) + 1 if found is None else found[0]
    if mention in leader.watchers:
        return level != mention.level or not mention.is_torn
    return level < mention.level or (level == mention.level and found is not None and not mention.is_torn)


def is_settled(mention: Mention, policy: FusionPolicy) -> bool:
    """Return whether no leader that comes can matter: two fit on the highest level that the mention may reach."""
    return mention.is_torn and mention.level <= _reachable(mention, policy)


def _reachable(mention: Mention, policy: FusionPolicy) -> int:
    """Return the highest level of evidence that any incident could fit the mention on; 0 is the highest of all."""
    most = most_support(mention, policy)
    levels = policy.support_levels
    return next((level for level, least in enumerate(levels) if most >= least), len(levels))


def _fit(mention: Mention, leader: Mention, policy: FusionPolicy) -> tuple[int, str] | None:
    """Return the level of the evidence that the mention means the leader's incident, and why; None where it cannot."""
    found = match(mention, leader, policy, as_incident=True)
    if found is None or found.support < policy.possible:
        return None
    support = found.support
    if not is_supported(found, mention, policy):
        return len(policy.support_levels), found.reason
    return next(level for level, least in enumerate(policy.support_levels) if support >= least), found.reason


def is_supported(found: Match, mention: Mention, policy: FusionPolicy) -> bool:
    """Return whether there is evidence beside region and time: those alone are never enough for a strike."""
    if found.support < 0:
        return False
    return found.tight or found.support >= policy.support or not mention.is_strike
