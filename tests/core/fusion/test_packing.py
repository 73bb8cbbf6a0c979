"""What is packed is a matter of memory alone: every step says the same, whatever is at hand."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.fusion import Fusion, FusionStep
from streams.core.fusion.mentions import Mention
from tests.core.fusion.histories import Records, histories, interleaved
from tests.core.fusion.test_order import assert_same
from tests.core.fusion.wire import POLICY, a_report, a_strike, at, casualties, claims_of, store, withdrawal
from tests.laws import law

NOW = at("2025-10-23 10:00")
ALL_PACKED = replace(POLICY, at_hand=0)
NONE_PACKED = replace(POLICY, at_hand=1_000_000)


def said(step: FusionStep) -> dict[str, Any]:
    """Return all that a step says; the order in which it names incidents means nothing."""
    return {
        "published": sorted(step.published, key=lambda document: str(document["incident_id"])),
        "dropped": sorted(step.dropped),
        "counters": sorted(step.counters, key=lambda counters: counters.region),
        "too late": [told.claim_id for told in step.too_late],
        "totals": sorted(map(repr, step.reported_totals)),
        "changes": step.changes,
    }


@law(120)
@given(st.data())
def test_every_step_says_the_same_whatever_is_packed(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    size = data.draw(st.integers(1, 4))
    plain, packing = Fusion(NONE_PACKED), Fusion(replace(POLICY, at_hand=data.draw(st.integers(0, 3))))
    # Then nothing comes any more: incidents are closed, and given up.
    moments = [NOW] * (len(order) // size + 1) + [NOW + timedelta(days=days) for days in (8, 34, 40)]
    for number, now in enumerate(moments):
        for records in order[number * size : (number + 1) * size]:
            plain.take(records)
            packing.take(records)
        assert said(packing.step(now)) == said(plain.step(now))
        if number == len(order) // size:
            assert_same(packing, plain)


@law(60)
@given(st.data())
def test_what_is_stored_is_taken_up_again_packed_or_not(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    crash = data.draw(st.integers(0, len(order)))
    plain, packing, items = Fusion(NONE_PACKED), Fusion(ALL_PACKED), dict[bytes, bytes]()
    for number, records in enumerate(order):
        if number == crash:
            packing = Fusion.restore(items, ALL_PACKED)
        plain.take(records)
        packing.take(records)
        before, after = plain.step(NOW), packing.step(NOW)
        assert said(after)["published"] == said(before)["published"]
        store(items, after.changes)
    assert_same(packing, plain)


class Quiet:
    """A partition in which a strike told by two sources is packed."""

    def __init__(self) -> None:
        self.fusion = Fusion(ALL_PACKED)
        self.strike = a_report("r1", claims=[a_strike(weapons=["drone"]), casualties(killed=2)])
        self.echo = a_report("r1", "wire", claims=[a_strike(weapons=["drone"])])
        self.hear(claims_of(self.strike) + claims_of(self.echo))
        assert self.at_hand() == 0

    def at_hand(self) -> int:
        return len(self.fusion._ledger.reports)

    def hear(self, records: list[Any], now: datetime = NOW) -> FusionStep:
        self.fusion.take(Records(records))
        return self.fusion.step(now)


def test_news_of_a_packed_incident_is_its_next_revision() -> None:
    quiet = Quiet()
    third = a_report("r9", "third", claims=[a_strike("2025-10-22 14:05", weapons=["drone"])])
    [incident] = quiet.hear(claims_of(third)).incidents
    assert (incident.revision, incident.voices) == (2, 3)
    assert quiet.at_hand() == 0


def test_a_repeat_of_a_packed_report_says_nothing() -> None:
    quiet = Quiet()
    step = quiet.hear(claims_of(quiet.strike))
    assert (step.published, step.counters, step.changes) == ([], [], {})


@pytest.mark.parametrize("taken_back", ["strike", "echo"])
def test_a_packed_report_can_be_taken_back_and_another_source_s_of_the_same_id_stays(taken_back: str) -> None:
    quiet = Quiet()
    quiet.hear([withdrawal(getattr(quiet, taken_back))])
    [incident] = quiet.fusion.incidents()
    [left] = [source.source.id for source in incident.sources]
    assert left == ("wire" if taken_back == "strike" else "desk")


def test_names_that_share_a_bucket_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.core.fusion.shelf._BUCKETS", 1)
    quiet = Quiet()
    quiet.hear(claims_of(a_report("r2", claims=[a_strike("2025-10-22 10:00", "Sumy")])))
    quiet.hear([withdrawal(quiet.strike)])
    incident = next(one for one in quiet.fusion.incidents() if one.voices == 1 and one.place.name == "Kharkiv")
    assert [source.source.id for source in incident.sources] == ["wire"]
    assert quiet.at_hand() == 1, "what was taken back is kept as long as it may come again"


def test_what_tells_of_something_else_leaves_it_packed() -> None:
    quiet = Quiet()
    quiet.hear(claims_of(a_report("r2", claims=[a_strike("2025-10-22 10:00", "Sumy")])))
    assert quiet.at_hand() == 0
    assert len(list(quiet.fusion.incidents())) == 2


def test_what_was_looked_at_is_freed_without_the_collector() -> None:
    # A worker's collector looks at old objects once in hours: until then circles of them would pile up.
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        quiet = Quiet()
        quiet.hear(claims_of(a_report("r9", "third", claims=[a_strike("2025-10-22 14:05", weapons=["drone"])])))
        quiet.hear(claims_of(a_report("r2", claims=[a_strike("2025-10-22 10:00", "Sumy")])))
        gc.collect()
        assert [left for left in gc.garbage if isinstance(left, Mention)] == []
    finally:
        gc.set_debug(0)
        gc.enable()
        gc.garbage.clear()
