"""``IncidentV1``: what fusion holds to have happened, with every figure traceable to who said it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Count, Identifier, Moment, RegionCode, ShortText, Url, WireModel
from schemas.claim import ResolvedInterval, ResolvedPlace
from schemas.estimate import Estimate
from schemas.report import Source
from schemas.vocabulary import (
    Credibility,
    Group,
    IncidentStatus,
    OutageStatus,
    Party,
    Reliability,
    Target,
    Utility,
    Weapon,
)


class Statement(WireModel):
    """What one source said of one figure. ``superseded_by`` names the report whose newer word replaced it."""

    source_id: Identifier
    report_id: Identifier
    published_at: Moment
    value: Estimate
    superseded_by: Identifier | None = None
    counts_as: Literal["at_most"] | None = None
    """Where it does not count as stated: what an attacker says of the enemy's soldiers bounds them from above."""


class FusedFigure(WireModel):
    """A figure over all sources: best of the best-graded newest word, low and high over the current ones."""

    value: Estimate
    best_from: Identifier | None = None
    """The source whose statement is the best."""
    statements: tuple[Statement, ...] = ()
    omitted: Count = 0
    """Superseded statements left out of the record to bound its size."""


class StrikeFacet(WireModel):
    weapons: tuple[Weapon, ...] = ()
    targets: tuple[Target, ...] = ()
    actor: Party | None = None
    launched: FusedFigure | None = None
    intercepted: FusedFigure | None = None
    hit: FusedFigure | None = None


class OutageFacet(WireModel):
    utility: Utility
    status: OutageStatus
    scheduled: bool = False
    started: ResolvedInterval | None = None
    """When it began; null where only its end was told."""
    restored_at: Moment | None = None
    lapses_at: Moment | None = None
    """When it counts as active no longer if nobody says another word of it; null once restored."""
    customers: FusedFigure | None = None


class CasualtiesFacet(WireModel):
    """Figures of one group; the groups are never added into each other's figures."""

    group: Group
    killed: FusedFigure | None = None
    wounded: FusedFigure | None = None
    missing: FusedFigure | None = None
    children_killed: FusedFigure | None = None
    children_wounded: FusedFigure | None = None


class IncidentSource(WireModel):
    """A voice behind the incident, with where to read it."""

    source: Source
    report_id: Identifier
    published_at: Moment
    url: Url | None = None
    quote: ShortText | None = None
    echo_of: Identifier | None = None
    """The source whose text this one repeats word for word: one voice with it."""


class IncidentV1(WireModel):
    """One event. ``revision`` grows by one with every published change of the incident."""

    schema_version: Literal[1] = 1
    incident_id: Identifier
    revision: Annotated[int, Field(ge=1)]
    status: IncidentStatus
    region: RegionCode
    place: ResolvedPlace
    occurred: ResolvedInterval
    """As the best located and timed report tells it, ended by the earliest report of it: nothing is told before."""
    first_published_at: Moment
    last_published_at: Moment
    updated_at: Moment
    strike: StrikeFacet | None = None
    outages: tuple[OutageFacet, ...] = ()
    casualties: tuple[CasualtiesFacet, ...] = ()
    reliability: Reliability
    """The best grade among the sources that speak for themselves."""
    credibility: Credibility
    voices: Count
    """Independent sources: echoes and one party's own voices count once."""
    sources: tuple[IncidentSource, ...] = ()
    sources_omitted: Count = 0
    """Sources left out of the record to bound its size; their figures and voices count."""
    why: tuple[ShortText, ...] = ()
    """Why these claims are one incident, and why the best figures are the best."""
    may_be_another: bool = False
    """Kept apart for doubt which it is: place or time known only roughly. Sums count its figures beyond the others."""
    merged_into: Identifier | None = None
    split_from: Identifier | None = None
