"""The table of names for finding places in running text: stems, the endings they take, and whom they may mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from streams.reference.building.inflect import adjective_forms, case_forms, split_stem
from streams.reference.building.settlements import Row
from streams.reference.building.translit import ru_to_latin, ru_to_uk, uk_to_latin, uk_to_ru

Key = tuple[tuple[frozenset[str], ...], str]
"""Forms word by word, and the kind of name."""

ALTERNATE_PEOPLE = 3_000
"""Old and foreign names are looked for in text only for settlements of at least this size."""
OLD_ADJECTIVE_PEOPLE = 500_000
"""From this size on a settlement is named by the adjective of an earlier name."""
ADJECTIVE_PEOPLE = 4_000
"""Adjectives of Russian towns ("Грайворонский") are made for towns of at least this size."""


def _fold(name: str) -> str:
    plain_name = name.lower().replace("’", "'").replace("ё", "е").replace("ґ", "г")
    return " ".join(re.sub(r"'(?=s\b)", " ", plain_name).split())


def _is_cyrillic(name: str) -> bool:
    return any("а" <= c <= "ї" for c in name.lower())


class NameTable:
    """Collects names and writes them as stems with ending classes."""

    def __init__(self) -> None:
        self._refs: dict[Key, dict[str, None]] = defaultdict(dict)

    def noun(self, name: str, language: str, kind: str, ref: str) -> None:
        """Add a name that declines as a noun (or not at all, in Latin script)."""
        folded = _fold(name)
        if len(folded) < 3:
            return
        if language == "en":
            forms = tuple(frozenset({w}) for w in folded.split())
        else:
            forms = tuple(frozenset(map(_fold, f)) for f in case_forms(folded, language))
        self._refs[forms, kind][ref] = None

    def adjective(self, name: str, language: str, kind: str, ref: str) -> None:
        """Add an adjective (``Ніжинський``) that names a district, a community or a facility's town."""
        words = _fold(name).split()
        forms = tuple(frozenset(map(_fold, adjective_forms(w, language))) for w in words)
        self._refs[forms, kind][ref] = None

    def lines(self) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
        """Return the rows of ``endings.tsv`` (classes, in order) and of ``names.tsv``."""
        classes: dict[tuple[str, ...], int] = {}
        rows: list[tuple[object, ...]] = []
        for (forms, kind), refs in self._refs.items():
            spec = []
            for word in forms:
                stem, endings = split_stem(word)
                spec.append(f"{stem}:{classes.setdefault(endings, len(classes))}")
            rows.append((" ".join(spec), kind, ",".join(refs)))
        rows.sort()
        return [("=" + "|".join(c),) for c in classes], rows


def adjective_ru(town: str) -> str:
    """Return the adjective of a Russian town name: ``Рыльск`` → ``Рыльский``; of ``Суджа`` none is made."""
    w = town.lower()
    if w.endswith(("ск", "цк")):
        return w + "ий"
    if w.endswith(("ый", "ий", "ой", "ое", "ая")):
        return w[:-2] + "ский" if not w.endswith(("ский", "ское", "ская")) else w[:-2] + "ий"
    if w.endswith("я"):
        return w[:-1] + "йский"
    if w.endswith("ец"):
        return w[:-1] + "кий"
    if w.endswith("вка"):
        return w[:-2] + "ский"
    stem = w.rstrip("аоуыиеьй")
    return stem.removesuffix("с" if stem.endswith("сс") else "") + "ский"


