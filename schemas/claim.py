"""``ClaimV1`` and ``WithdrawalV1``: what intake says to fusion on ``sitrep.claims``, keyed by region."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from schemas.base import (
    Count,
    Digest,
    Identifier,
    LanguageTag,
    Latitude,
    Longitude,
    Moment,
    RegionCode,
    Revision,
    ShortText,
    SourceId,
    Url,
    WireModel,
)
from schemas.report import Claim, Interval, Source
from schemas.vocabulary import PlacePrecision, TimePrecision

ClaimId = Annotated[str, StringConstraints(min_length=1, max_length=420, pattern=r"#[0-9]{1,9}$")]
"""``{source id}/{report id}#{number of the claim in its report}``."""


class Position(WireModel):
    """Where a record lies in Kafka."""

    topic: Identifier
    partition: Count
    offset: Annotated[int, Field(ge=0, lt=2**63)]


class ReportRef(WireModel):
    """The report, and the version of it, that a claim comes from.

    Versions of one report are ordered by ``(published_at, revision)``: ``revision`` counts the distinct contents
    that intake has seen under this report id, from 1.
    """

    report_id: Identifier
    revision: Revision = 1
    digest: Digest
    source: Source
    published_at: Moment
    ingested_at: Moment
    """Kafka's timestamp of the report's record."""
    position: Position
    url: Url | None = None
    language: LanguageTag | None = None
    title: ShortText | None = None


class ResolvedPlace(WireModel):
    """A place after look-up. ``candidates`` lists the regions an ambiguous name could mean."""

    name: Identifier | None = None
    region: RegionCode | None = None
    settlement: Identifier | None = None
    """The gazetteer's id of the settlement, where one was resolved."""
    lat: Latitude | None = None
    lon: Longitude | None = None
    precision: PlacePrecision | None = None
    candidates: tuple[RegionCode, ...] = Field(default=(), max_length=32)


class ResolvedInterval(Interval):
    """When the event happened, half-open, and how that is known."""

    precision: TimePrecision


class ClaimV1(WireModel):
    """One claim of one report, enriched. ``claim`` is as stated; ``place`` and ``occurred`` are as resolved."""

    schema_version: Literal[1] = 1
    record: Literal["claim"] = "claim"
    claim_id: ClaimId
    region: RegionCode | None
    place: ResolvedPlace
    occurred: ResolvedInterval
    claim: Claim
    report: ReportRef
    quote: ShortText | None = None
    """The words of the text that an extracted claim comes from."""
    extractor: Identifier | None = None
    """Name and version of the extractor; null for a claim that the scraper itself stated."""
    hedged: bool = False
    """The text keeps its distance: "reportedly", "за попередньою інформацією"."""
    attribution: ShortText | None = None
    """Whom the text names as the one who says so."""
    signature: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field(default=(), max_length=64)
    """MinHash of the report's text, to recognise verbatim reposts; empty where there is too little text."""


class WithdrawalV1(WireModel):
    """A report's earlier versions count no longer: withdrawn, revised, or superseded by another report.

    With ``revision`` null every version is withdrawn, those still to arrive as well.
    """

    schema_version: Literal[1] = 1
    record: Literal["withdrawal"] = "withdrawal"
    source_id: SourceId
    report_id: Identifier
    reason: Literal["retracted", "revised", "superseded"]
    by_report_id: Identifier
    """The report that says so: the same one for ``retracted`` and ``revised``."""
    published_at: Moment
    """When that was published."""
    revision: Revision | None = None
    """With ``published_at`` the version below which everything is withdrawn; null for all versions."""
    position: Position


ClaimRecord = Annotated[ClaimV1 | WithdrawalV1, Field(discriminator="record")]
"""What ``sitrep.claims`` carries."""
