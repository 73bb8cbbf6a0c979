"""When an incident happened: the median of what its sources state; and where in windows that is placed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.vocabulary import TimePrecision
from streams.core.fusion.ledger import Ledger
from streams.core.fusion.mentions import mentions_of
from streams.core.fusion.telling import telling_of
from streams.core.fusion.times import When, when
from streams.core.moments import micros
from tests.core.fusion.histories import TEXT
from tests.core.fusion.wire import POLICY, a_report, a_strike, at, casualties, claims_of, fuse
from tests.laws import law


def told(*strikes: tuple[str, str | None], **fields: Any) -> tuple[str, TimePrecision]:
    """Return when the one incident of these sources' strikes happened, as ``HH:MM-HH:MM``."""
    reports = [
        a_report(f"r{number}", source, "2025-10-22 15:00", claims=[a_strike(when, weapons=["drone"])], **fields)
        for number, (source, when) in enumerate(strikes)
    ]
    fusion, _ = fuse(reports)
    [incident] = fusion.incidents()
    return f"{incident.occurred.start:%H:%M}-{incident.occurred.end:%H:%M}", incident.occurred.precision


def test_one_source_s_rounded_time_does_not_move_what_the_others_say() -> None:
    """
    ```
    a        │ 12:00
    b  ▒▒▒▒▒▒        11:00 to 11:58
    c       │        11:55
    d       │        11:55
    ```
    """
    hour = "2025-10-22 11:00 .. 2025-10-22 11:58"
    times = [("a", "2025-10-22 12:00"), ("b", hour), ("c", "2025-10-22 11:55"), ("d", "2025-10-22 11:55")]
    assert told(*times) == ("11:55-11:55", TimePrecision.STATED)


def test_two_wide_times_meet_where_they_overlap() -> None:
    times = ("a", "2025-10-22 06:00 .. 2025-10-22 12:00"), ("b", "2025-10-22 09:00 .. 2025-10-22 14:00")
    assert told(*times) == ("09:00-12:00", TimePrecision.STATED)


def test_minutes_that_are_nearly_alike_stand_together() -> None:
    """
    ```
    a         │      14:15
    b         │      14:15
    c  │             13:58
    d   │            14:02
    e ▒▒▒            13:55 to 14:05
    ```
    Two say the same minute, and three others agree on none; but they are close to each other and far from it.
    """
    interval = "2025-10-22 13:55 .. 2025-10-22 14:05"
    minutes = ["14:15", "14:15", "13:58", "14:02"]
    times = [(source, f"2025-10-22 {minute}") for source, minute in zip("abcd", minutes, strict=True)]
    assert told(*times, ("e", interval))[0] == "14:02-14:02"


def test_of_two_that_disagree_the_better_graded_is_believed_then_who_spoke_first() -> None:
    first, second = ("2025-10-22 14:00", "15:00"), ("2025-10-22 14:10", "16:00")
    for grades, minute in [("AB", "14:00"), ("BA", "14:10"), ("BB", "14:00")]:
        reports = [
            a_report("r1", time, f"2025-10-22 {told_at}", grade=grade, claims=[a_strike(time, weapons=["drone"])])
            for (time, told_at), grade in zip((first, second), grades, strict=True)
        ]
        [incident] = fuse(reports)[0].incidents()
        assert f"{incident.occurred.start:%H:%M}" == minute, grades


def test_of_two_moments_as_near_to_what_is_stated_the_one_that_more_allow_is_taken() -> None:
    """
    ```
    a       │              14:00
    b                │     14:10
    c            ▒▒▒▒▒▒▒▒  14:05 to 14:15, graded best
    ```
    """
    interval = "2025-10-22 14:05 .. 2025-10-22 14:15"
    reports = [
        a_report(f"r-{source}", source, "2025-10-22 15:00", grade=grade, claims=[a_strike(time, weapons=["drone"])])
        for source, grade, time in [
            ("a", "B", "2025-10-22 14:00"),
            ("b", "B", "2025-10-22 14:10"),
            ("c", "A", interval),
        ]
    ]
    [incident] = fuse(reports)[0].incidents()
    assert f"{incident.occurred.start:%H:%M}-{incident.occurred.end:%H:%M}" == "14:10-14:10"


def test_a_source_that_says_it_thrice_means_the_one_in_the_middle() -> None:
    alone = [("a", f"2025-10-22 14:{minute}") for minute in ("10", "03", "05")]
    assert told(*alone)[0] == "14:05-14:05"


def test_of_two_words_of_one_source_the_newer_holds() -> None:
    reports = [
        a_report(f"r{hour}", "a", f"2025-10-22 {hour}:00", claims=[a_strike(time, weapons=["drone"])])
        for hour, time in [(15, "2025-10-22 14:00"), (16, "2025-10-22 14:10")]
    ]
    [incident] = fuse(reports)[0].incidents()
    assert f"{incident.occurred.start:%H:%M}" == "14:10"


