"""Windows against the plainest fold there is: every entry looked at, for every moment asked for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.core.estimates import Range, total
from streams.core.moments import DAY, HOUR, MINUTE
from streams.core.sums import FIGURE_COUNT, Entry, figure
from streams.core.tentative import AFTER, BEFORE
from streams.core.windows import WINDOWS, RegionWindows
from tests.laws import law

NOON = 20_383 * DAY + 12 * HOUR
"""Some noon in October 2025."""


Held = dict[str, list[Entry]]


def beyond(held: Held) -> list[Entry]:
    """Return the entries, those that may be other ones with only the figures that exceed the others of their time."""
    counted = [entry for own in held.values() for entry in own if not entry.may_be_another]
    doubtful = sorted(
        (entry.at, entry.start, owner, number, entry)
        for owner, own in held.items()
        for number, entry in enumerate(own)
        if entry.may_be_another
    )
    sure = list(counted)
    for at, start, _, _, entry in doubtful:
        first = max(start, at - BEFORE)
        hours = range(first // HOUR, (at + AFTER) // HOUR + 1)
        others = [one for one in sure if one.at // HOUR in hours]
        others += [one for one in counted if one.may_be_another and first <= one.at]
        figures = []
        for number, value in entry.figures:
            same = [figure for one in others for wanted, figure in one.figures if wanted == number]
            lows = sum(figure.low for figure in same)
            bests = max(lows, sum(figure.best for figure in same if figure.best is not None))
            low = max(0, value.low - lows)
            if value.best is not None:
                best = max(0, value.best - bests)
                figures.append((number, Range(min(low, best), best, value.high)))
            elif value.low > bests:
                figures.append((number, Range(low, None, value.high)))
            else:
                figures.append((number, Range(0, 0, value.high)))
        counted.append(entry._replace(figures=tuple(figures)))
    return counted


def plain(held: Held, now: int, length: int) -> list[object]:
    """Fold without any memory: what the windows must be equal to."""
    inside = [entry for entry in beyond(held) if entry.start <= now and entry.at > now - length]
    figures = [
        total(value for entry in inside for number, value in entry.figures if number == wanted)
        for wanted in range(FIGURE_COUNT)
    ]
    return [sum(entry.strike for entry in inside), sum(entry.outage for entry in inside), *figures]


def told(windows: RegionWindows, now: int, length: int) -> list[object]:
    sums = windows.sums(now, length)
    return [sums[0], sums[1], *(figure(sums, number) for number in range(FIGURE_COUNT))]


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    # Edges matter most: whole hours and days are as likely as anything between.
    at = NOON - draw(st.sampled_from((HOUR, DAY, 30 * DAY, MINUTE, 1))) * draw(st.integers(-2, 40))
    start = at - draw(st.sampled_from((0, 0, MINUTE, 12 * HOUR)))
    best = draw(st.integers(0, 9))
    value = draw(st.sampled_from((Range(best, best, best), Range(best, None, None), Range(0, best, best + 1))))
    held = ((draw(st.integers(0, FIGURE_COUNT - 1)), value),) if draw(st.booleans()) else ()
    outage = draw(st.booleans())
    ends = start + draw(st.sampled_from((0, HOUR, 3 * DAY))) if outage else 0
    return Entry(at, start, not outage, held, outage, ends, may_be_another=draw(st.integers(0, 2)) == 0)


changes = st.lists(st.tuples(st.integers(0, 5), st.lists(entries(), max_size=2)), min_size=1, max_size=15)
moments = st.builds(
    # Any hour of the day: its first and its last are where days that are summed as one begin and end.
    lambda shift, hour: NOON + shift + hour * HOUR,
    st.sampled_from((0, 1, -1, MINUTE, DAY, 29 * DAY, -DAY, 7 * DAY + 1)),
    st.integers(-12, 12),
)


@law(100)
@given(changes, st.lists(moments, min_size=1, max_size=4))
def test_the_windows_are_the_plain_fold_whatever_was_put_before(
    puts: list[tuple[int, list[Entry]]], asked: list[int]
) -> None:
    windows = RegionWindows()
    held: Held = {}
    for owner, new in puts:
        windows.put(str(owner), tuple(new), held=tuple(held.get(str(owner), ())))
        held[str(owner)] = new
        # Asked in between as well: sums that are remembered must be forgotten in time.
        everything = [entry for own in held.values() for entry in own]
        for now in asked:
            for length in WINDOWS.values():
                assert told(windows, now, length) == plain(held, now, length)
            active = sum(entry.outage and entry.start <= now < max(entry.ends, entry.start) for entry in everything)
            assert windows.active(now) == active


def died(minute: int, killed: int) -> Entry:
    at = NOON + minute * MINUTE
    return Entry(at, at, True, ((4, Range(killed, killed, killed)),))


@law(60)
@given(st.lists(st.tuples(st.integers(0, 49), st.none() | st.integers(0, 9)), min_size=1, max_size=60))
def test_a_full_hour_is_told_like_any_other(puts: list[tuple[int, int | None]]) -> None:
    windows = RegionWindows()
    held: Held = {str(owner): [died(owner, 1)] for owner in range(50)}
    for owner, entries in held.items():
        windows.put(owner, tuple(entries))
    for minute, killed in puts:
        owner, new = str(minute), [] if killed is None else [died(minute, killed)]
        windows.put(owner, tuple(new), held=tuple(held[owner]))
        held[owner] = new
        assert told(windows, NOON + HOUR, DAY) == plain(held, NOON + HOUR, DAY)


@law(100)
@given(st.lists(entries(), min_size=1, max_size=8), moments)
def test_nothing_moves_before_the_next_change(held: list[Entry], now: int) -> None:
    windows = RegionWindows()
    for owner, entry in enumerate(held):
        windows.put(str(owner), (entry,))
    change = windows.next_change(now)
    assert change > now

    def numbers(moment: int) -> list[object]:
        return [windows.active(moment), *(told(windows, moment, length) for length in WINDOWS.values())]

    for moment in {now + 1, (now + change) // 2, change - 1}:
        if now <= moment < change and moment < now + 60 * DAY:
            assert numbers(moment) == numbers(now)


def test_an_instant_is_in_from_its_moment_until_a_window_later_exclusive() -> None:
    """
    ```
    at ──────────────┤ 1 h ├
       in: at … at + 1 h - 1 µs      out: before, and at + 1 h
    ```
    """
    windows = RegionWindows()
    windows.put("strike", (Entry(NOON, NOON, True, ()),))
    assert [windows.sums(NOON + shift, HOUR)[0] for shift in (-1, 0, HOUR - 1, HOUR)] == [0, 1, 1, 0]


def test_an_interval_counts_while_it_may_have_been_inside() -> None:
    """
    ```
    start ▒▒▒▒▒▒▒▒▒▒▒ at            known only to the interval
    in the last hour: from start on until at + 1 h
    ```
    """
    windows = RegionWindows()
    windows.put("night", (Entry(NOON, NOON - 6 * HOUR, True, ()),))
    asked = (-6 * HOUR - 1, -6 * HOUR, 0, HOUR - 1, HOUR)
    assert [windows.sums(NOON + shift, HOUR)[0] for shift in asked] == [0, 1, 1, 1, 0]


def test_an_empty_region_never_changes() -> None:
    assert RegionWindows().next_change(NOON) > NOON + 10_000 * DAY


FOUR, ONE, NINE = Range(4, 4, 4), Range(1, 1, 1), Range(9, 9, 9)


def killed(*held: Entry) -> Range | None:
    windows = RegionWindows()
    for owner, entry in enumerate(held):
        windows.put(str(owner), (entry,))
    return figure(windows.sums(NOON, DAY), 4)


def a_strike(value: Range | None, *, hour: int = 0, may_be_another: bool = False) -> Entry:
    at = NOON - hour * HOUR
    return Entry(at, at, True, () if value is None else ((4, value),), may_be_another=may_be_another)


def test_what_may_be_another_adds_only_what_exceeds_the_others_and_its_whole_high() -> None:
    assert killed(a_strike(FOUR), a_strike(FOUR, may_be_another=True)) == Range(4, 4, 8)
    assert killed(a_strike(ONE), a_strike(FOUR, may_be_another=True)) == Range(4, 4, 5)
    assert killed(a_strike(FOUR), a_strike(ONE), a_strike(FOUR, may_be_another=True)) == Range(5, 5, 9)


def test_nobody_else_said_how_many_so_its_word_counts() -> None:
    assert killed(a_strike(None), a_strike(None), a_strike(FOUR, may_be_another=True)) == FOUR
    assert killed(a_strike(None), a_strike(Range(0, 0, 0), may_be_another=True)) == Range(0, 0, 0)


def test_of_two_that_may_be_one_the_larger_counts() -> None:
    two = a_strike(FOUR, may_be_another=True), a_strike(NINE, may_be_another=True)
    assert killed(*two) == killed(*reversed(two)) == Range(9, 9, 13)


def test_an_open_figure_opens_the_high_and_leaves_the_best_that_says_as_much() -> None:
    assert killed(a_strike(FOUR), a_strike(Range(3, None, None), may_be_another=True)) == Range(4, 4, None)
    assert killed(a_strike(FOUR), a_strike(Range(9, None, None), may_be_another=True)) == Range(9, None, None)


def test_another_day_s_toll_covers_nothing() -> None:
    assert killed(a_strike(FOUR, hour=20), a_strike(FOUR, may_be_another=True)) == Range(8, 8, 8)


def test_in_the_last_hour_of_a_day_nothing_counts_twice() -> None:
    """
    ```
    23:00 ──●──┤ now 23:59          in once, for the day and the hour are not both added
    ```
    """
    windows, at = RegionWindows(), NOON + 11 * HOUR + 30 * MINUTE
    windows.put("strike", (Entry(at, at, True, ()),))
    assert [windows.sums(at + 29 * MINUTE, length)[0] for length in WINDOWS.values()] == [1] * len(WINDOWS)


def test_a_roundup_s_period_ends_before_the_first_moment_of_the_next() -> None:
    windows = RegionWindows()
    windows.put("first", (Entry(NOON - DAY, NOON - DAY, True, ()),))
    windows.put("next", (Entry(NOON, NOON, True, ()), a_strike(FOUR, may_be_another=True)))
    half_past = NOON + 30 * MINUTE
    windows.put(
        "half past", (Entry(half_past, half_past, True, ()), Entry(half_past, half_past, True, (), may_be_another=True))
    )
    assert [windows.between(NOON - DAY, end)[0] for end in (NOON, NOON + 1, half_past, half_past + 1)] == [1, 3, 3, 5]


def test_an_interval_that_has_not_begun_is_in_no_window_though_its_hour_is_the_oldest() -> None:
    windows = RegionWindows()
    windows.put("planned", (Entry(NOON + 20 * MINUTE, NOON + 10 * MINUTE, True, ()),))
    assert [windows.sums(NOON + minute * MINUTE, 5 * MINUTE)[0] for minute in (9, 10, 24, 25)] == [0, 1, 1, 0]


def test_an_outage_that_ends_before_it_began_is_never_active() -> None:
    windows = RegionWindows()
    windows.put("cut", (Entry(NOON, NOON, False, (), outage=True, ends=NOON - HOUR),))
    assert [windows.active(NOON + shift * HOUR) for shift in (-2, -1, 0, 1)] == [0, 0, 0, 0]


def test_what_may_be_another_is_compared_with_half_a_day_after_it_and_four_days_before() -> None:
    """
    ```
    ├── 4 days ──┤ doubtful ├─ 12 h ─┤     a toll told in between covers it, one outside does not
    ```
    """

    def with_other(hours: int, *, days_wide: int = 0) -> Range | None:
        windows = RegionWindows()
        windows.put("doubtful", (Entry(NOON, NOON - days_wide * DAY, True, ((4, FOUR),), may_be_another=True),))
        windows.put("other", (a_strike(FOUR, hour=-hours),))
        return figure(windows.sums(NOON + DAY, 30 * DAY), 4)

    assert [with_other(hours) for hours in (12, 13)] == [Range(4, 4, 8), Range(8, 8, 8)]
    assert [with_other(-24 * days, days_wide=6) for days in (3, 4, 5)] == [
        Range(4, 4, 8), Range(4, 4, 8), Range(8, 8, 8)
    ]  # fmt: skip


def test_the_low_that_exceeds_the_others_is_never_above_the_best_that_does() -> None:
    """Seven to nine killed beside nought to eight: at best that is one more, and so no more than one for certain."""
    others, doubtful = Range(0, 8, 8), a_strike(Range(7, 9, 9), may_be_another=True)
    assert killed(a_strike(others), doubtful) == Range(1, 9, 17)
