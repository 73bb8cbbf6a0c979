"""``ReportV1``: what scrapers publish to ``sitrep.reports``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

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
from schemas.plain import ruled
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


def _in_order(interval: Mapping[str, Any]) -> Mapping[str, Any]:
    if interval["end"] < interval["start"]:
        raise ValueError("end is before start")
    return interval


class Interval(WireModel):
    """Half-open ``[start, end)``; an instant has ``start == end``."""

    start: Moment
    end: Moment

    _in_order = model_validator(mode="after")(ruled(_in_order))


def _usable(place: Mapping[str, Any]) -> Mapping[str, Any]:
    if (place["lat"] is None) != (place["lon"] is None):
        raise ValueError("lat and lon go together")
    return place


class Place(WireModel):
    """Where, as far as the source says: a name, a region code, coordinates (degrees, WGS 84), or any of them."""

    name: Identifier | None = None
    region: RegionCode | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None

    _usable = model_validator(mode="after")(ruled(_usable))


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


def _says_something(report: Mapping[str, Any]) -> Mapping[str, Any]:
    if not (report["claims"] or report["text"] or report["title"] or report["retracted"]):
        raise ValueError("report has no claims, no text and no title, and retracts nothing")
    return report


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

    _says_something = model_validator(mode="after")(ruled(_says_something))
