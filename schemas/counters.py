"""``RegionCountersV1``: the rolling counters of one region, a pure fold over its incidents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from schemas.base import Count, Moment, RegionCode, WireModel
from schemas.estimate import Estimate
from schemas.vocabulary import WindowName


class StrikeCounters(WireModel):
    """Munition figures are null where no source stated any."""

    incidents: Count = 0
    launched: Estimate | None = None
    intercepted: Estimate | None = None
    hit: Estimate | None = None


class OutageCounters(WireModel):
    """``started`` within the window; ``active`` now, whenever it started; ``customers`` of those started."""

    started: Count = 0
    active: Count = 0
    customers: Estimate | None = None


class CasualtyCounters(WireModel):
    killed: Estimate | None = None
    wounded: Estimate | None = None
    missing: Estimate | None = None
    children_killed: Estimate | None = None
    children_wounded: Estimate | None = None


class WindowCounters(WireModel):
    """Sums over the incidents of one window.

    ``low`` and ``high`` are sums of lows and highs; ``high`` is null when one of them is open, ``best`` when one
    of the incidents has no best figure: a sum of bests is never presented as exact.
    """

    strikes: StrikeCounters = StrikeCounters()
    outages: OutageCounters = OutageCounters()
    casualties: CasualtyCounters = CasualtyCounters()


def _all_of_them(windows: dict[WindowName, WindowCounters]) -> dict[WindowName, WindowCounters]:
    # A window that is missing would be read as one in which nothing happened.
    if missing := [name.value for name in WindowName if name not in windows]:
        raise ValueError(f"windows are missing: {', '.join(missing)}")
    return windows


class RegionCountersV1(WireModel):
    """A region's counters as of a moment, for the five windows that end there."""

    schema_version: Literal[1] = 1
    region: RegionCode
    as_of: Moment
    windows: Annotated[
        dict[WindowName, WindowCounters],
        AfterValidator(_all_of_them),
        Field(json_schema_extra={"required": [name.value for name in WindowName]}),
    ]
    last_published_at: Moment | None = None
    """Publication time of the newest report behind the region's incidents: how stale the numbers may be."""
