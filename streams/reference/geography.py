"""From coordinates to regions."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, hypot, isfinite, radians
from pathlib import Path
from typing import Any

import orjson
import shapely
from shapely import STRtree

KM_PER_DEGREE = 111.2
CITY_REGIONS = frozenset({"UA-30", "UA-40", "RU-MOW", "RU-SPE"})
"""Cities that are first-level regions of their own beside the oblast of the same name."""


@dataclass(frozen=True, slots=True)
class BorderPolicy:
    """Where polygons are trusted."""

    settlement_km: float = 2.0
    """Within this distance of a settlement its own region is taken: 1:10m polygons are off by up to 3 km. Of 2, 4,
    6 and 8 km, 2 agreed best with settlements held back (98.3 %)."""
    city_km: float = 6.0
    """The same inside the polygon of a city that is a region: Kyiv's covers Irpin, Hostomel and 24 more suburbs."""
    fallback_km: float = 60.0
    """Outside every polygon (coasts, 1:10m gaps) the nearest settlement or region this close is taken."""


@dataclass(frozen=True, slots=True)
class Borders:
    """Region polygons and settlement points, each with its region code."""

    codes: tuple[str, ...]
    polygons: Any
    tree: STRtree
    point_codes: tuple[str, ...]
    point_tree: STRtree
    point_lats: tuple[float, ...]
    point_lons: tuple[float, ...]
    policy: BorderPolicy

    @classmethod
    def load(
        cls, path: Path, points: Iterable[tuple[float, float, str]], policy: BorderPolicy | None = None
    ) -> Borders:
        """Read the polygons at ``path``; ``points`` are (lat, lon, region) of settlements."""
        table: dict[str, str] = orjson.loads(gzip.decompress(path.read_bytes()))
        polygons = shapely.from_wkb(list(table.values()))
        shapely.prepare(polygons)
        lats, lons, codes = zip(*points, strict=True)
        return cls(
            codes=tuple(table),
            polygons=polygons,
            tree=STRtree(polygons),
            point_codes=codes,
            point_tree=STRtree(shapely.points(lons, lats)),
            point_lats=lats,
            point_lons=lons,
            policy=policy or BorderPolicy(),
        )

    def region_at(self, lat: float, lon: float) -> str | None:
        """Return the region code of a point, or None far from all of them or for coordinates that are none."""
        if not (isfinite(lat) and isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180):
            return None
        point = shapely.Point(lon, lat)
        inside = self.tree.query(point, predicate="intersects")
        own = self.codes[int(inside[0])] if len(inside) else None
        near, distance = self._nearest_settlement(point, lat, lon)
        if own is None:
            if near is not None and distance <= self.policy.fallback_km:
                return near
            index = int(self.tree.nearest(point))
            gap = shapely.distance(self.polygons[index], point) * KM_PER_DEGREE
            return self.codes[index] if gap <= self.policy.fallback_km / 2 else None
        # Other countries have no settlements in the tables: a Polish village near the border stays Polish.
        if near is not None and near != own and own[:2] in ("UA", "RU"):
            bound = self.policy.city_km if own in CITY_REGIONS else self.policy.settlement_km
            return near if distance <= bound else own
        return own

    def _nearest_settlement(self, point: Any, lat: float, lon: float) -> tuple[str | None, float]:
        # The tree measures in degrees; among those within the box the true nearest is chosen.
        margin = self.policy.fallback_km / KM_PER_DEGREE
        nearest = int(self.point_tree.nearest(point))
        if abs(self.point_lats[nearest] - lat) > margin:
            return None, float("inf")
        shrink = cos(radians(lat))
        reach = hypot(self.point_lats[nearest] - lat, self.point_lons[nearest] - lon)
        box = shapely.box(lon - reach / max(shrink, 0.1), lat - reach, lon + reach / max(shrink, 0.1), lat + reach)
        best, best_km = None, float("inf")
        for i in self.point_tree.query(box):
            km = hypot(self.point_lats[i] - lat, (self.point_lons[i] - lon) * shrink) * KM_PER_DEGREE
            if km < best_km:
                best, best_km = self.point_codes[i], km
        return best, best_km
