"""Do two mentions mean one event? An explicit decision in points, each with its reason. Pure and symmetric.

Blocking by region, cell and time has happened before; here the evidence is weighed. Decision 0010 gives the table and
what it was measured on.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from operator import eq
from typing import Final, NamedTuple

from schemas.vocabulary import Target, Utility
from streams.core.estimates import Range, disjoint
from streams.core.fusion.mentions import Mention, Order
from streams.core.fusion.places import WITHIN_NEAR, Level, km_apart, nearness
from streams.core.fusion.policy import FusionPolicy
from streams.core.fusion.vocabulary import Likeness, target_mask, utility_bit, weapon_likeness
from streams.core.moments import HOUR, MINUTE


class Match(NamedTuple):
    """Points for two mentions to be one event, and what they are made of.

    ``support`` is the evidence beside place and time.
    """

    points: float
    support: float
    tight: bool
    """Both times are known to the hour or better, and they overlap for the better part."""
    notes: tuple[str, str, Likeness, str, int, bool]

    @property
    def reason(self) -> str:
        """What the points are made of, in words; put together when asked for, as most matches lose."""
        return _reason(*self.notes)


Known = tuple[int, int, Range | None, Range | None]
"""Weapons, targets, killed and wounded of an incident, each from the first of its first members who states it."""


_ENERGY: Final = target_mask(Target.ENERGY)
_POWER: Final = utility_bit(Utility.POWER)
_MAYBE_ENERGY: Final = 0.5
_RAION: Final = int(Level.RAION)


def _known_of(leader: Mention, before: Order, deputies: int) -> Known:
    """Return what the leader and the next members know, as far as they come ``before``.

    The leader may not have known the weapon or the toll. Place and time stay its own: there are no chains of ever
    remoter likeness.
    """
    weapons, targets, killed, wounded = leader.weapons, leader.targets, leader.killed, leader.wounded
    members = leader.members
    if members is None or len(members) == 1 or (weapons and targets and killed is not None and wounded is not None):
        return weapons, targets, killed, wounded
    for deputy in members[1 : 1 + deputies]:
        if deputy.order >= before:
            break
        weapons = weapons or deputy.weapons
        targets = targets or deputy.targets
        killed = deputy.killed if killed is None else killed
        wounded = deputy.wounded if wounded is None else wounded
    return weapons, targets, killed, wounded


def match(one: Mention, other: Mention, policy: FusionPolicy, *, as_incident: bool = False) -> Match | None:
    """Return the evidence that the two mean one event, or None where place, time or actor rule it out.

    ``as_incident`` compares with what the incident that ``other`` leads knows beside place and time.
    """
    slack = policy.slack_us
    if (
        (one.start - other.end > slack or other.start - one.end > slack)
        and one.reach == one.start
        and other.reach == other.start
    ):
        return None  # The ordinary case of two neighbours; only what goes on reaches back.
    if one.actor is not None and other.actor is not None and one.actor is not other.actor:
        return None
    time = _time_points(one, other, policy)
    if time is None:
        return None
    place = _place_points(one, other, policy)
    if place is None:
        return None
    time_points, tight, time_note = time
    place_points, place_note = place
    if as_incident:
        weapons, targets, killed, wounded = _known_of(other, one.order, policy.deputies)
    else:
        weapons, targets, killed, wounded = other.weapons, other.targets, other.killed, other.wounded
    if one.weapons and weapons:
        likeness = Likeness.SAME if one.weapons & weapons else weapon_likeness(one.weapons, weapons)
        support = _weapon_points(likeness, policy)
    else:
        likeness, support = Likeness.UNSAID, 0.0
    target_note = ""
    if one.targets and targets:
        same = one.targets & targets
        support += policy.same_target if same else policy.other_target
        target_note = "same target" if same else "other target"
    elif _is_power_cut_by(one, other) or _is_power_cut_by(other, one):
        support += _MAYBE_ENERGY
        target_note = "power lost where energy was struck"
    if one.utilities & other.utilities:
        support += policy.same_utility
    toll = 0.0
    if one.killed is not None and killed is not None:
        toll = _toll_points(one.killed, killed, policy)
    if one.wounded is not None and wounded is not None:
        toll += _toll_points(one.wounded, wounded, policy)
    toll_note = (toll > 0) - (toll < 0)
    if _hurt(one.killed, one.wounded) and _hurt(killed, wounded):
        toll += policy.both_hurt
        toll_note = toll_note or 2
    support += toll
    echo = one.signature and is_echo(one.signature, other.signature, policy.echo)
    if echo:
        support += policy.same_text
    notes = (place_note, time_note, likeness, target_note, toll_note, bool(echo))
    return Match(place_points + time_points + support, support, tight, notes)


def most_support(mention: Mention, policy: FusionPolicy) -> float:
    """Return how many points beside place and time no match of the mention can exceed."""
    tolls = (mention.killed is not None) + (mention.wounded is not None)
    most = tolls * max(policy.telling_toll, policy.same_toll, policy.close_toll)
    most += max(policy.same_target if mention.targets else 0.0, _MAYBE_ENERGY)
    if mention.weapons:
        most += max(policy.same_weapon, policy.kin_weapon, policy.sibling_weapon, policy.other_weapon)
    if mention.utilities:
        most += policy.same_utility
    if _hurt(mention.killed, mention.wounded):
        most += policy.both_hurt
    # Sums of the same numbers in another order may differ in their last digit.
    return most + (policy.same_text if mention.signature else 0.0) + 1e-6


def is_echo(one: bytes, other: bytes, share: float) -> bool:
    """Return whether two MinHash signatures are of one text, repeated word for word or nearly so."""
    if not one or len(one) != len(other):
        return False
    if one == other:
        return True
    least = share * (len(one) // 4)
    # Equal values have equal first bytes: mostly that decides, in a third of the time.
    if sum(map(eq, one[::4], other[::4])) < least:
        return False
    equal: int = sum(map(eq, _values(one), _values(other)))
    return equal >= least


@lru_cache(maxsize=512)
def _values(signature: bytes) -> tuple[int, ...]:
    return struct.unpack(f"={len(signature) // 4}I", signature)


def _time_points(one: Mention, other: Mention, policy: FusionPolicy) -> tuple[float, bool, str] | None:
    one_start, one_end, other_start, other_end = one.start, one.end, other.start, other.end
    first, start = (one_start, other_start) if one_start < other_start else (other_start, one_start)
    end, last = (one_end, other_end) if one_end < other_end else (other_end, one_end)
    overlap = end - start
    if overlap <= 0:
        gap = -overlap
        instants = one_end - one_start <= 10 * MINUTE or other_end - other_start <= 10 * MINUTE
        if not (instants and gap <= policy.slack_us):
            return _going_on_points(one, other, policy)
    if one.assumed or other.assumed:
        return _assumed_points(one, other, policy)
    smoothing = policy.smoothing_us
    likeness = max(0.0, (overlap + smoothing) / (last - first + smoothing))
    wider = max(one_end - one_start, other_end - other_start)
    tight = likeness >= 0.5 and wider <= HOUR
    note = "same time" if likeness >= 0.9 else "times overlap" if likeness >= 0.3 else "one time within the other"
    floor = policy.narrow_floor if wider <= policy.narrow_us else policy.overlap_floor
    return floor + policy.overlap_scale * likeness, tight, note


def _assumed_points(one: Mention, other: Mention, policy: FusionPolicy) -> tuple[float, bool, str]:
    # The end of an assumed day is the report's publication.
    undated, known = (one, other) if one.assumed else (other, one)
    if known.assumed:
        fresh = abs(known.end - undated.end) <= policy.fresh_us
        return policy.assumed_time * (2 if fresh else 1), False, "published shortly after each other"
    told_after = undated.end - known.end
    if told_after <= policy.fresh_us:
        return policy.fresh_time, False, "told shortly after it"
    if told_after > policy.stale_us:
        return policy.stale_time, False, "told long after it"
    return policy.assumed_time, False, "the day fits"


def _going_on_points(one: Mention, other: Mention, policy: FusionPolicy) -> tuple[float, bool, str] | None:
    # "Power is back" is said long after the lights went out: it looks for an outage of its kind that began before.
    later, earlier = (one, other) if one.start > other.start else (other, one)
    if later.reach < later.start and later.utilities & earlier.utilities and later.reach <= earlier.end:
        return policy.overlap_floor, False, "the outage began before"
    return None


def _vague_place_points(one: Mention, other: Mention, policy: FusionPolicy) -> tuple[float, str] | None:
    a, b = one.spot, other.spot
    if a is b:
        return policy.support, "same region"
    if Level.RAION in {a.level, b.level} and (not a.name_key or a.name_key != b.name_key):
        km = km_apart(a.place, b.place)
        if km is not None and km > policy.raion_km:
            return None
    return 0.0, "place known only to the region"


def _place_points(one: Mention, other: Mention, policy: FusionPolicy) -> tuple[float, str] | None:
    a, b = one.spot, other.spot
    if a.level >= _RAION or b.level >= _RAION:
        return _vague_place_points(one, other, policy)
    near = nearness(a, b, policy.same_point_km, policy.near_km)
    if near is None:
        return None
    return policy.near_place if near is WITHIN_NEAR else policy.same_place, near


def _weapon_points(likeness: Likeness, policy: FusionPolicy) -> float:
    if likeness is Likeness.UNSAID:
        return 0.0
    if likeness is Likeness.SAME:
        return policy.same_weapon
    if likeness is Likeness.KIN:
        return policy.kin_weapon
    return policy.sibling_weapon if likeness is Likeness.SIBLING else policy.other_weapon


def _is_power_cut_by(outage: Mention, strike: Mention) -> bool:
    return bool(outage.utilities & _POWER and strike.targets & _ENERGY and not outage.is_strike)


def _toll_points(one: Range, other: Range, policy: FusionPolicy) -> float:
    if one.best and one.best == other.best:
        return policy.telling_toll if one.best >= policy.large_toll else policy.same_toll
    if one.best and other.best and _close(one.best, other.best, policy.large_toll):
        return policy.close_toll
    return policy.other_toll if _far_apart(one, other) else 0.0


def _hurt(killed: Range | None, wounded: Range | None) -> bool:
    return (killed is not None and killed.low > 0) or (wounded is not None and wounded.low > 0)


def _close(one: int, other: int, large: int) -> bool:
    return min(one, other) >= large and 5 * abs(one - other) <= max(one, other)


def _far_apart(one: Range, other: Range) -> bool:
    low, high = (one.low, other.low) if one.low < other.low else (other.low, one.low)
    return high - low > 5 and high > 3 * low and disjoint(one, other)


_WEAPON_NOTES: Final = {
    Likeness.SAME: "same weapon",
    Likeness.KIN: "weapons of one kind",
    Likeness.UNSAID: "",
    Likeness.SIBLING: "weapons easily mixed up",
    Likeness.OTHER: "other weapon",
}
_TOLL_NOTES: Final = {2: "casualties in both", 1: "same toll", 0: "", -1: "other toll"}


@lru_cache(maxsize=512)
def _reason(place: str, time: str, weapon: Likeness, target: str, toll: int, echo: bool) -> str:
    notes = (place, time, _WEAPON_NOTES[weapon], target, _TOLL_NOTES[toll], "same text" if echo else "")
    return ", ".join(note for note in notes if note)
