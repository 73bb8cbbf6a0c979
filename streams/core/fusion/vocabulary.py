"""Weapons and targets as sets in one integer, and how two such sets compare."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from typing import Final

from schemas.vocabulary import Target, Utility, Weapon

WEAPONS: Final = tuple(weapon for weapon in Weapon if weapon is not Weapon.UNKNOWN)
TARGETS: Final = tuple(target for target in Target if target is not Target.UNKNOWN)
_WEAPON_BIT: Final[dict[Weapon, int]] = {weapon: 1 << number for number, weapon in enumerate(WEAPONS)}
_TARGET_BIT: Final[dict[Target, int]] = {target: 1 << number for number, target in enumerate(TARGETS)}
_UTILITY_BIT: Final = {utility: 1 << number for number, utility in enumerate(Utility)}

# What a less exact source calls a weapon. Debris is what is left of anything shot down in the air.
_BROADER: Final = {
    Weapon.BALLISTIC_MISSILE: {Weapon.MISSILE},
    Weapon.CRUISE_MISSILE: {Weapon.MISSILE},
    Weapon.LOITERING_MUNITION: {Weapon.DRONE},
    Weapon.FPV_DRONE: {Weapon.DRONE},
    Weapon.NAVAL_DRONE: {Weapon.DRONE},
    Weapon.ROCKET_ARTILLERY: {Weapon.ARTILLERY, Weapon.MISSILE},
    Weapon.DEBRIS: {
        Weapon.MISSILE,
        Weapon.CRUISE_MISSILE,
        Weapon.BALLISTIC_MISSILE,
        Weapon.DRONE,
        Weapon.LOITERING_MUNITION,
    },
}
_SIBLINGS: Final = (
    {Weapon.BALLISTIC_MISSILE, Weapon.CRUISE_MISSILE},
    {Weapon.LOITERING_MUNITION, Weapon.FPV_DRONE},
    {Weapon.GLIDE_BOMB, Weapon.MISSILE},
    {Weapon.GLIDE_BOMB, Weapon.ARTILLERY},
)


class Likeness(IntEnum):
    """How two sets of weapons compare, best first."""

    SAME = 0
    KIN = 1
    UNSAID = 2
    SIBLING = 3
    OTHER = 4


def weapon_mask(weapons: Iterable[Weapon]) -> int:
    """Return the set as bits; ``unknown`` is the empty set, for it says nothing."""
    mask = 0
    for weapon in weapons:
        mask |= _WEAPON_BIT.get(weapon, 0)
    return mask


def target_mask(target: Target | None) -> int:
    """Return the target as a bit; unknown and unsaid are 0."""
    return 0 if target is None else _TARGET_BIT.get(target, 0)


def utility_bit(utility: Utility) -> int:
    return _UTILITY_BIT[utility]


@lru_cache(maxsize=4096)
def weapons_of(mask: int) -> tuple[Weapon, ...]:
    return tuple(weapon for weapon in WEAPONS if mask & _WEAPON_BIT[weapon])


@lru_cache(maxsize=4096)
def weapon_names(mask: int) -> tuple[str, ...]:
    """Return the weapons of a set by their names on the wire."""
    return tuple(weapon.value for weapon in weapons_of(mask))


@lru_cache(maxsize=4096)
def target_names(mask: int) -> tuple[str, ...]:
    """Return the targets of a set by their names on the wire."""
    return tuple(target.value for target in TARGETS if mask & _TARGET_BIT[target])


@lru_cache(maxsize=4_096)
def weapon_likeness(one: int, other: int) -> Likeness:
    """Return the best likeness between any two weapons of the two sets. Symmetric."""
    if not one or not other:
        return Likeness.UNSAID
    if one & other:
        return Likeness.SAME
    best = Likeness.OTHER
    for a in weapons_of(one):
        for b in weapons_of(other):
            if b in _BROADER.get(a, ()) or a in _BROADER.get(b, ()):
                return Likeness.KIN
            if any(a in pair and b in pair for pair in _SIBLINGS):
                best = Likeness.SIBLING
    return best
