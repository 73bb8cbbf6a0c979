"""From whatever a scraper hands over to a report that intake will take, or to every mistake in it, named."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from pydantic import BaseModel

from schemas.fields import fields_of
from schemas.report import CasualtiesClaim, Interval, OutageClaim, Place, ReportV1, Source, StrikeClaim
from streams.client.errors import InvalidReport
from streams.core.intake import IntakePolicy, UnusableReport, parse_report
from streams.core.intake.usable import check_children, check_regions, check_times
from streams.core.mistakes import Mistake
from streams.reference.codes import region_codes

Given = ReportV1 | Mapping[str, Any] | bytes | str
"""What may be published: a report, a mapping of its fields, or its JSON."""

_POLICY: Final = IntakePolicy()
_FIELDS: Final = frozenset(
    name
    for model in (ReportV1, Source, Interval, Place, StrikeClaim, OutageClaim, CasualtiesClaim)
    for name in model.model_fields
)
_FORMS: Final = {
    "region": "not an ISO 3166-2 code such as UA-74, or a country such as UA",
    "url": "not an http(s) address without spaces and quotes",
    "language": "not a language tag such as uk or en-GB",
}


def validated(given: Given, now: datetime) -> ReportV1:
    """Return the report, checked by the very rules that intake applies when it arrives.

    A mapping is checked exactly as its JSON would be: ``"4"`` is no number and a naive time is no time.

    :param now: the present, against which reports from the future are recognised.
    :raises InvalidReport: with every mistake, not just the first.
    """
    try:
        report = given if isinstance(given, ReportV1) else parse_report(_as_json(given), (), _POLICY)
        claims = fields_of(report)["claims"]
        check_times(report.published_at, claims, now, _POLICY)
        check_children(claims)
        check_regions(report, region_codes().__contains__)
    except UnusableReport as error:
        raise InvalidReport([_advised(mistake) for mistake in error.mistakes]) from None
    return report


def on_the_wire(report: ReportV1) -> bytes:
    """Return the report as JSON in UTF-8. Null fields are left out: they mean the same as absent ones."""
    return report.__pydantic_serializer__.to_json(report, exclude_none=True)


def _as_json(given: Mapping[str, Any] | bytes | str) -> bytes:
    if isinstance(given, bytes):
        return given
    try:
        # Not orjson: it turns NaN into null, and a coordinate would vanish without a word.
        text = given if isinstance(given, str) else json.dumps(dict(given), allow_nan=False, default=_plain)
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidReport([Mistake("not_json", None, f"cannot be written as JSON: {error}")]) from None


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _advised(mistake: Mistake) -> Mistake:
    """Return the mistake with a remedy where there is one."""
    field = (mistake.field or "").rpartition(".")[2]
    if mistake.code == "unknown_field" and (near := difflib.get_close_matches(field, _FIELDS, n=1)):
        return mistake._replace(reason=f"{mistake.reason}; did you mean {near[0]!r}?")
    if mistake.code == "bad_value" and "required form" in mistake.reason and field in _FORMS:
        _, got, value = mistake.reason.partition(" (got ")
        return mistake._replace(reason=_FORMS[field] + got + value)
    return mistake
