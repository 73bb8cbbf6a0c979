"""``AlertV1``: one live alert per situation, updated in place under one ``alert_id``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Identifier, Moment, RegionCode, ShortText, Url, WireModel
from schemas.estimate import Estimate
from schemas.vocabulary import AlertStatus, Credibility, Reliability, Severity, WindowName


class RegionNames(WireModel):
    en: ShortText
    uk: ShortText | None = None


class Evidence(WireModel):
    """A source behind the alert, with its grade."""

    incident_id: Identifier
    source_id: Identifier
    reliability: Reliability
    url: Url | None = None


class AlertV1(WireModel):
    """A situation that a rule found, with honest figures and its evidence.

    ``revision`` grows with every update; a reader that keeps the highest revision of each ``alert_id`` sees every
    alert exactly once whatever is delivered twice.
    """

    schema_version: Literal[1] = 1
    alert_id: Identifier
    revision: Annotated[int, Field(ge=1)]
    rule: Identifier
    status: AlertStatus
    severity: Severity
    certainty: Credibility
    region: RegionCode
    region_names: RegionNames
    window: WindowName | None = None
    headline: ShortText
    value: Estimate
    threshold: Annotated[float, Field(ge=0)]
    baseline: float | None = None
    raised_at: Moment
    updated_at: Moment
    resolved_at: Moment | None = None
    changed: ShortText | None = None
    """What is different from the last update, in words."""
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=50)
