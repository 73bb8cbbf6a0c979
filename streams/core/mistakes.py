"""What is wrong with a record, in words its sender can act on: code, field and reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import pydantic_core
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from streams.core.wording import got, reason_of

MAX_FIELD: Final = 500
MAX_REASON: Final = 900
MAX_MISTAKES: Final = 100
"""A record can be made to hold hundreds of thousands; its sender has read enough after these."""

# pydantic's error types, grouped into the stable codes that dead letters and metrics carry.
_CODES: Final = {
    "extra_forbidden": "unknown_field",
    "missing": "missing_field",
    "json_invalid": "not_json",
    "union_tag_not_found": "missing_field",
    "union_tag_invalid": "bad_value",
    "literal_error": "bad_value",
    "enum": "bad_value",
    "figure_type": "wrong_type",
    "timezone_aware": "bad_time",
}
_TAGS: Final = frozenset({"strike", "outage", "casualties"})
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


class Mistake(NamedTuple):
    """One mistake of a sender. ``field`` is a dotted path, null where the whole record is at fault."""

    code: str
    field: str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


def mistakes_of(error: ValidationError, value: bytes = b"") -> list[Mistake]:
    """Return the mistakes that a model found, in the order of the fields; at least one, at most :data:`MAX_MISTAKES`.

    ``value`` is the JSON that was validated; with it, a reason can show the offending value, cut short.
    """
    document: object = None
    details = error.errors(include_url=False, include_input=False, include_context=True)
    if value and details[0]["type"] != "json_invalid":
        document = pydantic_core.from_json(value)  # takes NaN, as the models' own parser does
    return [_mistake(detail, document) for detail in details[:MAX_MISTAKES]]


def _mistake(detail: ErrorDetails, document: object) -> Mistake:
    kind, loc, reason = detail["type"], _without_tags(detail["loc"]), reason_of(detail)
    code = _CODES.get(kind) or ("wrong_type" if kind.endswith("_type") else "bad_value")
    if kind.startswith("datetime"):
        code = "bad_time"
    elif kind == "json_invalid":
        code = "not_json" if reason.startswith("not JSON") else "too_deep"
    elif kind == "union_tag_not_found":
        loc, reason = (*loc, "kind"), "required field is missing: one of strike, outage, casualties"
    elif kind == "union_tag_invalid":
        loc, reason = (*loc, "kind"), "should be one of strike, outage, casualties"
    elif kind == "string_pattern_mismatch":
        reason = "contains control characters or does not have the required form"
    if code in {"bad_value", "wrong_type", "bad_time"} and loc:
        reason += _shown(document, loc)
    return Mistake(code, _plain(".".join(map(str, loc)))[:MAX_FIELD] or None, _plain(reason)[:MAX_REASON])


def _without_tags(loc: Sequence[str | int]) -> tuple[str | int, ...]:
    # pydantic puts the discriminator's value into the path; the sender's document has no such level.
    return tuple(part for at, part in enumerate(loc) if not (at and isinstance(loc[at - 1], int) and part in _TAGS))


def _shown(document: object, loc: Sequence[str | int]) -> str:
    for part in loc:
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and isinstance(part, int) and part < len(document):
            document = document[part]
        else:
            return ""
    return got(document)


def _plain(text: str) -> str:
    """Return ``text`` with escapes for what a dead letter's own model refuses: its sender wrote it."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
