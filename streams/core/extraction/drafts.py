"""Strikes and outages on their way to claims, and which of them are one."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.vocabulary import OutageStatus, Party, Scope, Target, Weapon
from streams.core.extraction.document import Sentence
from streams.core.extraction.outages import OutageMention
from streams.core.extraction.places.mention import Mention
from streams.core.extraction.strikes.trigger import Munitions
from streams.core.extraction.times import When


@dataclass(slots=True)
class StrikeDraft:
    """A strike in one place, gathered from the words that tell of it."""

    region: str | None
    mention: Mention | None
    when: When | None
    scope: Scope
    token: int
    first: int
    last: int
    hedged: bool
    weapons: dict[Weapon, None] = field(default_factory=dict)
    target: Target | None = None
    actor: Party | None = None
    shot_down_only: bool = True
    munitions: list[Munitions] = field(default_factory=list)
    regions: tuple[str, ...] = ()
    unplaced: bool = False


@dataclass(slots=True)
class OutageDraft:
    """An outage in one place."""

    region: str | None
    mention: Mention | None
    when: When | None
    outage: OutageMention
    sentence: Sentence
    regions: tuple[str, ...] = ()


def same_strike(a: StrikeDraft, b: StrikeDraft) -> bool:
    """Whether two drafts tell of one strike: same region, overlapping times, no two settlements."""
    if a.region != b.region or a.unplaced != b.unplaced or a.scope is not b.scope:
        return False  # "shelled Kherson; 1,500 drones in the past week": an event is no part of a sum
    if a.when is not None and b.when is not None and not _overlap(a.when, b.when):
        return False
    names = {d.mention.name for d in (a, b) if d.mention is not None and d.mention.name is not None}
    return len(names) <= 1


def _overlap(a: When, b: When) -> bool:
    return a.interval.start < b.interval.end and b.interval.start < a.interval.end


def absorb(known: StrikeDraft, other: StrikeDraft) -> None:
    """Add what another draft of the same strike says; the more precise weapon stays."""
    if known.mention is None or known.mention.name is None:
        known.mention = other.mention or known.mention
    known.when = known.when or other.when
    explicit = {*known.weapons, *other.weapons}
    merged = dict.fromkeys((*known.weapons, *other.weapons))
    if len(explicit) > 1:
        if Weapon.ARTILLERY not in known.weapons or Weapon.ARTILLERY not in other.weapons:
            merged.pop(Weapon.ARTILLERY, None)
        if explicit & {Weapon.CRUISE_MISSILE, Weapon.BALLISTIC_MISSILE}:
            merged.pop(Weapon.MISSILE, None)
        if explicit & {Weapon.LOITERING_MUNITION, Weapon.NAVAL_DRONE, Weapon.FPV_DRONE}:
            merged.pop(Weapon.DRONE, None)
    known.weapons = merged
    known.target = known.target or other.target
    known.actor = known.actor or other.actor
    known.shot_down_only = known.shot_down_only and other.shot_down_only
    seen = {(m.first, m.last) for m in known.munitions}
    known.munitions += [m for m in other.munitions if (m.first, m.last) not in seen]
    known.hedged = known.hedged and other.hedged


def same_outage(a: OutageDraft, b: OutageDraft) -> bool:
    """Whether two drafts tell of one outage; the first then takes what only the second knows."""
    if a.region != b.region or a.outage.utility is not b.outage.utility:
        return False
    back = (OutageStatus.RESTORED, OutageStatus.PARTIAL)
    if (a.outage.status in back) != (b.outage.status in back):
        return False
    if a.outage.customers is None:
        a.outage.customers = b.outage.customers
    if a.mention is None:
        a.mention = b.mention
    return True
