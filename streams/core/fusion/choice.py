"""Which incident a mention belongs to, given the mentions before it in canonical order.

The choice reads leaders, their first members and outage mentions that come earlier in the order, and nothing else;
what could change it is queued again by :mod:`streams.core.fusion.clustering`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

from streams.core.fusion.matching import Match, match
from streams.core.fusion.mentions import INFINITELY_BAD, PRECISE_FACET, PRECISE_STRIKE, VAGUE_FACET, Mention
from streams.core.fusion.neighbourhood import Neighbourhood
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.watching import Doubt, Fit, is_supported, watch

TIE = "kept apart: more than one incident fits alike"
_AMONG_MANY = "kept apart: place known only roughly, and more than one incident fits"
_PERHAPS = "kept apart: place known only roughly, and nothing but region and time speaks for what it may be"
_OUTAGES = "kept apart: more than one outage fits"
_UNDATED = "kept apart: no time stated, and more than one of its day fits"
_DAY_ONLY = "kept apart: no time stated, and nothing but place and day speaks for what it may be"
_SUMS_UP = "kept apart: told of the region, by a report of several incidents in it"
_APART = frozenset({_SUMS_UP, TIE, _AMONG_MANY, _PERHAPS, _OUTAGES, _UNDATED, _DAY_ONLY})
UNDECIDED = frozenset({TIE, _UNDATED, _DAY_ONLY})
"""Why a located mention is kept apart: a candidate less may decide it."""


class Choice(NamedTuple):
    """The leader to follow, or None to lead one's own incident, and why; ``reason`` is empty when nothing fits."""

    leader: Mention | None
    reason: str = ""
    standing: float = INFINITELY_BAD
    """See :attr:`streams.core.fusion.mentions.Mention.standing`."""


_NOTHING_FITS = Choice(None)


def may_be_another(leader: Mention) -> bool:
    """Return whether the incident was kept apart for doubt which other it is: it may be one of those that fit it."""
    return leader.reason in _APART


