"""A surge is a count that a region's own recent rate makes improbable."""

from __future__ import annotations

import random
from math import exp, factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.alerting.surge import Expected, expected, least_surprising, tail
from tests.core.alerting.scene import NOON, Scene, after, an_incident, counters, rules

SURGE = {"kind": "surge", "window": "24h", "baseline": "30d", "resolve_after": 0, "cooldown": 0, "update_every": 0}
LONG_WATCHED = an_incident("long-ago", at=after(days=-34))


def test_with_an_even_rate_the_tail_is_poisson_s() -> None:
    below = sum(exp(-3) * 3**k / factorial(k) for k in range(8))
    assert tail(8, Expected(3.0, 1e7)) == pytest.approx(1 - below, rel=1e-5)


def test_with_shape_one_the_tail_is_geometric() -> None:
    assert tail(5, Expected(2.0, 1.0)) == pytest.approx((2 / 3) ** 5)


@given(st.floats(0.01, 200), st.floats(0.1, 50), st.integers(1, 500))
def test_the_tail_falls_with_the_count_and_is_a_probability(mean: float, shape: float, count: int) -> None:
    of = Expected(mean, shape)
    assert 0 <= tail(count + 1, of) <= tail(count, of) <= 1


@settings(deadline=None)
@given(st.floats(0.01, 200), st.floats(0.2, 50), st.floats(1e-9, 0.05), st.integers(2, 20))
def test_the_least_surprising_count_is_the_first_that_is(mean: float, shape: float, limit: float, least: int) -> None:
    of = Expected(mean, shape)
    found = least_surprising(of, limit, least)
    assert found >= least
    assert tail(found, of) <= limit
    assert found == least or tail(found - 1, of) > limit


def test_few_events_make_an_uncertain_rate_and_a_higher_bar() -> None:
    certain, uncertain = expected(290, 29, 1, 4), expected(1, 0.1, 1, 4)
    assert uncertain.shape < certain.shape < 4


def test_the_same_count_is_a_surge_in_a_quiet_region_and_none_at_the_front() -> None:
    scene = Scene(rules(SURGE))
    scene.tell(after(days=-1), LONG_WATCHED, an_incident("long-ago-too", region="UA-46", at=after(days=-34)))
    quiet = counters("UA-46", by={"24h": 8, "30d": 12})
    front = counters("UA-74", by={"24h": 8, "30d": 150})
    [raised] = scene.tell(NOON, quiet, front)
    assert raised.region == "UA-46"
    assert raised.baseline == pytest.approx(0.16, abs=0.01)
    assert raised.headline == "Lviv Oblast: 8 strikes in 24 hours, fewer than 1 would be usual"


def test_a_quiet_region_does_not_flap_over_three_strikes() -> None:
    scene = Scene(rules(SURGE))
    scene.tell(after(days=-1), LONG_WATCHED)
    assert scene.tell(NOON, counters(by={"24h": 4, "30d": 4})) == []


def test_before_a_week_was_watched_nothing_is_improbable() -> None:
    scene = Scene(rules(SURGE))
    scene.tell(after(days=-1), an_incident(at=after(days=-6)))
    assert scene.tell(NOON, counters(by={"24h": 40, "30d": 42})) == []


def test_severity_grows_with_the_multiple_of_what_counts_as_a_surge() -> None:
    scene = Scene(rules({**SURGE, "levels": {"moderate": 1, "severe": 3}}))
    scene.tell(after(days=-1), LONG_WATCHED)
    [raised] = scene.tell(NOON, counters(by={"24h": 6, "30d": 6}))
    [promoted] = scene.tell(after(hours=1), counters(by={"24h": 18, "30d": 18}))
    assert (raised.severity, promoted.severity) == ("moderate", "severe")
    assert promoted.event == "promoted"


def test_regions_that_vary_as_the_rule_expects_are_alarmed_as_rarely_as_it_says() -> None:
    """Days are drawn from the very Gamma-Poisson that the rule assumes, with its rate known only from 29 of them."""
    dice = random.Random(7)
    limit, shape, trials = 0.01, 4.0, 4_000
    alarms = 0
    for _ in range(trials):
        rate = dice.uniform(0.5, 6)
        days = [_poisson(dice, dice.gammavariate(shape, rate / shape)) for _ in range(30)]
        of = expected(sum(days[1:]), 29, 1, shape)
        alarms += days[0] >= least_surprising(of, limit, 2)
    # Counts are whole, so the true rate is below the limit; the estimated rate's own scatter adds a little.
    assert alarms / trials <= 1.2 * limit


def _poisson(dice: random.Random, mean: float) -> int:
    reached, count = dice.expovariate(1), 0
    while reached < mean:
        reached += dice.expovariate(1)
        count += 1
    return count
