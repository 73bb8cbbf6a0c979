"""Values of the wire that claims are made of, built once each: models are frozen."""

from __future__ import annotations

from functools import lru_cache

from schemas.estimate import Estimate
from schemas.report import Place
from streams.core.extraction.binding import Bound
from streams.core.extraction.drafts import Bounds


def country_of(regions: tuple[str, ...]) -> str | None:
    """Return the country of several regions, if it is one: a single figure over them is never spread."""
    countries = {r[:2] for r in regions}
    return countries.pop() if len(countries) == 1 else None


def vague_country(bound: Bound) -> str | None:
    """Return the country of a trigger whose place is only a part of it: "eastern Ukraine"."""
    return "UA" if bound.vague else None


@lru_cache(maxsize=4096)
def known_place(name: str | None, region: str) -> Place:
    """Return the place; building a model costs as much as finding what it holds."""
    return Place(name=name, region=region)


@lru_cache(maxsize=4096)
def estimate(bounds: Bounds | None) -> Estimate | None:
    """Return bounds as they go on the wire."""
    return None if bounds is None else Estimate(low=bounds[0], high=bounds[1], best=bounds[2])
