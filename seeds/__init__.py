"""Seeds: the founding case, and generated histories whose truth is known.

The founding case tells, in this project's own words, what one day's reports of October 2025 say happened: seven
dispatches of six sources, each with the structured claims a scraper would publish from it. The facts are public;
the sources' names, grades and addresses are made up.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from typing import Final

from schemas.report import ReportV1

FOUNDING_AS_OF: Final = datetime(2025, 10, 22, 12, tzinfo=UTC)
"""The moment that the founding case's expected counters are for."""


def founding_case(*, text_only: bool = False) -> list[ReportV1]:
    """Return the founding case in order of publication; with ``text_only`` without its structured claims."""
    lines = files("seeds").joinpath("founding_case.jsonl").read_bytes().splitlines()
    reports = [ReportV1.model_validate_json(line) for line in lines]
    return [report.model_copy(update={"claims": ()}) for report in reports] if text_only else reports
