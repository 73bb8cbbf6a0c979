"""What a report says, as JSON: written once, to tell versions apart and to be sent on inside claim records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import orjson

from schemas.fields import ClaimFields, ReportFields
from streams.core.kept_json import kept_json

JSON: Final = orjson.OPT_UTC_Z
_FIGURES: Final = {
    "strike": ("launched", "intercepted", "hit"),
    "outage": ("customers",),
    "casualties": ("killed", "wounded", "missing", "children_killed", "children_wounded"),
}


def claim_json(claim: ClaimFields) -> bytes:
    """Return the claim as its model writes itself, without what is null: ``model_dump_json(exclude_none=True)``."""
    stated = _stated(claim)
    for name in _FIGURES[claim["kind"]]:
        figure = stated.get(name)
        if figure is not None and (figure["best"] is None or figure["high"] is None):
            stated[name] = _stated(figure)
    place = claim["place"]
    if place is not None:
        stated["place"] = _place(place["name"], place["region"], place["lat"], place["lon"])
    return orjson.dumps(stated, option=JSON)


def digest_of(report: ReportFields, claims: Sequence[bytes]) -> bytes:
    """Return 8 bytes that are equal for versions of one report that say the same, however their JSON is laid out.

    ``claims`` are those of the report, each as :func:`claim_json` writes it.
    """
    source = report["source"]
    head = (
        source["kind"],
        source["reliability"],
        source["party"],
        report["published_at"],
        report["url"],
        report["language"],
        report["title"],
        report["text"],
        report["supersedes"],
        report["retracted"],
    )
    return blake2b(b"\n".join([orjson.dumps(head, option=JSON), *claims]), digest_size=8).digest()


@lru_cache(maxsize=4_096)
def _place(name: str | None, region: str | None, lat: float | None, lon: float | None) -> orjson.Fragment:
    return orjson.Fragment(kept_json(_stated({"name": name, "region": region, "lat": lat, "lon": lon})))


def _stated(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
