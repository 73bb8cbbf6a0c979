"""What intake would send: reports turned into claim records, with a small gazetteer of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from schemas.claim import ClaimV1, Position, ReportRef, ResolvedInterval, ResolvedPlace, WithdrawalV1
from schemas.report import Place, ReportV1
from schemas.vocabulary import PlacePrecision, TimePrecision
from streams.core.fusion import Fusion, FusionPolicy, FusionStep, signature_of

POLICY = FusionPolicy()
POSITION = Position(topic="sitrep.reports", partition=0, offset=0)
SETTLEMENTS = {
    "kharkiv": ("63-k", "UA-63", 49.993, 36.230),
    "харків": ("63-k", "UA-63", 49.993, 36.230),
    "харьков": ("63-k", "UA-63", 49.993, 36.230),
    "chuhuiv": ("63-c", "UA-63", 49.836, 36.686),
    "izium": ("63-i", "UA-63", 49.209, 37.248),
    "odesa": ("51-o", "UA-51", 46.484, 30.733),
    "kyiv": ("30-k", "UA-30", 50.450, 30.524),
    "dnipro": ("12-d", "UA-12", 48.465, 35.046),
    "sumy": ("59-s", "UA-59", 50.911, 34.800),
    "chernihiv": ("74-c", "UA-74", 51.498, 31.289),
    "bryansk": ("bry", "RU-BRY", 53.243, 34.364),
}


def at(text: str) -> datetime:
    """Return a moment from ``2025-10-22 14:00`` (UTC) or any ISO form with an offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def resolve(place: Place | None) -> ResolvedPlace:
    if place is None:
        return ResolvedPlace()
    found = SETTLEMENTS.get((place.name or "").casefold())
    if place.lat is not None:
        return ResolvedPlace(
            name=place.name,
            region=place.region or (found and found[1]),
            settlement=found and found[0],
            lat=place.lat,
            lon=place.lon,
            precision=PlacePrecision.POINT,
        )
    if found is not None:
        settlement, region, lat, lon = found
        return ResolvedPlace(
            name=place.name, region=region, settlement=settlement, lat=lat, lon=lon, precision=PlacePrecision.SETTLEMENT
        )
    return ResolvedPlace(
        name=place.name, region=place.region, precision=PlacePrecision.REGION if place.region else None
    )


def claims_of(report: ReportV1, revision: int = 1) -> list[ClaimV1]:
    """Return the claim records of a report's version."""
    ref = ReportRef(
        report_id=report.report_id,
        revision=revision,
        digest=blake2b(report.model_dump_json().encode(), digest_size=8).hexdigest(),
        source=report.source,
        published_at=report.published_at,
        ingested_at=report.published_at,
        position=POSITION,
        url=report.url,
        language=report.language,
    )
    signature = signature_of(report.text or "")
    assumed = ResolvedInterval(
        start=report.published_at - timedelta(hours=24), end=report.published_at, precision=TimePrecision.ASSUMED
    )
    records = []
    for number, claim in enumerate(report.claims):
        place = resolve(claim.place)
        stated = claim.occurred
        records.append(
            ClaimV1(
                claim_id=f"{report.source.id}/{report.report_id}#{number}",
                region=place.region,
                place=place,
                occurred=assumed
                if stated is None
                else ResolvedInterval(start=stated.start, end=stated.end, precision=TimePrecision.STATED),
                claim=claim,
                report=ref,
                quote=(report.text or "")[:200] or None,
                signature=signature,
            )
        )
    return records


def withdrawal(report: ReportV1, revision: int | None = None, reason: str = "retracted", by: str = "") -> WithdrawalV1:
    return WithdrawalV1(
        source_id=report.source.id,
        report_id=report.report_id,
        reason=reason,  # type: ignore[arg-type]
        by_report_id=by or report.report_id,
        published_at=report.published_at,
        revision=revision,
        position=POSITION,
    )


class Wire:
    """Turns reports into records as intake does: withdrawals first, then the claims of the newer version."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], list[str]] = {}

    def records(self, report: ReportV1) -> list[ClaimV1 | WithdrawalV1]:
        key = (report.source.id, report.report_id)
        content = report.model_dump_json()
        seen = self._seen.setdefault(key, [])
        if content in seen:
            revision = seen.index(content) + 1
        else:
            seen.append(content)
            revision = len(seen)
        records: list[ClaimV1 | WithdrawalV1] = []
        if report.supersedes:
            other = report.model_copy(update={"report_id": report.supersedes})
            records.append(withdrawal(other, None, "superseded", report.report_id))
        if report.retracted:
            return [*records, withdrawal(report, None)]
        if revision > 1:
            records.append(withdrawal(report, revision, "revised"))
        return [*records, *claims_of(report, revision)]


def a_report(
    report_id: str = "r1", source: str = "desk", published: str = "2025-10-22 15:00", **fields: Any
) -> ReportV1:
    """Return a report with defaults for what a test does not care about; claims are plain dictionaries."""
    grade = fields.pop("grade", "B")
    party = fields.pop("party", None)
    return ReportV1.model_validate(
        {
            "report_id": report_id,
            "source": {"id": source, "kind": "news", "reliability": grade, "party": party},
            "published_at": at(published),
            **({"title": "a report"} if "claims" not in fields else {}),
            **fields,
        }
    )


def _when(text: str | None) -> dict[str, datetime] | None:
    if text is None:
        return None
    start, _, end = text.partition(" .. ")
    return {"start": at(start), "end": at(end or start)}


def a_strike(
    when: str | None = "2025-10-22 14:00", place: str | dict[str, Any] = "Kharkiv", **fields: Any
) -> dict[str, Any]:
    """Return a strike claim; ``when`` is an instant or ``start .. end``, ``place`` a name or a place's fields."""
    return {"kind": "strike", "occurred": _when(when), "place": _where(place), **fields}


def casualties(
    when: str | None = "2025-10-22 14:00", place: str | dict[str, Any] = "Kharkiv", **fields: Any
) -> dict[str, Any]:
    return {"kind": "casualties", "occurred": _when(when), "place": _where(place), **fields}


def an_outage(
    when: str | None = "2025-10-22 14:00", place: str | dict[str, Any] = "Kharkiv", **fields: Any
) -> dict[str, Any]:
    return {"kind": "outage", "occurred": _when(when), "place": _where(place), "utility": "power", **fields}


def _where(place: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(place, dict):
        return place
    return {"region": place} if place.startswith(("UA-", "RU-")) or place in {"UA", "RU"} else {"name": place}


def fuse(
    reports: Iterable[ReportV1], now: str = "2025-10-22 18:00", policy: FusionPolicy = POLICY
) -> tuple[Fusion, FusionStep]:
    """Return the fusion of the reports, taken at once, and its step at ``now``."""
    wire, fusion = Wire(), Fusion(policy)
    for report in reports:
        fusion.take(wire.records(report))
    return fusion, fusion.step(at(now))


def store(items: dict[bytes, bytes], changes: dict[bytes, bytes | None]) -> None:
    """Apply a step's changes to stored items."""
    for key, value in changes.items():
        if value is None:
            items.pop(key, None)
        else:
            items[key] = value


def told(fusion: Fusion, regions: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return what stands, without what depends on the way there: revision, update time, where it split from."""
    way = {"revision", "updated_at", "split_from"}
    return sorted(
        (incident.model_dump(mode="json", exclude=way) for incident in fusion.incidents()),
        key=lambda incident: str(incident["incident_id"]),
    )
