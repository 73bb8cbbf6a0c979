"""Where a mention is: how closely that is known, which cells it may be looked up in, and how far apart two are."""

from __future__ import annotations

import math
import unicodedata
import zlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from threading import Lock
from typing import Final
from weakref import WeakValueDictionary

from schemas.claim import ResolvedPlace
from schemas.vocabulary import PlacePrecision

_CELL_DEGREES: Final = 0.1
"""About 11 km by 7 km in Ukraine: a disc of five kilometres touches one to four cells."""
_KM_PER_DEGREE: Final = 111.2
_LATIN: Final = str.maketrans(
    dict(
        zip(
            "абвгґдеєжзиіїйклмнопрстуфхцчшщюяыэёьъ",
            [*"abvhgdeezziiiiklmnoprstufhccss", "u", "a", "i", "e", "e", "", ""],
            strict=True,
        )
    )
)
# Spellings of one sound in the romanisations that reports use, longest first.
_FOLDS: Final = (
    ("shch", "s"),
    ("kh", "h"),
    ("zh", "z"),
    ("sh", "s"),
    ("ch", "c"),
    ("ts", "c"),
    ("y", "i"),
    ("g", "h"),
    ("ia", "a"),
    ("iu", "u"),
    ("ie", "e"),
    ("ii", "i"),
)


class Level(IntEnum):
    """How closely a place is known, best first. From ``RAION`` on a place is vague: it has no spot to compare."""

    POINT = 0
    SETTLEMENT = 1
    NAME = 2
    RAION = 3
    REGION = 4


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Spot:
    """A place as fusion compares it. Equal places share one object, so that identity is a quick first test."""

    place: ResolvedPlace
    level: Level
    name_key: str
    homes: tuple[int, ...]
    """The cells that it is filed under: the one that it lies in, and its name."""
    cells: tuple[int, ...]
    """The cells under which a place to compare with may be filed."""


def name_key(name: str | None) -> str:
    """Return a name without case, accents, spaces and punctuation, in Latin letters; rough, to compare only.

    Names that no gazetteer knew meet here; known ones are compared by their settlement's id.
    """
    if not name:
        return ""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LATIN))
    key = "".join(letter for letter in folded if letter.isalnum())
    for spelling, sound in _FOLDS:
        key = key.replace(spelling, sound)
    return key


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance over the ground, by the flat approximation (exact to 0.1 % at these distances)."""
    north = (other_lat - lat) * _KM_PER_DEGREE
    east = (other_lon - lon) * _KM_PER_DEGREE * math.cos(math.radians((lat + other_lat) / 2))
    return math.hypot(north, east)


WITHIN_NEAR: Final = "within five kilometres"
"""The one answer of :func:`nearness` that is less than the same place."""


@lru_cache(maxsize=8_192)
def nearness(one: Spot, other: Spot, same_point_km: float, near_km: float) -> str | None:
    """Return in what two located places are one or close by, in words; None where one event cannot be at both."""
    if one is other:
        return "same place"
    a, b = one.place, other.place
    same_settlement = a.settlement is not None and a.settlement == b.settlement
    if same_settlement and not (one.level == Level.POINT and other.level == Level.POINT):
        return "same settlement"
    km = km_apart(a, b)
    if km is not None:
        return None if km > near_km else "within a kilometre" if km <= same_point_km else WITHIN_NEAR
    return "same name" if one.name_key and one.name_key == other.name_key else None


def km_apart(one: ResolvedPlace, other: ResolvedPlace) -> float | None:
    """Return how far two places are apart; None where that is not known of both."""
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    return distance_km(one.lat, one.lon, other.lat, other.lon)


def spot_of(place: ResolvedPlace, near_km: float) -> Spot:
    """Return the place prepared for comparing. Equal places give the same object for as long as anybody holds it."""
    return spot(
        place.name, place.region, place.settlement, place.lat, place.lon, place.precision, place.candidates, near_km
    )


_held: WeakValueDictionary[tuple[object, ...], Spot] = WeakValueDictionary()
_holding = Lock()


@lru_cache(maxsize=4_096)
def spot(
    name: str | None,
    region: str | None,
    settlement: str | None,
    lat: float | None,
    lon: float | None,
    precision: str | None,
    candidates: tuple[str, ...],
    near_km: float,
) -> Spot:
    """Return :func:`spot_of` of the place that has these parts; ``precision`` is a :class:`PlacePrecision`'s value."""
    # The cache forgets; what was matched by identity before must not differ after. States open in threads, too.
    key = name, region, settlement, lat, lon, precision, candidates, near_km
    with _holding:
        found = _held.get(key)
        if found is None:
            found = _held[key] = _made(
                ResolvedPlace(
                    name=name,
                    region=region,
                    settlement=settlement,
                    lat=lat,
                    lon=lon,
                    precision=None if precision is None else PlacePrecision(precision),
                    candidates=candidates,
                ),
                near_km,
            )
    return found


def _made(place: ResolvedPlace, near_km: float) -> Spot:
    level = _level(place)
    key = name_key(place.name)
    if level >= Level.RAION:
        return Spot(place, level, key, (), ())
    # A place that some reports could not locate may be meant by those who could: both are filed under the name.
    named = (_named_cell(key),) if key else ()
    if place.lat is not None and place.lon is not None:
        home = _cell(math.floor(place.lat / _CELL_DEGREES), math.floor(place.lon / _CELL_DEGREES))
        return Spot(place, level, key, (home, *named), (*_cells_near(place.lat, place.lon, near_km), *named))
    return Spot(place, level, key, named, named)


def _level(place: ResolvedPlace) -> Level:
    precision = place.precision
    if precision is PlacePrecision.RAION:
        return Level.RAION
    if precision in {PlacePrecision.REGION, PlacePrecision.COUNTRY}:
        return Level.REGION
    if place.lat is not None:
        return Level.SETTLEMENT if precision is PlacePrecision.SETTLEMENT else Level.POINT
    return Level.NAME if place.name else Level.REGION


def _cell(row: int, column: int) -> int:
    return (row + 900) * 4_000 + column + 1_800


def _named_cell(key: str) -> int:
    # Names live beyond all cells of the globe. A clash only lets two places be compared that then differ.
    return 10_000_000 + zlib.crc32(key.encode())


def _cells_near(lat: float, lon: float, near_km: float) -> tuple[int, ...]:
    north = near_km / _KM_PER_DEGREE
    east = north / max(math.cos(math.radians(lat)), 0.1)
    rows = range(math.floor((lat - north) / _CELL_DEGREES), math.floor((lat + north) / _CELL_DEGREES) + 1)
    columns = range(math.floor((lon - east) / _CELL_DEGREES), math.floor((lon + east) / _CELL_DEGREES) + 1)
    return tuple(_cell(row, column) for row in rows for column in columns)
