"""A timeline is a sorted list of its moments, whatever was added and dropped before."""

from __future__ import annotations

from bisect import bisect_right, insort

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.core.timeline import Timeline
from tests.laws import law

moments = st.integers(-3, 40)


@law(100)
@given(st.lists(st.tuples(st.booleans(), moments), max_size=80), st.integers(1, 400), moments)
def test_a_timeline_is_a_sorted_list(changes: list[tuple[bool, int]], many: int, asked: int) -> None:
    timeline, plain = Timeline(), list[int]()
    for is_new, moment in changes:
        # So many of each that the pieces split and vanish again.
        for shift in range(many):
            value = moment * 1_000 + shift % 7
            if is_new:
                timeline.add(value)
                insort(plain, value)
            elif value in plain:
                timeline.drop(value)
                plain.remove(value)
        if len(plain) > 4_000:
            break
    asked *= 1_000
    index = bisect_right(plain, asked)
    assert timeline.newest == (plain[-1] if plain else None)
    assert timeline.count_until(asked) == index
    assert timeline.after(asked) == (plain[index] if index < len(plain) else None)


def test_what_is_not_there_cannot_be_dropped() -> None:
    timeline = Timeline()
    for moment in (1, 3):
        timeline.add(moment)
    for absent in (0, 2, 4):
        with pytest.raises(KeyError):
            timeline.drop(absent)
