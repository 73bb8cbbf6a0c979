"""When two mentions are one event: each rule of docs/concepts.md by example, told apart by what one may not rely on."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.claim import ResolvedPlace
from schemas.vocabulary import PlacePrecision, Weapon
from streams.core.fusion import Fusion
from streams.core.fusion.places import Level, distance_km, name_key, spot_of
from streams.core.fusion.vocabulary import Likeness, weapon_likeness, weapon_mask
from tests.core.fusion.wire import POLICY, a_report, a_strike, an_outage, at, casualties, claims_of, fuse


def incidents(one: dict[str, Any], other: dict[str, Any], *, first: str = "2025-10-22 15:00") -> int:
    """Return how many incidents two reports with a claim each make."""
    reports = [a_report("r1", "desk", first, claims=[one]), a_report("r2", "wire", "2025-10-22 15:10", claims=[other])]
    fusion, _ = fuse(reports)
    return len(list(fusion.incidents()))


SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "minutes apart": (a_strike("2025-10-22 14:00"), a_strike("2025-10-22 14:15")),
    "an instant within an hour": (a_strike("2025-10-22 14:20"), a_strike("2025-10-22 14:00 .. 2025-10-22 15:00")),
    "one more exact about the weapon": (a_strike(weapons=["missile"]), a_strike(weapons=["cruise_missile"])),
    "names in two languages": (a_strike(place="Kharkiv"), a_strike(place="Харьков")),
    "spots 400 m apart": (
        a_strike(place={"region": "UA-63", "lat": 49.990, "lon": 36.230}),
        a_strike(place={"region": "UA-63", "lat": 49.993, "lon": 36.233}),
    ),
    "spots 4 km apart, by one kind of weapon": (
        a_strike(place={"region": "UA-63", "lat": 49.990, "lon": 36.230}, weapons=["drone"]),
        a_strike(place={"region": "UA-63", "lat": 50.026, "lon": 36.230}, weapons=["drone"]),
    ),
    "a spot and its city": (a_strike(place={"name": "Kharkiv", "lat": 50.01, "lon": 36.26}), a_strike()),
    "an oblast and the only town": (a_strike(place="UA-63", weapons=["drone"]), a_strike(weapons=["drone"])),
    "casualties told without the strike": (a_strike(), casualties(wounded=3)),
    "an outage told without the strike": (a_strike(), an_outage()),
    "undated, told right after it": (a_strike("2025-10-22 14:00"), a_strike(None)),
}
APART: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an hour apart": (a_strike("2025-10-22 13:00"), a_strike("2025-10-22 14:00")),
    "two towns": (a_strike(place="Kharkiv", weapons=["drone"]), a_strike(place="Chuhuiv", weapons=["drone"])),
    "spots 6 km apart": (
        a_strike(place={"region": "UA-63", "lat": 49.990, "lon": 36.230}, weapons=["drone"]),
        a_strike(place={"region": "UA-63", "lat": 50.044, "lon": 36.230}, weapons=["drone"]),
    ),
    "undated, told right after it, of another missile": (
        a_strike("2025-10-22 14:00", weapons=["cruise_missile"]),
        a_strike(None, weapons=["ballistic_missile"]),
    ),
    "two actors": (a_strike(actor="RU"), a_strike(actor="UA")),
    "two weapons": (a_strike(weapons=["artillery"]), a_strike(weapons=["cruise_missile"])),
    "the same city and day alone": (a_strike("2025-10-22 04:00"), a_strike(None)),
    "the same oblast and night alone": (
        a_strike("2025-10-21 20:00 .. 2025-10-22 06:00", place="UA-63"),
        a_strike("2025-10-22 02:00", weapons=["drone"]),
    ),
    "ends of a city, both located": (
        a_strike(place={"name": "Kharkiv", "lat": 49.95, "lon": 36.15}, weapons=["drone"]),
        a_strike(place={"name": "Kharkiv", "lat": 50.03, "lon": 36.35}, weapons=["drone"]),
    ),
    "power back before it was lost": (an_outage("2025-10-22 14:00"), an_outage("2025-10-22 09:00", status="restored")),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_one_event(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert incidents(*pair) == 1
    assert incidents(*reversed(pair)) == 1


@pytest.mark.parametrize("pair", APART.values(), ids=APART)
def test_two_events(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert incidents(*pair) == 2
    assert incidents(*reversed(pair)) == 2


def test_nothing_is_reported_before_it_happens() -> None:
    """
    ```
    12        13        14        15        16
    ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒│ told at 13:45: "in the afternoon, 12 to 18"
                         ● strike at 14:30
    ```
    """
    afternoon = a_strike("2025-10-22 12:00 .. 2025-10-22 18:00", weapons=["drone"])
    strike = a_strike("2025-10-22 14:30", weapons=["drone"])
    assert incidents(afternoon, strike, first="2025-10-22 13:45") == 2
    assert incidents(afternoon, strike, first="2025-10-22 15:00") == 1


def test_the_decision_and_its_reasons_are_on_the_incident() -> None:
    fusion, _ = fuse(
        [
            a_report("r1", claims=[a_strike(weapons=["drone"], target="energy")]),
            a_report("r2", "wire", claims=[a_strike("2025-10-22 14:05", "Харків", weapons=["loitering_munition"])]),
        ]
    )
    [incident] = fusion.incidents()
    assert incident.why == ("wire r2 is with desk r1: same settlement, times overlap, weapons of one kind",)


def test_weapons_compare_by_their_closest_pair() -> None:
    def likeness(*pair: list[Weapon]) -> Likeness:
        return weapon_likeness(weapon_mask(pair[0]), weapon_mask(pair[1]))

    assert likeness([Weapon.MISSILE, Weapon.DRONE], [Weapon.CRUISE_MISSILE]) is Likeness.KIN
    assert likeness([Weapon.CRUISE_MISSILE], [Weapon.BALLISTIC_MISSILE]) is Likeness.SIBLING
    assert likeness([Weapon.UNKNOWN], [Weapon.MINE]) is Likeness.UNSAID
    assert likeness([Weapon.DEBRIS], [Weapon.LOITERING_MUNITION]) is Likeness.KIN
    for one in Weapon:
        for other in Weapon:
            assert likeness([one], [other]) is likeness([other], [one])


@pytest.mark.parametrize(
    "names",
    [
        ("Чугуїв", "Chuhuiv", "chuhuiv"),
        ("Київ", "KYIV", "Kyiv"),
        ("Slov'iansk", "Словянськ", "Слов’янськ"),
    ],
)
def test_unknown_names_meet_whatever_their_script(names: tuple[str, ...]) -> None:
    assert len({name_key(name) for name in names}) == 1


def test_every_place_within_reach_is_filed_where_it_is_looked_for() -> None:
    """Cells block and must never hide a neighbour: walk round a point on a circle of just under 5 km."""
    centre = spot_of(ResolvedPlace(region="UA-63", lat=49.99, lon=36.23, precision=PlacePrecision.POINT), 5.0)
    for step in range(72):
        lat = 49.99 + 0.0448 * [0, 1, 0.7, -0.7, -1][step % 5]
        lon = 36.23 + 0.0695 * [1, 0, 0.7, -0.7, 0][step % 5]
        assert distance_km(49.99, 36.23, lat, lon) < 5.1
        other = spot_of(ResolvedPlace(region="UA-63", lat=lat, lon=lon, precision=PlacePrecision.POINT), 5.0)
        if distance_km(49.99, 36.23, lat, lon) <= 5.0:
            assert set(centre.cells) & set(other.homes)
            assert set(other.cells) & set(centre.homes)


@pytest.mark.parametrize(("town", "found"), [("Chuhuiv", 1), ("Izium", 2)])
def test_a_raion_holds_what_lies_within_sixty_kilometres_of_its_centre(town: str, found: int) -> None:
    """Chuhuiv lies 37 km from the middle of Kharkiv's raion, Izium 114 km."""
    raion = ResolvedPlace(name="Kharkiv Raion", region="UA-63", lat=49.99, lon=36.23, precision=PlacePrecision.RAION)
    [roughly] = claims_of(a_report("r1", "desk", claims=[a_strike(place="UA-63", weapons=["drone"])]))
    fusion = Fusion(POLICY)
    fusion.take([roughly.model_copy(update={"place": raion})])
    fusion.take(claims_of(a_report("r2", "wire", claims=[a_strike(place=town, weapons=["drone"])])))
    fusion.step(at("2025-10-22 18:00"))
    assert len(list(fusion.incidents())) == found


def test_a_place_known_to_the_region_has_no_spot() -> None:
    spot = spot_of(ResolvedPlace(region="UA-63", precision=PlacePrecision.REGION), 5.0)
    assert spot.level is Level.REGION
    assert spot.cells == ()


def test_distance_is_right_to_a_percent() -> None:
    # Kyiv to Zhytomyr, 134 km on the great circle.
    assert distance_km(50.450, 30.523, 50.255, 28.659) == pytest.approx(134.0, rel=0.01)
