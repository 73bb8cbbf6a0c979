"""What a rule finds at a moment, and what it looks at: the values that rules, words and lives agree on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from schemas.alert import Measure, RegionNames
from schemas.vocabulary import Credibility, Severity
from streams.core.alerting.briefs import Brief, Gap
from streams.core.alerting.held import RegionBriefs
from streams.core.alerting.readings import Readings
from streams.core.alerting.rules import Rule
from streams.core.estimates import Range


class Regions(Protocol):
    """What is known of regions; the gazetteer fits."""

    def names(self, region: str) -> RegionNames:
        """Return the region's names; the code itself where it is not known."""

    def place_names(self, region: str, place: str) -> RegionNames:
        """Return a settlement's names, however a source writes it; what the source writes where it is not known."""

    def population(self, region: str) -> int | None: ...


def as_written(place: str) -> RegionNames:
    """Return a place's name as its source has it."""
    return RegionNames(en=place)


@dataclass(frozen=True, slots=True)
class View:
    """A region, or a set of regions, as a rule sees it."""

    code: str
    names: RegionNames
    population: int | None
    readings: Readings
    briefs: RegionBriefs
    """Incidents of the last days by id; of a set only those lent as evidence."""
    observed_since: int | None
    """Publication of the oldest report known of, microseconds: before it nobody watched."""
    changed: frozenset[str] = frozenset()
    """Incidents that are new or different since the last look."""
    members: tuple[str, ...] = ()
    set_name: str | None = None
    place_names: Callable[[str], RegionNames] = as_written
    """The names of a settlement in it."""


class Look(NamedTuple):
    """One look of a rule at a place."""

    rule: Rule
    view: View
    now: int
    may_end: bool = True
    """False while a worker still reads a backlog: what keeps an alert alive may lie in it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found about one subject.

    ``severity`` is None where no level is reached; ``in_band`` says that a live alert holds all the same.
    """

    subject: str
    """``""`` for the region as a whole, a utility, or an incident's id."""
    severity: Severity | None
    in_band: bool
    value: Range | None
    number: float
    threshold: float
    baseline: float | None = None
    look_again: int | None = None
    """When the finding may change by itself, microseconds; new figures are looked at anyway."""
    void: str | None = None
    """Why the ground of an alert never was, where the finding itself shows it."""
    measure: Measure | None = None
    share: float | None = None
    gap: Gap | None = None
    disputed: bool = False
    """Sources on the incident contradict each other about the figure."""
    incident: Brief | None = None
    grounds: Callable[[], Sequence[Brief]] = field(default=tuple, compare=False)
    """The incidents behind it, the weightiest first; worked out only where an alert is published."""


def silenced(finding: Finding) -> Finding:
    """Return the finding as one that reaches no level."""
    return replace(finding, severity=None, in_band=False)


def certainty(grounds: Sequence[Brief], measure: Measure | None, threshold: float) -> Credibility:
    """Return how credible the ground is: the grade at which incidents as good or better reach the threshold alone."""
    if not grounds:
        return Credibility.CANNOT_BE_JUDGED
    if measure is None:
        return Credibility(min(brief.credibility for brief in grounds))
    reached = 0
    for brief in sorted(grounds, key=lambda found: found.credibility):
        reached += brief.contributes(measure)
        if reached >= threshold:
            return Credibility(brief.credibility)
    # The levels' number may come from a best or a high, which the lows never add up to.
    return Credibility(max(brief.credibility for brief in grounds))


def weightiest(briefs: Iterable[Brief], measure: Measure) -> list[Brief]:
    """Return the incidents that add to a counter: those that add most first, then the more credible and newer."""
    return sorted(
        (brief for brief in briefs if brief.concerns(measure)),
        key=lambda brief: (-brief.contributes(measure), brief.credibility, -brief.at, brief.incident_id),
    )
