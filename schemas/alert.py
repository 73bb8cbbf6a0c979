"""``AlertV1``: one live alert per situation, updated in place under one ``alert_id``."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from schemas.base import Identifier, Moment, RegionCode, ShortText, Url, WireModel
from schemas.estimate import Estimate
from schemas.vocabulary import AlertStatus, Credibility, Party, Reliability, Severity, WindowName


class AlertKind(StrEnum):
    """What a rule looks for."""

    THRESHOLD = "threshold"
    SURGE = "surge"
    FIRST_AFTER_QUIET = "first_after_quiet"
    MASS_OUTAGE = "mass_outage"
    MASS_CASUALTY = "mass_casualty"
    CORRECTION = "correction"
    DISAGREEMENT = "disagreement"


class AlertEvent(StrEnum):
    """What a record says about its alert. A reader who wants to be called calls on ``raised`` and ``promoted``."""

    RAISED = "raised"
    PROMOTED = "promoted"
    """More severe than it has ever been in its life."""
    UPDATED = "updated"
    RESOLVED = "resolved"
    """The situation is over."""
    CANCELLED = "cancelled"
    """The situation never was: a retraction or correction took its ground away."""
    REFRESHED = "refreshed"
    """Nothing new: it still holds. Only on the topic of live alerts; the revision stays."""


class Measure(StrEnum):
    """Which figure a rule looks at."""

    STRIKES = "strikes"
    LAUNCHED = "launched"
    INTERCEPTED = "intercepted"
    HIT = "hit"
    OUTAGES_STARTED = "outages_started"
    OUTAGES_ACTIVE = "outages_active"
    CUSTOMERS = "customers"
    KILLED = "killed"
    WOUNDED = "wounded"
    MISSING = "missing"
    CHILDREN_KILLED = "children_killed"
    CHILDREN_WOUNDED = "children_wounded"


class Bound(StrEnum):
    """Which number of an estimate is compared."""

    LOW = "low"
    BEST = "best"
    HIGH = "high"


class RegionNames(WireModel):
    en: ShortText
    uk: ShortText | None = None


class Evidence(WireModel):
    """A source behind the alert, with its grade."""

    incident_id: Identifier
    source_id: Identifier
    reliability: Reliability
    credibility: Credibility = Credibility.CANNOT_BE_JUDGED
    """Of what is said there, held apart from the source's reliability."""
    party: Party | None = None
    """Set where a belligerent speaks for itself."""
    url: Url | None = None


MAX_EARLIER: Final = 100
"""Most earlier revisions that an alert names; its first ones are left out beyond that."""

MAX_REGIONS: Final = 200
"""Most members of a set that an alert names."""


class AlertV1(WireModel):
    """A situation that a rule found, with honest figures and its evidence.

    ``revision`` grows by one with every record of an alert. A reader that keeps, of each ``alert_id``, the record
    of the highest revision (and of equal revisions the later record) sees every alert exactly once whatever is
    delivered twice.
    """

    schema_version: Literal[1] = 1
    alert_id: Identifier
    revision: Annotated[int, Field(ge=1)]
    event: AlertEvent = AlertEvent.UPDATED
    """What this record says: raised, promoted, updated, resolved or cancelled."""
    rule: Identifier
    kind: AlertKind | None = None
    status: AlertStatus
    severity: Severity
    peak: Severity | None = None
    """The highest severity of its life: who was told of an alert by its severity is told of its end by this."""
    certainty: Credibility
    region: RegionCode
    """The region; for a set of regions their country, ``ZZ`` where they are of several."""
    region_names: RegionNames
    regions: tuple[RegionCode, ...] = Field(default=(), max_length=MAX_REGIONS)
    """The members of a set of regions; empty for a single region."""
    region_set: Identifier | None = None
    incident_id: Identifier | None = None
    """The incident that the alert is about, where it is about one."""
    window: WindowName | None = None
    headline: ShortText
    headline_uk: ShortText | None = None
    measure: Measure | None = None
    bound: Bound | None = None
    value: Estimate
    """What was measured; its ``bound`` was compared with ``threshold``."""
    threshold: Annotated[float, Field(ge=0)]
    """The level of the present severity."""
    baseline: float | None = None
    """Of a surge: how many the window would hold at the region's own recent rate. Of a correction: the old figure."""
    earlier: tuple[Moment, ...] = Field(default=(), max_length=MAX_EARLIER)
    """When the revisions before this one were published, the last of them last; the newest hundred."""
    raised_at: Moment
    updated_at: Moment
    resolved_at: Moment | None = None
    expires_at: Moment | None = None
    """Without a newer record by then a live alert is over: the worker that would resolve it is gone."""
    changed: ShortText | None = None
    """What is different from the last update, in words."""
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=50)

    @property
    def worst(self) -> Severity:
        """The highest severity of its life so far."""
        return self.severity if self.peak is None else self.peak

    @property
    def is_live(self) -> bool:
        return self.status in (AlertStatus.PENDING, AlertStatus.FIRING)
