"""The gazetteer of events: regions by code, name or coordinates, settlements by name.

Everything is read once from ``tables/`` by :meth:`Gazetteer.load` (about a third of a second); the caller keeps
the instance. Nothing here reads the network or a clock.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from streams.reference.geography import CITY_REGIONS, Borders
from streams.reference.loading import uncollected
from streams.reference.naming import name_key, region_keys

TABLES: Final = Path(__file__).parent / "tables"


@dataclass(frozen=True, slots=True)
class ResolutionPolicy:
    """When one of several settlements of a name is meant."""

    margin: float = 5.0
    """The largest must have this many times the people of the next: Dnipro (970,000) is not taken for a village."""
    least: int = 10_000
    """A settlement below this size is never preferred for its size alone."""
    alternate_share: float = 20.0
    """A namesake that bears the name only as an old or foreign one must be this many times larger to count."""


@dataclass(frozen=True, slots=True)
class RegionNames:
    """One name in each language; ``uk`` and ``ru`` are empty for regions of other countries."""

    en: str
    uk: str
    ru: str


@dataclass(frozen=True, slots=True)
class Region:
    """A first-level region (``UA-74``) or a country (``UA``); ``lat``/``lon`` lie inside it (degrees, WGS 84)."""

    code: str
    country: str
    names: RegionNames
    lat: float | None
    lon: float | None
    population: int | None
    """Sum over the listed settlements (GeoNames, mostly before 2022); None where none is listed."""


@dataclass(frozen=True, slots=True)
class Raion:
    """A district of an oblast, with its adjective name (``Ніжинський``)."""

    code: str
    region: str
    uk: str
    ru: str
    en: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """A settlement; ``lat``, ``lon`` and ``population`` are None for villages known to the codifier alone."""

    id: int
    name: str
    """English name: the official romanisation in Ukraine, GeoNames' in Russia."""
    uk: str
    ru: str
    kind: str
    """``city``, ``town`` or ``village``"""
    region: str
    raion: str | None
    lat: float | None
    lon: float | None
    population: int | None


