"""What a report says, as JSON: written once, to tell versions apart and to be sent on inside claim records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import orjson
from pydantic import BaseModel

from schemas.report import Claim, ReportV1

JSON: Final = orjson.OPT_UTC_Z
_MEMBERS: Final = ("scope", "actor", "target", "group", "utility", "status")


def claim_json(claim: Claim) -> bytes:
    """Return what ``claim.model_dump_json(exclude_none=True)`` writes; this takes a third of its time."""
    fields = {name: value for name, value in claim.__dict__.items() if value is not None}
    # orjson takes members of enumerations, by a detour; their plain values cost it half.
    for name in _MEMBERS:
        if name in fields:
            fields[name] = fields[name]._value_
    if "weapons" in fields:
        fields["weapons"] = [weapon._value_ for weapon in fields["weapons"]]
    occurred, place = claim.occurred, claim.place
    if occurred is not None:
        fields["occurred"] = {"start": occurred.start, "end": occurred.end}
    if place is not None:
        fields["place"] = _place(place.name, place.region, place.lat, place.lon)
    return orjson.dumps(fields, default=_stated_fields, option=JSON)


def digest_of(report: ReportV1, claims: Sequence[bytes]) -> bytes:
    """Return 8 bytes that are equal for versions of one report that say the same, however their JSON is laid out.

    ``claims`` are those of the report, each as :func:`claim_json` writes it.
    """
    source = report.source
    head = (
        source.kind._value_,
        source.reliability._value_,
        source.party and source.party._value_,
        report.published_at,
        report.url,
        report.language,
        report.title,
        report.text,
        report.supersedes,
        report.retracted,
    )
    return blake2b(b"\n".join([orjson.dumps(head, option=JSON), *claims]), digest_size=8).digest()


@lru_cache(maxsize=4_096)
def _place(name: str | None, region: str | None, lat: float | None, lon: float | None) -> orjson.Fragment:
    stated = {"name": name, "region": region, "lat": lat, "lon": lon}
    return orjson.Fragment(orjson.dumps({field: value for field, value in stated.items() if value is not None}))


def _stated_fields(model: BaseModel) -> dict[str, Any]:
    return {name: value for name, value in model.__dict__.items() if value is not None}
