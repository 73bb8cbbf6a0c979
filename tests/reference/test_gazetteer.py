"""Laws of the gazetteer: codes complete, names found in every form, coordinates in the right region."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.report import Place
from seeds.history_truth import towns
from streams.core.fusion.places import distance_km
from streams.reference.codes import region_codes
from streams.reference.gazetteer import TABLES, Gazetteer, Verdict
from streams.reference.geography import Borders

UKRAINE = [
    f"UA-{n:02}"
    for n in (5, 7, 9, 12, 14, 18, 21, 23, 26, 30, 32, 35, 40, 43, 46, 48, 51, 53, 56, 59, 61, 63, 65, 68, 71, 74, 77)
]


def test_all_first_level_regions_of_ukraine_are_there(gazetteer: Gazetteer) -> None:
    assert sorted(c for c in gazetteer.regions if c.startswith("UA-")) == UKRAINE


def test_all_83_iso_regions_of_russia_are_there(gazetteer: Gazetteer) -> None:
    assert sum(c.startswith("RU-") for c in gazetteer.regions) == 83


def test_each_region_of_both_countries_has_names_in_three_languages_and_a_point_of_its_own(
    gazetteer: Gazetteer,
) -> None:
    for code, region in gazetteer.regions.items():
        if code[:3] in ("UA-", "RU-"):
            assert region.names.en
            assert region.names.uk
            assert region.names.ru
            assert region.lat is not None
            assert region.lon is not None
            assert gazetteer.region_at(region.lat, region.lon) == code


def test_the_codes_alone_are_those_of_the_gazetteer(gazetteer: Gazetteer) -> None:
    assert region_codes() == set(gazetteer.regions)


def test_each_code_fits_the_wire(gazetteer: Gazetteer) -> None:
    for code in gazetteer.regions:
        assert Place(region=code).region == code


def test_the_136_raions_hang_in_their_oblasts(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.raions) == 136
    assert all(r.region in gazetteer.regions for r in gazetteer.raions.values())
    assert {s.raion for s in gazetteer.settlements if s.raion} <= set(gazetteer.raions)
    for s in gazetteer.settlements:
        if s.raion:
            assert gazetteer.raions[s.raion].region == s.region


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Chernihiv region", "UA-74"),
        ("Чернігівщина", "UA-74"),
        ("Черниговская область", "UA-74"),
        ("Брянская область", "RU-BRY"),
        ("Брянська область", "RU-BRY"),
        ("Bryansk Oblast", "RU-BRY"),
        ("Kyiv", "UA-30"),
        ("Kiev", "UA-30"),
        ("м. Київ", "UA-30"),
        ("Kyiv region", "UA-32"),
        ("Kiev Oblast", "UA-32"),
        ("Київська область", "UA-32"),
        ("Київщина", "UA-32"),
        ("Moscow region", "RU-MOS"),
        ("Москва", "RU-MOW"),
        ("Московская область", "RU-MOS"),
        ("Крым", "UA-43"),
        ("Republic of Crimea", "UA-43"),
        ("Прикарпаття", "UA-26"),
        ("Республика Татарстан", "RU-TA"),
        ("Krasnodar Krai", "RU-KDA"),
        ("Россия", "RU"),
        ("Ukraine", "UA"),
        ("UA-74", "UA-74"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_a_region_is_found_by_any_of_its_names(gazetteer: Gazetteer, name: str, code: str | None) -> None:
    assert gazetteer.region_named(name) == code


@pytest.mark.parametrize(
    ("name", "region", "english", "code"),
    [
        ("Kharkov", None, "Kharkiv", "UA-63"),
        ("ХАРКІВ", None, "Kharkiv", "UA-63"),
        ("Kup'yansk", None, "Kupiansk", "UA-63"),
        ("Куп’янськ", None, "Kupiansk", "UA-63"),
        ("Artemovsk", None, "Bakhmut", "UA-14"),
        ("Кіровоград", None, "Kropyvnytskyi", "UA-35"),
        ("Днепропетровск", None, "Dnipro", "UA-12"),
        ("Gorlovka", None, "Horlivka", "UA-14"),
        ("Ирпень", None, "Irpin", "UA-32"),
        ("Суджа", None, "Sudzha", "RU-KRS"),
        ("Бєлгород", None, "Belgorod", "RU-BEL"),
        ("Миколаївка", "UA-14", "Mykolaivka", "UA-14"),
        ("м. Славутич", None, "Slavutych", "UA-32"),
        ("Izmail", "UA", "Izmail", "UA-51"),
    ],
)
def test_a_settlement_is_found_by_any_of_its_names(
    gazetteer: Gazetteer, name: str, region: str | None, english: str, code: str
) -> None:
    found = gazetteer.settlement(name, region)
    assert found.verdict is Verdict.FOUND
    assert found.settlement is not None
    assert (found.settlement.name, found.settlement.region) == (english, code)


def test_a_name_of_several_villages_is_ambiguous_and_lists_them(gazetteer: Gazetteer) -> None:
    found = gazetteer.settlement("Миколаївка")
    assert found.verdict is Verdict.AMBIGUOUS
    assert found.settlement is None
    assert len({c.region for c in found.candidates}) > 5


def test_an_old_name_does_not_outweigh_a_town_that_bears_the_name_today(gazetteer: Gazetteer) -> None:
    # Engels was once a settlement named Pokrovsk, and is three times larger than today's Pokrovsk.
    found = gazetteer.settlement("Pokrovsk")
    assert found.settlement is not None
    assert found.settlement.region == "UA-14"


def test_a_settlement_is_not_looked_for_outside_the_region_given(gazetteer: Gazetteer) -> None:
    assert gazetteer.settlement("Харків", "UA-74").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        (50.450, 30.523, "UA-30"),
        (50.522, 30.250, "UA-32"),  # Irpin, inside the source's polygon of Kyiv city
        (50.591, 30.261, "UA-32"),  # Hostomel
        (46.636, 32.617, "UA-65"),  # Kherson, outside every polygon of the source
        (46.116, 32.911, "UA-65"),  # Skadovsk
        (46.612, 31.539, "UA-48"),  # Ochakiv
        (44.606, 33.522, "UA-40"),
        (44.952, 34.102, "UA-43"),
        (55.751, 37.618, "RU-MOW"),
        (55.820, 37.330, "RU-MOS"),  # Krasnogorsk: the two codes are swapped in the source
        (45.180, 28.800, "RO-TL"),
        (52.230, 21.010, "PL"),
        (0.0, 0.0, None),
        (math.nan, 30.0, None),
        (91.0, 30.0, None),
    ],
)
def test_a_point_lies_in_its_region(gazetteer: Gazetteer, lat: float, lon: float, code: str | None) -> None:
    assert gazetteer.region_at(lat, lon) == code


def test_settlements_lie_in_their_own_regions(gazetteer: Gazetteer) -> None:
    placed = [(s.lat, s.lon, s.region) for s in gazetteer.settlements if s.lat is not None and s.lon is not None]
    agreeing = sum(gazetteer.region_at(lat, lon) == region for lat, lon, region in placed)
    assert agreeing / len(placed) >= 0.985


def test_settlements_held_back_from_the_tables_mostly_lie_in_their_own_regions(gazetteer: Gazetteer) -> None:
    placed = [(s.lat, s.lon, s.region) for s in gazetteer.settlements if s.lat is not None and s.lon is not None]
    borders = Borders.load(TABLES / "polygons.json.gz", [p for i, p in enumerate(placed) if i % 8])
    asked = placed[0::8]
    agreeing = sum(borders.region_at(lat, lon) == region for lat, lon, region in asked)
    assert agreeing / len(asked) >= 0.98


@given(st.text(max_size=40))
@settings(max_examples=150)
def test_any_name_is_answered_without_error(gazetteer: Gazetteer, name: str) -> None:
    found = gazetteer.settlement(name)
    assert (found.settlement is not None) == (found.verdict is Verdict.FOUND)
    gazetteer.region_named(name)


@given(st.floats(), st.floats())
@settings(max_examples=150)
def test_any_coordinates_are_answered_without_error(gazetteer: Gazetteer, lat: float, lon: float) -> None:
    code = gazetteer.region_at(lat, lon)
    assert code is None or code in gazetteer.regions


def test_the_towns_of_generated_histories_are_found_where_they_lie(gazetteer: Gazetteer) -> None:
    """Else a history's truth tells of a place that no report can name, and fusion is judged by it."""
    lost = [
        (region, name)
        for region, held in towns().items()
        for town in held
        for name in (town.en, town.uk)
        if (found := gazetteer.settlement(name, region).settlement) is None
        or found.lat is None
        or found.lon is None
        or distance_km(found.lat, found.lon, town.lat, town.lon) > 1
    ]
    assert lost == []