class Verdict(StrEnum):
    """How a name was resolved."""

    FOUND = "found"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The settlement meant, or the ``candidates`` (largest first) between which the name alone does not decide."""

    verdict: Verdict
    settlement: Settlement | None = None
    candidates: tuple[Settlement, ...] = ()


_UNKNOWN: Final = Resolution(Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Regions, raions, settlements and borders. Immutable; build it with :meth:`load`."""

    regions: Mapping[str, Region]
    raions: Mapping[str, Raion]
    settlements: tuple[Settlement, ...]
    alternates: tuple[str, ...]
    """Further names of each settlement, in the order of ``settlements``, ";" between."""
    borders: Borders
    policy: ResolutionPolicy
    _region_by_name: Mapping[str, str]
    _primary: Mapping[str, tuple[int, ...]]
    _alternate: Mapping[str, tuple[int, ...]]

    @classmethod
    @uncollected()
    def load(cls, policy: ResolutionPolicy | None = None, tables: Path = TABLES) -> Gazetteer:
        """Return the gazetteer of the committed tables.

        Raises:
            FileNotFoundError: a table is missing: the package is damaged.
        """
        regions, by_name = _regions(_rows(tables / "regions.tsv.gz"))
        raions = {r[0]: Raion(*r) for r in _rows(tables / "raions.tsv.gz")}
        settlements: list[Settlement] = []
        alternates: list[str] = []
        primary: dict[str, list[int]] = defaultdict(list)
        alternate: dict[str, list[int]] = defaultdict(list)
        for i, row in enumerate(_rows(tables / "settlements.tsv.gz")):
            region, raion, kind, lat, lon, people, en, uk, ru, latin, cyrillic = row
            settlements.append(
                Settlement(
                    i,
                    en,
                    uk,
                    ru,
                    kind,
                    region,
                    raion or None,
                    float(lat) if lat else None,
                    float(lon) if lon else None,
                    int(people) or None,
                )
            )
            alternates.append(f"{latin};{cyrillic}" if latin and cyrillic else latin or cyrillic)
            keys = {name_key(en), name_key(uk), name_key(ru)}
            for key in keys:
                primary[key].append(i)
            if alternates[-1]:
                for name in alternates[-1].split(";"):
                    if (key := name_key(name)) not in keys:
                        alternate[key].append(i)
        return cls(
            regions=MappingProxyType(regions),
            raions=MappingProxyType(raions),
            settlements=tuple(settlements),
            alternates=tuple(alternates),
            borders=Borders.load(
                tables / "polygons.json.gz",
                [(s.lat, s.lon, s.region) for s in settlements if s.lat is not None and s.lon is not None],
            ),
            policy=policy or ResolutionPolicy(),
            _region_by_name=by_name,
            _primary={k: tuple(v) for k, v in primary.items()},
            _alternate={k: tuple(dict.fromkeys(v)) for k, v in alternate.items()},
        )

    def region_at(self, lat: float, lon: float) -> str | None:
        """Return the region of a point: the nearest settlement's close to a border, the polygon's elsewhere.

        ``None`` for a point far from every known region (the sea, other continents).
        """
        return self.borders.region_at(lat, lon)

    def region_named(self, name: str) -> str | None:
        """Return the code of a region given by code or by name in any form in use: ``Брянская область`` → RU-BRY.

        ``Kyiv`` alone is the city (UA-30); ``Київська область`` or ``Kyiv region`` the oblast (UA-32).
        """
        if name in self.regions:
            return name
        return next((self._region_by_name[k] for k in region_keys(name) if k in self._region_by_name), None)

    def settlement(self, name: str, region: str | None = None) -> Resolution:
        """Resolve a settlement's name (en, uk, ru, earlier or transliterated; case and apostrophes ignored).

        With ``region`` (a first-level code, or a country) only settlements there are considered. Without it the
        largest is taken if it clears the policy's margins, else the candidates are listed.
        """
        key = name_key(name)
        found = self._within(self._primary.get(key, ()), region)
        others = self._within(self._alternate.get(key, ()), region)
        if not found and not others:
            return _UNKNOWN
        if found and others:
            bar = max(s.population or 0 for s in found) * self.policy.alternate_share
            others = [s for s in others if (s.population or 0) > max(bar, self.policy.least)]
        candidates = sorted(found + others, key=lambda s: -(s.population or 0))
        if len(candidates) == 1:
            return Resolution(Verdict.FOUND, candidates[0], tuple(candidates))
        first, second = candidates[0].population or 0, candidates[1].population or 0
        bar = self.policy.margin * max(second, 1)
        if first >= bar and (first >= self.policy.least or (region is not None and "-" in region)):
            return Resolution(Verdict.FOUND, candidates[0], tuple(candidates))
        return Resolution(Verdict.AMBIGUOUS, None, tuple(candidates))

    def _within(self, ids: Iterable[int], region: str | None) -> list[Settlement]:
        found = (self.settlements[i] for i in ids)
        if region is None:
            return list(found)
        if "-" in region:
            return [s for s in found if s.region == region]
        return [s for s in found if s.region.startswith(region)]


def _rows(path: Path) -> Iterable[list[str]]:
    text = gzip.decompress(path.read_bytes()).decode()
    return (line.split("\t") for line in text.split("\n") if line)


def _regions(rows: Iterable[list[str]]) -> tuple[dict[str, Region], dict[str, str]]:
    regions: dict[str, Region] = {}
    by_name: dict[str, str] = {}
    cities: dict[str, str] = {}
    for code, en, uk, ru, lat, lon, people, *more in rows:
        regions[code] = Region(
            code,
            code[:2],
            RegionNames(en, uk, ru),
            float(lat) if lat else None,
            float(lon) if lon else None,
            int(people) if people and people != "0" else None,
        )
        if not uk and "-" in code:
            continue  # names of other countries' regions collide too often; they go by code
        for name in (en, uk, ru, *";".join(more).split(";")):
            if name:
                exact, *with_type = region_keys(name)
                by_name.setdefault(exact, code)
                for key in with_type:
                    # "Kyiv region" is the oblast although "Kyiv" alone is the city.
                    (cities if code in CITY_REGIONS else by_name).setdefault(key, code)
    return regions, cities | by_name
