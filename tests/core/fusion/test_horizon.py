"""Memory is bounded by the horizon: what is past it goes, for any history, and what comes too late is accounted for."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.claim import ClaimV1
from streams.core.fusion import Fusion
from streams.core.tentative import BEFORE
from streams.core.windows import WINDOWS
from tests.core.fusion.histories import histories, interleaved
from tests.core.fusion.wire import POLICY, at, store
from tests.laws import law

NOW = at("2025-10-23 10:00")


@law(50)
@given(st.data())
def test_past_the_horizon_no_history_leaves_anything_behind(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    crash = data.draw(st.integers(0, len(order)))
    fusion, items, topic = Fusion(POLICY), dict[bytes, bytes](), set[str]()
    for number, records in enumerate(order):
        if number == crash:
            fusion = Fusion.restore(items, POLICY)
        fusion.take(records)
        step = fusion.step(NOW)
        store(items, step.changes)
        topic |= {incident.incident_id for incident in step.incidents}
    step = fusion.step(NOW + POLICY.horizon + timedelta(days=1))
    store(items, step.changes)
    assert set(step.dropped) == topic, "every incident that was ever told of gets its tombstone"
    assert items == {}
    assert list(fusion.incidents()) == []
    assert all(fusion.reported_totals(region) == [] for region in fusion.regions())


@law(50)
@given(st.data(), st.integers(-1_440, 1_440))
def test_every_claim_is_taken_or_told_to_be_too_late(data: st.DataObject, minutes: int) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    now = at("2025-10-22 11:00") + POLICY.horizon + timedelta(minutes=minutes)
    fusion = Fusion(POLICY)
    for records in order:
        claims = [record for record in records if isinstance(record, ClaimV1) and record.region is not None]
        fusion.take(records)
        late = {claim.claim_id for claim in fusion.step(now).too_late}
        for claim in claims:
            latest = max(claim.occurred.start, min(claim.occurred.end, claim.report.published_at))
            assert (claim.claim_id in late) == (latest < now - POLICY.horizon)


def test_what_is_kept_reaches_as_far_back_as_the_oldest_window_looks() -> None:
    """A toll that may be another's is compared with what happened up to ``BEFORE`` it, also at the window's old end."""
    assert POLICY.horizon_us > max(WINDOWS.values()) + BEFORE
