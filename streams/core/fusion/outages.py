"""The course of an outage, from what all sources say of it: when it began, whether it lasts, when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.base import LATEST
from schemas.vocabulary import OutageStatus
from streams.core.estimates import Range
from streams.core.fusion.facts import Fact
from streams.core.fusion.policy import FusionPolicy
from streams.core.moments import micros

_LATEST: Final = micros(LATEST) - 1
"""The last moment that the wire takes. Only a mistyped year gets there."""


class Course(NamedTuple):
    """An outage's course in microseconds. ``began`` is None where only its end was told.

    Active from the start of ``began`` until ``ends``: its restoration, the end that was planned for it, or the lapse
    after the last word of it.
    """

    began: Fact | None
    status: OutageStatus
    scheduled: bool
    restored_at: int | None
    ends: int


def course(words: Sequence[Fact], policy: FusionPolicy) -> Course:
    """Return the course of one utility's outage, from one or more claims of any sources.

    The word about the latest moment holds: a late report of the beginning does not undo the restoration, and a
    later word that it lasts does.
    """
    ordered = sorted(words, key=_about)
    lasting = [fact for fact in ordered if fact.status is not OutageStatus.RESTORED]
    last = ordered[-1]
    began = min(lasting, key=_closeness) if lasting else None
    restored_at = None
    planned_end = _planned_end(last)
    if last.status is OutageStatus.RESTORED:
        last_lasting = _about(lasting[-1]) if lasting else None
        first_end = next(
            fact
            for fact in ordered
            if fact.status is OutageStatus.RESTORED and (last_lasting is None or _about(fact) > last_lasting)
        )
        restored_at = _about(first_end)[0]
        ends = restored_at
    elif planned_end is not None:
        ends = planned_end
    else:
        ends = min(_about(last)[0] + policy.outage_lapses_after_us, _LATEST)
    status = last.status or OutageStatus.STARTED
    return Course(began, status, bool((began or last).scheduled), restored_at, ends)


def size_from_restored(value: Range) -> Range | None:
    """Return what the number beside the word "restored" says of how many were without; None where it says nothing.

    Scrapers give those who have it back, or those who still have not: no size of the outage. Where nobody else told
    one, it had at least as many as are told of.
    """
    return Range(value.low, None, None) if value.low else None


def _planned_end(fact: Fact) -> int | None:
    # Who announces cuts from eight to twelve says when they end. No hour stated is no plan.
    return fact.end if fact.scheduled and not fact.assumed and fact.end > fact.start else None


def _about(fact: Fact) -> tuple[int, tuple[int, int], str, int]:
    """The moment that a word is about: the latest that it can be, for nothing is reported before it happens."""
    published = fact.report.version[0]
    # A beginning without a stated time lies somewhere in the day before: it says nothing of the end of that day.
    undated = fact.assumed and fact.status is OutageStatus.STARTED
    at = fact.start if undated else max(fact.start, min(fact.end, published))
    return at, fact.report.version, fact.report.key, fact.number


def _closeness(fact: Fact) -> tuple[bool, bool, int, tuple[int, int], str, int]:
    started = fact.status is OutageStatus.STARTED
    return fact.assumed, not started, fact.end - fact.start, fact.report.version, fact.report.key, fact.number
