"""Where a claim is about: the region it counts in, from what its source says of the place."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from schemas.fields import PlaceFields
from schemas.vocabulary import PlacePrecision
from streams.core.kept_json import kept_json

_MOST_CANDIDATES: Final = 32
_CACHED_PLACES: Final = 4_096
"""About 1 kB each. Names come again and again; coordinates mostly once or twice, soon after one another."""


class FoundSettlement(NamedTuple):
    """A settlement of the gazetteer; coordinates in degrees (WGS 84), where they are known."""

    id: str
    name: str
    region: str
    lat: float | None
    lon: float | None


class NamedPlace(NamedTuple):
    """What a name means: one settlement, or one region, or several candidates, or nothing known."""

    settlement: FoundSettlement | None = None
    region: str | None = None
    candidates: tuple[str, ...] = ()


class Places(Protocol):
    """The gazetteer, as far as intake needs it."""

    def is_region(self, code: str) -> bool: ...

    def region_at(self, lat: float, lon: float) -> str | None: ...

    def named(self, name: str, region: str | None) -> NamedPlace:
        """Look a name up, within ``region`` where it is given."""


class UnknownRegion(Exception):
    """A region code that the gazetteer does not know."""


class Resolved(NamedTuple):
    """A resolved place: the same few hundred come again and again."""

    region: str | None
    region_json: bytes
    json: bytes
    """As a :class:`~schemas.claim.ResolvedPlace`, without what is not known."""


Resolve = Callable[[PlaceFields | None], Resolved]


def resolver(places: Places) -> Resolve:
    """Return a function that resolves places, remembering those it has resolved.

    A region the source states wins over what its name or coordinates suggest: the source knows its own text.

    Raises (the returned function):
        UnknownRegion: the stated code is not one the gazetteer knows.
    """

    nowhere = _written(None, None, None, None, None, None)
    # By itself: points come mostly once, also those of a name that comes again and again.
    named = lru_cache(maxsize=_CACHED_PLACES)(places.named)

    # Keyed by the fields: to compare two mappings costs as much as all the rest of the look-up.
    @lru_cache(maxsize=_CACHED_PLACES)
    def resolve(name: str | None, region: str | None, lat: float | None, lon: float | None) -> Resolved:
        if region is not None and not places.is_region(region):
            raise UnknownRegion(region)
        return _resolved(name, region, lat, lon, named, places.region_at)

    def resolve_place(place: PlaceFields | None) -> Resolved:
        if place is None:
            return nowhere
        return resolve(place["name"], place["region"], place["lat"], place["lon"])

    return resolve_place


def _resolved(
    name: str | None,
    region: str | None,
    lat: float | None,
    lon: float | None,
    named: Callable[[str, str | None], NamedPlace],
    region_at: Callable[[float, float], str | None],
) -> Resolved:
    settlement = None
    candidates: tuple[str, ...] = ()
    precision = None if region is None else _region_precision(region)
    if name is not None:
        # A bare country ("UA") says little: the name may still tell the region within it.
        found = named(name, region)
        if found.settlement is not None:
            settlement, precision = found.settlement, PlacePrecision.SETTLEMENT
            region = found.settlement.region if region is None or "-" not in region else region
        elif found.region is not None and (region is None or found.region.startswith(region)):
            region, precision = found.region, _region_precision(found.region)
        else:
            candidates = found.candidates
    if lat is not None and lon is not None:
        precision = PlacePrecision.POINT
        if region is None or "-" not in region:
            region = region_at(lat, lon) or region
    elif settlement is not None:
        lat, lon = settlement.lat, settlement.lon
    if region is None:
        precision = None
    return _written(name, region, settlement and settlement.id, lat, lon, precision, candidates)


def _written(
    name: str | None,
    region: str | None,
    settlement: str | None,
    lat: float | None,
    lon: float | None,
    precision: PlacePrecision | None,
    candidates: tuple[str, ...] = (),
) -> Resolved:
    fields = {
        "name": name,
        "region": region,
        "settlement": settlement,
        "lat": lat,
        "lon": lon,
        "precision": precision,
        "candidates": candidates[:_MOST_CANDIDATES] if region is None and candidates else None,
    }
    known = {field: value for field, value in fields.items() if value is not None}
    return Resolved(region, kept_json(region), kept_json(known))


def _region_precision(region: str) -> PlacePrecision:
    return PlacePrecision.REGION if "-" in region else PlacePrecision.COUNTRY
