"""Is a record a usable report? Bytes and headers in, a report or the sender's mistake out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Literal

from pydantic import ValidationError

from schemas.fields import REPORT_FIELDS, ClaimFields, ReportFields, fields_of
from schemas.report import ReportV1
from streams.core.intake.policy import IntakePolicy
from streams.core.mistakes import Mistake, mistakes_of

_Outcome = Literal["killed", "wounded"]
_Children = Literal["children_killed", "children_wounded"]
_JSON_TYPES: Final = ("application/json", "text/json")
_CHILDREN: Final[tuple[tuple[_Outcome, _Children], ...]] = (
    ("killed", "children_killed"),
    ("wounded", "children_wounded"),
)
_MORE_SHOWN: Final = 3
_SHOWN: Final = "%Y-%m-%dT%H:%M:%SZ"


class UnusableReport(Exception):
    """The sender's fault: the record goes to the dead letters with these mistakes."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("; ".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)

    @property
    def first(self) -> Mistake:
        """The first mistake, its reason naming the next ones in brief."""
        first, *rest = self.mistakes
        if not rest:
            return first
        named = "; ".join(map(str, rest[:_MORE_SHOWN]))
        more = f"; and {len(rest) - _MORE_SHOWN} more" if len(rest) > _MORE_SHOWN else ""
        return first._replace(reason=f"{first.reason} (also: {named}{more})"[:900])


def parse_report(value: bytes | None, headers: Sequence[tuple[str, bytes]], policy: IntakePolicy) -> ReportV1:
    """Return the report in ``value``.

    Raises:
        UnusableReport: with every mistake found, and a stable code for each.
    """
    checked = _check_record(value, headers, policy)
    try:
        report: ReportV1 = ReportV1.__pydantic_validator__.validate_json(checked)
    except ValidationError as error:
        raise UnusableReport(_why(error, checked)) from None
    return report


def parse_fields(value: bytes | None, headers: Sequence[tuple[str, bytes]], policy: IntakePolicy) -> ReportFields:
    """Return what :func:`parse_report` does, as plain fields and in less time.

    Raises:
        UnusableReport: as :func:`parse_report` does.
    """
    checked = _check_record(value, headers, policy)
    try:
        fields: ReportFields = REPORT_FIELDS.validate_json(checked)
    except ValidationError:
        # The model names what is wrong in its own words.
        return fields_of(parse_report(checked, (), policy))
    return fields


def _check_record(value: bytes | None, headers: Sequence[tuple[str, bytes]], policy: IntakePolicy) -> bytes:
    if value is None:
        raise UnusableReport([Mistake("null_value", None, "record has no value; retract with retracted: true instead")])
    if headers:
        _check_cloudevent(headers)
    if len(value) > policy.max_report_bytes:
        reason = f"record has {len(value)} bytes, at most {policy.max_report_bytes} are allowed"
        raise UnusableReport([Mistake("too_large", None, reason)])
    if not value.strip():
        raise UnusableReport([Mistake("empty_value", None, "record is empty")])
    return value


def _why(error: ValidationError, value: bytes) -> list[Mistake]:
    try:
        value.decode()
    except UnicodeDecodeError as undecodable:
        return [Mistake("not_utf8", None, f"not UTF-8: {undecodable.reason} at byte {undecodable.start}")]
    return mistakes_of(error, value)


def check_times(
    published_at: datetime, claims: Sequence[ClaimFields], arrived: datetime | None, policy: IntakePolicy
) -> None:
    """Refuse a report from the future, and events after their own report.

    ``arrived`` is when the broker got the record; null where it does not say, and then only events are checked.
    Scheduled outages may lie ahead.
    """
    mistakes = []
    if arrived is not None and published_at > arrived + policy.clock_skew:
        reason = f"is {published_at:{_SHOWN}}, after the report arrived at {arrived:{_SHOWN}}"
        mistakes.append(Mistake("future_date", "published_at", reason))
    latest = published_at + policy.clock_skew
    for number, claim in enumerate(claims):
        occurred = claim["occurred"]
        if occurred is not None and occurred["start"] > latest and not claim.get("scheduled", False):
            reason = f"event starts at {occurred['start']:{_SHOWN}}, after its own report was published"
            mistakes.append(Mistake("future_date", f"claims.{number}.occurred.start", reason))
    if mistakes:
        raise UnusableReport(mistakes)


def check_children(claims: Sequence[ClaimFields]) -> None:
    """Refuse what cannot be true: children are inside the totals, so at least five of at most one is a mistake.

    For what a scraper states; what is read from a text is taken as its words are.
    """
    mistakes = []
    for number, claim in enumerate(claims):
        if claim["kind"] != "casualties":
            continue
        for outcome, among in _CHILDREN:
            total, children = claim[outcome], claim[among]
            if total is None or children is None or total["high"] is None or children["low"] <= total["high"]:
                continue
            reason = f"is at least {children['low']}, more than all {outcome} ({total['high']}), which include children"
            mistakes.append(Mistake("bad_value", f"claims.{number}.{among}", reason))
    if mistakes:
        raise UnusableReport(mistakes)


def check_regions(report: ReportV1, is_region: Callable[[str], bool]) -> None:
    """Refuse region codes that do not exist.

    Intake finds them where it resolves places; this is for whoever checks a report before it is sent.
    """
    places = ((number, claim.place) for number, claim in enumerate(report.claims))
    codes = ((number, place.region) for number, place in places if place is not None)
    mistakes = [unknown_region(number, code) for number, code in codes if code is not None and not is_region(code)]
    if mistakes:
        raise UnusableReport(mistakes)


def unknown_region(claim: int, code: str) -> Mistake:
    """Return the mistake of a claim, counted from 0, that states a region code which does not exist."""
    reason = f"{code} is no region code: ISO 3166-2 such as UA-74, or the country alone"
    return Mistake("unknown_region", f"claims.{claim}.place.region", reason)


def _check_cloudevent(headers: Sequence[tuple[str, bytes]]) -> None:
    """CloudEvents 1.0 in binary mode is accepted, and so are records without any of its headers."""
    for name, value in headers:
        if name == "ce_specversion" and value != b"1.0":
            shown = value[:20].decode(errors="replace")
            raise UnusableReport([Mistake("bad_cloudevent", "ce_specversion", f"should be 1.0, got {shown!r}")])
        if name == "content-type":
            media = value.decode(errors="replace").partition(";")[0].strip().lower()
            if media not in _JSON_TYPES:
                reason = f"should be application/json (CloudEvents in binary mode), got {media[:80]!r}"
                raise UnusableReport([Mistake("bad_cloudevent", "content-type", reason)])
