"""What the founding case's counters must be, 24 h as of 2025-10-22T12:00:00Z; one statement for all paths to it."""

from __future__ import annotations

from collections.abc import Mapping

from schemas import Estimate, RegionCountersV1
from schemas.vocabulary import WindowName

STRIKES = {"RU-BRY": 1, "UA-30": 1, "UA-23": 1, "UA-12": 1, "UA-51": 1, "UA-74": 2}
ZERO, ONE, FOUR = Estimate.exactly(0), Estimate.exactly(1), Estimate.exactly(4)


def assert_founding(counters: Mapping[str, RegionCountersV1]) -> None:
    """Fail unless ``counters``, by region, are those of the founding case."""
    day = {region: found.windows[WindowName.H24] for region, found in counters.items()}
    assert {region: window.strikes.incidents for region, window in day.items()} == STRIKES

    chernihiv = day["UA-74"]
    assert chernihiv.casualties.killed == FOUR
    assert chernihiv.casualties.wounded is not None
    assert chernihiv.casualties.wounded.low >= 1
    assert chernihiv.casualties.wounded.high is None
    assert chernihiv.casualties.children_wounded == ONE
    assert (chernihiv.outages.started, chernihiv.outages.active) == (1, 0)
    assert chernihiv.outages.customers == Estimate(low=100_000, best=None, high=999_999)

    assert day["UA-30"].casualties.killed == ZERO
    for region in ("UA-23", "UA-12", "UA-51", "RU-BRY"):
        assert day[region].casualties.killed is None, f"nobody said how many were killed in {region}"
        assert day[region].outages.started == 0
