"""From a report's claims to its mentions: one mention is all that one report says of one event.

A strike claim, its casualties and its outage are facets of one mention when place and time fit. What fits no
strike of its report is a mention without a strike, to be matched by place and time alone.
"""

from __future__ import annotations

import math
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from schemas.vocabulary import OutageStatus, Party, Scope
from streams.core.estimates import Range
from streams.core.fusion.facts import CASUALTIES, KILLED, OUTAGE, STRIKE, WOUNDED, Fact, Report
from streams.core.fusion.places import Level, Spot, nearness
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.vocabulary import utility_bit
from streams.core.moments import HOUR

Order = tuple[int, int, int, int, int, str, int]
"""Tier, time class, what is left unsaid, place level, first publication, report, claim number: the canonical order."""

INFINITELY_BAD: Final = -math.inf
"""The standing of what follows nobody: whatever fits it is better."""

_QUARTER: Final = 6 * HOUR
_MOST_QUARTERS: Final = 40
"""Ten days: a mention that claims a longer span is filed under its last days."""

PRECISE_STRIKE: Final = 0
VAGUE_STRIKE: Final = 1
PRECISE_FACET: Final = 2
VAGUE_FACET: Final = 3


NOBODY: Final[frozenset[Mention]] = frozenset()


@dataclass(slots=True, eq=False)
class Packed:
    """Some incidents that hold each other, as bytes (:mod:`streams.core.fusion.packing`)."""

    reach: int
    """With ``end``: what encloses the times of all their mentions."""
    end: int
    spots: tuple[Spot, ...]
    """Where the located ones among them are."""
    is_settled: bool
    """No located leader that comes can change what the roughly located ones among them fit."""
    written: bytes
    shared: tuple[Any, ...]
    """What ``written`` leaves out, in the order in which it comes up."""


@dataclass(slots=True, eq=False)
class Mention:
    """What one report says of one event, with what matching compares. Times are microseconds.

    ``leader`` is the mention that this one is attached to, itself where it leads an incident of its own.
    """

    report: Report
    number: int
    region: str
    facts: tuple[Fact, ...]
    order: Order
    spot: Spot
    start: int
    end: int
    reach: int
    """The earliest moment of what this mention may belong to: before ``start`` where an outage goes on."""
    assumed: bool
    weapons: int
    targets: int
    actor: Party | None
    killed: Range | None
    wounded: Range | None
    utilities: int
    signature: bytes
    """The report's when this mention was made of it: a newer version has another text in the same report."""
    buckets: range
    """The quarters of days that it is filed under, one after another."""
    leader: Mention | None = None
    members: list[Mention] | None = None
    """Of a leader: all mentions of its incident, itself among them."""
    witnesses: tuple[Mention, ...] = ()
    """Located leaders that decided what this vague mention fits."""
    level: int = 0
    """Of a vague mention: the level of evidence on which its witnesses fit it."""
    is_torn: bool = False
    """Two witnesses fit it on that level: it can follow neither."""
    watchers: Set[Mention] = NOBODY
    """Vague mentions that this one is a witness of; most mentions have none, and an empty set is not small."""
    standing: float = INFINITELY_BAD
    """Of a located mention: the points that a leader close by must reach to be chosen in place of its present one."""
    reason: str = ""
    incident: str | None = None
    """The incident that it was last published under."""
    gone: bool = False
    packed: Packed | None = None
    """What this is only a copy out of, to look at."""

    def watched_by(self, other: Mention) -> None:
        """Enter a watcher."""
        if isinstance(self.watchers, set):
            self.watchers.add(other)
        else:
            self.watchers = {other}

    def unwatched_by(self, other: Mention) -> None:
        """Take a watcher out, if it is one."""
        if isinstance(self.watchers, set):
            self.watchers.discard(other)
            self.watchers = self.watchers or NOBODY

    @property
    def tier(self) -> int:
        return self.order[0]

    @property
    def is_strike(self) -> bool:
        return self.order[0] <= VAGUE_STRIKE

    @property
    def is_vague(self) -> bool:
        return self.spot.level >= Level.RAION

    @property
    def goes_on(self) -> bool:
        """Whether it tells only that an outage lasts or is over, and so looks for one that began before."""
        return self.reach < self.start

    @property
    def name(self) -> tuple[int, str, int]:
        """What orders mentions by age: the incident is named after the least of its mentions."""
        return self.report.first, self.report.key, self.number

    def same_features(self, other: Mention) -> bool:
        """Return whether matching cannot tell the two apart."""
        return (
            self.order == other.order
            and self.spot is other.spot
            and self.start == other.start
            and self.end == other.end
            and self.reach == other.reach
            and self.assumed == other.assumed
            and self.weapons == other.weapons
            and self.targets == other.targets
            and self.actor == other.actor
            and self.killed == other.killed
            and self.wounded == other.wounded
            and self.utilities == other.utilities
            and self.signature == other.signature
        )


