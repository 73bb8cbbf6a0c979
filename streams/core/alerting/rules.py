"""The rules of a rules file, as frozen models: what is watched, where, from which level on, and how calmly.

Every field has its reason in ``deploy/alerts.yaml``, which is also the example to learn from.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from schemas.alert import AlertKind, Bound, Measure, RegionNames
from schemas.base import REGION_PATTERN
from schemas.vocabulary import Credibility, Severity, WindowName
from streams.core.alerting.durations import Duration

_SLUG: Final = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
FORMS: Final = {
    _SLUG: "small Latin letters and digits, words joined by hyphens, such as night-desk",
    REGION_PATTERN: "a region's code or a pattern of codes, such as UA-74, UA-* or UA",
}
"""What a text should be, in words, by the regular expression that it has to match."""
Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=60)]
"""A name for keys, addresses and file names: lower-case words joined by hyphens."""
RegionPattern = Annotated[str, StringConstraints(pattern=REGION_PATTERN)]
"""A region code, or a pattern of codes: ``UA-74``, ``UA-*`` (every oblast), ``UA`` (where no more is known)."""
Level = Annotated[float, Field(gt=0, le=1e9)]
FIRST_LEVEL: Final = ("*-*",)
RANKS: Final = {severity: rank for rank, severity in enumerate(Severity)}


class MisplacedRule(ValueError):
    """Rules that are right one by one do not go together; ``place`` is the path of the field at fault."""

    def __init__(self, place: tuple[str | int, ...], reason: str) -> None:
        super().__init__(reason)
        self.place = place


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Levels(_Model):
    """From which value on an alert is how severe; a level left out is not used. They grow with severity."""

    minor: Level | None = None
    moderate: Level | None = None
    severe: Level | None = None
    extreme: Level | None = None

    @model_validator(mode="after")
    def _grow(self) -> Self:
        used = self.used
        if not used:
            raise ValueError("name at least one level, such as {severe: 10}")
        for (lower, less), (higher, more) in pairwise(used):
            if less >= more:
                raise ValueError(f"{higher} ({more:g}) must be above {lower} ({less:g})")
        return self

    @cached_property
    def used(self) -> tuple[tuple[Severity, float], ...]:
        """The levels in use, lowest first."""
        found = ((severity, getattr(self, severity.value)) for severity in Severity)
        return tuple((severity, level) for severity, level in found if level is not None)

    def lowest(self) -> float:
        return self.used[0][1]

    def reached(self, number: float) -> Severity | None:
        """Return the highest level that ``number`` reaches; None below all of them."""
        severity = None
        for candidate, level in self.used:
            if number >= level:
                severity = candidate
        return severity

    def of(self, severity: Severity) -> float:
        """Return the level of a severity in use."""
        return dict(self.used)[severity]


class _Rule(_Model):
    name: Slug
    regions: tuple[RegionPattern, ...] = FIRST_LEVEL
    """Which regions; by default all first-level ones, not the bare countries."""
    except_regions: tuple[RegionPattern, ...] = ()
    for_: Duration = Field(default=timedelta(0), alias="for")
    """How long the condition must hold before the alert is raised."""
    resolve_after: Duration = timedelta(minutes=30)
    """How long the value must stay below the clear level before the alert is resolved."""
    cooldown: Duration = timedelta(hours=6)
    """How long after its end the alert is not raised again, unless more severe than before."""
    update_every: Duration = timedelta(hours=1)
    """Updates are gathered for so long; a promotion of severity never waits."""
    update_by: Annotated[float, Field(ge=0, le=10)] = 0.2
    """The share by which the value must have moved since the last update for a new one."""
    unless: tuple[Slug, ...] = ()
    """Rules above this one whose live alert says enough: this one is not raised beside it, unless more severe."""
    enabled: bool = True

    def covers(self, region: str) -> bool:
        """Return whether the rule looks at this region."""
        return self.enabled and _matches(region, self.regions) and not _matches(region, self.except_regions)


def _matches(region: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(region, pattern) for pattern in patterns)


class _Banded(_Rule):
    """A rule that compares a number with levels."""

    clear: Annotated[float, Field(gt=0, le=1)] = 0.7
    """The alert can only end below this share of its lowest level: a value on the brink does not flap."""


class ThresholdRule(_Banded):
    """A counter over a window reaches a level, in a region or summed over a set of regions."""

    kind: Literal[AlertKind.THRESHOLD]
    measure: Measure
    bound: Bound = Bound.LOW
    """Which end of the figure is compared; an unknown best counts as the low, an open high as the best or low."""
    window: WindowName = WindowName.H24
    levels: Levels
    set: Slug | None = None
    """The set of regions whose sum is watched, in place of each region for itself."""

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if self.set is not None and "regions" in self.model_fields_set:
            raise ValueError("give either regions or a set")
        return self


class SurgeRule(_Banded):
    """A window's count is improbable given the region's own recent rate (Gamma-Poisson tail)."""

    kind: Literal[AlertKind.SURGE]
    measure: Literal[Measure.STRIKES, Measure.OUTAGES_STARTED] = Measure.STRIKES
    window: Literal[WindowName.H1, WindowName.H6, WindowName.H24] = WindowName.H24
    baseline: Literal[WindowName.D7, WindowName.D30] = WindowName.D30
    min_count: Annotated[int, Field(ge=2)] = 6
    """Fewer are never a surge: a quiet region does not flap."""
    tail: Annotated[float, Field(gt=0, le=0.1)] = 1e-5
    """How improbable a count this high must be under the baseline."""
    shape: Annotated[float, Field(gt=0, le=1_000)] = 2.0
    """How even the rate is from day to day: the Gamma's shape. Small is bursty; see docs/decisions/0014."""
    min_history: Duration = timedelta(days=7)
    """Nothing is improbable before so much has been watched."""
    levels: Levels = Levels(moderate=1, severe=3, extreme=10)
    """Severity by multiples of the least count that counts as a surge."""
    set: Slug | None = None

    @model_validator(mode="after")
    def _one_scope(self) -> Self:
        if self.set is not None and "regions" in self.model_fields_set:
            raise ValueError("give either regions or a set")
        if self.levels.lowest() != 1:
            raise ValueError("levels are multiples of the surge threshold: the lowest is 1")
        return self


