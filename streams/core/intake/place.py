"""Where a claim is about: the region it counts in, from what its source says of the place."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from schemas.claim import ResolvedPlace
from schemas.report import Place
from schemas.vocabulary import PlacePrecision

_CACHED_PLACES: Final = 4_096
"""About 4 kB each. Names come again and again; coordinates mostly once or twice, soon after one another."""


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
    """A resolved place, with its JSON: the same few hundred places come again and again."""

    place: ResolvedPlace
    json: bytes


Resolve = Callable[[Place | None], Resolved]


def resolver(places: Places) -> Resolve:
    """Return a function that resolves places, remembering those it has resolved.

    A region the source states wins over what its name or coordinates suggest: the source knows its own text.

    Raises (the returned function):
        UnknownRegion: the stated code is not one the gazetteer knows.
    """

    nowhere = _with_json(ResolvedPlace())

    # Keyed by the fields: to compare two models costs as much as all the rest of the look-up.
    @lru_cache(maxsize=_CACHED_PLACES)
    def resolve(name: str | None, region: str | None, lat: float | None, lon: float | None) -> Resolved:
        if region is not None and not places.is_region(region):
            raise UnknownRegion(region)
        return _with_json(_resolved(Place(name=name, region=region, lat=lat, lon=lon), places))

    return lambda place: nowhere if place is None else resolve(place.name, place.region, place.lat, place.lon)


def _with_json(place: ResolvedPlace) -> Resolved:
    return Resolved(place, place.model_dump_json(exclude_none=True, exclude_defaults=True).encode())


def _resolved(place: Place, places: Places) -> ResolvedPlace:
    region, settlement = place.region, None
    candidates: tuple[str, ...] = ()
    precision = None if region is None else _region_precision(region)
    if place.name is not None:
        # A bare country ("UA") says little: the name may still tell the region within it.
        named = places.named(place.name, region)
        if named.settlement is not None:
            settlement, precision = named.settlement, PlacePrecision.SETTLEMENT
            region = named.settlement.region if region is None or "-" not in region else region
        elif named.region is not None and (region is None or named.region.startswith(region)):
            region, precision = named.region, _region_precision(named.region)
        else:
            candidates = named.candidates
    lat, lon = place.lat, place.lon
    if lat is not None and lon is not None:
        precision = PlacePrecision.POINT
        if region is None or "-" not in region:
            region = places.region_at(lat, lon) or region
    elif settlement is not None:
        lat, lon = settlement.lat, settlement.lon
    if region is None:
        precision = None
    return ResolvedPlace(
        name=place.name,
        region=region,
        settlement=settlement and settlement.id,
        lat=lat,
        lon=lon,
        precision=precision,
        candidates=tuple(candidates)[:32] if region is None else (),
    )


def _region_precision(region: str) -> PlacePrecision:
    return PlacePrecision.REGION if "-" in region else PlacePrecision.COUNTRY