def quarters(first: int, last: int) -> range:
    """Return the quarters of days from one moment to another."""
    return _quarters(first // _QUARTER, last // _QUARTER)


@lru_cache(maxsize=1_024)
def _quarters(first: int, last: int) -> range:
    # Shared: most mentions of a time lie in the same few.
    return range(max(first, last - _MOST_QUARTERS), last + 1)


def mentions_of(report: Report, policy: FusionPolicy) -> list[Mention]:
    """Return the report's mentions, over all its regions, in the order of their first claims."""
    facts = [fact for fact in report.facts if fact.scope is Scope.INCIDENT]
    if len(facts) == 1:
        return [mention_of(report, facts, policy)]
    groups: list[list[Fact]] = []
    for fact in facts:
        if fact.kind == STRIKE:
            twin = next((group for group in groups if _is_one_strike(group[0], fact)), None)
            groups.append([fact]) if twin is None else twin.append(fact)
    roughly: list[Fact] = []
    for going_on in (False, True):
        for fact in facts:
            # An outage's start tells where it belongs; its end follows it there.
            if fact.kind == CASUALTIES and fact.spot.level >= Level.RAION and not going_on:
                roughly.append(fact)
            elif fact.kind != STRIKE and _goes_on(fact) is going_on:
                _place_facet(fact, groups, policy)
    # A region's toll comes after those of its towns, whichever was told first.
    for fact in roughly:
        _place_facet(fact, groups, policy)
    return [mention_of(report, group, policy) for group in groups]


def _is_one_strike(one: Fact, other: Fact) -> bool:
    # A source that lists two strikes means two, unless all but the weapon is the same: then it lists weapons.
    return (
        one.kind == STRIKE
        and one.region == other.region
        and one.spot is other.spot
        and one.start == other.start
        and one.end == other.end
        and (one.target == other.target or not one.target or not other.target)
        and (one.actor == other.actor or one.actor is None or other.actor is None)
    )


def _goes_on(fact: Fact) -> bool:
    return fact.kind == OUTAGE and fact.status is not OutageStatus.STARTED


def _place_facet(fact: Fact, groups: list[list[Fact]], policy: FusionPolicy) -> None:
    best: tuple[tuple[float, ...], list[Fact]] | None = None
    towns: set[Spot] = set()
    for group in groups:
        rank = _facet_rank(fact, group, policy)
        if rank is not None:
            if group[0].spot.level < Level.RAION:
                towns.add(group[0].spot)
            if best is None or rank > best[0]:
                best = rank, group
    # A toll of the region beside two of its towns is of neither: mostly it sums up.
    if best is None or (len(towns) > 1 and fact.kind == CASUALTIES and fact.spot.level >= Level.RAION):
        groups.append([fact])
    else:
        best[1].append(fact)


def _facet_rank(fact: Fact, group: list[Fact], policy: FusionPolicy) -> tuple[float, ...] | None:
    """Return how well a facet fits a group of its report, higher is better, or None where it does not."""
    head = group[0]
    if head.region != fact.region or not _places_fit(head.spot, fact.spot, policy):
        return None
    began = _began_before(fact, group, policy)
    overlap = min(head.end, fact.end) - max(head.start, fact.start)
    touches = overlap > 0 or (overlap == 0 and (head.start == head.end or fact.start == fact.end))
    if not began and not touches:
        return None
    same_time = head.start == fact.start and head.end == fact.end
    # Of strikes that fit alike, the one told last before the facet is meant: that is how reports are written.
    before = head.number < fact.number
    return (
        began,
        head.kind == STRIKE,
        same_time,
        head.spot is fact.spot,
        overlap,
        before,
        head.number if before else -head.number,
    )


def _began_before(fact: Fact, group: list[Fact], policy: FusionPolicy) -> bool:
    return _goes_on(fact) and any(
        held.kind == OUTAGE
        and held.utility == fact.utility
        and held.start <= fact.end
        and fact.start - held.end <= policy.outage_lapses_after_us
        for held in group
    )


def _places_fit(one: Spot, other: Spot, policy: FusionPolicy) -> bool:
    if one is other or one.level >= Level.RAION or other.level >= Level.RAION:
        return True
    a, b = one.place, other.place
    if a.settlement is not None and a.settlement == b.settlement:
        return True
    return nearness(one, other, policy.same_point_km, policy.near_km) is not None


def mention_of(report: Report, facts: list[Fact], policy: FusionPolicy) -> Mention:
    """Return what the claims, of a report and about one event, are to matching."""
    head = timed = facts[0]
    spot = head.spot
    strikes = head.kind == STRIKE
    if len(facts) > 1:
        # Where there is a strike its claims come first.
        for fact in facts:
            if fact.spot.level < spot.level and (fact.kind == STRIKE or not strikes):
                spot = fact.spot
        # The strike's own time, or the closest stated one of its facets where nothing was stated for it.
        for fact in facts[1:]:
            if fact.kind == OUTAGE and fact.status is not OutageStatus.STARTED:
                continue
            if timed.assumed > fact.assumed or (not strikes and _width(fact) < _width(timed) and not fact.assumed):
                timed = fact
    weapons = targets = utilities = 0
    actor = None
    killed = wounded = None
    for fact in facts:
        weapons |= fact.weapons
        targets |= fact.target
        actor = actor or fact.actor
        if fact.kind == CASUALTIES:
            for number, figure in fact.figures:
                if number == KILLED and killed is None:
                    killed = figure
                elif number == WOUNDED and wounded is None:
                    wounded = figure
        elif fact.utility is not None:
            utilities |= utility_bit(fact.utility)
    goes_on = bool(utilities) and all(_goes_on(fact) for fact in facts)
    vague = spot.level >= Level.RAION
    tier = (VAGUE_STRIKE if vague else PRECISE_STRIKE) if strikes else (VAGUE_FACET if vague else PRECISE_FACET)
    # The mention that knows most comes first: it stands for its incident when others are compared with it.
    unsaid = (not weapons) + (not targets)
    order = (tier, _time_class(timed, goes_on), unsaid, int(spot.level), report.first, report.key, head.number)
    start, published, slack = timed.start, report.version[0], policy.slack_us
    end = timed.end if timed.end < published else published  # Nothing is reported before it happens.
    end = max(end, start)
    reach = start - policy.outage_lapses_after_us if goes_on else start
    return Mention(
        report,
        head.number,
        head.region,
        # Mostly a report tells of one event, and both hold one tuple.
        report.facts if report.facts == (held := tuple(facts)) else held,
        order,
        spot,
        start,
        end,
        reach,
        timed.assumed,
        weapons,
        targets,
        actor,
        killed,
        wounded,
        utilities,
        report.signature,
        quarters(reach - slack, end + slack),
    )


def _width(fact: Fact) -> int:
    return fact.end - fact.start


def _time_class(timed: Fact, goes_on: bool) -> int:
    # Outages that go on follow those that started: they look for one to belong to.
    late = 4 if goes_on else 0
    if timed.assumed:
        return late + 3
    width = timed.end - timed.start
    return late + (0 if width <= HOUR else 1 if width <= 6 * HOUR else 2)
