"""A machine's clock is set forward and back: what was fused under it ends as it would have without."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from streams.core.fusion import Fusion
from tests.core.fusion.histories import histories, interleaved
from tests.core.fusion.test_order import NOW, assert_same, fused
from tests.core.fusion.wire import POLICY
from tests.laws import law

jumps = st.integers(-36 * 60, 36 * 60).map(lambda minutes: timedelta(minutes=minutes))


@law(60)
@given(st.data())
def test_a_clock_that_jumps_and_is_set_right_again_leaves_no_trace(data: st.DataObject) -> None:
    order = data.draw(interleaved(data.draw(histories())))
    fusion = Fusion(POLICY)
    for records in order:
        fusion.take(records)
        fusion.step(NOW + data.draw(jumps))
    fusion.step(NOW)
    assert_same(fusion, fused(order))
