"""What intake makes of a record's bytes alone, wherever and whenever they come: the report, its name, its content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from schemas.fields import ReportFields
from streams.core.intake.content import claim_json, digest_of
from streams.core.intake.ledger import ledger_key
from streams.core.intake.policy import IntakePolicy
from streams.core.intake.usable import parse_fields
from streams.core.moments import micros


class Reading(NamedTuple):
    """A report as its bytes tell it."""

    report: ReportFields
    name: str
    """``source id/report id``."""
    key: bytes
    """The name in UTF-8, as the record should be keyed."""
    state_key: bytes
    claims: Sequence[bytes]
    """The report's claims as JSON."""
    digest: bytes
    published_us: int


def reading_of(value: bytes | None, headers: Sequence[tuple[str, bytes]], policy: IntakePolicy) -> Reading:
    """Return what a record says.

    Raises:
        UnusableReport: with every mistake found.
    """
    report = parse_fields(value, headers, policy)
    name = f"{report['source']['id']}/{report['report_id']}"
    key = name.encode()
    claims = [claim_json(claim) for claim in report["claims"]]
    return Reading(
        report, name, key, ledger_key(key), claims, digest_of(report, claims), micros(report["published_at"])
    )
