"""Which incident a mention belongs to, given the mentions before it in canonical order.

The choice reads leaders and outage mentions that come earlier in the order, and nothing else; what could change it
is queued again by :mod:`streams.core.fusion.clustering`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from streams.core.fusion.matching import Match, match
from streams.core.fusion.mentions import PRECISE_FACET, PRECISE_STRIKE, VAGUE_FACET, Mention
from streams.core.fusion.neighbourhood import Neighbourhood
from streams.core.fusion.policy import FusionPolicy

_TIE = "kept apart: more than one incident fits alike"


class Choice(NamedTuple):
    """The leader to follow, or None to lead one's own incident, and why; ``reason`` is empty when nothing fits."""

    leader: Mention | None
    reason: str = ""


_NOTHING_FITS = Choice(None)


def choose(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    """Return the incident that the mention belongs to.

    ``taken`` holds the ids of leaders that other mentions of the same report follow: a report that tells of two
    events means two. Sets the mention's ``witnesses`` and enters it among their ``watchers``.
    """
    if mention.goes_on:
        found = _choose_outage(mention, taken, near, policy)
        if found is not _NOTHING_FITS:
            return found
    if mention.is_vague:
        return _choose_over_region(mention, taken, near, policy)
    least = policy.match if mention.tier == PRECISE_STRIKE else policy.facet_match
    located = (other for other in near.near(mention) if other.leader is other)
    found = _best(
        mention, located, taken, policy, margin=policy.located_margin, suffices=lambda match: match.points >= least
    )
    if found is _NOTHING_FITS and mention.tier == PRECISE_FACET:
        return _choose_vague(mention, taken, near, policy)
    return found


def _choose_over_region(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    fitting = _watch(mention, taken, near, policy)
    if len(fitting) == 1 and mention.tier != VAGUE_FACET:
        return fitting[0]
    vague = _choose_vague(mention, taken, near, policy)
    if not fitting:
        return vague
    if len(fitting) == 1:
        return fitting[0] if vague is _NOTHING_FITS else Choice(None, _TIE)
    if vague.leader is not None:
        return vague
    # Which two were found first depends on the way there, so they are not named.
    return Choice(None, "kept apart: place known only roughly, and more than one incident fits")


def _choose_vague(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    others = (other for other in near.wide(mention) if other.leader is other and other.is_vague)
    return _best(
        mention,
        others,
        taken,
        policy,
        margin=policy.margin,
        suffices=lambda match: _is_supported(match, mention, policy),
    )


def _choose_outage(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> Choice:
    """An outage that goes on or ends belongs to one of its kind that began before, whoever told of that."""
    if mention.is_vague:
        others: Iterable[Mention] = near.outages(mention)
    else:
        others = (*near.near(mention), *(other for other in near.wide(mention) if other.is_vague))
    fitting: dict[int, _Outage] = {}
    for other in _before(mention, others):
        leader = other.leader
        if leader is None or not other.utilities & mention.utilities or other.goes_on or id(leader) in taken:
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
        return Choice(None, "kept apart: more than one outage fits")
    best = max(fitting.values(), key=lambda held: (held.rank, held.leader.order))
    return Choice(best.leader, best.reason)


class _Outage(NamedTuple):
    """An incident with an outage of the kind looked for, and the mention that tells of it best."""

    rank: tuple[bool, int, float]
    told_by: Mention
    leader: Mention
    reason: str


def _best(
    mention: Mention,
    others: Iterable[Mention],
    taken: set[int],
    policy: FusionPolicy,
    *,
    margin: float,
    suffices: Callable[[Match], bool],
) -> Choice:
    best: tuple[float, Mention, str] | None = None
    second = -1e9
    for other in _before(mention, others):
        if id(other) in taken or (best is not None and other is best[1]):
            continue
        found = match(mention, other, policy)
        if found is None or not suffices(found):
            continue
        points = found.points
        if best is None:
            best = points, other, found.reason
        elif points > best[0] or (points == best[0] and other.order < best[1].order):
            second = max(second, best[0])
            best = points, other, found.reason
        else:
            second = max(second, points)
    if best is None:
        return _NOTHING_FITS
    return Choice(None, _TIE) if best[0] - second < margin else Choice(best[1], best[2])


def _watch(mention: Mention, taken: set[int], near: Neighbourhood, policy: FusionPolicy) -> list[Choice]:
    """Return the located leaders that a vague mention fits, two at most, and let it watch them."""
    fitting: list[Choice] = []
    for other in _before(mention, near.leaders(mention)):
        if id(other) in taken:
            continue
        found = match(mention, other, policy)
        if found is not None and _is_supported(found, mention, policy):
            if fitting and fitting[0].leader is other:
                continue
            fitting.append(Choice(other, found.reason))
            other.watchers.add(mention)
            if len(fitting) == 2:
                break
    mention.witnesses = tuple(choice.leader for choice in fitting if choice.leader is not None)
    return fitting


def _before(mention: Mention, others: Iterable[Mention]) -> Iterator[Mention]:
    order = mention.order
    return (other for other in others if other.order < order)


def _is_supported(found: Match, mention: Mention, policy: FusionPolicy) -> bool:
    if found.support < 0:
        return False
    return found.tight or found.support >= policy.support or not mention.is_strike
