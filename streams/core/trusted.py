"""Claim records that intake wrote, read back without validating them a second time.

Validation costs three times as much as reading. What intake writes was validated when the report came in; whatever
somebody else writes to the topic of claims must go through the models. A property test holds the two equal.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar

import orjson
from pydantic import BaseModel

from schemas.claim import ClaimV1, Position, ReportRef, ResolvedInterval, ResolvedPlace, WithdrawalV1
from schemas.estimate import Estimate
from schemas.report import CasualtiesClaim, Interval, OutageClaim, Place, Source, StrikeClaim
from schemas.vocabulary import (
    Group,
    OutageStatus,
    Party,
    PlacePrecision,
    Reliability,
    Scope,
    SourceKind,
    Target,
    TimePrecision,
    Utility,
    Weapon,
)

M = TypeVar("M", bound=BaseModel)

_SCOPES: Final = {member.value: member for member in Scope}
_WEAPONS: Final = {member.value: member for member in Weapon}
_TARGETS: Final = {member.value: member for member in Target} | {None: None}
_PARTIES: Final = {member.value: member for member in Party} | {None: None}
_UTILITIES: Final = {member.value: member for member in Utility}
_STATUSES: Final = {member.value: member for member in OutageStatus}
_GROUPS: Final = {member.value: member for member in Group}
_TIMES: Final = {member.value: member for member in TimePrecision}
_moment: Final = datetime.fromisoformat


def read_record(value: bytes) -> ClaimV1 | WithdrawalV1:
    """Return the record in ``value``, which intake wrote: the same as validation would give.

    Raises:
        KeyError, TypeError, ValueError: it is not what intake writes.
    """
    document = orjson.loads(value)
    if document["record"] != "claim":
        return WithdrawalV1.model_validate_json(value)
    claim, occurred, place = document["claim"], document["occurred"], document["place"]
    return _made(
        ClaimV1,
        {
            "schema_version": 1,
            "record": "claim",
            "claim_id": document["claim_id"],
            "region": document["region"],
            "place": _place(*map(place.get, _PLACE), tuple(place.get("candidates", ()))),
            "occurred": _made(
                ResolvedInterval,
                {
                    "start": _moment(occurred["start"]),
                    "end": _moment(occurred["end"]),
                    "precision": _TIMES[occurred["precision"]],
                },
            ),
            "claim": _READ[claim["kind"]](claim),
            "report": _report(document["report"]),
            "quote": document.get("quote"),
            "extractor": document.get("extractor"),
            "hedged": document.get("hedged", False),
            "attribution": document.get("attribution"),
            "signature": tuple(document.get("signature", ())),
        },
    )


def _made(model: type[M], fields: dict[str, Any]) -> M:
    """Return an instance with these fields, all of them given and right, as pydantic lays one out."""
    made = model.__new__(model)
    put = object.__setattr__
    put(made, "__dict__", fields)
    put(made, "__pydantic_fields_set__", fields.keys())
    put(made, "__pydantic_extra__", None)
    put(made, "__pydantic_private__", None)
    return made


_PLACE: Final = ("name", "region", "settlement", "lat", "lon", "precision")


@lru_cache(maxsize=32_768)
def _place(
    name: str | None,
    region: str | None,
    settlement: str | None,
    lat: float | None,
    lon: float | None,
    precision: str | None,
    candidates: tuple[str, ...],
) -> ResolvedPlace:
    return ResolvedPlace(
        name=name,
        region=region,
        settlement=settlement,
        lat=lat,
        lon=lon,
        precision=None if precision is None else PlacePrecision(precision),
        candidates=candidates,
    )


@lru_cache(maxsize=8_192)
def _source(id_: str, kind: str, reliability: str, party: str | None) -> Source:
    return Source(id=id_, kind=SourceKind(kind), reliability=Reliability(reliability), party=_PARTIES[party])


def _report(report: dict[str, Any]) -> ReportRef:
    source = report["source"]
    return _made(
        ReportRef,
        {
            "report_id": report["report_id"],
            "revision": report["revision"],
            "digest": report["digest"],
            "source": _source(source["id"], source["kind"], source["reliability"], source["party"]),
            "published_at": _moment(report["published_at"]),
            "ingested_at": _moment(report["ingested_at"]),
            "position": _made(Position, report["position"]),
            "url": report.get("url"),
            "language": report.get("language"),
            "title": report.get("title"),
        },
    )


@lru_cache(maxsize=16_384)
def _estimate(low: int, best: int | None, high: int | None) -> Estimate:
    return Estimate(low=low, best=best, high=high)


def _figure(claim: dict[str, Any], name: str) -> Estimate | None:
    figure = claim.get(name)
    return None if figure is None else _estimate(figure["low"], figure.get("best"), figure.get("high"))


@lru_cache(maxsize=16_384)
def _stated_place(name: str | None, region: str | None, lat: float | None, lon: float | None) -> Place:
    return Place(name=name, region=region, lat=lat, lon=lon)


def _common(claim: dict[str, Any]) -> dict[str, Any]:
    occurred, place = claim.get("occurred"), claim.get("place")
    return {
        "occurred": None
        if occurred is None
        else _made(Interval, {"start": _moment(occurred["start"]), "end": _moment(occurred["end"])}),
        "place": None
        if place is None
        else _stated_place(place.get("name"), place.get("region"), place.get("lat"), place.get("lon")),
        "scope": _SCOPES[claim["scope"]],
        "kind": claim["kind"],
    }


def _strike(claim: dict[str, Any]) -> StrikeClaim:
    fields = _common(claim)
    fields["weapons"] = tuple([_WEAPONS[weapon] for weapon in claim["weapons"]])
    fields["actor"] = _PARTIES[claim.get("actor")]
    fields["target"] = _TARGETS[claim.get("target")]
    for name in ("launched", "intercepted", "hit"):
        fields[name] = _figure(claim, name)
    return _made(StrikeClaim, fields)


def _casualties(claim: dict[str, Any]) -> CasualtiesClaim:
    fields = _common(claim)
    for name in ("killed", "wounded", "missing", "children_killed", "children_wounded"):
        fields[name] = _figure(claim, name)
    fields["group"] = _GROUPS[claim["group"]]
    return _made(CasualtiesClaim, fields)


def _outage(claim: dict[str, Any]) -> OutageClaim:
    fields = _common(claim)
    fields["utility"] = _UTILITIES[claim["utility"]]
    fields["customers"] = _figure(claim, "customers")
    fields["status"] = _STATUSES[claim["status"]]
    fields["scheduled"] = claim["scheduled"]
    return _made(OutageClaim, fields)


_READ: Final = {"strike": _strike, "casualties": _casualties, "outage": _outage}
