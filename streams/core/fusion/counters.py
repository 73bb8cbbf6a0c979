"""From the sums of a region's windows to ``RegionCountersV1``."""

from __future__ import annotations

from datetime import datetime

from schemas.counters import CasualtyCounters, OutageCounters, RegionCountersV1, StrikeCounters, WindowCounters
from schemas.estimate import Estimate
from streams.core.estimates import bounded, estimate_of
from streams.core.fusion.facts import (
    CHILDREN_KILLED,
    CHILDREN_WOUNDED,
    CUSTOMERS,
    HIT,
    INTERCEPTED,
    KILLED,
    LAUNCHED,
    MISSING,
    WOUNDED,
)
from streams.core.sums import Sums, figure
from streams.core.windows import WINDOWS, RegionWindows

Numbers = tuple[tuple[Sums, ...], int]
"""The sums of every window and the outages active now: what decides whether counters changed."""


def numbers(windows: RegionWindows, now: int) -> Numbers:
    """Return the region's numbers as of ``now``."""
    return tuple(windows.sums(now, length) for length in WINDOWS.values()), windows.active(now)


def counters(region: str, as_of: datetime, held: Numbers, last_published: datetime | None) -> RegionCountersV1:
    """Return the numbers for the wire."""
    sums, active = held
    return RegionCountersV1(
        region=region,
        as_of=as_of,
        windows={name: _window(part, active) for name, part in zip(WINDOWS, sums, strict=True)},
        last_published_at=last_published,
    )


def _window(sums: Sums, active: int) -> WindowCounters:
    return WindowCounters(
        strikes=StrikeCounters(
            incidents=sums[0],
            launched=_estimate(sums, LAUNCHED),
            intercepted=_estimate(sums, INTERCEPTED),
            hit=_estimate(sums, HIT),
        ),
        outages=OutageCounters(started=sums[1], active=active, customers=_estimate(sums, CUSTOMERS)),
        casualties=CasualtyCounters(
            killed=_estimate(sums, KILLED),
            wounded=_estimate(sums, WOUNDED),
            missing=_estimate(sums, MISSING),
            children_killed=_estimate(sums, CHILDREN_KILLED),
            children_wounded=_estimate(sums, CHILDREN_WOUNDED),
        ),
    )


def _estimate(sums: Sums, number: int) -> Estimate | None:
    found = figure(sums, number)
    return None if found is None else estimate_of(bounded(found))
