"""One claim record per claim: the claim as stated, beside where and when it is taken to have happened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson

from schemas.fields import ClaimFields, IntervalFields, ReportFields, claim_fields
from schemas.report import Claim
from schemas.vocabulary import TimePrecision
from streams.core.intake.content import JSON, claim_json
from streams.core.intake.delivery import Delivery, OutgoingClaim
from streams.core.intake.place import Resolve, UnknownRegion
from streams.core.intake.policy import IntakePolicy
from streams.core.intake.reading import Reading
from streams.core.intake.usable import UnusableReport, unknown_region

_STATED: Final = TimePrecision.STATED.value
_ASSUMED: Final = TimePrecision.ASSUMED.value
_CLAIM_ID: Final = b'{"schema_version":1,"record":"claim","claim_id":'


class Extracted(NamedTuple):
    """A claim that the text of a report makes, with the words it comes from."""

    claim: Claim
    quote: str
    attribution: str | None = None
    hedged: bool = False


@dataclass(frozen=True, slots=True)
class Extractor:
    """Turns the text of a report into claims. ``version`` names it on every claim it made."""

    version: str
    claims_of: Callable[[ReportFields], Sequence[Extracted]]
    signature_of: Callable[[str], tuple[int, ...]]
    """MinHash of a text, to recognise verbatim reposts; empty for a text too short to tell."""


class Origin(NamedTuple):
    """The version of a report that claims come from."""

    reading: Reading
    revision: int
    delivery: Delivery
    arrived: datetime


def enrich(origin: Origin, extractor: Extractor | None, resolve: Resolve, policy: IntakePolicy) -> list[OutgoingClaim]:
    """Return one record per claim of the report, in the report's order.

    A report that states claims is taken at its word and its text is not read for more; without claims its title
    and text are read. Each record is the JSON of a :class:`~schemas.claim.ClaimV1`, written directly: building
    and dumping the model would cost as much as all the rest of intake.

    Raises:
        UnusableReport: a claim states a region code that does not exist.
    """
    reading = origin.reading
    report = reading.report
    claims: Sequence[ClaimFields] = report["claims"]
    written = reading.claims
    extracted: Sequence[Extracted] = ()
    extracted_by = ""
    if not claims and extractor is not None and (report["text"] or report["title"]):
        extracted, extracted_by = extractor.claims_of(report), extractor.version
        claims = [claim_fields(found.claim) for found in extracted]
        written = [claim_json(claim) for claim in claims]
    if not claims:
        return []
    text, published_at = report["text"], report["published_at"]
    signature = extractor.signature_of(text) if extractor is not None and text else ()
    reference = _reference(origin)
    said_at = published_at.isoformat()
    name, records = reading.name, []
    told_at = _place(origin.delivery)
    named = _CLAIM_ID + orjson.dumps(name)[:-1]
    for number, (claim, stated) in enumerate(zip(claims, written, strict=True)):
        try:
            region, region_json, place_json = resolve(claim["place"])
        except UnknownRegion as unknown:
            raise UnusableReport([unknown_region(number, str(unknown))]) from None
        further: dict[str, Any] = {}
        if extracted:
            found = extracted[number]
            further["extractor"] = extracted_by
            further["quote"] = found.quote[:1_000].strip() or None
            further["attribution"] = found.attribution
            further["hedged"] = found.hedged
        if signature:
            further["signature"] = signature
        # Parts that are JSON already: put together as bytes in half the time that it takes to dump them as fragments.
        parts = (
            named,
            b'#%d","region":' % number,
            region_json,
            b',"place":',
            place_json,
            b',"occurred":',
            _occurred(claim["occurred"], published_at, policy),
            b',"claim":',
            stated,
            b',"report":',
            reference,
            b"," + orjson.dumps(further)[1:] if further else b"}",
        )
        records.append(OutgoingClaim(f"{name}#{number}{told_at}", region, said_at, b"".join(parts)))
    return records


def _place(delivery: Delivery) -> str:
    return f"@{delivery.partition}/{delivery.offset}"


def _reference(origin: Origin) -> bytes:
    report, delivery = origin.reading.report, origin.delivery
    reference: dict[str, Any] = {
        "report_id": report["report_id"],
        "revision": origin.revision,
        "digest": origin.reading.digest.hex(),
        "source": report["source"],
        "published_at": report["published_at"],
        "ingested_at": origin.arrived,
        "position": {"topic": delivery.topic, "partition": delivery.partition, "offset": delivery.offset},
    }
    if report["url"] is not None:
        reference["url"] = report["url"]
    if report["language"] is not None:
        reference["language"] = report["language"]
    if report["title"] is not None:
        reference["title"] = report["title"]
    return orjson.dumps(reference, option=JSON)


def _occurred(occurred: IntervalFields | None, published_at: datetime, policy: IntakePolicy) -> bytes:
    when: dict[str, Any]
    if occurred is not None:
        when = {**occurred, "precision": _STATED}
    else:
        when = {"start": published_at - policy.assumed_span, "end": published_at, "precision": _ASSUMED}
    return orjson.dumps(when, option=JSON)


def withdrawal(
    origin: Origin, report_id: str, reason: str, region: str | None, *, whole: bool = False
) -> OutgoingClaim:
    """Return the record that withdraws ``report_id``'s versions below this one, or with ``whole`` all of them.

    With ``region`` null it goes to every partition.
    """
    report, delivery = origin.reading.report, origin.delivery
    document = {
        "schema_version": 1,
        "record": "withdrawal",
        "source_id": report["source"]["id"],
        "report_id": report_id,
        "reason": reason,
        "by_report_id": report["report_id"],
        "published_at": report["published_at"],
        "revision": None if whole else origin.revision,
        "position": {"topic": delivery.topic, "partition": delivery.partition, "offset": delivery.offset},
    }
    record_id = f"{report['source']['id']}/{report_id}!{origin.revision}{_place(delivery)}"
    value = orjson.dumps(document, option=JSON)
    return OutgoingClaim(record_id, region, report["published_at"].isoformat(), value, everywhere=region is None)
