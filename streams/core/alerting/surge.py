"""Is a count improbable given a region's own recent rate? The Gamma-Poisson tail.

The rate of a region is not known, it is estimated: from ``n`` events in ``T`` days under Jeffreys' prior its
posterior is Gamma with mean ``(n + 1/2) / T`` and relative variance ``1 / (n + 1/2)`` (Gelman et al., Bayesian
Data Analysis, 3rd ed., §2.6). War comes in waves, so the rate of one day also varies about the long one, with
relative variance ``1 / shape``. A Poisson count whose rate is Gamma-distributed is negative binomial; its upper
tail is the test.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, lgamma, log
from typing import Final, NamedTuple

_NEGLIGIBLE: Final = 1e-12
_MOST: Final = 10_000_000


class Expected(NamedTuple):
    """The predictive distribution of a window's count: its mean, and the Gamma's shape (its evenness)."""

    mean: float
    shape: float


def expected(events: int, exposure_days: float, window_days: float, shape: float) -> Expected:
    """Return what a window would hold at the rate of ``events`` in ``exposure_days`` (above 0)."""
    certain = events + 0.5
    return Expected(certain / exposure_days * window_days, 1 / (1 / certain + 1 / shape))


def tail(count: int, of: Expected) -> float:
    """Return the probability of ``count`` events or more."""
    if count <= of.mean:
        # Not surprising, and the sum below would be long.
        return 1.0
    share = of.mean / (of.mean + of.shape)
    term = exp(
        lgamma(count + of.shape) - lgamma(of.shape) - lgamma(count + 1) + of.shape * log(1 - share) + count * log(share)
    )
    summed, number = term, count
    while term > _NEGLIGIBLE * summed:
        term *= share * (number + of.shape) / (number + 1)
        number += 1
        summed += term
    return min(1.0, summed)


@lru_cache(maxsize=1_024)
def least_surprising(of: Expected, probability: float, at_least: int) -> int:
    """Return the smallest count, not below ``at_least``, whose tail is at most ``probability``."""
    high = max(at_least, int(of.mean) + 1)
    if tail(high, of) <= probability:
        return _first(at_least, high, of, probability)
    low = high
    while tail(high, of) > probability and high < _MOST:
        low, high = high, high * 2
    return _first(low, high, of, probability)


def _first(low: int, high: int, of: Expected, probability: float) -> int:
    while low < high:
        middle = (low + high) // 2
        if tail(middle, of) <= probability:
            high = middle
        else:
            low = middle + 1
    return low