class FirstAfterQuietRule(_Rule):
    """The first strike in a region after so many days without one."""

    kind: Literal[AlertKind.FIRST_AFTER_QUIET]
    quiet_days: Annotated[int, Field(ge=1, le=30)] = 14
    window: WindowName = WindowName.H24
    """How long the first strike is news; the alert resolves after it."""
    credible: Credibility = Credibility.POSSIBLY_TRUE
    """A strike less credible than this breaks no quiet (1 confirmed … 6 cannot be judged)."""
    severity: Severity = Severity.MODERATE


class MassOutageRule(_Banded):
    """Customers of one utility without service in a region, as a number or as a share of its population."""

    kind: Literal[AlertKind.MASS_OUTAGE]
    utilities: tuple[str, ...] = ("power", "water", "heating", "gas")
    bound: Bound = Bound.LOW
    customers: Levels | None = None
    share: Levels | None = None
    """Of the population, 0 to 1. Customers are mostly households, so the share is a lower bound."""
    scheduled: bool = False
    """Whether scheduled outages count too."""

    @model_validator(mode="after")
    def _some_level(self) -> Self:
        if self.customers is None and self.share is None:
            raise ValueError("give levels of customers, of share, or of both")
        if self.share is not None and self.share.used[-1][1] > 1:
            raise ValueError("share is a part of the population, at most 1")
        return self


class MassCasualtyRule(_Banded):
    """One incident with many people harmed."""

    kind: Literal[AlertKind.MASS_CASUALTY]
    measure: Literal[Measure.KILLED, Measure.WOUNDED, Measure.CHILDREN_KILLED, Measure.CHILDREN_WOUNDED] = (
        Measure.KILLED
    )
    bound: Bound = Bound.LOW
    levels: Levels
    within: Duration = timedelta(hours=72)
    """An incident that ended longer ago is history, not an alert."""
    hold: Duration = timedelta(hours=24)
    """How long after the last news of the incident its alert stays."""


class CorrectionRule(_Rule):
    """A figure of one incident that had been published changed by much."""

    kind: Literal[AlertKind.CORRECTION]
    measure: Literal[Measure.KILLED, Measure.WOUNDED, Measure.MISSING, Measure.CUSTOMERS] = Measure.KILLED
    by: Annotated[float, Field(gt=0)] = 5
    """The least change, in people or customers."""
    by_share: Annotated[float, Field(ge=0)] = 0.5
    """And the least change as a share of the published figure."""
    direction: Literal["down", "up", "any"] = "any"
    within: Duration = timedelta(days=7)
    hold: Duration = timedelta(hours=24)
    severity: Severity = Severity.MINOR


