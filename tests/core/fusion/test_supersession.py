"""Reports that replace each other: in a circle the last word stands, whatever arrives first, and after any crash."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.report import ReportV1
from streams.core.fusion import Fusion
from streams.core.fusion.supersession import Supersessions
from tests.core.fusion.histories import Records, records_of
from tests.core.fusion.test_order import NOW, assert_same, fused
from tests.core.fusion.wire import POLICY, a_report, a_strike, at, casualties, fuse, store
from tests.laws import law

TOWNS = ("Kharkiv", "Chuhuiv", "Izium", "Sumy", "Odesa")


def toll(report_id: str, hour: int, supersedes: str | None = None, killed: int = 1, **fields: Any) -> ReportV1:
    """Return a report of the dead in a town of its own, published at an hour of 22 October."""
    place = TOWNS[ord(report_id[0]) - ord("a")]
    claims = [a_strike("2025-10-22 02:00", place), casualties("2025-10-22 02:00", place, killed=killed)]
    return a_report(report_id, published=f"2025-10-22 {hour:02}:00", supersedes=supersedes, claims=claims, **fields)


def standing(fusion: Fusion) -> set[str]:
    return {held.report_id for incident in fusion.incidents() for held in incident.sources}


@pytest.mark.parametrize(
    ("reports", "stand"),
    [
        ([toll("a", 4, "b"), toll("b", 5, "a")], {"b"}),
        ([toll("b", 5, "a"), toll("a", 4, "b")], {"b"}),
        ([toll("a", 4, "b"), toll("b", 4, "a")], {"b"}),  # at the same time: by the id
        ([toll("a", 4, "a")], {"a"}),
        ([toll("a", 4, "b"), toll("b", 5, "c"), toll("c", 6, "a")], {"c"}),
        ([toll("a", 6, "b"), toll("b", 5, "c"), toll("c", 4, "a"), toll("d", 3)], {"a", "d"}),
        # The circle's last is replaced by one outside of it: that one stands, and nobody else.
        ([toll("a", 4, "b"), toll("b", 5, "a"), toll("c", 6, "b")], {"c"}),
        # Another of the circle is replaced once more: its last stands all the same.
        ([toll("a", 4, "b"), toll("b", 5, "a"), toll("c", 6, "a")], {"b", "c"}),
        # No circle: what is named is replaced, also by a report that says to be older.
        ([toll("a", 4, "b"), toll("b", 5)], {"a"}),
        ([toll("a", 4, "b"), toll("b", 5, "c"), toll("c", 6)], {"a"}),
        # A newer version of the first takes the replacement back.
        ([toll("a", 4), toll("b", 5, "a"), toll("a", 6, "b", killed=2)], {"a"}),
        # The last of the circle is retracted: the source took back what replaced the other.
        ([toll("a", 4, "b"), toll("b", 5, "a"), a_report("b", published="2025-10-22 07:00", retracted=True)], set()),
    ],
)
def test_of_reports_that_replace_each_other_the_last_word_stands(reports: list[ReportV1], stand: set[str]) -> None:
    fusion, _ = fuse(reports)
    assert standing(fusion) == stand


def test_the_figures_are_those_of_the_report_that_stands() -> None:
    fusion, _ = fuse([toll("a", 4, "b", killed=7), toll("b", 5, "c", killed=3), toll("c", 4, "a", killed=9)])
    killed = fusion.counters("UA-63", at("2025-10-22 18:00")).windows["24h"].casualties.killed
    assert killed is not None
    assert (killed.low, killed.best, killed.high) == (3, 3, 3)


_ids = st.sampled_from("abcde")


@st.composite
def circles(draw: st.DrawFn) -> list[ReportV1]:
    """One source's reports and newer versions of them, replacing each other at will."""
    hours = sorted(draw(st.lists(st.integers(3, 9), min_size=2, max_size=8)))
    return [toll(draw(_ids), hour, draw(st.none() | _ids), killed=n + 1) for n, hour in enumerate(hours)]


def expected(reports: list[ReportV1]) -> set[str]:
    """Return which reports stand, by following everyone who replaces anyone as far as it goes."""
    said = [(r.report_id, r.supersedes, r.published_at) for r in reports if r.supersedes]
    above = {one: {one} for one in "abcde"}
    for _ in above:
        for by, replaced, _ in said:
            above[replaced] |= above[by]
    last = {
        one: max(((when, one) for by, _, when in said if by == one), default=(at("2025-01-01"), one)) for one in above
    }
    found = set()
    for one in {report.report_id for report in reports}:
        circle = {other for other in above[one] if one in above[other]}
        inside = all(by in circle for by, replaced, _ in said if replaced == one)
        if inside and last[one] == max(last[other] for other in circle):
            found.add(one)
    return found


@law(150)
@given(st.data())
def test_any_order_and_a_crash_leave_the_same_reports_standing(data: st.DataObject) -> None:
    reports = data.draw(circles())
    records = records_of(reports)
    order = data.draw(st.permutations(records))
    crash = data.draw(st.integers(0, len(order)))
    items: dict[bytes, bytes] = {}
    fusion = Fusion(POLICY)
    for some in order[:crash]:
        fusion.take(some)
        store(items, fusion.step(NOW).changes)
    recovered = Fusion.restore(items, POLICY)
    for some in [*order[crash:], *data.draw(st.lists(st.sampled_from(records), max_size=3))]:
        recovered.take(some)
        store(items, recovered.step(NOW).changes)
    assert standing(recovered) == expected(reports)
    assert_same(recovered, fused(records))
    assert_same(Fusion.restore(items, POLICY), recovered)


def test_a_circle_is_forgotten_with_the_horizon() -> None:
    items: dict[bytes, bytes] = {}
    fusion = Fusion(POLICY)
    for records in records_of([toll("a", 4, "b"), toll("b", 5, "a")]):
        fusion.take(Records(records))
        store(items, fusion.step(NOW).changes)
    for days in (34, 40):
        store(items, fusion.step(NOW + timedelta(days=days)).changes)
    assert items == {}


def test_a_long_chain_is_followed_no_farther_than_it_must() -> None:
    known = Supersessions()
    for number in range(5_000):
        known.note(f"r{number + 1}", f"r{number}", number)
    assert not known.stands("r0")
    assert known.stands("r5000")
    known.note("r0", "r5000", 9_999)
    # So long a circle is not looked for: each of it is replaced, as each says.
    assert not known.stands("r0")