def test_a_source_has_one_say_however_often_it_speaks() -> None:
    often = [("a", "2025-10-22 14:10")] * 3
    assert told(("z", "2025-10-22 14:00"), ("y", "2025-10-22 14:00"), *often)[0] == "14:00-14:00"


def test_a_repost_has_no_say_of_its_own() -> None:
    late = "2025-10-22 14:10"
    reports = [
        a_report(f"r{number}", source, "2025-10-22 15:00", text=text, claims=[a_strike(when, weapons=["drone"])])
        for number, (source, when, text) in enumerate(
            [("a", "2025-10-22 14:00", None), ("b", late, TEXT), ("c", late, TEXT), ("d", late, TEXT)]
        )
    ]
    [incident] = fuse(reports)[0].incidents()
    assert incident.occurred.start == at("2025-10-22 14:00")


def test_who_states_no_time_is_heard_only_where_nobody_does() -> None:
    assert told(("a", None), ("b", "2025-10-22 13:00 .. 2025-10-22 14:00")) == ("13:00-14:00", TimePrecision.STATED)
    assert told(("a", None), ("b", None))[1] is TimePrecision.ASSUMED


def test_it_happened_before_anybody_told_of_it() -> None:
    """
    ```
    12        13        14        15        16        17
              │ a tells of it, without a time
    ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒    b, at 18: "in the afternoon, 12 to 17"
    ```
    """
    told = {"weapons": ["drone"], "target": "energy", "launched": 7}
    afternoon = a_strike("2025-10-22 12:00 .. 2025-10-22 17:00", **told)
    reports = [
        a_report("r1", "a", "2025-10-22 13:00", claims=[a_strike(None, **told)]),
        a_report("r2", "b", "2025-10-22 18:00", claims=[afternoon]),
    ]
    [incident] = fuse(reports)[0].incidents()
    assert (incident.occurred.start, incident.occurred.end) == (at("2025-10-22 12:00"), at("2025-10-22 13:00"))


@pytest.mark.parametrize(("stated", "placed"), [("18:00 .. 2025-10-23 00:00", 22), ("00:00 .. 2025-10-22 06:00", 22)])
def test_an_evening_until_midnight_is_of_its_own_day(stated: str, placed: int) -> None:
    """Half-open: the end of an interval is the first moment that is not in it any more (a roundup's day, too)."""
    when = f"2025-10-22 {stated}"
    days = [
        a_report(
            f"t{day}", "daily", "2025-10-24 08:00",
            claims=[casualties(f"2025-10-{day} 00:00 .. 2025-10-{day + 1} 00:00", "UA-63", killed=3, scope="period")],
        )
        for day in (22, 23)
    ]  # fmt: skip
    report = a_report("r1", "desk", "2025-10-23 09:00", claims=[a_strike(when), casualties(when, killed=3)])
    fusion, _ = fuse([report, *days], "2025-10-24 10:00")
    counted = {total.start.day: total.counted for total in fusion.reported_totals("UA-63")}
    assert [day for day, value in counted.items() if value is not None and value.best == 3] == [placed]


@law(100)
@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 200))
def test_the_latest_moment_is_inside_and_nothing_is_told_before_it_happens(
    start: int, width: int, told_at: int
) -> None:
    happened = When(start, start + width, False).told_by(told_at)
    assert happened.start == start
    assert start <= happened.latest <= max(start, min(start + width, told_at))
    assert happened.latest < happened.end or happened.start == happened.end


@law(200)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=6))
def test_no_moment_lies_nearer_to_what_the_sources_state(stated: list[tuple[int, int]]) -> None:
    """The distance to an interval is that to its nearest moment; inside, it is none."""
    noon = at("2025-10-22 12:00")
    ledger, intervals = Ledger(POLICY), []
    for number, (start, width) in enumerate(stated):
        begun, ended = noon + timedelta(minutes=start), noon + timedelta(minutes=start + width)
        claim = a_strike(f"{begun:%Y-%m-%d %H:%M} .. {ended:%Y-%m-%d %H:%M}")
        for record in claims_of(a_report(f"r{number}", f"s{number}", "2025-10-22 15:00", claims=[claim])):
            ledger.admit(telling_of(record, POLICY))
        intervals.append(When(micros(begun), micros(ended), False))
    mentions = [mention for report in ledger.reports.values() for mention in mentions_of(report, POLICY)]

    def far(moment: int) -> int:
        return sum(max(told.start - moment, 0, moment - told.latest) for told in intervals)

    found = when(mentions[0], mentions, ())
    ends = [end for told in intervals for end in (told.start, told.latest)]
    assert min(far(end) for end in ends if found.start <= end <= found.latest) == min(map(far, ends))
