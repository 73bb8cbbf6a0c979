"""Blocks hold every fetched record once, in order, within their limits; slices fit their time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.engine.blocks import chunks
from streams.engine.pace import Pace
from tests.engine.fake_log import ARecord


@given(st.lists(st.none() | st.integers(0, 50), max_size=60), st.integers(1, 12), st.integers(1, 120))
def test_every_record_is_in_one_block_and_limits_hold(
    sizes: list[int | None], most_records: int, most_bytes: int
) -> None:
    records = [ARecord(offset=n, value=None if size is None else bytes(size)) for n, size in enumerate(sizes)]
    blocks = list(chunks(records, most_records, most_bytes))
    assert [record for block in blocks for record in block] == records
    for block in blocks:
        size = sum(len(record.value or b"") for record in block)
        assert block.size == size
        assert 0 < len(block) <= most_records
        assert size <= most_bytes or len(block) == 1


def test_a_slice_grows_until_it_fills_its_time_and_shrinks_at_once() -> None:
    pace = Pace(0.030)
    for _ in range(20):
        pace.took(pace.size, pace.size * 10e-6)  # 10 µs a record
    assert 2_900 <= pace.size <= 3_000
    pace.took(pace.size, pace.size * 1e-3)  # heavy texts: 1 ms a record
    assert 25 <= pace.size <= 30


def test_the_short_rest_of_a_block_does_not_shrink_the_slice() -> None:
    pace = Pace(0.030)
    before = pace.size
    pace.took(1, 0.001)
    assert pace.size == before


def test_a_slice_is_never_empty() -> None:
    pace = Pace(0.030)
    pace.took(pace.size, 100.0)
    assert pace.size == 1
