"""A report as plain fields: what :class:`~schemas.report.ReportV1` says, in dictionaries, strings and numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, NotRequired, TypedDict, cast

from pydantic_core import SchemaValidator

from schemas.plain import plain_validator
from schemas.report import Claim, ReportV1


class SourceFields(TypedDict):
    id: str
    kind: str
    reliability: str
    party: str | None


class IntervalFields(TypedDict):
    start: datetime
    end: datetime


class PlaceFields(TypedDict):
    name: str | None
    region: str | None
    lat: float | None
    lon: float | None


class EstimateFields(TypedDict):
    low: int
    best: int | None
    high: int | None


class ClaimFields(TypedDict):
    """What all claims have, and what those of one kind have beside it."""

    occurred: IntervalFields | None
    place: PlaceFields | None
    scope: str
    kind: Literal["strike", "outage", "casualties"]
    scheduled: NotRequired[bool]
    killed: NotRequired[EstimateFields | None]
    wounded: NotRequired[EstimateFields | None]
    children_killed: NotRequired[EstimateFields | None]
    children_wounded: NotRequired[EstimateFields | None]


class ReportFields(TypedDict):
    schema_version: Literal[1]
    report_id: str
    source: SourceFields
    published_at: datetime
    url: str | None
    language: str | None
    title: str | None
    text: str | None
    supersedes: str | None
    retracted: bool
    claims: tuple[ClaimFields, ...]


REPORT_FIELDS: Final[SchemaValidator] = plain_validator(ReportV1)
"""``validate_json`` returns :class:`ReportFields`; what ``ReportV1`` refuses it refuses, with a ValidationError."""


def fields_of(report: ReportV1) -> ReportFields:
    """Return the fields of a report that is a model already; members of enumerations are strings too."""
    return cast(ReportFields, report.model_dump())


def claim_fields(claim: Claim) -> ClaimFields:
    """Return the fields of a claim that is a model already."""
    return cast(ClaimFields, claim.model_dump())
