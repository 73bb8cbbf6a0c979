"""Reported totals: what roundups and cumulative counts say, kept beside the counters and never added to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schemas.estimate import Estimate
from schemas.vocabulary import Group, Scope, Utility
from streams.core.estimates import bounded, estimate_of
from streams.core.fusion.facts import FIGURES, Fact
from streams.core.moments import moment
from streams.core.sums import figure
from streams.core.windows import RegionWindows


@dataclass(frozen=True, slots=True)
class ReportedTotal:
    """A figure that a source gives for a whole period, beside what the incidents of that period add up to.

    ``difference`` is the reported best less the counted best, None where one of them is unknown: positive where
    the source tells of more than the incidents known here explain.
    """

    region: str
    source_id: str
    report_id: str
    scope: Scope
    start: datetime
    end: datetime
    published_at: datetime
    figure: str
    group: Group | None
    utility: Utility | None
    reported: Estimate
    counted: Estimate | None
    difference: int | None


def reported_totals(
    region: str, facts: Iterable[Fact], windows: RegionWindows | None, shown: int
) -> list[ReportedTotal]:
    """Return the newest total per source, scope, period and figure, newest first, at most ``shown``."""
    newest: dict[tuple[object, ...], tuple[Fact, int]] = {}
    for fact in facts:
        for number, _ in fact.figures:
            key = (fact.report.source.id, fact.scope, fact.start, fact.end, number, fact.group, fact.utility)
            held = newest.get(key)
            if held is None or _age(fact) > _age(held[0]):
                newest[key] = fact, number
    ordered = sorted(newest.values(), key=lambda held: (_age(held[0]), held[1]), reverse=True)[:shown]
    return [_total(region, fact, number, windows) for fact, number in ordered]


def _age(fact: Fact) -> tuple[tuple[int, int], str, int]:
    return fact.report.version, fact.report.key, fact.number


def _total(region: str, fact: Fact, number: int, windows: RegionWindows | None) -> ReportedTotal:
    value = dict(fact.figures)[number]
    found = None if windows is None else figure(windows.between(fact.start, fact.end), number)
    counted = None if found is None else bounded(found)
    counted_best = None if counted is None else counted.best
    return ReportedTotal(
        region=region,
        source_id=fact.report.source.id,
        report_id=fact.report.report_id,
        scope=fact.scope,
        start=moment(fact.start),
        end=moment(fact.end),
        published_at=moment(fact.report.version[0]),
        figure=FIGURES[number],
        group=fact.group,
        utility=fact.utility,
        reported=estimate_of(value),
        counted=None if counted is None else estimate_of(counted),
        difference=None if value.best is None or counted_best is None else value.best - counted_best,
    )
