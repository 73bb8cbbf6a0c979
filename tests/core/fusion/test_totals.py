"""Reported totals: of what a source says of one period, its newest word."""

from __future__ import annotations

import pytest

from schemas.base import MAX_COUNT
from schemas.estimate import Estimate
from tests.core.fusion.wire import a_report, casualties, fuse

DAY = "2025-10-21 00:00 .. 2025-10-22 00:00"


@pytest.mark.parametrize("hours", [(8, 10), (10, 8)])
def test_a_source_s_newest_total_of_a_period_stands_whichever_comes_first(hours: tuple[int, int]) -> None:
    killed = {8: 3, 10: 5}
    reports = [
        a_report(
            f"r{hour}",
            "daily",
            f"2025-10-22 {hour:02}:00",
            claims=[casualties(DAY, "UA-63", killed=killed[hour], scope="period")],
        )
        for hour in hours
    ]
    fusion, _ = fuse(reports)
    assert [total.reported.best for total in fusion.reported_totals("UA-63")] == [5]


def test_a_total_stands_beside_a_sum_beyond_what_a_figure_may_be() -> None:
    reports = [
        a_report("r1", claims=[casualties(DAY, killed=MAX_COUNT)]),
        a_report("r2", "wire", claims=[casualties(DAY, "Izium", killed=MAX_COUNT)]),
        a_report("r3", "daily", claims=[casualties(DAY, "UA-63", killed=3, scope="period")]),
    ]
    [total] = fuse(reports)[0].reported_totals("UA-63")
    assert (total.counted, total.difference) == (Estimate(low=MAX_COUNT, best=None, high=None), None)
