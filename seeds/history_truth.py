"""What truly happened in a generated history: events with place, time, weapon, toll and outage."""

from __future__ import annotations

import random
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

KYIV: Final = ZoneInfo("Europe/Kyiv")
_WEAPONS: Final = (
    # weapon, share, what a less exact source calls it, what a mistaken source calls it
    ("loitering_munition", 34, "drone", "fpv_drone"),
    ("cruise_missile", 12, "missile", "ballistic_missile"),
    ("ballistic_missile", 10, "missile", "cruise_missile"),
    ("glide_bomb", 14, "glide_bomb", "missile"),
    ("fpv_drone", 12, "drone", "loitering_munition"),
    ("artillery", 12, "artillery", "rocket_artillery"),
    ("rocket_artillery", 6, "artillery", "artillery"),
)
_TARGETS: Final = (
    ("residential", 40),
    ("energy", 16),
    ("industrial", 12),
    ("rail", 6),
    ("commercial", 8),
    ("medical", 4),
    ("education", 4),
    ("port", 2),
    ("oil", 4),
    ("road_transport", 4),
)


@dataclass(frozen=True, slots=True)
class Town:
    """A settlement with its name in three languages. From GeoNames (CC BY 4.0) and the KATOTTG codifier."""

    region: str
    en: str
    uk: str
    ru: str
    lat: float
    lon: float

    def name(self, language: str) -> str:
        return {"en": self.en, "uk": self.uk, "ru": self.ru}[language]


@dataclass(frozen=True, slots=True)
class Outage:
    customers: int
    restored_at: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    """One strike as it was, down to the spot and the minute. ``killed`` is final, those who died later among them."""

    number: int
    town: Town
    lat: float
    lon: float
    at: datetime
    weapon: str
    broader: str
    mistaken: str
    target: str
    actor: str
    killed: int
    wounded: int
    outage: Outage | None

    @property
    def region(self) -> str:
        return self.town.region


@cache
def towns() -> dict[str, tuple[Town, ...]]:
    """Return up to ten settlements of each of 30 regions, the hardest hit regions first, the largest towns first."""
    rows = files("seeds").joinpath("settlements.tsv").read_text(encoding="utf-8").splitlines()[1:]
    found: dict[str, list[Town]] = {}
    for row in rows:
        region, en, uk, ru, lat, lon = row.split("\t")
        found.setdefault(region, []).append(Town(region, en, uk, ru, float(lat), float(lon)))
    return {region: tuple(held) for region, held in found.items()}


ONE_ATTACK: Final = timedelta(hours=1)
"""What hits one town within the hour is one attack, and one event: sources tell of it as one, with one toll."""


def happen(
    dice: random.Random, count: int, start: datetime, days: float, regions: int, apart: timedelta = ONE_ATTACK
) -> list[Event]:
    """Return ``count`` events over ``days`` from ``start`` on, in order of time.

    More of them by night than by day, more in large towns and in regions near the front; every eighth follows
    another one in the same town one to five hours later, by the same kind of weapon: the hard case. Two events of
    one town lie at least ``apart``; with zero they come as close as chance brings them.
    """
    places = list(towns().items())[:regions]
    region_weights = [1 / (rank + 3) for rank in range(len(places))]
    drawn: list[tuple[datetime, Town, str]] = []
    taken: dict[Town, list[datetime]] = {}
    while len(drawn) < count:
        if drawn and dice.random() < 0.12:
            before, town, weapon = drawn[dice.randrange(len(drawn))]
            at = before + timedelta(minutes=dice.uniform(60, 300))
        else:
            held = dice.choices(places, region_weights)[0][1]
            town = dice.choices(held, [1 / (rank + 1) for rank in range(len(held))])[0]
            at = _moment(dice, start, days)
            weapon = dice.choices(_WEAPONS, [held[1] for held in _WEAPONS])[0][0]
        hits = taken.setdefault(town, [])
        if at < start + timedelta(days=days) and not _is_near(at, hits, apart):
            insort(hits, at)
            drawn.append((at.replace(second=0, microsecond=0), town, weapon))
    drawn.sort(key=lambda held: (held[0], held[1].region, held[1].en, held[2]))
    return [_event(dice, number, at, town, weapon) for number, (at, town, weapon) in enumerate(drawn)]


def _is_near(at: datetime, hits: list[datetime], apart: timedelta) -> bool:
    place = bisect_left(hits, at)
    return any(abs(hit - at) < apart for hit in hits[max(0, place - 1) : place + 1])


def totals(events: Sequence[Event], figure: str) -> dict[tuple[str, str], int]:
    """Return the true number of people ``killed`` or ``wounded`` per region and local day."""
    found: dict[tuple[str, str], int] = {}
    for event in events:
        key = event.region, f"{event.at.astimezone(KYIV):%Y-%m-%d}"
        found[key] = found.get(key, 0) + getattr(event, figure)
    return found


def _moment(dice: random.Random, start: datetime, days: float) -> datetime:
    at = start + timedelta(days=dice.random() * days)
    if 6 <= at.astimezone(KYIV).hour < 20 and dice.random() < 0.35:
        at += timedelta(hours=dice.choice((-12, 12)))
    return max(at, start)


def _event(dice: random.Random, number: int, at: datetime, town: Town, weapon: str) -> Event:
    _, _, broader, mistaken = next(held for held in _WEAPONS if held[0] == weapon)
    target = dice.choices([held[0] for held in _TARGETS], [held[1] for held in _TARGETS])[0]
    bloody = dice.random() < 0.3
    killed = min(int(dice.expovariate(0.6)), 30) if bloody else 0
    wounded = min(int(dice.expovariate(0.18)) + (1 if killed else 0), 90) if bloody or dice.random() < 0.15 else 0
    outage = None
    if target == "energy" and dice.random() < 0.7:
        hours = dice.uniform(2, 30)
        back = at + timedelta(hours=hours) if dice.random() < 0.8 else None
        outage = Outage(
            100 * round(dice.lognormvariate(5, 1.2)), back.replace(second=0, microsecond=0) if back else None
        )
    return Event(
        number=number,
        town=town,
        lat=round(town.lat + dice.gauss(0, 0.008), 5),
        lon=round(town.lon + dice.gauss(0, 0.012), 5),
        at=at,
        weapon=weapon,
        broader=broader,
        mistaken=mistaken,
        target=target,
        actor="UA" if town.region.startswith("RU") else "RU",
        killed=killed,
        wounded=wounded,
        outage=outage,
    )
