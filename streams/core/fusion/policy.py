"""Every threshold of the fusion, with what it decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from streams.core.moments import span


@dataclass(frozen=True, slots=True)
class FusionPolicy:
    """How alike two mentions must be, how long things last, and how much is kept.

    Points are evidence that two mentions mean one event; a contradiction takes points away. See decision 0010.
    """

    same_point_km: float = 1.0
    """Two geolocations at most this far apart are one spot (measured recall .94 on two archives)."""
    near_km: float = 5.0
    """The farthest two places of one strike may lie apart; beyond, mentions are never compared."""
    raion_km: float = 60.0
    """A place known to the raion fits what lies this close to the raion's centre."""
    slack: timedelta = timedelta(minutes=20)
    """Sources round times: two instants this close may be one. Less than the hour that sets strikes apart."""
    smoothing: timedelta = timedelta(minutes=60)
    """Added to every interval before overlap is measured, so that two instants have one at all."""

    same_place: float = 3.0
    near_place: float = 1.5
    overlap_floor: float = 0.5
    overlap_scale: float = 2.0
    narrow: timedelta = timedelta(hours=8)
    """A stated part of a day ("overnight", "in the morning") or less."""
    narrow_floor: float = 1.0
    """Both times known to a part of the day, and they overlap."""
    assumed_time: float = 0.25
    """An assumed day overlaps with nearly everything: it says almost nothing."""
    fresh: timedelta = timedelta(hours=3)
    """News of a strike is told soon: what happened this shortly before an undated report is probably meant."""
    fresh_time: float = 1.0
    stale: timedelta = timedelta(hours=12)
    stale_time: float = -0.5
    """What happened so long before an undated report is probably not its news."""
    same_weapon: float = 1.5
    kin_weapon: float = 1.2
    """A missile and a cruise missile: one source is more exact."""
    sibling_weapon: float = -0.5
    """A cruise and a ballistic missile: sources mix them up, yet they differ."""
    other_weapon: float = -3.0
    same_target: float = 1.5
    other_target: float = -1.5
    same_utility: float = 1.0
    same_toll: float = 1.0
    telling_toll: float = 2.0
    """The same toll of ``large_toll`` or more: two strikes seldom agree in that by chance."""
    large_toll: int = 5
    close_toll: float = 0.75
    """Large tolls that differ by a fifth at most: one of them is a little older."""
    other_toll: float = -1.0
    both_hurt: float = 0.7
    """Both tell of people killed or wounded, as few strikes have any. With place and an assumed day not enough."""
    same_text: float = 4.0

    match: float = 4.0
    """Points for two strikes to be one. Same place and time as an assumed day come to 3.25: never enough alone."""
    facet_match: float = 3.0
    """Points for casualties or an outage told without the strike: place and time may do."""
    support: float = 1.0
    """Points beside place and time that a mention known only to the oblast needs."""
    possible: float = -0.75
    """Points from which such a mention may be the incident though too little speaks for it: not much is against it."""
    sole: float = 0.5
    """Points beside place and day that a strike told without a time needs to be the only one of its place and day."""
    support_levels: tuple[float, ...] = (5.0, 2.5, 0.0)
    """Points beside place and time that set candidates apart, highest first: one on a level outweighs all below it."""
    deputies: int = 3
    """Members that speak for an incident beside its leader, which may not have known the weapon or the toll."""
    deputy_slack: float = 1.5
    """How far below ``match`` the leader itself may be for a deputy to be heard: no chains of ever remoter likeness."""
    margin: float = 0.75
    """Two candidates for a mention known only to the region that are closer than this are a tie: it stays apart."""
    located_margin: float = 0.0
    """The same for a located mention, where the better candidate is taken even if it is little better."""
    undated_margin: float = 0.1
    """The same for a located mention without a time, where two that are alike leave nobody to say which."""

    echo: float = 0.75
    """Share of equal MinHash values from which two texts are one, repeated."""
    dispute_within: timedelta = timedelta(hours=6)
    """Figures that no number reconciles, published this close together, are a dispute; farther apart, a toll rose."""

    longest_event: timedelta = timedelta(days=3)
    """No strike lasts longer: figures that a source states for more are a period's total, whatever scope it gives."""
    outage_lapses_after: timedelta = timedelta(hours=72)
    """An outage that nobody said to be over counts as active this long after the last word that it lasts."""
    closes_after: timedelta = timedelta(days=7)
    """An incident without news for this long is closed; a late report opens it again."""
    horizon: timedelta = timedelta(days=35)
    """Older state is given up: the longest window (30 days) and five days for late readers of it."""

    at_hand: int = 2_000
    """Incidents of a partition that stay unpacked, those with the latest news. No outcome depends on it."""
    kept_versions: int = 8
    """Statements of a report's earlier versions kept per report."""
    shown_sources: int = 40
    """Sources listed on an incident, the best and newest first; the others are counted."""
    shown_statements: int = 24
    """Statements listed on a figure, current ones first; the others are counted."""
    shown_reasons: int = 12
    quote_length: int = 300
    shown_totals: int = 50
    """Reported totals kept in view per region."""
    totals_every: timedelta = timedelta(seconds=10)
    """How often reported totals are compared with counters that move: they are looked at, not acted on."""

    # The lengths of time above in microseconds, worked out once: matching compares them millions of times.
    slack_us: int = field(init=False, repr=False, compare=False)
    smoothing_us: int = field(init=False, repr=False, compare=False)
    narrow_us: int = field(init=False, repr=False, compare=False)
    fresh_us: int = field(init=False, repr=False, compare=False)
    stale_us: int = field(init=False, repr=False, compare=False)
    dispute_within_us: int = field(init=False, repr=False, compare=False)
    longest_event_us: int = field(init=False, repr=False, compare=False)
    outage_lapses_after_us: int = field(init=False, repr=False, compare=False)
    closes_after_us: int = field(init=False, repr=False, compare=False)
    horizon_us: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in (
            "slack",
            "smoothing",
            "narrow",
            "fresh",
            "stale",
            "dispute_within",
            "longest_event",
            "outage_lapses_after",
            "closes_after",
            "horizon",
        ):
            object.__setattr__(self, f"{name}_us", span(getattr(self, name)))