class DisagreementRule(_Rule):
    """Current statements on one incident that no number reconciles, far apart."""

    kind: Literal[AlertKind.DISAGREEMENT]
    measure: Literal[Measure.KILLED, Measure.WOUNDED, Measure.MISSING, Measure.CUSTOMERS] = Measure.KILLED
    by: Annotated[float, Field(gt=0)] = 5
    """The least gap between the highest "at least" and the lowest "at most"."""
    by_share: Annotated[float, Field(ge=0)] = 0.5
    """And the least gap as a share of that lowest "at most"."""
    within: Duration = timedelta(days=7)
    hold: Duration = timedelta(hours=24)
    severity: Severity = Severity.MINOR


Rule = Annotated[
    ThresholdRule
    | SurgeRule
    | FirstAfterQuietRule
    | MassOutageRule
    | MassCasualtyRule
    | CorrectionRule
    | DisagreementRule,
    Field(discriminator="kind"),
]
SetRule = ThresholdRule | SurgeRule


class RegionSet(_Model):
    """Regions watched together, such as Donbas = UA-14 + UA-09."""

    names: RegionNames
    regions: tuple[RegionPattern, ...]

    @model_validator(mode="after")
    def _some_region(self) -> Self:
        if not self.regions:
            raise ValueError("a set has at least one region")
        return self

    def has(self, region: str) -> bool:
        return _matches(region, self.regions)


class RuleSet(_Model):
    """A whole rules file. Two equal rule sets behave the same."""

    version: Literal[1] = 1
    refresh_every: Duration = timedelta(minutes=5)
    """How often a live alert's ``expires_at`` is put off on the topic of live alerts."""
    valid_for: Duration = timedelta(minutes=15)
    """How long a live alert holds without a refresh: a dead worker's alerts are over in this time."""
    sets: Mapping[Slug, RegionSet] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        seen: dict[str, int] = {}
        for number, rule in enumerate(self.rules):
            if rule.name in seen:
                reason = f"rule {seen[rule.name] + 1} has the same name"
                raise MisplacedRule(("rules", number, "name"), reason)
            seen[rule.name] = number
            self._check_unless(number, rule)
            if isinstance(rule, SetRule) and rule.set is not None and rule.set not in self.sets:
                known = ", ".join(sorted(self.sets)) or "none"
                raise MisplacedRule(("rules", number, "set"), f"there is no set {rule.set}; the sets are: {known}")
        if self.valid_for < 2 * self.refresh_every:
            raise MisplacedRule(("valid_for",), "must be at least twice refresh_every, or one late refresh ends alerts")
        return self

    def _check_unless(self, number: int, rule: Rule) -> None:
        """What keeps a rule silent is judged before it; a set's regions tell the set how much was said there."""
        above = {earlier.name: earlier for earlier in self.rules[:number]}
        for named in rule.unless:
            place = ("rules", number, "unless")
            if named not in above:
                raise MisplacedRule(place, f"there is no rule {named} above this one")
            if not isinstance(above[named], MassCasualtyRule | CorrectionRule | DisagreementRule):
                raise MisplacedRule(place, f"{named} is not about single incidents")
            if not isinstance(rule, MassCasualtyRule | CorrectionRule | DisagreementRule | ThresholdRule):
                raise MisplacedRule(place, f"a rule of kind {rule.kind} has no unless")

    def digest(self) -> bytes:
        """Return what tells these rules from others, to know after a restart whether they changed."""
        return blake2b(self.model_dump_json().encode(), digest_size=8).hexdigest().encode()

    def of_region(self, region: str) -> tuple[Rule, ...]:
        """Return the rules that look at one region by itself."""
        return tuple(rule for rule in self.rules if _set_of(rule) is None and rule.covers(region))

    def of_set(self, name: str) -> tuple[SetRule, ...]:
        """Return the rules that look at the sum over a set."""
        return tuple(rule for rule in self.rules if isinstance(rule, SetRule) and rule.set == name and rule.enabled)

    def sets_with(self, region: str) -> tuple[str, ...]:
        """Return the sets that hold the region and that a rule looks at, in order of name."""
        return tuple(name for name in sorted(self.sets) if self.sets[name].has(region) and self.of_set(name))


def _set_of(rule: Rule) -> str | None:
    return rule.set if isinstance(rule, SetRule) else None
