"""From whatever a scraper hands over to a valid report, or to every mistake in it, named."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Final, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from schemas.report import CasualtiesClaim, Interval, OutageClaim, Place, ReportV1, Source, StrikeClaim
from streams.client.errors import InvalidReport, Mistake

Given = ReportV1 | Mapping[str, Any] | bytes | str
"""What may be published: a report, a mapping of its fields, or its JSON."""

_REPORT: Final = TypeAdapter(ReportV1)
_CLAIMS: Final = (StrikeClaim, OutageClaim, CasualtiesClaim)
_CLAIM_KINDS: Final = frozenset(kind for model in _CLAIMS for kind in get_args(model.model_fields["kind"].annotation))
_FIELDS: Final = frozenset(
    name for model in (ReportV1, Source, Interval, Place, *_CLAIMS) for name in model.model_fields
)
_SHOWN: Final = 80


def validated(given: Given) -> ReportV1:
    """Return the report.

    A mapping is checked exactly as its JSON would be: ``"4"`` is no number and a naive time is no time.

    :raises InvalidReport: with every mistake, not just the first.
    """
    if isinstance(given, ReportV1):
        return given
    text = given if isinstance(given, bytes | str) else _as_json(given)
    try:
        return _REPORT.validate_json(text)
    except ValidationError as error:
        raise InvalidReport(mistakes_of(error)) from None


def on_the_wire(report: ReportV1) -> bytes:
    """Return the report as JSON in UTF-8. Null fields are left out: they mean the same as absent ones."""
    return report.__pydantic_serializer__.to_json(report, exclude_none=True)


def mistakes_of(error: ValidationError) -> list[Mistake]:
    """Return what pydantic found wrong, in the words and the field paths of the wire format."""
    return [
        Mistake(_path(details["loc"]), _value(details), _reason(details)) for details in error.errors(include_url=False)
    ]


def _as_json(given: Mapping[str, Any]) -> str:
    try:
        # Not orjson: it turns NaN into null, and a coordinate would vanish without a word.
        return json.dumps(dict(given), allow_nan=False, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidReport([Mistake(None, None, f"cannot be written as JSON: {error}")]) from None


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


def _path(location: tuple[int | str, ...]) -> str | None:
    def parts() -> Iterator[str]:
        previous: int | str = ""
        for part in location:
            # pydantic puts the claim's kind between its index and its field.
            if not (isinstance(previous, int) and part in _CLAIM_KINDS):
                yield str(part)
            previous = part

    return ".".join(parts()) or None


def _value(details: Any) -> str | None:
    value = details["input"]
    if details["type"] in {"missing", "json_invalid", "union_tag_not_found"} or isinstance(value, dict):
        return None
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError, RecursionError):
        text = repr(type(value).__name__)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _reason(details: Any) -> str:  # noqa: PLR0911  one return a kind
    kind, message = details["type"], str(details["msg"])
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            name = str(details["loc"][-1])
            near = difflib.get_close_matches(name, _FIELDS, n=1)
            return f"unknown field; did you mean {near[0]!r}?" if near else "unknown field"
        case "json_invalid":
            return "not JSON: " + message.removeprefix("Invalid JSON: ")
        case "union_tag_not_found":
            return "a claim needs 'kind': one of strike, outage, casualties"
        case "union_tag_invalid":
            return "unknown kind of claim: one of strike, outage, casualties"
        case "string_pattern_mismatch":
            return _pattern(str(details["loc"][-1]))
        case _:
            text = message.removeprefix("Value error, ")
            return text[:1].lower() + text[1:]


def _pattern(field: str) -> str:
    # The patterns themselves are no reading matter.
    match field:
        case "region":
            return "not an ISO 3166-2 code such as UA-74, or a country such as UA"
        case "url":
            return "not an http(s) address without spaces and quotes"
        case "language":
            return "not a language tag such as uk or en-GB"
        case _:
            return "holds control characters or direction marks"