def choose(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    """Return the incident that the mention belongs to.

    ``taken`` holds the ids of leaders that other mentions of the same report follow: a report that tells of two
    events means two. An outage that goes on or ends is no second event beside the strike that caused it, so only
    others of its kind take from it. Sets the mention's ``witnesses`` and enters it among their ``watchers``.
    """
    if mention.goes_on:
        found = _choose_outage(mention, taken, near, policy)
        if found is not _NOTHING_FITS:
            return found
    if mention.is_vague:
        return _choose_over_region(mention, taken, near, policy)
    found = _choose_located(mention, taken, near, policy)
    if found is _NOTHING_FITS and mention.assumed and mention.tier == PRECISE_STRIKE:
        return _choose_undated(mention, taken, near, policy)
    if found is _NOTHING_FITS and mention.tier == PRECISE_FACET:
        # Whatever is located and fits is better than what is only known to be somewhere in the region.
        return _choose_vague(mention, taken, near, policy)._replace(standing=INFINITELY_BAD)
    return found


def _choose_located(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    margin = _margin(mention, policy)
    found = _best(mention, near.leaders_near(mention), taken, margin, lambda leader: likeness(mention, leader, policy))
    return found if found.leader is None or not margin else found._replace(standing=found.standing - margin)


def _margin(mention: Mention, policy: FusionPolicy) -> float:
    return policy.undated_margin if mention.assumed else policy.located_margin


def _choose_undated(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    """Return what a strike told without a time means that is enough like none: the only one of its place and day.

    Place and day alone are never enough, so something else must speak for it; with less, or with two that it may be,
    it is kept apart and may be another.
    """
    only: Mention | None = None
    why: Match | None = None
    for leader in near.leaders_near(mention):
        if leader.order >= mention.order or id(leader) in taken or leader is only:
            continue
        found = match(mention, leader, policy, as_incident=True)
        if found is None or found.support < policy.possible:
            continue
        if only is not None:
            return Choice(None, _UNDATED)
        only, why = leader, found
    if why is None:
        return _NOTHING_FITS
    return Choice(only, f"{why.reason}, no other of its day") if why.support >= policy.sole else Choice(None, _DAY_ONLY)


def likeness(mention: Mention, leader: Mention, policy: FusionPolicy) -> Match | None:
    """Return how like a located mention is to the incident that a located leader stands for; None where too little."""
    found = match(mention, leader, policy, as_incident=True)
    if found is None:
        return None
    least = policy.match if mention.tier == PRECISE_STRIKE else policy.facet_match
    if found.points >= least:
        return found
    return _by_deputies(mention, leader, least, policy) if found.points >= least - policy.deputy_slack else None


def may_choose(mention: Mention, leader: Mention, policy: FusionPolicy) -> bool:
    """Return whether a leader close by that is new, or whose incident knows more or less, may change a choice.

    It does not where it is still no better than what the mention follows.
    """
    if mention.standing == math.inf:
        return False
    if mention.reason == TIE:
        return True
    if mention.assumed and mention.tier == PRECISE_STRIKE and mention.standing == INFINITELY_BAD:
        # It follows the only one that it may be, or nobody.
        return mention.leader is leader or match(mention, leader, policy, as_incident=True) is not None
    found = likeness(mention, leader, policy)
    if found is None or mention.leader is not leader:
        return mention.leader is leader or (found is not None and found.points >= mention.standing)
    return found.points - _margin(mention, policy) != mention.standing or found.reason != mention.reason


def _by_deputies(mention: Mention, leader: Mention, least: float, policy: FusionPolicy) -> Match | None:
    """Return the best likeness to one of the next members, if it suffices: it may know the time more closely."""
    best: Match | None = None
    assert leader.members is not None
    for deputy in leader.members[1 : 1 + policy.deputies]:
        if deputy.order >= mention.order:
            break
        found = match(mention, deputy, policy) if deputy.tier == leader.tier else None
        if found is not None and found.points >= least and (best is None or found.points > best.points):
            best = found
    return best


def _choose_over_region(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    if len(taken) > 1 and mention.tier == VAGUE_FACET and not mention.utilities:
        # It is of none of its own report's, and no other report's can be told from these: it may be all of them.
        mention.level, mention.is_torn = 0, True
        vague = _choose_vague(mention, taken, near, policy)
        return Choice(None, _SUMS_UP) if vague is _NOTHING_FITS else vague
    located = watch(mention, taken, near, policy)
    if isinstance(located, Fit) and mention.tier != VAGUE_FACET:
        return Choice(*located)
    vague = _choose_vague(mention, taken, near, policy)
    if located is None or (vague.leader is not None and not isinstance(located, Fit)):
        return vague
    if isinstance(located, Fit):
        return Choice(*located) if vague is _NOTHING_FITS else Choice(None, TIE)
    if located is Doubt.WEAK:
        return Choice(None, _PERHAPS) if vague is _NOTHING_FITS else vague
    return Choice(None, _AMONG_MANY)


def _choose_vague(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    def supported(leader: Mention) -> Match | None:
        found = match(mention, leader, policy)
        return found if found is not None and is_supported(found, mention, policy) else None

    leaders = (other for other in near.vague(mention) if other.leader is other)
    return _best(mention, leaders, taken, policy.margin, supported)


def _choose_outage(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    """An outage that goes on or ends belongs to one of its kind that began before, whoever told of that."""
    others: Iterable[Mention] = near.outages(mention)
    if not mention.is_vague:
        others = (*near.outages_near(mention), *(other for other in others if other.is_vague))
    order, utilities = mention.order, mention.utilities
    fitting: dict[int, _Outage] = {}
    for other in others:
        if not other.utilities & utilities or other.goes_on or other.order >= order:
            continue
        leader = other.leader
        if leader is None or id(leader) in taken:
            continue
        found = match(mention, other, policy)
        if found is None:
            continue
        # The outage that began last is the one still talked about.
        rank = not other.is_vague, other.start, found.points
        held = fitting.get(id(leader))
        if held is None or rank > held.rank or (rank == held.rank and other.order < held.told_by.order):
            fitting[id(leader)] = _Outage(rank, other, leader, found.reason)
    if not fitting:
        return _NOTHING_FITS
    if len(fitting) > 1 and mention.is_vague:
        return Choice(None, _OUTAGES, math.inf)
    best = max(fitting.values(), key=lambda held: (held.rank, held.leader.order))
    return Choice(best.leader, best.reason, math.inf)


class _Outage(NamedTuple):
    """An incident with an outage of the kind looked for, and the mention that tells of it best."""

    rank: tuple[bool, int, float]
    told_by: Mention
    leader: Mention
    reason: str


def _best(
    mention: Mention,
    leaders: Iterable[Mention],
    taken: set[int],
    margin: float,
    likeness: Callable[[Mention], Match | None],
) -> Choice:
    """Return the leader that is most like the mention, or nobody where a second one is alike within ``margin``."""
    order = mention.order
    best: Mention | None = None
    why: Match | None = None
    most = second = INFINITELY_BAD
    seen: set[int] = set(taken)
    for leader in leaders:
        if leader.order >= order or id(leader) in seen:
            continue
        seen.add(id(leader))
        found = likeness(leader)
        if found is None:
            continue
        points = found.points
        if best is None or points > most or (points == most and leader.order < best.order):
            second = max(second, most)
            best, most, why = leader, points, found
        else:
            second = max(second, points)
    if best is None or why is None:
        return _NOTHING_FITS
    return Choice(None, TIE) if most - second < margin else Choice(best, why.reason, most)
