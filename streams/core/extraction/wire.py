"""Claims of the wire and the values they are made of, built once each: models are frozen.

All that goes into them is this package's own, and right: figures, places and intervals are validated when they are
first made, claims are laid out without being validated again (tests validate them).
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from schemas.base import made
from schemas.estimate import Estimate
from schemas.report import CasualtiesClaim, Interval, OutageClaim, Place, StrikeClaim
from schemas.vocabulary import Group, OutageStatus, Party, Scope, Target, Utility, Weapon

Bounds = tuple[int, int | None, int | None]
"""Low, high and best."""


def country_of(regions: tuple[str, ...]) -> str | None:
    """Return the country of several regions, if it is one: a single figure over them is never spread."""
    countries = {r[:2] for r in regions}
    return countries.pop() if len(countries) == 1 else None


@lru_cache(maxsize=256)
def known_place(name: str | None, region: str) -> Place:
    """Return the place; building a model costs as much as finding what it holds."""
    return Place(name=name, region=region)


@lru_cache(maxsize=4096)
def estimate(bounds: Bounds | None) -> Estimate | None:
    """Return bounds as they go on the wire."""
    return None if bounds is None else Estimate(low=bounds[0], high=bounds[1], best=bounds[2])


@lru_cache(maxsize=256)
def interval(start: datetime, end: datetime) -> Interval:
    """Return the interval; texts of one day tell of the same nights and mornings."""
    return Interval(start=start, end=end)


def strike_claim(
    occurred: Interval | None,
    place: Place | None,
    scope: Scope,
    weapons: tuple[Weapon, ...],
    actor: Party | None,
    target: Target | None,
    figures: tuple[Bounds | None, Bounds | None, Bounds | None],
) -> StrikeClaim:
    """Return a strike; ``figures`` are of launched, intercepted and hit."""
    launched, intercepted, hit = figures
    fields = {
        "occurred": occurred,
        "place": place,
        "scope": scope,
        "kind": "strike",
        "weapons": weapons,
        "actor": actor,
        "target": target,
        "launched": estimate(launched),
        "intercepted": estimate(intercepted),
        "hit": estimate(hit),
    }
    return made(StrikeClaim, fields)


def casualties_claim(
    occurred: Interval | None, place: Place | None, scope: Scope, group: Group, figures: dict[str, Bounds]
) -> CasualtiesClaim:
    """Return casualties; ``figures`` by field."""
    fields: dict[str, Any] = {
        "occurred": occurred,
        "place": place,
        "scope": scope,
        "kind": "casualties",
        "killed": None,
        "wounded": None,
        "missing": None,
        "children_killed": None,
        "children_wounded": None,
        "group": group,
    }
    for name, bounds in figures.items():
        fields[name] = estimate(bounds)
    return made(CasualtiesClaim, fields)


def outage_claim(
    occurred: Interval | None,
    place: Place | None,
    scope: Scope,
    utility: Utility,
    customers: Bounds | None,
    status: OutageStatus,
    scheduled: bool,
) -> OutageClaim:
    """Return an outage."""
    fields = {
        "occurred": occurred,
        "place": place,
        "scope": scope,
        "kind": "outage",
        "utility": utility,
        "customers": estimate(customers),
        "status": status,
        "scheduled": scheduled,
    }
    return made(OutageClaim, fields)
