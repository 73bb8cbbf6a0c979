"""``ReportV1``: what scrapers publish to ``sitrep.reports``."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.base import (
    MAX_CLAIMS,
    Flag,
    Identifier,
    LanguageTag,
    Latitude,
    Longitude,
    LongText,
    Moment,
    RegionCode,
    ShortText,
    SourceId,
    Url,
    WireModel,
)
from schemas.estimate import Figure
from schemas.vocabulary import (
    Group,
    OutageStatus,
    Party,
    Reliability,
    Scope,
    SourceKind,
    Target,
    Utility,
    Weapon,
)


class Source(WireModel):
    """Who speaks. ``reliability`` is the Admiralty grade; ``party`` is set for a belligerent's own voice."""

    id: SourceId
    kind: SourceKind = SourceKind.OTHER
    reliability: Reliability = Reliability.F
    party: Party | None = None


class Interval(WireModel):
    """Half-open ``[start, end)``; an instant has ``start == end``."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end < self.start:
            raise ValueError("end is before start")
        return self


class Place(WireModel):
    """Where, as far as the source says: a name, a region code, coordinates (degrees, WGS 84), or any of them."""

    name: Identifier | None = None
    region: RegionCode | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon go together")
        return self


class _Claim(WireModel):
    occurred: Interval | None = None
    place: Place | None = None
    scope: Scope = Scope.INCIDENT


class StrikeClaim(_Claim):
    """An attack with a weapon. ``launched``, ``intercepted`` and ``hit`` are separate; none is computed."""

    kind: Literal["strike"] = "strike"
    weapons: tuple[Weapon, ...] = Field(default=(), max_length=14)
    actor: Party | None = None
    target: Target | None = None
    launched: Figure = None
    intercepted: Figure = None
    hit: Figure = None


class OutageClaim(_Claim):
    """A utility out of service for ``customers`` (households, people or subscribers, as the source counts)."""

    kind: Literal["outage"] = "outage"
    utility: Utility
    customers: Figure = None
    status: OutageStatus = OutageStatus.STARTED
    scheduled: Flag = False


class CasualtiesClaim(_Claim):
    """People harmed. Children are inside the totals, never added to them."""

    kind: Literal["casualties"] = "casualties"
    killed: Figure = None
    wounded: Figure = None
    missing: Figure = None
    children_killed: Figure = None
    children_wounded: Figure = None
    group: Group = Group.UNKNOWN


Claim = Annotated[StrikeClaim | OutageClaim | CasualtiesClaim, Field(discriminator="kind")]


class ReportV1(WireModel):
    """One report of one source, in one version.

    ``report_id`` is unique within its source. A report published again with other content is a newer version of
    it; ``supersedes`` names another, earlier report of the same source that this one replaces; ``retracted``
    withdraws the report itself.
    """

    schema_version: Literal[1] = 1
    report_id: Identifier
    source: Source
    published_at: Moment
    url: Url | None = None
    language: LanguageTag | None = None
    title: ShortText | None = None
    text: LongText | None = None
    supersedes: Identifier | None = None
    retracted: Flag = False
    claims: tuple[Claim, ...] = Field(default=(), max_length=MAX_CLAIMS)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not (self.claims or self.text or self.title or self.retracted):
            raise ValueError("report has no claims, no text and no title, and retracts nothing")
        return self
