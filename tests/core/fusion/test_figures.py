"""Figures: the newest word per source, the best of the best-graded, lowest and highest kept visible."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.core.estimates import Range, disjoint, envelope, total, whole
from streams.core.fusion.figures import Said, after_deaths, at_least, beyond, fuse, is_disputed, overtake, together
from tests.laws import law

HOUR = 3_600_000_000


def said(source: str, hour: float, number: int | Range, grade: int = 1, *, withdrawn: bool = False) -> Said:
    value = number if isinstance(number, Range) else Range(number, number, number)
    return Said(source, source, f"{source}@{hour}", (int(hour * HOUR), 1, 0), grade, value, withdrawn)


counts = st.integers(0, 50)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    low = draw(counts)
    high = draw(st.none() | st.integers(low, 100))
    best = draw(st.none() | st.integers(low, high if high is not None else 100))
    return Range(low, best, high)


statements = st.lists(
    st.builds(said, st.sampled_from("abcd"), st.integers(0, 9), ranges(), st.integers(0, 5)),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.report_id,
)


def test_a_source_s_newest_word_replaces_its_older_one() -> None:
    figure = fuse([said("a", 1, 1), said("a", 3, 6), said("a", 2, 7)])
    assert figure is not None
    assert figure.value == Range(6, 6, 6)
    assert [(held.said.value.best, held.superseded_by) for held in figure.held] == [(6, None), (7, "a@3"), (1, "a@3")]


def test_the_best_is_the_newest_word_of_the_best_graded_never_the_largest_by_default() -> None:
    figure = fuse([said("good", 1, 4, 0), said("poor", 2, 20, 4), said("as good", 3, 5, 0)])
    assert figure is not None
    assert figure.value == Range(4, 5, 20)
    assert figure.best is not None
    assert figure.best.source_id == "as good"


def test_who_says_only_at_least_leaves_the_best_to_the_next() -> None:
    figure = fuse([said("good", 1, Range(3, None, None), 0), said("poor", 2, 7, 4)])
    assert figure is not None
    assert figure.value == Range(3, 7, None)


def test_no_best_is_named_that_a_better_source_excludes() -> None:
    figure = fuse([said("good", 1, Range(10, None, None), 0), said("poor", 2, 4, 4)])
    assert figure is not None
    assert figure.value == Range(4, None, None), "at least ten by the better one: four stays visible, but is no best"
    assert figure.best is None


def test_a_source_s_later_toll_of_all_replaces_its_larger_one_of_civilians() -> None:
    [civilians], everyone = overtake([[said("a", 1, 5), said("b", 1, 5)]], [said("a", 2, 3)])
    assert fuse(everyone) is not None
    figure = fuse(civilians)
    assert figure is not None
    assert [(held.said.source_id, held.superseded_by) for held in figure.held] == [("b", None), ("a", "a@2")]


def test_a_source_s_later_toll_of_civilians_replaces_its_smaller_one_of_all() -> None:
    [civilians], everyone = overtake([[said("a", 2, 6)]], [said("a", 1, 5)])
    assert fuse(everyone) is None, "five are no longer said by anybody"
    figure = fuse(civilians)
    assert figure is not None
    assert figure.value == Range(6, 6, 6)


def test_civilians_among_all_and_two_sources_who_differ_overtake_nothing() -> None:
    for civilians, everyone in (([said("a", 2, 3)], [said("a", 1, 5)]), ([said("a", 2, 6)], [said("b", 1, 5)])):
        assert overtake([civilians], everyone) == ([civilians], everyone)


def test_two_civilians_and_another_in_one_report_are_three() -> None:
    [civilians], everyone = overtake([[said("a", 1, 2)]], [said("a", 1, 1)])
    one, three = fuse(civilians), fuse(everyone)
    assert one is not None
    assert three is not None
    assert (one.value, three.value) == (Range(2, 2, 2), Range(3, 3, 3))


def test_where_parts_and_whole_contradict_each_other_the_better_one_gives_the_best() -> None:
    civilians, everyone = Range(5, 5, 5), Range(4, 4, 4)
    assert whole(civilians, everyone, parts_hold=False) == Range(4, 4, 5)
    assert whole(civilians, everyone, parts_hold=True) == Range(4, 5, 5)
    assert whole(civilians, everyone) == Range(4, None, 5)


def test_drones_and_missiles_of_one_report_add_up() -> None:
    drones, missiles = Range(405, 405, 405), Range(28, 28, 28)
    assert together([(drones, 0b01), (missiles, 0b10)]) == Range(433, 433, 433)
    assert together([(drones, 0b01), (drones, 0b01)]) == drones, "told twice"


def test_two_numbers_of_one_report_are_at_least_the_larger_and_at_most_both() -> None:
    assert together([(Range(2, 2, 2), 0), (Range(3, 3, 3), 0)]) == Range(3, None, 5)
    assert together([(Range(2, 2, 2), 0), (Range(3, None, None), 0)]) == Range(3, None, None)


def test_a_withdrawn_version_is_shown_and_never_counted() -> None:
    figure = fuse([said("a", 1, 9, withdrawn=True), said("a", 2, 4)])
    assert figure is not None
    assert figure.value == Range(4, 4, 4)
    assert len(figure.held) == 2
    assert fuse([said("a", 1, 9, withdrawn=True)]) is None


@law(100)
@given(statements)
def test_low_best_high_are_in_order_and_come_from_current_statements(held: list[Said]) -> None:
    figure = fuse(held)
    assert figure is not None
    low, best, high = figure.value
    current = [one.value for one in figure.current]
    assert low == min(value.low for value in current)
    assert best is None or best in [value.best for value in current]
    assert best is None or low <= best
    assert high is None or (best or low) <= high


@law(100)
@given(statements, st.randoms())
def test_the_order_of_statements_does_not_matter(held: list[Said], dice: object) -> None:
    shuffled = list(held)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = fuse(held), fuse(shuffled)
    assert one is not None
    assert other is not None
    assert (one.value, one.best and one.best.value) == (other.value, other.best and other.best.value)


def test_a_death_told_without_the_wounded_lowers_their_low_by_one() -> None:
    [adjusted] = after_deaths([said("a", 1, 5)], [said("a", 1, 1), said("a", 9, 2)])
    assert adjusted.value == Range(4, 5, 5)


def test_numbers_told_as_an_outage_ends_say_something_of_its_size_only_if_they_are_more() -> None:
    sizes = [said("a", 0, 80)]
    assert beyond(sizes, [said("a", 1, 20), said("b", 1, 80)]) == []
    assert beyond(sizes, [more := said("b", 1, 90)]) == [more]
    assert beyond([sizes[0]._replace(withdrawn=True)], [said("a", 1, 20)]) == [said("a", 1, 20)]
    assert beyond([said("a", 0, Range(10, None, None))], [said("b", 1, 20)]) == ()


def test_children_are_the_least_that_there_were_and_none_of_them_says_nothing() -> None:
    assert at_least([said("a", 0, 2), said("b", 0, 0)]) == [said("a", 0, Range(2, None, None))]


def test_another_source_s_dead_do_not_touch_a_source_s_wounded() -> None:
    wounded = [said("a", 1, 5)]
    assert after_deaths(wounded, [said("a", 1, 1), said("b", 9, 4)]) == wounded


@law(100)
@given(st.lists(st.tuples(ranges(), st.booleans(), st.integers(0, 5)), min_size=1, max_size=5))
def test_of_the_enemy_s_soldiers_the_attacker_moves_the_high_and_nothing_else(
    held: list[tuple[Range, bool, int]],
) -> None:
    statements = [
        said(f"s{n}", n, value, grade)._replace(at_most=claimed) for n, (value, claimed, grade) in enumerate(held)
    ]
    figure, others = fuse(statements), fuse([one for one in statements if not one.at_most])
    assert figure is not None
    assert figure.value[:2] == ((0, None) if others is None else others.value[:2])
    highs = [one.value.high for one in statements]
    assert figure.value.high == (None if None in highs else max(high for high in highs if high is not None))
    assert figure.best == (None if others is None else others.best)


def test_more_dead_than_the_attacker_claims_is_a_dispute_and_fewer_is_none() -> None:
    claimed = said("staff", 0, 30)._replace(at_most=True)
    fewer, more = fuse([claimed, said("b", 1, 4)]), fuse([claimed, said("b", 1, 40)])
    assert fewer is not None
    assert more is not None
    assert not is_disputed(fewer, 6 * HOUR)
    assert is_disputed(more, 6 * HOUR)


def test_two_voices_that_no_number_reconciles_are_a_dispute_and_a_rising_toll_is_none() -> None:
    at_once, risen = fuse([said("a", 1, 3), said("b", 2, 9)]), fuse([said("a", 1, 3), said("b", 20, 9)])
    assert at_once is not None
    assert risen is not None
    assert is_disputed(at_once, 6 * HOUR)
    assert not is_disputed(risen, 6 * HOUR)


def test_a_toll_that_falls_is_a_dispute_however_late() -> None:
    fallen = fuse([said("a", 1, 9), said("b", 20, 3)])
    assert fallen is not None
    assert is_disputed(fallen, 6 * HOUR)


def test_a_toll_has_risen_only_after_more_than_the_time_within_which_it_is_a_dispute() -> None:
    on_the_hour, after = fuse([said("a", 1, 3), said("b", 7, 9)]), fuse([said("a", 1, 3), said("b", 7.01, 9)])
    assert on_the_hour is not None
    assert after is not None
    assert is_disputed(on_the_hour, 6 * HOUR)
    assert not is_disputed(after, 6 * HOUR)


def test_of_two_words_of_one_moment_the_original_s_own_goes_before_a_repost_of_it() -> None:
    own, repost = said("a", 1, 4), said("a", 1, 6)._replace(source_id="z", report_id="z1")
    for order in ([own, repost], [repost, own]):
        figure = fuse(order)
        assert figure is not None
        assert figure.value == Range(4, 4, 4)


def test_more_who_died_later_than_were_wounded_leave_none_and_not_less() -> None:
    [adjusted] = after_deaths([said("a", 1, 2)], [said("a", 1, 1), said("a", 9, 8)])
    assert adjusted.value == Range(0, 2, 2)


@law(100)
@given(st.lists(ranges(), min_size=1, max_size=6))
def test_a_sum_bounds_what_it_adds(figures: list[Range]) -> None:
    added = total(figures)
    assert added is not None
    assert added.low == sum(figure.low for figure in figures)
    assert (added.high is None) == any(figure.high is None for figure in figures)
    assert (added.best is None) == any(figure.best is None for figure in figures)


def test_a_sum_of_nothing_is_unknown_and_not_zero() -> None:
    assert total([]) is None
    assert total([Range(0, 0, 0)]) == Range(0, 0, 0)


@law(100)
@given(ranges(), ranges())
def test_the_whole_keeps_its_order_and_holds_its_parts(parts: Range, stated: Range) -> None:
    found = whole(parts, stated)
    assert found is not None
    assert found.best is None or found.best >= found.low
    assert found.high is None or found.high >= (found.best if found.best is not None else found.low)
    if stated.high is None or stated.high >= parts.low:
        assert found.low >= parts.low


@law(100)
@given(ranges(), ranges())
def test_disjoint_means_that_no_number_fits_both(one: Range, other: Range) -> None:
    def holds(value: Range, number: int) -> bool:
        return value.low <= number and (value.high is None or number <= value.high)

    assert disjoint(one, other) == (not any(holds(one, n) and holds(other, n) for n in range(200)))
    assert envelope([one, other], None).low == min(one.low, other.low)