def build(
    rows: list[Row],
    raions: Iterable[tuple[str, str, str]],
    hromadas: Iterable[tuple[str, str, str]],
    regions: Iterable[list[str]],
    renamed: Iterable[list[str]],
) -> NameTable:
    """Collect every name; refs are row numbers for settlements, codes for raions and regions.

    ``renamed`` are raions under earlier names: code, Ukrainian, Russian.

    Kinds: ``s`` settlement, ``a`` settlement under an old or foreign name, ``t`` adjective of a settlement,
    ``d`` raion adjective, ``o`` region adjective ("Харківська [область]"), ``r`` region by a noun ("Харківщина").
    """
    table = NameTable()
    settlements_of: dict[str, set[str]] = defaultdict(set)
    for i, row in enumerate(rows):
        ref = str(i)
        if row.population > 20_000:
            settlements_of[row.region].update(map(_fold, (row.en, *row.latin, *ru_to_latin(row.ru))))
        for name, language in ((row.uk, "uk"), (row.ru, "ru")):
            table.noun(name, language, "s", ref)
        latin = {row.en, *(v for v in ru_to_latin(row.ru) if row.lat is not None)}
        old = sorted(set(row.cyrillic) - {row.uk, row.ru}) if row.population >= ALTERNATE_PEOPLE else []
        for name in old:
            ukrainian = any(c in "іїєґ" for c in name.lower())
            table.noun(name, "uk" if ukrainian else "ru", "a", ref)
        curated = set(row.curated)
        for name in sorted(latin | {n for n in curated if n.isascii()}):
            table.noun(name, "en", "s", ref)
        for name in old:
            spellings = {uk_to_latin(name)} if any(c in "іїєґ" for c in name.lower()) else set(ru_to_latin(name))
            for spelling in sorted(spellings - latin - curated):
                table.noun(spelling, "en", "a", ref)
        if row.population >= ADJECTIVE_PEOPLE and " " not in row.ru:
            table.adjective(adjective_ru(row.ru), "ru", "t", ref)
        if row.population >= OLD_ADJECTIVE_PEOPLE:
            # Куйбышевский НПЗ is in Samara, which was Kuybyshev: plants keep their names.
            for name in (n for n in curated if n in old and " " not in n):
                table.adjective(adjective_ru(name), "ru", "t", ref)
                table.adjective(ru_to_uk(adjective_ru(name)), "uk", "t", ref)
    _adjectives(table, rows, raions, hromadas)
    for code, uk, ru in renamed:
        table.adjective(uk, "uk", "d", code)
        table.adjective(ru, "ru", "d", code)
    for code, en, uk, ru, *_, more_en, more_uk, more_ru in regions:
        if code.startswith(("UA-", "RU-")):
            _region(table, code, uk, ru, more_uk.split(";"), more_ru.split(";"))
            for name in (en, *more_en.split(";")):
                short = name.removesuffix(" Oblast").removesuffix(" Krai")
                if name:
                    # "Kharkov" alone is the city; "Crimea" alone is the region.
                    needs_type = short != name or code == "UA-32" or _fold(name) in settlements_of[code]
                    if needs_type and code in ("UA-30", "UA-40", "RU-MOW", "RU-SPE"):
                        continue
                    table.noun(short, "en", "e" if needs_type else "r", code)
    return table


def _adjectives(
    table: NameTable,
    rows: list[Row],
    raions: Iterable[tuple[str, str, str]],
    hromadas: Iterable[tuple[str, str, str]],
) -> None:
    by_raion: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for i, row in enumerate(rows):
        if row.lat is not None or row.kind != "village":
            by_raion[row.raion].append((i, row))
    for code, _, name in raions:
        table.adjective(name, "uk", "d", code)
        table.adjective(uk_to_ru(name), "ru", "d", code)
        town = _town(name, by_raion[code])
        if town is not None:
            table.adjective(adjective_ru(town[1].ru), "ru", "d", code)
            table.noun(town[1].en, "en", "x", code)  # "Nikopol district"
    for _, raion, name in hromadas:
        town = _town(name, by_raion[raion])
        if town is not None:
            table.adjective(name, "uk", "t", str(town[0]))
            table.adjective(uk_to_ru(name), "ru", "t", str(town[0]))
            table.adjective(adjective_ru(town[1].ru), "ru", "t", str(town[0]))


def _town(adjective: str, rows: list[tuple[int, Row]]) -> tuple[int, Row] | None:
    """The settlement an adjective is made from: it shares the longest beginning, at least half of its name."""

    def shared(name: str) -> int:
        n = 0
        for a, b in zip(adjective.lower(), name.lower(), strict=False):
            if a != b:
                break
            n += 1
        return n

    scored = [(shared(r.uk), -abs(len(r.uk) + 4 - len(adjective)), r.population, i, r) for i, r in rows]
    scored = [s for s in scored if s[0] >= max(3, len(s[4].uk) - 3)]
    best = max(scored, key=lambda s: (s[2], s[0], s[1], -s[3]), default=None)
    return (best[3], best[4]) if best else None


def _region(table: NameTable, code: str, uk: str, ru: str, more_uk: list[str], more_ru: list[str]) -> None:
    for language, names in (("uk", [uk, *more_uk]), ("ru", [ru, *more_ru])):
        for name in filter(None, names):
            first, _, rest = name.partition(" ")
            lowered = first.lower()
            if lowered.endswith(
                ("ська", "цька", "зька", "ский", "цкий", "ська", "ская", "цкая", "ський", "цький")
            ) and (not rest or rest.split()[-1] in ("область", "край", "округ")):
                table.adjective(first, language, "o", code)
            elif _is_cyrillic(name) and code not in ("UA-30", "UA-40", "RU-MOW", "RU-SPE"):
                table.noun(name, language, "r", code)
