"""Region polygons of Natural Earth 1:10m (public domain), patched and simplified.

Patches: RU-MOS and RU-MOW are swapped in the source; UA-43 and UA-40 are filed under another country; the polygon
of Kyiv city covers its suburbs (settlements near a border are decided by the nearest settlement at run time).
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pycountry
from shapely import make_valid, simplify
from shapely.geometry import shape
from shapely.ops import unary_union

NEIGHBOURS = (
    *("BY", "MD", "PL", "RO", "HU", "SK", "LT", "LV", "EE"),
    *("FI", "GE", "TR", "KZ", "AZ", "AM", "BG", "NO", "CZ"),
)
_SWAPPED = {"RU-MOS": "RU-MOW", "RU-MOW": "RU-MOS"}


def read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return polygons by region code, and GeoNames admin1 code of Russia → ISO code, from ``data/build.json``."""
    known = {s.code for s in pycountry.subdivisions}
    parts: dict[str, list[Any]] = defaultdict(list)
    geonames_codes = {}
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        p = feature["properties"]
        code = _SWAPPED.get(str(p["iso_3166_2"]), str(p["iso_3166_2"]))
        country = code[:2] if code[:2] in ("UA", "RU") else str(p["iso_a2"])
        if country not in ("UA", "RU", *NEIGHBOURS) or (country in ("UA", "RU") and "~" in code):
            continue
        if country == "RU":
            geonames_codes[str(p["gn_a1_code"]).removeprefix("RU.")] = code
        parts[code if code in known else country].append(make_valid(shape(feature["geometry"])))
    out = {}
    for code, shapes in parts.items():
        tolerance = 0.004 if code.startswith("UA") else 0.01 if code.startswith("RU") else 0.02
        out[code] = make_valid(simplify(unary_union(shapes), tolerance))
    return out, geonames_codes
